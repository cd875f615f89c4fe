"""What the codes of a tax list mean, told by the column they stand in and by what else stands there.

One abbreviation may be two things: PP is personal property in a column of kinds of tax and a payment plan in a column of what
was done. A list with both columns tells them apart. Where it has one column of codes only, the other codes in it do; where
they don't either, a person is asked, because the row's kind hangs on it. A code that can change neither kind nor amount
holds nothing back: its meaning stays blank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

from extractors.language.dates import parse_date
from extractors.rulebook import RuleBook
from records.record import Evidence, Extraction, Reason, Record, Report

Column = Literal["types", "statuses", "unsure"]
SURE = 0.9
"""How sure the place is of a kind of tax that a code alone gives."""
SHARE = 0.8
"""Of the rows whose code means one thing only, as many must agree on what the column is."""


@dataclass(frozen=True, slots=True)
class Known:
    """Codes in capitals: kinds of tax, statuses with their meaning, and what people said that a status code makes of a row."""

    types: Mapping[str, str]
    statuses: Mapping[str, str]
    said: Mapping[str, str]

    def both(self, code: str) -> bool:
        """May this be a kind of tax and a status?"""
        return code in self.types and code in self.statuses and code not in self.said


@cache
def known_codes(rules: RuleBook) -> Known:
    """Of a rule book, with the answers of people and the recognised layout in it."""
    data = rules.section("tax")
    return Known(
        {code.upper(): kind["id"] for kind in data["tax_types"] for code in kind["codes"]},
        {code["id"].upper(): code["meaning"] for code in data["codes"]},
        {code.upper(): kind for code, kind in data.get("code_types", {}).items()},
    )


def column_of(codes: Sequence[str], known: Known) -> Column:
    """What a list's only column of codes holds, by the codes that mean one thing only."""
    counted = Counter(
        "types" if code in known.types else "statuses"
        for code in codes
        if not known.both(code) and (code in known.types or code in known.statuses)
    )
    total = counted.total()
    if not total:
        return "unsure"
    if counted["types"] >= SHARE * total:
        return "types"
    return "statuses" if counted["statuses"] >= SHARE * total else "unsure"


def codes_settled(records: Sequence[Record], rules: RuleBook) -> list[Record]:
    """A list's rows with what their codes say about the kind of tax, and with a question where they say two things."""
    known = known_codes(rules)
    printed = any(r.text("tax_type_as_written") for r in records)
    column: Column = "statuses" if printed else column_of([r.text("code").upper() for r in records if r.text("code")], known)
    return [_settled(record, known, column, printed) for record in records]


AS_OF = "as of date"
"""The question of the code book that a list's date answers; ``list`` is the beginning of the document's SHA-256."""


def dated(report: Report, sha256: str, rules: RuleBook) -> Report:
    """A tax list with the date that a person gave for it, where one did: it goes before what is printed."""
    if report.doc_type != "tax_delinquency" or "codes" not in rules.names():
        return report
    for answer in rules.section("codes").get("lists", ()):
        if answer["question"] == AS_OF and answer.get("list") and sha256.startswith(answer["list"]):
            when = parse_date(answer["answer"], rules=rules)
            if when is not None:
                return replace(report, as_of=when, records=tuple(_as_of(r, when) for r in report.records))
    return report


def _as_of(record: Record, when: date) -> Record:
    said = Evidence(record.anchor.page, record.anchor.boxes, "", record.anchor.anchor)
    return record.having(Extraction("as_of_date", when, said, 1.0, 1.0, "codes/as_of_date", ("code_book",)))


def _settled(record: Record, known: Known, column: Column, printed: bool) -> Record:
    code = record.text("code").upper()
    if not code:
        return record
    if code in known.said:
        return _of_kind(record, known.said[code], ("code_book",))
    if printed or code not in known.types:
        return record
    if column == "types":
        return _without_meaning(_of_kind(record, known.types[code], ()))
    if column == "unsure" and known.both(code):
        kind = known.types[code].replace("_", " ")
        detail = f"'{code}' may mean {kind} or {known.statuses[code].lower()}, and the list does not tell: see the code book"
        return _without_meaning(record).doubting(Reason("tax_type", "unknown_code", detail))
    if column == "unsure" and code not in known.statuses and record.value("tax_type") is None:
        return _of_kind(record, known.types[code], ())
    return record


def _of_kind(record: Record, kind: str, flags: tuple[str, ...]) -> Record:
    """The row is of this kind of tax, as its code says."""
    code = record.fields["code"]
    rule = code.rule.replace("/code@", "/tax_type@")
    made = Extraction("tax_type", kind, code.evidence, code.reading, SURE, rule, flags)
    reasons = tuple(r for r in record.reasons if (r.field, r.code) != ("tax_type", "missing"))
    return replace(record.having(made), reasons=reasons)


def _without_meaning(record: Record) -> Record:
    return replace(record, fields={n: e for n, e in record.fields.items() if n != "code_meaning"})
