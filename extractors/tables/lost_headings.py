"""Columns of a scanned list whose heading OCR lost or garbled: put back by what stands below, so that their values do not
fall into the neighbours' columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import permutations
from statistics import median

from extractors.layout import Spot
from extractors.tables.columns import Fit
from extractors.tables.entry import Entry
from extractors.tables.headers import YEAR, Column
from extractors.tables.stream import Row
from extractors.tables.values import looks_like_money, number

_FEWEST_ROWS = 6
_BIN = 2.0  # points
_STRAY = 0.05  # share of rows that may reach into the white between two columns
_HELD = 0.12  # share of rows that a column fills at least
_ADDS_UP = 0.5  # share of the rows whose sums tell where their columns are
_EDGE = 7.0  # points in which numbers of one column end
_LONGEST = 9  # digits; numbers of meters are longer, or add up to nothing
_ALIKE = 0.7  # share of a column's words that must be of its kind
READINGS = ("previous_reading", "current_reading", "consumption")
MONEY = ("principal", "interest", "fees", "total")
"""Columns of amounts in the order in which lists print them."""


def restored(columns: Sequence[Column], rows: Sequence[Row], fit: Fit, guess: Sequence[str]) -> list[Column]:
    """The columns and those that stand below no heading. What one holds is told by its words: one of the roles ``guess``
    (strictest first) that the list lacks, or the one amount that is missing; else it is a column of no known role."""
    found = list(columns)
    if len(rows) < _FEWEST_ROWS or not rows[0].ocr or any(c.role.startswith(YEAR) for c in columns):
        return found
    for left, right, words in _stripes(rows):
        under = [c for c in found if min(right, c.x1 + 3) - max(left, c.x0 - 3) > 0]
        if under:
            if len(under) == 1 and not under[0].role:  # a label that was not understood
                under[0].role = _role(left, words, found, fit, guess)
            continue
        role = _role(left, words, found, fit, guess)
        found.append(Column(role, "", left, right))
        found.sort(key=lambda c: c.x0)
    for column in found:
        if column.label and not column.role:  # garbled, and too near to its neighbour for white between them
            words = [s for r in rows for s in r.spots if column.x0 - 4 <= s.x0 and s.x1 <= column.x1 + 4]
            if len(words) >= 0.5 * len(rows):
                column.role = _role(column.x0, words, found, fit, guess)
    return found


def by_arithmetic(entries: Sequence[Entry]) -> None:
    """In a water ledger one of three columns (previous reading, current reading, consumption) may have lost its heading. Where
    they stand the rows' sums tell, whatever the headings do. The entries' cells are set in place."""
    rows = [e for e in entries if e.kind == "row" and e.row.ocr]
    held = {role: sum(number(e.solid(role), True) is not None for e in rows) for role in READINGS}
    if len(rows) < _FEWEST_ROWS or sum(n < _HELD * len(rows) for n in held.values()) != 1:
        return
    edges = [place for e in rows for place in _adding_up(e)]
    alike = [[o for o in edges if all(abs(a - b) <= _EDGE for a, b in zip(place, o, strict=True))] for place in edges]
    column = max(alike, key=len, default=[])
    if len(column) < _ADDS_UP * len(rows):
        return
    best = [median(place[i] for place in column) for i in range(3)]
    for entry in rows:
        cells = {
            role: [s for s in entry.row.spots if abs(s.x1 - place) <= _EDGE and any(c.isdigit() for c in s.word.text)]
            for role, place in zip(READINGS, best, strict=True)
        }
        taken = {id(s) for found in cells.values() for s in found}
        for role, columns in list(entry.cells.items()):
            entry.cells[role] = [left for c in columns if (left := [s for s in c if id(s) not in taken])]
        entry.cells.update({role: [found] if found else [] for role, found in cells.items()})


def _adding_up(entry: Entry) -> Iterator[tuple[float, float, float]]:
    """Right edges of numbers of the row of which the second less the first is the third."""
    plain = [(s, Decimal(s.word.text)) for s in entry.row.spots if s.word.text.isdecimal() and len(s.word.text) < _LONGEST]
    for (one, first), (two, second) in permutations(plain, 2):
        for three, third in plain:
            if third > 0 and second - first == third and one.x1 < two.x1 and three not in (one, two):
                yield one.x1, two.x1, three.x1


def _stripes(rows: Sequence[Row]) -> list[tuple[float, float, list[Spot]]]:
    """Vertical stripes of print with white on both sides, and the words in each."""
    spots = [s for r in rows for s in r.spots if any(c.isalnum() for c in s.word.text)]
    if not spots:
        return []
    start = min(s.x0 for s in spots)
    covered = [0] * (int((max(s.x1 for s in spots) - start) / _BIN) + 2)
    for spot in spots:
        for i in range(int((spot.x0 - start) / _BIN), int((spot.x1 - start) / _BIN) + 1):
            covered[i] += 1
    stripes: list[tuple[float, float, list[Spot]]] = []
    first: int | None = None
    for i, count in enumerate([*covered, 0]):
        if count > max(1.0, _STRAY * len(rows)):
            first = i if first is None else first
        elif first is not None:
            left, right = start + first * _BIN, start + i * _BIN
            words = [s for s in spots if left <= s.centre <= right]
            if len(words) >= max(3.0, _HELD * len(rows)):
                stripes.append((left, right, words))
            first = None
    return stripes


def _role(left: float, words: Sequence[Spot], columns: Sequence[Column], fit: Fit, guess: Sequence[str]) -> str:
    texts = [s.word.text for s in words]
    taken = {c.role for c in columns}

    def share(hits: Sequence[bool]) -> float:
        return sum(hits) / len(texts)

    if share([looks_like_money(t, True) for t in texts]) >= _ALIKE:
        return _missing_amount(left, columns)
    for role in guess:
        if role not in taken and share([fit(role, t, False) == 0.0 for t in texts]) >= _ALIKE:
            return role
    return ""


def _missing_amount(left: float, columns: Sequence[Column]) -> str:
    """The amount whose place in the usual order is here; '' where that is not plain."""
    taken = {c.role: c.x0 for c in columns if c.role in MONEY}
    fits = [
        role
        for at, role in enumerate(MONEY)
        if role not in taken
        and all(taken[r] < left for r in MONEY[:at] if r in taken)
        and all(taken[r] > left for r in MONEY[at + 1 :] if r in taken)
    ]
    return fits[0] if len(fits) == 1 else ""
