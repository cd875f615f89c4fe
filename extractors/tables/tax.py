"""Delinquent-tax lists into records: one row, one tax of one year on one account."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from extractors.codebook import codes_settled
from extractors.layout import Spot
from extractors.parcels.mapblock import id_key
from extractors.rulebook import RuleBook
from extractors.tables import doubts, notices, sums
from extractors.tables.entry import Entry
from extractors.tables.groups import values_of
from extractors.tables.listing import Grammar, entries
from extractors.tables.naming import synonyms
from extractors.tables.packed import without_care
from extractors.tables.places import is_place
from extractors.tables.said_once import day_of_amounts, day_of_print, names_above, year_of_list, year_told
from extractors.tables.stream import Row, rows_of
from extractors.tables.tax_fit import MONEY, fit_of_tax
from extractors.tables.tax_kinds import bare, kind_of_lists, kind_of_words, kind_written, kinds_named, mostly, taken_for_land
from extractors.tables.values import amount, first_date, fiscal_year
from records.document import Block, Document
from records.record import Evidence, Extraction, Reason, Record, Report, Value

_PARCEL_WORD = re.compile(r"[A-Za-z]?\d{1,4}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]{0,2}){1,3}")  # as a subtotal names it: 14/29


@dataclass(frozen=True, slots=True)
class TaxRules:
    """The compiled view of ``tax.yml``."""

    version: str
    grammar: Grammar
    care_of: tuple[str, ...]
    types: Mapping[str, str]  # code in capitals -> tax type
    phrases: tuple[tuple[str, str], ...]  # longest first
    codes: Mapping[str, str]
    as_of: tuple[tuple[re.Pattern[str], int], ...]
    list_year: tuple[re.Pattern[str], ...]  # group 1 is the year


@cache
def tax_rules(rules: RuleBook) -> TaxRules:
    """Compiled once per rule book."""
    data: dict[str, Any] = rules.section("tax")
    types = {c.upper(): t["id"] for t in data["tax_types"] for c in t["codes"]}
    phrases = sorted(((p.lower(), t["id"]) for t in data["tax_types"] for p in t["phrases"]), key=lambda p: -len(p[0]))
    codes = {c["id"].upper(): c["meaning"] for c in data["codes"]}

    @lru_cache(maxsize=50_000)
    def fit(role: str, text: str, ocr: bool) -> float:
        return fit_of_tax(role, text, ocr, types, codes)

    grammar = Grammar(
        synonyms(data["columns"]), frozenset(data["total_words"]), frozenset({"principal", "total", "balance", "interest"}),
        MONEY, frozenset({"owner", "location"}), fit, tuple(data["recap_titles"]),
        also_money={"tax_type": ("principal", "fees"), "code": ("fees",), "description": ("principal",)},
        also_words={"fiscal_year": "tax_type"}, guess=("fiscal_year", "tax_type", "code", "account"),
        abbreviates=lambda text: bare(text) in types,
    )  # fmt: skip
    as_of = tuple((re.compile(a["pattern"], re.IGNORECASE), int(a["weight"])) for a in data["as_of"])
    list_year = tuple(re.compile(y["pattern"], re.IGNORECASE) for y in data["list_year"])
    return TaxRules(data["version"], grammar, tuple(data["care_of"]), types, tuple(phrases), codes, as_of, list_year)


def extract_tax(
    document: Document, report: Report, blocks_by_page: Mapping[int, tuple[Block, ...]], rules: RuleBook
) -> Report:
    """The report with its tax records, as-of date, and reasons for what could not be understood."""
    compiled = tax_rules(rules)
    rows = rows_of(document, report, blocks_by_page)
    listed = entries(rows, compiled.grammar)
    as_of, as_of_evidence = day_of_amounts(rows, compiled.as_of)
    as_of_sure = 0.9 if as_of is not None else 0.6  # a day that is only the print-out's own is a weaker claim
    if as_of is None:
        as_of, as_of_evidence = day_of_print(listed)
    title_type = kind_of_lists(rows, compiled.phrases)
    reader = _Reader(compiled, as_of, as_of_evidence, title_type, report.ordinal, listed)
    reader.as_of_sure, reader.year = as_of_sure, year_of_list(listed, compiled.list_year)
    # Not strict: without entries there is no last one either.
    for entry, after in zip(listed, [*listed[1:], None], strict=False):
        reader.take(entry, leads=after is not None and after.kind == "row" and after.row.page == entry.row.page)
    if not reader.records:
        widths = {page.number: page.width for page in document.pages}
        told = notices.records_of(rows, widths, rules, compiled.list_year, as_of, title_type, compiled.version, report.ordinal)
        reader.records = [sums.Counted(record, row) for record, row in told]
        reader.reasons = [] if reader.records else reader.reasons
    doubts.compared(reader.records)
    doubts.years(reader.records)
    doubts.lone_codes(reader.records, compiled.codes)
    reader.reasons += doubts.hidden_rows(document, report, rows)
    taken_for_land(reader.records, rows, compiled.phrases, f"us-ma/tax/tax_type@{compiled.version}")
    records, check_reasons = sums.checked(reader.records, reader.checks)
    records = codes_settled(records, rules)
    reasons = [*report.reasons, *reader.reasons, *check_reasons]
    if not records:
        reasons.append(Reason("", "missing", "a tax list was expected but no row was understood: no heading with known columns"))
    return replace(report, records=tuple(records), reasons=tuple(reasons), as_of=as_of)


class _Reader:
    """Goes down the list and keeps what rows inherit from above: the account's identity and the section's kind of tax."""

    def __init__(self, rules: TaxRules, as_of: date | None, as_of_evidence: Evidence | None, title: str | None, report: int,
                 listed: Sequence[Entry] = ()):
        self.names_above = names_above(listed, rules.grammar.known)
        self.owners_printed = any(e.kind == "row" and e.words("owner") for e in listed)
        self.years_printed = any(e.kind == "row" and e.words("fiscal_year") for e in listed)
        self.as_of_sure = 0.9
        self.page = 0  # whose title said the kind of tax
        self.rules, self.as_of, self.as_of_evidence, self.title, self.report = rules, as_of, as_of_evidence, title, report
        self.records: list[sums.Counted] = []
        self.checks: list[sums.Check] = []
        self.reasons: list[Reason] = []
        self.identity: dict[str, tuple[str, Row, list[Spot]]] = {}
        self.section: str | None = None
        self.count = 0
        self.closed: dict[str, int] = {}  # whose rows the last subtotal ended: nobody's rows may follow it unnamed
        self.heading: Row | None = None  # the group heading just above, until its first row
        self.above: dict[str, tuple[str, Row, list[Spot]]] = {}  # said without a label on the line just above
        self.year: tuple[int, Row] | None = None  # of the section, else of the list, for rows that print none

    def take(self, entry: Entry, leads: bool) -> None:
        """One entry; ``leads`` says that a row follows it, as rows follow the heading of their group."""
        if entry.recap:
            return
        if entry.kind == "row" and self._sums_up(entry):
            self._total(entry)
        elif entry.kind == "row":
            self._row(entry)
            self.heading = None
        elif entry.kind == "total":
            self._total(entry)
        elif not entry.title and doubts.hardly_text(entry.row):
            self._unread(entry.row)
        elif entry.kind == "more":
            self._more(entry)
        else:
            self._group(entry, leads)

    def _sums_up(self, entry: Entry) -> bool:
        """A line with one amount and no year or parcel of its own, which is the sum of rows above it: of several where it holds
        other figures ("30 bills")."""
        if entry.cells.keys() & {"fiscal_year", "parcel", "principal", "interest", "fees"}:
            return False
        cells = entry.cells.get("total", []) or entry.cells.get("balance", [])
        found = [a.value for c in cells if (a := amount("".join(s.word.text for s in c), entry.row.ocr)) is not None]
        plain = self.years_printed and not any(c.isdigit() for s in entry.row.spots[:-1] for c in s.word.text)
        return len(found) == 1 and sums.is_sum(found[0], self.records, self.checks, 1 if plain else 3)

    def _unread(self, row: Row) -> None:
        """A line that is hardly text may have been a row, struck out, or the first of another account."""
        detail = f"page {row.page}: a line could not be read and may be struck out: {row.text[:100]}"
        self.reasons.append(Reason("", "check", detail))
        self.identity, self.heading = {}, None

    def _group(self, entry: Entry, leads: bool) -> None:
        text = entry.row.text
        values = values_of(entry, self.rules.grammar.known)
        labelled = "parcel" in values or "account" in values
        above, self.above = self.above, {}
        if entry.title and not labelled:
            self._page_titled(entry)
            self.above = self._named_alone(values, entry.row)
            return
        year = year_told(text, self.rules.list_year)
        if year is not None and not labelled and not entry.title:
            self.year = year, entry.row
        kinds = kinds_named(text, self.rules.phrases)
        if len(kinds) == 1 and not labelled and mostly(text, kinds[0], self.rules.phrases):
            self.section, self.identity = kinds[0], {}
            return
        if self._care_of(text) or not (labelled or (leads and values)):
            self.above = above if self._care_of(text) else self._named_alone(values, entry.row)
            return
        fresh = {k: (" ".join(s.word.text for s in v), entry.row, v) for k, v in values.items()}
        if self.heading is None:
            self.identity = {**above, **fresh} if labelled else fresh
        elif labelled and self.identity.keys() & fresh.keys():
            self.identity = fresh  # of another account: the heading above had no rows
        else:  # the second line of a group's heading only adds to the first
            self.identity = {**fresh, **self.identity}
        self.heading = entry.row

    def _page_titled(self, entry: Entry) -> None:
        """A title holds from its page (its sheet) on: the one kind of tax and the one year that it names."""
        kinds = kinds_named(entry.row.text, self.rules.phrases)
        if len(kinds) == 1 and entry.row.page != self.page:
            self.page, self.title, self.section = entry.row.page, kinds[0], None
        year = year_told(entry.row.text, self.rules.list_year)
        if year is not None and not self.years_printed:
            self.year = year, entry.row

    def _named_alone(self, values: Mapping[str, list[Spot]], row: Row) -> dict[str, tuple[str, Row, list[Spot]]]:
        """An owner who stands alone on the line above what is labelled; where other blocks of the list show that this is so."""
        if set(values) != {"owner"} or not self.names_above:
            return {}
        return {"owner": (" ".join(s.word.text for s in values["owner"]), row, values["owner"])}

    def _care_of(self, text: str) -> bool:
        plain = text.lower().strip()
        return any(plain.startswith(mark) for mark in self.rules.care_of)

    def _more(self, entry: Entry) -> None:
        if not self.records:
            return
        last = self.records[-1]
        last.row.extra.extend(entry.row.spots)
        record = last.record
        owner = entry.text("owner")
        if owner and not self._care_of(owner) and re.search(r"[A-Za-z]{2}", owner):
            before = record.fields.get("owner")
            if before is not None and before.value and entry.row.spots:
                joined = replace(before, value=f"{before.value} {owner}", flags=(*before.flags, "wrapped"))
                record = record.having(joined)
                if "owner" in self.identity:
                    _, row, spots = self.identity["owner"]
                    self.identity["owner"] = (str(joined.value), row, spots)
        place = entry.text("location")
        if place and "location" not in record.fields and is_place(place):
            record = record.having(self._make("location", place, entry.row, entry.words("location"), entry))
            self.identity["location"] = (place, entry.row, entry.words("location"))
        last.record = replace(record, anchor=last.row.evidence())

    def _total(self, entry: Entry) -> None:
        money = {r: _sum([amount(" ".join(s.word.text for s in c), entry.row.ocr) for c in entry.cells.get(r, [])])
                 for r in ("principal", "interest", "fees", "total", "balance")}  # fmt: skip
        total = money["total"] if money["total"] is not None else money["balance"]
        self.checks.append(sums.Check(len(self.records), entry.row.page, entry.row.text, total, money))
        self._named_by(entry.row)
        if not re.search(r"(?i)page|forward|fwd|carried", entry.row.text):
            self.closed = {k: id(v[1]) for k, v in self.identity.items()}

    def _named_by(self, row: Row) -> None:
        """A subtotal that names its parcel: rows above it that took another one from the line before are not sure of it."""
        said = {id_key(w) for s in row.spots if (w := s.word.text.strip(".:,|")) and _PARCEL_WORD.fullmatch(w)}
        if not said or not row.ocr:
            return
        start = self.checks[-2].before if len(self.checks) > 1 else 0
        for counted in self.records[start:]:
            taken = counted.record.fields.get("parcel_as_written")
            if taken is not None and "inherited" in taken.flags and id_key(str(taken.value)) not in said:
                detail = f"the subtotal below speaks of another parcel: {row.text[:60]}"
                counted.record = counted.record.doubting(Reason("parcel_id", "check", detail))

    def _row(self, entry: Entry) -> None:
        row = entry.row
        fields: dict[str, Extraction] = {}
        without_care(entry, self.rules.care_of)
        own = {r: t for r in ("parcel", "owner", "location") if re.search(r"\w", t := entry.solid(r))}
        inherited = not own
        if own:
            self.identity = {**self._kept(entry, own), **{r: (t, row, entry.words(r)) for r, t in own.items()}}
        account = entry.solid("account")
        if account:
            self.identity["account"] = (account, row, entry.words("account"))
        names = {"parcel": "parcel_as_written", "owner": "owner", "location": "location", "account": "account"}
        for role, name in names.items():
            if role in self.identity:
                text, source, spots = self.identity[role]
                flags = ("inherited",) if source is not row else ()
                fields[name] = self._make(name, text, source, spots, entry, flags)
        self._year_and_type(entry, fields)
        code = self._code(entry)
        if re.search(r"\w", code):
            likely = doubts.likely_code(code, self.rules.codes) if row.ocr and code not in self.rules.codes else None
            made = self._make("code", likely or code, row, entry.words("code"), entry, ("ocr_repair",) if likely else ())
            fields["code"], code = made, likely or code
            meaning = self.rules.codes.get(code)
            if meaning:
                fields["code_meaning"] = self._make("code_meaning", meaning, row, entry.words("code"), entry, ("recall",))
        money = self._money(entry, fields)
        if "total" not in fields and "principal" not in fields:
            if not entry.title:
                detail = f"page {row.page}: a line with amounts was not understood: {row.text[:120]}"
                self.reasons.append(Reason("", "check", detail))
            return
        if not fields.keys() & {"fiscal_year", "account", "parcel_as_written", "owner"}:
            detail = f"page {row.page}: a line with amounts names no account: {row.text[:120]}"
            self.reasons.append(Reason("", "check", detail))
            return
        day = first_date(entry.text("as_of"))
        if day is not None:
            fields["as_of_date"] = self._make("as_of_date", day, row, entry.words("as_of"), entry)
        elif self.as_of is not None and self.as_of_evidence is not None:
            rule = self._rule("as_of")
            fields["as_of_date"] = Extraction("as_of_date", self.as_of, self.as_of_evidence, 1.0, self.as_of_sure, rule)
        reasons = []
        if "fiscal_year" not in fields:
            reasons.append(Reason("fiscal_year", "missing", "no fiscal year on this row"))
        if "tax_type" not in fields:
            reasons.append(Reason("tax_type", "missing", f"kind of tax not known: {entry.text('tax_type') or 'none printed'}"))
        named = {k: id(v[1]) for k, v in self.identity.items() if k != "account"}
        if row.ocr and named and named == {k: v for k, v in self.closed.items() if k != "account"}:
            reasons.append(Reason("parcel_id", "check", "the subtotal above ended an account, and no other is named since"))
        if any(s.word.handwritten for s in row.spots):
            reasons.append(Reason("", "handwritten", "part of this row is written by hand"))
        if row.struck:
            reasons.append(Reason("", "check", "struck out by hand"))
        confs = [s.word.confidence for s in row.spots if s.word.confidence is not None]
        features = {
            "min_conf": min(confs, default=0.0), "mean_conf": sum(confs) / max(1, len(confs)), "header_known": float(entry.known),
            "inherited": float(inherited), "n_words": float(len(row.spots)), "repairs": float(money),
        }  # fmt: skip
        record = Record("tax", f"tax/{row.page}/{self.count}", fields, row.evidence(), self.report, reasons=tuple(reasons),
                        features=features, ignorable="struck out by hand" if row.struck else "")  # fmt: skip
        self.count += 1
        self.records.append(sums.Counted(record, row))

    def _kept(self, entry: Entry, own: Mapping[str, str]) -> dict[str, tuple[str, Row, list[Spot]]]:
        """What still holds of the account above a row that names some of its own: all, where it only adds the place, under the
        owner's name in their common column; the owner, where the list prints him on a line of his own."""
        if set(own) == {"location"} and "location" in entry.packed:
            return self.identity
        above = self.identity.get("owner")
        return {"owner": above} if above is not None and not self.owners_printed else {}

    def _money(self, entry: Entry, fields: dict[str, Extraction]) -> int:
        """Principal, interest, fees and total of the row; the number of repairs that reading them took."""
        repairs = 0
        found: dict[str, tuple[Decimal, list[Spot], tuple[str, ...]]] = {}
        for role in ("principal", "interest", "fees", "total", "balance", "committed"):
            parts = []
            for cell in entry.cells.get(role, []):
                part = amount("".join(s.word.text for s in cell), entry.row.ocr)
                if part is not None:
                    parts.append((part, cell))
            if parts:
                flags = tuple(dict.fromkeys(f for p, _ in parts for f in p.flags))
                repairs += bool(flags)
                found[role] = (sum((p.value for p, _ in parts), Decimal(0)), [s for _, c in parts for s in c], flags)
        if "balance" in found:
            found.setdefault("total" if "principal" in found or "interest" not in found else "principal", found["balance"])
        if "principal" not in found and "committed" in found and "paid" not in entry.cells:
            found["principal"] = found["committed"]
        for role in ("principal", "interest", "fees", "total"):
            if role in found:
                value, spots, flags = found[role]
                made = self._make(role, value, entry.row, spots, entry, flags)
                fields[role] = replace(made, alternatives=doubts.other_amounts(spots, value))
        return repairs

    def _year_and_type(self, entry: Entry, fields: dict[str, Extraction]) -> None:
        row = entry.row
        year = fiscal_year(entry.text("fiscal_year"))
        if year is None:
            for spot in entry.words("fiscal_year"):
                year = year or fiscal_year(spot.word.text)
        other = next((y for s in entry.words("fiscal_year") if (y := fiscal_year(s.word.other)) is not None), None)
        flags = ("ocr_repair",) if year is None else ()
        if year is not None or other is not None:
            fields["fiscal_year"] = self._make("fiscal_year", year or other or 0, row, entry.words("fiscal_year"), entry, flags)
        if not fields.keys() & {"fiscal_year"} and self.year is not None and not re.search(r"\d", entry.text("fiscal_year")):
            made = self._make("fiscal_year", self.year[0], self.year[1], self.year[1].spots, entry, ("year_of_list",))
            fields["fiscal_year"] = replace(made, finding=0.9)
        written, words = entry.text("tax_type"), entry.words("tax_type")
        kind, repaired = kind_written(written, words, row.ocr, self.rules.types, self.rules.phrases)
        if kind is None and entry.text("description"):
            kind, words = kind_of_words(entry.text("description"), self.rules.phrases), entry.words("description")
        finding = 1.0
        if kind is None and not written:
            kind, finding = self.section or self.title, 0.8
        if written:
            fields["tax_type_as_written"] = self._make("tax_type_as_written", written, row, words, entry)
        if kind is not None:
            made = self._make("tax_type", kind, row, words or row.spots, entry, ("ocr_repair",) if repaired else ())
            fields["tax_type"] = replace(made, finding=min(made.finding or 0.0, finding))

    def _code(self, entry: Entry) -> str:
        """The status code; specks that OCR read beside it are left out."""
        tokens = [b for word in entry.text("code").split() if (b := bare(word))]
        known = [t for t in tokens if t in self.rules.codes]
        if not known and re.search(r"[a-z]{3}", entry.text("code")):
            return ""  # a note in words ("called 5/2")
        return known[0] if len(known) == 1 else " ".join(tokens)

    def _make(
        self, name: str, value: Value, row: Row, spots: list[Spot], entry: Entry, flags: tuple[str, ...] = ()
    ) -> Extraction:
        known = [s.word.confidence for s in spots if s.word.confidence is not None]
        finding = 1.0 if entry.known else 0.9
        return Extraction(name, value, row.evidence(spots), min(known) if known else None, finding, self._rule(name), flags)

    def _rule(self, name: str) -> str:
        return f"us-ma/tax/{name}@{self.rules.version}"


def _sum(parts: Sequence[Any]) -> Decimal | None:
    values = [p.value for p in parts if p is not None]
    return sum(values, Decimal(0)) if values else None
