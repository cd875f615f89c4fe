"""What a ledger's own rate, charges and neighbours prove of a row's figures, and what they leave to a person."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.layout import Spot
from extractors.tables.consumption import multiple, settle
from extractors.tables.cycles import Cell, Reading
from extractors.tables.rates import learned
from extractors.tables.stream import Row
from extractors.tables.sums import Counted
from records.document import Box, Word
from records.record import Evidence, Extraction, Record

EACH = Decimal("9.86")
USES = (23, 41, 85, 7, 66, 12, 30, 58, 94, 19)


def _row(n: int, previous: int, used: int, account: str | None = None) -> Reading:
    place = Evidence(1, (), "")
    values: dict[str, Decimal | str] = {
        "account": account or f"09-{7600 + n}", "meter": str(56011990 + 7 * n), "previous_reading": Decimal(previous),
        "current_reading": Decimal(previous + used), "consumption": Decimal(used), "amount": used * EACH,
    }  # fmt: skip
    fields = {k: Extraction(k, v, place, 0.9, 1.0, f"us-ma/water/{k}@1") for k, v in values.items()}
    row = Row(1, [Spot(Word("x", Box(0, 0, 1, 1), 0.9), 0, 1, 1, 1)], True, False)
    return Reading(Counted(Record("water", f"water/1/{n}", fields, place), row), {k: Cell(str(v)) for k, v in values.items()}, None)


def _ledger() -> list[Reading]:
    return [_row(n, 1000 + 300 * n, used) for n, used in enumerate(USES)]


def _read_as(row: Reading, name: str, text: str) -> None:
    value = Decimal(text) if text.replace(".", "").isdigit() else None
    found = row.record.fields[name]
    others = {k: v for k, v in row.record.fields.items() if k != name}
    row.counted.record = replace(row.record, fields=others if value is None else {**others, name: replace(found, value=value)})
    row.cells = {**row.cells, name: Cell(text)}


@pytest.mark.parametrize("name", ["previous_reading", "current_reading", "consumption", "amount"])
def test_a_clean_ledger_is_left_alone(name: str) -> None:
    rows = _ledger()
    settle(rows)
    assert all(r.record.reasons == () and r.record.fields[name].flags == () for r in rows)


def test_a_lost_figure_of_the_consumption_is_proved_by_the_amount() -> None:
    rows = _ledger()
    _read_as(rows[2], "consumption", "8")
    settle(rows)
    found = rows[2].record.fields["consumption"]
    assert (found.value, found.flags, found.alternatives[0]) == (85, ("ocr_repair",), "8")


def test_which_of_two_readings_is_misread_the_next_row_tells_or_a_person() -> None:
    rows = _ledger()
    _read_as(rows[4], "current_reading", "2286")
    settle(rows)
    assert rows[4].amount("current_reading") == 2286
    rows[5] = _row(4, 2266, 12)
    settle(rows)
    assert rows[4].amount("current_reading") == 2266
    assert rows[4].amount("consumption") == 66


def test_nothing_is_repaired_where_no_rate_and_no_neighbour_tells() -> None:
    rows = _ledger()
    for n, row in enumerate(rows):
        _read_as(row, "amount", str(100 + n * n))
    _read_as(rows[2], "consumption", "8")
    settle(rows)
    assert rows[2].amount("consumption") == 8


def test_an_amount_with_one_wrong_sign_follows_from_a_firm_rate() -> None:
    rows = _ledger()
    _read_as(rows[2], "amount", "638.10")
    settle(rows)
    assert rows[2].amount("amount") == Decimal("838.10")
    assert "ocr_repair" in rows[2].record.fields["amount"].flags


def test_an_amount_that_the_rate_denies_waits() -> None:
    rows = _ledger()
    _read_as(rows[2], "amount", "120.00")
    settle(rows)
    assert rows[2].amount("amount") == 120
    assert [r.field for r in rows[2].record.reasons] == ["amount"]


def test_charges_that_do_not_make_the_amount_wait() -> None:
    rows = _ledger()
    for row in rows:
        _read_as(row, "consumption", "")  # no rate to learn
        row.charges = row.amount("amount")
    rows[3].charges = Decimal(50)
    settle(rows)
    assert [r.field for r in rows[3].record.reasons if r.code == "check"] == ["amount"]
    assert not rows[4].record.reasons


def test_a_meter_rolls_over_and_a_credit_counts_back() -> None:
    assert multiple(Decimal(9990), Decimal(15), Decimal(25)) == 1
    assert multiple(Decimal(120), Decimal(100), Decimal(-20)) == 1
    assert multiple(Decimal(100), Decimal(112), Decimal(1200)) == 100
    assert multiple(Decimal(100), Decimal(112), Decimal(13)) is None


@given(
    st.decimals("0.5", "20", places=3), st.decimals("0", "60", places=2),
    st.lists(st.integers(1, 400), min_size=8, max_size=30, unique=True),
)  # fmt: skip
def test_a_rate_is_learned_from_its_bills(each: Decimal, base: Decimal, uses: list[int]) -> None:
    bills = [(Decimal(u), (base + each * u).quantize(Decimal("0.01"))) for u in uses]
    rate = learned(bills)
    assert rate is not None
    assert all(rate.explains(u, a) for u, a in bills)
    assert not any(rate.explains(u, a + 1) for u, a in bills)


def test_charges_without_a_law_teach_none() -> None:
    assert learned([(Decimal(u), Decimal(u * u + 3)) for u in range(1, 20)]) is None
    assert learned([(Decimal(5), Decimal(20))] * 9) is None
