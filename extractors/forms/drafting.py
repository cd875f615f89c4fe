"""What a paper of an unknown layout shows of itself: its titles, column headings with what stands under them, and labels.

Guesses only; a person answers the questions that are left (see ``flows.patterns_new``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extractors.forms.overlay import plain
from extractors.layout import Spot, segments
from extractors.reports.pairs import pairs_of
from extractors.reports.pieces import pieces_of
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from extractors.tables.naming import Synonyms, role_of, told_by_words
from extractors.tables.stream import Row, rows_of
from extractors.tables.tax import tax_rules
from extractors.tables.values import fiscal_year, looks_like_money
from extractors.tables.water import water_rules
from records.document import Block, Document
from records.record import Report

FEWEST = 3  # columns of a list, and rows under its heading
_MONEY = frozenset(
    {"principal", "interest", "fees", "total", "balance", "committed", "paid", "amount", "water_charge", "sewer_charge"}
)
_PARCEL = re.compile(r"[A-Z]?\d{1,4}[A-Z]?(?:[-/]\d{1,4}[A-Z]{0,2}){1,3}")
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_COMMA_MONEY = re.compile(r"[-(]?\d{1,3}(?:\.\d{3})*,\d{2}\)?|[-(]?\d+,\d{2}\)?")
_DATED = re.compile(
    r"((?:[A-Za-z]{2,}\s+){1,4})\W{0,2}(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4})"
)
_TWO_YEARS = re.compile(r"(?:19|20)\d{2}[/-]\d{2}")
_MARKED = re.compile(r"([A-Z]{1,3})\s?\$?\d[\d,]*\.\d{2}|\$?\d[\d,]*\.\d{2}\s?([A-Z]{1,3})")


@dataclass
class SeenColumn:
    """A heading with the values under it. ``known``: the general rules know the heading; else ``guess`` is from the values."""

    heading: str
    x0: float
    x1: float
    values: list[str] = field(default_factory=list)
    known: str = ""
    guess: str = ""


@dataclass
class Seen:
    """All that was seen."""

    titles: list[str]
    columns: list[SeenColumn]
    labels: list[tuple[str, str, str]]  # label, field guessed ('' = none), an example value
    as_of: str = ""  # the words before a date in the titles
    formats: dict[str, str] = field(default_factory=dict)


def seen_in(document: Document, blocks: Mapping[int, tuple[Block, ...]], kind: str, rules: RuleBook) -> Seen:
    """What the first pages of the document show, looked at as a document of this kind."""
    if kind.endswith("_inspection"):
        return _report(document, blocks, rules)
    known = (tax_rules(rules) if kind == "tax_delinquency" else water_rules(rules)).grammar.known
    rows = rows_of(document, Report(0, "other", tuple(p.number for p in document.pages), ()), blocks)
    found = _heading(rows)
    if found is None:
        return Seen(_titles(rows[:6]), [], [])
    at, depth = found
    columns = _columns(rows[at : at + depth])
    for row in rows[at + depth :]:
        _fill(row, columns)
    _guess(columns, known, kind)
    seen = Seen(_titles(rows[:at]), columns, [])
    words = [s.word.text for row in rows for s in row.spots]
    _formats(seen, words)
    seen.as_of = _before_date(rows[:at])
    return seen


def _values_in(row: Row) -> int:
    return sum(
        looks_like_money(s.word.text, row.ocr) or bool(_COMMA_MONEY.fullmatch(s.word.text)) or bool(_DATE.fullmatch(s.word.text))
        or bool(re.fullmatch(r"[\d,]{2,}|[A-Z]?\d+(?:-\d+)+", s.word.text))
        for s in row.spots
    )  # fmt: skip


def _heading(rows: Sequence[Row]) -> tuple[int, int] | None:
    """The line or lines right above the first run of rows of values."""
    for i, row in enumerate(rows):
        if i == 0 or _values_in(row) < 2 or len(_cells(row)) < FEWEST:
            continue
        following = rows[i : i + FEWEST]
        if sum(_values_in(r) >= 2 for r in following) < min(FEWEST, len(rows) - i):
            continue
        depth = 0
        while depth < 3 and i - depth - 1 >= 0 and (len(_cells(rows[i - depth - 1])) >= FEWEST or depth == 0):
            above = rows[i - depth - 1]
            if _values_in(above) or above.page != row.page or (depth and len(_cells(above)) < FEWEST):
                break
            depth += 1
        if depth and len(_cells(rows[i - 1])) >= FEWEST:
            return i - depth, depth
    return None


def _cells(row: Row) -> list[list[Spot]]:
    if row.native:
        cells: dict[float, list[Spot]] = {}
        for spot in row.spots:
            cells.setdefault(spot.x0, []).append(spot)
        return list(cells.values())
    return segments(row.spots, 0.9)


def _columns(lines: Sequence[Row]) -> list[SeenColumn]:
    columns = [SeenColumn(_text(c), c[0].x0, max(s.x1 for s in c)) for c in _cells(lines[-1])]
    for line in reversed(lines[:-1]):
        for cell in _cells(line):
            left, right = cell[0].x0, max(s.x1 for s in cell)
            under = next((c for c in columns if min(right, c.x1) - max(left, c.x0) > 0), None)
            if under is None:
                columns.append(SeenColumn(_text(cell), left, right))
            else:
                under.heading = f"{_text(cell)} {under.heading}"
    return sorted(columns, key=lambda c: c.x0)


def _text(spots: Sequence[Spot]) -> str:
    return " ".join(s.word.text for s in spots).strip(" |:")


def _fill(row: Row, columns: Sequence[SeenColumn]) -> None:
    if _values_in(row) < 2:
        return
    for cell in _cells(row):
        left, right = cell[0].x0, max(s.x1 for s in cell)
        nearest = min(columns, key=lambda c: _apart(c, left, right))
        nearest.values.append(_text(cell))


def _apart(column: SeenColumn, left: float, right: float) -> float:
    """How far a value lies from a heading; of two over it the one whose edge it shares is nearer."""
    return max(column.x0 - right, left - column.x1, 0.0) + 0.01 * min(abs(column.x0 - left), abs(column.x1 - right))


def _guess(columns: Sequence[SeenColumn], known: Synonyms, kind: str) -> None:
    for column in columns:
        column.known = role_of(column.heading, known) or ""
        if column.known and not _bears_out(column.known, column.values):
            column.known = ""
            continue
        column.guess = column.known or told_by_words(column.heading, known) or ""
    open_ = [c for c in columns if not c.guess and c.values]
    money = [c for c in open_ if _share(c.values, _is_money) > 0.7]
    if kind == "tax_delinquency" and money:
        order = ["principal", "interest", "fees"]
        rest = money if "total" in {c.guess for c in columns} else money[:-1]
        for column, role in zip(rest, [*order, *["fees"] * len(money)], strict=False):
            column.guess = role
        if rest is not money:
            money[-1].guess = "total"
    elif money:
        money[-1].guess = "amount"
    for column in open_:
        if column.guess:
            continue
        values = column.values
        if kind == "tax_delinquency" and _share(values, _is_year) > 0.8:
            column.guess = "fiscal_year"
        elif _share(values, lambda v: bool(_PARCEL.fullmatch(v))) > 0.6:
            column.guess = "parcel_id"
        elif _share(values, lambda v: bool(re.fullmatch(r"[A-Z/&]{1,4}|[A-Z]\w{0,2}", v))) > 0.8:
            taken = {c.guess for c in columns}
            column.guess = "read_type" if kind == "water_usage" else "code" if "tax_type" in taken else "tax_type"
        elif _share(values, lambda v: bool(re.match(r"\d+\S* [A-Za-z]", v))) > 0.6:
            column.guess = "location"
        elif _share(values, lambda v: len(re.findall(r"[A-Za-z]{2,}", v)) > 1) > 0.5:
            column.guess = "owner"
        elif _share(values, lambda v: any(c.isdigit() for c in v)) > 0.8 and len(set(values)) > 0.4 * len(values):
            column.guess = "account"
    seen: set[str] = set()
    for column in columns:  # one column each, but for money that adds up
        if column.guess in seen and column.guess not in ("fees", "ignore") and not column.known:
            column.guess = ""
        seen.add(column.guess)


def _bears_out(role: str, values: Sequence[str]) -> bool:
    """Whether what stands under a heading can be what the heading is usually taken for."""
    money = _share(values, _is_money)
    if role in _MONEY:
        return money > 0.5 or not values
    return money < 0.5


def _is_money(text: str) -> bool:
    return looks_like_money(text) or bool(_COMMA_MONEY.fullmatch(text)) or bool(_MARKED.fullmatch(text))


def _is_year(text: str) -> bool:
    return fiscal_year(text) is not None or bool(_TWO_YEARS.fullmatch(text))


def _share(values: Sequence[str], test: object) -> float:
    return sum(bool(test(v)) for v in values) / len(values) if values and callable(test) else 0.0


def _titles(rows: Sequence[Row]) -> list[str]:
    """Lines above the heading that name the list: words without numbers."""
    found = []
    for row in rows:
        for cell in _cells(row):
            text = _text(cell)
            if len(re.findall(r"[A-Za-z]{3,}", text)) > 1 and not re.search(r"\d", text):
                found.append(text)
    return found[:2]


def _before_date(rows: Sequence[Row]) -> str:
    for text in (_text(cell) for row in rows for cell in _cells(row)):
        found = _DATED.search(text)
        if found and not re.search(r"\b(?:run|print\w*|report)\b", found[1], re.IGNORECASE):
            return " ".join(found[1].split()[-3:]).lower()
    return ""


def _formats(seen: Seen, words: Sequence[str]) -> None:
    dates = [d for w in words if (d := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{2}|\d{4})", w))]
    if any(int(d[1]) > 12 for d in dates) and not any(int(d[2]) > 12 for d in dates):
        seen.formats["dates"] = "day first"
    points = sum(looks_like_money(w) for w in words)
    if sum(bool(_COMMA_MONEY.fullmatch(w)) for w in words) > max(3, points):
        seen.formats["decimals"] = "comma"
    if sum(bool(_TWO_YEARS.fullmatch(w)) for w in words) > 3:
        seen.formats["years"] = "second of two"
    marks = Counter(m[1] or m[2] for w in words if (m := _MARKED.fullmatch(w)) and (m[1] or m[2]) not in ("CR", "DR"))
    if marks:
        seen.formats["credits"] = marks.most_common(1)[0][0]


def _report(document: Document, blocks: Mapping[int, tuple[Block, ...]], rules: RuleBook) -> Seen:
    known = wording(rules)
    page = document.pages[0]
    pieces = pieces_of(page, blocks[page.number])
    labels: dict[str, tuple[str, str, str]] = {}
    for pair in pairs_of(pieces, known, {}, rules):
        label = pair.label.strip(" :")
        if re.search(r"[A-Za-z]{2}", label) and len(label) < 40:
            guess = "" if pair.field == "ends" and known.field_of(label) is None else pair.field
            labels.setdefault(plain(label), (label, guess, pair.value.text[:40] if pair.value else ""))
    columns = []
    for piece in pieces:
        if piece.table is not None and len(piece.table.rows) > 1 and len(piece.table.rows[0]) > 2:
            for n, cell in enumerate(piece.table.rows[0]):
                values = [c.text for row in piece.table.rows[1:4] for c in row if c.column == cell.column and c.text]
                role = known.table_column(cell.text) or ""
                if cell.text and not cell.text.endswith(":"):
                    columns.append(SeenColumn(cell.text, float(n), float(n), values, role, role))
    lines = [p.text.text for p in pieces[:4] if p.table is None and len(p.text.words) > 1]
    titles = [t for t in lines if not re.search(r"\d|:", t)]
    return Seen(titles[:2], columns, list(labels.values()))
