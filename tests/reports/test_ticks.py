"""What the cells of a tick column and the lines of a check-list without a grid say."""

from __future__ import annotations

import pytest

from extractors.reports.pieces import Piece
from extractors.reports.text import Text, of_line
from extractors.reports.tick_lines import split_tick_lines
from extractors.reports.ticks import mark_in
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.document import Box, Line, Page, Word

KNOWN = wording(RuleBook.load())


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("☒", True), ("☐", False), ("X", True), ("[X]", True), ("[IX]", True), ("IX}", True), ("{]", False), ("f]", False),
        ("[1", False), ("Z ☐", False), ("7 ☒", True), ("410.500", None), ("kitchen ☐ bath", None), ("", None), ("7", None),
    ],
)  # fmt: skip
def test_marks(cell: str, said: bool | None) -> None:
    assert mark_in(cell, KNOWN) is said


def _pieces(lines: list[str]) -> list[Piece]:
    pieces = []
    for n, text in enumerate(lines):
        words, x = [], 60.0
        for part in text.split():
            words.append(Word(part, Box(x, 100 + 20 * n, x + 6 * len(part), 110 + 20 * n)))
            x += 6 * len(part) + 4
        pieces.append(of_line(Line(tuple(words)), 1))
    page = Page(1, 612, 792, "ocr", ())
    return [Piece(page, n, text) for n, text in enumerate(pieces)]


def _labels(items: list[Text]) -> list[str]:
    return [t.text for t in items]


def test_lines_of_boxes() -> None:
    """The violation box is known from most rows' letters, though some were misread, and two items stand in one line."""
    pieces = _pieces([
        "Comments on the roof",
        "☒ P ☐ Ff ☐ NA Stairs sound ☐ P ☒ F ☐ NA Chimney",
        "☐ P ee ☐ F ☒ NA Boiler room ☒ Pp ☐ F ☐ NA Gutters",
        "☐ P ☒ 7 ☐ NA Fire escape ☒ P ☐ F ☐ NA Attic",
    ])  # fmt: skip
    rest, items = split_tick_lines(pieces, KNOWN)
    assert [p.index for p in rest] == [0]
    assert _labels([i.text for i in items]) == ["Chimney", "Fire escape"]
    assert {i.tick for i in items} == {"drawn"}


def test_two_boxes_of_a_row_ticked_is_unsure() -> None:
    pieces = _pieces(["☒ S ☐ V Stairs", "☐ S ☐ V Hall", "☒ S ☒ V Roof", "☒ S ☐ V Attic"])
    _, items = split_tick_lines(pieces, KNOWN)
    assert [(i.text.text, i.tick) for i in items] == [("Roof", "unsure")]


def test_a_choice_in_the_head_is_no_check_list() -> None:
    pieces = _pieces(["Type: ☐ Initial ☒ Complaint ☐ Annual", "Peeling paint in hall"])
    rest, items = split_tick_lines(pieces, KNOWN)
    assert len(rest) == 2 and not items
