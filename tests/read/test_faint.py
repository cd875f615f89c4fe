"""What shows through from the back is not read; pale print, pencil and a page without it stay as they are."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.read.faint import without_show_through, without_stains_read
from extractors.read.fusion import without_specks_read
from extractors.read.page_image import Gray
from extractors.read.ruling import dark_pixels
from records.document import Box, Word

_SCALE = 300 / 72


def _page(pale: int, lines: int = 8) -> Gray:
    """Black print, and as many lines of a paler grey between."""
    page = np.full((1400, 1600), 252, np.uint8)
    for n in range(lines):
        cv2.putText(
            page, "Handrails loose at rear stairs", (100, 100 + 150 * n), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 30, 4, cv2.LINE_AA
        )
        cv2.putText(page, "WEIVER 9102", (300, 170 + 150 * n), cv2.FONT_HERSHEY_SIMPLEX, 1.4, pale, 4, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 1.2), dtype=np.uint8)


def _ink_between(image: Gray) -> int:
    return sum(cv2.countNonZero((image[135 + 150 * n : 185 + 150 * n, 300:700] < 240).astype(np.uint8)) for n in range(8))


def test_what_shows_through_is_taken_out_of_what_is_read() -> None:
    level = _page(pale=212)
    text, ink = without_show_through(level, level, dark_pixels(level), _SCALE)
    assert _ink_between(text) < 0.1 * _ink_between(level)
    assert cv2.countNonZero(ink) < 0.8 * cv2.countNonZero(dark_pixels(level))
    print_ = slice(60, 110)
    assert np.array_equal(text[print_], level[print_]), "print stays as it is"


def test_pencil_and_pale_print_stay() -> None:
    for pale in (170, 120):
        level = _page(pale)
        text, _ = without_show_through(level, level, dark_pixels(level), _SCALE)
        assert text is level


def test_a_stain_is_no_word_and_a_pale_word_is() -> None:
    level = np.full((200, 900), 250, np.uint8)
    words = []
    for n in range(9):
        level[50:80, 80 * n : 80 * n + 40] = 40
        words.append(Word("Handrail", Box(80 * n, 45, 80 * n + 45, 85), 0.95))
    level[120:150, 10:40], level[120:150, 100:130] = 180, 60
    stain, dark = Word("7", Box(5, 115, 45, 155), 0.5), Word("7", Box(95, 115, 135, 155), 0.5)
    pale = Word("Handrails", Box(5, 115, 45, 155), 0.5)
    assert without_stains_read([*words, stain, dark, pale], level) == [*words, dark, pale]


def test_specks_are_no_words_but_what_parts_words_stays() -> None:
    def word(text: str, sure: float) -> Word:
        return Word(text, Box(0, 0, 9, 9), sure)

    kept = [word("—", 0.8), word("|", 0.7), word(".", 0.9), word("7", 0.2), word("x", 0.1), word("*", 0.2), word("-", 0.2)]
    gone = [word(";", 0.1), word("'", 0.6), word("|", 0.3), word("|.", 0.4), word("_", 0.6)]
    assert without_specks_read([*kept, *gone]) == kept
