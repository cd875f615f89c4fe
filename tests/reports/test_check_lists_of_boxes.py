"""A check-list whose typed boxes OCR read as letters, and whose heading lost the rule between two columns."""

from __future__ import annotations

from extractors.reports.pieces import Piece
from extractors.reports.table_columns import columns_in
from extractors.reports.table_items import items_of_table
from extractors.reports.text import NOTHING
from extractors.reports.ticks import like_an_empty_box
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.document import Box, Cell, Line, Page, Table, Word

KNOWN = wording(RuleBook.load())
NAMES = ("Sink", "Stove", "Floor", "Walls", "Toilet", "Windows", "Screens", "Heat", "Locks", "Rubbish")
MARKS = ("fl", "[1", "fl", "0)", "IX]", "fl", "l", "fl", "[]", "fl")


def cell(row: int, column: int, text: str, span: int = 1) -> Cell:
    box = Box(100.0 * column, 20.0 * row, 100.0 * (column + span) - 5, 20.0 * row + 12)
    parts = text.split()
    step = (box.x1 - box.x0) / max(1, len(parts))
    words = tuple(Word(w, Box(box.x0 + i * step, box.top, box.x0 + (i + 0.8) * step, box.bottom)) for i, w in enumerate(parts))
    return Cell(row, column, (Line(words),), box, span)


def _list(heading: tuple[Cell, ...]) -> Table:
    rows = [
        (cell(r, 0, name), cell(r, 1, mark), cell(r, 2, f"410.{50 * r + 50}"), cell(r, 3, ""))
        for r, (name, mark) in enumerate(zip(NAMES, MARKS, strict=True), 1)
    ]
    return Table((heading, *rows), Box(0, 0, 400, 240))


def _ticked(table: Table) -> list[str]:
    columns = columns_in(table, KNOWN)
    assert columns is not None
    assert columns.checklist
    items, _ = items_of_table(Piece(Page(1, 612, 792, "ocr", ()), 0, NOTHING, table), columns, KNOWN)
    return [i.text.text for i in items]


def test_a_heading_over_two_columns_is_cut_by_the_rows_below() -> None:
    assert _ticked(_list((cell(0, 0, "Item Viol.", 2), cell(0, 2, "Code Remarks", 2)))) == ["Toilet"]


def test_a_column_of_boxes_is_known_without_its_heading() -> None:
    """Unmarked rows of a form are never findings, whatever became of the heading."""
    assert _ticked(_list((cell(0, 0, "ltm Vjo1", 4),))) == ["Toilet"]


def test_a_tick_brings_slanting_strokes() -> None:
    assert all(map(like_an_empty_box, ("fl", "[1", "0)", "l", "[]")))
    assert not any(map(like_an_empty_box, ("X", "8}", "[v]", "K", "")))


def test_a_heading_that_names_violations_and_sections_makes_no_list_of_boxes_a_list_of_findings() -> None:
    """The word "Viol." stands over the labels since its own column lost its rule."""
    heading = (cell(0, 0, "Violation"), cell(0, 2, "Code"))
    assert _ticked(_list(heading)) == ["Toilet"]
