from __future__ import annotations

from datetime import date

from extractors.parcels import Linker
from records.document import Document, SourceFile
from records.parcel import LogRow
from records.record import Evidence, Extraction, Record, Report
from records.settings import City
from records.vocabulary import Kind
from tests.parcels.conftest import PARCELS

HERE = Evidence(1, (), "")
LOG = (LogRow(2, "BHI-18-0100", opened=date(2018, 8, 1), address="40 Sixth St", unit="2"),)


def record(kind: Kind, key: str, parent: str = "", **values: object) -> Record:
    fields = {n: Extraction(n, v, HERE, 0.9, 0.9, "test@1") for n, v in values.items()}  # type: ignore[arg-type]
    return Record(kind, key, fields, HERE, parent=parent)


def linked(*records: Record, path: str = "x.pdf") -> tuple[Record, ...]:
    document = Document(SourceFile("0" * 64, path, 1), ())
    report = Report(0, "housing_inspection", (1,), (), records)
    return Linker(PARCELS, LOG, City()).link(document, report).records


def test_a_finding_in_a_unit_goes_to_the_units_parcel_and_a_common_one_to_the_main_lot() -> None:
    visit, in_unit, common = linked(
        record("inspection", "inspection/0", address_as_written="50 Sixth St"),
        record("violation", "violation/0/0", "inspection/0", unit="1A"),
        record("violation", "violation/0/1", "inspection/0"),
    )
    assert [r.value("parcel_id") for r in (visit, in_unit, common)] == ["3-8", "3-8-1A", "3-8"]


def test_a_question_is_passed_on_to_the_findings() -> None:
    visit, finding = linked(
        record("inspection", "inspection/0", address_as_written="62 Central Ave"),
        record("violation", "violation/0/0", "inspection/0"),
    )
    assert visit.value("parcel_id") is None and visit.fields["parcel_id"].alternatives == ("6-1", "6-1A")
    assert [r.code for r in finding.reasons] == ["ambiguous"] and "62 Central Ave" in finding.reasons[0].detail


def test_the_log_suggests_but_does_not_decide() -> None:
    (visit,) = linked(record("inspection", "inspection/0", address_as_written="40 Sixth St"), path="BHI-18-0100/a.pdf")
    assert visit.value("parcel_id") is None and visit.fields["parcel_id"].alternatives[0] == "3-7-2"
    (lost,) = linked(record("inspection", "inspection/0"), path="BHI-18-0100/a.pdf")
    assert lost.value("address_as_written") is None
    assert {r.field for r in lost.reasons} >= {"parcel_id", "address_as_written", "inspection_date"}
    assert lost.value("permit_record") == "BHI-18-0100" and lost.value("match_basis") == "folder"


def test_vehicles_and_personal_property_have_no_parcel() -> None:
    (row,) = linked(record("tax", "tax/0", tax_type="motor_vehicle_excise", location="12 Addison St", owner="X"))
    assert "parcel_id" not in row.fields and not row.reasons


def test_a_list_row_is_linked_by_its_map_lot() -> None:
    (row,) = linked(record("water", "water/0", parcel_as_written="59/10", location="177 Marlborough St"))
    found = row.fields["parcel_id"]
    assert (found.value, found.finding, row.reasons) == ("59-10", 0.98, ())


def test_a_scanned_address_that_the_log_contradicts_is_doubted() -> None:
    seen = record("inspection", "inspection/0", address_as_written="12 Addison St", inspection_date=date(2018, 8, 2))
    (visit,) = linked(seen, path="BHI-18-0100/a.pdf")
    assert [(r.field, r.code) for r in visit.reasons] == [("permit_record", "conflict"), ("parcel_id", "conflict")]


def test_an_address_that_no_parcel_has_gets_the_logs_parcel_as_a_suggestion() -> None:
    (visit,) = linked(record("inspection", "inspection/0", address_as_written="49 Sixth St"), path="BHI-18-0100/a.pdf")
    assert visit.value("parcel_id") is None and visit.fields["parcel_id"].alternatives == ("3-7-2",)
    assert any("log" in r.detail for r in visit.reasons if r.field == "parcel_id")
