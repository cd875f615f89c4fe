"""Lines drawn by hand through printed words: slanted or wavy, so that no search for straight rules finds them whole.

A pen line ties the words that it crosses into one piece of ink, far wider than any word; in the gaps between letters only
the line itself is there, and its height tells a line through words from one below them. All boxes in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray, piece_at, pieces
from records.document import Box, Word

_WIDEST_WORD = 95.0  # points; long words whose letters touch stay below
_TALLEST = 32.0  # points; a line of print and a slanted stroke
_STROKE = 3.4  # points; a pen's line at its thickest
_THROUGH = (0.12, 0.88)  # of a word's height: lines under or over it run outside


def struck_words(words: Sequence[Word], dark: Gray, rules: Sequence[Box], scale: float) -> tuple[list[bool], list[Box]]:
    """For each word, whether a stroke by hand runs through it, and the strokes under which no word could be read at all.
    ``rules`` are the page's straight lines."""
    ink = dark.copy()
    for rule in rules:  # frames of tables tie rows together; straight level lines are judged elsewhere
        if rule.height > rule.width or rule.width > 0.25 * dark.shape[1]:
            ink[max(0, int(rule.top) - 1) : int(rule.bottom) + 2, max(0, int(rule.x0) - 1) : int(rule.x1) + 2] = 0
    bridge = max(2, int(0.7 * scale))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, bridge), np.uint8))
    struck = [False] * len(words)
    blind: list[Box] = []
    for found in pieces(gray(joined)):
        x, y, w, h = found
        if w < _WIDEST_WORD * scale or h > _TALLEST * scale:
            continue
        piece = piece_at(gray(joined), found)
        course = _course(piece, scale)
        place = Box(float(x), float(y), float(x + w), float(y + h))
        if h >= 5 * scale and not any(word.box is not None and _within(word.box, place) for word in words):
            blind.append(place)
        for at, word in enumerate(words):
            if word.box is not None and not struck[at] and word.box.top <= y + h and word.box.bottom >= y:
                struck[at] = _through(word.box, course, x, y, scale)
    return struck, blind


def _within(box: Box, place: Box) -> bool:
    return place.x0 <= box.centre_x <= place.x1 and place.top <= box.centre_y <= place.bottom


def _course(piece: np.ndarray, scale: float) -> np.ndarray:
    """Height of the stroke per column, NaN where letters hide it."""
    tall = piece.sum(axis=0)
    rows = np.arange(piece.shape[0])[:, None]
    middle = (piece * rows).sum(axis=0) / np.maximum(tall, 1)
    spread = piece.shape[0] - np.argmax(piece[::-1], axis=0) - np.argmax(piece, axis=0)
    bare = (tall > 0) & (spread <= _STROKE * scale)
    return np.where(bare, middle, np.nan)


def _through(box: Box, course: np.ndarray, x: int, y: int, scale: float) -> bool:
    if min(box.x1, x + course.size) - max(box.x0, x) < 0.5 * box.width:
        return False
    near = course[max(0, int(box.x0 - 6 * scale) - x) : max(0, int(box.x1 + 6 * scale) - x)]
    known = near[~np.isnan(near)]
    if known.size < 2 * scale:
        return False
    at = y + float(np.median(known))
    return box.top + _THROUGH[0] * box.height <= at <= box.top + _THROUGH[1] * box.height
