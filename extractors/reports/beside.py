"""What was written by hand beside a record: notes elsewhere on the page cast no doubt on a printed finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from records.document import Box, Page
from records.record import Reason, Record

_OWN = ("description", "code", "code_as_written", "location", "status", "correct_by")
_REACH = 0.9  # of a line's height that a note may stand above or below the finding it is about
_FOR_ALL = re.compile(r"\b(?:all|every\w*|none|both|except|rest|items?)\b", re.IGNORECASE)
_MOST = 3  # more open questions than this say nothing new


@dataclass(frozen=True, slots=True)
class Hands:
    """Where a report's pages are written on by hand, and whether a note there speaks of all findings."""

    places: tuple[tuple[int, Box], ...] = ()
    for_all: bool = False


def hands_on(pages: Sequence[Page]) -> Hands:
    """The handwriting of these pages."""
    places = [(p.number, box) for p in pages for box in (*p.handwriting, *(w.box for w in p.words if w.handwritten and w.box))]
    unplaced = any(w.handwritten and w.box is None for p in pages for w in p.words)
    for_all = any(_FOR_ALL.search(" ".join(w.text for w in p.words if w.handwritten)) for p in pages)
    return Hands(tuple(places), for_all or unplaced)


def hand_features(record: Record, hands: Hands, asked: Sequence[Reason]) -> Mapping[str, float]:
    """``written_on``: something is written by hand beside the record (for a visit: on its pages). ``unexplained``: open
    questions about places beside it, up to three. A note that speaks of all findings is beside each of them."""
    questions = [(r.at.page, box) for r in asked if r.at is not None for box in r.at.boxes]
    own = _own(record) if record.kind == "violation" else []
    if not own:
        asked_at = sum(r.at is not None for r in asked)
        return {"written_on": float(bool(hands.places) or hands.for_all), "unexplained": float(min(_MOST, asked_at))}
    near = any(_level(page, box, own) for page, box in hands.places)
    return {
        "written_on": float(near or hands.for_all),
        "unexplained": float(min(_MOST, sum(_level(page, box, own) for page, box in questions))),
    }


def _own(record: Record) -> list[tuple[int | None, Box]]:
    """Where the finding's own words stand; the visit's date and address are not its own."""
    shown = [record.anchor, *(record.fields[n].evidence for n in _OWN if n in record.fields)]
    return [(e.page, box) for e in shown for box in e.boxes]


def _level(page: int | None, box: Box, own: Iterable[tuple[int | None, Box]]) -> bool:
    """Whether a place is level with one of the record's lines, or right above or below it."""
    return any(n == page and box.top < b.bottom + _REACH * b.height and box.bottom > b.top - _REACH * b.height for n, b in own)
