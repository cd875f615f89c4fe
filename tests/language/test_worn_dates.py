"""Dates in pieces: every reading a calendar allows, none where the date can be read or nothing comes near."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.language.dates import find_dates
from extractors.language.worn_dates import day_without_year, weekday_in, worn_dates


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1216:2018", ["2018-12-16"]),
        ("12°162018", ["2018-12-16"]),
        ("5/27/20199 2018", ["2019-05-27"]),
        ("2OI9-O4-l2", ["2019-04-12"]),
        ("3I4I2019", ["2019-03-14"]),
        ("0ctober l2, 2OI9", ["2019-10-12"]),
        ("Decernber 14, 2O18", ["2018-12-14"]),
        ("10/ 12 /2O1 8", ["2018-10-12"]),
        ("1152019", ["2019-01-15", "2019-11-05"]),
        ("4/19/2019", []),
        ("410.500", []),
        ("BHI-18-3045", []),
        ("617-466-4130", []),
        ("105 CMR 410.482", []),
        ("2/3O/2018", []),
    ],
)
def test_readings(text: str, days: list[str]) -> None:
    assert [d.value.isoformat() for d in worn_dates(text)] == days
    assert all(d.repaired for d in worn_dates(text))


_SLIPS = {"0": "Oo", "1": "lI|", "5": "S", "8": "B", "2": "Z"}


_FORMS = ["{0:%B} {0.day}, {0.year}", "{0.month}/{0.day}/{0.year}"]


@settings(deadline=None)
@given(st.dates(date(1991, 1, 1), date(2048, 12, 31)), st.sampled_from(_FORMS), st.data())
def test_one_figure_read_as_a_letter_loses_no_date(day: date, form: str, data: st.DataObject) -> None:
    text = form.format(day)
    places = [n for n, c in enumerate(text) if c in _SLIPS]
    if places:
        at = data.draw(st.sampled_from(places))
        text = text[:at] + data.draw(st.sampled_from(_SLIPS[text[at]])) + text[at + 1 :]
    read = [d.value for d in find_dates(text)] or [d.value for d in worn_dates(text)]
    assert read[:1] == [day] or day in read, (text, read)


@settings(deadline=None)
@given(st.text(alphabet="0123456789OlIS/.:- abcJunMay,", max_size=30))
def test_whatever_is_read_stands_in_the_text(text: str) -> None:
    for found in worn_dates(text):
        assert text[found.start : found.end] == found.text and found.repaired and 1990 <= found.value.year <= 2049


def test_the_year_comes_from_elsewhere_only_where_one_day_stands_alone() -> None:
    found = day_without_year("November 29 Q_2N1R", 2018)
    assert found is not None and (found.value, found.complete) == (date(2018, 11, 29), False)
    assert day_without_year("November 29, 2018", 2018) is None
    assert day_without_year("between May 3 and May 5", 2018) is None


@pytest.mark.parametrize(
    ("text", "number"), [("Thursday, Nov", 3), ("Thvrsday", 3), ("Mon. 4/2", 0), ("May 4", None), ("Monday or Friday", None)]
)
def test_days_of_the_week(text: str, number: int | None) -> None:
    assert weekday_in(text) == number
