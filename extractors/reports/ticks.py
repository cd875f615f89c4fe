"""Tick boxes: drawn beside words, typed as glyphs, or fields of a form."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.reports.text import Text
from extractors.reports.wording import Wording
from records.document import Box, Tick

_BRACKETS = "[]{}()"
_LIKE_BRACKETS = "Il1|!fjtJ"  # what OCR makes of one bracket of a pair
_STROKES = "[]{}()|!ijlftIrLJ10oOD"


def ticked_words(value: Text, known: Wording, drawn: Sequence[Tick] = ()) -> Text | None:
    """Of a printed choice, the words that were ticked; None where nothing is ticked or it is no choice."""
    marks = [known.mark_of(w.text) for w in value.words]
    if True in marks:
        first = next((i for i, m in enumerate(marks) if m is not None), 0)
        at = marks.index(True)
        stop = next((i for i in range(at + 1, len(marks)) if marks[i] is not None), len(marks))
        if at + 1 < stop and first <= at:
            return value.pick(range(at + 1, min(stop, at + 4)))
        if at:
            return value.pick([at - 1])
    for tick in drawn:
        if tick.state is not True:
            continue
        words = beside(value, tick.box, [t.box for t in drawn])
        if words:
            return words
    return None


def mark_in(cell: str, known: Wording) -> bool | None:
    """What a cell of a tick column says: its mark, a mark between typed brackets that OCR took for letters ("[IX]", "{]",
    "f]"), or the one box among specks of dirt. None where there is none, or where several disagree."""
    whole = known.mark_of(cell)
    words = cell.split()
    if whole is not None or any(len(w) > 4 for w in words):
        return whole
    joined = "".join(words)
    if len(joined) <= 5 and any(c in _BRACKETS for c in joined):
        inside = joined.strip(_BRACKETS + _LIKE_BRACKETS)
        return False if not inside else known.mark_of(inside)
    said = {known.mark_of(w) for w in words if len(w) == 1 and not w.isalnum() and not w.isascii()} - {None}
    return said.pop() if len(said) == 1 and all(len(w) <= 2 for w in words) else None


def like_an_empty_box(token: str) -> bool:
    """Is a token made of upright strokes and rounds alone ("fl", "[1", "0)")? So OCR reads the two sides of a typed "[ ]"; a tick
    between them brings slanting strokes. In a column without printed boxes such a token may be the tick itself."""
    return bool(token) and all(c in _STROKES for c in token)


def beside(value: Text, box: Box, all_boxes: Sequence[Box]) -> Text | None:
    """The words right of a box on its line, up to the next box."""
    limit = min((b.x0 for b in all_boxes if b.x0 > box.x1 and abs(b.centre_y - box.centre_y) < box.height), default=1e9)
    keep = [
        i
        for i, w in enumerate(value.words)
        if w.box is not None
        and abs(w.box.centre_y - box.centre_y) < max(box.height, w.box.height) * 0.7
        and box.x0 < w.box.centre_x < limit
        and w.box.x1 > box.x1
    ]
    return value.pick(keep[:4]) if keep else None
