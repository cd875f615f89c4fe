"""Ruling lines and tick boxes of a scanned page, by morphology on the levelled picture. All boxes in its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractors.read.page_image import Gray
from records.document import Box

_SHORTEST = 26.0  # points: a shorter stroke is a letter, a dash or a tick box
_THICKEST = 3.2  # points
_BOX_SIDE = (6.5, 17.0)  # points


@dataclass(frozen=True, slots=True)
class SquareMark:
    """A tick box: where, and whether something is in it (None: hard to say)."""

    box: Box
    state: bool | None


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


def find_squares(dark: Gray, scale: float) -> list[SquareMark]:
    """Square outlines of tick-box size. Outlines are rebuilt from short straight strokes, so that a hand tick that
    sticks out of its box does not hide it."""
    low, high = int(_BOX_SIDE[0] * scale), int(_BOX_SIDE[1] * scale)
    reach = int(low * 0.75)
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8))
    upright = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8))
    frame = cv2.dilate(cv2.bitwise_or(across, upright), np.ones((3, 3), np.uint8))
    contours, tree = cv2.findContours(frame, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    marks: list[SquareMark] = []
    if tree is None:
        return marks
    for contour, links in zip(contours, tree[0], strict=True):
        if links[3] < 0:  # holes only: the inside of an outline
            continue
        x, y, w, h = cv2.boundingRect(contour)
        if not (low * 0.6 <= w <= high and low * 0.6 <= h <= high and abs(w - h) <= 0.25 * max(w, h)):
            continue
        if cv2.contourArea(contour) < 0.86 * w * h:
            continue
        edge = max(2, int(0.5 * scale))
        outer = (x - edge - 2, y - edge - 2, x + w + edge + 2, y + h + edge + 2)
        if not _has_four_sides(dark, x, y, w, h, edge + 2):
            continue
        pad_x, pad_y = max(2, int(w * 0.16)), max(2, int(h * 0.16))
        inside = dark[y + pad_y : y + h - pad_y, x + pad_x : x + w - pad_x]
        fill = float((inside > 0).mean()) if inside.size else 0.0
        state = True if fill > 0.11 else False if fill < 0.04 else None
        marks.append(SquareMark(Box(*(float(v) for v in outer)), state))
    return marks


def _has_four_sides(dark: Gray, x: int, y: int, w: int, h: int, edge: int) -> bool:
    top = dark[max(0, y - edge) : y + 2, x : x + w].max(axis=0, initial=0)
    bottom = dark[y + h - 2 : y + h + edge, x : x + w].max(axis=0, initial=0)
    left = dark[y : y + h, max(0, x - edge) : x + 2].max(axis=1, initial=0)
    right = dark[y : y + h, x + w - 2 : x + w + edge].max(axis=1, initial=0)
    if not all(s.size and float((s > 0).mean()) > 0.9 for s in (top, bottom, left, right)):
        return False
    return _has_corners(dark, x, y, w, h, edge)


def _has_corners(dark: Gray, x: int, y: int, w: int, h: int, edge: int) -> bool:
    """A printed O or Q is as closed and as wide as a box, but its ink turns before the corner: half a stroke outside the
    corner of the hole there is ink on a box and none on a letter."""
    mid_x, mid_y = x + w // 2, y + h // 2
    left = _stroke(dark[mid_y, max(0, x - 2 * edge) : x + 3][::-1])
    right = _stroke(dark[mid_y, x + w - 3 : x + w + 2 * edge])
    above = _stroke(dark[max(0, y - 2 * edge) : y + 3, mid_x][::-1])
    below = _stroke(dark[y + h - 3 : y + h + 2 * edge, mid_x])
    if not (left and right and above and below):
        return False
    found = 0
    for at_x in (x + 2 - left, x + w - 3 + right):
        for at_y in (y + 2 - above, y + h - 3 + below):
            patch = dark[max(0, at_y - 1) : at_y + 2, max(0, at_x - 1) : at_x + 2]
            found += bool(patch.size and patch.any())
    return found >= 3


def _stroke(pixels: Gray) -> int:
    """How far the middle of the first dark run lies along a line of pixels; 0 if there is none."""
    inked = np.flatnonzero(pixels)
    if not inked.size:
        return 0
    first = int(inked[0])
    run = 1
    while first + run < pixels.size and pixels[first + run]:
        run += 1
    return first + run // 2 + 1
