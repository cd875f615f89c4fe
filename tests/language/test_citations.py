"""Citations: every example and counter-example of the pattern file, places, procedural references, no crash on any text."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language.citations import findings_cited, parse_citations
from extractors.language.codebook import category_of_code, code_title, exists
from extractors.rulebook import RuleBook

WORDING = RuleBook.load().section("citations")


@pytest.mark.parametrize("example", WORDING["examples"], ids=lambda e: e["text"])
def test_example(example: dict[str, Any]) -> None:
    assert [c.code for c in parse_citations(example["text"])] == example["codes"]


@pytest.mark.parametrize("text", WORDING["counter_examples"])
def test_counter_example(text: str) -> None:
    assert parse_citations(text) == ()


def test_place_and_repair() -> None:
    (found,) = parse_citations("dark hall (41O.254) again")
    assert (found.raw, found.start, found.repaired) == ("41O.254", 11, True)


def test_a_list_letter_is_no_violation_of_its_own() -> None:
    cited = parse_citations("sec. 410.256 & 410.750(L)")
    assert [c.code for c in findings_cited(cited)] == ["105 CMR 410.256"]
    assert [c.procedural for c in parse_citations("Inspected per 105 CMR 410.820 and 410.850")] == [True, True]


@given(st.text(alphabet="410.25 C MR(A)§,-ABlO\n&and;", max_size=60))
def test_places_lie_in_the_text(text: str) -> None:
    for found in parse_citations(text):
        assert text[found.start : found.end] == found.raw
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    ("code", "on", "title"),
    [
        ("105 CMR 410.482(B)", date(2018, 8, 1), "Smoke Detectors and Carbon Monoxide Alarms"),
        ("105 CMR 410.201", date(2018, 8, 1), "Other Violation"),
        ("105 CMR 410.150", date(2019, 1, 1), "Washbasins, Toilets, Tubs and Showers"),
        ("105 CMR 410.150", date(2024, 1, 1), "Hot Water"),
        ("105 CMR 410.300(D)(3)", date(2024, 1, 1), "Light in Passageways, Hallways, and Stairways"),
        ("105 CMR 410.502", date(2019, 1, 1), "Use of Lead Paint Prohibited"),
        ("105 CMR 410.750(K); 105 CMR 410.503", date(2019, 1, 1), "Protective Railings and Walls"),
        ("527 CMR 12.00", date(2019, 1, 1), "Massachusetts Electrical Code"),
        ("", None, ""),
    ],
)
def test_title(code: str, on: date | None, title: str) -> None:
    assert code_title(code, on) == title


def test_editions() -> None:
    assert exists("105 CMR 410.482", date(2019, 1, 1)) and not exists("105 CMR 410.482", date(2024, 1, 1))
    assert exists("105 CMR 410.330", date(2024, 1, 1)) and not exists("105 CMR 410.330", date(2019, 1, 1))
    assert category_of_code("105 CMR 410.330", date(2024, 1, 1)) == "smoke_co"
    assert category_of_code("527 CMR 1.00 s.13.7", None) == "smoke_co"


def test_a_section_after_an_abbreviation_with_a_full_stop() -> None:
    assert [c.code for c in parse_citations("sec.410.504(C)")] == ["105 CMR 410.504(C)"]
    assert parse_citations("105 CMR 4055") == ()


def test_an_ordinal_after_a_section_makes_it_no_street_address() -> None:
    assert [c.code for c in parse_citations("410-550 1st floor rear")] == ["105 CMR 410.550"]
    assert [c.code for c in parse_citations("410-351 3rd fl bath")] == ["105 CMR 410.351"]
    assert parse_citations("410-412 Third St") == ()
