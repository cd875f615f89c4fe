"""The omission alarm: what is printed on a report's pages and stands in no record. Each place is a question of its own and
holds back nothing that was read well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rapidfuzz import fuzz

from extractors.language.codebook import load, procedural
from extractors.rulebook import RuleBook
from records.document import Box, Document, Line, Page, Table, Word, enclosing
from records.record import Evidence, Reason, Record, Report

_SECTION = re.compile(r"(?<![\d.])4[1Il|]0\s?[.,]\s?(\d{3})(?!\d)")
_NUMBERED = re.compile(r"^\W{0,2}(\d{1,2})\s?[.)]\s+(?=\S*[A-Za-z])")
SAME_LINE = 75
"""Partial likeness (0..100) from which a printed line is part of what a record says."""
_WORD = re.compile(r"[A-Za-z]{3,}")
_TICKS = "☐☑☒□■"
_LEAST_WORDS = 4  # beside the section, in a line that says something
_MOST_CITED = 4  # more sections of which no record knows are the form's own print
_MOST_ABSENT = 2  # numbers that may be missing between two items
_LEAST_ITEMS = 2  # numbered findings that were taken, before a number that was not says anything
_INK_OF_WORDS = 0.45  # most of a word's box that print covers
_INK_LEFT = 0.012  # share of the page that dirt and edges may darken
_DARK_PAGE = 0.25  # a page darker than this is a photograph, not print


@dataclass(frozen=True, slots=True)
class Printed:
    """One line as it stands on the paper."""

    page: int
    text: str
    box: Box | None
    anchor: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.page, () if self.box is None else (self.box,), self.text, self.anchor)


def omissions(report: Report, document: Document, rules: RuleBook) -> list[Reason]:
    """What the pages of a report of an inspection show and its records do not: numbered findings, gaps in their numbers,
    sections cited, ink where no word was read."""
    pages = [p for p in document.pages if p.number in report.pages]
    asked = [r for p in pages if (r := unread_ink(p)) is not None]
    if report.doc_type not in ("housing_inspection", "fire_inspection") or not report.records:
        return asked
    lines = [line for page in pages for line in lines_of(page)]
    told = _told(report.records)
    visit = next((r for r in report.records if r.kind == "inspection"), None)
    on = None if visit is None else visit.value("inspection_date")
    asked += _numbers(lines, told)
    asked += _sections(lines, told, on if isinstance(on, date) else None, rules)
    return asked


def lines_of(page: Page) -> list[Printed]:
    """The page's lines: of office files as they are, of others from the words, which come line by line."""
    if page.blocks:
        blocks = [line for block in page.blocks for line in _lines(block)]
        return [Printed(page.number, line.text, line.box, line.anchor) for line in blocks if line.text.strip()]
    lines: list[list[Word]] = []
    for word in page.words:
        if lines and _beside(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [
        Printed(page.number, " ".join(w.text for w in some), enclosing([w.box for w in some if w.box is not None]))
        for some in lines
    ]


def unread_ink(page: Page) -> Reason | None:
    """A question where a page holds far more ink than words, rules and writing on it explain."""
    if page.ink is None or page.ink > _DARK_PAGE or not page.words:
        return None
    whole = page.width * page.height
    explained = sum(w.box.area for w in page.words if w.box is not None) * _INK_OF_WORDS
    explained += sum(b.area for b in page.rules) + sum(b.area for b in page.handwriting) + sum(t.box.area for t in page.ticks)
    left = page.ink - explained / whole
    if left <= _INK_LEFT:
        return None
    why = f"page {page.number}: {100 * left:.0f} % of the page is dark where no word was read; is something printed there?"
    return Reason("", "check", why, Evidence(page.number, (Box(0.0, 0.0, page.width, page.height),), ""))


def _numbers(lines: Sequence[Printed], told: Sequence[str]) -> list[Reason]:
    """Numbered lines that no record tells of, among those that records do; numbers that are nowhere."""
    numbered = [(int(found[1]), line) for line in lines if (found := _NUMBERED.match(line.text))]
    taken = [(n, line) for n, line in numbered if _explained(_NUMBERED.sub("", line.text), told)]
    known = {n for n, _ in taken}
    if len(known) < _LEAST_ITEMS:
        return []
    first, last = taken[0][1], taken[-1][1]
    begin, end = lines.index(first), lines.index(last)
    asked = []
    for n, line in numbered:
        at = lines.index(line)
        if n not in known and n <= max(known) + 1 and begin - 3 <= at <= end + 3:
            why = f"item {n} is printed here and in no record: {line.text[:80]!r}"
            asked.append(Reason("description", "omission", why, line.evidence))
    printed = {n for n, _ in numbered}
    # Every visit of a file may begin at 1 again: a gap is one only in numbers that go up throughout.
    rising = all(a < b for (a, _), (b, _) in pairwise(taken))
    for (before, line), (after, _) in pairwise(taken) if rising else ():
        absent = [n for n in range(before + 1, after) if n not in printed]
        if 0 < len(absent) <= _MOST_ABSENT:  # more are a number that was misread
            why = f"item {before} is followed by item {after}: is there an item {absent[0]}?"
            asked.append(Reason("description", "omission", why, line.evidence))
    return asked


def _sections(lines: Sequence[Printed], told: Sequence[str], on: date | None, rules: RuleBook) -> list[Reason]:
    """Sections that are cited somewhere on the pages and nowhere in the records. The sections that a form prints beside its
    tick boxes are no citations: a line that says little else, or one of many."""
    recorded = {found[1] for text in told for found in _SECTION.finditer(text)}
    asked: dict[str, Reason] = {}
    book = load(rules)
    for line in lines:
        for found in _SECTION.finditer(line.text):
            number = f"410.{found[1]}"
            known = book.section(f"105 CMR {number}", on)
            if found[1] in recorded or number in asked or known is None or procedural(f"105 CMR {number}", on, rules):
                continue
            if len(_WORD.findall(_SECTION.sub(" ", line.text))) < _LEAST_WORDS or any(c in line.text for c in _TICKS):
                continue
            why = f"{number} is cited here and in no record: {line.text[:80]!r}"
            asked[number] = Reason("code", "omission", why, line.evidence)
    return list(asked.values()) if len(asked) <= _MOST_CITED else []


def _told(records: Iterable[Record]) -> list[str]:
    """All texts that records show as theirs: values and what was read for them."""
    told: set[str] = set()
    for record in records:
        for found in record.fields.values():
            told.update((found.evidence.text, str(found.value or "")))
        told.add(record.anchor.text)
    return sorted(t for t in told if t)


def _explained(text: str, told: Sequence[str]) -> bool:
    plain = text.lower().strip()
    return any(fuzz.partial_ratio(plain[:120], t.lower()) >= SAME_LINE for t in told if len(t) > 3)


def _lines(block: Line | Table) -> Iterable[Line]:
    if isinstance(block, Line):
        return (block,)
    return (line for row in block.rows for cell in row for line in cell.lines)


def _beside(before: Word, word: Word) -> bool:
    a, b = before.box, word.box
    if a is None or b is None:
        return a is b
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    return b.x0 >= a.x0 and shared > 0.5 * min(a.height, b.height)
