"""Which way up a page lies and how far it leans, from its letter-sized pieces alone (no OCR).

The lean: pieces of one line of print end at one height, so the heights of their lower edges crowd at the right angle. On its
side or not: the same holds for the edges that the lines have then. Upside down or not: print has more that rises over small
letters (b, d, capitals) than hangs below them (g, p); dots stand over stems (i); points and commas stand at the foot.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from extractors.read.page_image import Gray, numbered

DPI = 150.0  # of the picture that these measures are taken on
MAX_LEAN = 16.0  # degrees
FEWEST = 24  # pieces; fewer say nothing of a page's lean
_BIN = 1.5  # pixels
_MOST = 4000  # pieces looked at
_PAPER = 235  # greys above are white paper
_INK = (185.0, 215.0)  # grey below which there is ink: thin typewriter strokes are pale once smoothed and shrunk
_ALIKE = 0.1  # letters of one face err alike, so that evidence does not grow with their number for ever

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Boxes of connected ink in pixels: ``letters`` of letter size, ``dots`` smaller ones. Columns: x0, y0, x1, y1."""

    letters: Numbers
    dots: Numbers


@dataclass(frozen=True, slots=True)
class Lean:
    """``angle`` in degrees by which to turn the page counter-clockwise for level lines, after a quarter turn if ``sideways``.
    ``clear``: how many times denser the lines stand out at that angle than at most others; below about 1.3 it is no page
    of lines."""

    angle: float
    sideways: bool
    clear: float


def ink_of(image: Gray) -> Gray:
    """1 where a picture with white background has ink. Too dark a limit breaks thin letters into bits that look like dots."""
    greys = image[image < _PAPER]
    limit = cv2.threshold(greys.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0] if greys.size else 0.0
    return (image < min(max(limit, _INK[0]), _INK[1])).astype(np.uint8)


def pieces_of(dark: Gray) -> Pieces:
    """The pieces of a picture of ``DPI`` in which ink is not 0."""
    _, _, stats = numbered(dark)
    x, y, w, h, area = stats[1:].T.astype(np.float64)
    boxes = np.stack([x, y, x + w, y + h], axis=1)
    size = np.maximum(w, h)
    solid = area / np.maximum(1, w * h)
    letters = (size >= 7) & (size <= 45) & (np.minimum(w, h) >= 2) & (area >= 12) & (solid < 0.95)
    dots = (size >= 2) & (size < 8) & (area >= 3)
    return Pieces(_thinned(boxes[letters]), _thinned(boxes[dots & ~letters]))


def _thinned(boxes: Numbers) -> Numbers:
    step = -(-len(boxes) // _MOST) if len(boxes) else 1
    return boxes[::step]


def lean_of(pieces: Pieces, sideways: bool | None = None) -> Lean:
    """The lean of the page's lines; with ``sideways`` given only that reading of the page is tried."""
    boxes = pieces.letters
    if len(boxes) < FEWEST:
        return Lean(0.0, False, 0.0)
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    best = Lean(0.0, False, 0.0)
    if sideways is not True:
        best = _best(middle_x, (boxes[:, 3], boxes[:, 1]), False)
    if sideways is not False:
        # Turned by a quarter, left edges become lower or upper ones; x grows with -y.
        other = _best(-middle_y, (boxes[:, 0], boxes[:, 2]), True)
        # Columns of typewriter print crowd as lines do; but letters of a word stand closer than lines.
        beside = _beside(boxes, np.stack([middle_x, middle_y], axis=1))
        margin = 1.15 if 0.4 <= beside <= 0.6 else 2.5 if beside > 0.6 else 0.4
        if sideways is True or other.clear > margin * best.clear:
            best = other
    return best


def _beside(boxes: Numbers, middles: Numbers) -> float:
    """The share of letters whose nearest neighbour stands left or right of them, not above or below."""
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    whole = middles[size >= 0.6 * np.median(size)]  # no bits of broken letters
    if len(whole) < FEWEST:
        return 0.5
    _, near = cKDTree(whole).query(whole, k=2)
    away = np.abs(whole[near[:, 1]] - whole)
    return float((away[:, 0] > away[:, 1]).mean())


def _best(along: Numbers, edges: tuple[Numbers, Numbers], sideways: bool) -> Lean:
    """``along`` runs with the lines, the edges across them."""
    coarse = np.arange(-MAX_LEAN, MAX_LEAN + 0.01, 0.25)
    scores = np.array([sum(_crowding(along, e, a) for e in edges) for a in coarse])
    smooth = np.convolve(scores, (0.25, 0.5, 0.25), "same")
    top = float(coarse[int(np.argmax(smooth))])
    fine = np.arange(top - 0.4, top + 0.41, 0.05)
    sharp = np.convolve([sum(_crowding(along, e, a) for e in edges) for a in fine], (0.25, 0.5, 0.25), "same")
    angle = float(fine[1:-1][int(np.argmax(sharp[1:-1]))])
    return Lean(round(angle, 2), sideways, float(smooth.max() / max(1e-9, float(np.median(scores)))))


def _crowding(along: Numbers, across: Numbers, degrees: float) -> float:
    """How unevenly the edges lie once the page is turned by ``degrees``."""
    turned = across * np.cos(np.deg2rad(degrees)) - along * np.sin(np.deg2rad(degrees))
    turned = (turned - turned.min()) / _BIN
    counts = np.bincount(turned.astype(np.int64)).astype(np.float64)
    return float((counts**2).sum())


def upright_score(pieces: Pieces) -> float:
    """Above 0 the right way up, below 0 upside down, in standard deviations of evidence; for level pages."""
    letters, dots = pieces.letters, pieces.dots
    if len(letters) < 8:
        return 0.0
    flat = np.array([1 / 3, 1.0])
    middles = (letters[:, :2] + letters[:, 2:]) / 2
    tree = cKDTree(middles * flat)
    top, bottom, enough = _bands(tree, middles, letters, middles)
    tall = np.maximum(3.0, bottom - top)
    over, under = (top - letters[:, 1]) / tall, (letters[:, 3] - bottom) / tall
    rises = int((enough & (over > 0.2) & (over < 0.8) & (np.abs(under) < 0.13)).sum())
    hangs = int((enough & (under > 0.2) & (under < 0.8) & (np.abs(over) < 0.13)).sum())
    up, down = _dots(tree, letters, middles, dots) if len(dots) else (0, 0)
    plus, minus = rises + up, hangs + down
    said = plus + minus
    return float((plus - minus) / np.sqrt(said + 1 + (_ALIKE * said) ** 2))


def _bands(
    tree: cKDTree, middles: Numbers, letters: Numbers, points: Numbers
) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
    """Top and bottom of the small letters about each point, from its neighbours on the line, and whether there are enough."""
    count = min(12, len(letters))
    distance, near = tree.query(points * np.array([1 / 3, 1.0]), k=count)
    heights = letters[near, 3] - letters[near, 1]
    typical = np.median(heights, axis=1, keepdims=True)
    same = (np.abs(middles[near, 1] - points[:, 1:2]) < 0.75 * typical) & (distance < 5 * typical)
    tops = np.where(same, letters[near, 1], np.nan)
    bottoms = np.where(same, letters[near, 3], np.nan)
    enough = same.sum(axis=1) >= 5
    tops[~enough], bottoms[~enough] = 0.0, 1.0
    return np.nanmedian(tops, axis=1), np.nanmedian(bottoms, axis=1), enough


def _dots(tree: cKDTree, letters: Numbers, middles: Numbers, dots: Numbers) -> tuple[int, int]:
    """Dots that speak for and against the page's being the right way up."""
    points = (dots[:, :2] + dots[:, 2:]) / 2
    top, bottom, enough = _bands(tree, middles, letters, points)
    tall = np.maximum(3.0, bottom - top)
    enough &= np.maximum(dots[:, 2] - dots[:, 0], dots[:, 3] - dots[:, 1]) < 0.45 * tall
    place = (points[:, 1] - top) / tall
    _, near = tree.query(points * np.array([1 / 3, 1.0]), k=min(4, len(letters)))
    near = near.reshape(len(points), -1)
    boxes = letters[near]
    across = (boxes[:, :, 0] - 1 <= points[:, :1]) & (points[:, :1] <= boxes[:, :, 2] + 1)
    stem = across & (boxes[:, :, 2] - boxes[:, :, 0] < 0.6 * tall[:, None])
    below = boxes[:, :, 1] - dots[:, 3:4]
    above = dots[:, 1:2] - boxes[:, :, 3]
    reach = 0.4 * tall[:, None]
    over_stem = (stem & (below >= 0) & (below < reach)).any(axis=1)
    under_stem = (stem & (above >= 0) & (above < reach)).any(axis=1)
    beside = enough & ~across.any(axis=1)
    up = (enough & over_stem & ~under_stem) | (beside & (place > 0.8) & (place < 1.4))
    down = (enough & under_stem & ~over_stem) | (beside & (place < 0.2) & (place > -0.4))
    return int(up.sum()), int(down.sum())
