"""Cells of tables that the first reading left out or ran together.

Tesseract's layout analysis drops narrow columns (a year of two digits, a code, a fee) and reads two cells as one word where
only a thin line parted them. What it left is seen in the picture: ink, level with print, that no word covers. The pieces
are cut out, laid side by side on one small sheet and read as plain lines, so that a whole missing column costs about as
much as a few lines of text. All boxes in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from extractors.read.page_image import Gray
from records.document import Box, Word

Read = Callable[[Gray], list[Word]]
"""Reads a picture as one block of text."""

_FEWEST_WORDS = 12  # fewer do not say how tall the page's letters are
_PRINT = 0.6  # confidence of words that say where lines of print run
_BELIEVED = 0.35  # of words found on the second look
_TALL = (0.55, 1.5)  # a letter in letter heights; less is a point or a speck, more a stamp or a drawing
_WIDE = 6.0  # of one piece in letter heights; letters may touch
_JOIN = 0.8  # letter heights of white that part two words of one cell at most
_PAD = 2.5  # points of white kept around a piece
_APART = 9.0  # points between two pieces on the sheet
_SHEET = 500.0  # points; the sheet's width
_LINE_OF_ITS_OWN = 10  # letters level with each other: a line of print of which nothing was read
_MOST = 500  # pieces; more is a page that was not read at all, which is not this room's work


@dataclass(frozen=True, slots=True)
class _Laid:
    """A piece on the sheet: its place there, and how far it was moved."""

    on_sheet: Box
    dx: float
    dy: float


def with_unread(
    words: Sequence[Word], image: Gray, dark: Gray, rules: Sequence[Box], scale: float, read: Read
) -> list[Word]:
    """The words, those that run over an upright line cut up and read cell by cell, and those that were left out.

    ``image`` is the page with its lines painted over, ``dark`` its ink, ``rules`` the lines.
    """
    tall = _letter_height(words)
    if tall is None:
        return list(words)
    kept, torn = _apart_at_lines(words, rules, scale)
    places = [*torn, *_unread(kept, image, dark, tall, scale)]
    if not places or len(places) > _MOST:
        return list(words)
    found = _read_pieces(places, kept, image, scale, read)
    found = [w for w in found if _credible(w, tall)]
    # A torn word of which nothing could be read again stays as it was.
    lost = [w for w in words if w not in kept and not any(_covers(w, f) for f in found)]
    return [*kept, *lost, *found]


def _letter_height(words: Sequence[Word]) -> float | None:
    heights = [w.box.height for w in words if w.box is not None and len(w.text) > 1 and (w.confidence or 0.0) >= _PRINT]
    return median(heights) if len(heights) >= _FEWEST_WORDS else None


def _apart_at_lines(words: Sequence[Word], rules: Sequence[Box], scale: float) -> tuple[list[Word], list[Box]]:
    """Words that keep to their cells, and for each other word the boxes of its parts on both sides of the line."""
    uprights = [r for r in rules if r.height > 2 * r.width]
    kept: list[Word] = []
    parts: list[Box] = []
    for word in words:
        b = word.box
        if b is None:
            kept.append(word)
            continue
        least = 0.25 * b.height
        cuts = sorted(
            r.centre_x
            for r in uprights
            if b.x0 + least < r.centre_x < b.x1 - least and r.top <= b.centre_y <= r.bottom
        )
        cuts = [x for i, x in enumerate(cuts) if i == 0 or x - cuts[i - 1] > 2 * scale]
        if not cuts:
            kept.append(word)
            continue
        edges = [b.x0, *cuts, b.x1]
        rim = 1.2 * scale
        for i in range(len(edges) - 1):
            left = edges[i] + (rim if i else -scale)
            right = edges[i + 1] - (rim if i < len(cuts) else -scale)
            parts.append(Box(left, b.top, right, b.bottom))
    return kept, parts


def _unread(words: Sequence[Word], image: Gray, dark: Gray, tall: float, scale: float) -> list[Box]:
    """Runs of letter-sized ink outside all words, level with print or a whole line of print themselves."""
    left = np.where(image < 190, dark, 0).astype(np.uint8)
    pad = max(1, int(0.6 * scale))
    for word in words:
        b = word.box
        if b is not None:
            left[max(0, int(b.top) - pad) : int(b.bottom) + pad, max(0, int(b.x0) - pad) : int(b.x1) + pad] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(left, connectivity=8)
    x, y, w, h, area = (stats[1:, i].astype(np.float64) for i in range(5))
    letters = (h >= _TALL[0] * tall) & (h <= _TALL[1] * tall) & (w <= _WIDE * tall) & (w >= 0.08 * tall) & (area > 0.12 * w * h)
    lines = np.sort([b.centre_y for word in words if (b := word.box) is not None and _is_print(word)])
    others = np.sort((y + h / 2)[letters])
    pieces: list[Box] = []

    def level_with(heights: np.ndarray, middle: float) -> int:
        reach = 0.45 * tall
        return int(np.searchsorted(heights, middle + reach) - np.searchsorted(heights, middle - reach))

    for i in np.flatnonzero(letters):
        middle = float(y[i] + h[i] / 2)
        if level_with(lines, middle) >= 2 or level_with(others, middle) >= _LINE_OF_ITS_OWN:
            pieces.append(Box(x[i], y[i], x[i] + w[i], y[i] + h[i]))
    return _runs(pieces, tall)


def _is_print(word: Word) -> bool:
    return (word.confidence or 0.0) >= _PRINT and len(word.text) > 1


def _runs(pieces: Sequence[Box], tall: float) -> list[Box]:
    """Pieces that stand beside each other, joined to words."""
    runs: list[Box] = []
    for piece in sorted(pieces, key=lambda b: b.x0):
        for at in range(len(runs) - 1, -1, -1):
            run = runs[at]
            shared = min(run.bottom, piece.bottom) - max(run.top, piece.top)
            if shared > 0.5 * min(run.height, piece.height) and -tall < piece.x0 - run.x1 < _JOIN * tall:
                runs[at] = Box(run.x0, min(run.top, piece.top), max(run.x1, piece.x1), max(run.bottom, piece.bottom))
                break
        else:
            runs.append(piece)
    return runs


def _read_pieces(places: Sequence[Box], words: Sequence[Word], image: Gray, scale: float, read: Read) -> list[Word]:
    sheet, laid = _sheet(places, words, image, scale)
    found: list[Word] = []
    for word in read(sheet):
        b = word.box
        if b is None:
            continue
        home = next((p for p in laid if _in(b.centre_x, b.centre_y, p.on_sheet)), None)
        # A "word" of two pieces says which stood where no longer.
        if home is None or b.x0 < home.on_sheet.x0 - _APART * scale / 2 or b.x1 > home.on_sheet.x1 + _APART * scale / 2:
            continue
        found.append(Word(word.text, Box(b.x0 - home.dx, b.top - home.dy, b.x1 - home.dx, b.bottom - home.dy), word.confidence))
    return found


def _sheet(places: Sequence[Box], words: Sequence[Word], image: Gray, scale: float) -> tuple[Gray, list[_Laid]]:
    """The pieces in lines on white, in the order of their columns, standing on a common line."""
    pad, gap, width = int(_PAD * scale), int(_APART * scale), int(_SHEET * scale)
    tallest = int(max(p.height for p in places)) + 2 * pad
    pitch = tallest + int(5 * scale)
    ordered = sorted(places, key=lambda p: (round(p.x0 / (12 * scale)), p.top))
    laid: list[_Laid] = []
    cuts: list[tuple[Gray, int, int]] = []
    x, y = gap, gap
    for place in ordered:
        x0, x1 = max(0, int(place.x0) - pad), min(image.shape[1], int(np.ceil(place.x1)) + pad)
        y0, y1 = max(0, int(place.top) - pad), min(image.shape[0], int(np.ceil(place.bottom)) + pad)
        cut = image[y0:y1, x0:x1].copy()
        for word in words:  # a neighbour's letters at the rim are not this cell's
            b = word.box
            if b is not None and b.x1 > x0 and b.x0 < x1 and b.bottom > y0 and b.top < y1:
                rows = slice(max(0, int(b.top) - y0), max(0, int(b.bottom) + 1 - y0))
                cut[rows, max(0, int(b.x0) - x0) : max(0, int(b.x1) + 1 - x0)] = 255
        if x + cut.shape[1] + gap > width and x > gap:
            x, y = gap, y + pitch
        foot = y + tallest - cut.shape[0]
        cuts.append((cut, x, foot))
        laid.append(_Laid(Box(x, foot, x + cut.shape[1], foot + cut.shape[0]), float(x - x0), float(foot - y0)))
        x += cut.shape[1] + gap
    right = max(width, max(cx + c.shape[1] for c, cx, _ in cuts) + gap)
    sheet = np.full((y + tallest + gap, right), 255, np.uint8)
    for cut, cx, cy in cuts:
        sheet[cy : cy + cut.shape[0], cx : cx + cut.shape[1]] = cut
    return sheet, laid


def _in(x: float, y: float, box: Box) -> bool:
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _credible(word: Word, tall: float) -> bool:
    box = word.box
    if box is None or (word.confidence or 0.0) < _BELIEVED or not any(c.isalnum() for c in word.text):
        return False
    return box.height >= 0.45 * tall and box.width <= 1.6 * tall * max(1, len(word.text))


def _covers(word: Word, other: Word) -> bool:
    a, b = word.box, other.box
    return a is not None and b is not None and _in(b.centre_x, b.centre_y, a)
