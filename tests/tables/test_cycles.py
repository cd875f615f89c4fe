"""Water rows against their neighbours: what may be repaired, and what must stay a question."""

from datetime import date, timedelta
from decimal import Decimal

from extractors.layout import Spot
from extractors.tables import consumption
from extractors.tables.cycles import Cell, Reading, settle
from extractors.tables.stream import Row
from extractors.tables.sums import Counted
from records.document import Box, Word
from records.record import Evidence, Extraction, Record

FIRST = date(2018, 3, 17)


def _ledger(count: int = 5) -> list[Reading]:
    rows = []
    for n in range(count):
        start = FIRST + timedelta(91 * n)
        values = {
            "account": "09-76001", "meter": "56011990", "period_start": start, "period_end": start + timedelta(91),
            "previous_reading": Decimal(100 * n), "current_reading": Decimal(100 * n + 100), "consumption": Decimal(100),
        }  # fmt: skip
        place = Evidence(1, (), "")
        fields = {k: Extraction(k, v, place, 0.9, 1.0, f"us-ma/water/{k}@1") for k, v in values.items()}
        spot = Spot(Word("x", Box(0, 0, 1, 1), 0.9), 0, 1, 1, 1)
        row = Row(1, [spot], True, False)
        cells = {k: Cell(v.strftime("%m/%d/%Y") if isinstance(v, date) else str(v)) for k, v in values.items()}
        rows.append(Reading(Counted(Record("water", f"water/1/{n}", fields, place), row), cells, 91))
    return rows


def _misread(row: Reading, name: str, value: object, text: str) -> None:
    fields = dict(row.record.fields)
    del fields[name]
    row.counted.record = Record("water", row.record.local_key, fields, row.record.anchor)
    if value is not None:
        row.counted.record = row.record.having(Extraction(name, value, Evidence(1, (), text), 0.5, 1.0, "r@1"))  # type: ignore[arg-type]
    row.cells = {**row.cells, name: Cell(text)}


def test_a_clean_ledger_is_left_alone() -> None:
    rows = _ledger()
    before = [r.record for r in rows]
    settle(rows)
    assert [r.record for r in rows] == before


def test_a_date_that_days_and_neighbours_prove_is_repaired_with_a_flag() -> None:
    rows = _ledger()
    right = rows[2].day("period_start")
    assert right is not None
    _misread(rows[2], "period_start", None, "¥" + right.strftime("%m%d/%Y")[1:])
    settle(rows)
    assert rows[2].day("period_start") == right
    assert "ocr_repair" in rows[2].record.fields["period_start"].flags


def test_a_wrong_month_of_the_first_row_follows_from_its_days() -> None:
    rows = _ledger()
    _misread(rows[0], "period_start", date(2018, 9, 17), "9/17/2018")
    settle(rows)
    found = rows[0].record.fields["period_start"]
    assert found.value == FIRST
    assert "ocr_repair" in found.flags and found.alternatives == ("2018-09-17",)


def test_dates_that_nothing_proves_are_doubted() -> None:
    rows = _ledger(1)
    _misread(rows[0], "period_start", date(2017, 1, 1), "1/1/2017")
    _misread(rows[0], "period_end", date(2017, 2, 2), "2/2/2017")
    settle(rows)
    assert rows[0].day("period_start") == date(2017, 1, 1)
    assert any(r.code == "check" for r in rows[0].record.reasons)


def test_meters_and_readings_follow_their_chain() -> None:
    rows = _ledger()
    _misread(rows[1], "meter", "“56811990", "“56811990")
    _misread(rows[3], "previous_reading", Decimal(380), "380")
    settle(rows)
    consumption.settle(rows)
    assert rows[1].record.text("meter") == "56011990"
    assert rows[3].amount("previous_reading") == 300
    assert all("ocr_repair" in rows[n].record.fields[f].flags for n, f in ((1, "meter"), (3, "previous_reading")))
