"""Ruling lines of a scanned page, by morphology on the levelled picture. All boxes in its pixels."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray, halved, numbered, piece_at, pieces
from records.document import Box

_SHORTEST = 26.0  # points: a shorter stroke is a letter, a dash or a tick box
_THICKEST = 3.2  # points
_WORN_GAP = 3.0  # points of white in a worn upright line; between two lines of print there is more
_WORN_SHORTEST = 40.0  # points of a worn upright, its gaps included
_THIN = 2.2  # points; a worn line is no thicker
_FEWEST_DOTS = 12  # close together, on a page with leaders
_DOT = 2.4  # points; the height of a leader's dots
_DOT_STEP = 4.0  # points from one dot to the next
_SHORTEST_LEADER = 16.0  # points
_FEWEST_RULES = 4  # a page with fewer lines has no table whose uprights wore off
_IN_PRINT = 0.75  # share of a level stroke with ink right above and below it: the middle of bold letters


def dark_pixels(image: Gray) -> Gray:
    """Ink as 255, by local contrast; for shapes only, never for OCR."""
    return np.asarray(
        cv2.adaptiveThreshold(image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 61, 18), dtype=np.uint8
    )


def find_rules(dark: Gray, scale: float) -> tuple[list[Box], Gray]:
    """Horizontal and vertical lines, and the mask of their pixels."""
    length = int(_SHORTEST * scale)
    bridge = max(2, int(0.5 * scale))
    mask, upright = np.zeros_like(dark), np.zeros_like(dark)
    rules: list[Box] = []
    for horizontal in (True, False):
        gap = np.ones((1, bridge) if horizontal else (bridge, 1), np.uint8)
        closed = gray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, gap))
        found = _runs_of(closed, length, 1 if horizontal else 0)
        for place in pieces(found):
            x, y, w, h = place
            thick, long = (h, w) if horizontal else (w, h)
            piece = piece_at(found, place)
            # A residual slope makes a long line's box taller than its stroke: judge the stroke by area.
            if np.count_nonzero(piece) / max(1, long) > _THICKEST * scale or thick > 0.03 * long + _THICKEST * scale:
                continue
            if horizontal and w < 3 * length and _in_bold_print(closed, x, y, w, h, scale):
                continue
            rules.append(Box(x, y, x + w, y + h))
            for drawn in (mask,) if horizontal else (mask, upright):
                drawn[y : y + h, x : x + w][piece] = 255
    _add_leaders(mask, dark, scale)
    return _with_worn_uprights(rules, mask, upright, dark, scale), mask


def _runs_of(image: Gray, length: int, axis: int) -> Gray:
    """The opening of ``image`` by a line of ``length`` pixels down (axis 0) or across (1), by doubling: a run of eight is two
    runs of four. Several times faster than a long kernel."""
    out, spare = image.copy(), np.empty_like(image)
    for grow in (False, True):
        have = 1
        while have < length:
            step = min(have, length - have)
            to = spare if axis == 0 else spare.T
            a, b = (out[:-step], out[step:]) if axis == 0 else (out[:, :-step], out[:, step:])
            kept, new = (slice(None, step), slice(step, None)) if grow else (slice(-step, None), slice(None, -step))
            to[kept] = (out if axis == 0 else out.T)[kept] if grow else 0
            (cv2.bitwise_or if grow else cv2.bitwise_and)(a, b, dst=spare[new] if axis == 0 else spare[:, new])
            out, spare = spare, out
            have += step
    return out


def _add_leaders(mask: Gray, dark: Gray, scale: float) -> None:
    """Puts rows of dots that lead the eye from one column to the next on the mask: OCR makes words of them.

    Low pieces of ink (dots, or several that ran together) that follow one another closely are a leader where they go on for
    longer than any dash.
    """
    scale /= 2
    _, labels, stats = numbered(halved(dark, 90))
    flat = stats[:, 3] <= _DOT * scale
    flat[0] = False
    if not _follow_closely(stats[flat], scale):
        return
    low = flat.astype(np.uint8)[labels]
    joined = cv2.morphologyEx(low, cv2.MORPH_CLOSE, np.ones((1, int(_DOT_STEP * scale)), np.uint8))
    count, runs, sizes = numbered(gray(joined))
    leader = (sizes[:, 2] >= _SHORTEST_LEADER * scale) & (sizes[:, 3] <= 1.5 * _DOT * scale)
    leader[0] = False
    if count > 1 and leader.any():
        where = cv2.dilate(leader.astype(np.uint8)[runs], np.ones((3, 3), np.uint8))
        whole = cv2.resize(where, (dark.shape[1], dark.shape[0]), interpolation=cv2.INTER_NEAREST)
        mask[(whole > 0) & (dark > 0)] = 255


def _follow_closely(pieces: np.ndarray, scale: float) -> bool:
    """Do enough of these pieces stand level and close beside each other to look for leaders? Most pages have none."""
    order = pieces[np.lexsort((pieces[:, 0], np.round((pieces[:, 1] + pieces[:, 3]) / scale)))]
    gap = order[1:, 0] - order[:-1, 0] - order[:-1, 2]
    level = np.abs(np.diff(order[:, 1] + order[:, 3])) < scale
    return int(((gap >= 0) & (gap < _DOT_STEP * scale) & level).sum()) >= _FEWEST_DOTS


def _in_bold_print(dark: Gray, x: int, y: int, w: int, h: int, scale: float) -> bool:
    """Is this stroke made of the bars of bold letters that touch? Through a struck word's line more white shows."""
    reach = max(2, int(1.2 * scale))
    above = dark[max(0, y - reach) : y, x : x + w]
    below = dark[y + h : y + h + reach, x : x + w]
    return all(side.size and (side > 0).any(axis=0).mean() >= _IN_PRINT for side in (above, below))


def _with_worn_uprights(rules: list[Box], mask: Gray, upright: Gray, dark: Gray, scale: float) -> list[Box]:
    """The lines, and upright ones that a copier broke up into dots and dashes; these are added to ``mask`` too.

    Only pages with a few lines are looked at, at half their size. What is wider than a line is taken out first (print,
    lines across), so that only a column of specks that goes on from one line of print to the next is left.
    """
    if len(rules) < _FEWEST_RULES:
        return rules
    half = scale / 2
    small = halved(dark, 90)
    wide = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((1, max(3, int(_THIN * half))), np.uint8))
    thin = cv2.bitwise_and(small, 1 - wide)
    drawn = halved(upright, 90)
    joined = cv2.dilate(cv2.bitwise_or(thin, drawn), np.ones((1, 3), np.uint8))
    closed = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((int(_WORN_GAP * half), 1), np.uint8))
    found = _runs_of(gray(closed), int(_WORN_SHORTEST * half), 0)
    count, _, stats = numbered(found)
    worn: list[Box] = []
    for x, y, w, h, area in stats[1:count].tolist():
        if area / max(1, h) > (_THIN + 0.5) * half + 2 or w > 0.03 * h + _THICKEST * half:
            continue
        worn.append(Box(2.0 * x, 2.0 * y, 2.0 * (x + w), 2.0 * (y + h)))
    fresh = [o for o in worn if not any(_same_course(o, r) for r in rules)]
    if not fresh:
        return rules
    for course in _courses(fresh, 1.5 * scale):
        # Between the stretches found, specks that stand right on the course are crumbs of the line; what stands beside it
        # may be the last figure of a cell.
        x0, x1 = int(min(c.x0 for c in course)) // 2, int(max(c.x1 for c in course)) // 2 + 1
        beyond = _WORN_SHORTEST * half
        y0 = max(0, int(min(c.top for c in course) / 2 - beyond))
        y1 = int(max(c.bottom for c in course) / 2 + beyond)
        band = thin[y0:y1, x0:x1]
        profile = band.sum(axis=0, dtype=np.int64)
        crumbs = np.where(profile >= 0.5 * max(1, int(profile.max())), band, 0)
        place = mask[2 * y0 : 2 * y1, 2 * x0 : 2 * x1]
        grown = np.repeat(np.repeat(crumbs, 2, axis=0), 2, axis=1)[: place.shape[0], : place.shape[1]]
        place[: grown.shape[0], : grown.shape[1]][grown > 0] = 255
    return [*(r for r in rules if r.width >= r.height or not any(_same_course(r, o) for o in fresh)), *fresh]


def _courses(lines: list[Box], apart: float) -> list[list[Box]]:
    courses: list[list[Box]] = []
    for line in sorted(lines, key=lambda b: b.centre_x):
        if courses and line.centre_x - courses[-1][-1].centre_x <= apart:
            courses[-1].append(line)
        else:
            courses.append([line])
    return [c for c in courses if sum(b.height for b in c) >= 0.3 * (max(b.bottom for b in c) - min(b.top for b in c))]


def _same_course(piece: Box, line: Box) -> bool:
    return line.x0 - 2 <= piece.centre_x <= line.x1 + 2 and piece.top >= line.top - 2 and piece.bottom <= line.bottom + 2


def without_rules(image: Gray, mask: Gray, dark: Gray) -> Gray:
    """The page with its lines painted over, except where a letter crosses a line."""
    if not mask.any():
        return image
    wide = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    letters = cv2.bitwise_and(dark, cv2.bitwise_not(wide))
    upright = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((9, 1), np.uint8))
    keep = cv2.bitwise_and(cv2.bitwise_and(upright, wide), cv2.bitwise_not(cv2.bitwise_and(letters, wide)))
    return gray(cv2.bitwise_or(image, cv2.bitwise_and(wide, cv2.bitwise_not(keep))))
