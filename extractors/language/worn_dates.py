"""Dates that worn paper left in pieces, where a date must stand (after a date's label, at the head of a note).

Letters read as figures ("2OI9", "Z/14/19"), slashes lost or figures doubled ("1216:2018", "5/27/20199"), a month's name with
wrong letters ("0ctober", "Decernber"). Every reading that a calendar allows is given, so that whoever asks may see that there are
several; all are repaired, and none is ever taken over a date that can be read as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from rapidfuzz.distance import Levenshtein

from extractors.language.dates import FoundDate, find_dates
from extractors.rulebook import RuleBook

_FIGURE = "0-9OoQDlI|!iZzSsBGgqA?"
_AS_FIGURE = str.maketrans("OoQDlI|!iZzSsBGgqA?", "0000111112255869947")
_AS_LETTER = str.maketrans("01568|!", "olsbbll")
_RUN = re.compile(rf"[{_FIGURE}]+(?:\s?[^\w\s]{{1,2}}\s?[{_FIGURE}]+|\s[{_FIGURE}]+){{0,3}}")
_NAMED = re.compile(
    rf"(?P<name>[A-Za-z0158|!]{{3,10}})[^\w|!]{{0,3}}(?P<d>[{_FIGURE}]{{1,2}})(?:st|nd|rd|th)?[^\w|!]{{1,3}}(?P<y>[{_FIGURE}]{{4,5}})(?!\w)"
    rf"|(?P<d2>[{_FIGURE}]{{1,2}})[^\w|!]{{1,3}}(?P<name2>[A-Za-z0158|!]{{3,10}})[^\w|!]{{1,3}}(?P<y2>[{_FIGURE}]{{4,5}})(?!\w)"
)


def worn_dates(text: str, rules: RuleBook | None = None) -> tuple[FoundDate, ...]:
    """All dates that ``text`` may hold, the first place that yields any deciding; () where a date can be read as it stands
    (:func:`find_dates` is for those) or nothing comes near."""
    if find_dates(text, None, rules):
        return ()
    months, first, last = _calendar(rules or RuleBook.load())
    for match in _NAMED.finditer(text):
        name, day, year = match["name"] or match["name2"], match["d"] or match["d2"], match["y"] or match["y2"]
        found = _unique(
            FoundDate(value, match.start(), match.end(), match[0], True)
            for month in _months_like(name, months)
            for value in _dates([str(month)], [_figures(day)], _years(_figures(year), first, last))
        )
        if found:
            return found
    for match in _RUN.finditer(text):
        if sum(c.isdigit() for c in match[0]) < 4:
            continue
        found = _unique(
            FoundDate(value, match.start(), match.end(), match[0], True) for value in _in_figures(match[0], first, last)
        )
        if found:
            return found
    return ()


def day_without_year(text: str, year: int, rules: RuleBook | None = None) -> FoundDate | None:
    """A month and a day of which the year can't be read ("November 29 Q_2N1R"), in the year that something else speaks for;
    None where the text holds a date, or more than one such day."""
    book = rules or RuleBook.load()
    if find_dates(text, None, book):
        return None
    found = [d for d in find_dates(text, date(year, 7, 1), book) if not d.complete]
    if len(found) != 1:
        return None
    day = found[0].value
    try:
        return FoundDate(date(year, day.month, day.day), found[0].start, found[0].end, found[0].text, True, False)
    except ValueError:
        return None


def weekday_in(text: str) -> int | None:
    """The day of the week that a text names, 0 = Monday, letters misread forgiven; None where it names none or several."""
    named = set()
    for word in re.findall(r"[A-Za-z0158|!]{3,10}", text):
        plain = word.translate(_AS_LETTER).lower()
        for number, name in enumerate(_WEEKDAYS):
            whole = len(plain) >= 6 and plain.endswith("day") and Levenshtein.distance(plain, name) <= 1
            if whole or plain in _SHORT_DAYS[number]:
                named.add(number)
    return next(iter(named)) if len(named) == 1 else None


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = (("mon",), ("tue", "tues"), ("wed",), ("thu", "thur", "thurs"), ("fri",), ("sat",), ("sun",))


def _unique(found: Iterable[FoundDate]) -> tuple[FoundDate, ...]:
    return tuple({f.value: f for f in found}.values())


def _figures(text: str) -> str:
    return text.translate(_AS_FIGURE)


def _in_figures(text: str, first: int, last: int) -> list[date]:
    """Month, day and year in figures, one or both of the strokes between them lost or read as something else. Readings that
    take every figure as it stands go before those that leave one out."""
    groups = [_figures(g) for g in re.findall(rf"[{_FIGURE}]+", text)]
    if len(groups) == 4 and len(groups[2]) + len(groups[3]) == 4:
        groups[2:] = ["".join(groups[2:])]  # a blank within the year
    ways: list[tuple[int, str, str, str]] = []  # figures left out, month, day, year
    if len(groups) == 3 and len(groups[0]) == 4:
        ways = [(0, groups[1], groups[2], groups[0])]
    elif len(groups) >= 3 and len(groups[0]) <= 2 and len(groups[1]) <= 2:
        ways = [(0, groups[0], groups[1], groups[2])]
    elif len(groups) == 2 and len(groups[0]) <= 2:
        ways = [(left, groups[0], day, year) for left, day, year in _halves(groups[1])]
    elif len(groups) == 2:
        ways = [(left, month, day, groups[1]) for left, month, day in _halves(groups[0])]
    elif len(groups) == 1 and len(groups[0]) in (6, 7, 8):
        front, year = groups[0][:-4], groups[0][-4:]
        ways = [(left, month, day, year) for left, month, day in _halves(front)]
        if front[-1] in "17":
            ways += [(left + 1, month, day, year) for left, month, day in _halves(front[:-1])]
    ranked: dict[int, list[date]] = {}
    for left, month, day, year in ways:
        for number in _years(year, first, last) if len(year) != 2 or len(groups) >= 3 else ():
            ranked.setdefault(left + (len(year) == 5), []).extend(_dates([month], [day], [number]))
    return next((ranked[rank] for rank in sorted(ranked) if ranked[rank]), [])


def _halves(figures: str) -> Iterator[tuple[int, str, str]]:
    """Two numbers written together, and with one figure between them that was a stroke ("4119" for 4/19): how many figures are
    left out, and the two."""
    for at in range(1, len(figures)):
        yield 0, figures[:at], figures[at:]
        if figures[at] in "17" and at + 1 < len(figures):
            yield 1, figures[:at], figures[at + 1 :]


def _years(figures: str, first: int, last: int) -> list[int]:
    """Years that figures may be: as they stand, or one of five left out ("20199")."""
    ways = {figures} if len(figures) in (2, 4) else {figures[:i] + figures[i + 1 :] for i in range(5) if len(figures) == 5}
    numbers = {int(w) + (2000 if len(w) == 2 else 0) for w in ways if w.isdigit()}
    return sorted(n for n in numbers if first <= n <= last)


def _dates(months: Iterable[str], days: Iterable[str], years: Iterable[int]) -> Iterator[date]:
    for year in years:
        for month in months:
            for day in days:
                if len(month) > 2 or len(day) > 2 or not (month + day).isdigit():
                    continue
                try:
                    yield date(year, int(month), int(day))
                except ValueError:
                    continue


def _months_like(word: str, months: tuple[tuple[str, int], ...]) -> list[int]:
    """The month whose name a word comes nearest to; none where two are as near or it takes more than one wrong letter in four."""
    plain = word.translate(_AS_LETTER).lower()
    best: dict[int, int] = {}
    for name, number in months:
        allowed = 0 if len(name) < 4 else len(name) // 4
        apart = Levenshtein.distance(plain, name, score_cutoff=allowed)
        if apart <= allowed:
            best[number] = min(apart, best.get(number, apart))
    least = min(best.values(), default=0)
    near = [number for number, apart in best.items() if apart == least]
    return near if len(near) == 1 else []


@cache
def _calendar(rules: RuleBook) -> tuple[tuple[tuple[str, int], ...], int, int]:
    dates = rules.section("dates")
    months = tuple((name, int(number)) for number, names in dates["months"].items() for name in names)
    return months, int(dates["years"]["first"]), int(dates["years"]["last"])
