"""Legal notices of tax takings and sales, printed in paragraphs (M.G.L. c. 60 s. 53: the collector publishes land, owner and
sum): each parcel named in words, with what is due on it for a year or several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from extractors.language.dates import find_dates
from extractors.layout import Spot
from extractors.rulebook import RuleBook
from extractors.tables.places import MAP_AND_LOT, PLACE, STREET_WORDS
from extractors.tables.said_once import year_told
from extractors.tables.stream import Row
from extractors.tables.values import amount, first_date, fiscal_year
from records.record import Evidence, Extraction, Reason, Record, Value

_LOT_ON_MAP = re.compile(
    r"(?i)\b(?:lot|parcel)\W{0,3}(?P<lot>\d{1,4}[A-Z]{0,2}(?:-\w{1,5})?)\W{1,2}(?:on|of|in|at)\s+(?:the\s+)?(?:assessors?\W{0,2}s?\s+)?"
    r"map\W{0,3}(?P<map>\d{1,4}[A-Z]?)\b"
)
_MONEY = re.compile(r"\$\s?\d{1,3}(?:,\s?\d{3})*\.\d{2}|(?<![\d.])\d{1,3}(?:,\d{3})+\.\d{2}|(?<![\d.,])\d+\.\d{2}(?!\d)")
_YEAR = re.compile(r"((?<![\d,.$])'?(?:19|20)\d{2}|(?<=FY)\d{2}|(?<=FY )\d{2})\b(?![,.]\d)", re.IGNORECASE)
_PARTS = (
    ("interest", re.compile(r"\bint(?:erest)?\b", re.IGNORECASE)),
    ("fees", re.compile(r"\b(?:costs?|fees?|charges?|demands?|expenses)\b", re.IGNORECASE)),
    ("principal", re.compile(r"\b(?:tax(?:es)?|levy|principal|assess(?:ed|ment))\b", re.IGNORECASE)),
)
_WHOLE = re.compile(r"\b(?:total|amount\s+due|sum|due|owed|in\s+all|balance|redeem|redemption)\b", re.IGNORECASE)
_NEAR = 60  # characters before an amount that say what it is
_NAME = re.compile(r"(?:[A-Z0-9][A-Z0-9&.'’-]*|&)(?:\s+(?:[A-Z0-9][A-Z0-9'’-]*\.?(?=[\s,;.]|$)|&)){1,8}")
_PLACE = re.compile(
    r"\b(?:at|on|numbered|known as|in)\s+(?:no\.?\s+)?(\d+[A-Za-z]{0,2}(?:\s?-\s?\d+[A-Za-z]?)?\s+(?:[A-Z0-9][\w'.]*\s+){0,3}?"
    rf"(?:{STREET_WORDS})\b\.?(?:,?\s+(?:unit|apt|#)\W?\s?\w+)?)",
    re.IGNORECASE,
)
_DAY_OF = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+day\s+of\s+([A-Z][a-z]+)\W{1,2}(\d{4})")
_HOUR = re.compile(r"^[^.]{0,40}?(?:\d\s?[ap]\.?\s?m|o.?clock|noon)", re.IGNORECASE)
_FOUND = 0.8  # finding of what running text says
_FEWEST = 2  # parcels in words with sums of money behind them
_GUTTERS = (0.5, 0.34, 0.66)  # of the page's width, near which a newspaper's columns part
_WIDE = 0.06


@dataclass(frozen=True, slots=True)
class _Sum:
    year: int | None
    parts: dict[str, Decimal] = field(default_factory=dict)
    start: int = 0
    end: int = 0


class Print:
    """A notice's words in the order in which one reads them, column after column."""

    def __init__(self, rows: Sequence[Row], widths: dict[int, float]) -> None:
        self.words: list[tuple[Spot, Row]] = []
        for page, on_page in groupby(rows, key=lambda r: r.page):
            self.words += _in_reading_order(list(on_page), widths.get(page, 612.0))
        self.starts: list[int] = []
        parts: list[str] = []
        at = 0
        for spot, _ in self.words:
            self.starts.append(at)
            parts.append(spot.word.text)
            at += len(spot.word.text) + 1
        self.text = " ".join(parts)

    def between(self, start: int, end: int) -> list[tuple[Spot, Row]]:
        return [w for w, at in zip(self.words, self.starts, strict=True) if start <= at < end]


def _in_reading_order(rows: list[Row], width: float) -> list[tuple[Spot, Row]]:
    cuts: list[float] = []
    for share in _GUTTERS:
        near = [width * share + step for step in range(-int(_WIDE * width), int(_WIDE * width), 2)]
        crossing = {x: sum(any(s.x0 - 2 < x < s.x1 + 2 for s in r.spots) for r in rows) for x in near}
        best = min(near, key=lambda x: (crossing[x], abs(x - width * share)))
        sides = [sum(any((s.centre < best) == left for s in r.spots) for r in rows) for left in (True, False)]
        if crossing[best] <= 0.1 * len(rows) and min(sides) > 0.3 * len(rows) and all(abs(best - c) > 0.2 * width for c in cuts):
            cuts.append(best)
            if share == _GUTTERS[0]:
                break
    out: list[tuple[Spot, Row]] = []
    for column in range(len(cuts) + 1):
        for row in rows:
            out += [(s, row) for s in row.spots if sum(s.centre > c for c in cuts) == column]
    return out


def parcels_in(text: str) -> list[tuple[int, int, str]]:
    """Parcels in words: where they begin and end, and map and lot as one id."""
    found = [(m.start(), m.end(), "-".join(p for p in m.groups() if p)) for m in MAP_AND_LOT.finditer(text)]
    found += [(m.start(), m.end(), f"{m['map']}-{m['lot']}") for m in _LOT_ON_MAP.finditer(text)]
    found.sort()
    return [p for at, p in enumerate(found) if at == 0 or p[0] >= found[at - 1][1]]


def is_notice(text: str) -> bool:
    """Are there parcels in words, most with a sum of money behind them before the next one?"""
    parcels = parcels_in(text)
    if len(parcels) < _FEWEST:
        return False
    ends = [*(p[0] for p in parcels[1:]), len(text)]
    paid = sum(_MONEY.search(text, p[1], end) is not None for p, end in zip(parcels, ends, strict=True))
    return paid >= 0.6 * len(parcels)


def sums_of(text: str, start: int, end: int) -> list[_Sum]:
    """What is due according to the text: a sum for each year, or one for all."""
    sums: list[_Sum] = []
    last = start
    for money in _MONEY.finditer(text, start, end):
        label = text[max(last, money.start() - _NEAR) : money.start()]
        years = [y for m in _YEAR.finditer(label) if (y := fiscal_year(m[1])) is not None]
        named = [name for name, pattern in _PARTS if pattern.search(label)]
        role = "total" if len(named) != 1 or (_WHOLE.search(label) and named != ["principal"]) else named[0]
        if role == "principal" and _WHOLE.search(label) and not years:
            role = "total"
        value = amount(money[0].replace(" ", ""))
        if value is not None:
            fresh = not sums or role in sums[-1].parts or (years and sums[-1].year not in (None, years[-1]))
            if fresh:
                sums.append(_Sum(years[-1] if years else None, {}, money.start(), money.end()))
            sums[-1].parts[role] = value.value
            sums[-1] = replace(sums[-1], end=money.end())
        last = money.end()
    return sums


def day_of_taking(text: str, rules: RuleBook) -> date | None:
    """The day, with an hour behind it, on which the land is to be taken or sold."""
    for found in _DAY_OF.finditer(text):
        if (day := first_date(f"{found[2]} {found[1]}, {found[3]}")) is not None:
            return day
    days = find_dates(text, None, rules)
    return next((d.value for d in days if _HOUR.search(text[d.end :])), None)


def records_of(
    rows: Sequence[Row], widths: dict[int, float], rules: RuleBook, list_year: Sequence[re.Pattern[str]], as_of: date | None,
    kind: str | None, version: str, report: int,
) -> Iterator[tuple[Record, Row]]:
    """A record for each parcel and year of a notice; none where it is no notice."""
    whole = Print(rows, widths)
    text = whole.text
    if not is_notice(text):
        return
    parcels = parcels_in(text)
    intro = text[: parcels[0][0]]
    day = as_of or day_of_taking(intro, rules)
    told = year_told(intro, list_year)
    before = 0
    count = 0
    for one, after in pairwise([*parcels, (len(text), len(text), "")]):
        for due in sums_of(text, one[1], after[0]):
            head = text[before : one[0]]
            names = [m for m in _NAME.finditer(head) if not re.search(r"\d", m[0]) or re.search(r"[A-Z]{2}", m[0])]
            place = next(iter(_PLACE.finditer(head)), None) or _PLACE.search(text, one[1], due.start)
            values: dict[str, tuple[Value, int, int]] = {"parcel_as_written": (one[2], one[0], one[1])}
            if names and (name := _of_owner(names, place.start() if place and place.string is head else len(head))):
                owner = re.sub(r"^(?:TO|\d{1,3}[.)])\s+", "", name[0]).strip(" .,;")
                values["owner"] = (owner, before + name.start(), before + name.end())
            if place is not None and PLACE.fullmatch(place[1]):
                shift = before if place.string is head else 0
                values["location"] = (place[1].strip(" ."), shift + place.start(1), shift + place.end(1))
            year = due.year or told
            if year is not None:
                values["fiscal_year"] = (year, due.start - _NEAR, due.start) if due.year else (year, 0, 1)
            values |= {name: (value, due.start, due.end) for name, value in due.parts.items()}
            values["tax_type"] = (kind or "real_estate", one[0], one[1])
            if day is not None:
                values["as_of_date"] = (day, 0, 1)
            made = _record(whole, values, (min(v[1] for n, v in values.items() if n in {"owner", "parcel_as_written"}), due.end),
                           f"tax/{count}", version, report)  # fmt: skip
            count += 1
            yield made, whole.between(one[0], due.end)[0][1]
        paid = list(_MONEY.finditer(text, one[1], after[0]))
        before = paid[-1].end() if paid else one[1]


def _of_owner(names: Sequence[re.Match[str]], place: int) -> re.Match[str] | None:
    """The last name before the place; the office that gives notice stands before the first parcel's owner."""
    return next((m for m in reversed(names) if m.end() <= place), None)


def _record(
    whole: Print, values: dict[str, tuple[Value, int, int]], span: tuple[int, int], key: str, version: str, report: int
) -> Record:
    fields: dict[str, Extraction] = {}
    for name, (value, start, end) in values.items():
        words = whole.between(start, max(end, start + 1)) or whole.words[:1]
        known = [s.word.confidence for s, _ in words if s.word.confidence is not None]
        rule = f"us-ma/tax/notice_{name}@{version}"
        fields[name] = Extraction(name, value, _evidence(words), min(known, default=None), _FOUND, rule)
    words = whole.between(*span)
    ocr = any(row.ocr for _, row in words)
    lacks = [n for n in ("fiscal_year", "total") if n not in fields]
    reasons = [Reason(n, "missing", f"no {n.replace('_', ' ')} in this notice") for n in lacks]
    if ocr and "principal" not in fields:
        reasons.append(Reason("total", "weak", "a sum in running text that nothing adds up to"))
    confs = [s.word.confidence for s, _ in words if s.word.confidence is not None]
    features = {
        "min_conf": min(confs, default=0.0), "mean_conf": sum(confs) / max(1, len(confs)), "header_known": 0.0, "inherited": 0.0,
        "n_words": float(len(words)), "repairs": 0.0,
    }  # fmt: skip
    return Record("tax", key, fields, _evidence(words), report, reasons=tuple(reasons), features=features)


def _evidence(words: Sequence[tuple[Spot, Row]]) -> Evidence:
    page = words[0][1].page
    boxes = tuple(s.word.box for s, row in words if s.word.box is not None and row.page == page)
    return Evidence(page, boxes, " ".join(s.word.text for s, _ in words), words[0][1].anchor)
