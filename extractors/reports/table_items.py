"""Findings of tables whose columns are known; check-lists of which only ticked rows count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.language.places import only_place
from extractors.reports.check_words import is_sentence
from extractors.reports.items import Item
from extractors.reports.pieces import Piece, by_column, cell_text
from extractors.reports.table_columns import Columns
from extractors.reports.table_ticks import answers_of, centres_of, drawn_in, fail_state
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from records.document import Cell, Word


def items_of_table(piece: Piece, columns: Columns, known: Wording) -> tuple[list[Item], list[Text]]:
    """Items of a table and the rows that were not understood (their text)."""
    assert piece.table is not None
    rows = piece.table.rows[columns.first :]
    return _ticked(piece, rows, columns, known) if columns.checklist else _listed(piece, rows, columns, known)


def _listed(piece: Piece, rows: Sequence[Sequence[Cell]], columns: Columns, known: Wording) -> tuple[list[Item], list[Text]]:
    items: list[Item] = []
    strange: list[Text] = []
    unit: str | None = None
    room = NOTHING
    above: Text = NOTHING
    for row in rows:
        cells = {columns.roles.get(c): cell_text(cell, piece.page) for c, cell in by_column(row).items()}
        filled = _distinct_texts([cell_text(c, piece.page) for c in row])
        if not filled:
            continue
        if len(filled) == 1 and not (cells.get("violation") and len(row) > 1 and re.search(r"\d{3}", filled[0].text)):
            heading = unit_heading(filled[0].text, known)
            if heading is not None:
                unit = heading
                continue
            if _is_band(row, columns, known):
                room = filled[0]
                continue
        place = columns.of("location")
        if place is not None and place not in by_column(row):
            where = above  # one cell stands beside several rows
        elif place is None and room and only_place(_unbracketed(room.text)):
            where = room
        else:
            where = above = cells.get("location", NOTHING)
        text = cells.get("violation", NOTHING)
        number_text = cells.get("number", NOTHING).text
        number = re.match(r"\W*(?:[A-Za-z]{1,2}[-.]?)?(\d{1,3})\b", number_text)
        if not text:
            if cells.get("code") and cells.get("location"):
                text = cells["location"]  # nothing but a place and a section: the section is the finding
            elif items and not number and not cells.get("code") and filled:
                items[-1] = _continued(items[-1], cells)
                continue
            elif len(filled) == 1 and number:
                continue  # an empty numbered line of the form
            elif cells.get("code"):
                text = cells["code"]
            else:
                strange.extend(filled)
                continue
        if (
            items
            and not number
            and not cells.get("code")
            and "number" in columns.roles.values()
            and not cells.get("deadline")
            and not cells.get("status")
        ):
            items[-1] = _continued(items[-1], cells)
            continue
        row_unit = cells.get("unit", NOTHING)
        own = unit
        if row_unit:
            own = (
                unit_heading(row_unit.text, known)
                if unit_heading(row_unit.text, known) is not None
                else row_unit.text.strip(" .#")
            )
        items.append(
            Item(
                text,
                1.0,
                "us-ma/report_tables/row@1",
                int(number[1]) if number else None,
                where,
                in_chapter(cells.get("code", NOTHING), columns.chapter),
                cells.get("status", NOTHING),
                cells.get("deadline", NOTHING) or _deadline_in(cells, row, columns, piece),
                unit=own,
                grade=cells.get("class", NOTHING),
                room=room,
            )
        )
    return items, strange


_BAND = 6  # words of a heading across the table
_IN_TIME = re.compile(r"\b(?:within|by|before|in)\b.*\d|\b\d+\s*-?\s*(?:days?|hours?|hrs?)\b", re.IGNORECASE)


def _is_band(row: Sequence[Cell], columns: Columns, known: Wording) -> bool:
    """Whether the row is a heading across the table: a room, or the part of the building, that the rows below are about."""
    if len(row) != 1 or row[0].column_span < max(2, max(columns.roles, default=0)):
        return False
    text = row[0].text
    words = text.split()
    named = only_place(_unbracketed(text)) or text.isupper() or text.rstrip().endswith(":")
    return named and len(words) <= _BAND and not re.search(r"\d{3}", text)


def _unbracketed(text: str) -> str:
    return re.sub(r"\([^)]*\)", " ", text).strip(" :.-–—")


def _deadline_in(cells: Mapping[str | None, Text], row: Sequence[Cell], columns: Columns, piece: Piece) -> Text:
    """What the column of the remedy says of the time for it ("replace within 24 hours"), where no column is kept for that."""
    if "deadline" in columns.roles.values() or "status" in columns.roles.values():
        return NOTHING
    others = [cell_text(c, piece.page) for c in row if columns.roles.get(c.column) == "ignore"]
    return next((t for t in others if _IN_TIME.search(t.text)), NOTHING)


_BARE_SECTION = re.compile(r"\W*(?:(?:s|sec|sect|section|ch|chapter)\b\.?|§)?\s*\d{1,2}(?:\.\d{1,2}){0,4}\W*", re.IGNORECASE)


def in_chapter(code: Text, chapter: str) -> Text:
    """A bare section ("s. 13.6", "50") with the chapter that its column's heading names for all of them."""
    if not chapter or not _BARE_SECTION.fullmatch(code.text):
        return code
    words = [*chapter.split(), *(() if re.match(r"\W*[A-Za-z§]", code.text) else ("s.",))]
    return Text(tuple(Word(w, None) for w in words), (code.pages[0],) * len(words), code.anchor) + code


def _distinct_texts(texts: Sequence[Text]) -> list[Text]:
    out: list[Text] = []
    for text in texts:
        if text and text.text not in {t.text for t in out}:
            out.append(text)
    return out


def _continued(item: Item, cells: dict[str | None, Text]) -> Item:
    """The item with the cells of a row that only continues it."""
    return replace(
        item, text=item.text + cells.get("violation", NOTHING), location=item.location + cells.get("location", NOTHING),
        code=item.code + cells.get("code", NOTHING), status_text=item.status_text + cells.get("status", NOTHING),
        deadline_text=item.deadline_text + cells.get("deadline", NOTHING),
    )  # fmt: skip


def unit_heading(text: str, known: Wording) -> str | None:
    """The unit a sub-heading names, '' for common areas; None if it is no such heading."""
    if len(text) > 48:
        return None
    if known.common_heading.match(text):
        return ""
    found = known.unit_heading.match(text)
    if found is not None:
        return found[1]
    floor = known.floor_heading.match(text)
    return floor[1].rstrip(".") if floor is not None else None


def _ticked(piece: Piece, rows: Sequence[Sequence[Cell]], columns: Columns, known: Wording) -> tuple[list[Item], list[Text]]:
    items: list[Item] = []
    strange: list[Text] = []
    centres = centres_of(piece, columns)
    answers = answers_of(rows, columns, known)
    for row in rows:
        cells = {columns.roles.get(c): cell_text(cell, piece.page) for c, cell in by_column(row).items()}
        drawn = drawn_in(piece, row, columns, centres)
        if len(_distinct_texts([cell_text(c, piece.page) for c in row])) == 1 and len(row) > 2 and not cells.get("remarks"):
            heading = unit_heading(row[0].text, known)
            if heading is None and not drawn:
                continue
        state, how = fail_state(cells, drawn, answers, known)
        label, code, remarks = cells.get("item", NOTHING), cells.get("code", NOTHING), cells.get("remarks", NOTHING)
        if state is False or (state is None and not how):
            continue
        label = label.pick(
            [i for i, w in enumerate(label.words) if known.mark_of(w.text) is None or (len(w.text) > 1 and w.text.isalpha())]
        )
        if is_sentence(cells.get("fail", NOTHING).text, known):
            remarks = cells["fail"] + remarks
        text = remarks if remarks and not known.says_nothing(remarks.text) else label
        if not text:
            strange.append(code)
            continue
        items.append(
            Item(
                text, 1.0, "us-ma/checklists/ticked@1", None, NOTHING, in_chapter(code, columns.chapter),
                deadline_text=cells.get("deadline", NOTHING), label=label.text, tick=how or "glyph",
            )
        )  # fmt: skip
    return items, strange
