"""Reports as other authors would make them: cards, logs, boxes, one deadline for all, a head below its list, plain prose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.reports.test_own_layouts import page, read, split, table

HEAD = ["Dwelling unit inspection report", "Premises: 48 Harbor Street    Apt: 2", "Date of inspection: 3/4/2019", "Inspector: P. Dunne"]


def found(*lines: str) -> list[tuple[str, date | None]]:
    reports, why = read(page([*HEAD, *lines]))
    assert len(reports) == 1, why
    return [(v.text("code"), v.fields["correct_by"].value if "correct_by" in v.fields else None) for v in split(reports[0])[1]]


def test_a_deadline_for_some_and_one_for_the_rest() -> None:
    lines = ["1. No smoke alarm in hall. 105 CMR 410.482", "2. Broken stair rail. 105 CMR 410.503", "3. Mice in pantry. 105 CMR 410.550"]
    said = "Item 1 must be corrected no later than March 5, 2019. The remaining items have to be completed by April 3, 2019."
    later = date(2019, 4, 3)
    assert found(*lines, said) == [
        ("105 CMR 410.482", date(2019, 3, 5)), ("105 CMR 410.503", later), ("105 CMR 410.550", later),
    ]  # fmt: skip


@pytest.mark.parametrize("label", ["Repairs due: 4/3/2019", "Correction deadline: April 3, 2019", "To be corrected by: 4/3/19"])
def test_a_labelled_deadline_is_for_all(label: str) -> None:
    lines = ["1. No smoke alarm in hall. 105 CMR 410.482", "2. Broken stair rail. 105 CMR 410.503"]
    assert {due for _, due in found(*lines, label)} == {date(2019, 4, 3)}


def test_a_hearing_is_no_deadline() -> None:
    assert found("1. No smoke alarm in hall. 105 CMR 410.482", "A petition for a hearing must be received by 3/11/2019.") == [
        ("105 CMR 410.482", None)
    ]


def test_only_ticked_lines_of_single_boxes_count() -> None:
    lines = ["[ ] 410.190 Hot water", "[X] 410.254 Hall lighting", "[ ] 410.450 Egress", "[X] 410.602 Rubbish", "[ ] 410.480 Locks"]
    assert [code for code, _ in found(*lines)] == ["105 CMR 410.254", "105 CMR 410.602"]


def test_cards_of_labelled_lines() -> None:
    lines = [
        "Area: Kitchen", "Condition: Faucet drips without end", "Section: 410.351", "Comply by: 4/3/2019",
        "Area: Bath", "Condition: Floor tile missing at tub", "Section: 410.504", "Comply by: 4/9/2019",
    ]  # fmt: skip
    assert found(*lines) == [("105 CMR 410.351", date(2019, 4, 3)), ("105 CMR 410.504", date(2019, 4, 9))]


def test_a_section_over_what_was_found() -> None:
    lines = ["You are ordered to correct the following violations:", "105 CMR 410.253(A)", "Laundry lacks any light.", "105 CMR 410.500",
             "Rain enters through the roof."]  # fmt: skip
    assert [code for code, _ in found(*lines)] == ["105 CMR 410.253(A)", "105 CMR 410.500"]


def test_a_log_holds_a_visit_per_row() -> None:
    made = page(["INSPECTOR'S DAILY LOG", "Inspector: P. Dunne    Date: 3/4/2019"])
    rows = [
        ["Address", "Unit", "Purpose", "Findings", "Code"],
        ["48 Harbor Street", "2", "Complaint", "No heat in bedroom", "410.201"],
        ["9 Lime Street", "1", "Rental", "No violations observed.", "-"],
        ["77 Mill Avenue", "5", "Rental", "No entry, card left", "-"],
    ]
    log = table(rows)
    made = replace(made, blocks=(*(made.blocks or ()), log), words=(*made.words, *(w for r in log.rows for c in r for w in c.words)))
    reports, why = read(made)
    assert len(reports) == 1, why
    visits = [r for r in reports[0].records if r.kind == "inspection"]
    assert [(v.text("address_as_written"), v.text("unit"), v.text("result")) for v in visits] == [
        ("48 Harbor Street", "2", "violations"), ("9 Lime Street", "1", "no_violations"), ("77 Mill Avenue", "5", "no_entry"),
    ]  # fmt: skip


def test_a_visit_told_in_prose_has_the_day_of_the_visit() -> None:
    reports, why = read(page([
        "MEMORANDUM", "TO: File", "FROM: Housing inspector P. Dunne", "DATE: 8 March 2019",
        "SUBJECT: 48 Harbor Street, third floor - visit of 4 March 2019",
        "The tenant showed me the rooms, which were tidy and warm on this day of the week in winter.",
        "The smoke alarm in the hall is missing (410.482). The handrail on the rear stairs is loose (410.503).",
    ]))  # fmt: skip
    assert len(reports) == 1, why
    visit, violations = split(reports[0])
    assert visit.value("inspection_date") == date(2019, 3, 4)
    assert {v.text("code") for v in violations} >= {"105 CMR 410.482", "105 CMR 410.503"}


@pytest.mark.parametrize("lines", [
    ["Harbor Homes LLC", "May 20, 2019", "Re: your letter about 48 Harbor Street", "Our plumber will fix the leaking sink next week.",
     "The broken stairs are on order. We ask for two more weeks."],
    ["From: P. Lee", "To: Inspectional Services", "Subject: Inspection of 48 Harbor Street", "Could the inspector come on 3/4/2019?",
     "The smoke detectors are missing batteries."],
    ["PAYMENT RECEIPT", "Receipt no. 4471  Date paid: 2/1/2019", "48 HARBOR ST", "Fiscal year 2019 tax $1,388.14 interest $0.00 PAID IN FULL"],
])  # fmt: skip
def test_papers_of_others_are_no_record(lines: list[str]) -> None:
    assert read(page(lines))[0] == []
