"""Tick boxes drawn at several resolutions, in several hands, through noise: all found, and read as they were filled in."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from extractors.read.clean import clean
from extractors.read.page_image import Gray
from extractors.read.ruling import dark_pixels
from extractors.read.tick_boxes import SquareMark, find_squares, states_of

_SCALE = 300 / 72
_TICKED = {2, 5, 11}
_ROWS = 14

Pen = Callable[[Gray, int, int, int], None]


def _cross(page: Gray, x: int, y: int, side: int) -> None:
    cv2.line(page, (x + 3, y + 3), (x + side - 3, y + side - 3), 40, 2, cv2.LINE_AA)
    cv2.line(page, (x + 3, y + side - 3), (x + side - 3, y + 3), 40, 2, cv2.LINE_AA)


def _thin_tick(page: Gray, x: int, y: int, side: int) -> None:
    points = np.array([(x + side // 5, y + side // 2), (x + side // 2, y + side - 4), (x + side + side // 3, y - side // 3)])
    cv2.polylines(page, [points.astype(np.int32)], False, 60, 2, cv2.LINE_AA)


def _full(page: Gray, x: int, y: int, side: int) -> None:
    page[y : y + side, x : x + side] = 15


def _scrawl(page: Gray, x: int, y: int, side: int) -> None:
    cv2.line(page, (x - side // 3, y + side), (x + side + side // 3, y - side // 4), 70, 5, cv2.LINE_AA)
    cv2.line(page, (x - 2, y + 2), (x + side, y + side + 4), 70, 5, cv2.LINE_AA)


def _form(pen: Pen, points: float = 8.0, columns: int = 1) -> Gray:
    """A check-list: label, boxes, code; round letters of the boxes' size beside them."""
    page = np.full((2200, 1800), 250, np.uint8)
    side = round(points * _SCALE)
    for row in range(_ROWS):
        y = 300 + row * 100
        cv2.putText(page, "DOOR QUOD BOX BOD", (150, y + side - 4), cv2.FONT_HERSHEY_SIMPLEX, side / 24, 20, 3, cv2.LINE_AA)
        cv2.putText(page, "410.500", (1500, y + side - 4), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 20, 2, cv2.LINE_AA)
        for column in range(columns):
            x = 1000 + column * 150
            if column == 0 and row in _TICKED and pen is _full:
                _full(page, x, y, side)
                continue
            cv2.rectangle(page, (x, y), (x + side - 1, y + side - 1), 20, 2)
            if column == (0 if row in _TICKED else columns):
                pen(page, x, y, side)
    return page


def _read(page: Gray, columns: int = 1) -> dict[tuple[int, int], bool | None]:
    ready = clean(page, _SCALE)
    marks: list[SquareMark] = find_squares(ready, dark_pixels(ready), _SCALE)
    found: dict[tuple[int, int], bool | None] = {}
    for mark in marks:
        place = (round((mark.box.centre_y - 317) / 100), round((mark.box.centre_x - 1017) / 150))
        assert place not in found, "a box was found twice"
        assert 0 <= place[0] < _ROWS and 0 <= place[1] < columns, f"not a box: {mark.box}"
        found[place] = mark.state
    return found


def _resampled(page: Gray, dpi: int) -> Gray:
    small = cv2.resize(page, None, fx=dpi / 300, fy=dpi / 300, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, page.shape[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _fax(page: Gray) -> Gray:
    small = cv2.resize(page, None, fx=204 / 300, fy=196 / 300, interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(4).normal(0, 30, small.shape)
    black = np.where(small + noise < 150, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(black, page.shape[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _shaded(page: Gray) -> Gray:
    light = np.linspace(0.55, 1.0, page.shape[1])[None, :] * np.linspace(1.0, 0.8, page.shape[0])[:, None]
    noise = np.random.default_rng(5).normal(0, 5, page.shape)
    return np.clip(page * light + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("pen", [_cross, _thin_tick, _full, _scrawl])
@pytest.mark.parametrize("points", [7.0, 9.5, 13.0])
def test_every_style_and_size(pen: Pen, points: float) -> None:
    found = _read(_form(pen, points))
    assert {place[0] for place, state in found.items() if state} == _TICKED
    assert sum(state is False for state in found.values()) == _ROWS - len(_TICKED)


@pytest.mark.parametrize("worn", [lambda p: _resampled(p, 150), lambda p: _resampled(p, 200), _fax, _shaded])
@pytest.mark.parametrize("pen", [_cross, _full, _scrawl])
def test_through_scanners(pen: Pen, worn: Callable[[Gray], Gray]) -> None:
    found = _read(worn(_form(pen, 9.0)))
    assert {place[0] for place, state in found.items() if state} == _TICKED
    assert not {place[0] for place, state in found.items() if state is None}
    assert len(found) == _ROWS


def test_rows_of_three_boxes() -> None:
    found = _read(_form(_cross, 10.0, columns=3), columns=3)
    assert len(found) == 3 * _ROWS
    assert {place for place, state in found.items() if state} == {(row, 0) for row in _TICKED}


def test_letters_are_no_boxes() -> None:
    page = np.full((1200, 1800), 250, np.uint8)
    for row in range(10):
        cv2.putText(page, "O D B Q 0 8 DO BQ", (200, 120 + 90 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 3, cv2.LINE_AA)
    ready = clean(page, _SCALE)
    assert find_squares(ready, dark_pixels(ready), _SCALE) == []


def test_dirt_of_the_page_is_no_tick() -> None:
    """Boxes that are all a little grey inside, as after a fax: what stands out from them is ticked."""
    assert states_of([0.05, 0.06, 0.07, 0.06, 0.05, 0.4, 0.07, 0.06]) == [False] * 5 + [True] + [False] * 2


def test_between_is_unsure() -> None:
    assert states_of([0.0, 0.0, 0.0, 0.0, 0.0, 0.055])[-1] is None


def test_a_list_ticked_throughout_is_a_misreading() -> None:
    assert True not in states_of([0.3 + 0.01 * n for n in range(12)])


def test_a_few_boxes_may_all_be_ticked() -> None:
    assert states_of([0.4, 0.5]) == [True, True]
