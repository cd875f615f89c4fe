"""Makes a scanned page fit for OCR: grey stays grey (a fixed binarisation wrecks some pages), by what is measured on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray, greys_at, numbered, shrunk

_LEAST_INK = 0.001  # share of dark pixels; one typed line of a Letter page has about 0.0012
_FEW_PIECES = 10
_SPECK = 2.2  # points across
_MANY_SPECKS = 40  # fewer do no harm, and may be leaders or bullets


@dataclass(frozen=True, slots=True)
class Look:
    """A page at a glance: share of ink, share of paper-like background, letter-like pieces that come
    in rows, and how far the greys spread (standard deviation)."""

    ink: float
    paper: float
    pieces: int
    spread: float = 0.0

    @property
    def without_text(self) -> bool:
        """No rows of letter-sized pieces, and what ink there is lies not on paper. Measured: pages with one typed line or
        a few words by hand have 30 pieces and more, photographs none."""
        return self.pieces < _FEW_PIECES and (self.ink < _LEAST_INK or self.paper < 0.93)

    @property
    def photograph(self) -> bool:
        """Told from a blank page by its tones."""
        return self.without_text and self.spread > 8


def even_out(image: Gray, scale: float) -> Gray:
    """Divides by the background, so that shading, folds and low contrast become black on white. Denoise first."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = max(5, int(scale * 2.4)) | 1  # about 10 pt at quarter size: wider than any pen stroke
    background = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), min(side, 255))
    background = np.maximum(background, 1)
    background = cv2.resize(background, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, background, scale=255), dtype=np.uint8)


def look_at(image: Gray, scale: float) -> Look:
    """The glance, on a page shrunk to about 100 dpi."""
    factor = min(1.0, 100 / 72 / scale)
    small = gray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    height, width = small.shape
    edge_y, edge_x = max(1, height // 40), max(1, width // 40)
    if height < 40 or width < 40:
        return Look(0.0, 1.0, 0)
    inner = np.ascontiguousarray(small[edge_y:-edge_y, edge_x:-edge_x])
    flat = even_out(gray(cv2.GaussianBlur(inner, (0, 0), 0.7)), 100 / 72)
    # Print of a dying toner is grey: what counts as dark lies halfway from the paper to the darkest ink, within reason.
    darkest = greys_at(flat, 0.5)[0]
    dark = (flat < min(max((255 + darkest) / 2, 165), 225)).astype(np.uint8)
    count, _, stats = numbered(dark)
    tall, wide, area = stats[1:, 3], stats[1:, 2], stats[1:, 4]
    letters = (tall >= 4) & (tall <= 22) & (wide <= 60) & (area >= 6) & (area <= 0.85 * tall * wide + 6)
    tops = stats[1:, 1][letters]
    rows = np.bincount(tops // 8, minlength=1) if tops.size else np.zeros(1, int)
    in_rows = int(rows[rows >= 5].sum())  # letters come side by side
    paper = cv2.countNonZero(cv2.threshold(inner, int(0.82 * greys_at(inner, 95)[0]), 1, cv2.THRESH_BINARY)[1]) / inner.size
    return Look(cv2.countNonZero(dark) / dark.size if count > 1 else 0.0, paper, in_rows, float(cv2.meanStdDev(inner)[1][0, 0]))


def clean(image: Gray, scale: float) -> Gray:
    """Gaussian 1.2 at 300 dpi, then the background division where the paper is not evenly white. The blur costs clean
    pages nothing and is the largest gain on noise, low contrast and the stairs of fax lines."""
    image = gray(cv2.GaussianBlur(image, (0, 0), 1.2 * scale / (300 / 72)))
    low, high = greys_at(np.ascontiguousarray(image[::8, ::8]), 20, 95)
    if high < 235 or high - low > 12:
        image = even_out(image, scale)
    return image


def without_borders(image: Gray, scale: float) -> Gray:
    """Paints over the black that a copier's open lid or a dark bed leaves at the edges: large dark areas that touch the
    picture's edge. Print that runs into the edge is too small to count."""
    small = shrunk(image, min(1.0, 50 / 72 / scale))
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    if not (edge < 110).any():
        return image
    # Grown first, so that a ragged border is one area.
    dark = gray(cv2.morphologyEx((small < 110).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    height, width = small.shape
    mask = np.zeros(small.shape, np.uint8)
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        across, down = w > 0.12 * width, h > 0.12 * height
        touches = ((x == 0 or x + w == width) and down) or ((y == 0 or y + h == height) and across)
        if touches and area < 0.4 * mask.size:
            mask[labels == i] = 1
    if not mask.any():
        return image
    mask = gray(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
    out = image.copy()
    out[cv2.resize(mask, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_NEAREST) > 0] = 255
    return out


def without_specks(image: Gray, scale: float) -> Gray:
    """Paints over specks of toner and dust that stand alone, where the page has many of them: no larger than a full stop,
    and with nothing beside them. Points, commas and dots over i stand by letters, in typewriter print up to 3 pt away."""
    factor = min(1.0, 150 / 72 / scale)
    small = shrunk(image, factor)
    unit = scale * factor
    aside, above = max(1, round(2 * unit)), max(1, round(1.1 * unit))
    # Pale print counts as a neighbour: of a faded word only the darkest bits would stand alone.
    grown = gray(cv2.dilate((small < 215).astype(np.uint8), np.ones((2 * above + 1, 2 * aside + 1), np.uint8)))
    _, labels, stats = numbered(grown)
    size = np.maximum(stats[:, 2] - 2 * aside, stats[:, 3] - 2 * above) / unit
    alone = size <= _SPECK
    alone[0] = False
    if alone.sum() < _MANY_SPECKS:
        return image
    mask = cv2.resize(alone[labels].astype(np.uint8), (image.shape[1], image.shape[0]), interpolation=cv2.INTER_NEAREST)
    out = image.copy()
    out[mask > 0] = 255
    return out
