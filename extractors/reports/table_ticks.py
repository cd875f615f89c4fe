"""Tick marks of a check-list's table: which column a drawn box belongs to, and whether the row's violation box is ticked."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.reports.pieces import Piece
from extractors.reports.table_columns import Columns
from extractors.reports.text import NOTHING, Text
from extractors.reports.ticks import like_an_empty_box, mark_in
from extractors.reports.wording import Wording
from records.document import Box, Cell, Tick, enclosing


def fail_state(
    piece: Piece,
    row: Sequence[Cell],
    columns: Columns,
    cells: dict[str | None, Text],
    centres: dict[str, float],
    known: Wording,
    boxed: bool,
) -> tuple[bool | None, str]:
    """Whether the row's violation box is ticked, and how that was seen; ``boxed``: every row has a printed box there."""
    drawn = drawn_in(piece, row, columns, centres)
    fail = drawn.get("fail")
    if fail is not None:
        if fail.state is None:
            others = [drawn[r].state for r in ("pass", "na") if r in drawn]
            return (False, "drawn") if True in others else (None, "unsure")
        return fail.state, "field" if fail.name else "drawn"
    mark = cells.get("fail", NOTHING)
    if mark:
        found = mark_in(mark.text, known)
        if found is None and boxed and len(mark.text) <= 3 and like_an_empty_box(mark.text):
            return False, "glyph"
        if found is None and len(mark.text) <= 3 and any(c.isalnum() for c in mark.text):
            return None, "unsure"
        return (found, "glyph") if found is not None else (False, "glyph")
    return False, ""


def centres_of(piece: Piece, columns: Columns) -> dict[str, float]:
    """The middle of each tick column, from its cells."""
    assert piece.table is not None
    out = dict(columns.centres)
    for column, role in columns.roles.items():
        if role in {"pass", "fail", "na"}:
            boxes = [cell.box for row in piece.table.rows for cell in row if cell.column == column and cell.box is not None]
            words = [
                w.box
                for row in piece.table.rows
                for cell in row
                if cell.column == column
                for w in cell.words
                if w.box is not None
            ]
            box = enclosing(boxes or words)
            if box is not None and role not in out:
                out[role] = sorted(b.centre_x for b in (boxes or words))[len(boxes or words) // 2]
    return out


def drawn_in(piece: Piece, row: Sequence[Cell], columns: Columns, centres: dict[str, float]) -> dict[str, Tick]:
    """Drawn boxes or form ticks of the row, by the column whose middle they are nearest to. The boxes that stand in the
    row's own cells go first: on a slanted page the row's outline takes in its neighbours."""
    band = _band(row)
    if band is None or not centres:
        return {}
    words = [w.box for cell in row for w in cell.words if w.box is not None]
    own = [t for t in piece.page.ticks if any(t.box.overlap(w) > 0.5 for w in words)]
    near = [t for t in piece.page.ticks if band.top - 1 <= t.box.centre_y <= band.bottom + 1]
    out: dict[str, Tick] = {}
    for tick in [*own, *sorted(near, key=lambda t: abs(t.box.centre_y - band.centre_y))]:
        role = min(centres, key=lambda r: abs(centres[r] - tick.box.centre_x))
        if abs(centres[role] - tick.box.centre_x) <= 16:
            out.setdefault(role, tick)
    return out


def _band(row: Sequence[Cell]) -> Box | None:
    boxes = [c.box for c in row if c.box is not None] or [w.box for c in row for w in c.words if w.box is not None]
    return enclosing(boxes)
