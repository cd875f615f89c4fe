from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.parcels.mapblock import ParcelIndex, damaged, date_keys, id_key, read_parcel_id

KNOWN = ParcelIndex(["59-10", "59-10-1A", "2-9A", "5-17", "5-37", "17-5", "4-3", "8-3-2", "12-31"])


@pytest.mark.parametrize(
    "written",
    ["59-10", "59/10", "59_10", "59 / 10", "59/ 10/ / /", "Map 59 Lot 10", "M 59 L 10", "M59-L10", "059-0010", '="59-10"',
     "'59-10", "59–10", "map: 59, lot: 10"],
)  # fmt: skip
def test_any_written_form_is_the_same_parcel(written: str) -> None:
    assert read_parcel_id(written, KNOWN) == (["59-10"], ())


def test_condo_and_lettered_lots() -> None:
    assert read_parcel_id("59/10/1A", KNOWN)[0] == ["59-10-1A"]
    assert read_parcel_id("2/9A", KNOWN)[0] == ["2-9A"]
    assert read_parcel_id("002-009-A", KNOWN)[0] == ["2-9A"]


@pytest.mark.parametrize(
    ("shown", "typed"),
    [("May-37", "5-37"), ("1937-05-01 00:00:00", "5-37"), ("3-Apr", "4-3"), ("4/3/2019", "4-3"), ("31-Dec", "12-31"),
     ("45050", None), ("2019-12-31", "12-31")],
)  # fmt: skip
def test_dates_made_by_a_spreadsheet_are_undone(shown: str, typed: str | None) -> None:
    ids, flags = read_parcel_id(shown, KNOWN)
    assert ids == ([typed] if typed else [])
    assert ("repaired_id" in flags) == bool(typed)


def test_two_parcels_behind_one_date_are_both_named() -> None:
    assert read_parcel_id("17-May", KNOWN)[0] == ["5-17", "17-5"]


def test_confused_signs_are_repaired_with_a_flag() -> None:
    assert read_parcel_id("S9-lO", KNOWN) == (["59-10"], ("repaired_id", "ocr_repair"))


def test_what_is_no_id_is_not_known() -> None:
    for text in ("", "N/A", "none", "999-999"):
        assert read_parcel_id(text, KNOWN) == ([], ())


def test_only_what_shows_as_a_date_counts_as_damaged() -> None:
    assert damaged("3-Apr") and damaged("Apr-43") and damaged("2019-04-03 00:00:00")
    assert not damaged("4-3") and not damaged("59-10-1A")


@given(st.integers(1, 12), st.integers(1, 99))
def test_a_date_always_leads_back_to_what_was_typed(first: int, second: int) -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    shown = f"{second}-{months[first - 1]}" if second <= 28 else f"{months[first - 1]}-{second:02d}"
    assert (str(first), str(second)) in date_keys(shown)


@given(st.text(max_size=30))
def test_any_text_is_read_without_error(text: str) -> None:
    id_key(text)
    read_parcel_id(text, KNOWN)
