"""Words that were read into photographs and drawings on a page: doubted letters where there is hardly any white paper."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.read.choosing import folded, shape
from extractors.read.page_image import Gray
from records.document import Word

_WHITE = 200  # grey of paper, at the darkest
_AROUND = 36.0  # points; three lines of print
_LEAST_WHITE = 0.55  # share of white about a word; bold capitals leave 0.65
_DOUBTED = 0.6  # Tesseract's confidence below which a word in a picture is none
_WHOLE, _FORMED = 4, 0.8  # letters, and how well they form a word


def _could_be_print(text: str) -> bool:
    """A whole word or figure, which under a stamp or in a dark field is read with doubt too; pictures make scraps."""
    return len(folded(text)) >= _WHOLE and shape(text) >= _FORMED


def without_pictures(words: Sequence[Word], level: Gray, scale: float) -> list[Word]:
    """The words, without doubted ones that stand in pictures. ``level`` is the page, boxes in its pixels."""
    if not any((w.confidence or 0.0) < _DOUBTED for w in words):
        return list(words)
    white = (level[::2, ::2] > _WHITE).astype(np.uint8) * 255
    step = max(1, round(_AROUND * scale / 2 / 9))  # a ninth of the reach is fine enough
    small = cv2.resize(white, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    share = cv2.blur(small, (9, 9), borderType=cv2.BORDER_REPLICATE)
    height, width = share.shape

    def in_picture(word: Word) -> bool:
        box = word.box
        if box is None or (word.confidence or 0.0) >= _DOUBTED or _could_be_print(word.text):
            return False
        y, x = int(box.centre_y / 2 / step), int(box.centre_x / 2 / step)
        return bool(share[min(max(y, 0), height - 1), min(max(x, 0), width - 1)] < 255 * _LEAST_WHITE)

    return [w for w in words if not in_picture(w)]
