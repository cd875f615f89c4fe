"""A table with a column (or a row) for each apartment and a row (or a column) for each part of it: a cell says what is wrong
there, or that all is well."""

from __future__ import annotations

from collections.abc import Container, Sequence

from extractors.language.places import only_place
from extractors.reports.items import Item
from extractors.reports.pieces import Piece, cell_text
from extractors.reports.table_items import unit_heading
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from records.document import Cell

_FEWEST = 2  # apartments, and parts
_TOP = 3  # rows among which the heading stands


def split_matrices(
    pieces: Sequence[Piece], known: Wording, tables: Container[tuple[int, int]] = ()
) -> tuple[list[Piece], list[Item]]:
    """The pieces that are no such table, and the findings of those that are. ``tables`` names (page and index) the tables that
    were understood otherwise."""
    rest: list[Piece] = []
    items: list[Item] = []
    for piece in pieces:
        other = piece.table is None or (piece.page.number, piece.index) in tables
        found = None if other else _items(piece, known)
        if found is None:
            rest.append(piece)
        else:
            items += found
    return rest, items


def _items(piece: Piece, known: Wording) -> list[Item] | None:
    assert piece.table is not None
    rows = piece.table.rows
    for r in range(min(_TOP, len(rows) - _FEWEST)):
        over = {c.column: c.text for c in rows[r] if c.column > 0}
        units = {c: u for c, t in over.items() if (u := _unit(t, known)) is not None}
        if len(units) >= _FEWEST and len(units) == len([t for t in over.values() if t.strip()]):
            return [
                item
                for row in rows[r + 1 :]
                for cell in row
                if cell.column in units
                and (item := _item(cell_text(cell, piece.page), _first(row, piece), units[cell.column], known)) is not None
            ]
        beside = [(row, _unit(row[0].text, known)) for row in rows[r + 1 :] if row and row[0].column == 0]
        if len(beside) >= _FEWEST and all(u is not None for _, u in beside) and _parts_named(list(over.values()), known):
            heads = {c.column: cell_text(c, piece.page) for c in rows[r]}
            return [
                item
                for row, unit in beside
                for cell in row[1:]
                if unit is not None
                and (item := _item(cell_text(cell, piece.page), heads.get(cell.column, NOTHING), unit, known)) is not None
            ]
    return None


def _unit(text: str, known: Wording) -> str | None:
    """The apartment a heading names; a bare figure names none, since lines are numbered so."""
    return unit_heading(text, known) if any(map(str.isalpha, text)) else None


def _parts_named(headings: Sequence[str], known: Wording) -> bool:
    """Whether the columns are parts of an apartment, and none of them a table's usual column (finding, section, deadline)."""
    named = [h for h in headings if h.strip()]
    return len(named) >= _FEWEST and all(known.table_column(h) is None and known.check_column(h) is None for h in named)


def _first(row: Sequence[Cell], piece: Piece) -> Text:
    return next((cell_text(c, piece.page) for c in row if c.column == 0), NOTHING)


def _item(text: Text, part: Text, unit: str, known: Wording) -> Item | None:
    if not text or known.says_nothing(text.text):
        return None
    place = part if only_place(part.text) else NOTHING
    return Item(text, 1.0, "us-ma/report_tables/matrix@1", label=part.text, unit=unit, room=place)
