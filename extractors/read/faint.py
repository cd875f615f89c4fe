"""Print of the sheet's other side that shows through, and other stains far paler than the page's print: taken out of what OCR
reads, where it would become words of its own, in the middle of lines.

Only what is read changes, never the picture that a person sees. A pencil is darker than what shows through.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray
from records.document import Box, Word

_PALE = 0.25  # of the print's darkness. Measured: show-through 0.11 to 0.23, rings of coffee and pencil 0.38 and more
_NEAR = 9  # pixels at 300 dpi: the soft edges of print are as pale, but lie by it
_RIM = 1.4  # times that: how far its own soft edges reach, which a second voice still reads
_LEAST = 0.03  # share of a page's ink that is pale and lies by no print; less is dust
_PRINT = 80  # per cent of the ink is paler than the middle of the letters

_STAIN = 0.55  # of the darkness of words read surely (confidence of at least _SURE, so many that they tell)
_SURE, _SEVERAL = 0.9, 8
_DOUBTED, _SHORT = 0.7, 3  # confidence and letters of what a stain is read as


def without_show_through(text: Gray, level: Gray, dark: Gray, scale: float) -> tuple[Gray, Gray]:
    """``text``, the picture that is read, and the ink ``dark`` of the page ``level`` without what shows through; both as they are
    where nothing does."""
    few = np.ascontiguousarray(level[::2, ::2]), np.ascontiguousarray(dark[::2, ::2])  # is there anything to do?
    counts = np.cumsum(cv2.calcHist([few[0]], [0], few[1], [256], [0, 256]).ravel())
    if counts[-1] < 1:
        return text, dark
    print_ = 255 - float(np.searchsorted(counts, (100 - _PRINT) / 100 * counts[-1]))
    limit, reach = 255 - _PALE * print_, _NEAR * scale * 72 / 300
    if cv2.countNonZero(_pale(*few, limit, reach / 2)[0]) < _LEAST * counts[-1]:
        return text, dark
    pale, near = _pale(level, dark, limit, reach)
    rim = max(5, round(_RIM * reach)) | 1
    grown = cv2.bitwise_and(cv2.dilate(pale, np.ones((rim, rim), np.uint8)), cv2.bitwise_not(near))
    return gray(cv2.bitwise_or(text, grown)), gray(cv2.bitwise_and(dark, cv2.bitwise_not(pale)))


def _pale(level: Gray, dark: Gray, limit: float, reach: float) -> tuple[Gray, Gray]:
    """The ink that is paler than ``limit`` and lies by no darker one, and what lies by darker one."""
    side = max(3, round(reach)) | 1
    strong = cv2.threshold(level, limit, 255, cv2.THRESH_BINARY_INV)[1]
    near = gray(cv2.dilate(strong, np.ones((side, side), np.uint8)))
    return gray(cv2.bitwise_and(dark, cv2.bitwise_not(near))), near


def without_stains_read(words: Sequence[Word], level: Gray) -> list[Word]:
    """Drops short words, doubted, whose ink is much paler than that of the words read surely: grains of a coffee ring, of a fold
    or a shadow."""
    sure = [_darkness(level, w.box) for w in words if w.box is not None and (w.confidence or 0.0) >= _SURE and len(w.text) > 1]
    if len(sure) < _SEVERAL:
        return list(words)
    limit = _STAIN * float(np.median(sure[:: max(1, len(sure) // 100)]))
    return [w for w in words if not _may_be_stain(w) or w.box is None or _darkness(level, w.box) >= limit]


def _may_be_stain(word: Word) -> bool:
    return not word.handwritten and (word.confidence or 0.0) < _DOUBTED and len(word.text) <= _SHORT


def _darkness(level: Gray, box: Box) -> float:
    part = level[max(0, int(box.top)) : int(box.bottom) + 1, max(0, int(box.x0)) : int(box.x1) + 1]
    return 255 - float(np.percentile(part, 8)) if part.size else 0.0
