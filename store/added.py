"""Records that a person marked on the page because the machine had missed them. They stand among the machine's from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.deciding import ADDED
from records.identity import mint_free
from records.record import Outcome, Reason, Record, Report
from records.serial import record_from_json, record_to_json
from records.vocabulary import DocType, Kind
from store.desk_tables import added_records
from store.sql import clean, portions
from store.tables import records as record_table

RULE = "added by a person"
FOUND_SINCE = Reason("", "possible_copy", "a person added this; the machine finds a record at this place now too")
_TYPE_OF: dict[Kind, DocType] = {
    "inspection": "housing_inspection", "violation": "housing_inspection", "tax": "tax_delinquency", "water": "water_usage",
}  # fmt: skip
_SAME_PLACE = 0.5


@dataclass(frozen=True, slots=True)
class Added:
    """A record with its id, ``parent`` being an id too, and the report it was added to."""

    record: Record
    sha256: str
    report: int


def add(connection: Connection, sha256: str, record: Record, by: str, at: datetime) -> Record:
    """Stores the record under a fresh id. Returns it with that id."""
    query = sa.select(record_table.c.record_id).where(record_table.c.sha256 == sha256)
    taken = set(connection.execute(query).scalars())
    record_id = mint_free(sha256, record.kind, record.anchor, taken)
    named = replace(record, record_id=record_id, local_key=f"{ADDED}{record_id}")
    connection.execute(sa.insert(record_table).values(record_id=record_id, sha256=sha256, kind=record.kind))
    connection.execute(
        sa.insert(added_records).values(
            record_id=record_id,
            sha256=sha256,
            report=record.report,
            parent_id=record.parent,
            json=record_to_json(named),
            by=clean(by),
            at=at.isoformat(),
        )
    )
    return named


def added_to(connection: Connection, shas: Sequence[str]) -> dict[str, list[Added]]:
    """sha256 -> what was added to it, in a fixed order."""
    found: dict[str, list[Added]] = {}
    for some in portions(shas):
        query = sa.select(added_records).where(added_records.c.sha256.in_(some)).order_by(added_records.c.record_id)
        for row in connection.execute(query):
            record = replace(record_from_json(row.json), record_id=row.record_id, parent=row.parent_id, report=row.report)
            found.setdefault(row.sha256, []).append(Added(record, row.sha256, row.report))
    return found


def with_added(outcome: Outcome, added: Sequence[Added]) -> Outcome:
    """The outcome with what people added to its reports; a report is made where the machine had found none."""
    reports = list(outcome.reports)
    for extra in added:
        twin = any(_same_place(extra.record, r) for r in outcome.records)
        record = extra.record.doubting(FOUND_SINCE) if twin else extra.record
        at = next((i for i, r in enumerate(reports) if r.ordinal == extra.report), None)
        if at is None:
            page = record.anchor.page
            pages = () if page is None else (page,)
            reports.append(Report(extra.report, _TYPE_OF[record.kind], pages, (RULE,), (record,)))
        else:
            reports[at] = replace(reports[at], records=(*reports[at].records, record))
    return replace(outcome, reports=tuple(reports))


def _same_place(mine: Record, other: Record) -> bool:
    if mine.kind != other.kind or mine.kind == "inspection" or mine.anchor.page != other.anchor.page:
        return False
    box, theirs = mine.anchor.box, other.anchor.box
    return box is not None and theirs is not None and box.overlap(theirs) >= _SAME_PLACE
