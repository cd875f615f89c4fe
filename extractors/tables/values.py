"""What is printed in a table's cells, as values: money, readings, years and dates, with the slips of OCR named as flags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

_LOOKALIKE = str.maketrans("OoQDlI|iSsBZ", "000011115582")
_FIVE = str.maketrans("$§", "55")  # no reading of a meter has such a sign
_BLANK = re.compile(r"[-–—.·_*'\s]*")
_CLEAN_MONEY = re.compile(r"\$?\d{1,3}(?:,\d{3})*\.\d{2}|\$?\d+\.\d{2}")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_BARE_DATE = re.compile(r"(?<![\d,.])((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?![\d,.])")
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?((?:19|20)?\d{2})\b")
_ISO_DATE = re.compile(r"\b((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})(?!\d)")
_NAMED_DATE = re.compile(r"\b([A-Za-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s*((?:19|20)\d{2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s,-]+((?:19|20)?\d{2})\b")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed amount; ``sure`` is False where a repair was needed that could be wrong."""

    value: Decimal
    flags: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        return not self.flags


def amount(text: str, ocr: bool = False) -> Amount | None:
    """Dollars as printed: ``(611.16)``, ``-604.78``, ``611.16CR``, ``611.16-``, ``$ 1,204.50``; None where no amount stands.

    On OCR text commas and points that changed places, a lost point and letters for digits are repaired and flagged.
    """
    raw = text.strip().strip("|").strip()
    if not raw or _BLANK.fullmatch(raw):
        return None
    flags: list[str] = []
    negative = False
    if re.search(r"\bCR\.?$|CR$|\bCREDIT$", raw, re.IGNORECASE):
        negative, raw = True, re.sub(r"\s*CR(?:EDIT)?\.?$", "", raw, flags=re.IGNORECASE)
    raw = re.sub(r"\s*DR$", "", raw)
    if raw.startswith(("(", "{")) or raw.endswith((")", "}")) or (ocr and raw.startswith("[") and raw.endswith("]")):
        if not (raw[0] in "({[" and raw[-1] in ")}]"):
            flags.append("ocr_repair")
        # A closing bracket alone is more often a speck than half of a pair.
        negative, raw = raw[0] in "({[", raw.strip("(){}[]")
    raw = raw.replace("$", "").replace(" ", "").replace("−", "-").replace("–", "-").replace("—", "-").rstrip("*").replace("'", "")
    if raw.endswith("-") or raw.startswith("-"):
        negative, raw = True, raw.strip("-")
    if _CLEAN_MONEY.fullmatch(raw) or (re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+|\d*\.\d{1,6}|\d+\.\d+", raw) and not ocr):
        value = Decimal(raw.replace(",", ""))
    else:
        repaired = _repaired(raw) if ocr else None
        if repaired is None:
            return None
        value = repaired
        flags.append("ocr_repair")
    return Amount(-value if negative else value, tuple(flags))


def _repaired(raw: str) -> Decimal | None:
    """A damaged amount: at least half of it digits; the last two digits are cents, whatever stands before them."""
    digits = sum(c.isdigit() for c in raw)
    if digits < 2 or digits < 0.5 * len(raw):
        return None
    plain = re.sub(r"[:;·]", ".", raw.translate(_LOOKALIKE)).strip(".,")
    if not re.fullmatch(r"[\d.,]+", plain):
        return None
    found = re.fullmatch(r"([\d.,]*?)[.,](\d{2})", plain)
    if found:
        whole = re.sub(r"[.,]", "", found[1]) or "0"
        return Decimal(f"{whole}.{found[2]}")
    bare = re.sub(r"[.,]", "", plain)
    if len(bare) < 3:
        return None
    return Decimal(f"{bare[:-2]}.{bare[-2:]}")


def looks_like_money(text: str, ocr: bool = False) -> bool:
    """Has the form of an amount with cents (or, read by OCR, nearly so)."""
    raw = text.strip("()-$ |{}[]").removesuffix("CR").rstrip("-")
    if re.fullmatch(r"\$?\d[\d,]*\.\d{2}|\.\d{2}", raw):
        return True
    return ocr and len(raw) >= 4 and re.fullmatch(r"[\dOolIS]{1,3}(?:[.,][\dOolISB]{2,3})+", raw) is not None


def number(text: str, ocr: bool = False) -> tuple[Decimal, tuple[str, ...]] | None:
    """A meter reading or consumption: digits, thousands commas, at most one point."""
    raw = text.strip().strip("|*").replace(" ", "")
    flags: tuple[str, ...] = ()
    if ocr and not re.fullmatch(r"-?[\d,.]+", raw):
        raw, flags = raw.translate(_LOOKALIKE).translate(_FIVE), ("ocr_repair",)
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?", raw):
        try:
            value = Decimal(raw.replace(",", ""))
        except InvalidOperation:
            return None
        return (value.quantize(Decimal(1)) if value == value.to_integral_value() else value), flags
    if ocr and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", raw):
        return Decimal(raw.replace(".", "")), ("ocr_repair",)
    return None


def fiscal_year(text: str) -> int | None:
    """``2018``, ``18``, ``FY18``, ``FY2018``, ``2018-1``, ``'18``."""
    text = re.sub(r"^[^\dFf']+|\W+$", "", text)
    found = re.fullmatch(r"(?:FY\W{0,2}|F\.Y\.\s?|')?(\d{4}|\d{2})(?:[-/]\d{1,2}|[a-z])?", text, re.IGNORECASE)
    if found is None:
        return None
    year = int(found[1])
    if year < 100:
        year += 2000 if year < 60 else 1900
    return year if 1960 <= year <= 2060 else None


def first_date(text: str) -> date | None:
    """The first date in the text, in any way that people write one; American order."""
    hits: list[tuple[int, date]] = []
    ways = ((_ISO_DATE, "ymd"), (_BARE_DATE, "ymd"), (_NUMERIC_DATE, "mdy"), (_NAMED_DATE, "Mdy"), (_DAY_FIRST, "dMy"))
    for pattern, order in ways:
        for found in pattern.finditer(text):
            made = _date(found.groups(), order)
            if made is not None:
                hits.append((found.start(), made))
                break
    return min(hits)[1] if hits else None


def _date(parts: tuple[str, ...], order: str) -> date | None:
    named = dict(zip(order, parts, strict=True))
    year = int(named["y"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    month = _MONTHS.get(named["M"][:3].lower()) if "M" in named else int(named["m"])
    if month is None:
        return None
    try:
        return date(year, month, int(named["d"]))
    except ValueError:
        return None
