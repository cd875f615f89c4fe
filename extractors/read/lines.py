"""Words in the order a person reads them: grouped into lines by their height on the page, left to right."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from records.document import Box, Word


def in_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Groups boxed words into lines, top to bottom. A word joins a line if their vertical middles are within half the
    smaller height; wide gaps do not split a line, since a row of a table is one line to a reader."""
    lines: list[list[Word]] = []
    spans: list[tuple[float, float]] = []  # top and bottom of the line's median-like first word
    boxed = [(w, w.box) for w in words if w.box is not None]
    for word, box in sorted(boxed, key=lambda pair: (pair[1].centre_y, pair[1].x0)):
        best = -1
        for i in range(len(lines) - 1, max(-1, len(lines) - 6), -1):
            top, bottom = spans[i]
            if abs((top + bottom) / 2 - box.centre_y) < 0.5 * min(bottom - top, box.height) + 0.01:
                best = i
                break
        if best < 0:
            lines.append([word])
            spans.append((box.top, box.bottom))
            continue
        lines[best].append(word)
        top, bottom = spans[best]
        n = len(lines[best])
        spans[best] = (top + (box.top - top) / n, bottom + (box.bottom - bottom) / n)
    for line in lines:
        line.sort(key=lambda w: w.box.x0 if w.box else 0.0)
    return lines


def reading_order(words: Iterable[Word]) -> tuple[Word, ...]:
    """All words, line by line."""
    return tuple(word for line in in_lines(words) for word in line)


class Level:
    """A page's lines by height, so that a word asks only those that could cross it: a list has hundreds of both."""

    def __init__(self, rules: Sequence[Box]) -> None:
        self._rules = sorted((r for r in rules if r.width >= 2 * r.height), key=lambda r: r.centre_y)
        self._heights = [r.centre_y for r in self._rules]

    def strikes(self, word: Box) -> bool:
        """As the function of this name, of all the page's lines."""
        tall = max(0.1, word.height)
        first = bisect_left(self._heights, word.top + 0.29 * tall)
        last = bisect_right(self._heights, word.top + 0.73 * tall)
        return first < last and strikes(word, self._rules[first:last])


def strikes(word: Box, rules: Sequence[Box]) -> bool:
    """True if a horizontal line crosses the middle of the word over most of its width (an underline runs lower)."""
    for rule in rules:
        if rule.height > 0.35 * word.height or rule.width < 2 * rule.height:
            continue
        middle = (rule.centre_y - word.top) / max(0.1, word.height)
        shared = min(rule.x1, word.x1) - max(rule.x0, word.x0)
        if 0.3 <= middle <= 0.72 and shared >= 0.6 * word.width:
            return True
    return False
