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

from extractors.read.page_image import Gray
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
    black = np.where(cv2.resize(dark, half, interpolation=cv2.INTER_AREA) > 100, 255, 0).astype(np.uint8)
    lines = np.where(cv2.resize(mask, half, interpolation=cv2.INTER_AREA) > 20, 255, 0).astype(np.uint8)
    scale = scale / 2
    ink = cv2.bitwise_and(black, cv2.bitwise_not(cv2.dilate(lines, np.ones((3, 3), np.uint8))))
    ink = cv2.bitwise_or(ink, cv2.bitwise_and(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8)), black))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, tall, area = (stats[:, i].astype(np.float64) for i in (2, 3, 4))
    speck = (wide < 0.9 * scale) & (tall < 0.9 * scale)
    letters = (tall <= _LARGEST[1] * scale) & (wide <= _LARGEST[0] * scale) & (area >= 0.3 * scale**2) & ~speck
    letters[0] = False
    kept = (letters.astype(np.uint8) * 255)[labels]
    bridge = np.ones((max(1, int(0.8 * scale)) | 1, int(4.5 * scale) | 1), np.uint8)
    joined = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, bridge)
    runs, run_labels, run_stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    # Ink is a twentieth of a page: all sums over pieces are taken over its pixels alone.
    inked = np.flatnonzero(ink)
    of_piece = labels.ravel()[inked]
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
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(runs + 1))
    boxes, shapes = [], []
    for r in range(1, runs):
        pieces = order[bounds[r] : bounds[r + 1]]
        x, y, w, h = (int(v) for v in run_stats[r, :4])
        if pieces.size and 4 * scale <= h <= 90 * scale and w >= 6 * scale:
            inside = (kept[y : y + h, x : x + w] > 0) & (run_labels[y : y + h, x : x + w] == r)
            shapes.append(page.shape(pieces, inside, (x, y, w, h)))
            boxes.append((2.0 * x, 2.0 * y, 2.0 * (x + w), 2.0 * (y + h)))
    found = np.array(boxes, np.float64).reshape(-1, 4)
    sure, covered = _read(found, words)
    return Runs(found, np.nan_to_num(np.array(shapes, np.float64).reshape(-1, len(FEATURES))), sure, covered)


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

    def shape(self, pieces: Any, inside: Any, box: tuple[int, int, int, int]) -> list[float]:
        x, y, w, h = box
        tall, wide, stroke, area = self.tall[pieces], self.wide[pieces], self.stroke[pieces], self.area[pieces]
        big = tall >= 0.45 * np.median(tall)
        height = float(np.median(tall[big]))
        centre = (self.x[pieces] + wide / 2)[big]
        baseline, slope = _off_line(centre, (self.top[pieces] + tall)[big], height)
        topline, _ = _off_line(centre, self.top[pieces][big], height)
        profile = inside.sum(axis=1).astype(np.float64)
        if h > 5:
            profile = np.asarray(cv2.GaussianBlur(profile[:, None], (1, 3), 0)).ravel()
        total = max(1.0, float(profile.sum()))
        step = np.diff(profile) / total * h
        turns, strength = (part[y : y + h, x : x + w] for part in self.edges)
        turned = np.bincount(turns.ravel(), weights=strength.ravel(), minlength=8)[:8]
        return [
            float(np.log(height / self.scale)),
            float(np.std(tall[big]) / height),
            baseline,
            topline,
            float(stroke.mean() / height),
            float(stroke.std() / max(1e-6, stroke.mean())),
            (float(np.average(self.grey[pieces], weights=area)) - self.darkest) / 100,
            float(np.median((wide / tall)[big])),
            float((wide / tall).max()),
            float(step.max(initial=0)),
            float(-step.min(initial=0)),
            *(turned / max(1e-6, float(turned.sum()))).tolist(),
            float(area.sum() / (w * h)),
            float(pieces.size * height / w),
            abs(slope),
            float(h / height),
            float(np.log(w / self.scale)),
            float(profile.max() / total * h),
        ]


def _off_line(across: Numbers, down: Numbers, height: float) -> tuple[float, float]:
    """How far points lie off their common line, in letter heights, and that line's slope."""
    if across.size < 3:
        return 0.0, 0.0
    middle = across.mean()
    spread = float(((across - middle) ** 2).sum())
    slope = float(((across - middle) * (down - down.mean())).sum() / spread) if spread > 1e-6 else 0.0
    rest = down - down.mean() - slope * (across - middle)
    return float(np.median(np.abs(rest)) / height), slope


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
