"""Tick marks of a check-list's table: which column a drawn box belongs to, and whether the row's violation box is ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractors.reports.check_words import ANSWERS, answer_in, is_sentence, one_mark_a_row
from extractors.reports.pieces import Piece
from extractors.reports.table_columns import Columns
from extractors.reports.text import NOTHING, Text
from extractors.reports.ticks import like_an_empty_box, mark_in
from extractors.reports.wording import Wording
from records.document import Box, Cell, Tick, enclosing

_MARK = 3  # letters of a mark made by pen


@dataclass(frozen=True)
class Answers:
    """How a check-list's marks are to be read. ``boxed``: every row has a printed box; ``alone``: each row has one mark, of
    whatever shape; ``asked``: the answers are yes and no."""

    boxed: bool
    alone: bool
    asked: bool


def fail_state(
    cells: dict[str | None, Text], drawn: Mapping[str, Tick], answers: Answers, known: Wording
) -> tuple[bool | None, str]:
    """Whether the row says that something is wrong, and how that was seen ("drawn", "field", "glyph", "word", "unsure")."""
    bad = "pass" if answers.asked and known.asks_for_trouble(cells.get("item", NOTHING).text) else "fail"
    good = "fail" if bad == "pass" else "pass"
    if "answer" in cells:
        said = answer_in(cells["answer"].text, known)
        return (said == bad, "word") if said is not None else (False, "")
    mark = cells.get(bad, NOTHING)
    written = _written(mark.text, bad, answers, cells, known)
    fail = drawn.get(bad)
    if fail is not None and not (written and fail.state is not True and not fail.name):
        if fail.state is None:
            others = [drawn[r].state for r in (good, "na") if r in drawn]
            return (False, "drawn") if True in others else (None, "unsure")
        return fail.state, "field" if fail.name else "drawn"
    if not mark:
        return False, ""
    if written:
        return True, "glyph"
    found = mark_in(mark.text, known)
    if found is None and answers.boxed and len(mark.text) <= 3 and like_an_empty_box(mark.text):
        return False, "glyph"
    if found is None and len(mark.text) <= 3 and any(c.isalnum() for c in mark.text):
        return None, "unsure"
    return (found, "glyph") if found is not None else (False, "glyph")


def _written(text: str, role: str, answers: Answers, cells: Mapping[str | None, Text], known: Wording) -> bool:
    """Whether the cell under what is wrong is filled: with a tick, its own letter ("N" under "N"), any mark where the other
    answers are blank, or the finding itself."""
    if not text or (mark_in(text, known) is not None and not answers.alone):
        return mark_in(text, known) is True
    if answer_in(text, known) in {role, None} and (known.check_column(text) == role or is_sentence(text, known)):
        return True
    others = any(cells.get(r) for r in ANSWERS - {role})
    return answers.alone and not others and len(text.replace(" ", "")) <= _MARK


def answers_of(rows: Sequence[Sequence[Cell]], columns: Columns, known: Wording) -> Answers:
    """How the marks of a check-list's rows are to be read."""
    boxes = columns.of("fail")
    filled = sum(any(cell.column == boxes and cell.text.strip() for cell in row) for row in rows)
    return Answers(2 * filled > len(rows), one_mark_a_row(rows, columns.roles, known), columns.asked)


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
