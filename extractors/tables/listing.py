"""A list read down the page: headings, rows, subtotals, group headings, wrapped lines; what both kinds of list share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractors.layout import Spot, segments
from extractors.tables.columns import Fit, assign
from extractors.tables.entry import Entry, Kind
from extractors.tables.halves import unfolded
from extractors.tables.headers import YEAR, Column, Synonyms, heading, normal, role_of, year_and_amount
from extractors.tables.lost_headings import restored
from extractors.tables.second_lines import joined, second_heading
from extractors.tables.stream import Row
from extractors.tables.values import first_date, looks_like_money
from extractors.tables.year_columns import by_year

_PLAIN = re.compile(r"[\d,]+|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")

_SAME_PLACES = 14.0  # points by which one heading's columns may shift against each other between two pages


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a kind of list needs to know: synonyms of headings, words of totals, and which roles hold values."""

    known: Synonyms
    total_words: frozenset[str]
    needed: frozenset[str]  # one of these heads every list of the kind
    values: frozenset[str]  # roles whose content makes a line a row
    texts: frozenset[str]  # roles of names and places (for totals and wrapped lines)
    fit: Fit
    recap_titles: tuple[str, ...] = ()
    also_money: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # a heading's role, and what it is over amounts
    also_words: Mapping[str, str] = field(default_factory=dict)  # a heading's role, and what it is over words
    guess: tuple[str, ...] = ()  # roles that a column without a legible heading may be told by, strictest first
    numbers: int = 0  # so many plain numbers or dates make a line a row even without an amount; 0: never


def entries(rows: Sequence[Row], grammar: Grammar) -> list[Entry]:
    """All lines as entries; those above the first heading are titles. Empty where no line is a heading."""
    rows = unfolded(rows, grammar.known, grammar.needed)
    found: list[Entry] = []
    titles: list[Row] = []
    columns: list[Column] = []
    second: list[Column] = []
    page, recap, i = 0, False, 0
    body: list[Row] = []
    page_headed = False
    seen: list[list[Column]] = []
    scanned = rows and rows[0].ocr
    headings = [h[0] for n in range(len(rows)) if (h := heading(rows, n, grammar.known, grammar.needed))] if scanned else []

    def flush(above: bool = False) -> None:
        if columns and body:
            made = _entries_of(body, columns, second, grammar, recap, page_headed)
            for entry in made:
                entry.title = above
            found.extend(made)
        body.clear()

    while i < len(rows):
        row = rows[i]
        if row.page != page:
            flush()
            page, page_headed = row.page, False
        head = heading(rows, i, grammar.known, grammar.needed)
        if head is not None:
            flush(above=not page_headed)
            fresh, depth = head
            fresh = _completed(fresh, headings)
            # A heading repeated down the list keeps what was learned of its columns.
            columns = next((h for h in seen if _same_heading(h, fresh)), fresh)
            seen.append(columns)
            page_headed = True
            recap = any(c.role == "count" for c in columns)
            i += depth
            second = second_heading(rows, i, columns, grammar.known)
            i += bool(second)
            continue
        if not columns:
            titles.append(row)
        else:
            if any(normal(row.text).startswith(t) for t in grammar.recap_titles) and not _has_money(row):
                flush()
                recap = True
            body.append(row)
        i += 1
    flush()
    if not columns:
        return []
    return [*(Entry("group", row, title=True) for row in titles), *found]


def _completed(fresh: list[Column], headings: Sequence[Sequence[Column]]) -> list[Column]:
    """The heading, with the columns that OCR lost from it where another page's heading has them at the same places."""
    roles = [c.role for c in fresh if c.role]
    for other in sorted(headings, key=len, reverse=True):
        if len(other) <= len(fresh) or any(r not in {c.role for c in other} for r in roles):
            continue
        shifts = sorted(c.x0 - o.x0 for c in fresh for o in other if c.role and c.role == o.role and c.label == o.label)
        if len(shifts) < 3 or shifts[-1] - shifts[0] > _SAME_PLACES:
            continue
        shift = shifts[len(shifts) // 2]
        return [Column(c.role, c.label, c.x0 + shift, c.x1 + shift) for c in other]
    return fresh


def _same_heading(a: Sequence[Column], b: Sequence[Column]) -> bool:
    return len(a) == len(b) and all(x.role == y.role and abs(x.x0 - y.x0) < 4 for x, y in zip(a, b, strict=True))


def _has_money(row: Row) -> bool:
    return any(looks_like_money(s.word.text, row.ocr) for s in row.spots)


def _entries_of(
    body: Sequence[Row], columns: list[Column], second: Sequence[Column], grammar: Grammar, recap: bool, known: bool
) -> list[Entry]:
    made: list[Entry] = []
    below: dict[int, dict[str, list[list[Spot]]]] = {}
    if second:
        pairs = joined(body, columns, second, grammar.fit)
        body = [row for row, _ in pairs]
        below = {id(row): cells for row, cells in pairs}
    with_values = [r for r in body if _valued(r, grammar)]
    if body and body[0].ocr:
        columns[:] = restored(columns, with_values, grammar.fit, grammar.guess)  # in place: other pages' headings are compared
    _by_content(with_values, columns, grammar)
    fitting = iter(assign(with_values, columns, _by_year_too(grammar.fit)))
    for row in body:
        if row not in with_values:
            made.append(Entry("text", row, known=known, recap=recap))
            continue
        cells: dict[str, list[list[Spot]]] = {}
        for column, spots in zip(columns, next(fitting), strict=True):
            if spots:
                cells.setdefault(column.role, []).append(spots)
        cells = {**below.get(id(row), {}), **cells}
        kind: Kind = "total" if is_total(row, cells, grammar) else "row"
        made.append(Entry(kind, row, cells, known, recap))
    _texts(made, columns)
    return by_year(made, columns)


def _by_year_too(fit: Fit) -> Fit:
    """A year's column holds what a column of totals, or of its one amount, holds."""
    return lambda role, text, ocr: fit(year_and_amount(role)[1] if role.startswith(YEAR) else role, text, ocr)


def _by_content(rows: Sequence[Row], columns: Sequence[Column], grammar: Grammar) -> None:
    """A heading that can mean two things ("Tax": its kind, or the amount of it; "Read": the reading, or how it was read) means
    what stands below it."""
    taken = {c.role for c in columns}
    for column in columns:
        if column.role not in grammar.also_money and column.role not in grammar.also_words:
            continue
        spots = [
            (s.word.text, row.ocr)
            for row in rows
            for s in row.spots
            if min(s.x1, column.x1 + 2) - max(s.x0, column.x0 - 2) > 0
        ]
        said = grammar.also_words.get(column.role)
        if said is not None:
            if said not in taken and len(spots) > 1 and sum(text.strip(".").isalpha() for text, _ in spots) > 0.6 * len(spots):
                column.role = said
                taken.add(said)
            continue
        below = [looks_like_money(text, ocr) for text, ocr in spots]
        free = next((role for role in grammar.also_money[column.role] if role not in taken), None)
        if free is not None and len(below) > 1 and sum(below) > 0.6 * len(below):
            column.role = free
            taken.add(free)


def _valued(row: Row, grammar: Grammar) -> bool:
    if row.native:
        numeric = [s for s in row.spots if re.fullmatch(r"[-(]?\$?[\d,]+(?:\.\d+)?\)?", s.word.text)]
        return len(numeric) > 1 or (any(looks_like_money(s.word.text) for s in row.spots) and len(row.spots) > 1)
    if grammar.numbers and sum(_PLAIN.fullmatch(s.word.text) is not None for s in row.spots) >= grammar.numbers:
        return True
    return _has_money(row)


def is_total(row: Row, cells: Mapping[str, Any], grammar: Grammar) -> bool:
    """A total, a subtotal, or an amount carried over a page: it says so in its first words, and names no year."""
    dated = [s.word.text for cell in cells.get("period_end", []) for s in cell]
    if ("fiscal_year" in cells and "tax_type" in cells) or any(first_date(text) for text in dated):
        return False
    words = [s.word.text for s in row.spots]
    letters = [normal(w) for w in words if re.search(r"[A-Za-z]", w)][:4]
    phrase = " ".join(letters)
    return any(re.match(rf"(?:\S+\s){{0,3}}{re.escape(t)}\b", phrase) for t in grammar.total_words)


def _texts(made: list[Entry], columns: Sequence[Column]) -> None:
    """Lines without values: wrapped lines of the row above (under a text column, close to it), or headings of groups."""
    text_columns = [c for c in columns if c.role in {"owner", "location", "description", "parcel"}]
    for i, entry in enumerate(made):
        if entry.kind != "text":
            continue
        row = entry.row
        above = next((e for e in reversed(made[:i]) if e.kind in {"row", "total", "more", "group"}), None)
        if row.native or above is None or above.row.page != row.page or above.kind in {"total", "group"}:
            entry.kind = "group"
            continue
        last = made[i - 1].row
        close = row.y - last.y < 1.9 * max(row.height, last.height)
        left = row.spots[0].x0
        placed: dict[str, list[list[Spot]]] = {}
        for part in segments(row.spots, 1.3):
            holder = next((c for c in text_columns if _starts_under(part[0].x0, c)), None)
            if holder is not None:
                placed.setdefault(holder.role, []).append(part)
        if close and placed and made[i - 1].kind in {"row", "more"} and left > columns[0].x0 - 3 and "parcel" not in placed:
            entry.kind, entry.cells = "more", placed
        else:
            entry.kind = "group"


def _starts_under(x: float, column: Column) -> bool:
    edge = column.edge if column.align == "left" else column.x0
    return edge - 5 <= x <= max(column.x1, edge + 40)


_PARCEL = re.compile(r"[A-Za-z]?\d{1,4}[A-Za-z]?(?:\s?[-/_.:]\s?\d{1,4}[A-Za-z]{0,2}){1,3}(?:[-/_.#]\w{1,5})?[/ ]*")
_PLACE = re.compile(r"\d+[A-Za-z]?(?:\s?-\s?\d+[A-Za-z]?)?(?:\s1/2)?\s+[A-Za-z].*|.*\s\d+[A-Za-z]?(?:-\d+)?(?:\s1/2)?")
_STREET_WORDS = (
    "ST|STREET|AVE?|AVENUE|RD|ROAD|LN|LANE|CT|COURT|PL|PLACE|TER|TERR|TERRACE|DR|DRIVE|BROADWAY|SQ|SQUARE|PK|PARK|HWY|WAY|"
    "PKWY|BLVD|CIR|ROW|WHARF"
)
_STREET = re.compile(rf"\b(?:{_STREET_WORDS})\b", re.IGNORECASE)
_STREET_END = re.compile(
    rf"\b(?:{_STREET_WORDS})(?:\s+(?:\d[\d/ -]*[A-Z]?|#\S+|(?:UNIT|APT)\s\S+|REAR|[NSEW]))?$", re.IGNORECASE
)


def group_values(row: Row, known: Synonyms) -> dict[str, list[Spot]]:
    """What a group's heading says of the rows below it: labelled (``Account 03-43468``) or told apart by form."""
    found: dict[str, list[Spot]] = {}
    rest: list[list[Spot]] = []
    for part in _parts(row, known):
        role, spots = _labelled(part, known, row.ocr)
        if role and spots:
            found.setdefault(role, spots)
        elif spots:
            rest.append(spots)
    # Of two places the one that ends like a street is the place; the other is a firm named after one.
    rest.sort(key=lambda part: not _STREET_END.search(" ".join(s.word.text for s in part)))
    for spots in rest:
        text = " ".join(s.word.text for s in spots)
        if _PARCEL.fullmatch(text) and "parcel" not in found:
            found["parcel"] = spots
        elif "location" not in found and _PLACE.fullmatch(text) and _STREET.search(text):
            found["location"] = spots
        elif "owner" not in found and re.search(r"[A-Za-z]{2}", text):
            found["owner"] = spots
    return found


def place_of(spots: list[Spot]) -> list[Spot]:
    """Of a line that begins with a place, the words up to its street's last word: behind it stand people."""
    ends = [i for i, s in enumerate(spots, 1) if _STREET.fullmatch(s.word.text.rstrip(".,;"))]
    return spots[: ends[-1]] if ends else spots


def labelled_values(row: Row, known: Synonyms) -> dict[str, list[Spot]]:
    """Only what a line labels ("Meter: 44120987 (5/8 in)"), without what stands in brackets behind it."""
    found: dict[str, list[Spot]] = {}
    for part in _parts(row, known):
        role, spots = _labelled(part, known, row.ocr)
        stop = next((i for i, s in enumerate(spots) if s.word.text.startswith("(")), len(spots))
        if role and spots[:stop]:
            found.setdefault(role, spots[:stop])
    return found


def _parts(row: Row, known: Synonyms) -> list[list[Spot]]:
    if row.native:
        cells: dict[float, list[Spot]] = {}
        for spot in row.spots:
            cells.setdefault(spot.x0, []).append(spot)
        parts = list(cells.values())
    else:
        parts = segments(row.spots, 1.3)
    return [piece for part in parts for piece in _at_labels(part, known)]


def _at_labels(part: list[Spot], known: Synonyms) -> list[list[Spot]]:
    """A run of words, parted where another label begins in it (``Account 330-2718 Meter 61800442``): a word of a label that
    ends in a colon or stands before a number."""
    starts = [0]
    i = 1
    while i < len(part) - 1:
        length = next((n for n in (3, 2, 1) if _labels(part[i : i + n], part[i + n : i + n + 1], known)), 0)
        if length and i > starts[-1] + (_labelled(part[starts[-1] :], known, False)[0] != ""):
            starts.append(i)
        i += max(1, length)
    return [part[a:b] for a, b in zip(starts, [*starts[1:], len(part)], strict=True)]


def _labels(words: list[Spot], after: list[Spot], known: Synonyms) -> bool:
    if not after or role_of(" ".join(s.word.text for s in words), known) not in _IDENTIFYING:
        return False
    colon = words[-1].word.text.endswith(":")
    return colon or (words[-1].word.text[:1].isupper() and re.search(r"\d{2}|\d[-/]\d", after[0].word.text) is not None)


def _labelled(part: list[Spot], known: Synonyms, ocr: bool) -> tuple[str, list[Spot]]:
    for length in range(min(3, len(part) - 1), 0, -1):
        role = role_of(" ".join(s.word.text for s in part[:length]), known, ocr)
        if role in _IDENTIFYING:
            return role, part[length:]
    return "", part


_IDENTIFYING = frozenset({"parcel", "account", "owner", "location", "meter"})
