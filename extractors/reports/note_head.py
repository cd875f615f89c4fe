"""The head of a note without labels: its first lines hold date, address, number, name and reason in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.language.citations import parse_citations
from extractors.language.dates import FoundDate, find_dates
from extractors.language.worn_dates import weekday_in, worn_dates
from extractors.reports.address import find_address, find_person
from extractors.reports.found import Found, Head
from extractors.reports.pieces import Piece
from extractors.reports.stamped import own_dates
from extractors.reports.text import Text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

TERSE_TOP = 7  # lines at the top of a note without labels in which its head stands
STAMPED = 0.4  # a date where a stamp is: below what counts as found
PAPER = 0.5  # the day a letter or a mail was written
_WORN = 0.6  # a date whose letters had to be repaired
# The line that a fax machine prints over a page says when it was sent, not when anybody inspected.
_CHAPTER = re.compile(r"\b\d{3}\s?C\.?\s?M\.?\s?R\b", re.IGNORECASE)  # "(105 CMR" reads like a number and a street
_SENT = re.compile(
    r"\bfax\b.*\b\d{1,3}\s?/\s?\d{1,3}\W*$|\d{1,2}:\d{2}.*\bfax\b|\bfax\b.*\d{1,2}:\d{2}|\d{1,2}:\d{2}.*\bP(?:age|g)?\.?\s?\d{1,3}(?:\s?/\s?\d{1,3})?\W*$",
    re.IGNORECASE,
)
# The sender's own address stands beside its telephone ("500 Broadway, Room 101  Tel 617-555-0140")
_LETTERHEAD = re.compile(
    r"\b(?:tel|fax|phone|telephone|walk-?in|mailing|p\.?\s?o\.? box|room|suite)\b|\b(?:\d{3}[-. )]{1,2})?\d{3}[-. ]\d{4}\b|"
    r"\b0\d{4}\b|www\.|@",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d{1,2}[:.]?\d{0,2}\s?[ap]\.?m\b\.?|\b\d{1,2}:\d{2}\b", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-*•–·>]|\d{1,2}[.)])\s*(?=\w)")
_GREETING = re.compile(r"\W*(?:dear\b|to whom\b|attention\s*:)", re.IGNORECASE)
_MAIL_LINE = re.compile(r"\W*(?:from|sent|to|subject|cc|date)\s*:\s*\S", re.IGNORECASE)


def on_letter(pieces: Sequence[Piece]) -> bool:
    """Whether the paper is a letter or a printed mail: the day at its top is the day it was written."""
    lines = [p.text.text for p in pieces if p.table is None][:30]
    mail = {re.sub(r"[^a-z]", "", m[0].lower().split(":")[0]) for line in lines if (m := _MAIL_LINE.match(line))}
    return any(_GREETING.match(line) for line in lines) or len(mail & {"from", "sent", "to", "subject"}) >= 2


def read_note(head: Head, pieces: Sequence[Piece], known: Wording, rules: RuleBook) -> None:
    """Offers what the first lines hold; ``head.terse`` says whether they are a note's head, ``head.body_from`` where it ends."""
    lines = [p for p in pieces if p.table is None][:TERSE_TOP]
    letter = on_letter(pieces)
    last = -1
    for n, piece in enumerate(lines):
        text = piece.text
        rest = text.text
        if _SENT.search(rest):
            continue
        if n > 0 and _begins_findings(rest, n, rules):
            break
        taken: list[tuple[int, int]] = []
        number = known.case_id.search(rest)
        if number is not None:
            taken.append(number.span())
        follows = re.match(r"\W*f/?u\b|\W*follow", rest, re.IGNORECASE)
        dates, stamped = own_dates(text, () if follows else find_dates(rest, None, rules), head.stamps)
        if stamped and not known.case_id.search(rest) and not find_address(rest):
            continue  # an office stamp over the note's head
        if not dates and not follows and n < 3:
            dates = list(worn) if len(worn := worn_dates(_blanked(rest, taken), rules)) == 1 else []
        if dates and "inspection_date" not in head.found:
            _offer_date(head, text, dates[0], n, stamped, letter)
        taken += [(d.start, d.end) for d in dates]
        blank = _blanked(rest, [*taken, *(m.span() for m in _CHAPTER.finditer(rest))])
        if "address" not in head.found:
            span = find_address(blank, bare=bool(dates) or n < 2)
            around = _blanked(rest, [span]).lower() if span is not None else ""  # "74 Division Street" is no office
            if span is not None and not any(w in around for w in known.office_words) and not _LETTERHEAD.search(around):
                part = text.cut(*span)
                head.offer("address", Found(blank[span[0] : span[1]].strip(" ,;("), part, 0.8, "us-ma/labels/note_address@1"))
                taken.append(span)
                last = n
        if (dates or number) and (last < 0 or n <= last + 2):  # a date further down is a follow-up, no head
            last = max(last, n)
    if last < 0 or "address" not in head.found:
        return
    head.terse = True
    last = _reason_and_name(head, lines, last, known, rules)
    head.body_from = max(head.body_from, lines[min(last, len(lines) - 1)].index + 1)


def _begins_findings(line: str, n: int, rules: RuleBook) -> bool:
    """A bullet or a number begins the findings, unless a speck stands before the head's own date; a section cited is in them."""
    if item := _ITEM.match(line):
        dates = find_dates(line, None, rules)
        return not (n <= 2 and dates and (dates[0].start == item.end() or weekday_in(line[: dates[0].start]) is not None))
    return bool(find_dates(line, None, rules)) and bool(parse_citations(line, None, rules)) and not find_address(line)


def _offer_date(head: Head, text: Text, one: FoundDate, n: int, stamped: bool, letter: bool) -> None:
    part = text.cut(one.start, one.end)
    worn = one.repaired and not find_dates(text.text)
    weight = STAMPED if stamped else PAPER if letter else _WORN if worn or n >= 3 else 0.8
    flags = (*(("ocr_repair",) if one.repaired else ()), *(("stamped",) if stamped else ()))
    rule = "us-ma/labels/paper_date@1" if letter else "us-ma/labels/note_date@1"
    head.offer("inspection_date", Found(one.value, part, weight, rule, flags))


def _reason_and_name(head: Head, lines: Sequence[Piece], last: int, known: Wording, rules: RuleBook) -> int:
    """Why the visit was made and by whom, in the head's lines and the two after it; the last line that is head."""
    for n, piece in enumerate(lines[: last + 2]):
        text = piece.text
        blank = _blanked(
            text.text,
            [(d.start, d.end) for d in find_dates(text.text, None, rules)]
            + [m.span() for m in _TIME.finditer(text.text)]
            + [m.span() for m in known.case_id.finditer(text.text)],
        )
        address = find_address(blank, bare=True)
        if address is not None:
            blank = _blanked(blank, [address])
        kind = known.type_of(blank)
        person = find_person(blank)
        if (n > last and not (person or kind)) or (n and _begins_findings(text.text, n, rules)):
            break
        if kind is not None and len(blank.split()) <= 8:
            head.offer("inspection_type", Found(kind, text, 0.85, "us-ma/inspection_types/note@1"))
            last = max(last, n)
        if person is not None and "inspector" not in head.found and len(blank.split()) <= 8:
            part = text.cut(*person)
            head.offer("inspector", Found(blank[person[0] : person[1]].strip(" ,"), part, 0.75, "us-ma/labels/note_inspector@1"))
            last = max(last, n)
    return last


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with spans blanked out, all else in its place."""
    out = text
    for a, b in spans:
        out = out[:a] + " " * (b - a) + out[b:]
    return out
