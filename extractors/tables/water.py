"""Water ledgers into records: one row, one meter over one period."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from extractors.layout import Spot
from extractors.rulebook import RuleBook
from extractors.tables import consumption, cycles, doubts, sums
from extractors.tables.entry import Entry
from extractors.tables.groups import labelled_values, place_of, values_of
from extractors.tables.listing import Grammar, entries
from extractors.tables.lost_headings import by_arithmetic
from extractors.tables.naming import synonyms
from extractors.tables.packed import in_turn
from extractors.tables.periods import Period, period_of_list
from extractors.tables.stream import Row, rows_of
from extractors.tables.values import amount, first_date, looks_like_money, number
from records.document import Block, Document
from records.record import Extraction, Reason, Record, Report, Value

_MONEY = frozenset({"amount", "water_charge", "sewer_charge", "balance"})
_READINGS = frozenset({"previous_reading", "current_reading", "consumption"})
_DATES = frozenset({"period_start", "period_end", "period"})
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?$", re.IGNORECASE)
_DATE_FORM = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d")


@dataclass(frozen=True, slots=True)
class WaterRules:
    """The compiled view of ``water.yml``."""

    version: str
    grammar: Grammar
    units: tuple[tuple[str, str], ...]  # word -> unit, longest first
    read_types: Mapping[str, str]


@cache
def water_rules(rules: RuleBook) -> WaterRules:
    """Compiled once per rule book."""
    data = rules.section("water")
    grammar = Grammar(
        synonyms(data["columns"]), frozenset(data["total_words"]), frozenset({"consumption", "current_reading"}), _MONEY,
        frozenset({"owner", "location"}), _fit, numbers=3,
        also_words={"current_reading": "read_type", "previous_reading": "read_type", "consumption": "read_type"},
    )  # fmt: skip
    units = sorted(((w.lower(), u["id"]) for u in data["units"] for w in u["words"]), key=lambda u: -len(u[0]))
    types = {w.lower(): t["id"] for t in data["read_types"] for w in t["words"]}
    return WaterRules(data["version"], grammar, tuple(units), types)


@lru_cache(maxsize=50_000)
def _fit(role: str, text: str, ocr: bool) -> float:
    money, dated = looks_like_money(text, ocr), _DATE_FORM.fullmatch(text) is not None
    if role in _MONEY:
        return 0.0 if money else 2.0 if any(c.isdigit() for c in text) and not dated else 6.0
    if role in _DATES:
        if _MONTH.match(text) or re.fullmatch(r"\d{1,2},", text):
            return 0.0
        return 0.0 if dated else 1.5 if re.search(r"\d", text) and not money else 5.0
    if role in _READINGS or role == "days":
        if dated:
            return 6.0
        return 2.0 if money else 0.0 if number(text, ocr) is not None else 5.0
    if (dated and role not in {"parcel", "account"}) or money:
        return 6.0
    if role in {"account", "meter", "parcel", "map", "lot", "block"}:
        return 0.0 if re.search(r"\d", text) else 3.0
    if role in {"read_type", "unit"}:
        return 0.0 if text.strip(".").isalpha() and len(text) <= 10 else 4.0
    if role in {"owner", "location"}:
        return 0.0 if re.search(r"[A-Za-z]", text) else 0.4
    return 1.0


def extract_water(
    document: Document, report: Report, blocks_by_page: Mapping[int, tuple[Block, ...]], rules: RuleBook
) -> Report:
    """The report with its water records and reasons for what could not be understood."""
    compiled = water_rules(rules)
    rows = rows_of(document, report, blocks_by_page)
    listed = entries(rows, compiled.grammar)
    for entry in listed:
        in_turn(entry)
    by_arithmetic(listed)
    reader = _Reader(compiled, _unit_of_list(rows, compiled), period_of_list(listed, rules), report.ordinal)
    # Not strict: without entries there is no last one either.
    for entry, after in zip(listed, [*listed[1:], None], strict=False):
        reader.take(entry, leads=after is not None and after.kind == "row" and after.row.page == entry.row.page)
    cycles.settle(reader.readings)
    consumption.settle(reader.readings)
    for counted in reader.records:
        counted.record = _readings_checked(counted.record)
    down, check_reasons = sums.down_the_list(reader.records, reader.checks, "amount")
    records = [
        replace(c.record, features={**c.record.features, "subtotal_ok": 0.5 if i not in down else float(down[i])})
        for i, c in enumerate(reader.records)
    ]
    reasons = [*report.reasons, *reader.reasons, *check_reasons]
    if not records:
        reasons.append(Reason("", "missing", "a water ledger was expected but no row was understood"))
    return replace(report, records=tuple(records), reasons=tuple(reasons))


def _unit_of_list(rows: Sequence[Row], rules: WaterRules) -> tuple[str, Row] | None:
    """The unit that a title, heading or footnote names; the first line that speaks of usage and a unit wins."""
    spoken: list[tuple[int, str, Row]] = []
    for row in rows:
        text = row.text.lower()
        unit = unit_in(text, rules.units)
        if unit is None:
            continue
        about = re.search(r"usage|consumption|unit|reading|meter|billed|water|cons\b|use\b", text)
        spoken.append((2 if about else 1, unit, row))
    if not spoken:
        return None
    best = max(spoken, key=lambda s: s[0])
    return best[1], best[2]


def unit_in(text: str, units: Sequence[tuple[str, str]]) -> str | None:
    """The unit a text names: the earliest, and of those at one place the longest."""
    hits = [
        (found.start(), -len(word), unit)
        for word, unit in units
        if (found := re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text.lower()))
    ]
    return min(hits)[2] if hits else None


class _Reader:
    """Goes down the ledger and keeps the account, the meter and its last reading date."""

    def __init__(self, rules: WaterRules, unit: tuple[str, Row] | None, period: Period | None, report: int):
        self.rules, self.unit, self.report = rules, unit, report
        self.records: list[sums.Counted] = []
        self.readings: list[cycles.Reading] = []
        self.checks: list[sums.Check] = []
        self.reasons: list[Reason] = []
        self.identity: dict[str, tuple[str, Row, list[Spot]]] = {}
        self.last_date: dict[str, tuple[date, Row, list[Spot]]] = {}
        self.period, self.heading = period, False

    def take(self, entry: Entry, leads: bool) -> None:
        """One entry; ``leads`` says that a row follows it, as rows follow the heading of their group."""
        if entry.recap:
            return
        if entry.kind == "row":
            self._row(entry)
            self.heading = False
        elif entry.kind == "total":
            parts = [amount(" ".join(s.word.text for s in c), entry.row.ocr) for c in entry.cells.get("amount", [])]
            total = next((p.value for p in parts if p is not None), None)
            self.checks.append(sums.Check(len(self.records), entry.row.page, entry.row.text, total, {}))
        elif entry.kind == "more":
            if self.records:
                last = self.records[-1]
                last.row.extra.extend(entry.row.spots)
        else:
            values = values_of(entry, self.rules.grammar.known)
            if "account" in values or "parcel" in values or (set(values) == {"meter"} and leads):
                values = {**values, **labelled_values(entry.row, self.rules.grammar.known)}
                keep = {} if "account" in values or "parcel" in values else self.identity
                self.identity = {**keep, **_named(values, entry.row)}
                self.heading = True
            elif self.heading or entry.title:  # an account's heading of several lines
                more = labelled_values(entry.row, self.rules.grammar.known)
                if self.heading and "location" not in {*self.identity, *more} and "location" in values:
                    more = {**more, "location": place_of(values["location"])}  # the line under the account's number
                self.identity = {**self.identity, **_named(more, entry.row)}

    def _row(self, entry: Entry) -> None:
        row, ocr = entry.row, entry.row.ocr
        fields: dict[str, Extraction] = {}
        own = {r: t for r in ("account", "parcel", "location", "owner") if re.search(r"\w", t := entry.solid(r))}
        if own:
            self.identity = {r: (t, row, entry.words(r)) for r, t in own.items()}
        meter = entry.solid("meter")
        if meter:
            self.identity["meter"] = (meter, row, entry.words("meter"))
        names = {"account": "account", "meter": "meter", "location": "location", "parcel": "parcel_as_written"}
        for role, name in names.items():
            if role in self.identity:
                text, source, spots = self.identity[role]
                fields[name] = self._make(name, text, source, spots, entry, () if source is row else ("inherited",))
        self._dates(entry, fields)
        for role in ("previous_reading", "current_reading", "consumption"):
            found = number(entry.solid(role), ocr)
            if found is not None:
                fields[role] = self._make(role, found[0], row, entry.words(role), entry, found[1])
        charges = self._amount(entry, fields)
        self._unit_and_type(entry, fields)
        if "consumption" not in fields and "current_reading" not in fields:
            if not entry.title:
                detail = f"page {row.page}: a line with amounts was not understood: {row.text[:120]}"
                self.reasons.append(Reason("", "check", detail))
            return
        reasons = [Reason(n, "missing", f"no {n.replace('_', ' ')} on this row")
                   for n in ("period_end", "consumption", "unit", "account") if n not in fields]  # fmt: skip
        if any(s.word.handwritten for s in row.spots):
            reasons.append(Reason("", "handwritten", "part of this row is written by hand"))
        confs = [s.word.confidence for s in row.spots if s.word.confidence is not None]
        features = {
            "min_conf": min(confs, default=0.0), "mean_conf": sum(confs) / max(1, len(confs)), "n_words": float(len(row.spots)),
            "header_known": float(entry.known), "inherited": float(not own),
        }  # fmt: skip
        key = f"water/{row.page}/{len(self.records)}"
        struck = "struck out by hand" if row.struck else ""
        if struck:
            reasons.append(Reason("", "check", struck))
        record = Record("water", key, fields, row.evidence(), self.report, reasons=tuple(reasons),
                        features=features, ignorable=struck)  # fmt: skip
        counted = sums.Counted(record, row)
        self.records.append(counted)
        roles = (*_READINGS, "period_start", "period_end")
        cells = {r: cycles.Cell(entry.text(r), entry.words(r)) for r in roles if r in entry.cells}
        days = number(entry.solid("days"), ocr)
        length = int(days[0]) if days is not None and not days[1] and 0 < days[0] < 800 else None
        self.readings.append(cycles.Reading(counted, cells, length, charges))

    def _dates(self, entry: Entry, fields: dict[str, Extraction]) -> None:
        row = entry.row
        for role in ("period_start", "period_end"):
            when = first_date(entry.text(role))
            if when is not None:
                fields[role] = self._make(role, when, row, entry.words(role), entry)
        spans = [d for s in entry.words("period") for part in re.split(r"\s*[–—]\s*|(?<=\d)-(?=\d+/)", s.word.text)
                 if (d := first_date(part))]  # fmt: skip
        for role, when in zip(("period_start", "period_end"), spans[:2] if len(spans) > 1 else [], strict=False):
            fields.setdefault(role, self._make(role, when, row, entry.words("period"), entry))
        key = f"{self.identity.get('account', ('',))[0]}/{self.identity.get('meter', ('',))[0]}"
        before = self.last_date.get(key)
        if "period_start" not in fields and before is not None:
            made = self._make("period_start", before[0], before[1], before[2], entry, ("previous_read_date",))
            fields["period_start"] = replace(made, finding=0.8)
        if self.period is not None and "period_end" not in fields and "period_end" not in entry.cells:
            for role, when in (("period_start", self.period.start), ("period_end", self.period.end)):
                if when is not None and role not in fields:
                    made = self._make(role, when, self.period.row, self.period.row.spots, entry, ("period_of_list",))
                    fields[role] = replace(made, finding=0.9)
        end = fields.get("period_end")
        if end is not None and isinstance(end.value, date):
            self.last_date[key] = (end.value, row, entry.words("period_end"))

    def _amount(self, entry: Entry, fields: dict[str, Extraction]) -> Decimal | None:
        """New charges of the row: the billed column, else water and sewer charges together; never a balance. Gives water and
        sewer charges together where both are printed."""
        charges = [p.value for r in ("water_charge", "sewer_charge") for c in entry.cells.get(r, [])
                   if (p := amount(" ".join(s.word.text for s in c), entry.row.ocr)) is not None]  # fmt: skip
        for roles in (("amount",), ("water_charge", "sewer_charge")):
            cells = [c for r in roles for c in entry.cells.get(r, [])]
            parts = [(p, c) for c in cells if (p := amount(" ".join(s.word.text for s in c), entry.row.ocr)) is not None]
            if parts:
                chosen = parts[-1:] if roles == ("amount",) else parts
                flags = tuple(dict.fromkeys(f for p, _ in chosen for f in p.flags))
                value = sum((p.value for p, _ in chosen), Decimal(0))
                if entry.row.ocr and value < 0 and len(charges) > 1 and sum(charges) == -value:
                    value, flags = -value, (*flags, "ocr_repair")  # a speck before it was taken for its sign
                spots = [s for _, c in chosen for s in c]
                made = self._make("amount", value, entry.row, spots, entry, flags)
                fields["amount"] = replace(made, alternatives=doubts.other_amounts(spots, value) if len(chosen) == 1 else ())
                break
        return sum(charges, Decimal(0)) if len(charges) > 1 else None

    def _unit_and_type(self, entry: Entry, fields: dict[str, Extraction]) -> None:
        row = entry.row
        unit = unit_in(entry.text("unit"), self.rules.units) or unit_in(entry.text("consumption"), self.rules.units)
        if unit is not None:
            fields["unit"] = self._make("unit", unit, row, entry.words("unit") or entry.words("consumption"), entry)
        elif self.unit is not None:
            made = self._make("unit", self.unit[0], self.unit[1], self.unit[1].spots, entry)
            fields["unit"] = replace(made, finding=0.9)
        written = entry.text("read_type").strip(" .|").lower()
        kind = self.rules.read_types.get(written) or self.rules.read_types.get(written[:3])
        if kind is not None:
            fields["read_type"] = self._make("read_type", kind, row, entry.words("read_type"), entry)
        elif re.fullmatch(r"[a-z][a-z0-9/]{0,5}", written):  # a code nobody has explained: kept as printed, for the code book
            made = self._make("read_type", written, row, entry.words("read_type"), entry, ("unknown_code",))
            fields["read_type"] = replace(made, value=None)

    def _make(
        self, name: str, value: Value, row: Row, spots: list[Spot], entry: Entry, flags: tuple[str, ...] = ()
    ) -> Extraction:
        known = [s.word.confidence for s in spots if s.word.confidence is not None]
        rule = f"us-ma/water/{name}@{self.rules.version}"
        finding = 1.0 if entry.known else 0.9
        return Extraction(name, value, row.evidence(spots), min(known) if known else None, finding, rule, flags)


def _named(values: Mapping[str, list[Spot]], row: Row) -> dict[str, tuple[str, Row, list[Spot]]]:
    return {k: (" ".join(s.word.text for s in v).strip(" :"), row, v) for k, v in values.items()}


def _readings_checked(record: Record) -> Record:
    ok = reading_check(record.fields)
    record = replace(record, features={**record.features, "sums_ok": 0.5 if ok is None else float(ok)})
    if ok is False:
        return record.doubting(Reason("consumption", "check", "current less previous reading is not the consumption"))
    return record


def reading_check(fields: Mapping[str, Extraction]) -> bool | None:
    """Current less previous reading is the consumption, also over a meter's roll-over and in multiples of its unit."""
    values = [fields[n].value if n in fields else None for n in ("previous_reading", "current_reading", "consumption")]
    if not all(isinstance(v, Decimal) for v in values):
        return None
    previous, current, used = (Decimal(str(v)) for v in values)
    return consumption.multiple(previous, current, used) is not None
