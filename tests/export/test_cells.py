"""Cells: whatever was on paper, the CSV is safe and can be read back."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.cells import cell, export_text
from records.columns import TABLES, Column

TEXT = Column("description", "text", "")
ID = Column("parcel_id", "id", "")
PATH = Column("source_file", "path", "")
MONEY = Column("total", "money", "")


@given(st.text(st.characters(codec=None), max_size=60))
def test_no_text_runs_or_breaks_a_row(text: str) -> None:
    for column in (TEXT, ID, PATH):
        written = cell(column, text)
        written.encode("utf-8")
        assert not written.startswith(("=", "@", "\t"))
        if column is not PATH:
            assert not any(c in written for c in "\r\n\x00\u2028\u202e")
        if column is TEXT:
            assert not written.startswith(("+", "-"))
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\r\n").writerow([written, "end"])
        assert next(csv.reader(io.StringIO(buffer.getvalue(), newline=""))) == [written, "end"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-10**9, max_value=10**9))
def test_money_is_plain_with_cents(amount: Decimal) -> None:
    written = cell(MONEY, export_text(amount))
    assert Decimal(written) == amount and written[-3] == "." and "E" not in written


@pytest.mark.parametrize(
    ("column", "text", "written"),
    [
        (TEXT, "-12 BROADWAY", "'-12 BROADWAY"), (TEXT, "\t=1", "'\t=1"), (TEXT, "a\r\nb", "a b"), (ID, "-5", "-5"),
        (ID, "=cmd|'/c'!A1", "'=cmd|'/c'!A1"), (ID, "+1*cmd()", "'+1*cmd()"), (PATH, "-rf.pdf", "'-rf.pdf"),
        (PATH, "  spaces  .pdf", "  spaces  .pdf"), (PATH, "latin1_\udce9.pdf", "latin1_\\udce9.pdf"),
        (MONEY, "-0.001", "0.00"), (MONEY, "1E+3", "1000.00"), (Column("n", "number", ""), "35.50", "35.5"),
        (Column("n", "number", ""), "100", "100"), (Column("c", "confidence", ""), "0.98766", "0.9877"),
    ],
)  # fmt: skip
def test_forms(column: Column, text: str, written: str) -> None:
    assert cell(column, text) == written


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+999999", "twelve", "1,315.06"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        cell(MONEY, text)


def test_every_column_is_described_and_keys_exist() -> None:
    for table in TABLES.values():
        names = [c.name for c in table.columns]
        assert len(names) == len(set(names)) and set(table.key) <= set(names)
        assert all(c.meaning.endswith(".") for c in table.columns)
