"""Until when findings are to be put right where the report sorts them by class, and says once what each class is given
("Class I 24 hours, Class II 5 days") or what a sign beside a finding means ("marked * by Dec. 3")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from extractors.language.dates import find_dates, parse_deadline
from extractors.language.sentences import sentences
from extractors.reports.found import Head
from extractors.reports.items import Item
from extractors.reports.text import Text
from extractors.rulebook import RuleBook

_GRADE = r"[IVXl1|]{1,3}|[1-5]|[A-E]"
_NAMED = re.compile(rf"\b(?:class|cat(?:egory)?|priority|type|level|grade|severity)\.?\s+({_GRADE})(?![\w'])", re.IGNORECASE)
_EQUATED = re.compile(rf"(?<![\w.])({_GRADE})\s*(?:=|:|[-–]\s)\s*(?=(?:within |in )?(?:\d|immediate))")
_SPAN = re.compile(
    r"\b(?:within |in )?(\d{1,3}\s*-?\s*(?:hours?|hrs?|h|days?|d|weeks?))\b|\b(immediately|immediate|at once|forthwith)\b",
    re.IGNORECASE,
)
_SIGN = re.compile(r"\b(?:marked|starred|shown)\b[^.;]{0,20}?([*†‡#])|(?<!\S)([*†‡])\s*(?==|items?|means)", re.IGNORECASE)
_STROKES = str.maketrans({"l": "I", "1": "I", "|": "I", "i": "I"})


def with_classes(items: Sequence[Item], texts: Iterable[Text], head: Head, rules: RuleBook) -> list[Item]:
    """The items, those of a class with the deadline that the report gives it."""
    if not any(i.grade for i in items) and not any(_signed(i) for i in items):
        return list(items)
    told: dict[str, date] = {}
    for grade, day in _legend(" ".join(t.text for t in texts), head, rules):
        told.setdefault(grade, day)
    return [_with(item, told) for item in items] if told else list(items)


def _with(item: Item, told: Mapping[str, date]) -> Item:
    if item.deadline_text or item.deadline is not None or item.status_text:
        return item
    day = told.get(_plain(item.grade.text)) or told.get(_signed(item))
    return replace(item, deadline=day) if day is not None else item


def _signed(item: Item) -> str:
    found = re.search(r"\s([*†‡#])\s*$", item.text.text)
    return found[1] if found is not None else ""


def _plain(grade: str) -> str:
    """A class as it is compared: Roman figures of strokes alone are counted, since print and scan write them in many ways."""
    bare = re.sub(
        r"\W", "", re.sub(r"^\W*(?:class|cat\w*|priority|level)\b", "", grade, flags=re.IGNORECASE).strip(" .:").replace("|", "I")
    )
    strokes = bare.translate(_STROKES)
    return strokes if re.fullmatch(r"I{2,3}|I", strokes) and not bare.isdigit() else bare.upper()


def _legend(text: str, head: Head, rules: RuleBook) -> Iterable[tuple[str, date]]:
    base = head.letter_date or head.day()
    if base is None:
        return
    found = list(_NAMED.finditer(text)) or list(_EQUATED.finditer(text))
    for n, one in enumerate(found):
        stop = found[n + 1].start() if n + 1 < len(found) else len(text)
        part = text[one.end() : stop]
        if (span := _SPAN.search(part)) is not None:
            day = parse_deadline(f"within {span[1]}" if span[1] else "immediately", base, rules)
            if day is not None:
                yield _plain(one[1]), day
    for start, end in sentences(text, rules):
        sentence = text[start:end]
        if (sign := _SIGN.search(sentence)) is not None:
            days = find_dates(text[start + sign.end() : start + sign.end() + 60], base, rules)
            if days and days[0].value > base:
                yield sign[1] or sign[2], days[0].value
