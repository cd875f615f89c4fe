"""Photographs and drawings on a page: painted over before it is read, and doubted letters at their rims dropped after it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.read.choosing import folded, shape
from extractors.read.page_image import Gray, gray
from records.document import Word

_WHITE = 200  # grey of paper, at the darkest
_AROUND = 36.0  # points; three lines of print
_LEAST_WHITE = 0.55  # share of white about a word; bold capitals leave 0.65
_DOUBTED = 0.6  # Tesseract's confidence below which a word in a picture is none
_PICTURE = 0.35  # share of white about a place that lies in a picture; print in tables and under stamps leaves half
_LEAST_PICTURE, _LEAST_SIDE = 5000.0, 60.0  # square points and points of one: a dark heading bar is no picture
_SLIDE = 0.4  # of a page in pictures: it is one itself, with words on it
_WHOLE, _FORMED = 4, 0.8  # letters, and how well they form a word


def _could_be_print(text: str) -> bool:
    """A whole word or figure, which under a stamp or in a dark field is read with doubt too; pictures make scraps."""
    return len(folded(text)) >= _WHOLE and shape(text) >= _FORMED


def picture_share(level: Gray, scale: float) -> float:
    """How much of a cleaned page lies in pictures."""
    share, _ = _white_about(level, scale)
    return float((share < 255 * _PICTURE).mean())


def is_slide(share: float) -> bool:
    """Whether the page is a picture with words on it (a slide, a poster), which cleaning for print wrecks."""
    return share >= _SLIDE


def painted_over(image: Gray, level: Gray, scale: float) -> Gray:
    """``image`` with the large pictures of the page ``level`` made white: Tesseract reads thousands of scraps into them."""
    share, step = _white_about(level, scale)
    dark = (share < 255 * _PICTURE).astype(np.uint8)
    if not dark.any():
        return image
    point = 2 * step / scale
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    out = image
    for x, y, w, h, area in stats[1:count]:
        if area * point**2 < _LEAST_PICTURE or min(w, h) * point < _LEAST_SIDE:
            continue
        if out is image:
            out = image.copy()
        out[int(y * 2 * step) : int((y + h) * 2 * step), int(x * 2 * step) : int((x + w) * 2 * step)] = 255
    return out


def _white_about(level: Gray, scale: float) -> tuple[Gray, int]:
    """Share of white (0..255) about each place of the page, on every ``2 * step``-th pixel, and ``step``."""
    white = (level[::2, ::2] > _WHITE).astype(np.uint8) * 255
    step = max(1, round(_AROUND * scale / 2 / 9))  # a ninth of the reach is fine enough
    small = cv2.resize(white, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    return gray(cv2.blur(small, (9, 9), borderType=cv2.BORDER_REPLICATE)), step


def without_pictures(words: Sequence[Word], level: Gray, scale: float) -> list[Word]:
    """The words, without doubted ones that stand in pictures. ``level`` is the page, boxes in its pixels."""
    if not any((w.confidence or 0.0) < _DOUBTED for w in words):
        return list(words)
    share, step = _white_about(level, scale)
    height, width = share.shape

    def in_picture(word: Word) -> bool:
        box = word.box
        if box is None or (word.confidence or 0.0) >= _DOUBTED or _could_be_print(word.text):
            return False
        y, x = int(box.centre_y / 2 / step), int(box.centre_x / 2 / step)
        return bool(share[min(max(y, 0), height - 1), min(max(x, 0), width - 1)] < 255 * _LEAST_WHITE)

    return [w for w in words if not in_picture(w)]
