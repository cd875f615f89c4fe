"""A folder of distinct typed reports for runs of many documents: every one has its own address, day and findings."""

from __future__ import annotations

import csv
import random
import re
from datetime import date, timedelta
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

_ROOMS = ("kitchen", "bathroom", "front hall", "rear stairs", "cellar", "living room", "porch", "second floor hall")
_FINDINGS = (
    ("410.482", "Smoke detector missing in the {room}"),
    ("410.500", "Ceiling in the {room} is water stained and cracked"),
    ("410.351", "Outlet in the {room} is loose and has no cover"),
    ("410.501", "Window in the {room} will not close"),
    ("410.550", "Evidence of mice in the {room}"),
    ("410.602", "Trash and debris stored in the {room}"),
    ("410.503", "Handrail missing at the {room}"),
    ("410.190", "No hot water at the {room} sink"),
    ("410.450", "Means of egress from the {room} is blocked"),
    ("410.150", "Sink in the {room} is cracked and leaks"),
)
_INSPECTORS = ("J. Rivera", "M. Okafor", "T. Lindqvist")


def make_reports(parcels: Path, count: int, folder: Path, seed: int = 2018) -> list[Path]:
    """``count`` one-page PDFs about addresses of the parcel file. The same seed gives the same reports."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    addresses = _addresses(parcels)
    made = []
    for number in range(count):
        path = folder / f"report_{number:05d}.pdf"
        day = date(2018, 7, 1) + timedelta(days=dice.randrange(396))
        found = dice.sample(_FINDINGS, dice.randint(2, 7))
        _write(path, number, addresses[number % len(addresses)], day, found, dice)
        made.append(path)
    return made


def _addresses(parcels: Path) -> list[str]:
    with parcels.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    shape = re.compile(r"\d+[A-Z]? [A-Z]\S*( \S+)+", re.IGNORECASE)
    column = max(rows[0], key=lambda name: sum(bool(shape.fullmatch(row[name] or "")) for row in rows))
    found = [row[column] for row in rows if shape.fullmatch(row[column] or "")]
    if not found:
        raise ValueError(f"{parcels} has no column with addresses (\"12 Main St\")")
    return list(dict.fromkeys(found))


def _write(
    path: Path, number: int, address: str, day: date, found: list[tuple[str, str]], dice: random.Random
) -> None:
    canvas = Canvas(str(path), pagesize=letter, invariant=True)
    canvas.setFont("Times-Bold", 14)
    canvas.drawString(72, 720, "City of Chelsea - Inspectional Services Department")
    canvas.setFont("Times-Roman", 11)
    y = 690.0
    head = (
        "HOUSING INSPECTION REPORT",
        f"Case No.: BHI-{day:%y}-{number:04d}",
        f"Property address: {address}, Chelsea, MA 02150",
        f"Date of inspection: {day:%m/%d/%Y}",
        f"Inspector: {dice.choice(_INSPECTORS)}",
        "",
        "The following violations of the State Sanitary Code, 105 CMR 410.000, were found:",
        "",
    )
    for line in head:
        canvas.drawString(72, y, line)
        y -= 16
    for place, (section, text) in enumerate(found, 1):
        canvas.drawString(84, y, f"{place}. 105 CMR {section} - {text.format(room=dice.choice(_ROOMS))}.")
        y -= 18
    canvas.drawString(72, y - 12, f"You are ordered to correct these violations by {day + timedelta(days=30):%m/%d/%Y}.")
    canvas.showPage()
    canvas.save()
