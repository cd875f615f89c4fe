"""The period of a whole ledger, told in its title ("Service period 10/01/2018 to 12/31/2018"), for rows that print no days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from extractors.language.dates import find_dates
from extractors.rulebook import RuleBook
from extractors.tables.entry import Entry
from extractors.tables.stream import Row

_ABOUT = re.compile(
    r"\b(?:period|service|billing|billed|usage|consumption|readings?|read|quarter|cycle|from|used)\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"\W*(?:to|through|thru|until|and|[-–—])?\W*", re.IGNORECASE)
_ENDING = re.compile(
    r"\b(?:period|quarter|cycle|month)\s+(?:ending|ended|end|to)\W*$|"
    r"\bread(?:ings?)?(?:\s+(?:date|of|on|taken|as of))+\W*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:prev(?:ious)?|prior|last)\b[^\d]{0,24}$", re.IGNORECASE)
_NOW = re.compile(r"\b(?:read(?:ing)?s?|current|present|this|new)\b[^\d]{0,24}$", re.IGNORECASE)
_LONGEST = 400  # days


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, with the line that tells them; ``start`` None where only the end is told."""

    start: date | None
    end: date
    row: Row


def period_of_list(entries: Sequence[Entry], rules: RuleBook) -> Period | None:
    """The one period that titles and notes name; None for none or for several."""
    told: dict[tuple[date | None, date], Row] = {}
    for entry in entries:
        if entry.kind in {"row", "total"} or not _ABOUT.search(entry.row.text):
            continue
        text = entry.row.text
        days = find_dates(text, None, rules)
        for one, other in pairwise(days):
            labelled = _BEFORE.search(text[: one.start]) and _NOW.search(text[one.end : other.start])
            if (labelled or _BETWEEN.fullmatch(text[one.end : other.start])) and 0 < (other.value - one.value).days < _LONGEST:
                told[(one.value, other.value)] = entry.row
        if len(days) == 1 and _ENDING.search(text[: days[0].start]):
            told[(None, days[0].value)] = entry.row
    if len(told) != 1:
        return None
    ((start, end), row), = told.items()
    return Period(start, end, row)
