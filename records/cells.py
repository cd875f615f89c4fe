"""Values as text, the way the exports write them; and the guard that keeps spreadsheets from running what was on paper."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from records.columns import Column
from records.document import Box
from records.record import Value

_CENT = Decimal("0.01")
_FORMULA = ("=", "+", "-", "@", "\t")
_ID_SHAPE = re.compile(r"[+-]?[\w./#: -]*")
# Line ends and other control characters have no place in a cell; direction overrides make a cell read as another.
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_PATH_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def export_text(value: Value | None) -> str:
    """A value in the form in which decisions and exports carry it: ISO date, plain decimal, '' for none."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def cell(column: Column, text: str) -> str:
    """The cell of ``column`` for a settled text; raises ValueError where the text can't stand in that column."""
    if text == "":
        return ""
    match column.type:
        case "text":
            return guarded(clean(text))
        case "path":
            return guarded(_writable(_PATH_CONTROLS.sub("\ufffd", text)))
        case "id":
            identifier = clean(text)
            return identifier if _ID_SHAPE.fullmatch(identifier) else guarded(identifier)
        case "date":
            return date.fromisoformat(text.strip()).isoformat()
        case "money":
            cents = _number(text).quantize(_CENT, ROUND_HALF_UP)
            return format(cents or abs(cents), "f")  # no negative zero
        case "number":
            plain = format(_number(text), "f")
            return (plain.rstrip("0").rstrip(".") or "0") if "." in plain else plain
        case "integer":
            return str(int(text))
        case "confidence":
            return confidence(_number(text))
        case "bbox":
            return text
        case "choice":
            if text not in column.choices:
                raise ValueError(f"'{clean(text)}' is not one of {', '.join(column.choices)}")
            return text


def clean(text: str) -> str:
    """One line of writable text: line ends become a space, control and direction characters go."""
    if text.isascii() and text.isprintable():  # nearly all
        return text.strip(" ")
    return _writable(_CONTROLS.sub("", _BREAKS.sub(" ", text))).strip(" ")


def guarded(text: str) -> str:
    """With a leading ``'`` where a spreadsheet would take the text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def confidence(value: float | Decimal | None) -> str:
    """Four places; '' = not measured."""
    return "" if value is None else f"{value:.4f}"


def bbox(box: Box | None) -> str:
    """``x0 y0 x1 y1`` in points with one decimal."""
    return "" if box is None else f"{box.x0:.1f} {box.top:.1f} {box.x1:.1f} {box.bottom:.1f}".replace("-0.0", "0.0")


def joined(parts: Iterable[str]) -> str:
    """The parts once each, in order, joined by '; '."""
    return "; ".join(dict.fromkeys(p for p in parts if p))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"'{clean(text)}' is not a number") from None
    if not number.is_finite() or number.adjusted() > 15:
        raise ValueError(f"'{clean(text)}' is not a number")
    return number or abs(number)


def _writable(text: str) -> str:
    """File names that are no UTF-8 hold lone surrogates, which no UTF-8 file can."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
