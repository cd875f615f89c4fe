"""Checks that know the domain. Each adds a reason for a person to look; none edits a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from extractors.language.codebook import exists, load, split_code
from extractors.language.grounds import grounds
from extractors.language.meaning import says_defect
from extractors.omissions import omissions
from extractors.reports.beside import hand_features, hands_on
from extractors.rulebook import RuleBook
from extractors.trust.voices import heard, page_features, with_voices
from records.document import Document
from records.parcel import LogRow, Parcel
from records.record import Reason, Record, Report

KEY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "inspection": ("inspection_date", "result"),
    "violation": ("inspection_date", "status", "category"),
    "tax": ("fiscal_year", "tax_type", "total"),
    "water": ("period_end", "consumption", "amount"),
}
"""Without these a record says nothing anyone could use; ``parcel_id`` is asked for separately, as some records have none."""

NO_PARCEL_TAXES = ("personal_property", "motor_vehicle_excise")
_CITED = re.compile(r"\b4[1Il|]0\s?[.,-]\s?\d{3}\b")
EARLIEST, LATEST = date(1995, 1, 1), date(2040, 1, 1)
_BEYOND = timedelta(days=400)  # a log is exported some time after its last visit, and visits are filed late
_OVERLAP = timedelta(days=60)  # around the day a new edition came into force both were cited
_MOST_INTEREST = Decimal("0.16")
"""Dearest lawful interest a year: 14 % before a taking (M.G.L. c. 59 s. 57), 16 % in tax title (c. 60 s. 62)."""
_SLACK = Decimal("5.00")
LONGEST_ORDER = timedelta(days=400)  # an order may be extended, but not past a year or so (105 CMR 410.830, 410.850)


@dataclass(frozen=True, slots=True)
class World:
    """What the city's registers know: the days the permit log covers, and how many dwelling units a parcel has."""

    first: date | None = None
    last: date | None = None
    units: Mapping[str, int] = field(default_factory=dict)


def world_of(parcels: Iterable[Parcel], log: Iterable[LogRow]) -> World:
    """The registers' world."""
    days = [row.opened for row in log if row.opened is not None]
    units = {p.parcel_id: p.units for p in parcels if p.units is not None}
    return World(min(days, default=None), max(days, default=None), units)


def check_report(report: Report, document: Document, rules: RuleBook | None = None, world: World | None = None) -> Report:
    """The report with every record checked, and with what its pages show and no record does; a file of which pages were not
    read casts doubt on the report as a whole. ``world``: what the city's registers know of days and parcels."""
    reasons = list(report.reasons)
    if document.failure:
        reasons.append(Reason("", "check", f"part of the file could not be read: {document.failure}"))
    known = rules or RuleBook.load()
    reasons += [r for r in omissions(report, document, known) if r not in reasons]
    hands = hands_on([p for p in document.pages if p.number in report.pages])
    voices = heard(document, report.pages)
    worn = page_features([p for p in document.pages if p.number in report.pages])
    said = {r.local_key: says_defect(r.text("description"), known) for r in report.records if r.kind == "violation"}
    shown = [
        replace(
            r,
            features={
                **r.features, **hand_features(r, hands, reasons), **worn, **_said(r, report.records, said),
                **_assigned(r, report.doc_type, known),
            },
        )
        for r in report.records
    ]
    records = tuple(_check(with_voices(r, voices), known, world or World()) for r in shown)
    return replace(report, records=records, reasons=tuple(reasons))


def _said(record: Record, all_of_it: Sequence[Record], said: Mapping[str, bool]) -> dict[str, float]:
    """``says_defect``: the finding names something wrong; ``say_defects``: the share of its visit's findings that do;
    ``head_found``: how many values the visit's head gave. Where a form's print is taken for findings, these are few."""
    if record.kind not in ("inspection", "violation"):
        return {}
    visit = record.local_key if record.kind == "inspection" else record.parent
    kin = [said[r.local_key] for r in all_of_it if r.kind == "violation" and r.parent == visit]
    head = next((r for r in all_of_it if r.local_key == visit), None)
    values = head.fields.values() if head is not None else ()
    found = sum(e.value is not None and e.field not in ("permit_record", "match_basis") for e in values)
    own = {"says_defect": float(said[record.local_key])} if record.kind == "violation" else {}
    return {**own, "say_defects": round(sum(kin) / len(kin), 4) if kin else 1.0, "head_found": float(found)}


def _assigned(record: Record, doc_type: str, rules: RuleBook) -> dict[str, float]:
    """On what grounds a section stands that the paper does not cite."""
    if record.text("code_basis") != "inferred":
        return {}
    department = "fire" if doc_type == "fire_inspection" else "inspectional_services"
    return grounds(record.text("description"), record.text("location"), record.text("category"), department, rules)


def _check(record: Record, rules: RuleBook, world: World) -> Record:
    doubts = [
        Reason(name, "missing", f"{name.replace('_', ' ')} was not found")
        for name in KEY_FIELDS[record.kind]
        if record.value(name) is None
    ]
    if record.value("parcel_id") is None and record.text("tax_type") not in NO_PARCEL_TAXES:
        doubts.append(Reason("parcel_id", "missing", "no parcel could be told"))
    doubts += _dates(record)
    doubts += _against_registers(record, world)
    if record.kind == "violation":
        doubts += _edition(record, rules)
    if record.kind == "violation" and record.text("code_basis") == "cited" and not record.text("code"):
        doubts.append(Reason("code", "missing", f"a section is cited but could not be read: {record.text('code_as_written')}"))
    if record.kind == "violation" and record.text("code_basis") == "inferred" and _CITED.search(record.text("description")):
        doubts.append(Reason("code", "check", "a section seems to be cited, but was not read as one"))
    if record.kind == "tax":
        doubts += _tax(record)
        doubts += _interest(record)
    if record.kind == "water":
        doubts += _water(record)
    for name, found in sorted(record.fields.items()):
        if "handwritten" in found.flags and found.value is not None:
            doubts.append(Reason(name, "handwritten", "read from handwriting; a person has to confirm it"))
    known = {(r.field, r.code) for r in record.reasons}
    checked = record.doubting(*(d for d in doubts if (d.field, d.code) not in known))
    return replace(checked, features={**record.features, "doubts": float(len(checked.reasons))})


def _dates(record: Record) -> list[Reason]:
    doubts = []
    for name in ("inspection_date", "period_end", "as_of_date"):
        value = record.value(name)
        if isinstance(value, date) and not EARLIEST <= value <= LATEST:
            doubts.append(Reason(name, "check", f"{value} is not a likely date"))
    inspected, due = record.value("inspection_date"), record.value("correct_by")
    if isinstance(inspected, date) and isinstance(due, date) and not inspected <= due <= inspected + LONGEST_ORDER:
        doubts.append(Reason("correct_by", "check", f"the deadline {due} does not follow the inspection of {inspected}"))
    return doubts


def _against_registers(record: Record, world: World) -> list[Reason]:
    """What the log's days and the parcel's dwelling units say against the record."""
    doubts = []
    on = record.value("inspection_date") if record.kind == "inspection" else None
    if isinstance(on, date) and world.first and world.last and not world.first - _BEYOND <= on <= world.last + _BEYOND:
        doubts.append(Reason("inspection_date", "check", f"{on} is far outside the log's days, {world.first} to {world.last}"))
    number = re.fullmatch(r"(?:apt|unit|#)?\.?\s*(\d{1,3})", record.text("unit"), re.IGNORECASE)
    units = world.units.get(record.text("parcel_id"))
    if record.kind == "inspection" and number and units and 3 < units < int(number[1]) < 100:
        doubts.append(Reason("unit", "check", f"unit {number[1]}, but the parcel has {units} units"))
    return doubts


def _edition(record: Record, rules: RuleBook) -> list[Reason]:
    """Sections cited that the edition in force on the day does not have, though the other one does."""
    on = record.value("inspection_date")
    if not isinstance(on, date) or record.text("code_basis") != "cited" or abs(on - load(rules).changed) < _OVERLAP:
        return []
    absent = [c for c in record.text("code").split("; ") if split_code(c)[0] and not exists(c, on, rules)]
    return [Reason("code", "check", f"{c} does not stand in the edition in force on {on}") for c in absent]


def _interest(record: Record) -> list[Reason]:
    """Interest that no law allows: below nothing, or above the dearest rate since the fiscal year began."""
    year, as_of = record.value("fiscal_year"), record.value("as_of_date")
    principal, interest = record.value("principal"), record.value("interest")
    if not isinstance(interest, Decimal) or not isinstance(principal, Decimal):
        return []
    if interest < 0 <= principal:
        return [Reason("interest", "check", f"interest of {interest} is less than nothing")]
    if not isinstance(year, int) or not isinstance(as_of, date) or principal <= 0:
        return []
    days = max(0, (as_of - date(year - 1, 7, 1)).days)
    most = principal * _MOST_INTEREST * Decimal(days) / Decimal(365) + _SLACK
    if interest > most:
        why = f"interest of {interest} on {principal} is more than 16 % a year since July {year - 1}"
        return [Reason("interest", "check", why)]
    return []


def _tax(record: Record) -> list[Reason]:
    doubts = []
    year = record.value("fiscal_year")
    as_of = record.value("as_of_date")
    latest = as_of.year + 1 if isinstance(as_of, date) else LATEST.year
    if isinstance(year, int) and not 1980 <= year <= latest:
        doubts.append(Reason("fiscal_year", "check", f"fiscal year {year} does not fit a list as of {as_of or 'no date'}"))
    total = record.value("total")
    parts = [v for n in ("principal", "interest", "fees") if isinstance(v := record.value(n), Decimal)]
    if isinstance(total, Decimal) and parts and sum(parts) != total:
        doubts.append(Reason("total", "check", f"principal, interest and fees make {sum(parts)}, the row says {total}"))
    return doubts


def _water(record: Record) -> list[Reason]:
    start, end = record.value("period_start"), record.value("period_end")
    if isinstance(start, date) and isinstance(end, date) and not timedelta(0) < end - start < timedelta(days=800):
        return [Reason("period_end", "check", f"the period {start} to {end} is not a billing period")]
    return []
