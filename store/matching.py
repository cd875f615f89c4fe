"""Finds stored records again in a new extraction of the same document.

The bytes are the same, so the paper is: what lies at the same place and says the same is the same record. What is left is
paired by best assignment over overlap of the anchor boxes, likeness of the values and order. A pairing that another would
fit as well is a tie, which a person decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from records.document import Box
from records.identity import place_of
from records.record import Record
from records.vocabulary import Kind

Scores = NDArray[np.float64]

PLACE_WEIGHT = 0.55
VALUE_WEIGHT = 0.45
ENOUGH = 0.3
"""Least score of a pair: same box with other text, same text elsewhere, or near and alike. Less is another record."""
TIE = 0.02
"""Two pairings whose scores differ by less fit equally well."""
ORDER_WEIGHT = 0.01
"""Only decides between records that place and value can't tell apart; below TIE on purpose."""
NEAR = 36.0
"""Points (half an inch): a box this far off is no longer near."""
AT_ONCE = 1500
"""Records compared all with all; longer groups are cut in order, which keeps time and memory linear."""

SAYS: dict[Kind, tuple[str, ...]] = {
    "inspection": ("inspection_date", "case_number", "address_as_written", "unit", "inspector", "inspection_type"),
    "violation": ("code_as_written", "code", "description", "location", "unit"),
    "tax": ("account", "parcel_as_written", "fiscal_year", "tax_type", "owner", "location", "total"),
    "water": ("account", "meter", "period_start", "period_end", "previous_reading", "current_reading", "location"),
}
"""The fields whose values tell one record of a document from another."""
KEYS: dict[Kind, tuple[str, ...]] = {
    "inspection": ("inspection_date",),
    "violation": ("code", "unit"),
    "tax": ("account", "fiscal_year", "tax_type"),
    "water": ("account", "meter", "period_end"),
}
"""Fields of which a difference means another row, however alike the rest is (one account, two fiscal years)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A stored record as it was last found; ``found`` False: not in the latest extraction."""

    record: Record
    found: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """``ids[i]`` is the stored id of new record ``i`` or ''; ``ties`` are the new records another id would fit as well."""

    ids: tuple[str, ...]
    ties: frozenset[int]


def match(new: Sequence[Record], known: Sequence[Known]) -> Matches:
    """Pairs new records of one document and kind with the stored ones. Each id is given at most once."""
    stored = sorted(known, key=lambda k: not k.found)  # stable: what was found last time comes first, in its order
    ids = [""] * len(new)
    ties: set[int] = set()
    new_left, stored_left = _same_again(new, stored, ids)
    for pick in (_page_of, lambda _: ""):  # page by page, then what has wandered to another page
        ours, theirs = defaultdict(list), defaultdict(list)
        for i in new_left:
            ours[pick(new[i])].append(i)
        for j in stored_left:
            theirs[pick(stored[j].record)].append(j)
        taken: set[int] = set()
        for key in ours.keys() & theirs.keys():
            for rows, columns in _portions(ours[key], theirs[key]):
                pairs, doubtful = _assign([new[i] for i in rows], [stored[j].record for j in columns])
                for row, column in pairs:
                    ids[rows[row]] = stored[columns[column]].record.record_id
                    taken.add(columns[column])
                ties.update(rows[row] for row in doubtful)
        new_left = [i for i in new_left if not ids[i]]
        stored_left = [j for j in stored_left if j not in taken]
    return Matches(tuple(ids), frozenset(ties))


def _same_again(new: Sequence[Record], stored: Sequence[Known], ids: list[str]) -> tuple[list[int], list[int]]:
    """Pairs what lies at the same place with the same words; fills ``ids`` and returns what is left of either side.

    Twins (two such at one place) keep their order; where their number differs the assignment has to see them all.
    """
    ours, theirs = defaultdict(list), defaultdict(list)
    for i, record in enumerate(new):
        ours[_spot(record), _says(record)].append(i)
    for j, known in enumerate(stored):
        theirs[_spot(known.record), _says(known.record)].append(j)
    taken: set[int] = set()
    for key, rows in ours.items():
        columns = theirs.get(key, [])
        present = [j for j in columns if stored[j].found]
        columns = present if len(present) == len(rows) else columns
        if len(columns) == len(rows):
            taken.update(columns)
            for i, j in zip(rows, columns, strict=True):
                ids[i] = stored[j].record.record_id
    return [i for i in range(len(new)) if not ids[i]], [j for j in range(len(stored)) if j not in taken]


def _assign(new: Sequence[Record], stored: Sequence[Record]) -> tuple[list[tuple[int, int]], set[int]]:
    # SciPy only where something has moved: importing it costs more than saving an unchanged document.
    from scipy.optimize import linear_sum_assignment

    fit = _fit(new, stored)
    allowed = np.where(fit >= ENOUGH, fit, 0.0)
    ranks = np.arange(len(new))[:, None] - np.arange(len(stored))[None, :]
    order = 1.0 - (ranks / max(len(new), len(stored))) ** 2  # convex: twins keep their order when one is put before them
    rows, columns = linear_sum_assignment(np.where(allowed > 0, allowed + ORDER_WEIGHT * order, 0.0), maximize=True)
    pairs = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if allowed[i, j] > 0]
    return pairs, _ties(pairs, allowed, new, stored)


def _ties(pairs: list[tuple[int, int]], fit: Scores, new: Sequence[Record], stored: Sequence[Record]) -> set[int]:
    """New records whose id could as well be another one: an exchange with another pair, or with one left over, costs nothing."""
    twin_new = [(_spot(r), _says(r)) for r in new]
    twin_stored = [(_spot(r), _says(r)) for r in stored]
    partner_of_stored = {j: i for i, j in pairs}
    partner_of_new = dict(pairs)
    doubtful: set[int] = set()
    for i, j in pairs:
        for other in np.flatnonzero(fit[i] >= max(ENOUGH, fit[i, j] - 2)):
            k = partner_of_stored.get(int(other))
            if int(other) == j:
                continue
            if k is None:
                if fit[i, other] > fit[i, j] - TIE:
                    doubtful.add(i)
            elif (
                not (twin_new[i] == twin_new[k] and twin_stored[j] == twin_stored[other])
                and fit[k, j] >= ENOUGH
                and fit[i, other] + fit[k, j] > fit[i, j] + fit[k, other] - TIE
            ):
                doubtful.update((i, k))
        for rival in np.flatnonzero(fit[:, j] > fit[i, j] - TIE):
            if int(rival) != i and int(rival) not in partner_of_new and fit[rival, j] >= ENOUGH:
                doubtful.add(i)
    return doubtful


def _fit(new: Sequence[Record], stored: Sequence[Record]) -> Scores:
    return PLACE_WEIGHT * _place_scores(new, stored) + VALUE_WEIGHT * _value_scores(new, stored)


def _place_scores(new: Sequence[Record], stored: Sequence[Record]) -> Scores:
    a, b = _boxes(new), _boxes(stored)
    wide = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    high = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    shared = np.where((wide > 0) & (high > 0), wide * high, 0.0)
    area_a, area_b = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1]), (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    union = area_a[:, None] + area_b[None, :] - shared
    overlap = np.where(shared > 0, shared / np.where(union > 0, union, 1.0), 0.0)
    # The line of print is thin: a box that moved by some points may not overlap at all and still be the same.
    off = np.abs(a[:, None, 1] + a[:, None, 3] - b[None, :, 1] - b[None, :, 3]) / 2
    off = off + np.abs(a[:, None, 0] - b[None, :, 0]) / 4
    near = 0.4 * np.clip(1.0 - off / NEAR, 0.0, 1.0)
    paged = np.maximum(overlap, np.nan_to_num(near))
    where_a, where_b = [place_of(r.anchor) for r in new], [place_of(r.anchor) for r in stored]
    codes = {p: n for n, p in enumerate({*where_a, *where_b})}
    same = np.array([codes[p] for p in where_a])[:, None] == np.array([codes[p] for p in where_b])[None, :]
    unboxed = np.isnan(a[:, 0])[:, None] | np.isnan(b[:, 0])[None, :]
    return np.asarray(np.where(same, np.where(unboxed, 1.0, paged), 0.0))


def _boxes(records: Sequence[Record]) -> Scores:
    """x0, top, x1, bottom of each anchor; not-a-number where a paragraph or cell names the place instead."""
    rows = []
    for record in records:
        box: Box | None = None if record.anchor.anchor else record.anchor.box
        rows.append([np.nan] * 4 if box is None else [box.x0, box.top, box.x1, box.bottom])
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _value_scores(new: Sequence[Record], stored: Sequence[Record]) -> Scores:
    from rapidfuzz import fuzz
    from rapidfuzz.process import cdist

    ratio: NDArray[Any] = cdist([_says(r) for r in new], [_says(r) for r in stored], scorer=fuzz.ratio, dtype=np.float32)
    # Any two sentences of one kind of report share half their letters: likeness begins there.
    alike = np.clip(ratio.astype(np.float64) / 50.0 - 1.0, 0.0, 1.0)
    for field in KEYS[new[0].kind]:
        ours, theirs = np.array([_plain(r.text(field)) for r in new]), np.array([_plain(r.text(field)) for r in stored])
        differs = (ours[:, None] != theirs[None, :]) & (ours != "")[:, None] & (theirs != "")[None, :]
        alike = np.where(differs, alike * 0.3, alike)
    return np.asarray(alike)


def _portions(rows: list[int], columns: list[int]) -> list[tuple[list[int], list[int]]]:
    parts = -(-max(len(rows), len(columns)) // AT_ONCE)
    if parts <= 1:
        return [(rows, columns)] if rows and columns else []
    cut_rows, cut_columns = np.array_split(rows, parts), np.array_split(columns, parts)
    cuts = [([int(i) for i in r], [int(j) for j in c]) for r, c in zip(cut_rows, cut_columns, strict=True)]
    return [(r, c) for r, c in cuts if r and c]


def _page_of(record: Record) -> str:
    return str(record.anchor.page)


def _spot(record: Record) -> tuple[str, tuple[int, ...]]:
    box = None if record.anchor.anchor else record.anchor.box
    corners = () if box is None else (round(box.x0), round(box.top), round(box.x1), round(box.bottom))
    return place_of(record.anchor), corners


def _says(record: Record) -> str:
    return " ".join(filter(None, (_plain(record.text(f)) for f in SAYS[record.kind])))


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", " ", text.casefold()).strip()
