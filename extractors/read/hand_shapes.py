"""Runs of ink on a page and the shape of each in numbers: what tells a hand from a printing machine.

Print stands on a straight line, in few heights, with one stroke; a hand does not. Worked out at half the resolution, since
none of it needs more. Boxes are in pixels of the picture given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extractors.read.page_image import Gray, gray, numbered
from records.document import Box, Word

FEATURES = (
    "x_height", "height_spread", "baseline", "topline", "stroke", "stroke_spread", "paleness", "wide", "widest", "edge_above",
    "edge_below", "turn_0", "turn_1", "turn_2", "turn_3", "turn_4", "turn_5", "turn_6", "turn_7", "fill", "density", "slope",
    "tall", "length", "peak",
)  # fmt: skip
_LARGEST = (220.0, 70.0)  # points, across and down, of a piece of ink that may be writing
_FAINTEST = 30.0  # grey steps of an edge that counts

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of ink: ``boxes`` (x0, top, x1, bottom), ``shapes`` with a column per feature, and how well Tesseract read each:
    ``sure`` is the mean confidence of its words there, ``covered`` the share of the run that they cover."""

    boxes: Numbers
    shapes: Numbers
    sure: Numbers
    covered: Numbers

    def __len__(self) -> int:
        return len(self.boxes)


def runs_of_ink(level: Gray, dark: Gray, mask: Gray, words: Sequence[Word], scale: float) -> Runs:
    """The runs of the page. ``dark`` is its ink, ``mask`` its ruling lines, ``scale`` pixels per point."""
    half = (level.shape[1] // 2, level.shape[0] // 2)
    small = np.asarray(cv2.resize(level, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    black = _above(cv2.resize(dark, half, interpolation=cv2.INTER_AREA), 100)
    lines = _above(cv2.resize(mask, half, interpolation=cv2.INTER_AREA), 20)
    scale = scale / 2
    ink = cv2.bitwise_and(black, cv2.bitwise_not(cv2.dilate(lines, np.ones((3, 3), np.uint8))))
    ink = cv2.bitwise_or(ink, cv2.bitwise_and(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8)), black))
    count, labels, stats = numbered(gray(ink))
    wide, tall, area = (stats[:, i].astype(np.float64) for i in (2, 3, 4))
    speck = (wide < 0.9 * scale) & (tall < 0.9 * scale)
    letters = (tall <= _LARGEST[1] * scale) & (wide <= _LARGEST[0] * scale) & (area >= 0.3 * scale**2) & ~speck
    letters[0] = False
    # Ink is a twentieth of a page: all that is asked of pieces is asked of its pixels alone.
    inked = np.flatnonzero(ink)
    of_piece = labels.ravel()[inked].astype(np.int64)
    kept = np.zeros_like(ink)
    kept.ravel()[inked] = (letters.astype(np.uint8) * 255)[of_piece]
    bridge = np.ones((max(1, int(0.8 * scale)) | 1, int(4.5 * scale) | 1), np.uint8)
    joined = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, bridge)
    runs, run_labels, run_stats = numbered(gray(joined))
    somewhere = np.zeros(count, np.int64)  # a pixel of each piece
    somewhere[of_piece[::-1]] = inked[::-1]
    owner = np.where(letters, run_labels.ravel()[somewhere], 0)
    area = np.maximum(area, 1)
    distance = cv2.distanceTransform(kept, cv2.DIST_L2, 3)
    page = _Page(
        x=stats[:, 0].astype(np.float64), top=stats[:, 1].astype(np.float64), wide=wide, tall=tall, area=area,
        stroke=4 * np.bincount(of_piece, weights=distance.ravel()[inked], minlength=count) / area,
        grey=np.bincount(of_piece, weights=small.ravel()[inked], minlength=count) / area,
        edges=_edges(small), scale=scale,
    )  # fmt: skip
    page.darkest = float(np.percentile(page.grey[letters], 15)) if letters.any() else 0.0
    x, y, w, h = run_stats[:, :4].T
    fits = (np.bincount(owner, minlength=runs) > 0) & (4 * scale <= h) & (h <= 90 * scale) & (w >= 6 * scale)
    fits[0] = False
    chosen = np.flatnonzero(fits)
    # Pixels of letters in each row of each run, in one count: a run's rows lie side by side there.
    rows = np.concatenate([[0], np.cumsum(run_stats[:, 3])])
    lettered = inked[letters[of_piece]]
    of_run = run_labels.ravel()[lettered].astype(np.int64)
    profile = np.bincount(rows[of_run] + lettered // ink.shape[1] - run_stats[of_run, 1], minlength=int(rows[-1]))
    places = [(int(x[r]), int(y[r]), int(w[r]), int(h[r])) for r in chosen]
    profiles = [profile[rows[r] : rows[r + 1]].astype(np.float64) for r in chosen]
    number = np.zeros(runs, np.int64)
    number[chosen] = np.arange(len(chosen))
    mine = np.flatnonzero(fits[owner])
    mine = mine[np.argsort(owner[mine], kind="stable")]
    shapes = page.shapes(mine, number[owner[mine]], profiles, places)
    found = 2.0 * np.array([(a, b, a + c, b + d) for a, b, c, d in places], np.float64).reshape(-1, 4)
    sure, covered = _read(found, words)
    return Runs(found, np.nan_to_num(shapes), sure, covered)


def _above(greys: Any, limit: int) -> Gray:
    return gray(cv2.threshold(greys, limit, 255, cv2.THRESH_BINARY)[1])


@dataclass(slots=True)
class _Page:
    """The page's pieces of ink, one number each per array."""

    x: Numbers
    top: Numbers
    wide: Numbers
    tall: Numbers
    area: Numbers
    stroke: Numbers
    grey: Numbers
    edges: tuple[Any, Any]
    scale: float
    darkest: float = 0.0

    def shapes(
        self, pieces: Any, run: Any, profiles: Sequence[Numbers], places: Sequence[tuple[int, int, int, int]]
    ) -> Numbers:
        """A row of features per run. ``run`` says, in ascending order, whose each of ``pieces`` is; ``profiles`` are the runs'
        pixels per row, ``places`` their x, y, width and height."""
        count = len(places)
        if not count:
            return np.zeros((0, len(FEATURES)))
        tall, wide, stroke, area = self.tall[pieces], self.wide[pieces], self.stroke[pieces], self.area[pieces]
        of_all, of_area = np.bincount(run, minlength=count), np.bincount(run, weights=area, minlength=count)
        big = tall >= 0.45 * _medians(tall, run, count)[run]
        group, aspect = run[big], wide / tall
        height = _medians(tall[big], group, count)
        centre = (self.x[pieces] + wide / 2)[big]
        baseline, slope = _off_lines(centre, (self.top[pieces] + tall)[big], group, height)
        topline, _ = _off_lines(centre, self.top[pieces][big], group, height)
        stroke_mean, stroke_spread = _spread(stroke, run, count)
        grey = np.bincount(run, weights=self.grey[pieces] * area, minlength=count) / np.maximum(of_area, 1e-6)
        widest = np.zeros(count)
        np.maximum.at(widest, run, aspect)
        w, h = (np.array([place[k] for place in places], np.float64) for k in (2, 3))
        outline = np.array([self._outline(p, place) for p, place in zip(profiles, places, strict=True)])
        return np.column_stack([
            np.log(height / self.scale), _spread(tall[big], group, count)[1] / height, baseline, topline,
            stroke_mean / height, stroke_spread / np.maximum(1e-6, stroke_mean), (grey - self.darkest) / 100,
            _medians(aspect[big], group, count), widest, outline[:, :10], of_area / (w * h), of_all * height / w, np.abs(slope),
            h / height, np.log(w / self.scale), outline[:, 10],
        ])  # fmt: skip

    def _outline(self, profile: Numbers, place: tuple[int, int, int, int]) -> list[float]:
        """How sharply a run begins above and ends below, which ways its edges turn, and its fullest row."""
        x, y, w, h = place
        if h > 5:
            profile = np.asarray(cv2.GaussianBlur(profile[:, None], (1, 3), 0), dtype=np.float64).ravel()
        total = max(1.0, float(profile.sum()))
        step = np.diff(profile) / total * h
        turns, strength = (part[y : y + h, x : x + w] for part in self.edges)
        turned = np.bincount(turns.ravel(), weights=strength.ravel(), minlength=8)[:8]
        return [
            float(step.max(initial=0)),
            float(-step.min(initial=0)),
            *(turned / max(1e-6, float(turned.sum()))).tolist(),
            float(profile.max() / total * h),
        ]


def _medians(values: Numbers, group: Any, count: int) -> Numbers:
    """The median of each group's values; ``group`` ascends and no group is empty."""
    ordered = values[np.lexsort((values, group))]
    size = np.bincount(group, minlength=count)
    first = np.cumsum(size) - size
    return np.asarray((ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2, dtype=np.float64)


def _spread(values: Numbers, group: Any, count: int) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation of each group's values."""
    size = np.bincount(group, minlength=count)
    mean = np.bincount(group, weights=values, minlength=count) / size
    return mean, np.sqrt(np.bincount(group, weights=(values - mean[group]) ** 2, minlength=count) / size)


def _off_lines(across: Numbers, down: Numbers, group: Any, height: Numbers) -> tuple[Numbers, Numbers]:
    """How far each group's points lie off their common line, in letter heights, and that line's slope; 0 for two or fewer."""
    count = len(height)
    middle, level = _spread(across, group, count)[0], _spread(down, group, count)[0]
    aside, off = across - middle[group], down - level[group]
    spread = np.bincount(group, weights=aside**2, minlength=count)
    slope = np.where(spread > 1e-6, np.bincount(group, weights=aside * off, minlength=count) / np.maximum(spread, 1e-6), 0.0)
    away = _medians(np.abs(off - slope[group] * aside), group, count) / height
    enough = np.bincount(group, minlength=count) >= 3
    return np.where(enough, away, 0.0), np.where(enough, slope, 0.0)


def _edges(small: Gray) -> tuple[Any, Any]:
    """Per pixel, which of eight ways its edge turns and how strong the edge is."""
    across, down = cv2.Sobel(small, cv2.CV_16S, 1, 0), cv2.Sobel(small, cv2.CV_16S, 0, 1)
    # No edge is stronger than both its parts together: the rest, nearly all of the paper, needs no angle.
    worth = np.flatnonzero(np.maximum(cv2.convertScaleAbs(across), cv2.convertScaleAbs(down)) >= _FAINTEST / 1.5)
    turns, strengths = np.zeros(small.shape, np.uint8), np.zeros(small.shape, np.float32)
    if not worth.size:
        return turns, strengths
    strength, angle = cv2.cartToPolar(across.ravel()[worth].astype(np.float32), down.ravel()[worth].astype(np.float32))
    strength, angle = strength.ravel(), angle.ravel()
    strength[strength < _FAINTEST] = 0
    turns.ravel()[worth] = (angle / np.pi * 8).astype(np.int64) % 8
    strengths.ravel()[worth] = strength
    return turns, strengths


def _read(boxes: Numbers, words: Sequence[Word]) -> tuple[Numbers, Numbers]:
    known = [w for w in words if w.box is not None]
    if not known or not len(boxes):
        return np.zeros(len(boxes)), np.zeros(len(boxes))
    place = np.array([(w.box.x0, w.box.top, w.box.x1, w.box.bottom) for w in known if w.box is not None])
    confidence = np.array([w.confidence or 0.0 for w in known])
    across = np.minimum(boxes[:, None, 2], place[None, :, 2]) - np.maximum(boxes[:, None, 0], place[None, :, 0])
    down = np.minimum(boxes[:, None, 3], place[None, :, 3]) - np.maximum(boxes[:, None, 1], place[None, :, 1])
    shared = np.clip(across, 0, None) * np.clip(down, 0, None)
    total = shared.sum(axis=1)
    sure = np.where(total > 0, (shared * confidence).sum(axis=1) / np.maximum(total, 1e-6), 0.0)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return sure, np.minimum(1.0, total / np.maximum(area, 1.0))


def as_box(row: Numbers) -> Box:
    return Box(float(row[0]), float(row[1]), float(row[2]), float(row[3]))
