"""Dates that an office stamp left on the paper: when it was received, filed or scanned is never when anybody inspected.

A stamp is a word in capitals that stands by itself (RECEIVED) with a date under, over or beside it; where the word itself was
not read, a date in capitals much taller than the page's print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from statistics import median

from extractors.language.dates import FoundDate
from extractors.reports.pieces import Piece
from extractors.reports.text import Text, segments
from extractors.reports.wording import Wording
from records.document import Box, Page, Word

Stamps = dict[int, tuple[Box, ...]]
"""Page -> places where a stamp's date may stand."""

_TALLER = 1.45  # a stamp's letters against the page's print
_ABOVE, _BELOW, _ASIDE = 3.2, 4.2, 0.5  # of the stamp word's height, height and width
_CAPITAL_DATE = re.compile(r"[A-Z]{3,9}\.?\s\d{1,2},?\s(?:19|20)\d\d")


def stamps_of(pieces: Sequence[Piece], known: Wording) -> Stamps:
    """Where the pages of these pieces are stamped. Form lines ("Received: 3/4/2019") and sentences hold no stamp."""
    pages: dict[int, Page] = {p.page.number: p.page for p in pieces}
    found: dict[int, list[Box]] = {n: [] for n in pages}
    for number, page in pages.items():
        if page.text_source not in {"ocr", "mixed"}:
            continue
        heights = [w.box.height for w in page.words if w.box is not None and w.text.isalpha()]
        usual = median(heights) if heights else 0.0
        for piece in pieces:
            if piece.page.number == number and piece.table is None:
                found[number] += _in_line(piece.text, usual, known)
        if not any(found[number]):
            found[number] += _capital_words(page.words, known)
    return {n: tuple(boxes) for n, boxes in found.items() if boxes}


def _in_line(text: Text, usual: float, known: Wording) -> Iterable[Box]:
    for part in segments(text):
        box = part.box
        if box is None:
            continue
        if len(part.words) <= 3:
            yield from _capital_words(part.words, known)
        tall = median([w.box.height for w in part.words if w.box is not None])
        if usual and tall >= _TALLER * usual and _CAPITAL_DATE.fullmatch(part.text.strip(" .,|")):
            yield Box(box.x0 - 2, box.top - 2, box.x1 + 2, box.bottom + 2)


def _capital_words(words: Iterable[Word], known: Wording) -> Iterable[Box]:
    for word in words:
        if word.box is None or not word.text.isupper() or word.text.endswith(":"):
            continue
        if re.sub(r"[^a-z]", "", word.text.lower()) in known.stamp_words:
            b = word.box
            yield Box(b.x0 - _ASIDE * b.width, b.top - _ABOVE * b.height, b.x1 + _ASIDE * b.width, b.bottom + _BELOW * b.height)


def is_stamped(text: Text, stamps: Stamps) -> bool:
    """Whether all of a text stands in a stamp's place."""
    places = [(p, w.box) for w, p in zip(text.words, text.pages, strict=True)]
    return bool(places) and all(
        box is not None and any(s.x0 <= box.centre_x <= s.x1 and s.top <= box.centre_y <= s.bottom for s in stamps.get(page, ()))
        for page, box in places
    )


def own_dates(text: Text, dates: Sequence[FoundDate], stamps: Stamps) -> tuple[list[FoundDate], bool]:
    """The dates of a text, those of a stamp left out unless there is no other, and whether only a stamp's are left."""
    own = [d for d in dates if not is_stamped(text.cut(d.start, d.end), stamps)]
    return (own, False) if own or not dates else (list(dates), True)
