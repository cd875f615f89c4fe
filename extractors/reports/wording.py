"""The room's own compiled view of the pattern files: labels, kinds, column headings, marks, statuses, results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from extractors.reports.text import plain
from extractors.rulebook import RuleBook

Pattern = re.Pattern[str]
FUZZY_FROM = 6  # letters; shorter labels must be exact, or "late" would be "date"
FUZZY_LEAST = 86.0  # of 100: one wrong letter in seven
TORN = 0.72  # how surely a label is known of which only the end was read
_WHOLE = frozenset(
    ["it", "on", "or", "is", "he", "an", "at", "as", "in", "are", "all", "inspection", "inspected", "ward", "owner"]
)
_FLAGS = re.IGNORECASE | re.UNICODE
_WORN_NOT = re.compile(r"\bn[o0]t[^\w\s]*(?:\s+[a-z\W])?\s+(?=[a-z]{2})", re.IGNORECASE)


@dataclass(frozen=True)
class Sign:
    """One sign of a kind of page: its pattern, how much it counts, and what else on the page makes it mean nothing."""

    id: str
    weight: float
    pattern: Pattern
    unless: Pattern | None = None

    def seen(self, text: str) -> bool:
        """Whether the page shows it."""
        return self.pattern.search(text) is not None and (self.unless is None or self.unless.search(text) is None)


@dataclass(frozen=True)
class Wording:
    """Everything compiled. Made once per rule book by :func:`wording`."""

    labels: Labels  # plain label -> field id
    label_words: tuple[tuple[str, frozenset[str]], ...]
    lead_ins: tuple[str, ...]
    office_words: tuple[str, ...]
    stamp_words: frozenset[str]
    case_id: Pattern
    titles: tuple[str, ...]
    ranks: tuple[str, ...]
    sign_offs: tuple[str, ...]
    types: tuple[tuple[str, tuple[Pattern, ...]], ...]
    type_statements: Pattern
    results: tuple[tuple[str, tuple[Pattern, ...]], ...]
    part_only: Pattern
    statuses: tuple[tuple[str, tuple[Pattern, ...]], ...]
    separators: tuple[str, ...]
    table_columns: Labels
    unit_heading: Pattern
    floor_heading: Pattern
    common_heading: Pattern
    visit_heading: Pattern
    status_letters: Mapping[str, str]  # letter -> open or corrected
    check_columns: Labels
    ticked: frozenset[str]
    empty: frozenset[str]
    empty_remarks: frozenset[str]
    well: Pattern
    trouble: Pattern
    free_of: Pattern
    kinds: Mapping[str, tuple[float, tuple[Sign, ...]]]
    junk: tuple[Sign, ...]
    continuation: Pattern
    boilerplate: Pattern
    visit_notes: Pattern

    def field_of(self, label: str) -> tuple[str, float] | None:
        """The field that a label names, and how sure: 1 exact, less where letters had to be forgiven."""
        return _match(plain(label), self.labels) or self._by_words(plain(label))

    def _by_words(self, label: str) -> tuple[str, float] | None:
        words = set(re.findall(r"[a-z#]+", label.replace("#", " no ")))
        for field, needed in self.label_words:
            if needed <= words and len(words) <= len(needed) + 2:
                return field, 0.85
        return None

    def table_column(self, label: str) -> str | None:
        found = _match(plain(label), self.table_columns)
        return found[0] if found else None

    def check_column(self, label: str) -> str | None:
        found = _match(plain(label), self.check_columns)
        return found[0] if found else None

    def says_nothing(self, remark: str) -> bool:
        """Whether a remark is no finding by itself: "n/a", "tested ok", or a speck."""
        letters = re.sub(r"[^a-z/ ]", "", remark.lower()).strip()
        return not any(map(str.isalnum, remark)) or letters in self.empty_remarks or self.well.match(remark) is not None

    def asks_for_trouble(self, item: str) -> bool:
        """Whether "yes" to an item of a check-list means that something is wrong ("Any leaks?")."""
        return self.trouble.search(item) is not None and self.free_of.search(item) is None

    def mark_of(self, text: str) -> bool | None:
        """True for a tick, False for an empty box, None for neither."""
        glyph = re.sub(r"\s+", "", text).lower()
        if glyph in self.ticked:
            return True
        return False if glyph in self.empty or (glyph and not glyph.strip("_.-—–")) else None

    def status_of(self, text: str) -> str | None:
        """``open`` or ``corrected``. A speck between "not" and its word must not turn it round."""
        return _first(_WORN_NOT.sub("not ", text), self.statuses)

    def status_letter(self, text: str) -> str | None:
        """``open`` or ``corrected`` where a cell says it in a letter or a short word ("C", "Y", "NC")."""
        return self.status_letters.get(plain(text))

    def type_of(self, text: str) -> str | None:
        return _first(text, self.types)

    def result_of(self, text: str) -> str | None:
        """The outcome a sentence states, if it is about the whole visit ("no violations noted in bathroom" is not)."""
        found = _first(text, self.results)
        return None if found == "no_violations" and self.part_only.search(text) else found


class Labels(dict[str, str]):
    """Plain label -> field, with what was looked up before: the words of a form repeat from paper to paper."""

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__(known)
        self.looked_up: dict[str, tuple[str, float] | None] = {}


_MEMORY = 50_000  # labels looked up, per table


def _match(label: str, known: Labels) -> tuple[str, float] | None:
    if label not in known.looked_up:
        if len(known.looked_up) > _MEMORY:
            known.looked_up.clear()
        known.looked_up[label] = _looked_up(label, known)
    return known.looked_up[label]


def _looked_up(label: str, known: Mapping[str, str]) -> tuple[str, float] | None:
    if not label:
        return None
    if label in known:
        return known[label], 1.0
    squeezed = label.replace("#", "no").replace("-", " ").replace("  ", " ").strip()
    if squeezed in known:
        return known[squeezed], 1.0
    if (torn := _torn(label, known)) is not None:
        return torn, TORN
    if len(label) >= FUZZY_FROM - 1:
        best = process.extractOne(
            label,
            [k for k in known if abs(len(k) - len(label)) <= 2 and len(k) + len(label) > 2 * FUZZY_FROM - 2],
            scorer=fuzz.ratio,
            score_cutoff=FUZZY_LEAST,
        )
        if best is not None:
            return known[best[0]], best[1] / 100
    return None


def _torn(label: str, known: Mapping[str, str]) -> str | None:
    """The field of a label whose beginning lies under a stamp or a hole ("spector", "of inspection"): at least half of its
    letters are left, and no other field's label ends so. Where only "of inspection" is left, the date is most often meant."""
    if len(label) < 2 or label in _WHOLE or not label[0].isalpha():
        return None
    ends = {
        f for k, f in known.items()
        if k.endswith(label) and len(label) * 2 >= len(k) > len(label) and (k[-len(label) - 1] != " " or label.startswith("of "))
    }  # fmt: skip
    if label.startswith("of ") and "inspection_date" in ends:
        return "inspection_date"
    return next(iter(ends)) if len(ends) == 1 else None


def _first(text: str, groups: Sequence[tuple[str, tuple[Pattern, ...]]]) -> str | None:
    return next((name for name, patterns in groups if any(p.search(text) for p in patterns)), None)


def wording(rules: RuleBook) -> Wording:
    return _wording(rules)


@cache
def _wording(rules: RuleBook) -> Wording:
    labels, kinds = rules.section("labels"), rules.section("document_kinds")
    tables, checks, results = rules.section("report_tables"), rules.section("checklists"), rules.section("results")
    return Wording(
        labels=_by_label(labels["fields"]),
        label_words=tuple((f["id"], frozenset(w)) for f in labels["fields"] for w in f.get("words", ())),
        lead_ins=tuple(sorted(labels["lead_ins"], key=len, reverse=True)),
        office_words=tuple(labels["office_words"]),
        stamp_words=frozenset(labels["stamp_words"]),
        case_id=re.compile(labels["case_id"]["regex"]),
        titles=tuple(labels["titles"]),
        ranks=tuple(labels["ranks"]),
        sign_offs=tuple(labels["sign_offs"]),
        types=_groups(rules.section("inspection_types")["types"]),
        type_statements=_any(rules.section("inspection_types")["statements"]),
        results=_groups(results["results"]),
        part_only=re.compile(results["part_only"], _FLAGS),
        statuses=_groups(rules.section("statuses")["statuses"]),
        separators=tuple(rules.section("statuses")["separators"]),
        table_columns=_by_label(tables["columns"]),
        unit_heading=re.compile(tables["unit_heading"], _FLAGS),
        floor_heading=re.compile(tables["floor_heading"], _FLAGS),
        common_heading=re.compile(tables["common_heading"], _FLAGS),
        visit_heading=re.compile(tables["visit_heading"], _FLAGS),
        status_letters={letter: name for name, letters in tables["status_letters"].items() for letter in letters},
        check_columns=_by_label(checks["columns"]),
        ticked=frozenset(checks["marks"]["ticked"]),
        empty=frozenset(m.replace(" ", "") for m in checks["marks"]["empty"]),
        empty_remarks=frozenset(checks["empty_remarks"]),
        well=re.compile(checks["well"], _FLAGS),
        trouble=re.compile(checks["asks_for_trouble"], _FLAGS),
        free_of=re.compile(checks["asks_whether_free"], _FLAGS),
        kinds={k["id"]: (float(k["least"]), _signs(k["signs"])) for k in kinds["kinds"]},
        junk=_signs(kinds["junk"]),
        continuation=re.compile(kinds["continuation"], _FLAGS),
        boilerplate=_any(kinds["boilerplate"]),
        visit_notes=_any(kinds["visit_notes"]),
    )


def _by_label(entries: Sequence[Mapping[str, Any]]) -> Labels:
    known: dict[str, str] = {}
    for entry in entries:
        for label in entry["labels"]:
            for form in {plain(label), plain(label).replace("-", " "), plain(label).replace(" no", " #")}:
                known.setdefault(form, entry["id"])
    return Labels(known)


def _groups(entries: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, tuple[Pattern, ...]], ...]:
    return tuple((e["id"], tuple(re.compile(r, _FLAGS) for r in e["regexes"])) for e in entries)


def _signs(entries: Sequence[Mapping[str, Any]]) -> tuple[Sign, ...]:
    flags = _FLAGS | re.DOTALL
    return tuple(
        Sign(
            e["id"],
            float(e["weight"]),
            re.compile(_over_lines(e["regex"]), flags),
            re.compile(_over_lines(e["unless"]), flags) if "unless" in e else None,
        )
        for e in entries
    )


def _over_lines(regex: str) -> str:
    """A blank in a sign's words may be the end of a line on the page."""
    return regex.replace(" ", r"\s")


def _any(patterns: Sequence[str]) -> Pattern:
    return re.compile("|".join(f"(?:{p})" for p in patterns), _FLAGS)
