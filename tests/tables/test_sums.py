"""Printed totals decide between two readings, and only where nothing else could be meant."""

from decimal import Decimal

from extractors.layout import Spot
from extractors.tables.stream import Row
from extractors.tables.sums import Check, Counted, checked
from records.document import Box, Word
from records.record import Evidence, Extraction, Record

PRINTED = (("100.00", "10.00"), ("250.50", "25.05"), ("80.25", "8.00"), ("1200.00", "119.30"))


def _rows() -> list[Counted]:
    return [_row(n, principal, interest) for n, (principal, interest) in enumerate(PRINTED)]


def _row(n: int, principal: str, interest: str) -> Counted:
    place = Evidence(1, (), "")
    total = Decimal(principal) + Decimal(interest)
    values = {"principal": Decimal(principal), "interest": Decimal(interest), "total": total}
    fields = {k: Extraction(k, v, place, 0.9, 1.0, f"us-ma/tax/{k}@1") for k, v in values.items()}
    return Counted(Record("tax", f"tax/1/{n}", fields, place), Row(1, [Spot(Word("x", Box(0, 0, 1, 1), 0.9), 0, 1, 1, 1)], True, False))


def _check() -> Check:
    principal, interest = (sum((Decimal(row[i]) for row in PRINTED), Decimal(0)) for i in (0, 1))
    return Check(4, 1, "GRAND TOTAL", principal + interest, {"principal": principal, "interest": interest, "fees": None})


def _read_as(row: Counted, name: str, value: str, *others: str) -> None:
    old = row.record.fields[name]
    row.record = row.record.having(Extraction(name, Decimal(value), old.evidence, 0.5, 1.0, old.rule, (), others))


def test_a_column_total_tells_which_amount_of_a_row_is_misread() -> None:
    rows = _rows()
    _read_as(rows[1], "interest", "26.05")
    records, reasons = checked(rows, [_check()])
    assert records[1].value("interest") == Decimal("25.05")
    assert "ocr_repair" in records[1].fields["interest"].flags
    assert not reasons
    assert not records[1].reasons


def test_without_the_column_total_the_row_waits() -> None:
    rows = _rows()
    _read_as(rows[1], "interest", "26.05")
    plain = Check(4, 1, "GRAND TOTAL", _check().total, {})
    records, _ = checked(rows, [plain])
    assert records[1].value("interest") == Decimal("26.05")
    assert [r.field for r in records[1].reasons] == ["total"]


def test_the_list_total_takes_the_other_engines_reading_of_a_lone_total() -> None:
    rows = _rows()
    for row in rows:
        row.record = Record("tax", row.record.local_key, {"total": row.record.fields["total"]}, row.record.anchor)
    _read_as(rows[2], "total", "38.25", "88.25")
    records, reasons = checked(rows, [_check()])
    assert records[2].value("total") == Decimal("88.25")
    assert not reasons


def test_two_rows_that_could_be_meant_are_left_to_a_person() -> None:
    rows = _rows()
    for row in rows:
        row.record = Record("tax", row.record.local_key, {"total": row.record.fields["total"]}, row.record.anchor)
    _read_as(rows[2], "total", "38.25", "88.25")
    _read_as(rows[1], "total", "275.55", "325.55")
    records, reasons = checked(rows, [_check()])
    assert records[2].value("total") == Decimal("38.25")
    assert reasons
