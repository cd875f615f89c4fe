"""The code book: what a cited section is called, which edition it belongs to and what kind of finding it makes.

105 CMR 410 was rewritten on 1 April 2023 and re-uses numbers for other subjects; every question here therefore takes the
date of the inspection (None = the earlier edition, in force in all years without one).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from extractors.rulebook import RuleBook
from records.vocabulary import OTHER_LABEL

SANITARY = "105 CMR 410."
_SECTION = re.compile(r"(?:105 CMR )?(410\.\d{3})((?:\([A-Za-z0-9]+\))*)$")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of one edition. ``old`` names the earlier edition's section on the same subject, ``paragraphs`` where
    a paragraph has its own; ``kind`` is finding, letter (410.750's list) or procedural."""

    number: str
    title: str
    kind: str
    label: str = ""
    category: str = "other"
    old: str = ""
    paragraphs: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CodeBook:
    """Both editions and the related codes."""

    before: Mapping[str, Section]
    after: Mapping[str, Section]
    changed: date  # first day of the later edition
    related: tuple[tuple[str, str, str], ...]  # prefix, title, category; longest prefix first

    def edition(self, on: date | None) -> Mapping[str, Section]:
        """The edition in force on a day."""
        return self.after if on is not None and on >= self.changed else self.before

    def section(self, code: str, on: date | None) -> Section | None:
        """The section a citation means, with label and category of the earlier edition's section on the same subject.

        A number that only the other edition has is read in that one: inspectors went on citing the numbers they knew.
        """
        number, paragraph = split_code(code)
        edition = self.edition(on)
        found = edition.get(number) or (self.before if edition is self.after else self.after).get(number)
        if found is None or self.before.get(number) is found:
            return found
        old = found.old
        for key in sorted(found.paragraphs or {}, key=len):
            if paragraph.upper().startswith(key):
                old = (found.paragraphs or {})[key]
        base = self.before.get(old)
        if base is None:
            return found
        return Section(found.number, found.title, found.kind, base.label, base.category, old)


def split_code(code: str) -> tuple[str, str]:
    """``105 CMR 410.482(B)`` → ``("410.482", "(B)")``; other codes → ``("", "")``."""
    match = _SECTION.match(code.strip())
    return (match[1], match[2]) if match else ("", "")


@cache
def load(rules: RuleBook | None = None) -> CodeBook:
    """The code book of a rule book (the shipped one where none is given)."""
    rules = rules or RuleBook.load()
    old, new, related = (rules.section(n) for n in ("sanitary_code", "sanitary_code_2023", "related_codes"))
    before = {s["id"]: Section(s["id"], s["title"], s["kind"], s["label"], s["category"]) for s in old["sections"]}
    after = {
        s["id"]: Section(s["id"], s["title"], s["kind"], old=s["old"], paragraphs=s.get("paragraphs")) for s in new["sections"]
    }
    rows = sorted(((r["prefix"], r["title"], r["category"]) for r in related["codes"]), key=lambda r: -len(r[0]))
    return CodeBook(before, after, date.fromisoformat(new["first_day"]), tuple(rows))


def exists(code: str, on: date | None, rules: RuleBook | None = None) -> bool:
    """Whether the edition in force on that day has this section of 105 CMR 410 (its paragraph isn't looked at)."""
    return split_code(code)[0] in load(rules).edition(on)


def procedural(code: str, on: date | None, rules: RuleBook | None = None) -> bool:
    """Whether a citation is a reference (how to inspect, order, be heard; the list of endangering conditions), no finding."""
    found = load(rules).section(code, on)
    return found is not None and found.kind != "finding"


def code_title(code: str, on: date | None, rules: RuleBook | None = None) -> str:
    """The exact BuildingBlocks label of a section of 105 CMR 410, ``Other Violation`` for one without label; the title of
    another code; '' for none. Of several joined by ``; `` the first that is a finding counts."""
    book = load(rules)
    parts = [p.strip() for p in code.split(";") if p.strip()]
    if len(parts) > 1:
        return code_title(next((p for p in parts if not procedural(p, on, rules)), parts[0]), on, rules)
    if not parts:
        return ""
    if parts[0].startswith(SANITARY):
        found = book.section(parts[0], on)
        return (found.label if found else "") or OTHER_LABEL
    return next((title for prefix, title, _ in book.related if parts[0].startswith(prefix)), "")


def category_of_code(code: str, on: date | None, rules: RuleBook | None = None) -> str:
    """The category a citation alone speaks for; ``other`` where it says nothing."""
    book = load(rules)
    first = code.split(";")[0].strip()
    found = book.section(first, on)
    if found is not None:
        return found.category
    return next((category for prefix, _, category in book.related if first.startswith(prefix)), "other")


def sections_between(first: str, last: str, on: date | None, rules: RuleBook | None = None) -> tuple[str, ...]:
    """Numbers of the existing findings' sections from ``first`` to ``last``; both ends only if one does not exist."""
    edition = load(rules).edition(on)
    if first not in edition or last not in edition or last < first:
        return (first, last)
    return tuple(n for n in sorted(edition) if first <= n <= last)
