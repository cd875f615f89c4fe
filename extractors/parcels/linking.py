"""Sets parcel and permit record on the records of a report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from extractors.parcels.address import unit_key
from extractors.parcels.permit_log import Join
from extractors.parcels.told import told
from extractors.parcels.vouching import LOG_AGREES, LOG_DIFFERS, vouched
from records.document import Document
from records.parcel import ParcelMatch
from records.record import Evidence, Extraction, Reason, Record, Report

if TYPE_CHECKING:
    from extractors.parcels.linker import Linker

_ADDRESS_RULE, _ROW_RULE, _LOG_RULE = "parcels/address@1", "parcels/map_lot@1", "parcels/permit_log@1"
# No parcel can exist for these (domain facts, section 3)
_WITHOUT_PARCEL = frozenset({"personal_property", "motor_vehicle_excise"})
_SURELY_READ = 0.999  # a text layer, not a scan
_CLEAR = 0.9  # of a scan, print that is taken as it stands
_JOIN_QUALITY = {"case_number": 0.99, "folder": 0.97, "file_name": 0.95, "attachment": 0.9, "address_date": 0.85}


def link_report(linker: Linker, document: Document, report: Report) -> Report:
    """``report`` with its records linked; violations follow their inspection unless they name a unit of their own."""
    visits = {r.local_key: r for r in report.records if r.kind == "inspection"}
    linked: dict[str, Record] = {}
    joins: dict[str, Join] = {}
    for key, visit in visits.items():
        linked[key], joins[key] = _inspection(linker, document, report.pages, visit)
    records = []
    for record in report.records:
        if record.kind == "inspection":
            records.append(linked[record.local_key])
        elif record.kind == "violation":
            parent = linked.get(record.parent)
            records.append(_violation(linker, record, parent, joins.get(record.parent, Join())))
        else:
            records.append(_row(linker, record))
    return replace(report, records=tuple(records))


def _inspection(linker: Linker, document: Document, pages: Sequence[int], visit: Record) -> tuple[Record, Join]:
    address, unit = visit.text("address_as_written"), visit.text("unit")
    match = linker.match_address(address, unit)
    when = visit.value("inspection_date")
    join = linker.log.join(
        document.source.path, visit.text("case_number"), address, match, unit,
        when if isinstance(when, date) else None, visit.text("inspector"),
    )  # fmt: skip
    read = visit.fields.get("address_as_written")
    reading = 1.0 if read is None or read.reading is None else read.reading
    worn = reading < _CLEAR or (reading < _SURELY_READ and not re.search(r"\d", address.split(",")[0]))
    match = told(linker, document, pages, address, match, join, worn)
    result = visit.having(_parcel(visit, match, ("address_as_written",), _ADDRESS_RULE))
    result = result.doubting(*_reasons(match, address))
    result = vouched(_with_log(result, join), join, linker.log.agrees(join.row, match) if join.row else None)
    if match.parcel_id and join.reasons and (read is None or read.reading is None or read.reading < _SURELY_READ):
        # the log names another building: a number misread by one figure is as likely as a wrong log
        result = result.doubting(*(replace(r, field="parcel_id") for r in join.reasons if r.code == "conflict"))
    if not address.strip() and join.row is not None:
        result = result.doubting(Reason("address_as_written", "missing", f"the log has {join.row.address} for {join.record_no}"))
    if when is None and join.row is not None and join.row.opened is not None:
        opened = join.row.opened.isoformat()
        result = result.doubting(Reason("inspection_date", "missing", f"the log has {join.record_no} opened on {opened}"))
    return result, join


def _violation(linker: Linker, violation: Record, visit: Record | None, join: Join) -> Record:
    own_address = violation.text("address_as_written")
    address = own_address or (visit.text("address_as_written") if visit else "")
    unit = violation.text("unit")
    visit_address, visit_unit = (visit.text("address_as_written"), visit.text("unit")) if visit else ("", "")
    inherits = (
        visit is not None
        and (not own_address or own_address == visit_address)
        and (not unit or unit_key(unit, linker.words) == unit_key(visit_unit, linker.words))
    )
    if inherits and visit is not None and "parcel_id" in visit.fields:
        result = violation.having(replace(visit.fields["parcel_id"], field="parcel_id"))
        result = result.doubting(*(r for r in visit.reasons if r.field == "parcel_id"))
    else:
        match = linker.match_address(address, unit)
        source = violation if own_address or visit is None else visit
        found = _parcel(source, match, ("address_as_written",), _ADDRESS_RULE)
        result = violation.having(found).doubting(*_reasons(match, address))
    return vouched(_with_log(result, join), join, _vouched_parcel(result, visit))


def _vouched_parcel(violation: Record, visit: Record | None) -> bool | None:
    """What the log says of the visit's parcel holds for a finding at the same one."""
    place = visit.fields.get("parcel_id") if visit is not None else None
    if place is None or place.value is None or place.value != violation.value("parcel_id"):
        return None
    return True if LOG_AGREES in place.flags else False if LOG_DIFFERS in place.flags else None


def _row(linker: Linker, row: Record) -> Record:
    if row.text("tax_type") in _WITHOUT_PARCEL:
        return row
    written, location = row.text("parcel_as_written"), row.text("location")
    match = linker.match_row(written, location, row.text("owner"), row.text("account"))
    result = row.having(_parcel(row, match, ("parcel_as_written", "location", "owner"), _ROW_RULE))
    return result.doubting(*_reasons(match, written or location))


def _parcel(record: Record, match: ParcelMatch, sources: tuple[str, ...], rule: str) -> Extraction:
    """The parcel as an extraction: read where its sources stand; ``finding`` is how good the match is."""
    read = next((record.fields[s] for s in sources if s in record.fields and record.fields[s].value), None)
    evidence = read.evidence if read else Evidence(record.anchor.page, (), "", record.anchor.anchor)
    best = match.candidates[0].score if match.candidates else 0.0
    finding = best if match.parcel_id and not match.question else min(best, 0.5)
    return Extraction(
        "parcel_id", match.parcel_id, evidence, _reading(record.fields, sources), finding, rule,
        (*match.flags, *(("certain",) if match.certain else ())),
        tuple(c.parcel_id for c in match.candidates if c.parcel_id != match.parcel_id),
    )  # fmt: skip


def _reading(fields: Mapping[str, Extraction], sources: tuple[str, ...]) -> float | None:
    """How well the words behind the link were read. Sources that agree with the parcel file vouch for each other, so the
    best-read one counts."""
    known = [fields[s].reading for s in sources if s in fields and fields[s].value]
    measured = [r for r in known if r is not None]
    return max(measured) if measured else None


def _reasons(match: ParcelMatch, about: str) -> tuple[Reason, ...]:
    if not match.question:
        return ()
    if match.parcel_id is None:
        code = "ambiguous" if len(match.candidates) > 1 and about.strip() else "missing"
    else:
        code = "conflict" if "id_differs" in match.flags else "ambiguous"
    return (Reason("parcel_id", code, match.question),)


def _with_log(record: Record, join: Join) -> Record:
    result = record.doubting(*join.reasons) if record.kind == "inspection" else record
    if not join.record_no:
        return result
    place = Evidence(record.anchor.page, (), join.record_no, record.anchor.anchor)
    quality = _JOIN_QUALITY[join.basis]
    return result.having(
        Extraction("permit_record", join.record_no, place, 1.0, quality, _LOG_RULE, join.flags),
        Extraction("match_basis", join.basis, place, 1.0, quality, _LOG_RULE),
    )
