"""The heading of a list: which column means what, by the synonyms in the pattern files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from extractors.layout import Spot
from extractors.tables.naming import Synonyms, normal, role_of, told_by_words
from extractors.tables.stream import Row
from extractors.tables.values import fiscal_year, looks_like_money

_LONGEST_PHRASE = 5
_NUMBER = re.compile(r"\d{3}|\d[-/]\d")  # headings hold next to none
YEAR = "year "
"""Begins the role of a column that holds one year's amounts: ``year 2018``."""

_YEAR_LABEL = re.compile(r"(?i)(?:FY|F\.Y\.|fiscal year|tax year)\W?\s?(?:\d{4}|\d{2})|(?:19|20)\d{2}")
_SURELY = 5  # columns that are known by name: a heading, whatever else stands in it
_SENTENCE = frozenset({"in", "is", "are", "was"})  # no heading's word: a line of a title or a note ("Usage in gallons")
_FEWEST_KNOWN = 3  # labels known for sure, among which a garbled one may be guessed


@dataclass(slots=True)
class Column:
    """A column as headed: its role ('' = a heading we do not know), the heading's extent, and where its values align."""

    role: str
    label: str
    x0: float
    x1: float
    lefts: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)
    align: str = ""  # "left" or "right" once learned
    edge: float = 0.0
    spots: tuple[Spot, ...] = ()  # the heading's words


def heading(rows: Sequence[Row], at: int, known: Synonyms, needed: frozenset[str]) -> tuple[list[Column], int] | None:
    """The heading that starts at line ``at``, of one to three stacked lines, and how many lines it takes.

    A heading names at least three different columns, one of them among ``needed``, and holds no values. The tallest
    stack that names the most columns wins.
    """
    best: tuple[int, int, list[Column]] | None = None
    for depth in (1, 2, 3):
        lines = rows[at : at + depth]
        if len(lines) < depth or any(r.page != rows[at].page for r in lines):
            break
        if any(looks_like_money(s.word.text, r.ocr) for r in lines for s in r.spots):
            break
        if any(_numbered(r) or _says_values(r) for r in lines):
            break
        if depth > 1 and not lines[-1].native and lines[-1].y - lines[-2].y > 2.2 * lines[-2].height:
            break
        if depth == 2 and _says_two_things(lines, known):
            break
        if any(_is_title(line, known) for line in lines[:-1]):
            break
        columns = columns_of(lines, known)
        named = [c for c in columns if c.role]
        if len(named) < _SURELY and not rows[at].native and any(normal(c.label) in _SENTENCE for c in columns if not c.role):
            continue
        if depth > 1 and _adds_nothing(named, columns_of(lines[1:], known)):
            continue  # a title or a note just above the heading
        roles = {c.role for c in named} - {"ignore"}
        if any(role.startswith(YEAR) for role in roles):
            roles |= needed
        share = sum(len(c.label) for c in named) / max(1, sum(len(c.label) for c in columns))
        if len(roles) >= 3 and roles & needed and share >= 0.6 and (best is None or len(named) > best[0]):
            best = (len(named), depth, columns)
    return None if best is None else (best[2], best[1])


def _adds_nothing(named: Sequence[Column], below: Sequence[Column]) -> bool:
    """Does the upper line name no column that the lower lines alone don't name, but for such as they name already ("Usage in
    CCF" over a heading with a column of usage)?"""
    alone = [c.role for c in below if c.role]
    places = {id(s) for c in below for s in c.spots}
    over = [c.role for c in named if any(id(s) in places for s in c.spots)]
    added = [c.role for c in named if not any(id(s) in places for s in c.spots)]
    return over == alone and len(set(added)) < 2 and all(role in alone for role in added)


def _is_title(row: Row, known: Synonyms) -> bool:
    """A sentence across the page, of which hardly a word heads a column: no upper line of a heading."""
    if row.native:
        return False
    run: list[Spot] = []
    longest: list[Spot] = []
    for spot in sorted(row.spots, key=lambda s: s.x0):
        run = [*run, spot] if run and _near(run[-1], spot) else [spot]
        longest = run if len(run) > len(longest) else longest
    if len(longest) <= _LONGEST_PHRASE:
        return False
    named = sum(len(c.label) for c in columns_of([row], known) if c.role and c.role != "ignore" and c.x0 >= longest[0].x0)
    return named < 0.5 * sum(len(s.word.text) + 1 for s in longest)


def _numbered(row: Row) -> bool:
    """Does the line hold more numbers than a heading would?"""
    years = {y for s in row.spots if (y := _year_label(s.word.text)) is not None}
    if len(years) > 1:  # a column for each year
        return any(_NUMBER.search(s.word.text) and _year_label(s.word.text) is None for s in row.spots)
    count = sum(_NUMBER.search(s.word.text) is not None for s in row.spots)
    return count > 1 or count > 0.2 * len(row.spots)


def _says_values(row: Row) -> bool:
    """Does the line label values (``Property: 40 Palmer St``) rather than head columns?"""
    return any(
        a.word.text.endswith(":") and any(c.isdigit() for c in b.word.text) and (row.native or _near(a, b))
        for a, b in pairwise(row.spots)
    )


def _year_label(text: str) -> int | None:
    return fiscal_year(text) if _YEAR_LABEL.fullmatch(text.strip(" .:|")) else None


def _says_two_things(lines: Sequence[Row], known: Synonyms) -> bool:
    """Do labels of the lower line name other columns than those right above them (records of two lines), so that the lines
    are no stack?"""
    upper, lower = (_phrases(line, known, line.ocr) for line in lines)
    if len({_year_label(s.word.text) for s in lines[0].spots} - {None}) > 1:  # years, each over its own columns
        return False
    clashes = 0
    for above in upper:
        for below in lower:
            if min(above[-1].x1, below[-1].x1) - max(above[0].x0, below[0].x0) <= 0:
                continue
            text, more = (" ".join(s.word.text for s in part) for part in (above, below))
            one, other = role_of(text, known, lines[0].ocr), role_of(more, known, lines[0].ocr)
            whole = role_of(f"{text} {more}", known, lines[0].ocr)
            clashes += one is not None and other is not None and one != other and whole is None
    return clashes > 1


def columns_of(lines: Sequence[Row], known: Synonyms) -> list[Column]:
    """The columns that one to three stacked lines of a heading name, left to right."""
    ocr = lines[0].ocr
    phrases = _phrases(lines[-1], known, ocr)
    for line in reversed(lines[:-1]):
        added: list[list[Spot]] = []
        for upper in _phrases(line, known, ocr):
            left, right = upper[0].x0, max(s.x1 for s in upper)
            under = [p for p in phrases if min(right, max(s.x1 for s in p)) - max(left, p[0].x0) > 0]
            if len(under) == 1:
                under[0][:0] = upper
            elif not under:
                added.append(upper)
        phrases += added
    columns = []
    for phrase in phrases:
        text = " ".join(s.word.text for s in phrase)
        role = role_of(text, known, ocr)
        if role is None and len(lines) > 1:  # a group's heading above: the lower line alone says what it is
            lower = [s for s in phrase if s in lines[-1].spots]
            role = role_of(" ".join(s.word.text for s in lower), known, ocr) if lower else None
        left, right = min(s.x0 for s in phrase), max(s.x1 for s in phrase)
        year = _year_label(text)
        named = role or (f"{YEAR}{year}" if year is not None else None) or told_by_words(text, known) or ""
        columns.append(Column(named, text, left, right, spots=tuple(phrase)))
    columns = _years_over(columns, lines, known)
    _said_twice(columns)
    if len({c.role for c in columns if c.role.startswith(YEAR)}) < 2:
        for column in columns:
            column.role = "" if column.role.startswith(YEAR) else column.role
    if ocr:
        _guess_garbled(columns, known)
    return sorted(columns, key=lambda c: c.x0)


_EARLIER = {"current_reading": "previous_reading", "period_end": "period_start"}


def _said_twice(columns: Sequence[Column]) -> None:
    """Of two columns of one name ("Read" and "Read") the left one is the earlier, where no other column is."""
    for later, earlier in _EARLIER.items():
        same = sorted((c for c in columns if c.role == later), key=lambda c: c.x0)
        if len(same) == 2 and same[0].label == same[1].label and earlier not in {c.role for c in columns}:
            same[0].role = earlier


def _years_over(columns: list[Column], lines: Sequence[Row], known: Synonyms) -> list[Column]:
    """The columns, those of amounts that stand under years (``FY2017: Tax Interest | FY2018: Tax Interest``) each of its year.

    A year's columns are told by their order: a new year begins where an amount's heading comes again.
    """
    above = [p for line in lines[:-1] for p in _phrases(line, known, line.ocr)]
    years = sorted((p[0].x0, y, p) for p in above if (y := _year_label(_text(p))) is not None)
    if len({y for _, y, _ in years}) < 2:
        return columns
    groups: list[list[Column]] = [[]]
    for column in sorted(columns, key=lambda c: c.x0):
        role = "principal" if column.role == "tax_type" else column.role  # "Tax" under a year is its amount
        if role not in _AMOUNTS:
            continue
        if role in {c.role for c in groups[-1]} or (groups[-1] and column.x0 > _next_year(groups, years)):
            groups.append([])
        groups[-1].append(Column(role, column.label, column.x0, column.x1, spots=column.spots))
    each = [c.role for c in groups[0]]  # behind the last year's columns may stand those of the whole row
    if len(groups) < len(years) or len(each) < 2 or any([c.role for c in g][: len(each)] != each for g in groups[: len(years)]):
        return columns
    made: dict[float, Column] = {}
    for group, (_, year, spots) in zip(groups, years, strict=False):
        for column in group[: len(each)]:
            made[column.x0] = Column(f"{YEAR}{year} {column.role}", column.label, column.x0, column.x1, spots=tuple(spots))
    below = {id(s) for s in lines[-1].spots}
    bare = [c for c in columns if any(id(s) in below for s in c.spots) or not c.role.startswith((YEAR, "fiscal_year"))]
    return [made.get(c.x0, c) for c in bare]


_AMOUNTS = frozenset({"principal", "interest", "fees", "total"})


def _next_year(groups: Sequence[Sequence[Column]], years: Sequence[tuple[float, int, list[Spot]]]) -> float:
    """Where the last year's columns end at the latest: short of the middle of the year's label that stands next."""
    nth = len(groups)
    if nth < len(years):
        return years[nth][0] + 0.75 * (max(s.x1 for s in years[nth][2]) - years[nth][0])
    return float("inf")


def year_and_amount(role: str) -> tuple[str, str]:
    """Of a column of one year's amounts: the year, and which amount (the total where it is one alone)."""
    year, _, part = role.removeprefix(YEAR).partition(" ")
    return year, part or "total"


def _guess_garbled(columns: Sequence[Column], known: Synonyms) -> None:
    """Among labels that are known, one that differs from a known one by a sign or two is that one, misread."""
    taken = {c.role for c in columns if c.role}
    if len(taken) < _FEWEST_KNOWN:
        return
    for column in columns:
        plain = normal(column.label)
        if column.role or len(plain) < 3:
            continue
        slips = 1 if len(plain) < 6 else 2
        near = [
            (Levenshtein.distance(plain, phrase), role)
            for phrase, role in known.items()
            if role not in taken and len(phrase) >= 3 and abs(len(phrase) - len(plain)) <= slips
        ]
        best = min(near, default=(99, ""))
        if best[0] <= slips:
            column.role = best[1]
            taken.add(best[1])


def _phrases(row: Row, known: Synonyms, ocr: bool) -> list[list[Spot]]:
    """The line's words joined into headings: the longest known phrase of neighbours first, else word by word."""
    spots = sorted(row.spots, key=lambda s: s.x0) if not row.native else list(row.spots)
    phrases: list[list[Spot]] = []
    i = 0
    while i < len(spots):
        taken = 1
        runs = [spots[i : i + length] for length in range(min(_LONGEST_PHRASE, len(spots) - i), 1, -1)]
        runs = [run for run in runs if all(_near(a, b) for a, b in pairwise(run))]
        for slips in (False, True) if ocr else (False,):  # a phrase that is known as it stands before a longer one like it
            fits = (
                len(run)
                for run in runs
                if _one_cell(run, row)
                or (role_of(_text(run), known, slips) is not None and not (slips and _ends_known(run, known)))
            )
            taken = next(fits, 1)
            if taken > 1:
                break
        phrases.append(spots[i : i + taken])
        i += taken
    return phrases


def _one_cell(run: Sequence[Spot], row: Row) -> bool:
    return row.native and all(s.x0 == run[0].x0 for s in run)


def _ends_known(run: Sequence[Spot], known: Synonyms) -> bool:
    """Is it another heading's word before a phrase that is known as it stands ("Bill" beside "Owner of Record")?"""
    return any(role_of(_text(run[k:]), known) is not None for k in range(1, len(run) - 1))


def _text(run: Sequence[Spot]) -> str:
    return " ".join(s.word.text for s in run)


def _near(left: Spot, right: Spot) -> bool:
    if left.x0 == right.x0 and left.x1 == right.x1:  # two words of one native cell
        return True
    return right.x0 - left.x1 < 1.1 * max(left.height, right.height)
