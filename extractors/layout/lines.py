"""Words grouped into the lines that a reader sees, whatever order they came in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from extractors.layout.upright import Spot
from records.document import Line

_RULE_GLYPHS = frozenset("|_—–-=¦[]")  # what OCR makes of ruling lines
_REACH = 3  # how many neighbours on the left say where the line runs


def is_rule_glyph(text: str) -> bool:
    """Is this "word" a piece of a ruling line read as characters?"""
    return all(c in _RULE_GLYPHS for c in text) and ("|" in text or len(text) > 2)


def group(spots: Iterable[Spot]) -> list[list[Spot]]:
    """Lines from top to bottom, each with its words from left to right.

    A word joins the line whose nearest words on the left it overlaps most in height; a line may bend a little (a fold, a
    photographed page), because only its last words are asked.
    """
    lines: list[_Open] = []
    for spot in sorted(spots, key=lambda s: (s.x0, s.y)):
        best, best_share = None, 0.5
        top, bottom = spot.top, spot.bottom
        for line in lines:
            if line.top < bottom and line.bottom > top:
                share = line.share(spot, top, bottom)
                if share > best_share:
                    best, best_share = line, share
        if best is None:
            lines.append(_Open([spot]))
        else:
            best.add(spot)
    made = [line.spots for line in lines]
    made.sort(key=lambda line: (median(s.y for s in line), line[0].x0))
    return made


class _Open:
    """A line under way, and the height of its last words."""

    __slots__ = ("bottom", "marks_only", "spots", "top")

    def __init__(self, spots: list[Spot]) -> None:
        self.spots = spots
        self._look()

    def add(self, spot: Spot) -> None:
        self.spots.append(spot)
        self._look()

    def _look(self) -> None:
        near = self.spots[-_REACH:]
        tall = [s for s in near if len(s.word.text) > 1] or near
        self.top, self.bottom = _middle([s.top for s in tall]), _middle([s.bottom for s in tall])
        self.marks_only = not any(c.isalnum() for s in near for c in s.word.text)

    def share(self, spot: Spot, top: float, bottom: float) -> float:
        """How far the word lies within the height of the line: shared height over the smaller height, 0..1."""
        shared = min(self.bottom, bottom) - max(self.top, top)
        if shared <= 0:
            return 0.0
        own, height = self.bottom - self.top, spot.height
        # A word much taller than the line (a stamp, a heading beside small print) does not belong to it; but a bullet or a
        # dash that begins a line is always flat.
        if not self.marks_only and max(height, own) > 3.2 * min(height, own) and len(spot.word.text) > 2:
            return 0.0
        return shared / min(height, own)


def _middle(values: list[float]) -> float:
    """The median; of one to three values, as here, quicker than the library's."""
    values.sort()
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def as_line(spots: Sequence[Spot]) -> Line:
    return Line(tuple(s.word for s in spots))


def segments(line: Sequence[Spot], gap: float = 1.6) -> list[list[Spot]]:
    """The line cut where a space is wider than ``gap`` times the height of its words (a column's edge)."""
    if not line:
        return []
    height = median(s.height for s in line)
    parts: list[list[Spot]] = [[line[0]]]
    for left, right in pairwise(line):
        if right.x0 - max(s.x1 for s in parts[-1]) > gap * min(height, max(left.height, right.height)):
            parts.append([right])
        else:
            parts[-1].append(right)
    return parts
