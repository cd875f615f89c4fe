"""What the permit log says of values that were read: flags, never other values."""

from datetime import date

import pytest

from extractors.parcels.permit_log import Join
from extractors.parcels.vouching import LOG_AGREES, LOG_DIFFERS, vouched
from records.parcel import LogRow
from records.record import Evidence, Extraction, Record, Value

ROW = LogRow(1, "BHI-19-0102", opened=date(2019, 3, 4), unit="3", inspector="D. Ferrante")
PLACE = Evidence(1, (), "")


def visit(**values: Value) -> Record:
    fields = {n: Extraction(n, v, PLACE, 0.9, 0.9, "test@1") for n, v in values.items()}
    return Record("inspection", "inspection/0", fields, PLACE)


def said(record: Record, name: str, same_place: bool | None = None, row: LogRow | None = ROW) -> tuple[str, ...]:
    join = Join(row.record_no, "case_number", row) if row is not None else Join()
    return vouched(record, join, same_place).fields[name].flags


@pytest.mark.parametrize(
    ("on", "flags"),
    [
        (date(2019, 3, 20), (LOG_AGREES,)),
        (date(2019, 2, 25), (LOG_AGREES,)),  # typed into the log a week late
        (date(2019, 11, 1), ()),  # a later visit under the same record: the log says nothing of it
        (date(2018, 3, 20), (LOG_DIFFERS,)),
        (date(2029, 3, 20), (LOG_DIFFERS,)),
    ],
)
def test_the_day_is_held_against_the_day_the_record_was_opened(on: date, flags: tuple[str, ...]) -> None:
    assert said(visit(inspection_date=on), "inspection_date") == flags


@pytest.mark.parametrize(("agrees", "flags"), [(True, (LOG_AGREES,)), (False, (LOG_DIFFERS,)), (None, ())])
def test_the_parcel_is_held_against_the_logs_address(agrees: bool | None, flags: tuple[str, ...]) -> None:
    assert said(visit(parcel_id="4-3"), "parcel_id", agrees) == flags


def test_number_inspector_and_unit_are_held_against_the_row() -> None:
    record = visit(case_number="BHI-19-0120", inspector="Det. Ferrante", unit="2B")
    assert said(record, "case_number") == (LOG_DIFFERS,)
    assert said(record, "inspector") == (LOG_AGREES,)
    assert said(record, "unit") == (LOG_DIFFERS,)


def test_without_a_row_nothing_is_said_and_no_value_changes() -> None:
    record = visit(inspection_date=date(2019, 3, 4), parcel_id="4-3")
    assert vouched(record, Join(), True) == record
    after = vouched(record, Join(ROW.record_no, "folder", ROW), False)
    assert {n: e.value for n, e in after.fields.items()} == {n: e.value for n, e in record.fields.items()}
