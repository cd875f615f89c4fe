"""Boxes typed as brackets: found on clean, soft and ruled forms; brackets of running text and columns of figures are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.read.clean import clean
from extractors.read.page_image import Gray
from extractors.read.ruling import dark_pixels, find_rules
from extractors.read.tick_boxes import SquareMark
from extractors.read.typed_boxes import find_typed, without_false_rules
from records.document import Box

_SCALE = 300 / 72
_TICKED = {3, 7}
_ROWS = 10


def _bracket(page: Gray, x: int, y: int, opens: bool, high: int = 40) -> None:
    cv2.line(page, (x, y), (x, y + high), 20, 3)
    for end in (y, y + high):
        cv2.line(page, (x, end), (x + (8 if opens else -8), end), 20, 3)


def _form(ruled: bool, sheet: int = 250) -> Gray:
    page = np.full((1500, 1600), sheet, np.uint8)
    for row in range(_ROWS):
        y = 200 + 90 * row
        cv2.putText(page, "Windows weathertight (2)", (100, y + 34), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 20, 3, cv2.LINE_AA)
        wide = 60 if row in _TICKED else 38
        _bracket(page, 1000 - wide // 2, y, True)
        _bracket(page, 1000 + wide // 2, y, False)
        if row in _TICKED:
            cv2.line(page, (984, y + 8), (1016, y + 34), 20, 3, cv2.LINE_AA)
            cv2.line(page, (984, y + 34), (1016, y + 8), 20, 3, cv2.LINE_AA)
        if ruled:
            cv2.line(page, (80, y + 62), (1500, y + 62), 20, 2)
    return page


def _found(page: Gray) -> list[SquareMark]:
    level = clean(page, _SCALE)
    dark = dark_pixels(level)
    rules, mask = find_rules(dark, _SCALE)
    return sorted(find_typed(level, dark, rules, mask, _SCALE), key=lambda m: m.box.top)


@pytest.mark.parametrize("ruled", [False, True])
@pytest.mark.parametrize("blur", [0.0, 2.2])
def test_a_form_of_brackets_is_read(ruled: bool, blur: float) -> None:
    page = _form(ruled)
    if blur:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), blur), dtype=np.uint8)
        page = np.asarray(255 - (255 - page.astype(int)) * 6 // 10, dtype=np.uint8)  # and little toner
    marks = _found(page)
    assert len(marks) == _ROWS
    assert {n for n, mark in enumerate(marks) if mark.state} == _TICKED
    assert all(mark.state is not None and abs(mark.box.centre_x - 1000) < 20 for mark in marks)


def test_brackets_around_words_and_figures_are_no_boxes() -> None:
    page = np.full((1500, 1600), 250, np.uint8)
    for row in range(_ROWS):
        y = 200 + 90 * row
        _bracket(page, 980, y, True)
        _bracket(page, 1040, y, False)
        cv2.putText(page, str(row), (994, y + 34), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 20, 3, cv2.LINE_AA)
    assert _found(page) == []


def test_worn_zeros_are_no_boxes() -> None:
    page = np.full((1500, 1600), 250, np.uint8)
    for row in range(_ROWS):
        y = 200 + 90 * row
        cv2.ellipse(page, (1000, y + 20), (11, 19), 0, 0, 360, 20, 4, cv2.LINE_AA)
        page[y - 4 : y + 4, 996:1005] = page[y + 36 : y + 44, 996:1005] = 250  # parted above and below
    assert _found(page) == []


def test_a_line_through_boxes_is_no_rule() -> None:
    boxes = [SquareMark(Box(100.0, 50.0 * n, 140.0, 50.0 * n + 40), False) for n in range(5)]
    through, beside, level = Box(102, 0, 105, 240), Box(160, 0, 163, 240), Box(0, 20, 500, 23)
    assert without_false_rules([through, beside, level], boxes) == [beside, level]
