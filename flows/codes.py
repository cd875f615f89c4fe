"""Every code and abbreviation met on paper: known, with who said so and when, guessed, or unknown; and what waits for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from extractors.codebook import known_codes
from extractors.rulebook import RuleBook
from records.export import CodeEntry, ExportRecord
from records.parcel import Parcel

State = Literal["known", "guess", "unknown"]
DOMAINS = {"tax": "tax list", "water": "water ledger", "fire": "fire report", "housing": "housing report", "use": "parcel file",
           "shorthand": "inspectors' shorthand"}  # fmt: skip
SNIPPETS = 3
OFTEN = 2
"""Rows from which an unknown abbreviation in a finding is more than a slip."""
_ABBREVIATION = re.compile(r"(?<![\w.-])(?:[A-Z]{2,4}|[A-Za-z]{1,3}/[A-Za-z]{1,3}|[bcdfghjklmnpqrstvwxz]{2,5})(?![\w.-])")


@dataclass
class Seen:
    """One code as met. ``guess`` is what the rule book supposes and nobody has confirmed; ``colliding``: it may be two things."""

    domain: str
    column: str
    code: str
    meaning: str = ""
    guess: str = ""
    said_by: str = ""
    said_on: date | None = None
    rows: int = 0
    waiting: int = 0
    dollars: Decimal = Decimal(0)
    snippets: list[str] = field(default_factory=list)
    colliding: str = ""

    @property
    def state(self) -> State:
        return "known" if self.meaning and not self.guess else "guess" if self.guess else "unknown"

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        said_on = self.said_on.isoformat() if self.said_on else ""
        return {**asdict(self), "state": self.state, "dollars": str(self.dollars), "said_on": said_on}


def seen_codes(records: Iterable[ExportRecord], parcels: Sequence[Parcel], rules: RuleBook) -> list[Seen]:
    """All codes met, those first that most hangs on: unknown before guessed before known, by rows that wait, dollars, rows."""
    book = _Book(rules)
    met: dict[tuple[str, str, str], Seen] = {}
    for record in records:
        if record.same_as or record.rejected or record.record.ignorable:
            continue
        for domain, column, code, snippet in _codes_of(record, book):
            one = met.setdefault((domain, column, code), Seen(domain, column, code))
            one.rows += 1
            one.dollars += abs(_dollars(record))
            one.waiting += record.state == "in_review" and _asked(record, column)
            if snippet and len(one.snippets) < SNIPPETS and snippet not in one.snippets:
                one.snippets.append(snippet)
    for parcel in parcels:
        if parcel.use_code:
            one = met.setdefault(("use", "use_code", parcel.use_code), Seen("use", "use_code", parcel.use_code))
            one.rows += 1
            if len(one.snippets) < SNIPPETS:
                one.snippets.append(f"{parcel.parcel_id} {parcel.address}")
    for one in met.values():
        book.explain(one)
    for said in book.lists:
        on = date.fromisoformat(said["said_on"])
        key = (said.get("domain") or "tax", said.get("list", ""), said["question"])
        met[key] = Seen(key[0], "list", f"{key[2]} {key[1]}".strip(), said["answer"], said_by=said["said_by"], said_on=on)
    met = {k: s for k, s in met.items() if s.domain != "shorthand" or s.state != "unknown" or s.rows >= OFTEN}
    order = {"unknown": 0, "guess": 1, "known": 2}
    return sorted(met.values(), key=lambda s: (order[s.state], -s.waiting, -s.dollars, -s.rows, s.domain, s.column, s.code))


def entries(seen: Iterable[Seen]) -> tuple[CodeEntry, ...]:
    """The rows of ``codebook.csv``: one per code of a domain, whatever column it stood in."""
    merged: dict[tuple[str, str], CodeEntry] = {}
    for one in sorted(seen, key=lambda s: (s.domain, s.code, s.column)):
        if one.domain == "shorthand" and one.state == "unknown":
            continue
        meaning = one.meaning or one.guess
        by = one.said_by or ("rule book" if one.meaning else "rule book, to be confirmed" if one.guess else "")
        old = merged.get((one.domain, one.code))
        if old is None:
            merged[one.domain, one.code] = CodeEntry(one.domain, one.code, meaning, by, one.said_on, one.rows)
        else:
            both = "; ".join(dict.fromkeys(filter(None, (old.meaning, meaning))))
            merged[one.domain, one.code] = CodeEntry(
                one.domain, one.code, both, old.said_by or by, old.said_on or one.said_on, old.rows + one.rows
            )
    return tuple(merged.values())


def _asked(record: ExportRecord, column: str) -> bool:
    """Does the row wait because of this code?"""
    return any(r.field in (column, "code") or r.code == "unknown_code" for r in record.reasons)


def _dollars(record: ExportRecord) -> Decimal:
    try:
        return Decimal(record.values.get("total") or record.values.get("amount") or "0")
    except InvalidOperation:
        return Decimal(0)


def _codes_of(record: ExportRecord, book: _Book) -> Iterator[tuple[str, str, str, str]]:
    """(domain, column, code, where it stands) of one row."""
    values, fields = record.values, record.record.fields
    row = record.record.anchor.text[:90]
    if record.kind == "tax":
        for column, name in (("tax_type", "tax_type_as_written"), ("code", "code")):
            code = book.as_printed(column, values.get(name, ""))
            if code and len(code) <= 14:
                yield "tax", column, code, row
    elif record.kind == "water":
        found = fields.get("read_type")
        code = "" if found is None else _bare(found.evidence.text)
        if code and len(code) <= 12:
            yield "water", "read_type", code, row
    elif record.kind == "violation":
        fire = bool(fields.get("code_as_written")) and not values.get("code", "").startswith("105 CMR")
        for code in filter(None, values.get("code", "").split("; ")):
            yield ("fire" if fire else "housing"), "code", code, values.get("description", "")[:90]
        description = values.get("description", "")
        for mark in dict.fromkeys(m[0] for m in _ABBREVIATION.finditer(description)):
            if not book.is_word(mark):
                yield "shorthand", "description", mark.lower(), description[:90]


def _bare(text: str) -> str:
    """Without the specks that a scan leaves around a code."""
    return re.sub(r"^[^A-Z0-9]+|[^A-Z0-9]+$", "", text.upper())


class _Book:
    """What is known: by people, by the rule book for certain, and by the rule book as a guess."""

    def __init__(self, rules: RuleBook) -> None:
        self._known = known_codes(rules)
        self._sure = {c["id"].upper(): c.get("certainty", "recall") != "recall" for c in rules.section("tax")["codes"]}
        self._reads: Mapping[str, str] = {
            w.upper(): kind["id"] for kind in rules.section("water")["read_types"] for w in kind["words"]
        }
        names = rules.names()
        self._uses = {c["id"]: c["meaning"] for c in rules.section("use_codes")["codes"]} if "use_codes" in names else {}
        lexicon = rules.section("phrases")
        self._short: Mapping[str, str] = {k.lower(): v for k, v in lexicon["abbreviations"].items()}
        phrases = [phrase for group in lexicon["groups"].values() for phrase in group]
        self._words = {w for phrase in phrases for w in re.findall(r"[a-z]+", phrase.lower())}
        self._words |= set(lexicon.get("ordinary_words", ()))
        self._words |= set(rules.section("shorthand")["ordinary"]) if "shorthand" in names else set()
        self._codes = {c["prefix"]: c["title"] for c in rules.section("related_codes")["codes"]}
        self._rules = rules
        said = rules.section("codes") if "codes" in names else {}
        self._said: dict[tuple[str, str, str], list[Mapping[str, str]]] = defaultdict(list)
        self.lists: list[Mapping[str, str]] = list(said.get("lists", ()))
        for answer in said.get("answers", ()):
            self._said[answer["domain"], answer["column"], answer["code"].upper()].append(answer)

    def is_word(self, text: str) -> bool:
        return text.lower() in self._words and text.lower() not in self._short

    def as_printed(self, column: str, text: str) -> str:
        """The code itself: of what a scan made of the cell, the word that is known as one."""
        words = [w for w in map(_bare, text.split()) if w]
        known = self._known.types if column == "tax_type" else self._known.statuses
        whole = " ".join(words)
        return whole if whole in known or len(words) < 2 else next((w for w in words if w in known), whole)

    def explain(self, one: Seen) -> None:
        """Meaning, guess and who said so."""
        answers = self._said.get((one.domain, one.column, one.code.upper()), [])
        told = next((a for a in answers if not a.get("list")), answers[0] if answers else None)
        if told is not None and (told.get("meaning") or told.get("is")):
            one.meaning = told.get("meaning") or told["is"].replace("_", " ")
            one.said_by, one.said_on = told["said_by"], date.fromisoformat(told["said_on"])
            return
        code = one.code.upper()
        if one.domain == "tax" and one.column == "tax_type":
            one.meaning = self._phrase(code)
            one.guess = "" if one.meaning else self._known.types.get(code, "").replace("_", " ")
        elif one.domain == "tax":
            meaning = self._known.statuses.get(code, "")
            one.meaning, one.guess = (meaning, "") if self._sure.get(code) else ("", meaning)
            if self._known.both(code):
                one.colliding = self._known.types[code].replace("_", " ")
        elif one.domain == "water":
            read = self._reads.get(code, "") or self._reads.get(code[:3], "")
            one.meaning, one.guess = (read, "") if read == code.lower() else ("", read)
        elif one.domain == "use":
            base = code.zfill(3)[:3]
            one.meaning = self._uses.get(code, "")
            one.guess = "" if one.meaning else self._uses.get(base, "")
        elif one.domain == "shorthand":
            one.meaning = self._short.get(one.code.lower(), "")
        else:
            from extractors.language.codebook import code_title

            one.meaning = code_title(one.code, None, self._rules)
        if not one.said_by and one.meaning:
            one.said_by = "rule book"

    def _phrase(self, code: str) -> str:
        """Kinds of tax written out in full are no guess."""
        kinds = self._rules.section("tax")["tax_types"]
        return next((k["id"].replace("_", " ") for k in kinds if code.lower() in k["phrases"]), "")
