"""Lists printed side by side on one page (a notice in columns, a register folded in two): one list after the other.

They are known by their heading, whose columns come twice or more in the same order on one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from extractors.layout import Spot
from extractors.tables.headers import Column, heading
from extractors.tables.naming import Synonyms
from extractors.tables.stream import Row

_FEWEST = 3  # columns that each list has
_STEP = 2.0  # points


def unfolded(rows: Sequence[Row], known: Synonyms, needed: frozenset[str]) -> list[Row]:
    """The rows, those of lists side by side sorted into one list after the other."""
    out: list[Row] = []
    for _, on_page in groupby(rows, key=lambda r: r.page):
        page = list(on_page)
        found = None if page[0].native else _side_by_side(page, known, needed)
        if found is None:
            out += page
            continue
        first, lists = found
        cuts = [_gutter(page[first:], a[-1], b[0]) for a, b in pairwise(lists)]
        out += page[:first]
        parts: list[list[Row]] = [[] for _ in lists]
        whole: list[Row] = []
        for row in page[first:]:
            if any(s.x0 < cut < s.x1 for s in row.spots for cut in cuts):
                whole.append(row)
                continue
            for at, part in enumerate(parts):
                spots = [s for s in row.spots if sum(s.centre > cut for cut in cuts) == at]
                if spots:
                    part.append(_part(row, spots))
        out += [row for part in parts for row in part] + whole
    return out


def _side_by_side(page: Sequence[Row], known: Synonyms, needed: frozenset[str]) -> tuple[int, list[list[Column]]] | None:
    """Where the heading stands, and the columns of each list."""
    for at in range(len(page)):
        head = heading(page, at, known, needed)
        if head is None:
            continue
        columns = head[0]
        for times in (4, 3, 2):
            size, rest = divmod(len(columns), times)
            lists = [columns[i * size : (i + 1) * size] for i in range(times)]
            roles = [[c.role for c in one] for one in lists]
            if not rest and size >= _FEWEST and len(set(roles[0])) >= _FEWEST and all(r == roles[0] for r in roles):
                return at, lists
    return None


def _gutter(rows: Sequence[Row], left: Column, right: Column) -> float:
    """The line down the page between two lists that the fewest words cross."""
    middle = (left.x1 + right.x0) / 2
    steps = int(max(1.0, (right.x1 - left.x0) / 2 / _STEP))
    places = [middle + n * _STEP for n in range(-steps, steps + 1)]

    def crossed(x: float) -> int:
        return sum(s.x0 - 1 < x < s.x1 + 1 for r in rows for s in r.spots)

    return min(places, key=lambda x: (crossed(x), abs(x - middle)))


def _part(row: Row, spots: list[Spot]) -> Row:
    struck = row.struck or sum(s.word.struck for s in spots) >= 0.5 * len(spots)
    return Row(row.page, spots, row.ocr, row.native, row.anchor, struck)
