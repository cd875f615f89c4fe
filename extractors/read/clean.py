"""Makes a scanned page fit for OCR: grey stays grey (a fixed binarisation wrecks some pages), by what is measured on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray

_MAX_SKEW = 5.0  # degrees
_LEAST_INK = 0.001  # share of dark pixels; one typed line of a Letter page has about 0.0012
_FEW_PIECES = 10


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
    background = cv2.resize(background, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, np.maximum(background, 1), scale=255), dtype=np.uint8)


def look_at(image: Gray, scale: float) -> Look:
    """The glance, on a page shrunk to about 100 dpi."""
    factor = min(1.0, 100 / 72 / scale)
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    edge_y, edge_x = max(1, height // 40), max(1, width // 40)
    if height < 40 or width < 40:
        return Look(0.0, 1.0, 0)
    inner = np.ascontiguousarray(small[edge_y:-edge_y, edge_x:-edge_x])
    flat = even_out(gray(cv2.GaussianBlur(inner, (0, 0), 0.7)), 100 / 72)
    # Print of a dying toner is grey: what counts as dark lies halfway from the paper to the darkest ink, within reason.
    darkest = float(np.percentile(flat, 0.5))
    dark = (flat < min(max((255 + darkest) / 2, 165), 225)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    tall, wide, area = stats[1:, 3], stats[1:, 2], stats[1:, 4]
    letters = (tall >= 4) & (tall <= 22) & (wide <= 60) & (area >= 6) & (area <= 0.85 * tall * wide + 6)
    tops = stats[1:, 1][letters]
    rows = np.bincount(tops // 8, minlength=1) if tops.size else np.zeros(1, int)
    in_rows = int(rows[rows >= 5].sum())  # letters come side by side
    brightest = float(np.percentile(inner, 95))
    paper = float((inner > 0.82 * brightest).mean())
    return Look(float(dark.mean()) if count > 1 else 0.0, paper, in_rows, float(inner.std()))


def clean(image: Gray, scale: float) -> Gray:
    """Gaussian 1.2 at 300 dpi, then the background division where the paper is not evenly white. The blur costs clean
    pages nothing and is the largest gain on noise, low contrast and the stairs of fax lines."""
    image = gray(cv2.GaussianBlur(image, (0, 0), 1.2 * scale / (300 / 72)))
    low, high = np.percentile(image[::8, ::8], (20, 95))
    if high < 235 or high - low > 12:
        image = even_out(image, scale)
    return image


def skew_of(image: Gray, scale: float) -> float:
    """The angle in degrees by which the page must be turned (counter-clockwise) for its lines to lie level."""
    factor = min(1.0, 100 / 72 / scale)
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    dark = (even_out(gray(small), 100 / 72) < 160).astype(np.uint8) * 255
    best = _best_angle(dark, np.arange(-_MAX_SKEW, _MAX_SKEW + 0.01, 0.5), 0.0)
    best = _best_angle(dark, np.arange(best - 0.4, best + 0.41, 0.1), best)
    return round(best, 2) if abs(best) >= 0.15 else 0.0


def _best_angle(dark: Gray, angles: np.ndarray, default: float) -> float:
    best, best_score = default, -1.0
    height, width = dark.shape
    for angle in angles:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
        rows = cv2.warpAffine(dark, turn, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.float64)
        score = float(((rows[1:] - rows[:-1]) ** 2).sum())
        if score > best_score * 1.0001:
            best, best_score = float(angle), score
    return best


def turn_by(image: Gray, angle: float) -> Gray:
    """Turns about the middle, paper-white in the corners."""
    if not angle:
        return image
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(
        cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=255), dtype=np.uint8
    )


def lies_on_side(image: Gray, scale: float) -> bool:
    """True if text runs up or down the page: the profile across is then sharper than the profile down."""
    factor = min(1.0, 75 / 72 / scale)
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    dark = (even_out(gray(small), 75 / 72) < 160).astype(np.float64)
    rows, columns = dark.sum(axis=1), dark.sum(axis=0)
    return float(np.diff(columns).var() / max(1, columns.size)) > 1.3 * float(np.diff(rows).var() / max(1, rows.size))
