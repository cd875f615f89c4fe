"""Records of two lines, under a heading of two lines whose labels name different things (``Parcel | Owner | Year | Total`` over
``Bill no | Location | Status | Fees``)."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.layout import Spot
from extractors.tables.columns import Fit, assign
from extractors.tables.headers import Column, columns_of
from extractors.tables.naming import PACKED, Synonyms
from extractors.tables.stream import Row
from extractors.tables.values import looks_like_money

_FEWEST = 2  # columns that the second line must name
_NEAR = 1.9  # line heights to the first line of the record


def second_heading(rows: Sequence[Row], at: int, first: Sequence[Column], known: Synonyms) -> list[Column]:
    """The columns of the second line of records, where line ``at``, right below a heading, names more of them; else none."""
    if at < 1 or at >= len(rows):
        return []
    row, above = rows[at], rows[at - 1]
    if row.native or row.page != above.page or row.y - above.y > _NEAR * max(row.height, above.height):
        return []
    if any(looks_like_money(s.word.text, row.ocr) for s in row.spots):
        return []
    columns = columns_of([row], known)
    named = [c for c in columns if c.role and c.role != "ignore"]
    fresh = {r for c in named for r in c.role.split(PACKED)} - {r for c in first for r in c.role.split(PACKED)}
    share = sum(len(c.label) for c in named) / max(1, sum(len(c.label) for c in columns))
    return columns if len(fresh) >= _FEWEST and share >= 0.6 else []


def joined(body: Sequence[Row], first: Sequence[Column], second: Sequence[Column], fit: Fit) -> list[
    tuple[Row, dict[str, list[list[Spot]]]]
]:
    """The first lines of the records, each with the cells of its second line; other lines alone, with none.

    The second line's words become part of the record's evidence.
    """
    alone = [c for c in first if not any(min(c.x1, d.x1) > max(c.x0, d.x0) for d in second)]
    pairs: list[tuple[Row, Row | None]] = []
    for row in body:
        above = pairs[-1] if pairs else None
        follows = (
            above is not None
            and above[1] is None
            and _leads(above[0], alone)
            and above[0].page == row.page
            and row.y - above[0].y <= _NEAR * max(row.height, above[0].height)
        )
        if follows and above is not None and not _leads(row, alone):
            pairs[-1] = (above[0], row)
        else:
            pairs.append((row, None))
    seconds = [row for _, row in pairs if row is not None]
    placed = iter(assign(seconds, second, lambda role, text, ocr: min(fit(part, text, ocr) for part in role.split(PACKED))))
    out: list[tuple[Row, dict[str, list[list[Spot]]]]] = []
    for row, below in pairs:
        cells: dict[str, list[list[Spot]]] = {}
        if below is not None:
            row.extra.extend(below.spots)
            for column, spots in zip(second, next(placed), strict=True):
                if spots and column.role:
                    cells.setdefault(column.role, []).append(spots)
        out.append((row, cells))
    return out


def _leads(row: Row, alone: Sequence[Column]) -> bool:
    """Does an amount stand where only the first line of a record has a column?"""
    return any(
        looks_like_money(s.word.text, row.ocr) and any(min(s.x1, c.x1) > max(s.x0, c.x0) for c in alone) for s in row.spots
    )
