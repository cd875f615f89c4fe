"""The head of a report on worn paper: values that stand where their label says but can't be read as they stand.

Nothing here replaces a value that was read. A repaired date is less sure than a printed one, and one that hangs on other evidence
(the year from the record's number, one of two readings from the day of the week) is a question for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from extractors.language.dates import FoundDate, find_dates
from extractors.language.worn_dates import day_without_year, weekday_in, worn_dates
from extractors.reports.found import Found, Head
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.text import Text, plain
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

_DATES = ("inspection_date", "reinspection_date", "date")
_REPAIRED = 0.85  # of the label's sureness, where letters had to be repaired
ASKED = 0.6  # what a person is asked about: under the weight from which a date counts as found
_CASE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2,4})\s?[-–—:._~]\s?([12]\d|20[12]\d)\s?[-–—:._~]\s?(\d{3,6})(?!\d)")
_GLUED_LABEL = re.compile(r"[A-Za-z][A-Za-z .:-]{8,26}?(?=\s?\d)")
_SAME_WORD = 84.0
"""Likeness (0..100) from which a misread word of a visit's reason counts as that word."""


def mend(head: Head, pieces: Sequence[Piece], known: Wording, rules: RuleBook) -> None:
    """Offers what can be made out of labelled values that were not understood."""
    if not {"inspection_date", "reinspection_date"} & set(head.found):
        for pair in head.pairs:
            if pair.field in _DATES and pair.value:
                name = "inspection_date" if pair.field == "date" else pair.field
                head.offer(name, _date_of(pair.value, pair.sure, f"us-ma/labels/{pair.field}@1 ({pair.how}, worn)", head, rules))
        if not {"inspection_date", "reinspection_date"} & set(head.found):
            for text in all_texts(pieces):
                _glued(head, text, known, rules)
    if "case_number" not in head.found:
        for text in all_texts(pieces):
            said = [text.text, " ".join(w.other or w.text for w in text.words)]
            number = next((m for s in said if (m := known.case_id.search(s) or _CASE.search(s)) is not None), None)
            if number is not None:
                whole = "-".join(number.groups()) if len(number.groups()) == 3 else number[1]
                value = re.sub(r"\s+", "", whole).replace("–", "-").replace("—", "-").upper()
                head.offer("case_number", Found(value, text, 0.8, "us-ma/labels/worn_case@1", ("ocr_repair",)))
                break
    _type(head, known)


def _date_of(value: Text, sure: float, rule: str, head: Head, rules: RuleBook) -> Found | None:
    """The date that a labelled value holds, letters repaired; None where it holds none or nothing decides between several."""
    other = " ".join(w.other or w.text for w in value.words)
    if other != value.text and (dates := find_dates(other, None, rules)):
        return Found(dates[0].value, value, 0.98 * sure * _REPAIRED, rule, ("ocr_repair", "second_voice"))
    found = list(worn_dates(value.text, rules))
    if len(found) != 1 and other != value.text:
        theirs = {d.value for d in worn_dates(other, rules)}
        found = [d for d in found if d.value in theirs] or found or list(worn_dates(other, rules))
    if len(found) == 1:
        return Found(found[0].value, value, 0.98 * sure * _REPAIRED, rule, ("ocr_repair",))
    if found:
        return _told_apart(found, value, rule)
    year = _case_year(head)
    if year is not None and (part := day_without_year(value.text, year, rules)) is not None:
        return Found(part.value, value, ASKED, rule, ("ocr_repair", "year_of_record"))
    return None


def _told_apart(found: Sequence[FoundDate], value: Text, rule: str) -> Found | None:
    """Of several readings the one that falls on the day of the week printed with it."""
    weekday = weekday_in(value.text)
    fitting = [d for d in found if weekday is not None and d.value.weekday() == weekday]
    if len(fitting) != 1:
        return None
    rest = tuple(d.value.isoformat() for d in found if d is not fitting[0])
    return Found(fitting[0].value, value, ASKED, rule, ("ocr_repair",), rest)


def _case_year(head: Head) -> int | None:
    number = re.match(r"[A-Z]{2,4}-?(?:20)?(\d{2})-", str(head.value("case_number") or ""))
    return 2000 + int(number[1]) if number is not None else None


def _glued(head: Head, text: Text, known: Wording, rules: RuleBook) -> None:
    """A label whose colon was read as a letter or not at all ("Date of inspectior09/15/2018"): a question, since a figure may
    have gone with the colon."""
    for label in _GLUED_LABEL.finditer(text.text):
        words = re.sub(r"[\s:.]+$", "", label[0])
        named = next((n for w in (words, words[:-1]) if (n := known.field_of(w)) is not None and n[1] >= 0.85), None)
        if named is None or named[0] not in _DATES[:2]:
            continue
        rest = text.text[label.end() :].lstrip()
        worn = worn_dates(rest, rules)
        dates = find_dates(rest, None, rules) or (worn if len(worn) == 1 else ())
        if dates and dates[0].start == 0:
            part = text.cut(label.end(), label.end() + 1 + dates[0].end)
            rule = f"us-ma/labels/{named[0]}@1 (label run into its value)"
            head.offer(named[0], Found(dates[0].value, part, ASKED, rule, ("ocr_repair",)))


def _type(head: Head, known: Wording) -> None:
    """A reason for the visit with a wrong letter ("Compla nt", "Re-inspectlon")."""
    one = head.found.get("inspection_type")
    if one is not None and one.value != "other":
        return
    for pair in head.pairs:
        if pair.field != "type" or not pair.value or len(pair.value.words) > 6:
            continue
        said = plain(pair.value.text)
        likeness = {word: max(fuzz.ratio(said, word), fuzz.ratio(said.replace(" ", ""), word)) for word in _REASONS}
        best = max(likeness, key=lambda w: likeness[w])
        if likeness[best] >= _SAME_WORD and (kind := known.type_of(best)) is not None:
            head.found.pop("inspection_type", None)
            head.offer("inspection_type", Found(kind, pair.value, 0.8, "us-ma/inspection_types/worn@1", ("ocr_repair",)))
            return


_REASONS = (
    "initial inspection", "initial", "routine", "complaint", "tenant complaint", "re-inspection", "reinspection", "certificate",
    "certificate of habitability", "quarterly", "follow-up inspection",
)  # fmt: skip


def printed_days(pieces: Sequence[Piece], rules: RuleBook) -> Iterator[tuple[Text, FoundDate]]:
    """Every complete date of the report that was read as it stands, with its place."""
    for text in all_texts(pieces):
        if any(c.isdigit() for c in text.text):
            for found in find_dates(text.text, None, rules):
                if not found.repaired:
                    yield text.cut(found.start, found.end), found


def same_line_weekday(pieces: Sequence[Piece], own: Text) -> int | None:
    """The day of the week printed within three words before a date."""
    mine = {id(w) for w in own.words}
    for text in all_texts(pieces):
        at = next((n for n, w in enumerate(text.words) if id(w) in mine), None)
        if at is not None:
            return weekday_in(" ".join(w.text for w in text.words[max(0, at - 3) : at + 1]))
    return None
