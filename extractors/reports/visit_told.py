"""A visit told in running text, by an inspector who filled in no form: "I visited the third floor on 3 March", "SUBJECT: … visit
of 1 March 2019", "Went to 68 Clinton St, apt 5 this afternoon". The day of a letter, of an e-mail or of an order is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from extractors.language.dates import FoundDate, find_dates
from extractors.language.sentences import sentences
from extractors.reports.address import find_address
from extractors.reports.found import Found, Head
from extractors.reports.paragraphs import paragraphs
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.text import Text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

_FLAGS = re.IGNORECASE
_VISITED = re.compile(
    r"\b(?:looked (?:at|over|through)|went (?:out |back |over )?(?:to|through)|walked (?:through|around)|"
    r"(?:was|were) (?:let in|at)|stopped (?:by|at)|called at|visited|(?:re-?\s?)?inspected|viewed|examined|"
    r"(?:inspection|survey|visit)\b.{0,90}\b(?:made|conducted|carried out|performed|done|completed|held)|"
    r"(?:made|conducted|performed|carried out)\b.{0,30}\b(?:inspection|survey|visit))\b",
    _FLAGS,
)
_AGAIN = re.compile(r"\bagain\b|\bwent back\b|\breturned\b|\bre-?\s?(?:inspect|visit|check|survey)", _FLAGS)
# What stands right before a date that is another one's: of a letter, a call, an order, of what is still to come.
OTHER_DAY = re.compile(
    r"(?:\b(?:received|rec'd|dated|since|until|filed|mailed|sent|issued|before|by|corrected|due|scheduled|"
    r"(?:order|letter|notice|complaint|call|report|memo|lease)s? of|will be|to be|hearing|previous|prior|original|first|last|"
    r"next))"
    r"\W+(?:on\W+|at\W+|for\W+)?(?:\w+day,?\W+)?$",
    _FLAGS,
)
_NAMED = re.compile(
    r"(?<![\w-])(?:inspection|visit|survey|inspected|visited|walk-?\s?through)\s*(?:was\s+)?(?:made|done|conducted|held)?\s*"
    r"(?:of|on|dated)\W{0,3}(?:the\s+)?(?:\w+day,?\s*)?$",
    _FLAGS,
)
_NOT_THIS = re.compile(
    r"\b(?:next|first|last|prior|previous|original|initial|earlier|follow-?up|final|scheduled|due|will|hearing|new)\b[^.]{0,30}$",
    _FLAGS,
)
_YESTERDAY = re.compile(r"\byesterday\b", _FLAGS)
_PLACE = re.compile(
    r"\b(?:dwelling|premises|property|building|apartment|apt\.?|unit|house|floor|residence)\b[^.;]{0,40}?"
    r"\b(?:at|known as|numbered(?: as)?|located at|situated at)\s+(?=\d)|"
    r"\b(?:went (?:out |back |over )?to|looked at|visited|inspected|was at)\s+(?=\d)",
    _FLAGS,
)
_ELSEWHERE = re.compile(r"\b(?:residing|resides|lives|mailing|office|c/o|care of|hearing|court)\b", _FLAGS)
_UNIT = re.compile(
    r"\b(?:apartment|apt|unit)\b\.?\s*(?:numbered\s+|number\s+|no\.?\s*|#\s*)?(\d{1,4}[A-Za-z]?|[A-Z]\d?|\d{1,2}-\d{1,2})(?![\w-])"
)
_FLOOR = re.compile(
    r"\b(\d(?:st|nd|rd|th)|first|second|third|fourth|top|ground)[- ]floor\s+(?:apartment|unit|flat|dwelling)", _FLAGS
)
_FEW = 14  # characters between an address and the unit that belongs to it


def visit_told(head: Head, pieces: Sequence[Piece], rules: RuleBook, known: Wording) -> None:
    """Offers the visit's day, place and unit where sentences tell them."""
    base = head.value("inspection_date")
    posted = base if isinstance(base, date) else _posted(pieces, rules)
    for paragraph in paragraphs(pieces):
        text = paragraph.text
        for start, end in sentences(text.text, rules):
            sentence = text.text[start:end]
            if _VISITED.search(sentence):
                _day(head, text, start, sentence, posted, rules)
                _unit_told(head, text, start, sentence)
            _place(head, text, start, sentence, known)
    for text in all_texts(pieces):
        for found in find_dates(text.text, None, rules):
            before = text.text[: found.start]
            if _NAMED.search(before) and not _NOT_THIS.search(before[:-6]):
                _offer_day(head, text, found.start, found, found.value, _AGAIN.search(before) is not None)
    _unit_beside(head, pieces)


def visit_in(sentence: str) -> bool:
    """Whether a sentence tells of a visit."""
    return _VISITED.search(sentence) is not None


def visit_is_told(head: Head) -> bool:
    """Whether a sentence told the day of a second visit, so that the paper's own day is none."""
    again = head.found.get("reinspection_date")
    return again is not None and again.rule.startswith("us-ma/labels/visit_told")


def _posted(pieces: Sequence[Piece], rules: RuleBook) -> date | None:
    """The day of the paper itself: a date alone in its line."""
    for text in (p.text for p in pieces if p.table is None):
        found = find_dates(text.text, None, rules)
        if len(found) == 1 and not re.search(r"[A-Za-z]{3}", text.text[: found[0].start] + text.text[found[0].end :]):
            return found[0].value
    return None


def _day(head: Head, text: Text, start: int, sentence: str, posted: date | None, rules: RuleBook) -> None:
    again = _AGAIN.search(sentence) is not None
    dates = find_dates(sentence, None, rules)
    if not dates and posted is not None:  # "on Tuesday, October 16" in a letter of that year
        dates = tuple(d for d in find_dates(sentence, posted, rules) if d.value <= posted and (posted - d.value).days < 120)
    own = [d for d in dates if not OTHER_DAY.search(sentence[: d.start])]
    if own:
        _offer_day(head, text, start + own[0].start, own[0], own[0].value, again)
    elif not dates and posted is not None and (told := _YESTERDAY.search(sentence)):
        day = posted - timedelta(days=1)
        part = text.cut(start + told.start(), start + told.end())
        head.offer("inspection_date", Found(day, part, 0.9, "us-ma/labels/visit_yesterday@1"))


def _offer_day(head: Head, text: Text, at: int, found: FoundDate, value: date, again: bool) -> None:
    part = text.cut(at, at + found.end - found.start)
    flags = ("ocr_repair",) if found.repaired else ()
    name = "reinspection_date" if again else "inspection_date"
    head.offer(name, Found(value, part, 0.93, "us-ma/labels/visit_told@1", flags))


def _place(head: Head, text: Text, start: int, sentence: str, known: Wording) -> None:
    for where in _PLACE.finditer(sentence):
        rest = sentence[where.end() :]
        span = find_address(rest)
        if span is None or span[0] > 0 or _ELSEWHERE.search(sentence[max(0, where.start() - 30) : where.end()]):
            continue
        if any(word in sentence[where.start() :][:80].lower() for word in known.office_words):
            continue
        part = text.cut(start + where.end(), start + where.end() + span[1])
        head.offer("address", Found(part.text.strip(" ,.-–"), part, 0.86, "us-ma/labels/visit_place@1"))
        return


def _unit_told(head: Head, text: Text, start: int, sentence: str) -> None:
    units = list(_UNIT.finditer(sentence))
    if len({u[1] for u in units}) == 1:
        part = text.cut(start + units[0].start(1), start + units[0].end(1))
        head.offer("unit", Found(units[0][1], part, 0.85, "us-ma/labels/visit_unit@1"))
    elif not units and (floor := _FLOOR.search(sentence)) is not None:
        part = text.cut(start + floor.start(), start + floor.end(1))
        head.offer("unit", Found(f"{floor[1].lower()} floor", part, 0.8, "us-ma/labels/visit_unit@1"))


def _unit_beside(head: Head, pieces: Sequence[Piece]) -> None:
    """The unit right after the address where it is written a second time ("68 Clinton St, apt 5")."""
    address = head.found.get("address")
    named = re.match(r"\W*(\d+)(?:\s?[-–]\s?\d+)?\s+([A-Za-z]{3,})", str(address.value)) if address is not None else None
    if "unit" in head.found or named is None:
        return
    street = rf"\b{named[1]}\b[^.\n]{{0,8}}\b{re.escape(named[2])}\b\.?"
    again = re.compile(rf"{street}(?:\s+\w{{2,9}}\.?)?[\s,–-]{{0,4}}(?=\S)", _FLAGS)
    told: list[tuple[str, Text]] = []
    for text in all_texts(pieces):
        for place in again.finditer(text.text):
            unit = _UNIT.search(text.text[place.start() : place.end() + _FEW], place.end() - place.start() - 2)
            unit = unit or re.match(r"(?:#|(?i:no)\.?)\s?(\d{1,3}[A-Za-z]?|[A-Z])\b", text.text[place.end() : place.end() + 8])
            if unit is not None:
                told.append((unit[1], text.cut(place.start(), place.end() + _FEW)))
    if len({u for u, _ in told}) == 1:
        head.offer("unit", Found(told[0][0], told[0][1], 0.85, "us-ma/labels/unit_beside@1"))
