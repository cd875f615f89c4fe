"""What may stand in which column of a list of taxes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from extractors.tables.tax_kinds import bare
from extractors.tables.values import first_date, fiscal_year, looks_like_money

MONEY = frozenset({"principal", "interest", "fees", "total", "balance", "committed", "paid"})
"""Roles of columns of dollars."""


def fit_of_tax(role: str, text: str, ocr: bool, types: Mapping[str, str], codes: Mapping[str, str]) -> float:
    """Cost (0 = fits, 8 = impossible) of a word in a column."""
    money = looks_like_money(text, ocr) or re.fullmatch(r"\(?-?[\d,]+\.\d\d\)?-?(CR)?", text) is not None
    if role in MONEY:
        if money:
            return 0.0
        if not re.search(r"[A-Za-z0-9]", text):
            return 0.3
        return 1.0 if ocr and sum(c.isdigit() for c in text) >= 3 else 2.0 if text.isdigit() else 6.0
    if money:
        return 8.0
    upper = text.upper().strip(".|,")
    if role == "fiscal_year":
        return 0.0 if fiscal_year(text) is not None else 4.0
    if role == "tax_type":
        upper = bare(text)
        return 0.0 if upper in types else 1.0 if upper.isalpha() and len(upper) <= 4 else 3.0
    if role == "code":
        upper = bare(text)
        return 0.0 if upper in codes else 1.0 if len(upper) <= 4 else 3.0
    if role == "account":
        return 0.0 if any(c.isdigit() for c in text) else 4.0
    if role == "parcel":
        return 0.0 if re.search(r"\d", text) else 2.0
    if role in {"map", "lot", "block", "lot_unit"}:
        return 0.0 if re.fullmatch(r"[A-Za-z]?\d{1,4}[A-Za-z]{0,2}(?:[-/]\w{1,4})?", text) else 3.0
    if role == "as_of":
        return 0.0 if first_date(text) is not None else 4.0
    if role in {"owner", "location", "description"}:
        return 0.0 if re.search(r"[A-Za-z]", text) else 0.3
    return 1.0
