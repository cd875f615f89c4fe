"""Words that OCR made of dirt and of what is left of ruling lines, told by their shape: no letter is that flat or wide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from records.document import Cell, Table, Word

_FEWEST_WORDS = 12  # fewer say nothing about the page's letters
_FLATTEST = 0.25  # of the page's letter height
_WIDEST = 1.5  # width of a letter in letter heights; an M has 1
_LINE_ENDS = "_|¦~—–"  # what a line that touches a word adds to it
_EDGES = "_¦~"
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_FEWEST_CELLS = 5  # of a column of counts
_MOSTLY = 0.7


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


def tidied(table: Table) -> Table:
    """The table with specks taken off the whole numbers of its columns of counts (``.626``, ``441°``, ``+= 862``). For pages read
    by OCR; a column counts as one of numbers where nearly all its cells are."""
    columns: dict[int, list[str]] = {}
    for row in table.rows:
        for cell in row:
            if cell.text and cell.column_span == 1:
                columns.setdefault(cell.column, []).append(cell.text)
    counts = {
        column
        for column, texts in columns.items()
        if len(texts) >= _FEWEST_CELLS and sum(_COUNT.fullmatch(t) is not None for t in texts) >= _MOSTLY * len(texts)
    }
    if not counts:
        return table
    return replace(table, rows=tuple(tuple(_bared(c) if c.column in counts else c for c in row) for row in table.rows))


def _bared(cell: Cell) -> Cell:
    text = cell.text
    if not text or _COUNT.fullmatch(text) or _COUNT.fullmatch(re.sub(r"[^\w,]", "", text)) is None:
        return cell
    lines = []
    for line in cell.lines:
        words = [replace(w, text=re.sub(r"^\W+|\W+$", "", w.text)) for w in line.words]
        lines.append(replace(line, words=tuple(w for w in words if w.text)))
    bare = replace(cell, lines=tuple(line for line in lines if line.words))
    return bare if _COUNT.fullmatch(bare.text) else cell
