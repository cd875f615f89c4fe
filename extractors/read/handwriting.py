"""What was written by hand on a page: its lines are found by the shape of their ink, read by the second voice, and marked.

The reading is a suggestion for a person and never more. Print on the same page stays as Tesseract read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from extractors.read.hand_shapes import FEATURES, Numbers, Runs, as_box, runs_of_ink
from extractors.read.page_image import Gray
from extractors.read.second_voice import Spoken, read_lines
from extractors.read.voice_model import available as voice_available
from extractors.rulebook import pattern_dir
from records.document import Box, Word, enclosing
from records.errors import PatternError

MODEL_FILE = "handwriting.json"
CONTEXT = ("shape", "page", "neighbours", "off_height", "off_stroke", "off_paleness", "length")
_LIKELY, _POSSIBLE = 0.25, 0.12  # of a line, and of a run that may begin one
_BESIDE = 0.05  # of a run close beside one that is possible
_ALL = 0.55  # share of a page's read text that is possibly by hand, from which all of its text is
_SURE_PRINT = 0.85  # Tesseract's confidence from which a run serves as a sample of the page's print
_PAPER = 0.6  # Tesseract's confidence in a word that is more than dirt
_PLAIN_PRINT = 0.93  # Tesseract's confidence in print that is read without trouble
_SEVERAL, _AGAIN = 3, 2.0  # lines by hand from which a page was written on, and how much likelier that makes the rest
_READABLE = 0.5  # the second voice's confidence in a line; below it there is no text, only a region
_LEAST_LETTERS = 2
_CLOSE = 9.0  # points between two words of one hand
_GAP = 15.0  # points between two runs of one line
_SURE_WORD = 0.9  # Tesseract's confidence in a word that stands unless the second voice is as sure of another
_SURE_LINE = 0.8  # share of a line's letters in such words, from which Tesseract's reading of it is the better one
_SURE_PAGE = 0.85  # the same of a page that is no handwritten note
_TAKEN_FOR_HAND = 0.7  # the same of all lines by hand, from which it is the shape of the print that misleads
_HALF = 0.5  # the same of a line that is print on that page
_TELLING = 3  # letters of a word that say something
_NARROWEST = 12.0  # points of a line that counts


def with_handwriting(
    words: Sequence[Word], level: Gray, text_image: Gray, dark: Gray, mask: Gray, scale: float, voice: bool = True
) -> tuple[list[Word], list[Box]]:
    """The page's words with handwritten lines read anew and marked, and the regions written by hand. All in pixels of
    ``level``; ``text_image`` is the same without ruling lines and tick boxes, ``mask`` its ruling lines. Without the second
    voice (``voice`` False, or its packages missing) Tesseract's own words are marked.

    Raises PatternError if the shipped weights are damaged."""
    runs = runs_of_ink(level, dark, mask, words, scale)
    if not len(runs):
        return list(words), []
    chance = _chances(runs)
    page_is_sure = _sure_share(words) >= _SURE_PAGE
    whole = chance if page_is_sure else _whole_page(runs, chance)
    lines = _hand_lines(runs, whole, scale)
    there = [_read_there(words, runs, line) for line in lines]
    if page_is_sure and _sure_share([w for held in there for w in held]) >= _TAKEN_FOR_HAND:
        # Italics, large titles, an odd face: on such a page writing is what Tesseract can't read.
        lines = [line for line, held in zip(lines, there, strict=True) if _sure_share(held) < _HALF]
    elif len(lines) >= _SEVERAL and whole is chance:  # a page that was written on: less is asked of what print would not be
        more = np.where(runs.sure < _PLAIN_PRINT, np.minimum(1.0, _AGAIN * chance), chance)
        more = np.where(_below(runs, lines, scale), np.minimum(1.0, 3 * more), more)
        lines = _hand_lines(runs, more, scale)
    if not lines:
        return list(words), []
    there = [_read_there(words, runs, line) for line in lines]
    if not voice or not voice_available():
        places = [place for line in lines if (place := enclosing([as_box(runs.boxes[i]) for i in line])) is not None]
        return [replace(w, handwritten=w.box is not None and any(_within(w.box, p) for p in places)) for w in words], places
    spoken = read_lines([_crop(text_image, runs, line, scale) for line in lines])
    written: list[Word] = []
    regions: list[Box] = []
    for line, held, said in zip(lines, there, spoken, strict=True):
        place = enclosing([as_box(runs.boxes[i]) for i in line])
        letters = sum(c.isalnum() for c in said.text)
        if place is None or letters < _LEAST_LETTERS or said.confidence < _READABLE:
            continue
        regions.append(place)
        written += _believed(held, _words(said, place, scale))
    kept = [w for w in words if w.box is None or not any(_within(w.box, r) for r in regions)]
    if whole is not chance:  # on a note, what Tesseract makes of dirt and the table under the paper is no text
        kept = [w for w in kept if (w.confidence or 0.0) >= _PAPER]
    return [*kept, *written], regions


def _read_there(words: Sequence[Word], runs: Runs, line: list[int]) -> list[Word]:
    """What Tesseract read on a line."""
    place = enclosing([as_box(runs.boxes[i]) for i in line])
    return [w for w in words if place is not None and w.box is not None and _within(w.box, place)]


def _sure_share(words: Sequence[Word]) -> float:
    """The share of letters and figures in words that Tesseract reads surely; 0.0 where it reads none."""
    letters = [(sum(c.isalnum() for c in w.text), w.confidence or 0.0) for w in words]
    return sum(n for n, sure in letters if sure >= _SURE_WORD) / max(1, sum(n for n, _ in letters))


def _believed(first: Sequence[Word], second: Sequence[Word]) -> list[Word]:
    """Tesseract's words of a line and the second voice's, as one reading, all marked: Tesseract's where it is sure of most of the
    line; else the second voice's, but for words that Tesseract is sure of and the second voice is not."""
    if _sure_share(first) >= _SURE_LINE and sum(c.isalnum() for w in first for c in w.text) >= _TELLING:
        return [replace(w, handwritten=True) for w in first]
    said = "".join(w.text for w in second).casefold()
    kept = [
        w
        for w in first
        if (w.confidence or 0.0) >= _SURE_WORD
        and sum(c.isalpha() for c in w.text) >= _TELLING
        and w.text.casefold() not in said
        and not any((o.confidence or 0.0) >= _SURE_WORD and _share_place(w, o) for o in second)
    ]
    others = [o for o in second if not any(_share_place(w, o) for w in kept)]
    return [*(replace(w, handwritten=True) for w in kept), *others]


def _share_place(one: Word, other: Word) -> bool:
    a, b = one.box, other.box
    if a is None or b is None:
        return False
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.4 * min(a.width, b.width)


def _chances(runs: Runs) -> Numbers:
    """How likely each run was written by hand: by its shape, then by how the rest of its page and its line look and how far
    it is from the page's print."""
    shape, context = _model()
    alone = runs.shapes @ shape.weights + shape.intercept
    boxes = runs.boxes
    width = boxes[:, 2] - boxes[:, 0]
    height = boxes[:, 3] - boxes[:, 1]
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    mild = np.clip(alone, -4, 4)
    page = float(np.average(mild, weights=width))
    beside = np.abs(middle[:, None] - middle[None]) < 0.5 * np.minimum(height[:, None], height[None])
    np.fill_diagonal(beside, False)
    weight = beside * width[None]
    total = weight.sum(axis=1)
    neighbours = np.where(total > 0, (weight * mild[None]).sum(axis=1) / np.maximum(total, 1e-6), 0.0)
    print_here = (alone < -1) & (runs.sure > _SURE_PRINT)
    off = np.zeros((len(runs), 3))
    if print_here.sum() >= 4:
        for k, (name, least) in enumerate((("x_height", 0.05), ("stroke", 0.02), ("paleness", 0.03))):
            values = runs.shapes[:, FEATURES.index(name)]
            usual = np.median(values[print_here])
            spread = 1.5 * np.median(np.abs(values[print_here] - usual)) + least
            off[:, k] = np.clip(np.abs(values - usual) / spread, 0, 6)
    length = runs.shapes[:, FEATURES.index("length")]
    facts = np.column_stack([np.clip(alone, -6, 6), np.full(len(runs), page), neighbours, off, length])
    score = np.clip(facts @ context.weights + context.intercept, -30, 30)
    return np.asarray(1 / (1 + np.exp(-score)))


def _whole_page(runs: Runs, chance: Numbers) -> Numbers:
    """Chances raised to likely where most of the page's text is possibly by hand: a note is not printed in parts."""
    width = runs.boxes[:, 2] - runs.boxes[:, 0]
    text = runs.covered > 0.3
    if width[text].sum() == 0 or np.average(chance[text], weights=width[text]) < _LIKELY:
        return chance
    if width[text & (chance >= _POSSIBLE)].sum() < _ALL * width[text].sum():
        return chance
    return np.where((chance >= _BESIDE) | text, np.maximum(chance, _LIKELY), chance)


def _below(runs: Runs, lines: list[list[int]], scale: float) -> npt.NDArray[np.bool_]:
    """Runs of lines that begin under or over the beginning of a handwritten one, close to it: a list written down."""
    starts = np.array([(runs.boxes[line, 0].min(), runs.boxes[line, 1].min(), runs.boxes[line, 3].max()) for line in lines])
    near = np.zeros(len(runs), bool)
    for i, box in enumerate(runs.boxes):
        tall = starts[:, 2] - starts[:, 1]
        aligned = np.abs(starts[:, 0] - box[0]) < 14 * scale
        apart = np.maximum(starts[:, 1] - box[3], box[1] - starts[:, 2])
        near[i] = bool((aligned & (apart < 1.8 * tall)).any())
    return near


def _hand_lines(runs: Runs, chance: Numbers, scale: float) -> list[list[int]]:
    return [line for line in _lines(runs, chance, scale) if _hand(runs, chance, line, scale)]


def _lines(runs: Runs, chance: Numbers, scale: float) -> list[list[int]]:
    """Possible runs of one line together, left to right, with those close beside them that print would not be."""
    seeds = np.flatnonzero(chance >= _POSSIBLE)
    some = [int(i) for i in np.flatnonzero(chance >= _BESIDE) if _near(runs, int(i), seeds, scale)]
    some.sort(key=lambda i: runs.boxes[i, 0])
    lines: list[list[int]] = []
    for i in some:
        best: tuple[float, list[int]] | None = None
        for line in lines:
            last = runs.boxes[line[-1]]
            gap = runs.boxes[i, 0] - last[2]
            shared = min(last[3], runs.boxes[i, 3]) - max(last[1], runs.boxes[i, 1])
            low = min(last[3] - last[1], runs.boxes[i, 3] - runs.boxes[i, 1])
            if gap <= _GAP * scale and shared > 0.35 * low and (best is None or abs(gap) < best[0]):
                best = (abs(gap), line)
        if best is None:
            lines.append([i])
        else:
            best[1].append(i)
    return lines


def _near(runs: Runs, i: int, seeds: npt.NDArray[np.int64], scale: float) -> bool:
    """Whether a run is a seed or stands close beside one on its line."""
    box, others = runs.boxes[i], runs.boxes[seeds]
    gap = np.maximum(others[:, 0] - box[2], box[0] - others[:, 2])
    shared = np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1])
    return bool(((gap < _CLOSE * scale) & (shared > 0.4 * (box[3] - box[1]))).any())


def _hand(runs: Runs, chance: Numbers, line: list[int], scale: float) -> bool:
    width = runs.boxes[line, 2] - runs.boxes[line, 0]
    return bool(width.sum() >= _NARROWEST * scale and np.average(chance[line], weights=width) >= _LIKELY)


def _crop(image: Gray, runs: Runs, line: list[int], scale: float) -> Gray:
    """The line alone, levelled: ink of the lines above and below is painted over."""
    boxes = runs.boxes[line]
    pad = 1.5 * scale
    left, right = boxes[:, 0].min() - pad, boxes[:, 2].max() + pad
    middle, half = (boxes[:, 1] + boxes[:, 3]) / 2, (boxes[:, 3] - boxes[:, 1]) / 2
    across = (boxes[:, 0] + boxes[:, 2]) / 2
    slope = float(np.polyfit(across, middle, 1)[0]) if len(line) > 1 and np.ptp(across) > 40 * scale else 0.0
    slope = slope if abs(slope) < 0.12 else 0.0
    centre = float((middle - slope * (across - across.mean())).mean())
    reach = float((np.abs(middle - slope * (across - across.mean()) - centre) + half).max() + pad)
    wide, tall = max(2, round(right - left)), max(4, round(2 * reach))
    # Levelled by a shear: the picture is small, and a few degrees of slope are all there is.
    move = np.array([[1, 0, left], [slope, 1, centre - reach + slope * (left - across.mean())]], np.float64)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(image, move, (wide, tall), flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,))
    return np.asarray(crop, dtype=np.uint8)


def _words(said: Spoken, place: Box, scale: float) -> list[Word]:
    """The line's words where the second voice says that their letters stand."""
    pad = 1.5 * scale
    left = place.x0 - pad
    tokens = said.tokens
    out = []
    for n, token in enumerate(tokens):
        x0 = left + token.x0 if n else place.x0
        x1 = left + token.x1 if n < len(tokens) - 1 else place.x1
        letter = (place.x1 - place.x0) / max(1, len(said.text))
        x0, x1 = max(place.x0, x0 - letter / 2), min(place.x1, x1 + letter / 2)
        out.append(Word(token.text, Box(x0, place.top, max(x1, x0 + 1), place.bottom), token.confidence, handwritten=True))
    return out


def _within(box: Box, region: Box) -> bool:
    wide = min(box.x1, region.x1) - max(box.x0, region.x0)
    tall = min(box.bottom, region.bottom) - max(box.top, region.top)
    return wide > 0 and tall > 0 and wide * tall > 0.5 * max(1.0, box.area)


@dataclass(frozen=True, slots=True)
class _Weights:
    weights: Numbers
    intercept: float


@cache
def _model() -> tuple[_Weights, _Weights]:
    path = pattern_dir() / "models" / MODEL_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        shape, context = (
            _Weights(np.array([float(data[part]["weights"][n]) for n in names]), float(data[part]["intercept"]))
            for part, names in (("shape", FEATURES), ("context", CONTEXT))
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PatternError(f"{path}: not the weights of handwriting ({error}); restore the file.") from error
    return shape, context
