"""Tables without a drawn line: a heading of several short columns and lines below it that keep to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from extractors.layout.lines import as_line, segments
from extractors.layout.upright import Spot
from records.document import Cell, Table, enclosing

_FEWEST_COLUMNS = 3
_FEWEST_ROWS = 2
_AT_EDGE = 5.0  # points from a heading's left edge to that of the words below it
_LABEL = re.compile(r"[A-Za-z(#%][\w()./#%&' -]*")

Line_ = list[Spot]


def unruled(lines: Sequence[Line_], start: int) -> tuple[Table, int] | None:
    """The table whose heading is line ``start``, and the index of the first line after it; None if it heads none."""
    heading = segments([s for s in lines[start] if any(c.isalnum() or c == "#" for c in s.word.text)])
    if len(heading) < _FEWEST_COLUMNS or not all(_is_label(part) for part in heading):
        return None
    height = median(s.height for s in lines[start])
    rows: list[list[Line_]] = [[list(part) for part in heading]]
    held = [s for part in heading for s in part]
    edges = [part[0].x0 for part in heading]
    used, full, below = start + 1, 0, lines[start]
    for line in lines[start + 1 :]:
        if line[0].y - below[0].y > 4.5 * height:
            break
        if not any(c.isalnum() for s in line for c in s.word.text):
            used += 1  # specks between the rows
            continue
        columns = _columns(line, heading, edges)
        if columns is None:
            break
        filled = [c for c in columns if c]
        if len(filled) < 2 and not full:
            break
        close = min(s.top for s in line) - max(s.bottom for s in below) < 0.9 * height
        if not columns[0] and close and full:  # a wrapped cell: its words join the row above
            for above, more in zip(rows[-1], columns, strict=True):
                above.extend(more)
        elif len(filled) >= 2:
            rows.append(columns)
            full += 1
        else:
            break
        held.extend(line)
        used, below = used + 1, line
    if full < _FEWEST_ROWS:
        return None
    return _table(rows, held), used


def _is_label(part: Line_) -> bool:
    text = " ".join(s.word.text for s in part).strip("“”‘’\"'`*.,_ ")  # specks that OCR read as marks
    return len(part) <= 4 and len(text) <= 28 and _LABEL.fullmatch(text) is not None and not re.search(r"\d{2}", text)


def _columns(line: Line_, heading: list[Line_], edges: list[float]) -> list[Line_] | None:
    """The line's words by column; None if a run of words crosses from one column's heading into another's."""
    columns: list[Line_] = [[] for _ in heading]
    for part in (piece for run in segments(line, 0.9) for piece in _cut(run, heading, edges)):
        left, right = part[0].x0, max(s.x1 for s in part)
        under = [i for i, h in enumerate(heading) if min(right, h[-1].x1) - max(left, h[0].x0) > 2]
        if len(under) > 1:
            return None
        if under:
            columns[under[0]].extend(part)
            continue
        before = [i for i, edge in enumerate(edges) if edge <= left + 6]
        if not before:
            return None
        columns[before[-1]].extend(part)
    return columns


def _cut(run: Line_, heading: list[Line_], edges: list[float]) -> list[Line_]:
    """A run of words over several columns, cut where a word begins right at a column's edge (a gap that a speck filled)."""
    under = [i for i, h in enumerate(heading) if min(run[-1].x1, h[-1].x1) - max(run[0].x0, h[0].x0) > 2]
    if len(under) < 2:
        return [run]
    at = [min((abs(word.x0 - edges[i]), n) for n, word in enumerate(run))[1] for i in under[1:]]
    if any(n == 0 or abs(run[n].x0 - edges[i]) > _AT_EDGE for n, i in zip(at, under[1:], strict=True)):
        return [run]
    marks = [0, *sorted(set(at)), len(run)]
    return [run[a:b] for a, b in pairwise(marks)]


def _table(rows: list[list[Line_]], held: list[Spot]) -> Table:
    made = []
    for r, row in enumerate(rows):
        cells = []
        for c, spots in enumerate(row):
            by_line: list[Line_] = []
            for spot in spots:
                if by_line and abs(by_line[-1][-1].y - spot.y) < 0.5 * spot.height:
                    by_line[-1].append(spot)
                else:
                    by_line.append([spot])
            boxes = [s.word.box for s in spots if s.word.box is not None]
            cells.append(Cell(r, c, tuple(as_line(part) for part in by_line), enclosing(boxes)))
        made.append(tuple(cells))
    return Table(tuple(made), enclosing([s.word.box for s in held if s.word.box is not None]))
