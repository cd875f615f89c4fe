"""Tick boxes typed as a pair of brackets, "[ ]" and "(X)": found by their shape, since OCR makes letters of an empty pair.

A pair is two upright strokes that face each other, each bent inwards at both ends, with one letter's room between. Running text
has brackets too, around words and figures; but the boxes of a form are many, of one size, stand in columns or rows, and most of
them are empty. All boxes in pixels of the levelled picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractors.read.page_image import Gray, pieces
from extractors.read.tick_boxes import SquareMark, states_of
from records.document import Box

_HIGH = (6.5, 17.0)  # points: brackets of 7 to 15 pt print
_BEND = (0.13, 0.5)  # width of one bracket, in its heights
_ROOM = (0.12, 1.5)  # white between the ends of the two, in heights
_LEAST_WIDTH = 0.78  # of a box, in heights; a worn 0 that parted above and below is narrower
_ALIKE = 0.22  # of the height: how far the two may differ, and stand apart in height
_FEWEST = 4  # boxes of a form
_COLUMN = 2  # boxes one below the other that say where more may stand
_EMPTY = 0.4  # share of them that must be empty
_INK = 0.5  # of the contrast between paper and strokes, from which a pixel counts as ink
_WIDER = (1.0, 1.15, 1.3, 1.5)  # a typed "X" is wider than the space of an empty box
_MATCH = 0.7  # likeness to the form's own boxes from which a place in their column holds one


@dataclass(frozen=True, slots=True)
class _Bracket:
    x: int
    y: int
    w: int
    h: int
    opens: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """The outer edges of a box, and how wide each of its brackets is."""

    x: int
    y: int
    w: int
    h: int
    bend: int

    @property
    def mid(self) -> float:
        return self.x + self.w / 2


def find_typed(level: Gray, dark: Gray, rules: Sequence[Box], mask: Gray, scale: float) -> list[SquareMark]:
    """The typed boxes of a page: ``level`` its cleaned grey picture, ``dark`` its ink, ``rules`` and ``mask`` its lines and their
    pixels, ``scale`` pixels per point."""
    ink = dark.copy()
    for rule in rules:  # level ones only: brackets one below the other may have been taken for a worn upright line
        if rule.width > rule.height:
            part = (slice(int(rule.top), int(rule.bottom) + 1), slice(int(rule.x0), int(rule.x1) + 1))
            ink[part][mask[part] > 0] = 0
    pairs = _pairs(_brackets(ink, scale))
    marks: list[SquareMark] = []
    for group in _alike(pairs):
        group = _in_line([p for p in group if _alone(ink, p)])
        whole = [*group, *_more(ink, group)]
        if len(whole) < _FEWEST:
            continue
        fills = [_fill(level, p) for p in whole]
        states = states_of(fills)
        if sum(s is False for s in states) < _EMPTY * len(states):
            continue
        for p, state in zip(whole, states, strict=True):
            marks.append(SquareMark(Box(float(p.x), float(p.y), float(p.x + p.w), float(p.y + p.h)), state))
    return marks


def without_false_rules(rules: Sequence[Box], typed: Sequence[SquareMark]) -> list[Box]:
    """Brackets one below the other look like a worn upright line; a line through several boxes is none."""
    return [r for r in rules if r.width > r.height or sum(_runs_through(r, mark.box) for mark in typed) < 2]


def _runs_through(rule: Box, box: Box) -> bool:
    return box.x0 - 2 <= rule.centre_x <= box.x1 + 2 and rule.top <= box.centre_y <= rule.bottom


def _brackets(ink: Gray, scale: float) -> list[_Bracket]:
    low, high = _HIGH[0] * scale, _HIGH[1] * scale
    found: list[_Bracket] = []
    for x, y, w, h in pieces(ink):
        if low <= h <= high and _BEND[0] * h <= w <= _BEND[1] * h:
            part = ink[y : y + h, x : x + w] > 0
            opens = next((o for o in (True, False) if _is_bent(part if o else part[:, ::-1])), None)
            if opens is not None:
                found.append(_Bracket(x, y, w, h, opens))
    return found


def _is_bent(part: np.ndarray) -> bool:
    """Does a piece of ink open to the right: a stroke down its left, ink to the right at both ends, none in the middle?"""
    height, width = part.shape
    right = part[:, width - max(1, round(0.34 * width)) :]
    end = max(1, round(0.17 * height))
    if right[round(0.3 * height) : round(0.7 * height)].any() or not (right[:end].any() and right[-end:].any()):
        return False
    return bool(part[:, : max(1, (width + 1) // 2)].any(axis=1).mean() >= 0.95)


def _pairs(brackets: Sequence[_Bracket]) -> list[_Pair]:
    """Each opening bracket with the nearest closing one that fits it."""
    closing = [b for b in brackets if not b.opens]
    found: list[_Pair] = []
    for one in (b for b in brackets if b.opens):
        fitting = [
            other
            for other in closing
            if abs(other.h - one.h) <= _ALIKE * one.h
            and abs(other.y - one.y) <= _ALIKE * one.h
            and _ROOM[0] * one.h <= other.x - one.x - one.w <= _ROOM[1] * one.h
            and other.x + other.w - one.x >= _LEAST_WIDTH * max(one.h, other.h)
        ]
        if fitting:
            near = min(fitting, key=lambda b: b.x)
            top, bottom = min(one.y, near.y), max(one.y + one.h, near.y + near.h)
            found.append(_Pair(one.x, top, near.x + near.w - one.x, bottom - top, max(one.w, near.w)))
    return found


def _alike(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """Boxes of one size together. "[X]" is typed a little wider than "[ ]"."""
    groups: list[list[_Pair]] = []
    for pair in sorted(pairs, key=lambda p: p.w):
        home = next((g for g in groups if _same_size(g[len(g) // 2], pair)), None)
        if home is None:
            groups.append([pair])
        else:
            home.append(pair)
    return groups


def _same_size(a: _Pair, b: _Pair) -> bool:
    return abs(a.h - b.h) <= 0.2 * a.h and abs(a.w - b.w) <= 0.45 * a.h


def _in_line(group: Sequence[_Pair]) -> list[_Pair]:
    """Boxes of a form stand over or beside each other: those of one column, or of a row with another."""
    columns = [c for c in _columns(group) if len(c) >= _COLUMN]
    kept = [p for c in columns for p in c]
    beside = [p for p in group if any(q is not p and abs(q.y - p.y) <= _ALIKE * p.h for q in group)]
    return [p for p in group if any(p is k for k in kept) or any(p is b for b in beside)]


def _columns(group: Sequence[_Pair]) -> list[list[_Pair]]:
    columns: list[list[_Pair]] = []
    for pair in sorted(group, key=lambda p: p.y):
        near = min(columns, key=lambda c: abs(c[-1].mid - pair.mid), default=None)
        if near is not None and abs(near[-1].mid - pair.mid) <= 0.4 * pair.h:
            near.append(pair)
        else:
            columns.append([pair])
    return columns


def _more(ink: Gray, group: Sequence[_Pair]) -> list[_Pair]:
    """Boxes of the same columns whose brackets touch a mark or a line, or are worn: where the ink is like the form's boxes."""
    found: list[_Pair] = []
    wide = np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    for column in _columns(group):
        if len(column) < _COLUMN:
            continue
        height, width = (round(float(np.median(sizes))) for sizes in ([p.h for p in column], [p.w for p in column]))
        bend = round(float(np.median([p.bend for p in column])))
        shapes = [_shape(ink, column, height, round(share * width), width, bend) for share in _WIDER]
        ys = np.asarray([p.y for p in column], dtype=np.float64)
        mids = np.asarray([p.mid for p in column])
        slack = max(3, round(0.3 * height))
        step = float(np.median(np.diff(ys)))
        places: list[tuple[float, _Pair]] = []
        for start in range(max(0, int(ys.min() - 2 * step)), min(ink.shape[0] - 2 * height, int(ys.max() + 3 * step)), height):
            middle = float(np.interp(start + height / 2, ys, mids))
            for shape in shapes:
                left = max(0, round(middle - shape.shape[1] / 2) - slack)
                strip = wide[start : start + 2 * height, left : left + shape.shape[1] + 2 * slack]
                if strip.shape[0] < height or strip.shape[1] < shape.shape[1]:
                    continue
                score = cv2.matchTemplate(strip.astype(np.float32) / 255, shape, cv2.TM_CCORR)
                y, x = divmod(int(score.argmax()), score.shape[1])
                places.append((float(score[y, x]), _Pair(left + x, start + y, shape.shape[1], height, bend)))
        for value, pair in sorted(places, key=lambda p: (-p[0], p[1].w, p[1].y)):
            if value < _MATCH:
                break
            if _alone(ink, pair) and not any(_meet(pair, other) for other in (*group, *found)):
                found.append(pair)
    return found


def _alone(ink: Gray, pair: _Pair) -> bool:
    """Paper on both sides: what only looks like brackets within a word has letters there."""
    gap, band = max(2, pair.bend // 3), max(3, round(0.2 * pair.h))
    rows = slice(pair.y + round(0.1 * pair.h), pair.y + round(0.9 * pair.h))
    sides = (
        ink[rows, max(0, pair.x - gap - band) : max(0, pair.x - gap)],
        ink[rows, pair.x + pair.w + gap : pair.x + pair.w + gap + band],
    )
    return all(not side.size or float((side > 0).mean()) < 0.12 for side in sides)


def _shape(ink: Gray, column: Sequence[_Pair], height: int, width: int, usual: int, bend: int) -> np.ndarray:
    """What the two brackets of the column look like on average, ``width`` apart, weighted so that ink everywhere they have it
    gives 1."""
    parts = [cv2.resize(ink[p.y : p.y + p.h, p.x : p.x + p.w], (usual, height)).astype(np.float32) / 255 for p in column]
    mean = np.mean(parts, axis=0)
    out = np.zeros((height, width), np.float32)
    out[:, :bend], out[:, -bend:] = mean[:, :bend], mean[:, -bend:]
    out[out < 0.4] = 0
    # Both brackets weigh the same, so that one of them alone is half a box.
    for part in (out[:, :bend], out[:, -bend:]):
        part /= 2 * max(1e-6, float(part.sum()))
    return out


def _meet(a: _Pair, b: _Pair) -> bool:
    return abs(a.mid - b.mid) < 0.8 * a.w and abs(a.y - b.y) < 0.8 * a.h


def _fill(level: Gray, pair: _Pair) -> float:
    """The share of ink between the brackets, a pixel being ink by its place between the paper and the brackets' own strokes."""
    whole = level[pair.y : pair.y + pair.h, pair.x : pair.x + pair.w]
    around = level[max(0, pair.y - pair.h) : pair.y + 2 * pair.h, max(0, pair.x - pair.h) : pair.x + pair.w + pair.h]
    edge = round(0.14 * pair.h)
    inside = whole[edge : pair.h - edge, pair.bend + 1 : pair.w - pair.bend - 1]
    if not inside.size:
        return 0.0
    paper = float(np.percentile(around, 80))
    ink = float(min(np.percentile(whole[:, : pair.bend], 10), np.percentile(whole[:, -pair.bend :], 10)))
    return 0.0 if paper - ink < 20 else float((inside < paper - _INK * (paper - ink)).mean())
