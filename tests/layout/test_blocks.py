"""Lines and tables from words and rules."""

from __future__ import annotations

from extractors.layout import blocks
from records.document import Box, Line, Page, Table, Word


def words(x: float, y: float, text: str, slope: float = 0.0) -> list[Word]:
    made = []
    for token in text.split():
        top = y + slope * x
        made.append(Word(token, Box(x, top, x + 5 * len(token), top + 10)))
        x += 5 * len(token) + 3
    return made


def test_a_skewed_page_keeps_its_lines() -> None:
    rows = [f"line {i} of the page which runs all the way over the sheet to its far right edge and stays one" for i in range(8)]
    page = Page(1, 612, 792, "ocr", tuple(w for i, r in enumerate(rows) for w in words(20, 60 + 14 * i, r, slope=0.03)))
    assert [b.text for b in blocks(page) if isinstance(b, Line)] == rows


def test_a_grid_with_a_wrapped_and_a_merged_cell() -> None:
    level = [Box(50, y, 450, y + 0.5) for y in (100, 120, 160)] + [Box(50, 180, 450, 180.5)]
    plumb = [Box(x, 100, x + 0.5, 180) for x in (50, 450)] + [Box(200, 100, 200.5, 160)]
    text = words(55, 105, "Item") + words(205, 105, "Violation") + words(55, 125, "1")
    text += words(205, 125, "broken window") + words(205, 140, "in kitchen") + words(55, 165, "Remarks for the whole width")
    (table,) = blocks(Page(1, 612, 792, "text_layer", tuple(text), tuple(level + plumb)))
    assert isinstance(table, Table)
    assert [[c.text for c in r] for r in table.rows] == [
        ["Item", "Violation"],
        ["1", "broken window in kitchen"],
        ["Remarks for the whole width"],
    ]
    assert table.rows[2][0].column_span == 2


def test_columns_without_rules() -> None:
    text = words(50, 100, "Item") + words(120, 100, "Location") + words(260, 100, "Violation")
    for i in range(3):
        text += words(50, 120 + 20 * i, str(i + 1)) + words(120, 120 + 20 * i, "Kitchen") + words(260, 120 + 20 * i, "no heat")
    (table,) = blocks(Page(1, 612, 792, "text_layer", tuple(text)))
    assert isinstance(table, Table) and [c.text for c in table.rows[3]] == ["3", "Kitchen", "no heat"]


def test_label_and_value_lines_are_no_table() -> None:
    text = (
        words(50, 100, "Address: 4 Elm St")
        + words(300, 100, "Date: 7/1/18")
        + words(50, 116, "Owner: Smith")
        + words(300, 116, "Unit: 3")
    )
    assert all(isinstance(b, Line) for b in blocks(Page(1, 612, 792, "text_layer", tuple(text))))
