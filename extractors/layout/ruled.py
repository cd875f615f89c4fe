"""Tables drawn with ruling lines: full grids, open-sided and broken ones, and lists with horizontal rules only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np
from pdfplumber.utils.clustering import cluster_list

from extractors.layout.lines import as_line, group, is_rule_glyph
from extractors.layout.mend import mended
from extractors.layout.upright import Spot
from records.document import Box, Cell, Table, enclosing

_JOIN = 4.0  # points that a drawn line may stop short of, or run past, another
_SAME = 3.5  # lines closer than this are one line (double rules, a rule drawn twice)
_SHORTEST = 9.0
_COVERED = 0.55  # share of an edge that must be drawn to part two cells


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as drawn, on the upright page: lines and the table made of them."""

    box: Box
    spots: tuple[Spot, ...]
    table: Table


def grids(spots: Sequence[Spot], rules: Sequence[Box]) -> list[Grid]:
    """All ruled tables that hold words in at least two columns, top to bottom. ``rules`` are upright."""
    level = [r for r in rules if r.width >= r.height and r.width >= _SHORTEST]
    plumb = [r for r in rules if r.height > r.width and r.height >= _SHORTEST]
    level, plumb = mended(level, plumb, spots)
    found: list[Grid] = []
    for cluster in _connected(level, plumb):
        rows = [r for r in cluster if r.width >= r.height]
        columns = [r for r in cluster if r.height > r.width]
        made = _grid(spots, rows, columns)
        if made is not None:
            found.append(made)
    found = [g for g in found if not any(g is not o and _inside(g.box, o.box) and o.box.area > g.box.area for o in found)]
    return sorted(found, key=lambda g: (g.box.top, g.box.x0))


def _inside(inner: Box, outer: Box) -> bool:
    return outer.x0 - 1 <= inner.centre_x <= outer.x1 + 1 and outer.top - 1 <= inner.centre_y <= outer.bottom + 1


def _connected(level: Sequence[Box], plumb: Sequence[Box]) -> list[list[Box]]:
    """Lines that touch, as groups; lone horizontal lines of the same extent (a list without uprights) are one group."""
    lines = [*level, *plumb]
    parent = list(range(len(lines)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    if level and plumb:
        x, top, bottom = np.array([(b.centre_x, b.top - _JOIN, b.bottom + _JOIN) for b in plumb]).T
        for i, a in enumerate(level):
            crosses = (a.x0 - _JOIN <= x) & (x <= a.x1 + _JOIN) & (top <= a.centre_y) & (a.centre_y <= bottom)
            for other in np.flatnonzero(crosses).tolist():
                parent[root(i)] = root(len(level) + other)
    crossed = {root(i) for i in range(len(level), len(lines))}
    for i, a in enumerate(level):
        for j in range(i):
            b = level[j]
            same = abs(a.x0 - b.x0) < 2 * _JOIN and abs(a.x1 - b.x1) < 2 * _JOIN
            if same and root(i) not in crossed and root(j) not in crossed:
                parent[root(i)] = root(j)
    groups: dict[int, list[Box]] = {}
    for i, line in enumerate(lines):
        groups.setdefault(root(i), []).append(line)
    return [g for g in groups.values() if len(g) > 2]


def _positions(values: Sequence[float]) -> list[float]:
    """Places of lines, those that lie together merged into one."""
    return [fmean(cluster) for cluster in cluster_list(list(values), _SAME)]


def _grid(spots: Sequence[Spot], rows: Sequence[Box], columns: Sequence[Box]) -> Grid | None:
    if len(rows) < 2:
        return None
    left, right = min(r.x0 for r in rows), max(r.x1 for r in rows)
    if right - left < 60:
        return None
    tops = _positions([r.centre_y for r in rows])
    inner = [s for s in spots if left - 2 <= s.centre <= right + 2]
    if columns:
        xs = _positions([c.centre_x for c in columns])
        tops = _open_ends(tops, [c.top for c in columns], [c.bottom for c in columns], 8)
        xs = _open_ends(xs, [left], [right], 10)
    else:
        if len(tops) < 3:
            return None
        xs = _white_columns([s for s in inner if tops[0] <= s.y <= tops[-1]], left, right)
    if len(xs) < 3 or len(tops) < 2:
        return None
    box = Box(xs[0], tops[0], xs[-1], tops[-1])
    held = [s for s in spots if box.x0 - 1 <= s.centre <= box.x1 + 1 and box.top - 1 <= s.y <= box.bottom + 1]
    held = [s for s in held if not is_rule_glyph(s.word.text)]
    table = _cells(held, xs, tops, rows, columns)
    filled = {c.column for row in table.rows for c in row if c.lines}
    if len(filled) < 2 or _is_frame(table, len(held)):
        return None
    return Grid(box, tuple(held), table)


def _is_frame(table: Table, words: int) -> bool:
    """A border around a page's text, or the edge and shadow of a photographed sheet: one cell holds nearly
    everything, or hardly a row has a second one."""
    most = max((c for row in table.rows for c in row), key=lambda c: sum(len(x.words) for x in c.lines))
    if len(most.lines) >= 6 and sum(len(x.words) for x in most.lines) > 0.65 * words:
        return True
    filled = [sum(bool(c.lines) for c in row) for row in table.rows if any(c.lines for c in row)]
    return len(most.lines) >= 4 and sum(n > 1 for n in filled) < 0.4 * len(filled)


def _open_ends(places: list[float], starts: Sequence[float], ends: Sequence[float], least: float) -> list[float]:
    """A side that was not drawn (or lost in the scan) still ends where the crossing lines end."""
    if not places:
        return _positions([min(starts), max(ends)])
    if min(starts) < places[0] - least:
        places = [min(starts), *places]
    if max(ends) > places[-1] + least:
        places = [*places, max(ends)]
    return places


def _white_columns(spots: Sequence[Spot], left: float, right: float) -> list[float]:
    """Edges of columns that only white space parts: stripes that no word of the list crosses."""
    if not spots:
        return []
    wide = max(6.0, 0.8 * median(s.height for s in spots))
    xs, reach = [left], None
    for spot in sorted(spots, key=lambda s: s.x0):
        if reach is not None and spot.x0 - reach >= wide:
            xs.append((spot.x0 + reach) / 2)
        reach = spot.x1 if reach is None else max(reach, spot.x1)
    return [*xs, right]


def _cells(
    spots: Sequence[Spot], xs: list[float], tops: list[float], rows: Sequence[Box], columns: Sequence[Box]
) -> Table:
    """Cells between the lines; two cells with no line between them are one."""
    n_rows, n_columns = len(tops) - 1, len(xs) - 1
    owner = {(r, c): (r, c) for r in range(n_rows) for c in range(n_columns)}

    def root(key: tuple[int, int]) -> tuple[int, int]:
        while owner[key] != key:
            key = owner[key]
        return key

    def unite(a: tuple[int, int], b: tuple[int, int]) -> None:
        first, second = sorted((root(a), root(b)))
        owner[second] = first

    if columns:  # without uprights the white stripes part the columns everywhere
        right_of = [[(k.top, k.bottom) for k in columns if abs(k.centre_x - x) <= _SAME] for x in xs[1:]]
        under = [[(k.x0, k.x1) for k in rows if abs(k.centre_y - y) <= _SAME] for y in tops[1:]]
        for r in range(n_rows):
            for c in range(n_columns):
                if c + 1 < n_columns and _cover(right_of[c], tops[r], tops[r + 1]) < _COVERED:
                    unite((r, c), (r, c + 1))
                if r + 1 < n_rows and _cover(under[r], xs[c], xs[c + 1]) < _COVERED:
                    unite((r, c), (r + 1, c))
    words: dict[tuple[int, int], list[Spot]] = {}
    for spot in spots:
        words.setdefault(root((_between(spot.y, tops), _between(spot.centre, xs))), []).append(spot)
    made: list[tuple[Cell, ...]] = []
    for r in range(n_rows):
        row = []
        for c in range(n_columns):
            if root((r, c)) != (r, c):
                continue
            span = 1
            while c + span < n_columns and root((r, c + span)) == (r, c):
                span += 1
            lines = tuple(as_line(line) for line in group(words.get((r, c), [])))
            boxes = [b for line in lines if (b := line.box) is not None]
            row.append(Cell(r, c, lines, enclosing(boxes), span))
        if row:
            made.append(tuple(row))
    return Table(tuple(made), enclosing([s.word.box for s in spots if s.word.box is not None]))


def _between(value: float, edges: Sequence[float]) -> int:
    for i, edge in enumerate(edges[1:-1]):
        if value < edge:
            return i
    return len(edges) - 2


def _cover(drawn: Sequence[tuple[float, float]], start: float, end: float) -> float:
    """Share of start..end that the pieces cover."""
    covered, at = 0.0, start
    for a, b in sorted(drawn):
        a, b = max(a - 1, at), min(b + 1, end)
        if b > a:
            covered += b - a
            at = b
    return covered / max(1e-6, end - start)
