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
    lines: list[list[Spot]] = []
    for spot in sorted(spots, key=lambda s: (s.x0, s.y)):
        best, best_share = None, 0.5
        for line in lines:
            share = _share(line, spot)
            if share > best_share:
                best, best_share = line, share
        if best is None:
            lines.append([spot])
        else:
            best.append(spot)
    lines.sort(key=lambda line: (median(s.y for s in line), line[0].x0))
    return lines


def _share(line: Sequence[Spot], spot: Spot) -> float:
    """How far the word lies within the height of the line: shared height over the smaller height, 0..1."""
    near = line[-_REACH:]
    tall = [s for s in near if len(s.word.text) > 1] or near
    top, bottom = median(s.top for s in tall), median(s.bottom for s in tall)
    shared = min(bottom, spot.bottom) - max(top, spot.top)
    if shared <= 0:
        return 0.0
    # A word much taller than the line (a stamp, a heading beside small print) does not belong to it; but a bullet or a
    # dash that begins a line is always flat.
    marks_only = not any(c.isalnum() for s in near for c in s.word.text)
    if not marks_only and max(spot.height, bottom - top) > 3.2 * min(spot.height, bottom - top) and len(spot.word.text) > 2:
        return 0.0
    return shared / min(spot.height, bottom - top)


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
