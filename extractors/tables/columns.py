"""Words put into columns: by where the heading stands, how the values below align, and what a column may hold.

The words of a line go through the columns from left to right; of all such ways the cheapest is taken. Where the values of
a column align (left or right) is learned from the list itself in a few rounds, so headings may be centred, shifted or
narrower than what stands below them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from extractors.layout import Spot
from extractors.tables.headers import Column
from extractors.tables.stream import Row

Fit = Callable[[str, str, bool], float]
"""Cost (0 = fits, 8 = impossible) of a word in a column of a role; the third argument says that OCR read it."""

_ROUNDS = 3
_FAR = 6.0  # a misfit counts for no more than this
_UNIT = 12.0  # points of misfit that cost 1
_BESIDE = 50.0  # native tables only: half a column
_JITTER = 2.0  # points by which letters differ in where their ink begins
_BIN = 4.0
_JOINED = 0.06  # cost of one more word in a cell: of two ways that fit alike, the one that fills more columns


def assign(rows: Sequence[Row], columns: Sequence[Column], fit: Fit) -> list[list[list[Spot]]]:
    """For each row, the words of each column."""
    placed: list[list[list[Spot]]] = []
    for _ in range(_ROUNDS if rows and not rows[0].native else 1):
        placed = [_place(row, columns, fit) for row in rows]
        before = [(c.align, c.edge) for c in columns]
        _learn(placed, columns)
        if before == [(c.align, c.edge) for c in columns]:
            break  # another round would put every word where it is
    return placed


def _learn(placed: Sequence[Sequence[Sequence[Spot]]], columns: Sequence[Column]) -> None:
    for i, column in enumerate(columns):
        cells = [cells[i] for cells in placed if cells[i]]
        if len(cells) < 4:
            continue
        left, left_share = _mode([c[0].x0 for c in cells])
        right, right_share = _mode([max(s.x1 for s in c) for c in cells])
        if max(left_share, right_share) < 0.45:
            continue
        column.align, column.edge = ("left", left) if left_share >= right_share else ("right", right)


def _mode(values: Sequence[float]) -> tuple[float, float]:
    """The place where most values lie, and the share that does."""
    counts = Counter(round(v / _BIN) for v in values)
    place = max(counts, key=lambda p: counts[p] + counts.get(p + 1, 0) / 2 + counts.get(p - 1, 0) / 2)
    near = sorted(v for v in values if abs(v - place * _BIN) <= _BIN * 1.2)
    return near[len(near) // 2], len(near) / len(values)


def _misfit(left: float, right: float, column: Column) -> float:
    if column.align == "left":
        return min(_FAR, max(0.0, abs(left - column.edge) - _JITTER) / _UNIT)
    if column.align == "right":
        return min(_FAR, max(0.0, abs(right - column.edge) - _JITTER) / _UNIT)
    apart = max(column.x0 - right, left - column.x1, 0.0)
    inside = 0.15 * min(abs(left - column.x0), abs(right - column.x1)) / _UNIT
    return min(_FAR, apart / _UNIT + inside)


def _place(row: Row, columns: Sequence[Column], fit: Fit) -> list[list[Spot]]:
    """Cheapest way of the words through the columns (each column takes one run of neighbouring words)."""
    spots = row.spots
    n, m = len(spots), len(columns)
    if row.native:
        cells: list[list[Spot]] = [[] for _ in columns]
        for spot in spots:
            if spot.x0 < columns[0].x0 - _BESIDE:
                continue  # a number of the line, under no heading
            nearest = min(range(m), key=lambda i: abs(columns[i].x0 - spot.x0))
            cells[nearest].append(spot)
        return cells
    # best[i][j]: cheapest way with the first i words placed and columns j.. still free; runs up to the line's end.
    infinite, height = float("inf"), row.height
    best = [[infinite] * (m + 1) for _ in range(n + 1)]
    back: list[list[tuple[int, int]]] = [[(0, 0)] * (m + 1) for _ in range(n + 1)]
    best[0] = [0.0] * (m + 1)
    gaps = [0.0, *(b.x0 - a.x1 for a, b in pairwise(spots))]
    joined = [_JOINED + max(0.0, gap - 0.6 * height) / 5.0 for gap in gaps]
    for j, column in enumerate(columns):
        fits = [fit(column.role, spot.word.text, row.ocr) for spot in spots]
        for i in range(n + 1):
            if best[i][j] < best[i][j + 1]:
                best[i][j + 1], back[i][j + 1] = best[i][j], (i, j)
        for i in range(n):
            start = best[i][j]
            if start == infinite:
                continue
            inner, k, left, right = 0.0, i, spots[i].x0, spots[i].x1
            off = _misfit(left, right, column)
            while k < n:
                inner += fits[k]
                if k > i:
                    inner += joined[k]
                    if gaps[k] > 6 * height:
                        break
                if spots[k].x1 > right:
                    right = spots[k].x1
                    if column.align != "left":  # there it depends on the first word alone
                        off = _misfit(left, right, column)
                cost = start + inner + off
                if cost < best[k + 1][j + 1]:
                    best[k + 1][j + 1], back[k + 1][j + 1] = cost, (i, j)
                k += 1
    cells = [[] for _ in columns]
    i, j = n, m
    if best[n][m] == infinite:  # wider apart than any column allows: each word to the nearest heading
        for spot in spots:
            cells[min(range(m), key=lambda c: abs((columns[c].x0 + columns[c].x1) / 2 - spot.centre))].append(spot)
        return cells
    while j > 0:
        i_before, j_before = back[i][j]
        if i_before < i:
            cells[j - 1] = list(spots[i_before:i])
        i, j = i_before, j_before
    return cells
