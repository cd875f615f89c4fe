"""Cells of tables that the first reading left out or ran together.

Tesseract's layout analysis drops narrow columns (a year of two digits, a code, a fee) and reads two cells as one word where
only a thin line parted them. What it left is seen in the picture: ink, level with print, that no word covers. The pieces
are cut out, laid side by side on one small sheet and read as plain lines, so that a whole missing column costs about as
much as a few lines of text. All boxes in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray, pieces
from extractors.read.second_voice import read_lines
from records.document import Box, Word

Read = Callable[[Gray], list[Word]]
"""Reads a picture as one block of text."""

_FEWEST_LETTERS = 60  # fewer do not say how tall the page's letters are
_TWO_ROWS = 2.4  # letter heights; a word with tails and tall letters has two
_PRINT = 0.6  # confidence of words that say where lines of print run
_BELIEVED = 0.35  # of words found on the second look
_ALONE = 0.55  # on the confidence of what only the second voice read
_TALL = (0.55, 2.0)  # a letter in letter heights; less is a point or a speck, more a stamp or a drawing
_WIDE = 6.0  # of one piece in letter heights; letters may touch
_JOIN = 0.8  # letter heights of white that part two words of one cell at most
_PAD = 2.5  # points of white kept around a piece
_APART = 9.0  # points between two pieces on the sheet
_SHEET = 500.0  # points; the sheet's width
_LINE_OF_ITS_OWN = 6  # letters level with each other: a line of print of which nothing was read
_MOST_MIXED = 60  # short words of figures and letters on a page
_SURE_OF_MIXED = 0.85  # of the second voice
_MOST = 500  # pieces; more is a page that was not read at all, which is not this room's work


@dataclass(frozen=True, slots=True)
class _Laid:
    """A piece on the sheet: its place there, and how far it was moved."""

    on_sheet: Box
    dx: float
    dy: float


def with_unread(
    words: Sequence[Word], image: Gray, dark: Gray, rules: Sequence[Box], tall: float | None, scale: float, read: Read
) -> list[Word]:
    """The words, with those added that were left out, and those that run over an upright line read cell by cell.

    ``image`` is the page with its lines painted over, ``dark`` its ink, ``rules`` the lines, ``tall`` its letters' height.
    """
    if tall is None or not words:
        return list(words)
    uprights = [r for r in rules if r.height > 2 * r.width]
    torn = [w for w in words if _over_a_line(w, uprights) or _of_two_rows(w, tall)]
    kept = [w for w in words if w not in torn] if torn else list(words)
    places = _unread(kept, image, dark, uprights, tall, scale)
    if len(places) > _MOST:
        places, torn, kept = [], [], list(words)
    kept = _mixed_again(kept, image, scale)
    if not places:
        return [*kept, *torn]
    sheet, laid = _sheet(places, kept, image, scale)
    found = [w for w in _from_sheet(read(sheet), laid, scale) if _credible(w, tall)]
    silent = [p for p in laid if not any(_holds(p, w) for w in found)]
    found += [w for w in _by_second_voice(silent, sheet) if _credible(w, tall)]
    # A torn word of which nothing could be read again stays as it was.
    return [*kept, *(w for w in torn if not any(_meet(w, f) for f in found)), *found]


def _mixed_again(words: Sequence[Word], image: Gray, scale: float) -> list[Word]:
    """The words, short ones of figures and letters (``4A``, ``S11``, ``19C``) read again by the second voice: half of what looks
    like that is a misread number, whatever Tesseract's confidence, and the other half labels a column or a parcel."""
    places = [i for i, w in enumerate(words) if w.box is not None and _is_mixed(w.text)][:_MOST_MIXED]
    pad = int(_PAD * scale / 2)
    crops = []
    for i in places:
        b = words[i].box
        assert b is not None
        y0, x0 = max(0, int(b.top) - pad), max(0, int(b.x0) - pad)
        crops.append(np.ascontiguousarray(image[y0 : int(b.bottom) + pad, x0 : int(b.x1) + pad]))
    out = list(words)
    for i, said in zip(places, read_lines(crops), strict=True):
        text = said.text.strip()
        if text and text != words[i].text and said.confidence >= _SURE_OF_MIXED and any(c.isdigit() for c in text):
            out[i] = replace(words[i], text=text, confidence=round(_ALONE * said.confidence, 4), agreement=False,
                             other=words[i].text)  # fmt: skip
    return out


def _is_mixed(text: str) -> bool:
    bare = text.strip(".,:;|()[]'\"")
    return 2 <= len(bare) <= 4 and bare.isalnum() and any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)


def cut_at_lines(words: Sequence[Word], rules: Sequence[Box]) -> list[Word]:
    """The words, those that still lie in two cells cut where the line between them runs: by the share of letters, at a change
    from figures to letters where there is one about there."""
    uprights = [r for r in rules if r.height > 2 * r.width]
    out: list[Word] = []
    for word in words:
        cuts = [] if word.handwritten or word.box is None else _letters_before_lines(word, word.box, uprights)
        if not cuts or word.box is None:
            out.append(word)
            continue
        box, count = word.box, len(word.text)
        edges = [0, *cuts, count]
        for start, end in pairwise(edges):
            part = Box(box.x0 + box.width * start / count, box.top, box.x0 + box.width * end / count, box.bottom)
            out.append(replace(word, text=word.text[start:end], box=part, other=""))
    return out


def _letters_before_lines(word: Word, box: Box, uprights: Sequence[Box]) -> list[int]:
    rim = 0.25 * box.height
    text = word.text
    found: set[int] = set()
    for line in uprights:
        if not (box.x0 + rim < line.centre_x < box.x1 - rim and line.top <= box.centre_y <= line.bottom):
            continue
        at = (line.centre_x - box.x0) / box.width * len(text)
        near = [i for i in range(1, len(text)) if abs(i - at) <= 1.2]
        if near:
            found.add(min(near, key=lambda i: (not _changes_at(text, i), abs(i - at))))
    return sorted(found)


def _changes_at(text: str, i: int) -> bool:
    """Do figures meet letters here? A dash among figures is part of a number."""
    a, b = text[i - 1], text[i]
    return (a.isdigit() and b.isalpha()) or (a.isalpha() and b.isdigit())


def letter_height(dark: Gray, scale: float) -> float | None:
    """The usual height of the page's letters, told by the ink: the boxes of words are taller where bits of lines cling to
    them or two rows were taken for one. None on pages with hardly a letter."""
    sizes = np.array(pieces(gray(np.ascontiguousarray(dark[::2, ::2]))), np.float64).reshape(-1, 4)
    tall, wide = 2.0 * sizes[:, 3], 2.0 * sizes[:, 2]
    letters = tall[(tall >= 3.2 * scale) & (tall <= 16 * scale) & (wide <= 16 * scale) & (wide >= 0.8 * scale)]
    return float(np.median(letters)) if len(letters) >= _FEWEST_LETTERS else None


def _of_two_rows(word: Word, tall: float) -> bool:
    """Is the word's box so tall that it holds the row above or below too, of which nothing was read?"""
    box = word.box
    return box is not None and box.height > _TWO_ROWS * tall and len(word.text) > 1


def _over_a_line(word: Word, uprights: Sequence[Box]) -> bool:
    """Does the word lie in two cells?"""
    b = word.box
    if b is None:
        return False
    rim = 0.25 * b.height
    return any(b.x0 + rim < r.centre_x < b.x1 - rim and r.top <= b.centre_y <= r.bottom for r in uprights)


def _meet(a: Word, b: Word) -> bool:
    one, other = a.box, b.box
    if one is None or other is None:
        return False
    return _in(other.centre_x, other.centre_y, one) or _in(one.centre_x, one.centre_y, other)


def _unread(
    words: Sequence[Word], image: Gray, dark: Gray, uprights: Sequence[Box], tall: float, scale: float
) -> list[Box]:
    """Runs of letter-sized ink outside all words, level with print or a whole line of print themselves."""
    left = gray(cv2.bitwise_and(dark, gray(image < 190)))
    pad = max(1, int(0.6 * scale))
    for word in words:
        b = word.box
        if b is not None:
            left[max(0, int(b.top) - pad) : int(b.bottom) + pad, max(0, int(b.x0) - pad) : int(b.x1) + pad] = 0
    known = np.array(pieces(left), np.float64).reshape(-1, 4)
    known = known[(known[:, 3] >= _TALL[0] * tall) & (known[:, 3] <= _TALL[1] * tall)]
    x, y, w, h = (known[:, i] for i in range(4))
    corners = zip(*(known[:, i].astype(int).tolist() for i in range(4)), strict=True)
    area = np.array([cv2.countNonZero(left[b : b + d, a : a + c]) for a, b, c, d in corners])
    letters = (w <= _WIDE * tall) & (w >= 0.08 * tall) & (area > 0.12 * w * h)
    lines = np.sort([b.centre_y for word in words if (b := word.box) is not None and _is_print(word)])
    others = np.sort((y + h / 2)[letters])
    found: list[Box] = []

    def level_with(heights: np.ndarray, middle: float) -> int:
        reach = 0.45 * tall
        return int(np.searchsorted(heights, middle + reach) - np.searchsorted(heights, middle - reach))

    for i in np.flatnonzero(letters):
        middle = float(y[i] + h[i] / 2)
        if level_with(lines, middle) >= 2 or level_with(others, middle) >= _LINE_OF_ITS_OWN:
            found.append(Box(x[i], y[i], x[i] + w[i], y[i] + h[i]))
    return _runs(found, uprights, tall)


def _is_print(word: Word) -> bool:
    return (word.confidence or 0.0) >= _PRINT and len(word.text) > 1


def _runs(pieces: Sequence[Box], uprights: Sequence[Box], tall: float) -> list[Box]:
    """Pieces that stand beside each other in one cell, joined to words."""
    runs: list[Box] = []
    for piece in sorted(pieces, key=lambda b: b.x0):
        for at in range(len(runs) - 1, -1, -1):
            run = runs[at]
            shared = min(run.bottom, piece.bottom) - max(run.top, piece.top)
            near = shared > 0.5 * min(run.height, piece.height) and -tall < piece.x0 - run.x1 < _JOIN * tall
            if near and not any(
                run.centre_x < r.centre_x < piece.centre_x and r.top <= piece.centre_y <= r.bottom for r in uprights
            ):
                runs[at] = Box(run.x0, min(run.top, piece.top), max(run.x1, piece.x1), max(run.bottom, piece.bottom))
                break
        else:
            runs.append(piece)
    return runs


def _from_sheet(words: Sequence[Word], laid: Sequence[_Laid], scale: float) -> list[Word]:
    """The words of the sheet, back at their places on the page."""
    found: list[Word] = []
    rim = _APART * scale / 2
    for word in words:
        b = word.box
        if b is None:
            continue
        home = next((p for p in laid if _in(b.centre_x, b.centre_y, p.on_sheet)), None)
        # A "word" of two pieces says which stood where no longer.
        if home is None or b.x0 < home.on_sheet.x0 - rim or b.x1 > home.on_sheet.x1 + rim:
            continue
        found.append(Word(word.text, _moved_back(b, home), word.confidence))
    return found


def _by_second_voice(pieces: Sequence[_Laid], sheet: Gray) -> list[Word]:
    """What Tesseract finds no word in either is shown to the other reader, piece by piece."""
    crops = [
        np.ascontiguousarray(sheet[int(b.top) : int(b.bottom), int(b.x0) : int(b.x1)]) for b in (p.on_sheet for p in pieces)
    ]
    found: list[Word] = []
    for piece, said in zip(pieces, read_lines(crops), strict=True):
        b = piece.on_sheet
        for token in said.tokens:
            half = (token.x1 - token.x0) / (len(token.text) - 1) / 2 if len(token.text) > 1 else 0.3 * b.height
            box = Box(b.x0 + token.x0 - half, b.top + 0.15 * b.height, b.x0 + token.x1 + half, b.bottom - 0.15 * b.height)
            found.append(Word(token.text, _moved_back(box, piece), round(_ALONE * token.confidence, 4), agreement=False))
    return found


def _moved_back(box: Box, piece: _Laid) -> Box:
    return Box(box.x0 - piece.dx, box.top - piece.dy, box.x1 - piece.dx, box.bottom - piece.dy)


def _holds(piece: _Laid, word: Word) -> bool:
    b = word.box
    return b is not None and _in(b.centre_x + piece.dx, b.centre_y + piece.dy, piece.on_sheet)


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
    return box.height >= 0.45 * tall and box.width <= 2 * tall * max(1, len(word.text))

