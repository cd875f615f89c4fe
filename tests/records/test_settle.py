"""The settled value: a decision holds for what was seen, and returns only where its place is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.decision import Action, Decision
from records.record import Evidence, Record, Value
from records.settle import from_text, region_of, same_value, seen_value, settle, to_text
from tests.store.made import NOW, at, record


def row(top: float = 100.0, page: int = 1, **values: Value) -> Record:
    return record("tax", "tax/0", at(top, page), **{"account": "100", "total": Decimal("12.50"), **values})


def decide(seen: Record, field: str, action: Action, value: str = "") -> Decision:
    return Decision("d", "r", field, action, value, seen_value(seen, field), region_of(seen, field), "ana", NOW)


def test_without_decisions_the_machine_speaks() -> None:
    settled = settle(row(), [])
    assert settled.value("total") == Decimal("12.50") and settled.value("owner") is None
    assert (settled.decided_by, settled.rejected, settled.reopened) == ("auto", False, ())


def test_correction_is_typed_and_survives_another_reading() -> None:
    made = [decide(row(), "total", "correct", "13.5"), decide(row(), "as_of_date", "correct", "2019-06-30")]
    settled = settle(row(total=Decimal("99")), made)
    total = settled.values["total"]
    assert (total.value, total.by, total.machine_value, total.agrees, total.stale) == (
        Decimal("13.5"), "review", Decimal("99"), False, False,
    )  # fmt: skip
    assert settled.value("as_of_date") == date(2019, 6, 30)
    assert settled.decided_by == "review" and settled.is_decided("total") and not settled.is_decided("account")
    assert settle(row(total=Decimal("13.50")), made).values["total"].agrees


def test_confirmed_is_what_was_seen_not_what_is_read_now() -> None:
    settled = settle(row(account="1OO"), [decide(row(), "account", "confirm")])
    assert settled.value("account") == "100" and not settled.values["account"].agrees


def test_unreadable_settles_to_nothing() -> None:
    settled = settle(row(), [decide(row(), "total", "unreadable")])
    assert settled.value("total") is None and settled.values["total"].by == "review"


def test_whole_record_confirmed_fixes_every_value_seen() -> None:
    settled = settle(row(total=Decimal("1"), owner="ROE"), [decide(row(), "", "confirm")])
    assert settled.confirmed and settled.value("total") == Decimal("12.50")
    assert settled.values["owner"].by == "auto"  # was not there to be seen


@pytest.mark.parametrize("action", ["not_a_record", "withdraw"])
def test_rejected(action: Action) -> None:
    assert settle(row(), [decide(row(), "", action)]).rejected
    assert settle(row(), [decide(row(), "", action)], found=False).reopened == ()
    assert settle(row(300), [decide(row(), "", action)]).reopened == ("",)


@pytest.mark.parametrize(("now", "stale"), [(row(102), False), (row(108), True), (row(100, page=2), True)])
def test_returns_to_review_only_if_its_place_moved(now: Record, stale: bool) -> None:
    settled = settle(now, [decide(row(), "account", "correct", "7")])
    assert settled.values["account"].stale is stale
    assert settled.reopened == (("account",) if stale else ())
    assert settled.value("account") == "7", "the old answer stays with it"


def test_vanished_record_returns_with_its_answers() -> None:
    settled = settle(row(), [decide(row(), "account", "correct", "7")], found=False)
    assert settled.reopened == ("account",) and settled.value("account") == "7"


def test_anchors_are_places() -> None:
    here = replace(row(), fields={}, anchor=Evidence(1, (), "x", "t0r3c2"))
    made = [decide(here, "account", "correct", "7")]
    assert settle(here, made).reopened == ()
    assert settle(replace(here, anchor=Evidence(1, (), "x", "t0r4c2")), made).reopened == ("account",)


def test_regions_can_be_given() -> None:
    made = [decide(row(), "account", "correct", "7")]
    assert settle(row(), made, {"account": "2 0 0 10 10"}).reopened == ("account",)


def test_undone_decision_leaves_the_machine() -> None:
    made = decide(row(), "account", "correct", "7")
    undo = replace(made, decision_id="u", action="undo", field="", undoes="d")
    assert settle(row(), [made, undo]).values["account"].by == "auto"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9), st.dates())
def test_export_text_goes_both_ways(number: Decimal, day: date) -> None:
    assert from_text("total", to_text(number)) == number
    assert from_text("as_of_date", to_text(day)) == day
    assert "E" not in to_text(number)


def test_text_that_is_no_value_of_the_field_stays_text() -> None:
    assert from_text("total", "see note") == "see note" and from_text("fiscal_year", "FY18") == "FY18"
    assert from_text("total", "NaN") == "NaN" and from_text("total", "") is None
    assert from_text("fiscal_year", "2018") == 2018 and from_text("account", "007") == "007"
    assert same_value(None, "") and same_value(Decimal("1.0"), Decimal("1.00")) and not same_value("1", "2")
