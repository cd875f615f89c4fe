"""The log says what ran and nothing that a document says."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from flows import logbook
from flows.home import open_home
from flows.logbook import Logbook, about, where
from flows.run import Task, run_task

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PEOPLE = ("Petrosyan", "Quispe", "617-555-0134", "555-0134", "t.quispe@example.org", "078-05-1120")
"""Names, numbers and addresses that the made-up papers hold."""


def lines(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (home / "logs" / "lotline.jsonl").read_text(encoding="utf-8").splitlines()]


def letter_with_people(file: Path) -> None:
    canvas = Canvas(str(file), pagesize=letter, invariant=True)
    text = (
        "City of Chelsea - Inspectional Services Department", "HOUSING INSPECTION REPORT", "",
        "Property address: 31 Tremont St", f"Date of inspection: {date(2018, 8, 2):%m/%d/%Y}", "Inspector: J. Rivera",
        "Occupant: Tomasa Quispe, Apt 2   Phone: 617-555-0134", "Complainant: Aram Petrosyan, t.quispe@example.org",
        "SSN on file: 078-05-1120", "", "1. 105 CMR 410.482 - Smoke detector missing in the kitchen of Ms. Quispe.",
    )  # fmt: skip
    for n, line in enumerate(text):
        canvas.drawString(72, 720 - 18 * n, line)
    canvas.save()


def test_no_log_of_a_run_holds_people(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    letter_with_people(inbox / "Quispe Tomasa 617-555-0134.pdf")
    shutil.copy(SAMPLES / "files" / "delinquent_list_72.pdf", inbox / "Petrosyan list.pdf")
    (inbox / "Petrosyan broken.pdf").write_bytes(b"%PDF-1.4\nAram Petrosyan 617-555-0134\n")
    (inbox / "Quispe.docx").write_bytes(b"PK\x03\x04 Tomasa Quispe")
    home = open_home(tmp_path / "home")
    task = Task(home, (inbox,), SAMPLES / "parcels.csv", None, tmp_path / "out", include_review=True, workers=1, plain=True)
    run_task(task, lambda done, total, path: None)
    found = lines(home.folder)
    assert {"run begun", "document begun", "document done", "run done"} <= {str(f["event"]) for f in found}
    assert len({f["run"] for f in found}) == 1
    assert all(len(str(f["document"])) == 16 for f in found if "document" in f)
    logs = [p for p in home.folder.rglob("*") if p.is_file() and (p.suffix in (".log", ".jsonl") or "logs" in p.parts)]
    assert logs
    for log in logs:
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not [name for name in PEOPLE if name.lower() in text.lower()], log
    # The papers do hold them, and the city's own export shows what the log must not.
    assert any("Quispe" in p.read_text(encoding="utf-8", errors="replace") for p in (tmp_path / "out").glob("*.csv"))


def test_an_error_is_told_without_its_message(tmp_path: Path) -> None:
    try:
        logbook._safe(int("Tomasa Quispe"))
    except ValueError as error:
        Logbook(tmp_path, "r1").note("reading failed", level="error", document="ab" * 32, error=error, file="Quispe.pdf", pages=3)
        told = about(error, "reading", "ab" * 32)
    line = lines(tmp_path)[0]
    assert line["error"] == "ValueError"
    assert line["document"] == "ab" * 8
    assert line["pages"] == 3
    assert line["file"] == "(held back)"
    assert "Quispe" not in json.dumps(line) + told


def test_where_names_our_own_lines() -> None:
    from records.errors import StoreError
    from store import Store

    with pytest.raises(StoreError) as caught:
        Store.open("mysql://host/name")
    assert where(caught.value).startswith("store/opening.py:")


def test_a_full_log_is_put_aside_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "_LONGEST", 300)
    monkeypatch.setattr(logbook, "_KEPT", 3)
    for number in range(40):
        Logbook(tmp_path).note("tick", number=number)
    files = sorted(p.name for p in (tmp_path / "logs").glob("lotline*"))
    assert files == ["lotline.jsonl", *(f"lotline.jsonl.{n}" for n in (1, 2, 3))]
    assert all(p.stat().st_size <= 300 for p in (tmp_path / "logs").glob("lotline*"))
    assert lines(tmp_path)[-1]["number"] == 39


def test_a_log_that_can_not_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file", encoding="utf-8")
    Logbook(tmp_path).note("tick")
