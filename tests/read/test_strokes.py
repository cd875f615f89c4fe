"""Strokes by hand through rows of a list, and columns that a first reading missed, on pictures drawn here."""

import cv2
import numpy as np

from extractors.read.missed import with_missed
from extractors.read.ruling import dark_pixels
from extractors.read.strokes import struck_words
from records.document import Box, Word

SCALE = 300 / 72


def _page(rows: int) -> tuple[np.ndarray, list[Word]]:
    page = np.full((1200, 1600), 255, np.uint8)
    words = []
    for row in range(rows):
        for column in range(5):
            x, y = 80 + column * 300, 120 + row * 80
            cv2.putText(page, "4821.07", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2, cv2.LINE_AA)
            words.append(Word("4821.07", Box(x, y - 24, x + 135, y + 2), 0.95))
    return page, words


def test_a_wavy_slanted_stroke_marks_its_row_only() -> None:
    page, words = _page(4)
    x = np.arange(60, 1480)
    y = 188 + 5 * np.sin(x / 90) + (x - 60) / 200
    cv2.polylines(page, [np.stack([x, y], 1).astype(np.int32).reshape(-1, 1, 2)], False, 40, 3, cv2.LINE_AA)
    struck, blind = struck_words(words, dark_pixels(page), [], SCALE)
    assert all(struck[5:10])
    assert not any(struck[:5]) and not any(struck[10:])
    assert not blind


def test_a_line_under_words_is_no_strike() -> None:
    page, words = _page(3)
    cv2.line(page, (70, 206), (1480, 206), 0, 3)
    assert not any(struck_words(words, dark_pixels(page), [], SCALE)[0])


def test_a_stroke_without_any_word_is_told() -> None:
    page, words = _page(3)
    x = np.arange(60, 1480)
    y = 188 + 5 * np.sin(x / 90)
    cv2.polylines(page, [np.stack([x, y], 1).astype(np.int32).reshape(-1, 1, 2)], False, 40, 3, cv2.LINE_AA)
    _, blind = struck_words(words[:5] + words[10:], dark_pixels(page), [], SCALE)
    assert len(blind) == 1


def test_a_column_left_out_is_read_again() -> None:
    page, words = _page(6)
    left_out = [w for i, w in enumerate(words) if i % 5 == 0]
    known = [w for i, w in enumerate(words) if i % 5]
    asked: list[int] = []

    def read(rest: np.ndarray) -> list[Word]:
        asked.append(int((rest < 128).sum()))
        return [*left_out, known[0]]

    dark = dark_pixels(page)
    found = with_missed(known, page, dark, np.zeros_like(dark), SCALE, read)
    assert len(asked) == 1
    assert len(found) == len(words)
    assert with_missed(words, page, dark, np.zeros_like(dark), SCALE, read) == words
    assert len(asked) == 1
