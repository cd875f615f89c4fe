"""One item of a report: what is wrong, where, cited as what, until when, and what became of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language.findings import Finding, FindingContext, is_negated, read_findings
from extractors.language.places import find_location
from extractors.rulebook import RuleBook

NEGATION = RuleBook.load().section("negation")
LOCATIONS = RuleBook.load().section("locations")
ON = FindingContext(report_date=date(2019, 4, 29))
TERSE = FindingContext(report_date=date(2019, 4, 29), terse=True)


def one(text: str, context: FindingContext = ON) -> Finding:
    (found,) = read_findings(text, context)
    return found


@pytest.mark.parametrize("text", NEGATION["examples"])
def test_nothing_wrong(text: str) -> None:
    assert is_negated(text)


@pytest.mark.parametrize("text", NEGATION["counter_examples"])
def test_something_wrong(text: str) -> None:
    assert not is_negated(text)


@pytest.mark.parametrize("example", LOCATIONS["examples"], ids=lambda e: e["text"])
def test_location(example: dict[str, str]) -> None:
    assert find_location(example["text"])[0] == example["location"]


@pytest.mark.parametrize("text", LOCATIONS["counter_examples"])
def test_no_location(text: str) -> None:
    assert find_location(text)[0] == ""


def test_a_numbered_order() -> None:
    found = one("4. 105CMR410.482(B) - Observed that heat detector missing in rear hall, within 24 hours.")
    assert found.description == "heat detector missing in rear hall"
    assert [c.code for c in found.citations] == ["105 CMR 410.482(B)"]
    assert (found.location, found.correct_by) == ("rear hall", date(2019, 4, 30))


def test_citation_in_brackets_and_status() -> None:
    found = one("2. Torn flooring at pantry (Sec. 410.504(A)) — Not corrected - owner given until 5/9/19")
    assert (found.description, found.status, found.correct_by) == ("Torn flooring at pantry", "open", date(2019, 5, 9))
    assert one("Cracked window pane — Corrected").status == "corrected"
    assert one("Ceiling must be repaired in den").status is None


def test_quoted_from_before() -> None:
    found = one("Previous order of 1/5/2019: no screens in kitchen (105 CMR 410.551). Complied.")
    assert found.quoted and found.status == "corrected" and found.description == "no screens in kitchen"


def test_terse_line() -> None:
    found = one("-410.482 SD msg 2nd fl hall", TERSE)
    assert (found.description, found.location) == ("SD msg 2nd fl hall", "2nd fl hall")


def test_two_findings_in_a_line() -> None:
    found = read_findings("toilet runs constantly + handrail loose at rear stairs", TERSE)
    assert [f.description for f in found] == ["toilet runs constantly", "handrail loose at rear stairs"]


@pytest.mark.parametrize(
    "text",
    ["water damaged wall and ceiling", "no hot water in bath; 90 degrees at tap", "exit blocked with boxes and a mattress",
     "missing balusters on porch; 3 of them gone", "illegal room with bed and hot plate"],
)  # fmt: skip
def test_one_defect_stays_one(text: str) -> None:
    assert len(read_findings(text, ON)) == 1


def test_unit_of_a_finding() -> None:
    found = one("Unit 3: no smoke detector in bedroom")
    assert (found.unit, found.description) == ("3", "no smoke detector in bedroom")
    assert one("Apt 2L - roaches").unit == "2L"


@given(st.text(alphabet="ab 410.482();-—+,\nNot corected by 5/3/19 ok no", max_size=70))
def test_places_lie_in_the_text(text: str) -> None:
    for found in read_findings(text, ON):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.description


def test_what_is_well_is_parted_from_what_is_not() -> None:
    well, wrong = read_findings("Smoke detectors OK in all bedrooms, CO missing in basement", ON)
    assert well.negated and not wrong.negated and wrong.description == "CO missing in basement"


def test_status_before_the_finding() -> None:
    assert (one("CORRECTED: kitchen faucet leak").description, one("CORRECTED: kitchen faucet leak").status) == (
        "kitchen faucet leak",
        "corrected",
    )
    assert one("Not corrected: broken window in den (410.501)").status == "open"


@pytest.mark.parametrize(("text", "well"), [("HW 122", True), ("HW 98", False), ("heat 70F LR", True), ("heat 58F LR", False)])
def test_measurements_of_a_terse_note(text: str, well: bool) -> None:
    assert one(text, TERSE).negated is well
    assert not one(text, ON).negated


def test_each_finding_keeps_its_own_citation() -> None:
    found = read_findings("Hallway light out 410.254; no smoke detector 410.482", ON)
    assert [[c.code for c in f.citations] for f in found] == [["105 CMR 410.254"], ["105 CMR 410.482"]]
