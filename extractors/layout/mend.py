"""Broken ruling lines made whole: low toner and fax leave a table's lines in pieces that end anywhere.

A line that was drawn in pieces on purpose (merged cells) ends where it meets another line; one that wore off ends between
lines. Only where several do is a page's table mended, so that clean pages keep the cells that were drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.layout.upright import Spot
from records.document import Box

_ALIGNED = 2.5  # points; pieces of one line lie this close to its course
_MEETS = 4.0  # points that a line may stop short of another and still meet it
_WORN_END = 40.0  # points that may be missing at a line's end
_FEWEST_BREAKS = 3  # a speck may break one line of a clean page
_WIDEST_GAP = 0.6  # of the joined line; more white parts two tables


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a line: where it runs (``at``) and from where to where, whichever way it lies."""

    at: float
    start: float
    end: float


def mended(level: Sequence[Box], plumb: Sequence[Box], spots: Sequence[Spot]) -> tuple[list[Box], list[Box]]:
    """Level and upright lines, those in pieces joined; unchanged where lines are whole."""
    across = [_Piece(r.centre_y, r.x0, r.x1) for r in level]
    down = [_Piece(r.centre_x, r.top, r.bottom) for r in plumb]
    if len(across) < 3 or not down:
        return list(level), list(plumb)
    breaks = sum(
        not _explained(a, b, crossing)
        for pieces, crossing in ((across, down), (down, across))
        for line in _courses(pieces)
        for a, b in pairwise(line)
        if _near_crossing(a, b, crossing)
    )
    if breaks < _FEWEST_BREAKS:
        return list(level), list(plumb)
    joined_down = _joined(
        down, lambda a, b: _table_goes_on(a, b, down, across) and not _upright_hits(a.at, a.end, b.start, spots)
    )
    joined_across = _joined(
        across, lambda a, b: _crossed(a, b, joined_down) and not _level_hits(a.at, a.end, b.start, spots)
    )
    joined_across, joined_down = _to_the_edges(joined_across, joined_down, spots)
    return (
        [Box(p.start, p.at - 0.5, p.end, p.at + 0.5) for p in joined_across],
        [Box(p.at - 0.5, p.start, p.at + 0.5, p.end) for p in joined_down],
    )


def _courses(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Pieces that lie on one course, each course from start to end."""
    courses: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.at):
        if courses and piece.at - courses[-1][-1].at <= _ALIGNED:
            courses[-1].append(piece)
        else:
            courses.append([piece])
    return [sorted(c, key=lambda p: p.start) for c in courses]


def _explained(a: _Piece, b: _Piece, crossing: Sequence[_Piece]) -> bool:
    """The gap between two pieces begins and ends at other lines: so it was drawn. Overlapping pieces have none."""
    if b.start - a.end <= 1:
        return True
    middle = (a.at + b.at) / 2
    there = [at for c in _courses(crossing) if _reaches(c, middle) for at in (p.at for p in c)]
    return all(any(abs(end - at) <= _MEETS for at in there) for end in (a.end, b.start))


def _reaches(course: Sequence[_Piece], place: float) -> bool:
    """The whole course, worn ends included, comes to the place."""
    return course[0].start - _WORN_END <= place <= max(p.end for p in course) + _WORN_END


def _near_crossing(a: _Piece, b: _Piece, crossing: Sequence[_Piece]) -> bool:
    """The pieces belong to a table: lines cross the course somewhere along them."""
    return any(
        c.start - _MEETS <= a.at <= c.end + _MEETS and a.start - _MEETS <= c.at <= b.end + _MEETS for c in crossing
    )


def _table_goes_on(a: _Piece, b: _Piece, others: Sequence[_Piece], across: Sequence[_Piece]) -> bool:
    """An upright's gap lies within a table if another upright runs through it, or both ends hang in the air."""
    if not _explained(a, b, across):
        return b.start - a.end <= _WIDEST_GAP * (b.end - a.start) or _runs_through(a, b, others)
    return b.start - a.end <= 1 or _runs_through(a, b, others)


def _runs_through(a: _Piece, b: _Piece, others: Sequence[_Piece]) -> bool:
    gap = b.start - a.end
    return any(
        abs(o.at - a.at) > _ALIGNED and min(o.end, b.start) - max(o.start, a.end) >= 0.8 * gap for o in others
    )


def _crossed(a: _Piece, b: _Piece, down: Sequence[_Piece]) -> bool:
    """A level gap lies within a table if uprights cross the course on both sides of it."""
    there = [d.at for d in down if d.start - _MEETS <= a.at <= d.end + _MEETS]
    return any(at <= a.end + _MEETS for at in there) and any(at >= b.start - _MEETS for at in there)


def _joined(pieces: Sequence[_Piece], may: Callable[[_Piece, _Piece], bool]) -> list[_Piece]:
    out: list[_Piece] = []
    for course in _courses(pieces):
        whole = course[0]
        for piece in course[1:]:
            if piece.start - whole.end <= 1 or may(whole, piece):
                at = (whole.at * (whole.end - whole.start) + piece.at * (piece.end - piece.start)) / max(
                    1e-6, whole.end - whole.start + piece.end - piece.start
                )
                whole = _Piece(at, whole.start, max(whole.end, piece.end))
            else:
                out.append(whole)
                whole = piece
        out.append(whole)
    return out


def _to_the_edges(
    across: Sequence[_Piece], down: Sequence[_Piece], spots: Sequence[Spot]
) -> tuple[list[_Piece], list[_Piece]]:
    """Level lines run on to the outermost uprights that cross them, uprights to the outermost level lines they share
    a table with, where no word stands in the way and no more than half would be added."""
    longer_across = []
    for p in across:
        there = [d.at for d in down if d.start - _MEETS <= p.at <= d.end + _MEETS]
        if there and any(p.start - _MEETS <= at <= p.end + _MEETS for at in there):
            start, end = min(p.start, *there), max(p.end, *there)
            if _level_hits(p.at, start, p.start, spots):
                start = p.start
            if _level_hits(p.at, p.end, end, spots):
                end = p.end
            p = _Piece(p.at, start, end)
        longer_across.append(p)
    longer_down = []
    for p in down:
        tops = [a.at for a in longer_across if a.start - _MEETS <= p.at <= a.end + _MEETS and _shares(a, p, down)]
        if tops:
            start, end = min(p.start, *tops), max(p.end, *tops)
            if end - start <= 2 * (p.end - p.start):
                start = p.start if _upright_hits(p.at, start, p.start, spots) else start
                end = p.end if _upright_hits(p.at, p.end, end, spots) else end
                p = _Piece(p.at, start, end)
        longer_down.append(p)
    return longer_across, longer_down


def _shares(line: _Piece, upright: _Piece, down: Sequence[_Piece]) -> bool:
    """A level line beyond an upright's end belongs to its table if another upright joins it with one that it meets."""
    if upright.start - _MEETS <= line.at <= upright.end + _MEETS:
        return True
    near = upright.end if line.at > upright.end else upright.start
    low, high = min(near, line.at), max(near, line.at)
    joins = [d for d in down if d is not upright and d.start <= low + _MEETS and d.end >= high - _MEETS]
    return any(line.start - _MEETS <= d.at <= line.end + _MEETS for d in joins)


def _upright_hits(x: float, start: float, end: float, spots: Sequence[Spot]) -> bool:
    """A word stands across this stretch of an upright."""
    return any(
        s.x0 + 3 < x < s.x1 - 3 and start <= s.y <= end and any(c.isalnum() for c in s.word.text) for s in spots
    )


def _level_hits(y: float, start: float, end: float, spots: Sequence[Spot]) -> bool:
    """A word stands across this stretch of a level line, with its middle and not just with a tail of a letter."""
    return any(
        s.x1 > start and s.x0 < end and abs(s.y - y) < 0.22 * s.height and any(c.isalnum() for c in s.word.text)
        for s in spots
    )
