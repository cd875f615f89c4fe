"""Ruling lines of a scanned page, by morphology on the levelled picture. All boxes in its pixels."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.read.page_image import Gray
from records.document import Box

_SHORTEST = 26.0  # points: a shorter stroke is a letter, a dash or a tick box
_THICKEST = 3.2  # points


def dark_pixels(image: Gray) -> Gray:
    """Ink as 255, by local contrast; for shapes only, never for OCR."""
    return np.asarray(
        cv2.adaptiveThreshold(image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 61, 18), dtype=np.uint8
    )


def find_rules(dark: Gray, scale: float) -> tuple[list[Box], Gray]:
    """Horizontal and vertical lines, and the mask of their pixels."""
    length = int(_SHORTEST * scale)
    bridge = max(2, int(0.5 * scale))
    mask = np.zeros_like(dark)
    rules: list[Box] = []
    for horizontal in (True, False):
        gap = np.ones((1, bridge) if horizontal else (bridge, 1), np.uint8)
        line = np.ones((1, length) if horizontal else (length, 1), np.uint8)
        closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, gap)
        found = cv2.morphologyEx(closed, cv2.MORPH_OPEN, line)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
        for i in range(1, count):
            x, y, w, h = (int(v) for v in stats[i, :4])
            thick, long = (h, w) if horizontal else (w, h)
            # A residual slope makes a long line's box taller than its stroke: judge the stroke by area.
            if stats[i, 4] / max(1, long) > _THICKEST * scale or thick > 0.03 * long + _THICKEST * scale:
                continue
            rules.append(Box(x, y, x + w, y + h))
            mask[y : y + h, x : x + w][labels[y : y + h, x : x + w] == i] = 255
    return rules, mask


def without_rules(image: Gray, mask: Gray, dark: Gray) -> Gray:
    """The page with its lines painted over, except where a letter crosses a line."""
    if not mask.any():
        return image
    wide = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    letters = cv2.bitwise_and(dark, cv2.bitwise_not(wide))
    upright = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((9, 1), np.uint8))
    keep = cv2.bitwise_and(cv2.bitwise_and(upright, wide), cv2.bitwise_not(cv2.bitwise_and(letters, wide)))
    out = image.copy()
    out[(wide > 0) & (keep == 0)] = 255
    return out
