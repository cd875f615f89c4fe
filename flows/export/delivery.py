"""The derived tables of deliveries: events per dataset, visits a platform lacks, and the wide table per parcel.

Rules of the platform that takes them (labels, what it already has) are data of the profile; here is only how rows follow
from rows. What is held back is counted by reason, never dropped in silence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from flows.export.ready import Ready
from flows.export.tables import Rows, Sheet, Tables
from records import vocabulary as v
from records.cells import cell
from records.columns import Column, Table
from records.export import Row

_PARCEL = Column("parcel_id", "id", "Parcel in the newest parcel file.", (), True)
_ADDRESS = Column("address", "text", "Number and street of the parcel's register entry; no unit.")
_DATASET = Column("dataset", "text", "Name of the dataset.", (), True)
_COUNT = Column("count", "integer", "Always 1: events are counted per parcel.", (), True)


def _events(name: str, meaning: str, *more: Column) -> Table:
    return Table(name, meaning, ("event_id",), (
        _PARCEL, _ADDRESS, Column("event_id", "id", "Id of the event, the same in every delivery.", (), True),
        Column("event_date", "date", "Day of the event."), _DATASET,
        Column("category", "text", "The exact label.", (), True), *more, _COUNT,
    ))  # fmt: skip


_FINDING = (
    Column("status", "choice", "Latest status known.", v.STATUSES),
    Column("status_date", "date", "Day of the visit that the status is from."),
    Column("code", "text", "Section."),
    Column("permit_record", "id", "Record of the permit system it belongs to."),
)
HOUSING = _events("housing", "One event per distinct housing violation, at its first citation.", *_FINDING)
FIRE = _events("fire", "One event per distinct fire violation, at its first citation.", *_FINDING)
TAX = _events(
    "tax", "Amounts owed on the latest full list.",
    Column("fiscal_year", "integer", "Fiscal year."), Column("amount", "money", "Dollars owed."),
)  # fmt: skip
WATER = _events(
    "water", "Meter readings, at the end of their period.",
    Column("consumption", "number", "Used in the period."), Column("unit", "choice", "Of consumption.", v.WATER_UNITS),
    Column("read_type", "choice", "actual or estimated.", v.READ_TYPES), Column("amount", "money", "Dollars."),
)  # fmt: skip
VISITS = _events(
    "visits", "Visits that the platform does not have yet.",
    Column("department", "choice", "Who inspected.", v.DEPARTMENTS),
    Column("result", "choice", "What the visit found.", v.RESULTS),
)  # fmt: skip
REGISTER = (
    Column("mbl", "id", "The parcel, as the permit system keys locations."),
    Column("street_number", "text", "Number of the parcel's register entry, else as written."),
    Column("street_name", "text", "Street of the parcel's register entry, else as written."),
    _ADDRESS,
)
OBSERVED = ("yes", "partial", "no")


@dataclass(frozen=True)
class DeliveryRules:
    """What a profile says about the platform. ``labels`` are its exact labels, ``aliases`` other spellings of them."""

    labels: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, str] = field(default_factory=dict)  # our table -> the platform's name
    tax_labels: Mapping[str, str] = field(default_factory=dict)  # tax type -> label
    water_label: str = "Water Usage"
    visit_label: str = "Inspection"
    hold_incomplete: bool = True
    skip_known_visits: bool = True
    full_list_share: Decimal = Decimal("0.95")  # a list with fewer of its rows released is not full
    label_header: str = "{dataset} - {label}"


def features_table(rules: DeliveryRules) -> Table:
    """The wide table's columns: one per label, in the profile's order."""
    names = [label_header(rules, label) for label in (*rules.labels, v.OTHER_LABEL)]
    return Table("parcel_features", "One row per parcel; blank where nothing was observed.", ("parcel_id",), (
        _PARCEL, _ADDRESS,
        Column("observed", "choice", "Housing: was every visit read whole (yes), some (partial), none (no)?", OBSERVED, True),
        Column("inspections", "integer", "Housing visits released."),
        Column("violations", "integer", "Distinct housing violations."),
        Column("violations_open", "integer", "Those of them last seen open."),
        *(Column(n, "integer", "Distinct violations with this label.") for n in dict.fromkeys(names)),
        Column("fire_observed", "choice", "The same for fire.", OBSERVED, True),
        Column("fire_violations", "integer", "Distinct fire violations."),
        Column("fire_violations_open", "integer", "Those of them last seen open."),
        Column("tax_observed", "choice", "Is a latest tax list known in full?", OBSERVED, True),
        Column("tax_years_owed", "integer", "Fiscal years on the latest list."),
        Column("tax_owed", "money", "Dollars on the latest list."),
        Column("water_observed", "choice", "Is a meter reading known?", OBSERVED, True),
        Column("water_readings", "integer", "Meter readings."),
        Column("water_amount", "money", "Dollars charged for them."),
    ))  # fmt: skip


def label_header(rules: DeliveryRules, label: str) -> str:
    """The wide table's column of a label."""
    return rules.label_header.format(dataset=rules.datasets.get("housing", "housing"), label=label)


@dataclass(frozen=True)
class Delivery:
    """The derived tables of one bundle under one profile's rules."""

    tables: Tables | Ready
    rules: DeliveryRules

    @cached_property
    def held_back(self) -> Mapping[str, int]:
        """Reason -> number of accepted rows that this delivery does not carry."""
        for name in ("housing", "fire", "tax", "water", "visits"):
            self.rows(name)
        return dict(sorted((k, n) for k, n in self._held.items() if n))

    def rows(self, name: str) -> Rows:
        return self._built[name]

    def with_register(self, sheet: Sheet) -> Sheet:
        """Record rows with the parcel's register entry beside them; where no parcel is known, the address as written."""
        written = sheet.column("address_as_written") if "address_as_written" in sheet.columns else [""] * sheet.count
        keys = list(zip(sheet.column("parcel_id_current"), sheet.column("parcel_id"), written, strict=True))
        sites = {key: tuple(self._register(key[0] or key[1], key[2]).values()) for key in set(keys)}
        names = tuple(self._register("", ""))
        return sheet.beside(dict(zip(names, zip(*map(sites.__getitem__, keys), strict=True), strict=False)))

    @cached_property
    def _held(self) -> Counter[str]:
        return Counter()

    @cached_property
    def _released(self) -> Mapping[str, Rows]:
        return self.tables.named(include_review=False)

    @cached_property
    def _built(self) -> Mapping[str, Rows]:
        built: dict[str, Rows] = dict(zip(("housing", "fire"), self._violations(), strict=True))
        built["tax"], built["water"], built["visits"] = self._tax(), self._water(), self._visits()
        built["parcel_features"] = self._features(built)
        return built

    def _violations(self) -> tuple[Rows, Rows]:
        """One event per distinct violation: dated by its first citation, with the status of the latest visit."""
        visits = {r["inspection_id"]: r for r in self.tables.everything["inspections"]}
        by_first: dict[str, list[Row]] = defaultdict(list)
        roots = {r["violation_id"]: r["repeat_of"] for r in self.tables.everything["violations"]}
        for row in self._released["violations"]:
            by_first[_root(row["violation_id"], roots)].append(row)
        parent = {r["violation_id"]: r["inspection_id"] for r in self.tables.everything["violations"]}
        # Dismissed at one visit, it is dismissed: the landlord is not charged with it by way of another visit's mention.
        dismissed = {
            _root(r["violation_id"], roots) for r in self.tables.everything["violations"] if r["city_status"] == "dismissed"
        }
        events: dict[str, list[Row]] = {"housing": [], "fire": []}
        for root, mentions in by_first.items():
            if root in dismissed:
                self._held["violation that the city dismissed"] += 1
                continue
            whole = [
                m for m in mentions
                if not self.rules.hold_incomplete or visits.get(parent[m["violation_id"]], {}).get("complete") == "yes"
            ]  # fmt: skip
            if not whole:
                self._held["violation of an incomplete report"] += 1
                continue
            ordered = sorted(whole, key=lambda m: (m["inspection_date"], m["violation_id"]))
            first, last = ordered[0], ordered[-1]
            visit = visits.get(parent[first["violation_id"]], {})
            name = "fire" if visit.get("department") == "fire" else "housing"
            located = self._locate(first) or self._locate(last)
            if not located:
                self._held["violation without a parcel"] += 1
                continue
            cited = [m["first_cited_date"] for m in ordered if m["first_cited_date"]] or [first["inspection_date"]]
            events[name].append({
                **located, "event_id": root, "event_date": min(cited), "dataset": self._dataset(name),
                "category": self._label(first["code_title"]), "status": last["status"],
                "status_date": last["inspection_date"], "code": first["code"],
                "permit_record": first["permit_record"], "count": "1",
            })  # fmt: skip
        return _by_parcel(events["housing"]), _by_parcel(events["fire"])

    def _tax(self) -> Rows:
        full = self._full_lists
        events = []
        for row in self._released["tax_delinquencies"]:
            located = self._locate(row)
            if row["is_latest"] != "yes":
                self._held["tax row of an older list"] += 1
            elif row["list_id"] not in full:
                self._held["tax row of a list not known in full"] += 1
            elif not located:
                self._held["tax row without a parcel"] += 1
            else:
                events.append({
                    **located, "event_id": row["tax_id"], "event_date": row["as_of_date"], "dataset": self._dataset("tax"),
                    "category": self.rules.tax_labels.get(row["tax_type"], row["tax_type"]) or "other",
                    "fiscal_year": row["fiscal_year"], "amount": row["total"], "count": "1",
                })  # fmt: skip
        return _by_parcel(events)

    @cached_property
    def _full_lists(self) -> frozenset[str]:
        """Lists of which nearly every row is released and every page was read."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.tables.everything["tax_delinquencies"]:
            counts[row["list_id"]].update((row["state"], "all"))
            if row["document_id"] in self.tables.unsure:
                counts[row["list_id"]]["question"] += 1
        return frozenset(
            name for name, c in counts.items()
            if not c["question"] and c["accepted"] >= self.rules.full_list_share * c["all"]
        )  # fmt: skip

    def _water(self) -> Rows:
        events = []
        for row in self._released["water_usage"]:
            located = self._locate(row)
            if not located:
                self._held["water row without a parcel"] += 1
                continue
            kept = {n: row[n] for n in ("consumption", "unit", "read_type", "amount")}
            events.append({
                **located, **kept, "event_id": row["usage_id"], "event_date": row["period_end"],
                "dataset": self._dataset("water"), "category": self.rules.water_label, "count": "1",
            })  # fmt: skip
        return _by_parcel(events)

    def _visits(self) -> Rows:
        events = []
        for row in self._released["inspections"]:
            located = self._locate(row)
            if row["permit_record"] and self.rules.skip_known_visits:
                self._held["visit that the platform already has"] += 1
            elif self.rules.hold_incomplete and row["complete"] != "yes":
                self._held["incomplete report"] += 1
            elif not located:
                self._held["visit without a parcel"] += 1
            else:
                events.append({
                    **located, "event_id": row["inspection_id"], "event_date": row["inspection_date"],
                    "dataset": self._dataset("fire" if row["department"] == "fire" else "housing"),
                    "category": self.rules.visit_label, "department": row["department"], "result": row["result"],
                    "count": "1",
                })  # fmt: skip
        return _by_parcel(events)

    def _features(self, built: Mapping[str, Rows]) -> Rows:
        wide = features_table(self.rules).columns
        visits = _group(self.tables.everything["inspections"], self._parcel_of)
        events = {name: _group(built[name], lambda r: r["parcel_id"]) for name in ("housing", "fire", "tax", "water")}
        owing = _group(self.tables.everything["tax_delinquencies"], self._parcel_of)
        meters = _group(self.tables.everything["water_usage"], self._parcel_of)
        lists_full = bool(built["tax"])
        ids = set(self.tables.sites).union(*events.values(), visits, owing, meters) - {""}
        rows: list[Row] = []
        for parcel in sorted(ids, key=_natural):
            row = {"parcel_id": parcel, "address": self._address(parcel)}
            for name, prefix in (("housing", ""), ("fire", "fire_")):
                seen = [r for r in visits.get(parcel, []) if (r["department"] == "fire") == (name == "fire")]
                row.update(self._findings(name, prefix, seen, events[name].get(parcel, [])))
            mine = events["tax"].get(parcel, [])
            tax = "partial" if any(r["state"] == "in_review" for r in owing.get(parcel, [])) else (
                "yes" if lists_full else "no")  # fmt: skip
            row["tax_observed"] = tax
            row["tax_years_owed"] = _count(tax, len({r["fiscal_year"] for r in mine}))
            row["tax_owed"] = _sum(mine) if mine or tax == "yes" else ""
            readings = events["water"].get(parcel, [])
            waiting = any(r["state"] == "in_review" for r in meters.get(parcel, []))
            row["water_observed"] = "partial" if waiting else "yes" if readings else "no"
            row["water_readings"] = _count(row["water_observed"], len(readings))
            row["water_amount"] = _sum(readings) if readings else ""
            rows.append({c.name: cell(c, row.get(c.name, "")) for c in wide})
        return tuple(rows)

    def _findings(self, name: str, prefix: str, seen: Sequence[Row], events: Sequence[Row]) -> dict[str, str]:
        whole = [r["complete"] == "yes" for r in seen]
        observed = "no" if not seen and not events else "yes" if seen and all(whole) else "partial"
        row = {
            f"{prefix}observed": observed,
            f"{prefix}violations": _count(observed, len(events)),
            f"{prefix}violations_open": _count(observed, sum(e["status"] == "open" for e in events)),
        }
        if name == "housing":
            row["inspections"] = _count(observed, sum(r["state"] == "accepted" for r in seen))
            labels = Counter(self._header(e["category"]) for e in events)
            row.update({
                self._header(label): _count(observed, labels[self._header(label)])
                for label in (*self.rules.labels, v.OTHER_LABEL)
            })  # fmt: skip
        return row

    def _label(self, title: str) -> str:
        """The canonical label of the first section cited."""
        first = title.split("; ")[0].removeprefix("'")
        first = self.rules.aliases.get(first, first)
        return first if first in self.rules.labels else v.OTHER_LABEL

    def _header(self, label: str) -> str:
        return label_header(self.rules, label)

    def _dataset(self, name: str) -> str:
        return self.rules.datasets.get(name, name)

    def _parcel_of(self, row: Row) -> str:
        return row["parcel_id_current"] or row["parcel_id"]

    def _locate(self, row: Row) -> dict[str, str]:
        parcel = self._parcel_of(row)
        return {"parcel_id": parcel, "address": self._address(parcel)} if parcel else {}

    def _address(self, parcel: str) -> str:
        return " ".join(part for part in self.tables.sites.get(parcel, ("", "")) if part)

    def _register(self, parcel: str, written: str) -> dict[str, str]:
        number, street = self.tables.sites.get(parcel, ("", ""))
        if not street and written:
            head, _, rest = written.partition(" ")
            number, street = (head, rest) if head[:1].isdigit() else ("", written)
        return {"mbl": parcel, "street_number": number, "street_name": street, "address": self._address(parcel)}


def _group(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _by_parcel(events: Sequence[Row]) -> Rows:
    return tuple(sorted(events, key=lambda e: (_natural(e["parcel_id"]), e["event_date"], e["event_id"])))


def _root(violation: str, repeats: Mapping[str, str]) -> str:
    """The first citation that a violation goes back to."""
    seen = set[str]()
    while violation not in seen and repeats.get(violation):
        seen.add(violation)
        violation = repeats[violation]
    return violation


def _natural(parcel: str) -> tuple[tuple[int, int, str], ...]:
    """``4-3`` before ``4-12``."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parcel.replace("-", " ").split())


def _count(observed: str, count: int) -> str:
    """A zero is a finding only where everything was looked at."""
    return str(count) if count or observed == "yes" else ""


def _sum(rows: Sequence[Row]) -> str:
    amounts = [Decimal(r["amount"]) for r in rows if r["amount"]]
    return format(sum(amounts, Decimal(0)), "f") if amounts or not rows else ""
