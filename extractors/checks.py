"""Checks that know the domain. Each adds a reason for a person to look; none edits a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from records.document import Document
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
LONGEST_ORDER = timedelta(days=400)  # an order may be extended, but not past a year or so (105 CMR 410.830, 410.850)


def check_report(report: Report, document: Document) -> Report:
    """The report with every record checked; a file of which pages were not read casts doubt on the report as a whole."""
    reasons = list(report.reasons)
    if document.failure:
        reasons.append(Reason("", "check", f"part of the file could not be read: {document.failure}"))
    return replace(report, records=tuple(_check(r) for r in report.records), reasons=tuple(reasons))


def _check(record: Record) -> Record:
    doubts = [
        Reason(name, "missing", f"{name.replace('_', ' ')} was not found")
        for name in KEY_FIELDS[record.kind]
        if record.value(name) is None
    ]
    if record.value("parcel_id") is None and record.text("tax_type") not in NO_PARCEL_TAXES:
        doubts.append(Reason("parcel_id", "missing", "no parcel could be told"))
    doubts += _dates(record)
    if record.kind == "violation" and record.text("code_basis") == "cited" and not record.text("code"):
        doubts.append(Reason("code", "missing", f"a section is cited but could not be read: {record.text('code_as_written')}"))
    if record.kind == "violation" and record.text("code_basis") == "inferred" and _CITED.search(record.text("description")):
        doubts.append(Reason("code", "check", "a section seems to be cited, but was not read as one"))
    if record.kind == "tax":
        doubts += _tax(record)
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
