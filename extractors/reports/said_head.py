"""What a report's sentences say of the visit: when it was made, by whom, where, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from extractors.language.dates import FoundDate, find_dates
from extractors.language.sentences import sentences
from extractors.language.worn_dates import worn_dates
from extractors.reports.address import find_address, find_person
from extractors.reports.found import Found, Head
from extractors.reports.paragraphs import paragraphs
from extractors.reports.pieces import Piece
from extractors.reports.text import Text
from extractors.reports.visit_told import OTHER_DAY
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

_INSPECTED = re.compile(r"\binspect(?:ion|ed)\b|\bvisit(?:ed)?\b|\bsurvey(?:ed)?\b", re.IGNORECASE)
_WORN = ("inspection", "inspected", "reinspection", "reinspected")
_MADE = re.compile(
    r"\b(?:made|conducted|performed|carried out|done|(?:re-?\s?)?inspected|visited|took place|completed|held)\b", re.IGNORECASE
)
_LATER = re.compile(r"\b(?:will be|to be|hearing|re-?inspect\w* (?:will|on or after)|previous|prior|original)\b", re.IGNORECASE)
_REPAIRED = 0.85  # of a date's weight where its letters had to be repaired


def speaks_of_inspection(sentence: str) -> bool:
    """Whether a sentence is about an inspection, one or two letters of that word misread ("inspectmon")."""
    if _INSPECTED.search(sentence):
        return True
    words = re.findall(r"[a-z-]{8,14}", sentence.lower())
    return any(Levenshtein.distance(w.replace("-", ""), known, score_cutoff=2) <= 2 for w in words for known in _WORN)


def read_sentences(head: Head, pieces: Sequence[Piece], known: Wording, rules: RuleBook) -> None:
    """Statements of running text: "An inspection … was made on 4/3/2019 by Inspector J. Rivera"."""
    for text, start, end in _statements(pieces, rules):
        sentence = text.text[start:end]
        if known.type_statements.search(sentence):
            head.offer("inspection_type", Found("complaint", text.cut(start, end), 0.92, "us-ma/inspection_types/statement@1"))
        if not speaks_of_inspection(sentence):
            continue
        if head.value("inspection_type") is None and (kind := known.type_of(sentence)) in {
            "complaint",
            "certificate",
            "quarterly",
        }:
            head.offer("inspection_type", Found(kind, text.cut(start, end), 0.9, "us-ma/inspection_types/sentence@1"))
        if not _MADE.search(sentence):
            continue
        again = re.search(r"\bre-?\s?inspect", sentence, re.IGNORECASE)
        if dates := _own(sentence, rules):
            one = dates[0]
            part = text.cut(start + one.start, start + one.end)
            name = "reinspection_date" if again else "inspection_date"
            flags = ("ocr_repair",) if one.repaired else ()
            weight = 0.95 if not one.repaired or find_dates(sentence, None, rules) else 0.95 * _REPAIRED
            head.offer(name, Found(one.value, part, weight, "us-ma/labels/inspection_sentence@1", flags))
            _inspector(head, text, start, sentence)
        where = re.search(r"\b(?:at|of|located at|known as)\s+(?=\d)", sentence)
        if where is not None and (span := find_address(sentence[where.end() :])) and span[0] == 0:
            part = text.cut(start + where.end(), start + where.end() + span[1])
            head.offer("address", Found(part.text.strip(" ,."), part, 0.85, "us-ma/labels/address_sentence@1"))


def _own(sentence: str, rules: RuleBook) -> list[FoundDate]:
    """The sentence's dates that are no later or earlier visit's; where none can be read, the only one its letters may be."""
    dates = find_dates(sentence, None, rules)
    if not dates and len(worn := worn_dates(sentence, rules)) == 1:
        dates = worn
    return [
        d
        for d in dates
        if not _LATER.search(sentence[max(0, d.start - 30) : d.start]) and not OTHER_DAY.search(sentence[: d.start])
    ]


def _inspector(head: Head, text: Text, start: int, sentence: str) -> None:
    found_by = re.search(r"\b(?:by|inspector|officer)\s+(?=[A-Z])", sentence, re.IGNORECASE) or re.search(
        r"\d,?\s+(?=[A-Z]\.\s?[A-Z]|[A-Z][a-z]+ [A-Z])", sentence
    )
    if found_by is None:
        return
    span = find_person(sentence[found_by.end() :])
    if span is not None and span[0] < 14:
        person = text.cut(start + found_by.end() + span[0], start + found_by.end() + span[1])
        head.offer("inspector", Found(person.text.strip(" ,."), person, 0.9, "us-ma/labels/inspector_sentence@1"))


def _statements(pieces: Sequence[Piece], rules: RuleBook) -> Iterator[tuple[Text, int, int]]:
    """Sentences of the running text, across the lines they are broken over."""
    for paragraph in paragraphs(pieces):
        for start, end in sentences(paragraph.text.text, rules):
            yield paragraph.text, start, end
