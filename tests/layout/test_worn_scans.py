"""Scans with worn lines, specks, a slight slant and borders: what a reader still sees as rows and cells."""

from __future__ import annotations

from extractors.layout import blocks
from extractors.layout.specks import legible
from extractors.read.quality import likeness
from records.document import Box, Line, Page, Table, Word
from tests.layout.test_blocks import words


def _worn_rules() -> list[Box]:
    """A grid of three columns and five rows whose lines are in pieces that end anywhere."""
    level = []
    for i, y in enumerate((100, 120, 140, 160, 180, 200)):
        level += [Box(50, y, 120 + 9 * i, y + 0.5), Box(210, y, 330 + 7 * i, y + 0.5), Box(400, y, 450, y + 0.5)]
    plumb = [Box(50, 100, 50.5, 148), Box(50, 171, 50.5, 200), Box(450, 100, 450.5, 166), Box(450, 187, 450.5, 200)]
    plumb += [Box(200, 100, 200.5, 133), Box(200, 152, 200.5, 200), Box(350, 113, 350.5, 200)]
    return level + plumb


def test_a_worn_grid_is_mended() -> None:
    text = words(55, 105, "Where") + words(205, 105, "Violation") + words(355, 105, "Code")
    for i, (room, what) in enumerate((("Kitchen", "no heat"), ("Bath", "leak"), ("Hall", "dark"), ("Yard", "trash"))):
        y = 125 + 20 * i
        text += words(55, y, room) + words(205, y, what) + words(355, y, f"410.{200 + i}")
    (table,) = blocks(Page(1, 612, 792, "ocr", tuple(text), tuple(_worn_rules())))
    assert isinstance(table, Table)
    assert [[c.text for c in row] for row in table.rows][:3] == [
        ["Where", "Violation", "Code"],
        ["Kitchen", "no heat", "410.200"],
        ["Bath", "leak", "410.201"],
    ]


def test_specks_and_bits_of_lines_are_left_out_and_figures_stay() -> None:
    page = [
        *words(50, 100, "Address of the property which was inspected on that day by the inspector here"),
        Word("re", Box(50, 130, 130, 130.8), 0.1),
        Word(";", Box(150, 130, 151, 131), 0.2),
        Word("_Kitchen", Box(160, 125, 200, 135), 0.9),
        Word("5", Box(300, 125, 340, 135), 0.2),
    ]
    assert [w.text for w in legible(page)][-2:] == ["Kitchen", "5"]


def test_a_bullet_joins_its_line_on_a_slanting_note() -> None:
    text: list[Word] = []
    for i, said in enumerate(("panel in hall not labeled", "need alarm in rear bedroom", "large hole in kitchen wall")):
        y = 100 + 15 * i
        text += [Word("-", Box(44, y + 4.5, 48, y + 5.7), 0.9), *words(52, y, said, slope=-0.018)]
    read = [b.text for b in blocks(Page(1, 612, 792, "ocr", tuple(text))) if isinstance(b, Line)]
    assert read == ["- panel in hall not labeled", "- need alarm in rear bedroom", "- large hole in kitchen wall"]


def test_a_frame_around_the_text_is_no_table() -> None:
    rules = [Box(20, 50, 580, 50.5), Box(20, 400, 580, 400.5), Box(20, 50, 20.5, 400), Box(580, 50, 580.5, 400), Box(35, 50, 35.5, 400)]
    text = [w for i in range(8) for w in words(60, 70 + 20 * i, f"line {i} of a note in a frame")] + words(24, 90, "x")
    assert not any(isinstance(b, Table) for b in blocks(Page(1, 612, 792, "ocr", tuple(text), tuple(rules))))


def test_words_upside_down_look_like_none() -> None:
    assert likeness("Inspection") > 0.5 and likeness("violation") > 0.5
    assert likeness("uonDadsuy") == 0.0
