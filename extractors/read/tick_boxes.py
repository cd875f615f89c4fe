"""Tick boxes of a scanned page: square outlines, the boxes that stand in line with them, and what is inside.

A clean empty box is found by its outline. Filled boxes, boxes under a thick cross and boxes of which a fax left only
pieces have none; but the boxes of one form have one size and stand in columns (and, side by side, in rows), so they are
looked for there. What is in a box is judged against the other boxes of its size: print, dirt and scanner are the same for
all of them. All boxes in pixels of the levelled picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractors.read.page_image import Gray
from records.document import Box

_SIDE = (5.5, 17.0)  # points
_AS_LETTERS = 7.5  # points: a smaller box may be a letter of running text
_INK = 0.45  # share of the contrast between paper and the box's own frame from which a pixel counts as ink


@dataclass(frozen=True, slots=True)
class SquareMark:
    """A tick box: where, and whether something is in it (None: hard to say)."""

    box: Box
    state: bool | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """The outer edge of a box and the thickness of its line."""

    x: int
    y: int
    w: int
    h: int
    line: int

    @property
    def side(self) -> float:
        return (self.w + self.h) / 2

    @property
    def mid(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2


def find_squares(level: Gray, dark: Gray, scale: float) -> list[SquareMark]:
    """The tick boxes of a page: ``level`` its cleaned grey picture, ``dark`` its ink, ``scale`` pixels per point."""
    marks: list[SquareMark] = []
    for group in _by_size(_outlines(dark, scale)):
        frames = _completed(dark, group)
        fills = [_fill(level, f) for f in frames]
        for frame, state in zip(frames, states_of(fills), strict=True):
            box = Box(float(frame.x), float(frame.y), float(frame.x + frame.w), float(frame.y + frame.h))
            marks.append(SquareMark(box, state))
    return marks


def states_of(fills: Sequence[float]) -> list[bool | None]:
    """Which of the boxes of one kind are ticked, from the share of ink inside each.

    The emptiest quarter shows what an empty box looks like on this page. Nearly every box of a long list ticked is a
    reading gone wrong, not a building: then nothing is said about any that isn't plainly full."""
    if not fills:
        return []
    ordered = np.sort(np.asarray(fills, dtype=np.float64))
    quarter = ordered[: max(1, (len(ordered) + 3) // 4)]
    base = min(float(np.median(quarter)), 0.08)  # a frame's blur alone fills less than that
    near = ordered[ordered <= base + 0.05]
    spread = float(np.percentile(near, 90)) - base if near.size else 0.0
    low, high = base + max(0.035, 1.5 * spread), base + max(0.075, 2.5 * spread)
    states: list[bool | None] = [True if f > high else False if f < low else None for f in fills]
    if len(fills) >= 8 and sum(s is True for s in states) > 0.85 * len(fills):
        return [None if s is True else s for s in states]
    return states


def _fill(level: Gray, frame: _Frame) -> float:
    """The share of ink inside the frame, a pixel being ink by its place between the paper around and the frame's line."""
    reach = int(frame.side)
    around = level[max(0, frame.y - reach) : frame.y + frame.h + reach, max(0, frame.x - reach) : frame.x + frame.w + reach]
    whole = level[frame.y : frame.y + frame.h, frame.x : frame.x + frame.w]
    paper, ink = float(np.percentile(around, 80)), float(np.percentile(whole, 4))
    pad_x, pad_y = frame.line + max(2, round(frame.w * 0.12)), frame.line + max(2, round(frame.h * 0.12))
    inside = level[frame.y + pad_y : frame.y + frame.h - pad_y, frame.x + pad_x : frame.x + frame.w - pad_x]
    if not inside.size or paper - ink < 20:
        return 0.0
    return float((inside < paper - _INK * (paper - ink)).mean())


def _outlines(dark: Gray, scale: float) -> list[_Frame]:
    """Closed square outlines, rebuilt from short straight strokes, so that a hand tick that sticks out of its box does not
    hide it."""
    low, high = int(_SIDE[0] * scale), int(_SIDE[1] * scale)
    reach = max(3, int(low * 0.8))
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8))
    upright = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8))
    frame = cv2.dilate(cv2.bitwise_or(across, upright), np.ones((3, 3), np.uint8))
    contours, tree = cv2.findContours(frame, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found: list[_Frame] = []
    if tree is None:
        return found
    edge = max(2, int(0.5 * scale))
    for contour, links in zip(contours, tree[0], strict=True):
        if links[3] < 0:  # holes only: the inside of an outline
            continue
        x, y, w, h = cv2.boundingRect(contour)
        if not (low * 0.6 <= w <= high and low * 0.6 <= h <= high and abs(w - h) <= 0.25 * max(w, h)):
            continue
        if cv2.contourArea(contour) < 0.86 * w * h or not _has_four_sides(dark, x, y, w, h, edge + 2):
            continue
        line = _line_width(dark, x, y, w, h)
        box = _Frame(max(0, x - line), max(0, y - line), w + 2 * line, h + 2 * line, line)
        # A letter as wide as a box stands in a word; the label of a small box keeps more of a distance than that.
        if sum(_quiet_beside(dark, box)) >= (2 if box.side < _AS_LETTERS * scale else 1):
            found.append(box)
    return found


def _line_width(dark: Gray, x: int, y: int, w: int, h: int) -> int:
    """The usual thickness of the line around a hole, from its four sides."""
    mid_x, mid_y, far = x + w // 2, y + h // 2, max(6, w // 2)
    runs = [
        _run(dark[mid_y, max(0, x - far) : x + 3][::-1]),
        _run(dark[mid_y, x + w - 3 : x + w + far]),
        _run(dark[max(0, y - far) : y + 3, mid_x][::-1]),
        _run(dark[y + h - 3 : y + h + far, mid_x]),
    ]
    return max(2, min(sorted(runs)[1], w // 4))


def _run(pixels: Gray) -> int:
    """The length of the first dark run along a line of pixels; 0 if there is none."""
    inked = np.flatnonzero(pixels)
    if not inked.size:
        return 0
    gaps = np.flatnonzero(np.diff(inked) > 1)
    return int(gaps[0]) + 1 if gaps.size else int(inked.size)


def _by_size(frames: Sequence[_Frame]) -> list[list[_Frame]]:
    """Boxes of one kind together, the commonest kinds first."""
    left = sorted(frames, key=lambda f: f.side)
    groups: list[list[_Frame]] = []
    for frame in left:
        if groups and frame.side <= 1.12 * groups[-1][len(groups[-1]) // 2].side + 1:
            groups[-1].append(frame)
        else:
            groups.append([frame])
    return groups


def _completed(dark: Gray, group: Sequence[_Frame]) -> list[_Frame]:
    """The boxes of one kind, with those that stand in line with them but show no clean outline."""
    side = float(np.median([f.side for f in group]))
    frames = list(group)
    wide = np.asarray(cv2.dilate(dark, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    for column in _lines(group, 0, side, 3):
        frames += _along(dark, wide, column, frames, 0)
    for row in _lines(frames, 1, side, 2):
        frames += _along(dark, wide, row, frames, 1)
    return frames


def _lines(frames: Sequence[_Frame], axis: int, side: float, least: int) -> list[list[_Frame]]:
    """Boxes whose middles lie in one column (``axis`` 0) or row (1). Each is compared with its nearest neighbour along the
    line, so that the slant of a photograph doesn't break it."""
    lines: list[list[_Frame]] = []
    for frame in sorted(frames, key=lambda f: f.mid[1 - axis]):
        best = min(lines, key=lambda m: abs(m[-1].mid[axis] - frame.mid[axis]), default=None)
        if best is not None and abs(best[-1].mid[axis] - frame.mid[axis]) <= 0.35 * side:
            best.append(frame)
        else:
            lines.append([frame])
    return [m for m in lines if len(m) >= least]


def _along(dark: Gray, wide: Gray, members: Sequence[_Frame], known: Sequence[_Frame], axis: int) -> list[_Frame]:
    """More boxes like ``members`` along their column or row. A row holds words too: there all four sides must be whole."""
    side = round(float(np.median([f.side for f in members])))
    line = round(float(np.median([f.line for f in members])))
    least_ring, least_side = (0.62, 0.42) if axis == 0 else (0.9, 0.85)
    runs = np.asarray([m.mid[1 - axis] for m in members])
    at = np.asarray([m.mid[axis] for m in members])
    step = float(np.median(np.diff(runs))) if len(runs) > 1 else 3.0 * side
    first, last = runs.min() - 3 * step - side, runs.max() + 3 * step + side
    limit = dark.shape[axis]  # rows of the picture run along a column
    slack = max(2, round(0.14 * side))
    ring = np.zeros((side, side), np.float32)
    ring[:line], ring[-line:], ring[:, :line], ring[:, -line:] = 1, 1, 1, 1
    ring /= ring.sum()
    found: list[_Frame] = []
    places: list[tuple[float, int, int]] = []
    # In pieces, since the line may lean: each piece is searched around where the line is there.
    for start in range(max(0, int(first)), min(limit - side, int(last)), side):
        where = round(float(np.interp(start + side, runs, at)) - side / 2) - slack
        across = slice(max(0, where), max(0, where) + side + 2 * slack)
        length = slice(start, min(limit, start + 2 * side))
        strip = wide[length, across] if axis == 0 else wide[across, length]
        if strip.shape[0] < side or strip.shape[1] < side:
            continue
        score = cv2.matchTemplate(strip.astype(np.float32) / 255, ring, cv2.TM_CCORR)
        y, x = divmod(int(score.argmax()), score.shape[1])
        left, top = (across.start, start) if axis == 0 else (start, across.start)
        places.append((float(score[y, x]), left + x, top + y))
    for value, x, y in sorted(places, reverse=True):
        if value < least_ring:
            break
        frame = _Frame(x, y, side, side, line)
        if any(_meet(frame, other) for other in (*known, *found)):
            continue
        weakest = min(_sides(wide, frame))
        if weakest >= least_side and sum(_quiet_beside(dark, frame)) >= (1 if weakest > 0.94 and _cornered(dark, frame) else 2):
            found.append(frame)
    return found


def _meet(a: _Frame, b: _Frame) -> bool:
    return abs(a.mid[0] - b.mid[0]) < 0.9 * a.side and abs(a.mid[1] - b.mid[1]) < 0.9 * a.side


def _sides(dark: Gray, f: _Frame) -> tuple[float, float, float, float]:
    """How much of each side is inked."""
    part = dark[f.y : f.y + f.h, f.x : f.x + f.w] > 0
    top, bottom = part[: f.line].any(axis=0), part[-f.line :].any(axis=0)
    left, right = part[:, : f.line].any(axis=1), part[:, -f.line :].any(axis=1)
    return float(top.mean()), float(bottom.mean()), float(left.mean()), float(right.mean())


def _quiet_beside(dark: Gray, f: _Frame) -> tuple[bool, bool]:
    """Whether left and right of it there is paper: a letter has neighbours, a piece of a ruled grid goes on. A hand's tick
    may stick out, and the label of a box with four whole sides may touch it."""
    gap, band = max(2, f.line), max(3, round(0.22 * f.side))
    left = dark[f.y : f.y + f.h, max(0, f.x - gap - band) : max(0, f.x - gap)]
    right = dark[f.y : f.y + f.h, f.x + f.w + gap : f.x + f.w + gap + band]
    quiet = [not part.size or float((part > 0).mean()) < 0.22 for part in (left, right)]
    return quiet[0], quiet[1]


def _cornered(dark: Gray, f: _Frame) -> bool:
    """Ink in every corner: letters with four sides are round."""
    near = max(3, f.line)
    part = dark[f.y : f.y + f.h, f.x : f.x + f.w]
    return all(c.any() for c in (part[:near, :near], part[:near, -near:], part[-near:, :near], part[-near:, -near:]))


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
    return int(inked[0]) + _run(pixels) // 2 + 1 if inked.size else 0
