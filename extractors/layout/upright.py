"""Words and rules of a page put upright: a scan that lies askew has slanting lines, and boxes say so.

The slope is worked out from the words themselves (the slant at which they fall into the sharpest lines), so it does not
matter whether the reader turned the picture, a little, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from records.document import Box, Word

_STEEPEST = 0.045  # a page fed into a copier by hand; more than that is turned by the reader
_STEP = 0.0015
_FEWEST_WORDS = 12  # fewer say nothing about a slope
_MANY_WORDS = 120  # fewer fall into sharp lines by chance: their neighbours are asked instead
_LEAST_SLOPE = 0.004  # what fewer words can't tell from none


@dataclass(frozen=True, slots=True)
class Spot:
    """A word with the place it would have on an upright page: left, right, middle height, height."""

    word: Word
    x0: float
    x1: float
    y: float
    height: float

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2


def slope_of(words: Sequence[Word]) -> float:
    """Rise of the text lines per point to the right (y grows downwards); 0.0 where too few words tell."""
    boxes = [w.box for w in words if w.box is not None and w.box.width > 0 and len(w.text) > 1]
    if len(boxes) < _FEWEST_WORDS:
        return 0.0
    if len(boxes) < _MANY_WORDS:
        return _fitted([w.box for w in words if w.box is not None and any(c.isalnum() for c in w.text)])
    bin_height = max(1.0, median(b.height for b in boxes) / 4)
    across, down = np.array([b.centre_x for b in boxes]), np.array([b.centre_y for b in boxes])

    def sharpness(slope: float) -> float:
        places = ((down - slope * across) // bin_height).astype(np.int64)
        counts = np.bincount(places - places.min(), minlength=1)
        pairs = counts + np.append(counts[1:], 0)
        return float((pairs[counts > 0] ** 2).sum())

    level = sharpness(0.0)
    steps = int(_STEEPEST / _STEP)
    best = max((i * _STEP for i in range(-steps, steps + 1)), key=lambda s: (sharpness(s), -abs(s)))
    # A level page must not be tilted by chance: only a clearly sharper picture counts.
    return best if sharpness(best) > 1.1 * level else 0.0


def _fitted(boxes: Sequence[Box]) -> float:
    """The slope of lines found by stepping from word to next word: least squares within each line."""
    rest = sorted(boxes, key=lambda b: b.x0)
    lines: list[list[Box]] = []
    for box in rest:
        near = [line for line in lines if _follows(line[-1], box)]
        if near:
            min(near, key=lambda line: abs(line[-1].centre_y - box.centre_y)).append(box)
        else:
            lines.append([box])
    across = along = 0.0
    for line in (x for x in lines if len(x) > 2):
        mean_x, mean_y = sum(b.centre_x for b in line) / len(line), sum(b.centre_y for b in line) / len(line)
        across += sum((b.centre_x - mean_x) ** 2 for b in line)
        along += sum((b.centre_x - mean_x) * (b.centre_y - mean_y) for b in line)
    slope = along / across if across else 0.0
    return slope if _LEAST_SLOPE <= abs(slope) <= _STEEPEST else 0.0


def _follows(left: Box, right: Box) -> bool:
    low = min(left.height, right.height)
    shared = min(left.bottom, right.bottom) - max(left.top, right.top)
    return shared > 0.5 * low and right.x0 >= left.x1 - 1 and right.x0 - left.x1 < 4 * max(left.height, right.height)


def upright(words: Sequence[Word], slope: float) -> list[Spot]:
    """The words that have a box, put upright."""
    spots = []
    for word in words:
        box = word.box
        if box is None or not word.text.strip():
            continue
        shift = slope * box.centre_y
        # The box of a slanting word is taller than the word.
        height = max(1.0, box.height - abs(slope) * box.width)
        spots.append(Spot(word, box.x0 + shift, box.x1 + shift, box.centre_y - slope * box.centre_x, height))
    return spots


def upright_rule(rule: Box, slope: float) -> Box:
    """A ruling line put upright; the long side keeps its length, the thin side becomes a point."""
    x, y = rule.centre_x + slope * rule.centre_y, rule.centre_y - slope * rule.centre_x
    if rule.width >= rule.height:
        return Box(x - rule.width / 2, y, x + rule.width / 2, y)
    return Box(x, y - rule.height / 2, x, y + rule.height / 2)
