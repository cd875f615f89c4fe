"""Dates and deadlines: examples of the pattern files, and properties."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language.dates import find_dates, find_deadline, parse_date, parse_deadline
from extractors.rulebook import RuleBook

DATES = RuleBook.load().section("dates")
DEADLINES = RuleBook.load().section("deadlines")
MONDAY = date(2019, 4, 29)


@pytest.mark.parametrize("example", DATES["examples"], ids=lambda e: e["text"])
def test_date(example: dict[str, Any]) -> None:
    assert parse_date(example["text"]) == date.fromisoformat(example["date"])


@pytest.mark.parametrize("text", DATES["counter_examples"])
def test_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("example", DEADLINES["examples"], ids=lambda e: e["text"])
def test_deadline(example: dict[str, Any]) -> None:
    assert parse_deadline(example["text"], MONDAY) == date.fromisoformat(example["date"])


@pytest.mark.parametrize("text", DEADLINES["counter_examples"])
def test_no_deadline(text: str) -> None:
    assert parse_deadline(text, MONDAY) is None


def test_an_explicit_date_outranks_the_span_it_explains() -> None:
    assert parse_deadline("within FIVE (5) DAYS – no later than 5/6/2019:", MONDAY) == date(2019, 5, 6)


def test_deadline_of_a_sentence_has_its_place() -> None:
    text = "repair the rear stairs within 5 days"
    found = find_deadline(text, MONDAY)
    assert found is not None and text[found.start : found.end] == "within 5 days"


FORMS = ["%m/%d/%Y", "%m-%d-%Y", "%B %d, %Y", "%d %b %Y", "%Y-%m-%d"]


@given(st.dates(date(1990, 1, 1), date(2049, 12, 31)), st.sampled_from(FORMS))
def test_every_written_date_is_read_back(day: date, form: str) -> None:
    (found,) = find_dates(f"Inspected {day.strftime(form)} by staff")
    assert found.value == day


@given(st.text(alphabet="0123456789/-. lOJuneMay,'", max_size=40))
def test_places_lie_in_the_text(text: str) -> None:
    for found in find_dates(text, MONDAY):
        assert text[found.start : found.end] == found.text


@pytest.mark.parametrize("text", ["6-25 19", "6 25-19", ": 6/25 2019."])
def test_a_lost_separator_is_repaired_where_nothing_else_stands(text: str) -> None:
    (found,) = find_dates(text)
    assert found.value == date(2019, 6, 25) and found.repaired
    assert not find_dates(f"units {text} to 21")
