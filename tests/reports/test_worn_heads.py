"""Heads on worn paper: what was misread is repaired and flagged, what can't be told is asked, a clear print is never replaced."""

from __future__ import annotations

from datetime import date

import pytest

from records.record import Record
from tests.reports.test_days import scanned
from tests.reports.test_own_layouts import page, read, split

FORM = ["Housing Inspection Report", "Address: 5 Birch Rd", "{day}", "Inspector: D. Fox", "Case No.: HSG-18-0042", "1. Broken window 410.501"]


def visit(*lines: str) -> Record:
    return split(read(scanned(page(list(lines))))[0][0])[0]


def form(day: str) -> Record:
    return visit(*(t.format(day=day) for t in FORM))


def asked(record: Record) -> bool:
    return any(r.field == "inspection_date" for r in record.reasons)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Date of Inspection: 1216:2018", date(2018, 12, 16)),
        ("Date of lnspection: 0ctober 4, 2O18", date(2018, 10, 4)),
        ("Inspection Date: 5/27/20188", date(2018, 5, 27)),
    ],
)
def test_a_worn_date_is_repaired_and_flagged(written: str, day: date) -> None:
    found = form(written)
    assert found.value("inspection_date") == day and "ocr_repair" in found.fields["inspection_date"].flags


def test_two_readings_are_no_date_unless_the_day_of_the_week_decides() -> None:
    assert form("Inspection Date: 1152018").value("inspection_date") is None
    told = form("Inspection Date: Monday 1152018")  # 15 January, not 5 November
    assert (told.value("inspection_date"), asked(told)) in {(date(2018, 1, 15), True), (None, True)}


def test_a_lost_year_is_the_records_and_a_question() -> None:
    found = form("Inspection Date: November 29 Q_2N1R")
    assert found.value("inspection_date") == date(2018, 11, 29) and asked(found)


def test_a_label_run_into_its_value_is_a_question() -> None:
    found = form("Date of Inspectior09/15/2018")
    assert found.value("inspection_date") == date(2018, 9, 15) and asked(found)


def test_the_wrong_day_of_the_week_is_a_question_and_the_right_one_agrees() -> None:
    assert asked(form("Date of Inspection: Tuesday, March 15, 2018"))
    assert "agreed" in form("Date of Inspection: Thursday, March 15, 2018").fields["inspection_date"].flags


LETTER = ["October 29, 2018", "Jane Roe", "RE: 14 Elm Street", "Dear Ms. Roe:", "{told}", "1. Hole in kitchen ceiling (410.500)", "A. Quill"]


def test_the_sentence_is_known_by_a_misread_word() -> None:
    told = "An inspectmon of the above property was made on 10/26/2018 by A. Quill. The following violations were observed:"
    assert visit(*(t.format(told=told) for t in LETTER)).value("inspection_date") == date(2018, 10, 26)


def test_the_day_of_a_letter_alone_is_a_question() -> None:
    found = visit(*(t.format(told="The following violations were observed at the above property:") for t in LETTER))
    assert found.value("inspection_date") is None or asked(found)


def test_an_earlier_day_on_the_paper_makes_its_own_date_a_question() -> None:
    lines = ["MEMO", "Date: 3/4/2019", "Property: 14 Elm Street", "Inspector: A. Quill", "On the premises 3/1/2019.", "1. Broken window 410.501"]
    assert asked(visit(*lines))


def test_a_street_called_division_is_no_office() -> None:
    found = visit("74 Division Street   Sep. 12, 2018", "HSG-18-3056", "L. Marrero", "- broken window in kitchen 410.501")
    assert found.text("address_as_written") == "74 Division Street"


def test_a_speck_before_the_notes_date_is_no_bullet() -> None:
    lines = ["20 Dudley Street", "* Thursday, November 15, 2018   HSG-18-3033", "- toilet seat loose (410.150)", "- broken window (410.501)"]
    assert visit(*lines).value("inspection_date") == date(2018, 11, 15)


def test_statuses_whose_dash_wore_off_and_words_that_are_none() -> None:
    lines = [
        "Re-inspection Report", "Address: 5 Birch Rd", "Re-inspection date: 5/7/2019", "Inspector: D. Fox", "Violations:",
        "1. hole in kitchen ceiling (410.500) CORRECTED", "2. rubbish behind the building (410.602) N NOT C CORRECTED",
        "3. 410.351 - open electrical junction box - hall - NOT CORRECTED",
    ]  # fmt: skip
    _, found = split(read(scanned(page(lines)))[0][0])
    assert [f.text("status") for f in found] == ["corrected", "open", "open"]
    assert "junction box" in found[2].text("description")


def test_a_labelled_street_without_its_number_is_an_address_to_ask_about() -> None:
    lines = ["Housing Inspection Report", "Property: Medford Street", "Date of Inspection: 5/7/2019", "Inspector: D. Fox", "1. Broken window 410.501"]
    found = visit(*lines)
    assert found.text("address_as_written") == "Medford Street"
    assert any(r.field == "address_as_written" for r in found.reasons)
