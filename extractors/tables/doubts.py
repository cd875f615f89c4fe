"""What a scanned list says about how well it was read: rows far worse read than their neighbours, lines by hand through
them, lines that are no longer text, codes that stand alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from statistics import mean, median

from extractors.layout import Spot
from extractors.tables.stream import Row
from extractors.tables.sums import Counted
from extractors.tables.values import amount
from records.document import Document
from records.record import Reason, Report

_NEIGHBOURS = 3  # rows on each side
_WORSE = -0.22  # mean word confidence against the neighbours' (a pen line through a row costs 0.3 and more)
_CROSSED = 0.15  # share of a row's words that a line runs through, from which a person should look
_UNREADABLE = 0.55  # mean confidence of a line that is hardly text any more
_LONG = 30  # rows of a list in which a year of its own is odd
_WIDE = 90.0  # points of a stroke that may hide a row
_AT_HOME = 3  # a code that stands on so many rows is the list's own
# Which letter of a code a scan turns into which sign.
_SLIPS = {"T": "1I7LY", "D": "O0", "B": "8", "S": "5", "O": "0", "G": "6", "I": "1L", "L": "1I", "E": "F", "P": "F", "C": "G"}


def crossed_share(row: Row) -> float:
    """The share of the row's words through which a line runs."""
    solid = [s for s in row.spots if len(s.word.text) > 1]
    return sum(s.word.struck for s in solid) / len(solid) if solid else 0.0


def hardly_text(row: Row) -> bool:
    """A line of OCR that a stroke or dirt has spoilt: what it says, and whose rows follow, is not known."""
    if not row.ocr or len(row.spots) < 4:
        return False
    known = [s.word.confidence for s in row.spots if s.word.confidence is not None]
    return crossed_share(row) >= 0.3 or (bool(known) and mean(known) < _UNREADABLE)


def compared(rows: Sequence[Counted]) -> None:
    """Sets the feature ``row_conf_vs_neighbours`` on every row and doubts those that may be struck out."""
    levels = [_level(c.row) for c in rows]
    for at, counted in enumerate(rows):
        around = [
            levels[i] for i in range(max(0, at - _NEIGHBOURS), min(len(rows), at + _NEIGHBOURS + 1))
            if i != at and rows[i].row.page == counted.row.page
        ]  # fmt: skip
        apart = levels[at] - median(around) if len(around) >= 2 else 0.0
        share = crossed_share(counted.row)
        features = {**counted.record.features, "row_conf_vs_neighbours": round(apart, 4), "crossed": round(share, 4)}
        counted.record = replace(counted.record, features=features)
        if counted.record.ignorable or not counted.row.ocr:
            continue
        if share >= _CROSSED:
            counted.record = counted.record.doubting(Reason("", "check", "a line runs through it: may be struck out"))
        elif apart <= _WORSE:
            counted.record = counted.record.doubting(Reason("", "check", "read far worse than its neighbours: may be struck out"))


def _level(row: Row) -> float:
    known = [s.word.confidence for s in row.spots if s.word.confidence is not None and len(s.word.text) > 1]
    return mean(known) if known else 1.0


def hidden_rows(document: Document, report: Report, rows: Sequence[Row]) -> list[Reason]:
    """Writing or strokes as wide as several words where no line of the list was read."""
    reasons = []
    for page in document.pages:
        if page.number not in report.pages or page.blocks:
            continue
        middles = [s.word.box.centre_y for r in rows if r.page == page.number for s in r.spots if s.word.box is not None]
        if not middles:
            continue
        for box in page.handwriting:
            inside = min(middles) < box.centre_y < max(middles)
            if inside and box.width >= _WIDE and not any(box.top <= y <= box.bottom for y in middles):
                reasons.append(Reason("", "check", f"page {page.number}: a line crossed out or by hand could not be read"))
    return reasons


def likely_code(text: str, known: Collection[str]) -> str | None:
    """The one known code that this text is once signs that scans confuse are taken as one; None if there is none."""
    fits = [
        k for k in known
        if len(k) == len(text) and all(a == b or a in _SLIPS.get(b, "") for a, b in zip(text, k, strict=True))
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


def lone_codes(rows: Sequence[Counted], known: Collection[str]) -> None:
    """Doubts codes that no code book knows and that stand on a row or two of a scan: more likely misread than used."""
    seen = Counter(c.record.text("code") for c in rows)
    for counted in rows:
        code = counted.record.text("code")
        if code and counted.row.ocr and code not in known and seen[code] < _AT_HOME:
            counted.record = counted.record.doubting(Reason("code", "weak", f"the code '{code}' is not known and may be misread"))


def other_amounts(spots: Sequence[Spot], value: Decimal) -> tuple[str, ...]:
    """What an amount would be by the reading of the engine that was not followed; none where both read the same."""
    if not any(s.word.other for s in spots):
        return ()
    other = amount("".join(s.word.other or s.word.text for s in spots), ocr=True)
    return () if other is None or other.value == value else (str(other.value),)


def years(rows: Sequence[Counted]) -> None:
    """Doubts a fiscal year that OCR read and no other row of a long list has, unless it lies between two that others have."""
    seen = Counter(c.record.value("fiscal_year") for c in rows)
    for counted in rows if len(rows) >= _LONG else ():
        year = counted.record.value("fiscal_year")
        if not isinstance(year, int) or not counted.row.ocr or seen[year] > 1 or (seen[year - 1] and seen[year + 1]):
            continue
        detail = f"no other row of this list is of fiscal year {year}"
        counted.record = counted.record.doubting(Reason("fiscal_year", "check", detail))
