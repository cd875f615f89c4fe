"""What else in a report speaks for the inspection's date, or against it. Nothing here replaces the date that was read: what
agrees raises it, what can't be true beside it becomes a question for a person.

Agreeing: the same day written once more; an order "within 30 days, by 5/3/2019" that counts back to it; the days set for
several findings that lie as far from it as orders set them. Against: a letter or a deadline from before the visit, a record
number of a later year, a first visit after this one, another reading of the same figures that the rest of the report fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from extractors.language.dates import find_dates, find_deadline
from extractors.reports.found import Found, Head
from extractors.reports.paragraphs import paragraphs
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.stamped import is_stamped
from extractors.reports.text import Text
from extractors.reports.worn_head import ASKED, printed_days, same_line_weekday
from extractors.rulebook import RuleBook
from records.record import Reason, Record

_USUAL = frozenset({1, 5, 7, 10, 14, 15, 21, 30, 45, 60, 90})
"""Days that orders set (105 CMR 410.830: 24 hours, 5 days, 30 days; the rest by custom)."""
_POSTED = timedelta(days=120)  # a letter goes out within this time of the visit
_TOLD = timedelta(days=21)  # within which a visit is written up
_OTHERS = ("original_date", "previous_reinspection", "other_date", "deadline")
_TO_COME = re.compile(
    r"\b(?:by|before|until|till|due|to|for|next|hearing|will|shall|mailed|printed|sent|served|expires?|extended|deadline|after|within|"
    r"return|follow-?up|scheduled|re-?check)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
_DUBIOUS = 0.6  # reading below which a date needs another that agrees


@dataclass(frozen=True)
class Weighed:
    """Whether other evidence confirms the date, and what speaks against it, in words."""

    confirmed: bool = False
    against: tuple[str, ...] = ()


def weigh(head: Head, pieces: Sequence[Piece], violations: Iterable[Record], rules: RuleBook) -> Weighed:
    """Weighs the inspection's date of ``head`` against the rest of the report."""
    one = head.found.get("inspection_date")
    day = head.day()
    if one is None or day is None:
        return Weighed()
    set_days = _set_days(violations, rules)
    against = [*_contradictions(head, pieces, day, set_days, rules)]
    weekday = same_line_weekday(pieces, one.text)
    if weekday is not None and weekday != day.weekday():
        against.append(f"the day of the week printed with it is another; {day} is a {day:%A}")
    again = _again(head, pieces, day, rules) and not (_unlabelled(one) and day in set_days)
    confirmed = again or weekday == day.weekday() or _counts_back(pieces, day, rules) or _usual(day, set_days)
    if _unlabelled(one) and not confirmed:
        against += [
            f"the report names {earlier} too, which may be the day of the visit, and {day} that of the paper"
            for earlier in _earlier_days(head, pieces, day, rules)
        ][:1]
    others = [] if confirmed else _other_readings(one.text, day, rules)
    against += [
        f"the rest of the report fits {other}, which the same figures may be"
        for other in others
        if _again(head, pieces, other, rules) or _counts_back(pieces, other, rules) or _usual(other, set_days)
    ]
    return Weighed(confirmed and not against, tuple(against))


def with_weight(head: Head, weighed: Weighed) -> tuple[Reason, ...]:
    """Raises or questions the date of ``head``; returns the questions."""
    one = head.found.get("inspection_date")
    if one is None:
        return ()
    reading = one.text.reading
    if weighed.confirmed:
        sure = [*(f for f in one.flags if f != "stamped"), "agreed"]
        asked = "ocr_repair" in one.flags and one.finding <= ASKED  # a question stays one, whatever agrees with the answer
        head.found["inspection_date"] = replace(one, flags=tuple(sure), finding=one.finding if asked else max(one.finding, 0.9))
        return ()
    reasons = [Reason("inspection_date", "conflict", f"{one.value}: {said}") for said in weighed.against]
    if "stamped" in one.flags or is_stamped(one.text, head.stamps):
        reasons.append(Reason("inspection_date", "weak", "the date stands where an office stamp is, and may be the stamp's"))
    elif reading is not None and reading < _DUBIOUS:
        reasons.append(Reason("inspection_date", "weak", "the date was hard to read, and nothing else in the report confirms it"))
    return tuple(reasons)


def _set_days(violations: Iterable[Record], rules: RuleBook) -> list[date]:
    """Days that the findings' deadlines were written out as; those counted from the visit prove nothing."""
    out = set()
    for record in violations:
        due = record.fields.get("correct_by")
        if due is None or not isinstance(due.value, date) or due.reading is None:
            continue
        if any(d.value == due.value for d in find_dates(due.evidence.text, None, rules)):
            out.add(due.value)
    return sorted(out)


def _contradictions(head: Head, pieces: Sequence[Piece], day: date, set_days: Sequence[date], rules: RuleBook) -> Iterable[str]:
    early = [d for d in set_days if d < day]
    if early and 2 * len(early) >= len(set_days):
        yield f"findings were to be corrected by {early[0]}, before the inspection"
    letter = _letter_date(pieces, rules)
    if letter is not None and not day <= letter <= day + _POSTED:
        yield f"the letter is dated {letter}"
    first = head.value("original_date")
    if isinstance(first, date) and first > day:
        yield f"the first inspection is dated {first}, later than this one"
    if head.value("inspection_type") == "reinspection" and not _of_a_second_visit(head):
        for later in _later_days(head, pieces, day, rules)[:1]:
            yield f"the report is of a second visit, and names {later} too, which may be its day"
    number = re.match(r"[A-Z]{2,4}-?(?:20)?(\d{2})-", str(head.value("case_number") or ""))
    if number is not None and not day.year - 2 <= 2000 + int(number[1]) <= day.year:
        yield f"the record was opened in 20{number[1]}"


def _letter_date(pieces: Sequence[Piece], rules: RuleBook) -> date | None:
    """The date at the top of a letter: nothing else in its line, above the salutation."""
    lines = [p.text for p in pieces if p.table is None]
    greeting = next((n for n, t in enumerate(lines[:30]) if re.match(r"\W*(?:dear|to whom)\b", t.text, re.IGNORECASE)), None)
    for text in lines[:greeting] if greeting is not None else ():
        found = find_dates(text.text, None, rules)
        if len(found) == 1 and not found[0].repaired and not re.search(
            r"[A-Za-z]{3}", text.text[: found[0].start] + text.text[found[0].end :]
        ):  # fmt: skip
            return found[0].value if (text.reading or 0.0) >= _DUBIOUS else None
    return None


def _again(head: Head, pieces: Sequence[Piece], day: date, rules: RuleBook) -> bool:
    """Whether the day is printed once more, in words that are neither its own nor a stamp's."""
    own = {id(w) for w in head.found["inspection_date"].text.words}
    for text in all_texts(pieces):
        if not any(c.isdigit() for c in text.text):
            continue
        for found in find_dates(text.text, None, rules):
            part = text.cut(found.start, found.end)
            mine = any(id(w) in own for w in part.words) or is_stamped(part, head.stamps)
            if found.value == day and not found.repaired and not mine and not part.share("handwritten"):
                return True
    return False


def _counts_back(pieces: Sequence[Piece], day: date, rules: RuleBook) -> bool:
    """Whether an order names both a span and the day on which it ends, counted from this day."""
    for paragraph in paragraphs(pieces):
        text = paragraph.text.text
        dates = find_dates(text, None, rules)
        if not dates:
            continue
        blank = text
        for found in dates:
            blank = blank[: found.start] + " " * (found.end - found.start) + blank[found.end :]
        span = find_deadline(blank, day, rules)
        if span is not None and span.value > day and any(found.value == span.value for found in dates):
            return True
    return False


def _unlabelled(one: Found) -> bool:
    """Whether the date is the visit's only because it stands at the top or is labelled "Date"."""
    return any(kind in one.rule for kind in ("/note_date@", "/paper_date@", "/date@"))


def _earlier_days(head: Head, pieces: Sequence[Piece], day: date, rules: RuleBook) -> list[date]:
    """Days shortly before this one that stand under no label of another thing's date."""
    labelled = {id(w) for p in head.pairs if p.field in _OTHERS for w in p.value.words}
    found = []
    for part, one in printed_days(pieces, rules):
        if any(id(w) in labelled for w in part.words) or is_stamped(part, head.stamps) or part.share("handwritten"):
            continue
        if timedelta(0) < day - one.value <= _TOLD:
            found.append(one.value)
    return sorted(set(found), reverse=True)


def _of_a_second_visit(head: Head) -> bool:
    """Whether the day was labelled or told as that of the visit after the first."""
    again = head.found.get("reinspection_date")
    return again is not None and again.value == head.value("inspection_date")


def _later_days(head: Head, pieces: Sequence[Piece], day: date, rules: RuleBook) -> list[date]:
    """Days after this one that are no deadline, no letter's and no visit's to come, by their labels and the words before them."""
    labelled = {id(w) for p in head.pairs if p.field in _OTHERS for w in p.value.words}
    found = set()
    for text in all_texts(pieces):
        for one in find_dates(text.text, None, rules):
            part = text.cut(one.start, one.end)
            alone = not re.search(r"[A-Za-z]{3}", text.text[: one.start] + text.text[one.end :])
            if alone or one.repaired or any(id(w) in labelled for w in part.words) or is_stamped(part, head.stamps):
                continue
            if day < one.value <= day + _POSTED and not _TO_COME.search(text.text[: one.start]):
                found.add(one.value)
    return sorted(found)


def _usual(day: date, set_days: Sequence[date]) -> bool:
    return len(set_days) >= 2 and all((d - day).days in _USUAL for d in set_days)


def _other_readings(text: Text, day: date, rules: RuleBook) -> list[date]:
    """Days that the engine which was not followed read in the same words."""
    if not any(w.other for w in text.words):
        return []
    said = " ".join(w.other or w.text for w in text.words)
    return [d.value for d in find_dates(said, None, rules) if d.value != day]
