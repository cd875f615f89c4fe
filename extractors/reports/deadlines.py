"""Until when findings are to be put right where the report says it once: in a label of its head, or in a sentence before or
after its list, for all items, for some by number or by name ("the porch by Monday"), for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from extractors.language.dates import find_dates, find_deadline, parse_deadline
from extractors.language.sentences import sentences
from extractors.reports.found import Head
from extractors.reports.items import Item
from extractors.reports.text import Text
from extractors.rulebook import RuleBook

_FLAGS = re.IGNORECASE
_ORDERS = re.compile(
    r"\b(?:correct\w*|repair\w*|fix\w*|compl(?:y|ied|iance)|complet\w*|abat\w*|remed\w*|made (?:safe|good)|taken care of|"
    r"put right|attended to|done|due|(?:given|allowed|has|have) until|"
    r"deadline|exten(?:sion|ded)|replac\w*|cleared|finish\w*)\b|\b\d{1,2} (?:days|hours|hrs) each\b",
    _FLAGS,
)
_NOT_WORK = re.compile(
    r"\b(?:hearing|petition\w*|appeal\w*|aggrieved|appear|call (?:me|us|this)|contact|fees?|fined?|pay|return to this office|"
    r"receiv\w*|was due|were due)\b",
    _FLAGS,
)
_SAID_BEFORE = re.compile(r"\b(?:had|was|were) (?:ordered|given|told|due)\b|\boriginal(?:ly)?\b|\bprevious(?:ly)?\b", _FLAGS)
_NUMBERS = re.compile(
    r"\b(?:items?|nos?\.?|numbers?|violations?|conditions?|#)\s*((?:[A-Z]-?)?\d{1,2}(?:\s*(?:,|and|&|through|thru|to|-|–)\s*(?:and\s+)?"
    r"(?:[A-Z]-?)?\d{1,2})*)\b(?!\s*(?:days?|hours?|hrs))",
    _FLAGS,
)
_REST = re.compile(r"\b(?:remaining|remainder|others?|rest|balance|everything else|all else)\b", _FLAGS)
_OPEN = re.compile(
    r"\b(?:outstanding|open|uncorrected|unabated|remaining|uncured|unmet|exten(?:sion|ded)|"
    r"not (?:yet )?(?:corrected|complied|abated|done|cured))\b",
    _FLAGS,
)
_ALL = re.compile(
    r"\b(?:all|these|those|items?|violations?|conditions?|everything|following|above|repairs|work|elements|"
    r"points|answers|boxes|deficien[tc]\w+|each)\b",
    _FLAGS,
)
_SPAN_EACH = re.compile(r"\b(\d{1,2})[- ](days|hours|hrs)\b", _FLAGS)
_NO_NAMES = frozenset(
    ["must", "shall", "should", "made", "safe", "with", "that", "this", "have", "been", "before", "later", "than", "from", "will"]
)


@dataclass(frozen=True)
class Said:
    """One deadline with what it is for: item numbers, words that name an item, the rest, or (none of these) all."""

    value: date
    numbers: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    rest: bool = False
    for_open: bool = False


def for_some_only(text: str) -> bool:
    """Whether a sentence sets a deadline for some findings by number, or for the rest, and not for all that follow."""
    return _NUMBERS.search(text) is not None or _REST.search(text) is not None


def with_deadlines(items: Sequence[Item], texts: Iterable[Text], head: Head, rules: RuleBook) -> list[Item]:
    """The items, those without a deadline of their own with the one that the report sets for them."""
    said = [*_labelled(head, rules), *(one for text in texts for one in _told(text, head, rules))]
    return [_with(item, _of(item, items, said)) for item in items] if said else list(items)


def _with(item: Item, one: Said | None) -> Item:
    if one is None or item.deadline_text:
        return item
    if item.status_text:
        return replace(item, extended=one.value) if one.for_open else item
    return item if item.deadline is not None else replace(item, deadline=one.value)


def _of(item: Item, items: Sequence[Item], said: Sequence[Said]) -> Said | None:
    numbered = [s for s in said if item.number is not None and item.number in s.numbers]
    if numbered:
        return numbered[0]
    words = _words(item)
    named = [s for s in said if s.names & words and not all(s.names & _words(i) for i in items)]
    if named:
        return named[0]
    rest = [s for s in said if s.rest]
    plain = [s for s in said if not s.rest and not s.numbers and not s.names]
    chosen = rest or plain
    return chosen[0] if len({s.value for s in chosen}) == 1 else None


def _words(item: Item) -> frozenset[str]:
    text = f"{item.text.text} {item.location.text}".lower()
    return frozenset(re.findall(r"[a-z]{4,}", text))


def _labelled(head: Head, rules: RuleBook) -> Iterator[Said]:
    base = head.letter_date or head.day()
    for pair in head.pairs:
        if pair.field != "deadline" or not pair.value:
            continue
        value = parse_deadline(pair.value.text, base, rules)
        if value is None and (dates := find_dates(pair.value.text, base, rules)):
            value = dates[0].value
        if value is not None and (base is None or value >= base):
            yield Said(value)


def _told(text: Text, head: Head, rules: RuleBook) -> Iterator[Said]:
    base = head.letter_date or head.day()
    for start, end in sentences(text.text, rules):
        sentence = text.text[start:end]
        if not _ORDERS.search(sentence) or _NOT_WORK.search(sentence) or _SAID_BEFORE.search(sentence):
            continue
        at, told = 0, []
        while (found := find_deadline(sentence[at:], base, rules)) is not None:
            told.append(_said(sentence[at : at + found.start], found.value))
            at += found.end
        if not told and base is not None and (span := _SPAN_EACH.search(sentence)):
            value = parse_deadline(f"within {span[0].replace('-', ' ')}", base, rules)
            told = [_said(sentence[: span.start()], value)] if value is not None else []
        yield from (one for one in told if base is None or one.value > base)


def _said(clause: str, value: date) -> Said:
    numbers: set[int] = set()
    for found in _NUMBERS.finditer(clause):
        parts = [int(n) for n in re.findall(r"\d+", found[1])]
        ranged = len(parts) == 2 and re.search(r"through|thru|\bto\b|[-–]\s*\d", found[1]) is not None
        numbers |= set(range(parts[0], parts[1] + 1)) if ranged else set(parts)
    rest = _REST.search(clause) is not None
    names: frozenset[str] = frozenset()
    if not (numbers or rest or _ALL.search(clause)):
        names = frozenset(re.findall(r"[a-z]{4,}", clause.lower())) - _NO_NAMES
    return Said(value, frozenset(numbers), names, rest, _OPEN.search(clause) is not None)
