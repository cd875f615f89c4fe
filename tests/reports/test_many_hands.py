"""Reports as inspectors of any city write them: labels without colons, lists by letters, mails, letters in running text."""

from __future__ import annotations

from datetime import date

import pytest

from extractors.language.findings import FindingContext, read_findings
from extractors.reports.address import find_address
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.record import Record
from tests.reports.test_own_layouts import page, read

RULES = RuleBook.load()


def records(text: str) -> tuple[Record, list[Record]]:
    reports, why = read(page(text.splitlines()))
    assert len(reports) == 1, why
    visit, *found = [r for r in reports[0].records if not r.ignorable]
    return visit, found


def test_a_line_of_labels_without_colons() -> None:
    visit, _ = records(
        "HOUSING INSPECTION REPORT\nAddress 12 Elm Street Unit 4 Date 3/4/2019 Inspector D. Lamb\n"
        "1. Handrail loose at rear stair. 105 CMR 410.503"
    )
    said = {n: visit.text(n) for n in ("address_as_written", "unit", "inspection_date", "inspector")}
    assert said == {"address_as_written": "12 Elm Street", "unit": "4", "inspection_date": "2019-03-04", "inspector": "D. Lamb"}


def test_a_section_heads_the_bullets_below_it() -> None:
    _, found = records(
        "Report of housing inspection\nWhere: 12 Elm Street\nWhen: June the 12th, 2019\nInspector: A. Day\n"
        "105 CMR 410.351\n- Shower diverter broken\n- Disposal hums and does not turn\n105 CMR 410.500\n- Closet door off its track"
    )
    assert [(v.text("code"), v.text("description")) for v in found] == [
        ("105 CMR 410.351", "Shower diverter broken"),
        ("105 CMR 410.351", "Disposal hums and does not turn"),
        ("105 CMR 410.500", "Closet door off its track"),
    ]


def test_letters_number_a_list_and_its_heading_says_what_became_of_it() -> None:
    visit, found = records(
        "City of Anywhere Board of Health\nCompliance letter\nProperty: 12 Elm Street\n"
        "This is to confirm that on June 11, 2019 Inspector Vale found that the following, noted in our order of May 6, have been corrected:\n"
        "(a) lack of heat in rear bedroom, 410.201;\n(b) loose toilet, 410.150;\n(c) cellar door does not lock, 410.480.\nLee Vale"
    )
    assert {v.text("status") for v in found} == {"corrected"} and len(found) == 3
    assert visit.text("result") == "corrected" and visit.text("inspection_type") == "reinspection"


def test_who_signs_is_no_finding() -> None:
    _, found = records(
        "Inspectional Services Department\nRe: 12 Elm Street, Apartment 6\nA re-inspection was made on June 28, 2019.\n"
        "The following remain uncorrected:\na. Soft floor at tub (105 CMR 410.500)\nb. Live bedbugs in bedroom (105 CMR 410.550)\n"
        "Rosalind Marsh\nSenior Sanitary Inspector"
    )
    assert [v.text("description") for v in found] == ["Soft floor at tub", "Live bedbugs in bedroom"]


def test_a_mail_about_a_place() -> None:
    visit, found = records(
        "From: Anselm Oduya <a@city.example>\nSent: Thursday, August 23, 2018\nTo: Clerk ISD\nSubject: 48 Fourth St unit 6\n"
        "went to 48 Fourth St unit 6 this morning (8/23/2018)\n- kitchen outlet will not reset (351)\n- ants all over counter"
    )
    assert (visit.text("address_as_written"), visit.text("inspector")) == ("48 Fourth St unit 6", "Anselm Oduya")
    assert found[0].text("code") == "105 CMR 410.351"


def test_what_a_second_visit_found_new() -> None:
    _, found = records(
        "RE-INSPECTION REPORT\nAddress: 12 Elm Street\nRe-inspection date: 4/9/2019\n"
        "1. Stair carpet torn (410.500) - Not corrected\nNew at this visit: rear storm door glass broken."
    )
    assert found[-1].text("description") == "rear storm door glass broken" and len(found) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kerosene heater in bedroom. 105 CMR 410.200. Remove today.", ["Kerosene heater in bedroom"]),
        (
            "radiator is cold (410.201) and that the flue is disconnected (410.202)",
            ["radiator is cold", "that the flue is disconnected"],
        ),
        ("Repair broken window in hall", ["Repair broken window in hall"]),
    ],
)
def test_what_is_wrong_apart_from_what_is_to_be_done(text: str, found: list[str]) -> None:
    assert [f.description for f in read_findings(text, FindingContext(date(2019, 1, 2)), RULES)] == found


def test_where_the_city_sits_is_no_property() -> None:
    assert find_address("1 City Hall Square") is None
    assert find_address("Q2 / 2019 Form 4", bare=True) is None
    visit, _ = records(
        "Board of Health\n500 Main Street, Room 112 Tel 617-555-0140\nSubject: 22 Walnut St., second floor\n"
        "On the third of October 2018 the undersigned visited the second floor apartment.\n"
        "1. Washbasin drain leaks. 105 CMR 410.351\n2. Tiles loose over tub. 105 CMR 410.504"
    )
    assert visit.text("address_as_written").startswith("22 Walnut St")
    assert visit.text("inspection_date") == "2018-10-03"


def test_a_code_not_met_is_no_clean_visit() -> None:
    known = wording(RULES)
    assert known.result_of("The apartment does not meet the minimum standards of fitness") != "no_violations"
    assert known.result_of("I found nothing in the unit that does not comply with the code") == "no_violations"
