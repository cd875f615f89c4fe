"""To which report a page belongs that does not begin one: what it shares with the report before it and the one after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from extractors.reports.found import Head
from extractors.reports.kinds import Kind
from extractors.reports.pieces import Piece, running_text
from extractors.reports.text import plain
from records.document import Page

SAME_PLACE = 80.0  # likeness (0..100) of two addresses as written, units left out
OTHER_PLACE = 60.0
SAME_NAME = 80.0
IN_TURN = 1.0  # pages mostly lie in order: what speaks for the report before, if nothing else does
FOREIGN = -3.0  # below it a page belongs to neither
UNSURE = 0.8  # nearer than this, a person is asked


@dataclass
class Sheet:
    """A page with what was read at its head. ``starts``: it looks like a first page. ``number``, ``total``: "page x of y"."""

    page: Page
    pieces: list[Piece]
    kind: Kind
    head: Head
    starts: bool
    number: int | None
    total: int | None
    first_item: int | None
    last_item: int | None = None


def affinity(group: Sequence[Sheet], sheet: Sheet) -> float:
    """How much speaks for ``sheet`` being a page of the report of ``group``; 0 where nothing speaks for or against."""
    score = case_says(group, sheet) + place_says(group, sheet)
    ours, theirs = _value(group, "inspector"), _text(sheet, "inspector")
    if ours and theirs:
        score += 1.5 if fuzz.ratio(plain(ours), plain(theirs)) >= SAME_NAME else -1.5
    days = _value(group, "inspection_date"), _text(sheet, "inspection_date")
    if all(days):
        score += 1.0 if days[0] == days[1] else -1.5
    score += 0.5 if any(s.page.text_source == sheet.page.text_source for s in group) else -1.0
    if not any(_same_size(s.page, sheet.page) for s in group):
        score -= 1.0
    if sheet.number is not None:
        numbers = {s.number for s in group}
        if sheet.number in numbers or (sheet.number > 1 and numbers == {None}):
            score -= 2.0
        elif sheet.number - 1 in numbers or sheet.number + 1 in numbers:
            score += 2.0
    totals = {s.total for s in group if s.total}
    if totals and sheet.total:
        score += 1.0 if sheet.total in totals else -2.0
    last = [s.last_item for s in group if s.last_item is not None]
    if last and sheet.first_item is not None:
        score += 2.0 if sheet.first_item == max(last) + 1 else -1.0 if sheet.first_item == 1 else 0.0
    return score


def case_says(group: Sequence[Sheet], sheet: Sheet) -> float:
    """Record numbers alike or not; a figure or two that differ may be a misreading."""
    ours, theirs = _value(group, "case_number"), _text(sheet, "case_number")
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 4.0
    return 0.0 if fuzz.ratio(ours, theirs) >= 88 and _odd(ours, theirs) else -4.0


def _odd(one: str, other: str) -> bool:
    """Whether two numbers differ only in what OCR confuses."""
    same = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"})
    return one.upper().translate(same) == other.upper().translate(same)


def place_says(group: Sequence[Sheet], sheet: Sheet) -> float:
    """Addresses alike or not."""
    ours, theirs = _value(group, "address"), _text(sheet, "address")
    if not ours or not theirs:
        return 0.0
    like = fuzz.token_set_ratio(plain(ours), plain(theirs))
    numbers = [re.findall(r"\d+", a)[:1] for a in (ours, theirs)]
    if like >= SAME_PLACE and numbers[0] == numbers[1]:
        return 2.0
    return -3.0 if like < OTHER_PLACE or numbers[0] != numbers[1] else 0.0


def goes_on(above: Sheet, below: Sheet) -> bool:
    """Whether a sentence runs from one page to the next."""
    end, start = running_text(above.pieces).rstrip()[-60:], running_text(below.pieces).lstrip()[:40]
    # A figure ends a sentence without a stop only where the sentence goes on ("105 CMR 410.850" / "and 410.851").
    return bool(re.search(r"[a-z,;]$", end) and re.match(r"[a-z(]", start)) or bool(
        re.search(r"\w\s\S*\d\)?$", end) and re.match(r"[a-z]{2,}\s", start)
    )


def is_closed(group: Sequence[Sheet], sign_offs: Sequence[str]) -> bool:
    """Whether the report has come to its end: its last page of so many, or a signature."""
    last = group[-1]
    if last.total is not None and last.number == last.total:
        return True
    lines = [p.text.text.lower().strip(" ,.") for p in last.pieces if p.table is None]
    return any(line in sign_offs for line in lines[-8:])


def _value(group: Sequence[Sheet], name: str) -> str:
    return next((text for s in group if (text := _text(s, name))), "")


def _text(sheet: Sheet, name: str) -> str:
    value = sheet.head.value(name)
    return "" if value is None else str(value)


def _same_size(one: Page, other: Page) -> bool:
    return abs(one.width - other.width) <= 8 and abs(one.height - other.height) <= 8
