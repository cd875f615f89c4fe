"""Tesseract's words and the second voice's become one reading: what both read alike is believed, the rest is chosen and doubted.

The second voice costs more than Tesseract, so on a page that Tesseract reads well it is asked about a few words only: those that
Tesseract doubts, and those that decide a record. A page read badly is read by both from edge to edge. All boxes in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from extractors.read.choosing import agreed, choose, decides, folded, paired, shape
from extractors.read.lines import in_lines
from extractors.read.page_image import Gray, gray
from extractors.read.second_voice import Token, read_lines
from records.document import Box, Word, enclosing

_LINE = 48  # pixels: the height to which a crop is brought; its width then is its cost
_SURE = 0.9  # a word that Tesseract reads with less is worth a second look
_DOUBTED = 0.7
_POOR = 0.14  # share of a page's letters in doubted words from which the page is read twice as a whole
_SHARE = 0.06  # of a well-read page's print that is read twice
_LEAST = 800  # pixels of width that any page may spend
_MOST = 60_000  # and the most: five times a full letter
_LOWEST = 7.0  # points: the height of a crop for small letters or a lone dash
_NO_LETTER = 2.6  # points; the small letters of 5 pt print are as high
_LETTER = (4.5, 16.0)  # points: the height of letters
_NOISE = 0.5  # Tesseract's confidence below which a mark that the second voice does not see at all was no word
_ADDED = 0.75  # confidence of the second voice from which a word that Tesseract lacks is added
_SPECKS = frozenset(".,;:'\"’‘“”`^_¦")  # what a speck is read as; no word of print, and no bullet
_SPECK_SURE = 0.75
_STROKES, _STROKE_SURE = frozenset("|="), 0.5  # and pieces of lines; a surer bar may part two cells
_ALONE = 0.55  # on the confidence of a word that only one of two voices sees


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring words of one line (places in the page's list of words) and the crop that shows them alone."""

    words: tuple[int, ...]
    box: Box

    @property
    def cost(self) -> float:
        return self.box.width * _LINE / max(1.0, self.box.height)


@dataclass(frozen=True, slots=True)
class Context:
    """What the rest of the page tells: words read without doubt, and Tesseract's mean confidence."""

    known: frozenset[str]
    quality: float


def fused(words: Sequence[Word], image: Gray, scale: float, rules: Sequence[Box] = ()) -> list[Word]:
    """The words of both voices, with agreement. ``image`` is what Tesseract read (grey, without ruling lines), ``rules`` its
    lines: print on both sides of an upright one is never read as one. Words written or struck by hand keep Tesseract's: there
    its doubt is a sign that others go by."""
    words = [w for w in words if not _impossible(w, scale)]
    runs = _planned(words, scale, [r for r in rules if r.height > 2 * r.width])
    spoken = read_lines([_crop(image, run.box) for run in runs])
    context = _context(words)
    asked = {i for run in runs for i in run.words}
    out = [w for i, w in enumerate(words) if i not in asked]
    for run, said in zip(runs, spoken, strict=True):
        out += merged([words[i] for i in run.words], said.tokens, run.box, context)
    return out


def without_specks_read(words: Sequence[Word]) -> list[Word]:
    """Drops marks standing alone that Tesseract made, without being sure, of specks and pieces of lines: between a label and its
    neighbour, or in front of a house number, they part what belongs together."""
    return [w for w in words if w.handwritten or w.struck or not _is_speck(w)]


def _is_speck(word: Word) -> bool:
    sure, signs = word.confidence or 0.0, set(word.text)
    return (sure < _SPECK_SURE and signs <= _SPECKS) or (sure < _STROKE_SURE and signs <= _SPECKS | _STROKES)


def _context(words: Sequence[Word]) -> Context:
    sure = [w.confidence or 0.0 for w in words if any(c.isalnum() for c in w.text)]
    known = frozenset(folded(w.text).lower() for w in words if (w.confidence or 0.0) >= _SURE and len(w.text) > 2)
    return Context(known, sum(sure) / len(sure) if sure else 0.0)


def is_poor(words: Sequence[Word]) -> bool:
    """True where Tesseract doubts so much of the page that all of it is worth a second reading."""
    letters = [(len(w.text), w.confidence or 0.0) for w in words if _open(w) and any(c.isalnum() for c in w.text)]
    doubted = sum(n for n, sure in letters if sure < _DOUBTED)
    return doubted > _POOR * max(1, sum(n for n, _ in letters))


def _planned(words: Sequence[Word], scale: float, uprights: Sequence[Box]) -> list[_Run]:
    """What to read again, the most worthwhile first, within the page's allowance."""
    place = {id(w): i for i, w in enumerate(words)}
    print_ = [w for w in words if w.handwritten or any(c.isalnum() for c in w.text) or _hides_letters(w, scale)]
    pieces = [[place[id(w)] for w in piece] for line in in_lines(print_) for piece in _pieces(line, scale, uprights)]
    whole = [_run(piece, words, piece, scale, uprights) for piece in pieces]
    if is_poor(words):
        wanted = [r for r in whole if any(_worth(words[i]) > 0 for i in r.words)]
        allowance: float = _MOST
    else:
        allowance = max(_LEAST, _SHARE * sum(r.cost for r in whole))
        wanted = [
            _run(part, words, piece, scale, uprights)
            for piece in pieces
            for part in _parts(piece, [_worth(words[i]) > 0 for i in piece])
        ]
    wanted.sort(key=lambda r: (-max(_worth(words[i]) for i in r.words), r.box.top, r.box.x0))
    taken: list[_Run] = []
    for run in wanted:
        if run.cost <= allowance:
            allowance -= run.cost
            taken.append(run)
    return taken


def _pieces(line: list[Word], scale: float, uprights: Sequence[Box]) -> Iterator[list[Word]]:
    """A line cut where the white is wide, and at ruled lines: white costs as much as print, and a column is a line of its own."""
    piece: list[Word] = []
    for word in line:
        if piece and word.box is not None and piece[-1].box is not None:
            gap = word.box.x0 - max(w.box.x1 for w in piece if w.box is not None)
            if gap > 1.6 * max(word.box.height, 6 * scale) or _parted(piece[-1].box, word.box, uprights):
                yield piece
                piece = []
        piece.append(word)
    if piece:
        yield piece


def _parted(left: Box, right: Box, uprights: Sequence[Box]) -> bool:
    y = right.centre_y
    return any(left.centre_x < r.centre_x < right.centre_x and r.top <= y <= r.bottom for r in uprights)


def _parts(piece: list[int], wanted: list[bool]) -> Iterator[list[int]]:
    part: list[int] = []
    for i, want in zip(piece, wanted, strict=True):
        if want:
            part.append(i)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _run(part: list[int], words: Sequence[Word], piece: list[int], scale: float, uprights: Sequence[Box]) -> _Run:
    """The crop reaches halfway to the neighbours on the line, and takes the line's height so that all letters fit."""
    box = enclosing([b for i in part if (b := words[i].box) is not None]) or Box(0, 0, 0, 0)
    line = enclosing([b for i in piece if (b := words[i].box) is not None and b.height < 1.8 * box.height]) or box
    spare = 0.3 * box.height
    top, bottom = min(box.top, max(line.top, box.top - spare)), max(box.bottom, min(line.bottom, box.bottom + spare))
    lacks = max(0.0, _LOWEST * scale - (bottom - top)) / 2
    top, bottom = top - lacks, bottom + lacks
    pad = 0.14 * (bottom - top)
    others = [b for i in piece if i not in part and (b := words[i].box) is not None]
    left = max((b.x1 for b in others if b.x1 <= box.x0 + 2), default=box.x0 - 99)
    right = min((b.x0 for b in others if b.x0 >= box.x1 - 2), default=box.x1 + 99)
    for rule in uprights:  # behind it stand another cell's letters, as far away as its line lets them
        if rule.top <= box.centre_y <= rule.bottom:
            left = max(left, 2 * rule.x1 - box.x0) if rule.x1 <= box.x0 + 2 else left
            right = min(right, 2 * rule.x0 - box.x1) if rule.x0 >= box.x1 - 2 else right
    reach = 0.35 * (bottom - top)
    return _Run(
        tuple(part),
        Box(max((left + box.x0) / 2, box.x0 - reach), top - pad, min((right + box.x1) / 2, box.x1 + reach), bottom + pad),
    )


def _crop(image: Gray, box: Box) -> Gray:
    height, width = image.shape
    x0, x1 = max(0, int(box.x0)), min(width, int(np.ceil(box.x1)) + 1)
    y0, y1 = max(0, int(box.top)), min(height, int(np.ceil(box.bottom)) + 1)
    return gray(np.ascontiguousarray(image[y0:y1, x0:x1]))


def _impossible(word: Word, scale: float) -> bool:
    """Letters so low that only a piece of a line can have been taken for them."""
    box = word.box
    return box is not None and box.height < _NO_LETTER * scale and any(c.isalnum() for c in word.text)


def _hides_letters(word: Word, scale: float) -> bool:
    """A stop or a dash whose ink is as large as a letter: "." for a worn "L."."""
    box = word.box
    if box is None or any(c.isalnum() for c in word.text) or (word.confidence or 0.0) >= _DOUBTED:
        return False
    low, high = _LETTER
    return low * scale < box.height < high * scale and 0.5 * box.height < box.width < 3 * box.height


def _open(word: Word) -> bool:
    """May the second voice be asked? Where it has spoken already it would agree with itself."""
    return word.box is not None and not word.handwritten and not word.struck and word.agreement is None


def _worth(word: Word) -> float:
    """What a second reading of this word is worth; 0 = nothing."""
    if not _open(word):
        return 0.0
    sure = word.confidence or 0.0
    if not any(c.isalnum() for c in word.text):
        return 1.2 - sure
    if decides(word.text):
        return 1.25 - sure
    return 1.4 * (1.0 - sure) if sure < _SURE and len(word.text) > 1 else 0.0


def merged(words: list[Word], tokens: Sequence[Token], crop: Box, context: Context | None = None) -> list[Word]:
    """What stands in a crop: ``words`` by Tesseract, ``tokens`` (pixels of the crop) by the second voice."""
    about = context or _context(words)
    out: list[Word] = []
    for pair in paired([w.text for w in words], [t.text for t in tokens]):
        ours, theirs = [words[i] for i in pair.first], [tokens[i] for i in pair.second]
        if not all(_open(w) for w in ours):
            out += ours
        elif not theirs:
            # It saw nothing where Tesseract saw little: specks. Else print that it can't read, and nothing to choose from.
            out += [replace(w, confidence=_lower(w.confidence or 0.0), agreement=False) for w in ours if not _is_noise(w)]
        elif not ours:
            out += [_word(t, crop, _lower(t.confidence)) for t in theirs if _is_missed(t, crop, words)]
        else:
            out += _settled(ours, theirs, crop, about)
    return out


def _settled(ours: list[Word], theirs: list[Token], crop: Box, about: Context) -> list[Word]:
    first, second = "".join(w.text for w in ours), "".join(t.text for t in theirs)
    sure = sum((w.confidence or 0.0) * len(w.text) for w in ours) / max(1, len(first))
    also = sum(t.confidence * len(t.text) for t in theirs) / max(1, len(second))
    if folded(first) == folded(second):
        same = _split_as_printed(ours, theirs, crop, sure, also)
        return [replace(w, confidence=agreed(w.text, sure, also, about.quality), agreement=True) for w in same]
    choice = choose(first, sure, second, also, about.known)
    if not choice.second:
        other = " ".join(t.text for t in theirs)
        return [
            replace(w, confidence=choice.confidence, agreement=False, other=other if n == 0 else "") for n, w in enumerate(ours)
        ]
    if len(ours) == len(theirs) == 1:
        if first == "." and len(second) == 1 and second.isupper():
            second += first  # of a worn initial Tesseract saw the stop and the other the letter
        return [replace(ours[0], text=second, confidence=choice.confidence, agreement=False, other=first)]
    other = " ".join(w.text for w in ours)
    return [_word(t, crop, choice.confidence, other if n == 0 else "") for n, t in enumerate(theirs)]


def _split_as_printed(ours: list[Word], theirs: list[Token], crop: Box, sure: float, also: float) -> list[Word]:
    """The same letters, but words parted in other places. The second voice loses spaces and hardly ever invents one; Tesseract
    runs words together, and cuts figures apart."""
    whole = "".join(w.text for w in ours)
    if len(ours) == len(theirs) == 1:
        better = theirs[0].text if also > sure else ours[0].text  # they differ at the edges at most
        return [replace(ours[0], text=better)]
    if len(theirs) == 1 and decides(whole) and shape(whole) >= 1.0 and _closest(ours) < 0.4:
        return [_word(theirs[0], crop, 0.0)]
    if len(ours) == 1 and not (decides(whole) and shape(whole) >= 1.0) and all(len(t.text) > 1 for t in theirs):
        return [_word(t, crop, 0.0) for t in theirs]
    return ours


def _closest(words: list[Word]) -> float:
    """The widest gap between neighbours, in heights of the print."""
    boxes = [w.box for w in words if w.box is not None]
    return max(((b.x0 - a.x1) / max(1.0, min(a.height, b.height)) for a, b in pairwise(boxes)), default=0.0)


def _lower(sure: float) -> float:
    return round(_ALONE * sure, 4)


def _word(token: Token, crop: Box, sure: float, other: str = "") -> Word:
    """A word of the second voice where its letters lie; it names their middles only."""
    letters = len(token.text)
    half = (token.x1 - token.x0) / (letters - 1) / 2 if letters > 1 else 0.25 * crop.height
    margin = 0.12 * crop.height
    box = Box(crop.x0 + token.x0 - half, crop.top + margin, crop.x0 + token.x1 + half, crop.bottom - margin)
    return Word(token.text, box, round(sure, 4), agreement=False, other=other)


def _is_noise(word: Word) -> bool:
    return (word.confidence or 0.0) < _NOISE and len(folded(word.text)) <= 2


def _is_missed(token: Token, crop: Box, words: list[Word]) -> bool:
    """Print that Tesseract left out: read surely, and where none of its words stand."""
    if token.confidence < _ADDED or not any(c.isalnum() for c in token.text):
        return False
    middle = crop.x0 + (token.x0 + token.x1) / 2
    return not any(w.box is not None and w.box.x0 <= middle <= w.box.x1 for w in words)
