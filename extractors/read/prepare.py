"""A page picture made fit to be read: upright, level and cleaned, with the way back to the page as it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from extractors.read.clean import clean, lies_on_side, skew_of, turn_by
from extractors.read.engine import orientation, read_words
from extractors.read.page_image import Gray
from extractors.read.quality import likeness
from extractors.read.ruling import dark_pixels, find_rules, without_rules
from extractors.read.settings import ReadSettings
from records.document import Box
from records.errors import DocumentError

_SURE_TURN = 4.0  # Tesseract's own orientation confidence; below it a claim that the page is turned is put to the test
_SURE_UPRIGHT = 1.5


@dataclass(frozen=True, slots=True)
class Prepared:
    """``level`` is what to read, ``scale`` its pixels per point, ``turn`` the degrees clockwise by which the page was turned
    to be upright. ``back`` takes a box in pixels of ``level`` to points of the upright page, whose middle stays the middle.
    ``said`` names in plain words what was done, where a person should know; '' for an ordinary page."""

    level: Gray
    scale: float
    turn: int
    back: Callable[[Box], Box]
    said: str = ""


def prepare(image: Gray, scale: float, settings: ReadSettings) -> Prepared:
    """Prepares a picture of ``scale`` pixels per point; the picture itself is not altered."""
    ready = clean(image, scale)
    quarter = _quarter_turns(ready, scale, settings)
    upright = np.ascontiguousarray(np.rot90(ready, quarter))
    angle = skew_of(upright, scale)
    level = turn_by(upright, angle)
    turn = (360 - 90 * quarter) % 360
    said = f"turned by {turn} degrees to read it" if turn else ""
    return Prepared(level, scale, turn, _mapper(upright.shape, angle, scale), said)


def _quarter_turns(image: Gray, scale: float, settings: ReadSettings) -> int:
    """Counter-clockwise quarter turns that make the text upright."""
    factor = min(1.0, 200 / 72 / scale)
    small = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    turned, sure = orientation(small, scale * factor, settings.tesseract_seconds, settings.engine)
    turns = turned // 90 % 4
    if sure >= _SURE_TURN or (turns == 0 and sure >= _SURE_UPRIGHT):
        return (4 - turns) % 4  # Tesseract says clockwise
    small = turn_by(small, skew_of(small, scale * factor))
    dark = dark_pixels(small)
    small = without_rules(small, find_rules(dark, scale * factor)[1], dark)
    candidates = (0, 2, 1, 3) if lies_on_side(image, scale) else (0, 2)
    scores = {t: _strip_score(np.ascontiguousarray(np.rot90(small, t)), scale * factor, settings) for t in candidates}
    best = max(scores, key=lambda t: scores[t])
    return best if scores[best] > 1.2 * scores[0] else 0


def _strip_score(image: Gray, scale: float, settings: ReadSettings) -> float:
    """How well the page's fullest part reads: the summed confidence of its words of three letters or more, as far as they
    look like words. Upside down, lines still read as letters ("uonsadsu]"), at times as surely as upright ones."""
    inked = np.flatnonzero((image < 150).sum(axis=1) > 3)
    first = int(np.percentile(inked, 20)) if inked.size else 0
    strip = image[max(0, first - 40) : first + image.shape[0] // 3]
    try:
        words = read_words(strip, scale, 6, settings.tesseract_seconds, settings.engine)
    except DocumentError:
        return 0.0
    return sum(100 * (w.confidence or 0.0) * likeness(w.text) for w in words if len(w.text) >= 3 and w.text.isalpha())


def _mapper(shape: tuple[int, ...], angle: float, scale: float) -> Callable[[Box], Box]:
    """From pixels of the levelled page to points of the upright page."""
    inverse = cv2.invertAffineTransform(cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), angle, 1.0))

    def back(box: Box) -> Box:
        x, y = box.centre_x, box.centre_y
        ux = float(inverse[0][0] * x + inverse[0][1] * y + inverse[0][2])
        uy = float(inverse[1][0] * x + inverse[1][1] * y + inverse[1][2])
        half_w, half_h = box.width / 2, box.height / 2
        return Box(
            round((ux - half_w) / scale, 2),
            round((uy - half_h) / scale, 2),
            round((ux + half_w) / scale, 2),
            round((uy + half_h) / scale, 2),
        )

    return back
