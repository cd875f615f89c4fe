"""The benchmark of worn reports makes papers whose truth it knows."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium

from benchmarks.truth import load_truth
from benchmarks.typed_reports import LAYOUTS, drawn, type_out
from benchmarks.worn_reports import WEAR, make

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def test_papers_have_truth_a_parcel_and_every_other_a_row_in_the_log(tmp_path: Path) -> None:
    make(SAMPLES, tmp_path, seed=5, typed=2, part="all", originals=False)
    told = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((tmp_path / "corpus" / "truth").glob("*.json"))]
    assert [t["condition"] for t in told] == list(WEAR)[:2] and all((tmp_path / "corpus" / "files" / t["file"]).is_file() for t in told)
    visits = [t["reports"][0]["inspection"] for t in told]
    with (tmp_path / "corpus" / "parcels.csv").open(newline="", encoding="utf-8-sig") as file:
        assert {v["parcel_id"] for v in visits} <= {row["PROP_ID"] for row in csv.DictReader(file)}
    with (tmp_path / "corpus" / "inspection_log.csv").open(newline="", encoding="utf-8") as file:
        numbers = {row["RECORD_NO"] for row in csv.DictReader(file)}
    assert [v["case_number"] in numbers for v in visits] == [True, False]


def test_every_layout_prints_the_head_and_the_findings(tmp_path: Path) -> None:
    visits = [r for t in load_truth(SAMPLES).values() for r in t["reports"] if r["inspection"] and r["violations"]]
    housing = [v for v in visits if v["doc_type"] == "housing_inspection"]
    (report,) = drawn(housing, SAMPLES / "parcels.csv", 1, random.Random(3))
    for layout in LAYOUTS:
        out = tmp_path / f"{layout}.pdf"
        type_out(report, layout, out, ["Helvetica"], random.Random(1))
        said = " ".join(pdfium.PdfDocument(out)[0].get_textpage().get_text_bounded().split())
        assert report.case in said and report.day_written.split()[0] in said and report.findings[0]["description"].split()[0] in said


def test_wear_keeps_the_sheets_size_and_is_the_same_for_the_same_seed() -> None:
    page = np.full((660, 510), 255, np.uint8)
    page[100:110, 50:300] = 0
    for name, wear in WEAR.items():
        if name != "stamp":  # a stamp is as large as on a full sheet
            once, again = (wear(page.copy(), np.random.default_rng(1)) for _ in range(2))
            assert once.shape == page.shape and (once == again).all(), name
