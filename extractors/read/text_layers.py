"""Whose words are a PDF page's: its text layer's, our own reading of the picture, or each in its place. Decided from what the
page holds, and where there is a doubt by reading some of its lines and comparing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from extractors.read import upright
from extractors.read.clean import even_out
from extractors.read.lines import in_lines
from extractors.read.page_image import Gray, gray
from extractors.read.pdf_marks import Drawn
from extractors.read.pdf_text import TextLayer
from extractors.read.quality import judge
from records.document import Box, Word

_SCAN_SHARE = 0.5  # of the page under pictures: then the picture is the document
_INSERT = (100.0, 24.0)  # points; a smaller picture is a logo or a signature
_INSERT_SHARE = 0.025  # of the page
_BESIDE = 6  # words next to a scan that make it a page of two sources
_OVER = 20  # visible words over a picture: it may be a mere background
_SAMPLED_LINES = 8
_MOST_DIGITS_WRONG, _MOST_WRONG = 0.25, 0.4  # of sampled words
_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class Choice:
    """``layer``: the text layer alone. ``sample``: that too, if some lines read the same. ``ground``: text over a picture that
    may be a mere background. ``mixed``: the layer, and our reading of ``regions``. ``ocr``: our reading of the page."""

    kind: Literal["layer", "sample", "ground", "mixed", "ocr"]
    reason: str
    regions: tuple[Box, ...] = ()


def choose(layer: TextLayer, drawn: Drawn, size: tuple[float, float], odd_font: str) -> Choice:
    """The choice for one page of ``size`` points. Costs next to nothing on a page without pictures and with honest fonts."""
    share = drawn.image_share(*size) if drawn.images else 0.0
    if not layer.words:
        if not layer.characters:
            return Choice("ocr", "scan without a text layer" if share >= _SCAN_SHARE else "no text layer")
        if share >= _SCAN_SHARE:
            return Choice("ocr", "scan with a hidden text layer by someone else's OCR, which is not trusted")
        return Choice("ocr", "the text layer is invisible")
    verdict = judge(layer.words_by_font, layer.unmapped, layer.characters)
    if not verdict.good:
        return Choice("ocr", verdict.reason)
    pictures = _inserts(drawn.images, size) if drawn.images else ()
    if share >= _SCAN_SHARE:
        beside = sum(not _on(w, pictures) for w in layer.words)
        if beside >= _BESIDE and beside > len(layer.words) / 2:
            return Choice("mixed", "", pictures)
        if len(layer.words) >= _OVER:
            return Choice("ground", "")
        return Choice("ocr", "scan with a few words of text over it")
    if odd_font:
        return Choice("sample", odd_font, pictures)
    return Choice("mixed", "", pictures) if pictures else Choice("layer", "text layer")


def _on(word: Word, pictures: Sequence[Box]) -> bool:
    b = word.box
    return b is not None and any(p.x0 <= b.centre_x <= p.x1 and p.top <= b.centre_y <= p.bottom for p in pictures)


def _inserts(images: Sequence[Box], size: tuple[float, float]) -> tuple[Box, ...]:
    """Pictures large enough to hold text, strips of one scan joined, without what lies outside the page."""
    boxes = [Box(max(0.0, b.x0), max(0.0, b.top), min(size[0], b.x1), min(size[1], b.bottom)) for b in images[:2000]]
    joined: list[Box] = []
    for box in sorted((b for b in boxes if b.width > 0 and b.height > 0), key=lambda b: (b.top, b.x0)):
        for i, other in enumerate(joined):
            if box.x0 <= other.x1 + 2 and other.x0 <= box.x1 + 2 and box.top <= other.bottom + 2 and other.top <= box.bottom + 2:
                joined[i] = Box(
                    min(box.x0, other.x0), min(box.top, other.top), max(box.x1, other.x1), max(box.bottom, other.bottom)
                )
                break
        else:
            joined.append(box)
    least = _INSERT_SHARE * size[0] * size[1]
    return tuple(b for b in joined if b.width >= _INSERT[0] and b.height >= _INSERT[1] and b.area >= least)


def covers_print(words: Sequence[Word], image: Gray, scale: float) -> bool:
    """Whether the words stand where the picture has print, and leave hardly any print uncovered: then what lies under them
    is a background and no scan of its own."""
    factor = upright.DPI / 72 / scale
    small = gray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    letters = upright.pieces_of((even_out(small, upright.DPI / 72) < 140).astype(np.uint8)).letters
    if not len(letters):
        return False
    covered = np.zeros(small.shape, bool)
    unit = scale * factor
    for word in words:
        if word.box is not None:
            b = word.box
            rows = slice(max(0, int((b.top - 1) * unit)), int((b.bottom + 1) * unit) + 1)
            covered[rows, max(0, int((b.x0 - 1) * unit)) : int((b.x1 + 1) * unit) + 1] = True
    x = np.clip(((letters[:, 0] + letters[:, 2]) / 2).astype(int), 0, small.shape[1] - 1)
    y = np.clip(((letters[:, 1] + letters[:, 3]) / 2).astype(int), 0, small.shape[0] - 1)
    return float(covered[y, x].mean()) > 0.85


@dataclass(frozen=True, slots=True)
class Sample:
    """Words of the layer that were compared, how many of them the page shows otherwise, and the same of those with digits."""

    words: int
    wrong: int
    digits: int
    digits_wrong: int

    @property
    def honest(self) -> bool:
        return self.words > 0 and not self._other_digits and self.wrong <= _MOST_WRONG * self.words

    @property
    def _other_digits(self) -> bool:
        return self.digits_wrong >= 2 and self.digits_wrong > _MOST_DIGITS_WRONG * self.digits

    @property
    def said(self) -> str:
        """The finding in plain words."""
        if not self.words:
            return "nothing to compare it by"
        if self._other_digits:
            return f"text layer says other digits than the page shows ({self.digits_wrong} of {self.digits} words)"
        if self.wrong > _MOST_WRONG * self.words:
            return f"text layer says other words than the page shows ({self.wrong} of {self.words})"
        return f"{self.words - self.wrong} of {self.words} words compared agree with the page"


def sampled(words: Sequence[Word], image: Gray, scale: float, read: Callable[[Gray], list[Word]]) -> Sample:
    """Reads a few of the layer's lines, those with the most digits and some others, set below each other in one picture."""
    lines = [line for line in in_lines(words) if any(c.isalnum() for w in line for c in w.text)]
    by_digits = sorted(range(len(lines)), key=lambda i: -sum(c.isdigit() for w in lines[i] for c in w.text))
    chosen = set(by_digits[: _SAMPLED_LINES // 2 + 1])
    step = max(1, len(lines) // (_SAMPLED_LINES // 2))
    chosen |= set(range(0, len(lines), step)[: _SAMPLED_LINES // 2])
    strips = [_strip(lines[i], image, scale) for i in sorted(chosen)]
    if not strips:
        return Sample(0, 0, 0, 0)
    width, gap = max(s.shape[1] for s in strips), int(8 * scale)
    sheet = np.full((sum(s.shape[0] + gap for s in strips) + gap, width + 2 * gap), 255, np.uint8)
    y = gap
    for strip in strips:
        sheet[y : y + strip.shape[0], gap : gap + strip.shape[1]] = strip
        y += strip.shape[0] + gap
    return compared([w.text for i in chosen for w in lines[i]], [w.text for w in read(sheet)])


def _strip(line: Sequence[Word], image: Gray, scale: float) -> Gray:
    boxes = [w.box for w in line if w.box is not None]
    top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
    left, right = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    rows = slice(max(0, int((top - 1) * scale)), int((bottom + 1) * scale))
    return image[rows, max(0, int((left - 2) * scale)) : int((right + 2) * scale)]


def compared(layer: Sequence[str], page: Sequence[str]) -> Sample:
    """The layer's words against those that the page shows, wherever they stand: places and order of a layer prove nothing."""
    ours = Counter(_bare(w) for w in page)
    theirs = Counter(b for b in (_bare(w) for w in layer) if b)
    missing = theirs - ours
    with_digits = [w for w in theirs.elements() if any(c.isdigit() for c in w)]
    wrong_digits = [w for w in missing.elements() if any(c.isdigit() for c in w)]
    return Sample(theirs.total(), missing.total(), len(with_digits), len(wrong_digits))


def _bare(word: str) -> str:
    return _EDGES.sub("", word).casefold()
