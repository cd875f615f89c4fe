"""Which ink was put there by hand: strokes that Tesseract reads badly or not at all, of letter size or larger, in runs."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from extractors.read.page_image import Gray
from records.document import Box, Word

_PRINTED = 0.72  # words read with at least this confidence are print
_BADLY_READ = 0.6  # a word in a written region is by hand only below this
_LEAST_AREA = 60.0  # square points of a region that counts


def mark_handwriting(words: list[Word], dark: Gray, rules: Gray, scale: float) -> tuple[list[Word], list[Box]]:
    """Words in regions that look written by hand are marked, and the regions returned, in pixels."""
    left_over = cv2.bitwise_and(dark, cv2.bitwise_not(cv2.dilate(rules, np.ones((3, 3), np.uint8))))
    for word in words:
        if word.box is not None and (word.confidence or 0.0) >= _PRINTED:
            b, pad = word.box, int(1.5 * scale)
            left_over[max(0, int(b.top) - pad) : int(b.bottom) + pad, max(0, int(b.x0) - pad) : int(b.x1) + pad] = 0
    # Drop specks, then join strokes into runs of writing.
    count, labels, stats, _ = cv2.connectedComponentsWithStats(left_over, connectivity=8)
    tall, wide = stats[:, 3] / scale, stats[:, 2] / scale
    strokes = (tall >= 4.5) & (tall <= 60) & (wide >= 2.5) & (wide <= 200) & (stats[:, 4] < 0.55 * stats[:, 2] * stats[:, 3])
    strokes[0] = False
    written = np.where(strokes[labels], 255, 0).astype(np.uint8)
    joined = cv2.morphologyEx(written, cv2.MORPH_CLOSE, np.ones((int(4 * scale) | 1, int(14 * scale) | 1), np.uint8))
    count, runs, sizes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    regions: list[Box] = []
    for i in range(1, count):
        x, y, w, h = (int(v) for v in sizes[i, :4])
        big = w * h / scale**2 >= _LEAST_AREA and w >= 22 * scale
        if not big:
            continue
        inside = runs[y : y + h, x : x + w] == i
        pieces = np.unique(labels[y : y + h, x : x + w][inside & (written[y : y + h, x : x + w] > 0)])
        if len(pieces) >= 3:
            regions.append(Box(float(x), float(y), float(x + w), float(y + h)))
    marked = []
    for word in words:
        box = word.box
        weak = (word.confidence or 0.0) < _BADLY_READ
        inside_region = box is not None and any(
            r.x0 <= box.centre_x <= r.x1 and r.top <= box.centre_y <= r.bottom for r in regions
        )
        marked.append(replace(word, handwritten=True) if weak and inside_region else word)
    return marked, regions
