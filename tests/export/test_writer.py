"""The export as a whole: contract columns, valid data package, same bytes, safe swap."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from frictionless import validate

from flows.export import folder as folders
from flows.export.writer import write_export, write_profile
from records.errors import SetupError, StoreError
from records.export import COLUMNS, ExportBundle, Provenance
from tests.export.city import FIRST, LIST_NEW, LIST_OLD, PATHS, bundle, finding, tax, visit

PROFILES = ("internal", "public", "opengov", "buildingblocks")
EMPTY = ExportBundle((), (), Provenance("r" * 64))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def by(path: Path, key: str) -> dict[str, dict[str, str]]:
    return {row[key]: row for row in read(path)}


@pytest.mark.parametrize("review", [False, True])
def test_every_file_has_the_columns_of_the_contract_in_order(tmp_path: Path, review: bool) -> None:
    write_export(tmp_path / "out", bundle(), review)
    for name, columns in COLUMNS.items():
        header = (tmp_path / "out" / name).read_bytes().split(b"\r\n")[0].decode()
        assert tuple(header.split(",")) == columns


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("made", [bundle(), EMPTY], ids=["city", "empty"])
def test_frictionless_accepts_the_package(tmp_path: Path, profile: str, made: ExportBundle) -> None:
    write_export(tmp_path / "out", made, profile in ("internal", "opengov"), profile)
    report = validate(str(tmp_path / "out" / "datapackage.json"))
    assert report.valid, report.to_summary()


def test_frictionless_accepts_released_rows_alone(tmp_path: Path) -> None:
    waiting = visit("i1", FIRST, "2018-09-17", state="in_review")
    made = bundle(records=(waiting, finding("v1", FIRST, "2018-09-17", "i1")))
    write_export(tmp_path / "out", made, False)
    assert validate(str(tmp_path / "out" / "datapackage.json")).valid
    assert read(tmp_path / "out" / "violations.csv")[0]["inspection_id"] == ""


@pytest.mark.parametrize("profile", PROFILES)
def test_same_bundle_same_bytes(tmp_path: Path, profile: str) -> None:
    made = bundle()
    shuffled = replace(made, records=made.records[::-1], documents=made.documents[::-1], ledger=made.ledger[::-1],
                       questions=made.questions[::-1])
    write_export(tmp_path / "a", made, False, profile)
    write_export(tmp_path / "b", shuffled, False, profile)
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == sorted(p.name for p in (tmp_path / "b").iterdir())
    for name in names:
        if name != "delivery.json":
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_rows_say_what_the_contract_says(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    violations = by(out / "violations.csv", "violation_id")
    assert set(violations) == {"v1", "v2", "v3"}  # no copy, nothing rejected, nothing in review
    first = violations["v1"]
    assert first["description"] == "'=HYPERLINK(\"x\") boxes, \"in\" the hall"
    assert first["bbox"] == "72.0 150.0 300.1 161.0" and first["confidence"] == "" and first["document_id"] == "1" * 16
    assert violations["v3"]["repeat_of"] == "v1" and violations["v3"]["first_cited_date"] == "2018-09-17"
    visits = by(out / "inspections.csv", "inspection_id")
    assert visits["i1"]["violations_found"] == "2" and visits["i1"]["complete"] == "yes"
    assert visits["i1"]["confidence"] == "0.9877"
    assert (visits["i2"]["violations_found"], visits["i2"]["violations_pending"], visits["i2"]["complete"]) == ("2", "1", "no")
    rows = by(out / "tax_delinquencies.csv", "tax_id")
    assert rows["t1"]["principal"] == "1315.60" and rows["t1"]["total"] == "-12.00" and rows["t1"]["fees"] == ""
    assert [rows[i]["is_latest"] for i in ("t1", "t2", "t3", "t4")] == ["no", "no", "yes", "yes"]
    assert rows["t1"]["list_id"] == rows["t2"]["list_id"] != rows["t3"]["list_id"]
    assert read(out / "water_usage.csv")[0]["current_reading"] == "2755.5"


def test_every_file_is_accounted_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = write_export(out, bundle(), False)
    documents = by(out / "documents.csv", "source_file")
    state = {name: row["state"] for name, row in documents.items()}
    assert state == {
        PATHS[FIRST]: "exported", "BHI-18-1/attachment (1).pdf": "in_review", 'BHI-18-1/report, "final".docx': "duplicate",
        "copy.pdf": "duplicate", "'=taxes 2018.pdf": "in_review", "taxes é 2019.csv": "exported",
        "line\nbreak.xlsx": "exported", "IMG.jpg": "rejected", "broken.pdf": "unreadable",
    }  # fmt: skip
    assert documents['BHI-18-1/report, "final".docx']["duplicate_of"] == PATHS[FIRST]
    assert documents["broken.pdf"]["reason"] == "not a PDF at all"
    assert all(row["reason"] for row in documents.values() if row["state"] != "exported")
    assert summary.document_states["duplicate"] == 2 and summary.rows["documents.csv"] == 9


def test_the_queue_asks_once_per_field_and_for_documents(tmp_path: Path) -> None:
    write_export(tmp_path / "out", bundle(), False)
    items = read(tmp_path / "out" / "review_queue.csv")
    assert [(i["kind"], i["field"], i["reasons"]) for i in items] == [
        ("document", "", "subtotal differs"), ("document", "", "page 3 not read"),
        ("violation", "code", "not found"), ("violation", "unit", "apt 2 or 3"),
    ]  # fmt: skip
    assert items[2]["machine_value"] == "105 CMR 410.451" and items[0]["page"] == "2"


def test_a_value_that_does_not_fit_sends_the_row_to_review(tmp_path: Path) -> None:
    odd = finding("v9", FIRST, "17 Sept", "i1")
    write_export(tmp_path / "out", bundle(records=(visit("i1", FIRST, "2018-09-17"), odd), questions=()), True)
    row = read(tmp_path / "out" / "violations.csv")[0]
    assert row["state"] == "in_review" and row["inspection_date"] == ""
    assert "does not fit" in read(tmp_path / "out" / "review_queue.csv")[0]["reasons"]


def test_a_repeat_names_the_record_that_stands_for_the_first(tmp_path: Path) -> None:
    made = bundle()
    cited = tuple(replace(r, repeat_of="v4") if r.id == "v3" else r for r in made.records)  # v4 is a copy of v1
    write_export(tmp_path / "out", replace(made, records=cited), False)
    assert by(tmp_path / "out" / "violations.csv", "violation_id")["v3"]["repeat_of"] == "v1"


def test_a_newer_list_of_one_year_leaves_other_years_standing(tmp_path: Path) -> None:
    lists = (tax("a", LIST_OLD, "2018-12-31", "2017"), tax("b", LIST_OLD, "2018-12-31", "2018"),
             tax("c", LIST_NEW, "2019-06-30", "2018"))  # fmt: skip
    write_export(tmp_path / "out", bundle(records=lists), False)
    rows = by(tmp_path / "out" / "tax_delinquencies.csv", "tax_id")
    assert [rows[i]["is_latest"] for i in "abc"] == ["yes", "no", "yes"]


def test_workbook_holds_text_only(tmp_path: Path) -> None:
    write_export(tmp_path / "out", bundle(), True)
    book = openpyxl.load_workbook(tmp_path / "out" / "lotline.xlsx")
    assert book.sheetnames == [name.removesuffix(".csv") for name in COLUMNS]
    rows = list(book["violations"].iter_rows())
    assert [c.value for c in rows[0]] == list(COLUMNS["violations.csv"])
    assert rows[1][0].value == "4-3" and rows[1][0].number_format == "@"
    assert all(c.data_type in ("s", "inlineStr", "n") and not isinstance(c.value, (int, float)) for r in rows for c in r)
    names = {r[1].value for r in book["documents"].iter_rows()}
    assert "line\nbreak.xlsx" in names and "taxes é 2019.csv" in names


def test_pandas_reads_what_was_written(tmp_path: Path) -> None:
    write_export(tmp_path / "out", bundle(), True)
    frame = pd.read_csv(tmp_path / "out" / "documents.csv", dtype=str, keep_default_na=False)
    assert "line\nbreak.xlsx" in set(frame["source_file"]) and len(frame) == 9


def test_manifest_tells_what_is_proven_and_no_time(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["proof"]["tax"] == "unproven" and manifest["files"]["violations.csv"]["rows"] == 3
    assert set(manifest["files"]) == {p.name for p in out.iterdir()} - {"manifest.json", "delivery.json"}


def test_delivery_tells_what_changed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    made = bundle()
    fewer = tuple(replace(r, values={**r.values, "unit": "3"}) if r.id == "v2" else r for r in made.records if r.id != "t1")
    summary = write_export(out, replace(made, records=fewer), False)
    assert summary.changes["violations.csv"] == {"added": 0, "changed": 1, "withdrawn": 0}
    assert summary.changes["tax_delinquencies.csv"]["withdrawn"] == 1
    assert json.loads((out / "delivery.json").read_text())["changes"] == summary.changes


def test_a_foreign_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(SetupError, match="no export of Lotline"):
        write_export(tmp_path, bundle(), False)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_persons_notes_in_an_export_survive_the_swap(tmp_path: Path) -> None:
    write_export(tmp_path / "out", bundle(), False)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    write_export(tmp_path / "out", bundle(), True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_a_full_disk_leaves_the_old_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    before = _snapshot(out)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.export.workbook.write_workbook", full)
    with pytest.raises(StoreError, match="disk is full"):
        write_export(out, bundle(), True)
    assert _snapshot(out) == before and [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_swap_puts_the_old_export_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    before = _snapshot(out)
    rename = Path.rename

    def broken(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(StoreError, match="in use"):
        write_export(out, bundle(), True)
    assert _snapshot(out) == before


def test_a_crash_between_the_renames_is_recovered(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    before = _snapshot(out)
    out.rename(tmp_path / ".out.old")  # killed here
    (tmp_path / ".out.partial").mkdir()
    folders.recover(out)
    assert _snapshot(out) == before
    summary = write_export(out, bundle(), False)
    assert summary.changes["violations.csv"] == {"added": 0, "changed": 0, "withdrawn": 0}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_crash_after_the_swap_keeps_a_persons_notes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_export(out, bundle(), False)
    (out / "notes.txt").write_text("mine")
    out.rename(tmp_path / ".out.old")
    write_export(tmp_path / "new", bundle(), True)
    (tmp_path / "new").rename(out)  # killed here
    write_export(out, bundle(), True)
    assert (out / "notes.txt").read_text() == "mine" and [p.name for p in tmp_path.iterdir()] == ["out"]


def test_review_rows_never_leave_the_city(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="leaves the city"):
        write_export(tmp_path / "out", bundle(), True, "public")
    with pytest.raises(SetupError, match="internal"):
        write_profile(tmp_path / "out", bundle(), "nonsense")
