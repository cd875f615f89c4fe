"""Words that OCR made of dirt and of what is left of ruling lines, told by their shape: no letter is that flat or wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from records.document import Word

_FEWEST_WORDS = 12  # fewer say nothing about the page's letters
_FLATTEST = 0.25  # of the page's letter height
_WIDEST = 1.5  # width of a letter in letter heights; an M has 1
_LINE_ENDS = "_|¦~—–"  # what a line that touches a word adds to it
_EDGES = "_¦~"


def legible(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words without specks; bits of lines stripped from the rest. For pages read by OCR."""
    heights = [w.box.height for w in words if w.box is not None and len(w.text) > 2]
    if len(heights) < _FEWEST_WORDS:
        return tuple(words)
    letter = median(heights)
    return tuple(_trimmed(w) for w in words if not _is_speck(w, letter))


def _is_speck(word: Word, letter: float) -> bool:
    box = word.box
    if box is None or word.handwritten:
        return False
    spelled = any(c.isalnum() for c in word.text)
    if not spelled and max(box.width, box.height) < _FLATTEST * letter:
        return word.text not in {".", ","} or (word.confidence or 0) < 0.8
    if spelled and box.height < _FLATTEST * letter:
        return True
    if set(word.text) <= set(_LINE_ENDS) and len(word.text) <= 2 and (word.confidence or 0) < 0.7:
        return True
    per_letter = box.width / max(1, len(word.text))
    figures = any(c.isdigit() for c in word.text)  # a number's box that a bit of line widened
    return len(word.text) <= 2 and not figures and per_letter > _WIDEST * letter and (word.confidence or 0) < 0.5


def _trimmed(word: Word) -> Word:
    if not any(c.isalnum() for c in word.text) or not (set(word.text) & set(_LINE_ENDS)):
        return word
    text = word.text.strip(_EDGES).lstrip(_LINE_ENDS)
    return replace(word, text=text) if text and text != word.text else word
