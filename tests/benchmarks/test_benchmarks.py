"""The benchmarks measure what they say: words are counted right, stocks hold no two alike, costs include children."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.city import make_reports
from benchmarks.measure import cost_of
from benchmarks.papers import Paper, papers, tokens
from benchmarks.speed import portions_of
from benchmarks.stock import born_digital, copies, pages_of, scanned_pages, scans
from benchmarks.word_error import errors_on, main, table

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def paper(whole: bool, page: int = 1) -> Paper:
    return Paper(Path("a.png"), "fax", {page: Counter(["sink", "leaks", "leaks"])}, whole)


def test_words_are_compared_without_case_and_edges() -> None:
    assert tokens("The “Sink” leaks, $1,234.50 — 410.482(A)") == ["the", "sink", "leaks", "1,234.50", "410.482(a"]


@pytest.mark.parametrize(("read", "whole", "partial"), [
    (["sink", "leaks", "leaks"], 0, 0), (["sink", "leaks"], 1, 1), (["sink", "leaks", "leaks", "x"], 1, 0),
    (["sink", "leaks", "1eaks"], 1, 1), ([], 3, 3),
])  # fmt: skip
def test_a_misread_word_counts_once_and_words_beyond_a_partial_truth_do_not(read: list[str], whole: int, partial: int) -> None:
    assert errors_on(paper(True), {1: Counter(read)})[1].errors == whole
    assert errors_on(paper(False), {1: Counter(read)})[1].errors == partial
    assert errors_on(paper(False, page=0), {2: Counter(read)})[0].errors == partial


def test_forms_of_truth_are_found(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        Image.new("L", (20, 20), 255).save(tmp_path / name)
    (tmp_path / "a.txt").write_text("one two", encoding="utf-8")
    (tmp_path / "b.truth.hocr").write_text("<html><span class='ocrx_word'>Three</span></html>", encoding="utf-8")
    found = {p.file.name: dict(p.words[1]) for p in papers(tmp_path)}
    assert found == {"a.png": {"one": 1, "two": 1}, "b.png": {"three": 1}}
    assert {p.file.name for p in papers(SAMPLES, "all") if p.group != "digital"} <= {p.name for p in (SAMPLES / "files").iterdir()}
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="no file"):
        list(papers(tmp_path / "none"))


def test_single_pages_of_the_held_out_part_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(SAMPLES), "--part", "heldout", "--pages"])
    assert "not shown" in capsys.readouterr().err


def test_the_table_has_a_row_per_group_and_one_for_all() -> None:
    tally = errors_on(paper(True), {1: Counter(["sink"])})[1]
    none = errors_on(paper(True), {1: Counter(["sink", "leaks", "leaks"])})[1]
    rows = table({"fax": {"tesseract": tally, "lotline": none}}, ["tesseract", "lotline"])
    assert rows[2] == "| fax | 3 | 0.6667 | 0.0000 | 0.00 |"
    assert rows[-1].startswith("| all |")


def test_no_two_documents_of_a_stock_are_alike(tmp_path: Path) -> None:
    typed = born_digital(sorted((SAMPLES / "files").iterdir()))
    assert typed
    made = copies(typed[:2], 5, tmp_path / "copies")
    assert len({p.read_bytes() for p in made}) == 5
    assert pages_of(made) >= 5
    sheet = Image.new("L", (850, 1100), 255)
    ImageDraw.Draw(sheet).text((100, 100), "text")
    sheet.save(tmp_path / "scan.png", dpi=(100, 100))
    assert scans([tmp_path / "scan.png", *typed]) == [tmp_path / "scan.png"]
    documents, pictures = scanned_pages([tmp_path / "scan.png"], 3, tmp_path / "scans")
    assert len(documents) == len(pictures) == 3
    assert len({np.asarray(Image.open(p)).tobytes() for p in pictures}) == 3
    assert Image.open(pictures[0]).size == (2550, 3300)


def test_reports_are_distinct_and_come_out_the_same_again(tmp_path: Path) -> None:
    first = make_reports(SAMPLES / "parcels.csv", 4, tmp_path / "a")
    again = make_reports(SAMPLES / "parcels.csv", 4, tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    assert len({p.read_bytes() for p in first}) == 4


def test_costs_include_what_a_command_starts() -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(20_000_000))'])"
    cost = cost_of([sys.executable, "-c", child])
    assert cost.code == 0
    assert cost.cpu > 0.1
    assert cost_of([sys.executable, "-c", "raise SystemExit('no such thing')"]).said.strip().endswith("no such thing")


def test_portions_hold_everything_once() -> None:
    items = [Path(str(i)) for i in range(10)]
    assert sorted(p for part in portions_of(items, 4) for p in part) == sorted(items)
    assert len(portions_of(items[:2], 4)) == 2


def test_a_text_reader_says_what_it_cost(tmp_path: Path) -> None:
    made = make_reports(SAMPLES / "parcels.csv", 2, tmp_path / "r")
    (tmp_path / "list").write_text("\n".join(map(str, made)), encoding="utf-8")
    script = SAMPLES.parent / "benchmarks" / "text_readers.py"
    said = json.loads(cost_of([sys.executable, script, "lotline", tmp_path / "list"]).said.strip().splitlines()[-1])
    assert said["pages"] == 2
    assert said["words"] > 60
    assert said["failed"] == 0
