"""A list read down the page: headings, rows, subtotals, group headings, wrapped lines; what both kinds of list share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractors.layout import Spot, segments
from extractors.tables.columns import Fit, assign
from extractors.tables.entry import Entry
from extractors.tables.halves import unfolded
from extractors.tables.headers import YEAR, Column, columns_of, heading, year_and_amount
from extractors.tables.lost_headings import restored
from extractors.tables.naming import PACKED, Synonyms, normal
from extractors.tables.packed import unpacked
from extractors.tables.second_lines import joined, second_heading
from extractors.tables.stream import Row, in_bands
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
    abbreviates: Callable[[str], bool] = lambda text: False  # is this an abbreviation of a kind of tax?
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
    return _headed([*(Entry("group", row, title=True) for row in titles), *found], grammar)


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
    else:
        body = in_bands(body)
    with_values = [r for r in body if _valued(r, grammar)]
    if body and body[0].ocr:
        columns[:] = restored(columns, with_values, grammar.fit, grammar.guess)  # in place: other pages' headings are compared
    _by_content(with_values, columns, grammar)
    fitting = iter(assign([line for row in with_values for line in row.lines or [row]], columns, _every_role(grammar.fit)))
    for row in body:
        if row not in with_values:
            made.append(Entry("text", row, known=known, recap=recap))
            continue
        lines = [next(fitting) for _ in row.lines or [row]]
        cells: dict[str, list[list[Spot]]] = {}
        for at, column in enumerate(columns):
            spots = [s for line in lines for s in line[at]]
            if spots:
                cells.setdefault(column.role, []).append(spots)
        entry = Entry("row", row, {**below.get(id(row), {}), **cells}, known, recap)
        unpacked(entry, grammar.abbreviates)
        entry.kind = "total" if is_total(row, entry.cells, grammar) else "row"
        made.append(entry)
    _texts(made, columns)
    for entry in made:
        if entry.kind == "more":
            unpacked(entry, grammar.abbreviates)
    return by_year(made, columns)


def _every_role(fit: Fit) -> Fit:
    """A year's column holds what a column of totals, or of its one amount, holds; one of two things holds either."""

    def every(role: str, text: str, ocr: bool) -> float:
        if role.startswith(YEAR):
            return fit(year_and_amount(role)[1], text, ocr)
        return min(fit(part, text, ocr) for part in role.split(PACKED))

    return every


_BLOCK_ROLES = frozenset({"account", "parcel", "owner", "location", "meter"})


def _headed(listed: list[Entry], grammar: Grammar) -> list[Entry]:
    """The entries, without the small headings over a block's own line ("Account | Service location | Parcel | Bill to" over its
    values), whose values are told apart by them."""
    out: list[Entry] = []
    columns: list[Column] = []
    page = 0
    for entry in listed:
        if entry.kind in {"row", "total"}:
            columns = []
        elif columns and entry.row.page == page and re.search(r"\d", entry.row.text):
            placed = assign([entry.row], columns, _every_role(grammar.fit))[0]
            entry.cells = {c.role: [spots] for c, spots in zip(columns, placed, strict=True) if spots and c.role}
            entry.kind = "group"
            unpacked(entry, grammar.abbreviates)
            columns = []
        elif not re.search(r"\d", entry.row.text):
            found = columns_of([entry.row], grammar.known)
            roles = {r for c in found for r in c.role.split(PACKED)} & _BLOCK_ROLES
            told = sum(len(c.label) for c in found if c.role)
            if len(roles) > 1 and len(found) > 1 and told >= 0.8 * sum(len(c.label) for c in found):
                columns, page = found, entry.row.page
                continue
        out.append(entry)
    return out


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
    text_columns = [c for c in columns if {"owner", "location", "description", "parcel"} & set(c.role.split(PACKED))]
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
