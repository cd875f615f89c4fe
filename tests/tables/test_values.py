from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.tables.values import amount, first_date, fiscal_year, number


@given(st.integers(-(10**9), 10**9), st.sampled_from(["({})", "-{}", "{}CR", "{}-", "-${}"]))
def test_amounts_in_every_spelling(cents: int, negative: str) -> None:
    value = Decimal(cents) / 100
    text = f"{abs(value):,.2f}"
    found = amount(negative.format(text) if value < 0 else text)
    assert found is not None and found.value == value and found.sure


@given(st.text(max_size=20), st.booleans())
def test_no_text_breaks_the_parsers(text: str, ocr: bool) -> None:
    amount(text, ocr)
    number(text, ocr)
    fiscal_year(text)
    first_date(text)


@pytest.mark.parametrize(("text", "value"), [("88.921.50", "88921.50"), ("1,2O4.5l", "1204.51"), ("4.268,73", "4268.73")])
def test_ocr_slips_are_repaired_with_a_flag(text: str, value: str) -> None:
    found = amount(text, ocr=True)
    assert found is not None and found.value == Decimal(value) and "ocr_repair" in found.flags
    assert amount("RE", ocr=True) is None and amount("-", ocr=True) is None


@pytest.mark.parametrize(
    ("text", "year"), [("18", 2018), ("FY19", 2019), ("2017", 2017), ("2018-1", 2018), ("RE", None), ("121", None)]
)
def test_fiscal_years(text: str, year: int | None) -> None:
    assert fiscal_year(text) == year
