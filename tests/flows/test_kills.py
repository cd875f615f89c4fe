"""Five kills at random moments, of the run and of its readers: the export is the undisturbed one, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.kills import differences, harness, multiply

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
FILES = ("16 Fremont Ave. 05-23-19.pdf", "31 Tremont 08-02-18.pdf", "delinquent_list_72.pdf", "32 Cary Ave. letter.docx")


def test_killed_runs_end_like_an_undisturbed_one(tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for name in FILES:
        shutil.copy(SAMPLES / "files" / name, few)
    assert multiply(few, tmp_path / "inbox", 10) == 9  # a Word file is not multiplied
    outcome = harness(
        tmp_path / "inbox", SAMPLES / "parcels.csv", SAMPLES / "inspection_log.csv", tmp_path, kills=5, seed=7, workers=2
    )
    assert outcome.killed.total() == 5
    assert outcome.differing == []


def test_a_difference_is_seen(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text(name, encoding="utf-8")
        (tmp_path / name / "delivery.json").write_text(name, encoding="utf-8")
    assert differences(tmp_path / "one", tmp_path / "other") == ["a.csv"]
