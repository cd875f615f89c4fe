"""What a delinquent-tax list says once for many rows: the day its amounts stand at, its fiscal year, and whether it prints an
account's owner on a line of his own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from extractors.tables.entry import Entry
from extractors.tables.groups import group_values
from extractors.tables.naming import Synonyms
from extractors.tables.stream import Row
from extractors.tables.values import first_date, fiscal_year
from records.record import Evidence

_TITLES = 8  # lines
_DATE_FIRST = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$|\d{4}-\d\d-\d\d$|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
_NAMED_SO = 0.8  # share of the blocks that show how the list names its accounts


def day_of_amounts(
    rows: Sequence[Row], as_of: Sequence[tuple[re.Pattern[str], int]]
) -> tuple[date | None, Evidence | None]:
    """The date the amounts stand at: titles first, then the interest date; the run date of the print-out is not it."""
    best: tuple[int, date, Evidence] | None = None
    for row in rows:
        for pattern, weight in as_of:
            for found in pattern.finditer(row.text):
                when = first_date(row.text[found.end() : found.end() + 24])
                if when is not None and (best is None or weight > best[0]):
                    best = (weight, when, row.evidence())
    return (None, None) if best is None else best[1:]


_PRINTED = re.compile(
    r"\b(?:run|print(?:ed)?|report|list|prepared|date|dated|today)\b\W{0,3}(?:date|on|is)?\W{0,3}$", re.IGNORECASE
)


def day_of_print(listed: Sequence[Entry]) -> tuple[date | None, Evidence | None]:
    """Where no day of the amounts is told: the one day that titles give as the list's own ("Date: 9/14/2018", or alone at the
    edge of the first lines). A weaker claim."""
    told: dict[date, Evidence] = {}
    for entry in listed[:_TITLES]:
        if not entry.title:
            continue
        for at, spot in enumerate(entry.row.spots):
            text = " ".join(s.word.text for s in entry.row.spots[at : at + 3])
            before = " ".join(s.word.text for s in entry.row.spots[max(0, at - 2) : at])
            when = first_date(text) if _DATE_FIRST.match(spot.word.text) else None
            if when is not None and (not before or _PRINTED.search(before)):
                told[when] = entry.row.evidence([spot])
    return next(iter(told.items())) if len(told) == 1 else (None, None)


def year_told(text: str, patterns: Sequence[re.Pattern[str]]) -> int | None:
    """The one fiscal year that a title or a section's heading names (group 1 of a pattern); None for none or several."""
    years = {year for p in patterns for found in p.finditer(text) if (year := fiscal_year(found[1])) is not None}
    return years.pop() if len(years) == 1 else None


def year_of_list(listed: Sequence[Entry], patterns: Sequence[re.Pattern[str]]) -> tuple[int, Row] | None:
    """The fiscal year that the titles name, where no column holds years; None where they name none or several."""
    if any(e.cells.get("fiscal_year") for e in listed if e.kind == "row"):
        return None
    told = {year: e.row for e in listed if e.title and (year := year_told(e.row.text, patterns)) is not None}
    return next(iter(told.items())) if len(told) == 1 else None


def names_above(listed: Sequence[Entry], known: Synonyms) -> bool:
    """Does the list print an account's owner alone on a line, above the line that labels its parcel or account? So where most
    of its blocks do."""
    blocks = named = 0
    for before, entry in pairwise(listed):
        if entry.kind != "group" or not group_values(entry.row, known).keys() & {"parcel", "account"}:
            continue
        blocks += 1
        named += before.kind == "group" and set(group_values(before.row, known)) == {"owner"}
    return blocks > 1 and named >= _NAMED_SO * blocks
