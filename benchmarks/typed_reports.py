"""Labelled findings typed anew, as another office would: other fonts and layouts, another property, another day.

What was found comes from a labelled folder, the properties from its parcel file, everything else from a seed; so the truth of
each report is known and no page was ever seen by whoever tunes a rule.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

Finding = Mapping[str, Any]
_WIDTH, _HEIGHT = letter
_FONTS = (
    "DejaVuSans", "DejaVuSans-ExtraLight", "DejaVuSansCondensed", "DejaVuSansMono", "DejaVuSerif", "LiberationMono-Regular",
    "LiberationSans-Regular", "LiberationSansNarrow-Regular", "LiberationSerif-Regular", "Courier", "Times-Roman", "Helvetica",
)  # fmt: skip
_PEOPLE = ("Marta Silva", "J. Rivera", "Timothy O'Brien", "L. Marrero", "Paul Grasso", "D. Ferrante", "Anh Nguyen", "C. Boyle")
_KINDS = {"initial": ("Initial inspection", "Routine"), "complaint": ("Tenant complaint", "Complaint"), "certificate": (
    "Certificate of Habitability", "Cert. inspection"), "reinspection": ("Re-inspection",)}  # fmt: skip
_STREETS = {"ST": ("Street", "St.", "St", "ST"), "AVE": ("Avenue", "Ave.", "Ave", "Av."), "RD": ("Road", "Rd."), "PL": (
    "Place", "Pl."), "CT": ("Court", "Ct."), "TER": ("Terrace", "Terr."), "SQ": ("Square", "Sq."), "LN": ("Lane",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """A report to type: its values, and how they are written on the page."""

    day: date
    day_written: str
    address: str
    owner: str
    case: str
    inspector: str
    kind: str
    kind_written: str
    parcel: str
    findings: tuple[Finding, ...]

    def truth(self, file: str, layout: str) -> dict[str, Any]:
        """As a labelled folder holds it, of a one-page file."""
        done = sum(f["status"] == "corrected" for f in self.findings)
        result = "violations" if not done else "corrected" if done == len(self.findings) else "partial"
        visit = {
            "department": "inspectional_services", "inspection_date": self.day.isoformat(), "inspection_type": self.kind,
            "result": result, "inspector": self.inspector, "case_number": self.case, "address_as_written": self.address,
            "unit": None, "parcel_id": self.parcel,
        }  # fmt: skip
        report = {
            "doc_type": "housing_inspection", "pages": [1], "inspection": visit, "violations": [dict(f) for f in self.findings],
            "taxes": [], "water": [], "ignorable": [],
        }  # fmt: skip
        return {
            "file": file, "split": "typed", "layout": layout, "condition": "digital", "handwriting": False, "traps": [],
            "doc_type": "housing_inspection", "reports": [report], "page_sizes": {"1": [_WIDTH, _HEIGHT]},
        }  # fmt: skip


def drawn(visits: Sequence[Mapping[str, Any]], parcels: Path, count: int, chance: random.Random) -> list[Typed]:
    """``count`` reports with the findings of labelled ``visits`` (reports of a truth file), at parcels drawn at random."""
    with parcels.open(newline="", encoding="utf-8-sig") as file:
        known = [p for p in csv.DictReader(file) if p["ADDR_NUM"].isdigit() and not p["UNIT"]]
    alone: dict[tuple[str, str], int] = {}
    for p in known:
        alone[p["ADDR_NUM"], p["FULL_STR"]] = alone.get((p["ADDR_NUM"], p["FULL_STR"]), 0) + 1
    known = [p for p in known if alone[p["ADDR_NUM"], p["FULL_STR"]] == 1 and " " in p["FULL_STR"]]
    made = []
    for n in range(count):
        visit = chance.choice(visits)
        place = chance.choice(known)
        day = date(2018, 7, 2) + timedelta(days=chance.randrange(380))
        kind = visit["inspection"]["inspection_type"]
        kind = kind if kind in _KINDS else "initial"
        made.append(
            Typed(
                day, _written(day, chance), _address(place, chance), place["OWNER1"].title(),
                f"BHI-{day.year % 100}-{3000 + n:04d}", chance.choice(_PEOPLE), kind, chance.choice(_KINDS[kind]),
                place["PROP_ID"], tuple(_finding(f, day) for f in visit["violations"][:9]),
            )
        )  # fmt: skip
    return made


def _finding(found: Finding, day: date) -> Finding:
    due = day + timedelta(days=30) if found["status"] == "open" else None
    return {**found, "correct_by": due and due.isoformat(), "page": 1, "handwritten": False, "unit": None}


def _written(day: date, chance: random.Random) -> str:
    short, long = day.strftime("%b"), day.strftime("%B")
    return chance.choice(
        [
            *[f"{day.month}/{day.day}/{day.year}"] * 2,
            f"{day.month:02d}/{day.day:02d}/{day.year}",
            *(f"{day.month}/{day.day}/{day.year % 100}", f"{day.month}-{day.day}-{day.year % 100:02d}", day.isoformat()),
            *(f"{long} {day.day}, {day.year}", f"{long} {day.day}, {day.year}", f"{short}. {day.day}, {day.year}"),
            *(f"{day.day} {short} {day.year}", f"{day:%A}, {long} {day.day}, {day.year}", f"{day.month}.{day.day}.{day.year}"),
        ]
    )  # fmt: skip


def _address(place: Mapping[str, str], chance: random.Random) -> str:
    name, _, suffix = place["FULL_STR"].rpartition(" ")
    kind = chance.choice(_STREETS.get(suffix, (suffix.title(),)))
    return f"{place['ADDR_NUM']} {name.title()} {kind}" + chance.choice(("", "", "", ", Chelsea", ", Chelsea, MA 02150"))


class _Sheet:
    """A page under way: a font at a size, and how far down it is."""

    def __init__(self, canvas: Canvas, font: str, size: float) -> None:
        self.canvas, self.font, self.size = canvas, font, size
        self.y = _HEIGHT - 54

    def put(self, x: float, text: str, y: float | None = None) -> None:
        self.canvas.setFont(self.font, self.size)
        self.canvas.drawString(x, self.y if y is None else y, text)

    def line(self, text: str, x: float = 60, gap: float = 1.35) -> None:
        self.put(x, text)
        self.y -= self.size * gap

    def centred(self, text: str) -> None:
        self.line(text, (_WIDTH - self.wide(text)) / 2)

    def wide(self, text: str) -> float:
        return float(pdfmetrics.stringWidth(text, self.font, self.size))

    def wrapped(self, text: str, room: float) -> list[str]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if self.wide(longer) <= room or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def paragraph(self, text: str, x: float = 60, hang: float = 0) -> None:
        for n, line in enumerate(self.wrapped(text, _WIDTH - 60 - x - hang)):
            self.line(line, x + (hang if n else 0))

    def rule(self, x0: float, x1: float, y: float) -> None:
        self.canvas.line(x0, y, x1, y)


def _cite(found: Finding, chance: random.Random) -> str:
    code = found.get("code") or ""
    bare = code.removeprefix("105 CMR ")
    return chance.choice([code, bare, bare, f"Sec. {bare}"]) if code.startswith("105 CMR") else code


def _items(sheet: _Sheet, report: Typed, chance: random.Random, lead: str) -> None:
    code_first = chance.random() < 0.5
    for n, found in enumerate(report.findings, 1):
        cited, text = _cite(found, chance), found["description"]
        where = found.get("location") or ""
        if where and where.lower() not in text.lower():
            text = f"{text} - {where}"
        said = f"{cited} - {text}" if cited and code_first else f"{text} ({cited})" if cited else text
        if report.kind == "reinspection":
            said += " - " + ("CORRECTED" if found["status"] == "corrected" else "NOT CORRECTED")
        sheet.paragraph(f"{n}. {said}" if lead == "number" else f"- {said}", 66, 16)


def _date_label(report: Typed, chance: random.Random) -> str:
    if report.kind == "reinspection":
        return chance.choice(["Re-inspection date", "Date of re-inspection"])
    return chance.choice(["Date of Inspection", "Inspection Date", "Inspection date", "Date of inspection", "Date Inspected"])


def _letter(sheet: _Sheet, report: Typed, chance: random.Random) -> None:
    sheet.centred("CITY OF CHELSEA")
    sheet.centred("Inspectional Services Department")
    sheet.y -= 14
    sent = report.day + timedelta(days=chance.randrange(0, 4))
    sheet.line(f"{sent.strftime('%B')} {sent.day}, {sent.year}")
    sheet.y -= 8
    sheet.line(report.owner[:40])
    sheet.y -= 8
    sheet.line(f"RE: {report.address}")
    sheet.line(f"Case No. {report.case}")
    sheet.y -= 8
    sheet.line("Dear Owner:")
    again = "re-inspection" if report.kind == "reinspection" else "inspection"
    reasons = {"complaint": " at the request of the occupant", "certificate": " for a Certificate of Habitability"}
    why = reasons.get(report.kind, "")
    sheet.paragraph(
        f"{'A' if again[0] == 'r' else 'An'} {again} of the above property was made{why} on {report.day_written} by "
        f"{report.inspector}. The following violations of 105 CMR 410.000, the State Sanitary Code, were observed:"
    )
    sheet.y -= 6
    _items(sheet, report, chance, "number")
    sheet.y -= 8
    due = report.day + timedelta(days=30)
    sheet.paragraph(f"You are ordered to correct these violations no later than {due.month}/{due.day}/{due.year}.")
    sheet.y -= 20
    sheet.line("Sincerely,")
    sheet.line(report.inspector)
    sheet.line("Code Enforcement Inspector")


def _two_columns(sheet: _Sheet, report: Typed, chance: random.Random) -> None:
    sheet.centred("HOUSING INSPECTION REPORT")
    sheet.y -= 10
    left = [("Property Address", report.address), ("Owner", report.owner[:28]), ("Type", report.kind_written)]
    right = [(_date_label(report, chance), report.day_written), ("Inspector", report.inspector), ("Record #", report.case)]
    if chance.random() < 0.4:
        left[1], right[0] = right[0], left[1]
    middle = max(330.0, *(60 + sheet.wide(f"{a}: {b}") + 14 for a, b in left))
    for (a, b), (c, d) in zip(left, right, strict=True):
        sheet.put(60, f"{a}: {b}")
        sheet.put(middle, f"{c}: {d}")
        sheet.y -= sheet.size * 1.6
    sheet.y -= 10
    _table(sheet, report, chance)


def _table(sheet: _Sheet, report: Typed, chance: random.Random) -> None:
    again = report.kind == "reinspection"
    columns = [("No.", 60, 26), ("Code", 86, 104), ("Violation", 190, 210), ("Location", 400, 80)]
    columns.append(("Status" if again else "Correct by", 480, 76))
    ruled = chance.random() < 0.7
    top = sheet.y + sheet.size
    for name, x, _ in columns:
        sheet.put(x + 3, name)
    for n, found in enumerate(report.findings, 1):
        sheet.y -= 5
        if ruled:
            sheet.rule(60, 556, sheet.y)
        sheet.y -= sheet.size * 1.15
        due = date.fromisoformat(found["correct_by"]) if found["correct_by"] else None
        status = "Corrected" if found["status"] == "corrected" else "Not corrected"
        last = status if again else f"{due.month}/{due.day}/{due.year}" if due else ""
        cells = [str(n), _cite(found, chance), found["description"], found.get("location") or "", last]
        lines = [sheet.wrapped(c, room - 5) for c, (_, _, room) in zip(cells, columns, strict=True)]
        for row in range(max(map(len, lines))):
            for parts, (_, x, _) in zip(lines, columns, strict=True):
                if row < len(parts):
                    sheet.put(x + 3, parts[row])
            sheet.y -= sheet.size * 1.15
        sheet.y += sheet.size * 1.15
    sheet.y -= 5
    if ruled:
        sheet.rule(60, 556, sheet.y)
        sheet.rule(60, 556, top)
        for x in (*(c[1] for c in columns), 556):
            sheet.canvas.line(x, top, x, sheet.y)
    sheet.y -= 30
    sheet.line("_____________________")
    sheet.line("Inspector")


def _stacked(sheet: _Sheet, report: Typed, chance: random.Random) -> None:
    sheet.line("Chelsea ISD - Housing Division", 60, 1.8)
    sheet.line("Violation Report", 60, 2.2)
    rows = [
        [("ADDRESS", report.address), (_date_label(report, chance).upper(), report.day_written)],
        [("CASE NO.", report.case), ("INSPECTOR", report.inspector), ("TYPE", report.kind_written)],
    ]
    for row in rows:
        step = 500 / len(row)
        for n, (label, _) in enumerate(row):
            sheet.put(60 + n * step, label)
        sheet.y -= sheet.size * 1.3
        for n, (_, value) in enumerate(row):
            sheet.put(60 + n * step, value)
        sheet.y -= sheet.size * 1.9
    sheet.line("VIOLATIONS OBSERVED", 60, 1.7)
    _items(sheet, report, chance, "number")


def _memo(sheet: _Sheet, report: Typed, chance: random.Random) -> None:
    sheet.line("INSPECTION MEMO" if report.kind != "reinspection" else "RE-INSPECTION MEMO", 60, 2)
    label = _date_label(report, chance)
    rows = [("Property", report.address), (label, report.day_written), ("Case #", report.case), ("Inspector", report.inspector)]
    rows += [("Purpose", report.kind_written)] if report.kind != "reinspection" else []
    chance.shuffle(rows)
    middle = 74 + max(sheet.wide(f"{name}:") for name, _ in rows)
    for name, value in rows:
        sheet.put(60, f"{name}:")
        sheet.put(middle, value)
        sheet.y -= sheet.size * 1.5
    sheet.y -= 8
    sheet.line("Violations:", 60, 1.6)
    _items(sheet, report, chance, chance.choice(["number", "dash"]))


def _note(sheet: _Sheet, report: Typed, chance: random.Random) -> None:
    first = [report.address, report.day_written]
    chance.shuffle(first)
    if chance.random() < 0.5:
        sheet.line("   ".join(first))
        sheet.line(f"{report.case}  {report.kind_written}")
    else:
        sheet.line(first[0])
        sheet.line(f"{first[1]}   {report.kind_written}  {report.case}")
    sheet.line(report.inspector, 60, 2)
    _items(sheet, report, chance, "dash")


LAYOUTS: Mapping[str, Callable[[_Sheet, Typed, random.Random], None]] = {
    "letter": _letter, "two_columns": _two_columns, "stacked": _stacked, "memo": _memo, "note": _note,
}  # fmt: skip


def type_out(report: Typed, layout: str, out: Path, fonts: Sequence[str], chance: random.Random) -> None:
    """Writes the report as a one-page PDF with text."""
    canvas = Canvas(str(out), pagesize=letter, invariant=True)
    font = chance.choice(list(fonts))
    size = chance.choice([9.5, 10, 10.5, 11]) if "Mono" not in font and font != "Courier" else chance.choice([9, 10])
    if font == "LiberationSansNarrow-Regular":
        size += 1
    LAYOUTS[layout](_Sheet(canvas, font, float(size)), report, chance)
    canvas.save()


def fonts_here() -> list[str]:
    """Names of the fonts that this machine has, registered for typing, and of three that every reader of PDF has."""
    found = []
    for name in _FONTS:
        family = "dejavu" if name.startswith("DejaVu") else "liberation"
        try:
            if name not in ("Courier", "Times-Roman", "Helvetica"):
                pdfmetrics.registerFont(TTFont(name, f"/usr/share/fonts/truetype/{family}/{name}.ttf"))
        except TTFError:
            continue
        found.append(name)
    return found
