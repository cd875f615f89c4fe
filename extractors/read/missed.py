"""Printed words that the first reading left out: Tesseract's layout analysis drops whole columns of lists whose columns
stand far apart. All boxes in pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from extractors.read.page_image import Gray
from records.document import Box, Word

_FEWEST_LINES = 4  # lines that each miss something: less is specks and marks
_FEWEST_PIECES = 12
_PRINT = 0.7  # confidence of words that say where lines of print run
_BELIEVED = 0.3  # of words found on the second look
_REACH = (9.0, 3.0)  # points beside and above a piece that are looked at with it
_TALL, _WIDE = (4.0, 16.0), (1.5, 30.0)  # points; letters, or a few that touch


def with_missed(
    words: Sequence[Word], image: Gray, dark: Gray, rules: Gray, scale: float, read: Callable[[Gray], list[Word]]
) -> list[Word]:
    """The words and those found by ``read`` (a reading of scattered words) where the page has print that none covers."""
    places = _uncovered(words, dark, rules, scale)
    if len(places) < _FEWEST_PIECES or len({line for line, _ in places}) < _FEWEST_LINES:
        return list(words)
    rest = np.full_like(image, 255)  # nothing but these: the rims of words read already would be read as scraps
    aside, above = int(_REACH[0] * scale), int(_REACH[1] * scale)
    for _, b in places:
        rows = slice(max(0, int(b.top) - above), int(b.bottom) + above)
        columns = slice(max(0, int(b.x0) - aside), int(b.x1) + aside)
        rest[rows, columns] = image[rows, columns]
    for word in words:
        if word.box is not None:
            b = word.box
            rest[int(b.top) : int(b.bottom) + 1, int(b.x0) : int(b.x1) + 1] = 255
    added = [w for w in read(rest) if _new(w, words) and any(_holds(w, piece) for _, piece in places)]
    return [*words, *added]


def _uncovered(words: Sequence[Word], dark: Gray, rules: Gray, scale: float) -> list[tuple[int, Box]]:
    """Letter-sized pieces outside all words, level with print (two sure words at least), each with its line's height."""
    left = cv2.bitwise_and(dark, cv2.bitwise_not(cv2.dilate(rules, np.ones((3, 3), np.uint8))))
    bands: dict[int, int] = {}
    pad = int(scale)
    for word in words:
        b = word.box
        if b is None:
            continue
        left[max(0, int(b.top) - pad) : int(b.bottom) + pad, max(0, int(b.x0) - pad) : int(b.x1) + pad] = 0
        if (word.confidence or 0.0) >= _PRINT and len(word.text) > 1:
            band = round(b.centre_y / (6 * scale))
            bands[band] = bands.get(band, 0) + 1
    outlines, _ = cv2.findContours(left, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[tuple[int, Box]] = []
    for x, y, w, h in map(cv2.boundingRect, outlines):
        if not (_TALL[0] * scale <= h <= _TALL[1] * scale and _WIDE[0] * scale <= w <= _WIDE[1] * scale):
            continue
        if cv2.countNonZero(left[y : y + h, x : x + w]) <= 0.15 * w * h:
            continue
        band = round((y + h / 2) / (6 * scale))
        if sum(bands.get(n, 0) for n in (band - 1, band, band + 1)) >= 2:
            found.append((band // 2, Box(float(x), float(y), float(x + w), float(y + h))))
    return found


def _new(word: Word, known: Sequence[Word]) -> bool:
    box = word.box
    if box is None or (word.confidence or 0.0) < _BELIEVED or not any(c.isalnum() for c in word.text):
        return False
    return not any(k.box is not None and k.box.overlap(box) > 0.3 for k in known)


def _holds(word: Word, piece: Box) -> bool:
    b = word.box
    return b is not None and b.x0 - 2 <= piece.centre_x <= b.x1 + 2 and b.top - 2 <= piece.centre_y <= b.bottom + 2
