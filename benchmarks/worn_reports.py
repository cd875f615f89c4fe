"""Whole reports on worn paper: is the visit's day, its property and what was found still right?

    python -m benchmarks.worn_reports FOLDER [--work DIR] [--seed 1] [--typed 60] [--part tuning] [--originals] [--list]

FOLDER is a labelled folder (``files``, ``truth``, ``parcels.csv``, ``inspection_log.csv``). Its findings are typed anew in other
fonts and layouts, about other parcels and days, then printed, worn in one of the ways below and read as scans; ``--originals``
does the same with the folder's own typed PDFs (and Word files, where LibreOffice is installed). Half of the reports typed anew
stand in the permit log.
Printed per kind of wear: days, properties and sections right, violations F1, and records released that are wrong.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from benchmarks import damage as d
from benchmarks.paper import Rng
from benchmarks.truth import Truth, load_truth
from benchmarks.typed_reports import LAYOUTS, Typed, drawn, fonts_here, type_out
from extractors.read.page_image import Gray, gray, render
from flows.evaluate import read_rows
from flows.labelled import load_labelled
from flows.labelled_match import Pair, match

_DPI = 300
_HEAD = 0.33  # share of a page's height in which a report's head stands


def _scan(image: Gray, rng: Rng) -> Gray:
    return d.sensor(d.toned(image, float(rng.uniform(238, 254)), float(rng.uniform(10, 45))), rng, 3.0)


def _askew(image: Gray, rng: Rng) -> Gray:
    return _scan(d.turned(image, float(rng.uniform(-3, 3))), rng)


def _blurred(image: Gray, rng: Rng) -> Gray:
    return d.sensor(d.toned(image, 245, 30), rng, 3.0, float(rng.uniform(1.6, 2.6)))


def _squeezed(image: Gray, rng: Rng) -> Gray:
    return d.squeezed(d.sensor(image, rng, 4.0, 1.0), int(rng.integers(15, 45)))


def _uneven(image: Gray, rng: Rng) -> Gray:
    height, width = image.shape
    yy, xx = np.mgrid[0:1:height * 1j, 0:1:width * 1j].astype(np.float32)  # fmt: skip
    slope = rng.uniform(-1, 1, 2)
    light = 0.78 + 0.22 * (slope[0] * (xx - 0.5) + slope[1] * (yy - 0.5))
    return d.sensor(np.asarray(np.clip(image * light, 0, 255), np.uint8), rng, 3.0)


def _stamped(image: Gray, rng: Rng) -> Gray:
    """RECEIVED over the head, its ink as dark as it comes on a grey scan."""
    ink = d.stamp_of(rng)
    height, width = image.shape
    x, y = int(rng.uniform(0.05, 0.62) * width), int(rng.uniform(0.03, _HEAD - 0.1) * height)
    out = image.astype(np.float32)
    part = out[y : y + ink.shape[0], x : x + ink.shape[1]]
    part *= 1 - (255 - ink[: part.shape[0], : part.shape[1]]) / 255 * float(rng.uniform(0.4, 0.65))
    return _scan(np.asarray(out, np.uint8), rng)


def _holes(image: Gray, rng: Rng) -> Gray:
    """Two holes punched through the head's print."""
    out = image.copy()
    height, width = image.shape
    for side in (0.33, 0.66):
        at = (int((side + rng.uniform(-0.08, 0.08)) * width), int(rng.uniform(0.05, 0.2) * height))
        cv2.circle(out, at, 42, int(rng.integers(60, 230)), -1)
        cv2.circle(out, at, 42, 60, 3)
    return _scan(out, rng)


def _fold(image: Gray, rng: Rng) -> Gray:
    """A crease through the head."""
    out = image.astype(np.float32)
    height, width = image.shape
    slant = np.linspace(0, float(rng.uniform(-15, 15)), width)[None, :]
    away = np.arange(height)[:, None] - float(rng.uniform(0.06, _HEAD)) * height - slant
    out -= 90 * np.exp(-(away**2) / 10) + 35 * np.exp(-np.maximum(away, 0) / 50) * (away > 0)
    return _scan(np.asarray(np.clip(out, 0, 255), np.uint8), rng)


def _coffee(image: Gray, rng: Rng) -> Gray:
    """A ring of coffee on the address."""
    height, width = image.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(xx - rng.uniform(0.15, 0.7) * width, yy - rng.uniform(0.1, 0.25) * height)
    radius = float(rng.uniform(200, 420))
    stain = float(rng.uniform(70, 120)) * np.exp(-((away - radius) ** 2) / 500) + 30 * (away < radius)
    return _scan(np.asarray(np.clip(image - stain, 0, 255), np.uint8), rng)


def _second_copy(image: Gray, rng: Rng) -> Gray:
    first = d.bloated(d.sensor(d.turned(image, float(rng.uniform(-0.8, 0.8))), rng, 4.0), rng, 1)
    return d.speckled(d.bloated(d.sensor(first, rng, 4.0), rng, int(rng.integers(1, 3))), rng, 1)


def _leaning(image: Gray, rng: Rng) -> Gray:
    height, width = image.shape
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    bent = (flat + rng.uniform(-0.02, 0.02, (4, 2)) * width).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(flat, bent)
    return _scan(gray(cv2.warpPerspective(image, matrix, (width, height), borderValue=(255,))), rng)


WEAR: Mapping[str, Callable[[Gray, Rng], Gray]] = {
    "scan": _scan,
    "skew": _askew,
    "low_toner": lambda i, r: d.sensor(d.pale(i, r, int(r.integers(2, 4))), r, 4.0),
    "blur": _blurred,
    "jpeg": _squeezed,
    "speckle": lambda i, r: d.sensor(d.speckled(i, r, 2), r),
    "uneven": _uneven,
    "stamp": _stamped,
    "holes": _holes,
    "fold": _fold,
    "coffee": _coffee,
    "edge": lambda i, r: d.sensor(d.shaded_edges(i, r, 1), r),
    "copy": _second_copy,
    "perspective": _leaning,
}
"""By name: what happened to the sheet before and while it was scanned at 300 dpi."""


def main(arguments: Sequence[str] | None = None) -> None:
    ask = argparse.ArgumentParser(description="Right and wrong days, properties, sections of worn reports.")
    ask.add_argument("folder", type=Path)
    ask.add_argument("--work", type=Path, help="keeps the papers, the reading and the CSVs here; a second run is quick")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--typed", type=int, default=60, help="reports typed anew")
    ask.add_argument("--part", choices=("tuning", "heldout", "all"), default="all", help="as the scorer parts files")
    ask.add_argument("--originals", action="store_true", help="wear the folder's own typed reports too")
    ask.add_argument("--list", action="store_true", help="name every record that is wrong")
    given = ask.parse_args(arguments)
    work = given.work or Path(tempfile.mkdtemp(prefix="worn"))
    if not (work / "corpus" / "truth").is_dir():
        make(given.folder, work, given.seed, given.typed, given.part, given.originals)
    read(work)
    for line in score(work, given.list):
        say(line)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def make(folder: Path, work: Path, seed: int, typed: int, part: str, originals: bool) -> None:
    """Writes a labelled folder of worn papers to ``work/corpus``."""
    corpus = work / "corpus"
    for name in ("files", "truth"):
        (corpus / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "parcels.csv", corpus / "parcels.csv")
    chance = random.Random(seed)
    known = {n: t for n, t in load_truth(folder).items() if part == "all" or (_heldout(n, t) == (part == "heldout"))}
    inspections = {n: t for n, t in known.items() if t["doc_type"].endswith("inspection") and not t["handwriting"]}
    visits = [r for t in inspections.values() for r in t["reports"] if r["inspection"] and r["violations"]]
    housing = [v for v in visits if v["doc_type"] == "housing_inspection"]
    reports = drawn(housing, folder / "parcels.csv", typed, chance)
    _log(folder / "inspection_log.csv", corpus / "inspection_log.csv", reports, chance)
    fonts, wear = fonts_here(), list(WEAR)
    for n, report in enumerate(reports):
        layout, worn = chance.choice(list(LAYOUTS)), wear[n % len(wear)]
        sheet = work / "sheet.pdf"
        type_out(report, layout, sheet, fonts, chance)
        name = f"typed{seed}-{n:03d}.pdf"
        _paper(sheet, corpus, name, worn, report.truth(name, layout), np.random.default_rng([seed, n]))
    for n, (source, truth) in enumerate(_originals(folder, inspections, work).items() if originals else ()):
        name = f"own{seed}-{n:03d}.pdf"
        worn = wear[(n + seed) % len(wear)]
        _paper(source, corpus, name, worn, {**truth, "file": name, "traps": []}, np.random.default_rng([seed, 1000 + n]))


def _heldout(name: str, truth: Truth) -> bool:
    original = str(truth.get("duplicate_of") or truth.get("rescan_of") or name).rsplit("/", 1)[-1]
    return int(hashlib.sha256(original.encode()).hexdigest(), 16) % 3 == 0


def _log(source: Path, out: Path, reports: Sequence[Typed], chance: random.Random) -> None:
    """The folder's permit log, and a row for every other report that was typed anew."""
    with source.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for report in reports[::2]:
        opened = report.day - timedelta(days=chance.randrange(0, 12))
        rows.append(
            {
                "RECORD_NO": report.case, "RECORD_TYPE": "Housing Complaint", "OPENED": opened.isoformat(), "STATUS": "Open",
                "ADDRESS": report.address.split(",")[0].upper(), "UNIT": "", "INSPECTOR": report.inspector, "ATTACHMENT": "",
            }
        )  # fmt: skip
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _originals(folder: Path, known: Mapping[str, Truth], work: Path) -> dict[Path, Truth]:
    """The folder's own typed reports as PDFs, each report once."""
    found: dict[Path, Truth] = {}
    seen = set()
    for name, truth in known.items():
        file = folder / "files" / name
        visits = [(v["inspection_date"], v["case_number"], v["address_as_written"]) for v in _visits(truth)]
        if truth.get("duplicate_of") or str(visits) in seen or truth["condition"] not in {"digital", "docx"}:
            continue
        seen.add(str(visits))
        if file.suffix.lower() == ".pdf":
            found[file] = truth
        elif (office := shutil.which("soffice")) is not None:
            into = work / "office" / f"{len(seen):03d}"  # many a folder holds an "attachment.docx"
            made = into / (file.stem + ".pdf")
            if not made.exists():
                command = [office, "--headless", "--convert-to", "pdf", "--outdir", str(into), str(file)]
                subprocess.run(command, capture_output=True, timeout=180, check=False)
            if made.exists():
                found[made] = truth
    return found


def _visits(truth: Truth) -> list[Mapping[str, Any]]:
    return [r["inspection"] for r in truth["reports"] if r["inspection"]]


def _paper(sheet: Path, corpus: Path, name: str, worn: str, truth: Mapping[str, Any], rng: Rng) -> None:
    """The sheet's pages, worn, as a scanner's PDF at 300 or 200 dpi."""
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(sheet)
    pdf.init_forms()
    dpi, shots = (300 if rng.random() < 0.6 else 200), []
    for page in pdf:
        image, _ = render(page, _DPI, 60_000_000)
        image = WEAR[worn](d.turned(image, float(rng.uniform(-0.5, 0.5))), rng)
        if dpi < _DPI:
            image = gray(cv2.resize(image, None, fx=dpi / _DPI, fy=dpi / _DPI, interpolation=cv2.INTER_AREA))
        shots.append(Image.fromarray(image))
    pdf.close()
    quality = int(rng.integers(40, 76))
    shots[0].save(corpus / "files" / name, resolution=dpi, save_all=True, append_images=shots[1:], quality=quality)
    told = {**truth, "condition": worn}
    (corpus / "truth" / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")


def read(work: Path) -> None:
    """Runs Lotline on the papers; OCR of earlier runs in the same folder is used again."""
    corpus = work / "corpus"
    command = [
        sys.executable, "-m", "flows.cli", "--home", str(work / "home"), "run", str(corpus / "files"), "--parcels",
        str(corpus / "parcels.csv"), "--log", str(corpus / "inspection_log.csv"), "--out", str(work / "out"), "--include-review",
        "--workers", "1", "--plain",
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


_HEAD_FIELDS = ("inspection_date", "parcel_id", "inspection_type", "result", "inspector", "case_number", "unit")


def score(work: Path, listing: bool) -> list[str]:
    """A line per kind of wear, and what is wrong if asked."""
    labelled = load_labelled(work / "corpus")
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    told: list[str] = []
    for kind in ("inspection", "violation"):
        rows = defaultdict(list)
        for row in read_rows(work / "out", kind):
            rows[row["source_file"]].append(row)
        for file in labelled.originals:
            worn = str(labelled.about(file)["condition"])
            for pair in match(kind, file, rows[file], labelled.records(file, kind), labelled.ignorable(file, kind)):
                for count in (tally[worn], tally["all"]):
                    _count(count, kind, pair)
                told += _told(kind, pair, worn)
    head = f"{'worn by':12} {'visits':>6} {'day':>5} {'parcel':>6} {'visit':>5} {'F1':>5} {'code':>5} | released wrong"
    lines = [head]
    for worn in (*WEAR, "all"):
        if c := tally.get(worn):
            visits = max(1, c["visits"])
            lines.append(
                f"{worn:12} {c['visits']:6d} {c['inspection_date'] / visits:5.2f} {c['parcel_id'] / visits:6.2f} "
                f"{c['visit_right'] / visits:5.2f} {2 * c['right'] / max(1, c['rows'] + c['true']):5.2f} "
                f"{c['code'] / max(1, c['true']):5.2f} | {c['wrong_visits']} of {c['released_visits']}, "
                f"{c['wrong_findings']} of {c['released_findings']}"
            )
    return lines + (told if listing else [])


def _count(count: Counter[str], kind: str, pair: Pair) -> None:
    if kind == "inspection":
        count["visits"] += pair.truth is not None
        for name in ("inspection_date", "parcel_id"):
            count[name] += pair.truth is not None and pair.fields.get(name, False)
        count["visit_right"] += pair.right
        count["released_visits"] += pair.released
        count["wrong_visits"] += pair.released and not pair.right
        return
    count["true"] += pair.truth is not None
    count["rows"] += pair.row is not None
    count["right"] += pair.right
    count["code"] += pair.truth is not None and pair.fields.get("code", False)
    count["released_findings"] += pair.released
    count["wrong_findings"] += pair.released and not pair.right


def _told(kind: str, pair: Pair, worn: str) -> list[str]:
    if kind == "violation" and pair.truth is not None and pair.row is not None:
        wrong = [n for n in ("status", "code") if not pair.fields.get(n, True)]
    elif kind == "inspection" and pair.truth is not None and pair.row is not None:
        wrong = [n for n in _HEAD_FIELDS if not pair.fields.get(n, True)]
    else:
        text = (pair.truth or pair.row or {}).get("description") or ""
        return [f"{pair.file} {worn}: {kind} {'missed' if pair.row is None else 'invented'}: {str(text)[:60]}"]
    mark = " RELEASED" if pair.released else ""
    row, truth = pair.row or {}, pair.truth or {}
    return [f"{pair.file} {worn}: {kind} {name}: {row.get(name)!r} for {truth.get(name)!r}{mark}" for name in wrong]


if __name__ == "__main__":
    main()
