"""Dates and deadlines in running text, in the spellings of US offices, typed or read by OCR.

Month before day in figures. A two-digit year is of this century. What can't be a date of an inspection (13/45, a year
outside the rulebook's span) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from extractors.rulebook import RuleBook

_SLIPS = str.maketrans({"l": "1", "I": "1", "|": "1", "O": "0", "o": "0", "S": "5", "B": "8"})
_D = r"[0-9lI|OoSB]"
_FIGURES = re.compile(
    rf"(?<![\w.$#/-])(?P<m>{_D}{{1,2}})\s?(?P<s>[/.\-–])\s?(?P<d>{_D}{{1,2}})\s?(?P=s)\s?(?P<y>(?:{_D}{{4}}|{_D}{{2}}))(?![\w/]|[.-]\d)"
)
# Separators that differ are a slip of OCR ("6-25.19", "6/26:19"): such a date counts as repaired.
_MIXED = re.compile(
    r"(?<![\w.$#/:-])(?P<m>\d{1,2})\s?[/.\-–]\s?(?P<d>\d{1,2})\s?[/.\-–:,']\s?(?P<y>\d{4}|\d{2})(?![\w/:%]|[.,-]\d)"
)
# A hurried slash is read as a 1 ("511312019" for 5/13/2019): a date only where nothing else can be meant, and repaired.
_STROKES = re.compile(r"(?<![\w.$#/:-])(?P<m>1[0-2]|[1-9])[1/|l](?P<d>[12]?\d|3[01])[1/|l](?P<y>20[012]\d)(?![\w/.-])")
# A worn slash or dash may be lost altogether ("6-25 19"): a date only where the text is nothing else, and repaired.
_LOST = re.compile(r"^\W*(?P<m>\d{1,2})(?:\s?[/.\-–]\s?(?P<d>\d{1,2})\s|\s(?P<d2>\d{1,2})\s?[/.\-–]\s?)(?P<y>20\d{2}|\d{2})\W*$")
_SHORT = re.compile(r"(?<![\w.$#/-])(?P<m>\d{1,2})(?P<s>[/-])(?P<d>\d{1,2})(?![\w/-]|\s?\.\d)")
_ISO = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<![\w.-])(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?![\d.-])")
_UNITS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_TEENS = [
    "tenth",
    "eleventh",
    "twelfth",
    *(f"{n}teenth" for n in ("thir", "four", "fif", "six", "seven", "eigh", "nine")),
    "twentieth",
]
_TENS = [f"twenty{joint}{word}" for word in _UNITS for joint in "- "]
_ORDINALS = {
    **{word: n for n, word in enumerate([*_UNITS, *_TEENS], 1)},
    **{word: 21 + n // 2 for n, word in enumerate(_TENS)},
    **{"thirtieth": 30, "thirty-first": 31, "thirty first": 31},
}
_YEAR = r"(?:,|\.|\s|of|-|/)*\s?(?:'(?P<y2>\d\d)|(?P<y4>[12][0-9lIOo]{3})|(?<=[-/])(?P<y3>\d\d))(?!\d)"


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands. ``repaired``: letters were read as figures. ``complete``: the year was written."""

    value: date
    start: int
    end: int
    text: str
    repaired: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Wording:
    months: dict[str, int]
    month: re.Pattern[str]  # "June 17, 2019" and, in its other branch, "17 June 2019"
    first_year: int
    last_year: int
    at_once: re.Pattern[str]
    at_once_days: int
    numbers: dict[str, int]
    span: re.Pattern[str]
    before_date: re.Pattern[str]
    not_after: re.Pattern[str]
    before_span: re.Pattern[str]
    units: dict[str, str]


def find_dates(text: str, near: date | None = None, rules: RuleBook | None = None) -> tuple[FoundDate, ...]:
    """All dates in reading order. Dates without a year are found only with ``near``, and get the year that brings them
    closest to it."""
    wording = _wording(rules)
    found: list[FoundDate] = []
    for one in _candidates(text, near, wording):
        if wording.first_year <= one.value.year <= wording.last_year and not any(
            one.start < f.end and f.start < one.end for f in found
        ):
            found.append(one)
    return tuple(sorted(found, key=lambda f: f.start))


def parse_date(text: str, near: date | None = None, rules: RuleBook | None = None) -> date | None:
    """The first date of a text; ``near`` as for :func:`find_dates`."""
    found = find_dates(text, near, rules)
    return found[0].value if found else None


def parse_deadline(text: str, report_date: date | None, rules: RuleBook | None = None) -> date | None:
    """When something is to be put right: a date after words such as "no later than" or alone, else a span counted from
    ``report_date``, else "forthwith". A date without year is the next one after ``report_date``. None where there is none.
    """
    found = find_deadline(text, report_date, rules)
    return found.value if found else None


def find_deadline(text: str, report_date: date | None, rules: RuleBook | None = None) -> FoundDate | None:
    """As :func:`parse_deadline`, with its place: from the words that lead it in to its end."""
    wording = _wording(rules)
    for one in find_dates(text, report_date, rules):
        lead = wording.before_date.search(text[: one.start])
        alone = not re.search(r"[A-Za-z0-9]", text[: one.start] + text[one.end :])
        if not lead and not alone:
            continue
        value = one.value
        if not one.complete and report_date and value < report_date:
            value = _next_year(value)
        return FoundDate(value, lead.start() if lead else one.start, one.end, text[one.start : one.end], one.repaired)
    if report_date is None:
        return None
    for match in wording.span.finditer(text):
        lead = wording.before_span.search(text[: match.start()])
        bare = not re.search(r"[A-Za-z0-9]", text[: match.start()] + text[match.end() :])
        if wording.not_after.match(text, match.end()) or not (lead or bare):
            continue
        figure = match["figure"] or match["bracket"]
        number = int(figure) if figure else wording.numbers[" ".join(match["word"].lower().split())]
        start = lead.start() if lead else match.start()
        value = _later(report_date, number, wording.units[" ".join(match["unit"].lower().split())])
        return FoundDate(value, start, match.end(), text[start : match.end()])
    if once := wording.at_once.search(text):
        value = report_date + timedelta(days=wording.at_once_days)
        return FoundDate(value, once.start(), once.end(), once[0])
    return None


def _candidates(text: str, near: date | None, wording: _Wording) -> Iterator[FoundDate]:
    for match in _ISO.finditer(text):
        yield from _made(match["y"], match["m"], match["d"], match)
    for match in _FIGURES.finditer(text):
        if sum(c.isdigit() for c in match[0]) >= 3:
            yield from _made(match["y"], match["m"], match["d"], match)
    for match in wording.month.finditer(text):
        name = match["name"] or match["name2"] or match["name3"] or match["name4"]
        year = match["y2"] or match["y4"] or match["y3"] or ""
        month = str(wording.months[name.lower().rstrip(".")])
        day = match["d"] or match["d2"] or match["d3"] or str(_ORDINALS[match["word"].lower()])
        year = year or match["y5"] or ""
        if year:
            yield from _made(year, month, day, match)
        elif near:
            yield from _nearest(month, day, near, match)
    for match in _COMPACT.finditer(text):
        yield from _made(match["y"], match["m"], match["d"], match)
    for match in _MIXED.finditer(text):
        yield from (replace(f, repaired=True) for f in _made(match["y"], match["m"], match["d"], match))
    if lost := _LOST.match(text):
        yield from (replace(f, repaired=True) for f in _made(lost["y"], lost["m"], lost["d"] or lost["d2"], lost))
    for match in _STROKES.finditer(text):
        yield from (replace(f, repaired=True) for f in _made(match["y"], match["m"], match["d"], match))
    if near:
        for match in _SHORT.finditer(text):
            yield from _nearest(match["m"], match["d"], near, match)


def _made(year: str, month: str, day: str, match: re.Match[str]) -> Iterator[FoundDate]:
    plain = [part.translate(_SLIPS) for part in (year, month, day)]
    number = int(plain[0]) + (2000 if len(plain[0]) == 2 else 0)
    try:
        value = date(number, int(plain[1]), int(plain[2]))
    except ValueError:
        return
    yield FoundDate(value, match.start(), match.end(), match[0], plain != [year, month, day])


def _nearest(month: str, day: str, near: date, match: re.Match[str]) -> Iterator[FoundDate]:
    options = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            options.append(date(year, int(month), int(day)))
        except ValueError:
            continue
    if options:
        best = min(options, key=lambda d: abs((d - near).days))
        yield FoundDate(best, match.start(), match.end(), match[0], complete=False)


def _next_year(value: date) -> date:
    return date(value.year + 1, value.month, min(value.day, 28 if value.month == 2 else value.day))


def _later(start: date, number: int, unit: str) -> date:
    if unit == "hours":
        return start + timedelta(days=max(1, -(-number // 24)))
    if unit == "business_days":
        value = start
        while number:
            value += timedelta(days=1)
            number -= value.weekday() < 5
        return value
    return start + timedelta(days=number * {"days": 1, "weeks": 7, "months": 30}[unit])


def _any(words: list[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))


@cache
def _wording(rules: RuleBook | None) -> _Wording:
    book = rules or RuleBook.load()
    dates, deadlines = book.section("dates"), book.section("deadlines")
    months = {name: int(number) for number, names in dates["months"].items() for name in names}
    name = _any(list(months))
    units = {word: unit for unit, words in deadlines["units"].items() for word in words}
    numbers = {word: int(n) for n, words in deadlines["numbers"].items() for word in words}
    month = (
        rf"\b(?:(?P<name>{name})\b\.?\s*(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
        rf"|(?P<y5>(?:19|20)\d\d)[\s,]+(?P<name3>{name})\b\.?\s*(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|,?\s*(?:19|20)\d\d)"
        rf"|(?P<word>{_any(list(_ORDINALS))})\s+(?:day\s+)?(?:of\s+)?(?P<name4>{name})\b\.?"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[\s-]*(?:day\s+)?(?:of\s+)?(?P<name2>{name})\b\.?)(?:{_YEAR})?"
    )
    span = (
        rf"(?<![\w./])(?:(?P<word>{_any(list(numbers))})\s*(?:\(\s*(?P<bracket>\d{{1,3}})\s*\))?|(?P<figure>\d{{1,3}}))"
        rf"[\s-]*(?P<unit>{_any(list(units))})\b"
    )
    once = deadlines["at_once"]
    return _Wording(
        months,
        re.compile(month, re.IGNORECASE),
        int(dates["years"]["first"]),
        int(dates["years"]["last"]),
        re.compile(rf"(?<!\w)(?:{_any(once['words'])})(?!\w)", re.IGNORECASE),
        int(once["days"]),
        numbers,
        re.compile(span, re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{_any(deadlines['before_date'])})[\s:.\-–(]*(?:on\s+)?(?:\w+day,?\s*)?$", re.IGNORECASE),
        re.compile(rf"\W{{0,3}}(?:{_any(deadlines['not_after'])})\b", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{_any(deadlines['before_span'])})[\s:(\-–]*$", re.IGNORECASE),
        units,
    )
