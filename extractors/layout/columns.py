"""Pages set in two columns: a sidebar beside a letter, a notice printed like a newspaper. Each column is read by itself.

What stands beside each other in a form (label and value, two labels in a row) shares its lines and is no column; columns are
told by lines that keep their own pace on either side of a gutter, or by running text on both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from extractors.layout.lines import group
from extractors.layout.upright import Spot

_FEWEST_LINES = 6  # on either side of the gutter
_OUTER = 0.22  # of the text's width: no gutter runs nearer to its edges
_STEP = 3.0  # points
_GUTTER = 1.0  # times the height of the words, at least
_SHARED = 0.55  # of the shorter column's lines may stand at the height of a line beside it
_PROSE = 5.0  # words in a line of running text
_LETTERS = 0.6  # of a column's words begin with a letter

Line_ = list[Spot]


@dataclass(frozen=True)
class _Gutter:
    """Where it runs and along which lines of the page (indices of the first and one past the last)."""

    x: float
    first: int
    stop: int


def in_columns(spots: Sequence[Spot]) -> list[Line_]:
    """The lines of a page in reading order: above the columns, the left one, the right one, below them."""
    lines = group(spots)
    gutter = _gutter(lines)
    if gutter is None:
        return lines
    band = [s for line in lines[gutter.first : gutter.stop] for s in line]
    left, right = group(s for s in band if s.centre < gutter.x), group(s for s in band if s.centre >= gutter.x)
    running = max(_words(left), _words(right)) >= _PROSE and min(_written(left), _written(right)) >= _LETTERS
    if not running or not (_keep_own_pace(left, right) or min(_words(left), _words(right)) >= _PROSE):
        return lines
    return [*lines[: gutter.first], *left, *right, *lines[gutter.stop :]]


def _gutter(lines: Sequence[Line_]) -> _Gutter | None:
    """The white strip that most lines keep clear of, with words on both sides."""
    if len(lines) < 2 * _FEWEST_LINES - 2:
        return None
    low, high = min(line[0].x0 for line in lines), max(s.x1 for line in lines for s in line)
    clear = _GUTTER * median(s.height for line in lines for s in line) / 2
    best: tuple[int, _Gutter] | None = None
    x = low + _OUTER * (high - low)
    while x <= high - _OUTER * (high - low):
        for first, stop in _runs(lines, x, clear):
            left = sum(line[0].centre < x for line in lines[first:stop])
            right = sum(line[-1].centre > x for line in lines[first:stop])
            if min(left, right) >= _FEWEST_LINES and (best is None or left + right > best[0]):
                best = (left + right, _Gutter(x, first, stop))
        x += _STEP
    return best[1] if best is not None else None


def _runs(lines: Sequence[Line_], x: float, clear: float) -> list[tuple[int, int]]:
    """Stretches of lines none of which has a word at ``x``."""
    runs: list[tuple[int, int]] = []
    first = 0
    for n, line in enumerate([*lines, None]):
        if line is None or any(s.x0 - clear < x < s.x1 + clear for s in line):
            if n > first:
                runs.append((first, n))
            first = n + 1
    return runs


def _keep_own_pace(left: Sequence[Line_], right: Sequence[Line_]) -> bool:
    """Whether most lines of the shorter column have none at their height in the other."""
    few, many = sorted((left, right), key=len)
    heights = [median(s.y for s in line) for line in many]
    shared = sum(any(abs(median(s.y for s in line) - y) < 0.22 * line[0].height for y in heights) for line in few)
    return shared <= _SHARED * len(few)


def _written(lines: Sequence[Line_]) -> float:
    """Share of printed words that are no figures: columns of amounts are a list's, notes by hand have no gutter."""
    words = [s.word for line in lines for s in line]
    return sum(w.text[:1].isalpha() and not w.handwritten for w in words) / len(words)


def _words(lines: Sequence[Line_]) -> float:
    return mean(len(line) for line in lines)
