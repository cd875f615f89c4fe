"""A page picture made fit to be read: the sheet alone, upright, level and cleaned, with the way back to the page as it came.

The picture itself is never altered. All measures are taken on small copies; a page that needs nothing costs little more than
a look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from extractors.read import upright
from extractors.read.clean import clean, even_out, without_borders, without_specks
from extractors.read.engine import read_words
from extractors.read.page_image import Gray, gray
from extractors.read.quality import likeness
from extractors.read.rectify import find_sheet
from extractors.read.ruling import dark_pixels, find_rules, without_rules
from extractors.read.settings import ReadSettings
from records.document import Box, Word

_LEAST_LEAN = 0.15  # degrees; less does no harm
_SURE = 3.0  # standard deviations of evidence that a page is upright
_SURE_TURNED = 4.5  # the same for upside down, which is rare; in between some lines are read
_CLEAR_LINES = 1.6  # crowding of a page that has lines at all
_BLOCK = 6  # Tesseract's mode for one block of even lines
_LARGE = 0.4  # what large print is shrunk by
_READS = (10.0, 0.6)  # words' worth, and mean of words, of a strip that is the right way up
_SHAPES_COUNT = 0.35  # what a deviation of the letters' shapes adds to what the strip says, as a logarithm
_LEAST_WORTH = 2.0  # of a strip for which a page is turned upside down
_WIDER = 1.5  # degrees; pages that lean more get a larger canvas, so that no corner is cut

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """``level`` is what to read, ``scale`` its pixels per point, ``turn`` the degrees clockwise by which the page was turned
    to be upright. ``back`` takes a box in pixels of ``level`` to points of the level page, whose ``size`` is given in points;
    ``lie`` takes points of the level page to those of the page as it came (nine numbers of a matrix, row by row; () where
    nothing but whole quarter turns lies between). ``said`` names in plain words what was done, where a person should know.
    ``on_trust``: letters say that it is the right way up, but not surely. If it reads badly, prepare it again without trust."""

    level: Gray
    scale: float
    turn: int
    back: Callable[[Box], Box]
    said: str = ""
    size: tuple[float, float] = (0.0, 0.0)
    lie: tuple[float, ...] = ()
    on_trust: bool = False


def prepare(image: Gray, scale: float, settings: ReadSettings, trusting: bool = False) -> Prepared:
    """Prepares a picture of ``scale`` pixels per point. ``trusting``: a page that is probably upright is not looked into, since
    its reading will tell."""
    said: list[str] = []
    to_picture = np.diag([scale, scale, 1.0])  # from points of the page so far to pixels of the picture
    sheet = find_sheet(image, scale)
    page = image
    if sheet is not None:
        page = sheet.cut(image, scale)
        to_picture = sheet.to_picture
        said.append("the sheet was cut out of the picture")
    page = without_borders(clean(page, scale), scale)
    quarter, angle, sure = _position(page, scale, settings, trusting)
    page, step = _turned(page, quarter, angle)
    page = without_specks(page, scale)
    turn = (360 - 90 * quarter) % 360
    if turn:
        said.append(f"turned by {turn} degrees to read it")
    if abs(angle) >= 2:
        said.append(f"levelled by {abs(angle):.1f} degrees")
    size = (page.shape[1] / scale, page.shape[0] / scale)
    lie: tuple[float, ...] = ()
    if sheet is not None or angle:
        to_points = np.diag([1 / scale, 1 / scale, 1.0])
        # level points -> level pixels -> pixels of the cleaned page -> its points -> picture -> points as it came
        whole = to_points @ to_picture @ to_points @ step @ np.diag([scale, scale, 1.0])
        lie = tuple(float(v) for v in (whole / whole[2, 2]).ravel())
    return Prepared(page, scale, turn, _in_points(scale), "; ".join(said), size, lie, not sure)


def _in_points(scale: float) -> Callable[[Box], Box]:
    def back(box: Box) -> Box:
        return Box(round(box.x0 / scale, 2), round(box.top / scale, 2), round(box.x1 / scale, 2), round(box.bottom / scale, 2))

    return back


def _turned(page: Gray, quarter: int, angle: float) -> tuple[Gray, Matrix]:
    """The page after ``quarter`` counter-clockwise quarter turns and a turn by ``angle`` degrees, and the matrix from its
    pixels to those of ``page``."""
    height, width = page.shape
    spin = {
        0: np.eye(3),
        1: np.array([[0.0, -1.0, width - 1], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        2: np.array([[-1.0, 0.0, width - 1], [0.0, -1.0, height - 1], [0.0, 0.0, 1.0]]),
        3: np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, height - 1], [0.0, 0.0, 1.0]]),
    }[quarter]
    page = np.ascontiguousarray(np.rot90(page, quarter))
    if not angle:
        return page, spin
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    across, down = width, height
    if abs(angle) > _WIDER:
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        across, down = round(width * cos + height * sin), round(width * sin + height * cos)
        matrix[0, 2] += (across - width) / 2
        matrix[1, 2] += (down - height) / 2
    level = gray(cv2.warpAffine(page, matrix, (across, down), flags=cv2.INTER_LINEAR, borderValue=255))
    back = np.vstack([cv2.invertAffineTransform(matrix), [0.0, 0.0, 1.0]])
    return level, spin @ back


def _position(page: Gray, scale: float, settings: ReadSettings, trusting: bool) -> tuple[int, float, bool]:
    """Counter-clockwise quarter turns that make the page upright, the angle that then levels it, and whether that is more than
    trust."""
    factor = upright.DPI / 72 / scale
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = gray(cv2.resize(page, None, fx=factor, fy=factor, interpolation=method))
    dark = upright.ink_of(even_out(small, upright.DPI / 72))
    pieces = upright.pieces_of(dark)
    if len(pieces.letters) < upright.FEWEST:  # print larger than a page's, or a small picture taken for a whole page
        small = gray(cv2.resize(small, None, fx=_LARGE, fy=_LARGE, interpolation=cv2.INTER_AREA))
        dark = upright.ink_of(small)
        pieces = upright.pieces_of(dark)
    lean = upright.lean_of(pieces)
    if lean.clear < _CLEAR_LINES:
        lean = upright.Lean(0.0, False, 0.0)
    first = 1 if lean.sideways else 0
    score = _score(dark, pieces, first, lean.angle)
    if score >= _SURE:
        return first, _worth(lean.angle), True
    if trusting and score > 0 and first == 0 and lean.clear:
        return 0, _worth(lean.angle), False
    if score <= -_SURE_TURNED:
        return first + 2, _worth(lean.angle), True
    tried = {turn: _worth(lean.angle) for turn in (first, first + 2)}
    if lean.sideways:  # a page with few lines: perhaps its columns crowd more than its lines do
        other = upright.lean_of(pieces, sideways=False)
        tried |= {turn: _worth(other.angle) for turn in (0, 2)}
    worth: dict[int, float] = {}
    for turn in sorted(tried):
        words = _strip(_turned(small, turn, tried[turn])[0], settings)
        total, share = _likeness(words)
        if turn == 0 and score > 0 and not lean.sideways and reads_well(words):
            return 0, tried[0], True  # two kinds of evidence agree
        shape = {first: score, first + 2: -score}.get(turn, 0.0)
        worth[turn] = total * share * float(np.exp(_SHAPES_COUNT * shape))
    best = max(worth, key=lambda t: worth[t])
    if worth[best] > 1.2 * worth.get(0, 0.0) and (lean.sideways or worth[best] > _LEAST_WORTH):
        return best, tried[best], True
    return 0, tried.get(0, 0.0), True


def _worth(angle: float) -> float:
    return angle if abs(angle) >= _LEAST_LEAN else 0.0


def _score(dark: Gray, pieces: upright.Pieces, quarter: int, angle: float) -> float:
    if quarter == 0 and abs(angle) < 0.5:
        return upright.upright_score(pieces)
    turned = np.ascontiguousarray(np.rot90(dark, quarter))
    height, width = turned.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    level = gray(cv2.warpAffine(turned, matrix, (width, height), flags=cv2.INTER_NEAREST))
    return upright.upright_score(upright.pieces_of(level))


def reads_well(words: Sequence[Word]) -> bool:
    """True for what is read from a page, or a part of it, that is the right way up."""
    total, share = _likeness(words)
    return total >= _READS[0] and share >= _READS[1]


def _likeness(words: Sequence[Word]) -> tuple[float, float]:
    """The summed confidence of the words of three letters or more, as far as they look like words, and the mean of that. Upside
    down, lines still read as letters ("uonsadsu]"), at times as surely as upright ones."""
    found = [(w.confidence or 0.0) * likeness(w.text) for w in words if len(w.text) >= 3 and w.text.isalpha()]
    return sum(found), sum(found) / max(1, len(found))


def _strip(image: Gray, settings: ReadSettings) -> list[Word]:
    """What is read in a full part of the page."""
    ink = (image < 150).sum(axis=1)
    ink[ink > image.shape[1] // 2] = 0  # rules and dark bands
    tall = max(1, image.shape[0] // 6)
    first = int(np.argmax(np.convolve(ink, np.ones(tall), "valid"))) if len(ink) > tall else 0
    strip = image[max(0, first - 10) : first + tall + 10]
    dark = dark_pixels(strip)
    strip = without_rules(strip, find_rules(dark, upright.DPI / 72)[1], dark)  # a table reads as nothing between its lines
    return read_words(strip, upright.DPI / 72, _BLOCK, settings.tesseract_seconds, settings.engine)
