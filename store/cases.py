"""One record, or a few, with all that a person needs to decide on them, loaded without the rest of their document."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.decision import Decision
from records.links import Link, Route
from records.record import Record as Found
from records.record import Report
from records.serial import outcome_from_json, record_from_json
from records.settle import Settled, settle
from store import decisions, derived
from store.added import added_to
from store.desk_tables import document_acts
from store.sql import portions
from store.tables import contents, documents, extractions, outcomes, places, readings
from store.tables import decisions as decision_table
from store.tables import records as record_table

ADDED = 900_000
"""Order of a record that a person added: after the machine's."""


@dataclass(frozen=True, slots=True)
class Case:
    """A record with person and machine brought together. ``found`` False: the latest reading no longer holds it. ``seq`` is
    the number of the latest decision on it, ``digest`` names the machine's reading: both say what a screen showed.
    ``report`` is None where the document has no such report any more."""

    record: Found
    settled: Settled
    decisions: tuple[Decision, ...]
    route: Route | None
    links: tuple[Link, ...]
    sha256: str
    path: str
    report: Report | None
    ordinal: int
    found: bool
    seq: int
    digest: str

    @property
    def doubts_of_report(self) -> tuple[object, ...]:
        return () if self.report is None else self.report.reasons


def load(connection: Connection, record_ids: Sequence[str]) -> dict[str, Case]:
    """record_id -> case, for those that are known."""
    homes: dict[str, str] = {}
    for some in portions(list(record_ids)):
        query = sa.select(record_table.c.record_id, record_table.c.sha256).where(record_table.c.record_id.in_(some))
        homes.update((row.record_id, row.sha256) for row in connection.execute(query))
    shas = sorted(set(homes.values()))
    heads = headers(connection, shas)
    found = _extracted(connection, list(homes), {oid: sha for sha, (oid, _) in heads.items()})
    extra = {a.record.record_id: a for some in added_to(connection, shas).values() for a in some}
    made: dict[str, list[Decision]] = {}
    for decision in decisions.of_records(connection, list(homes)):
        made.setdefault(decision.record_id, []).append(decision)
    last = _last(connection, list(homes))
    routes = derived.load_routes(connection, list(homes))
    links: dict[str, list[Link]] = {}
    for link in derived.load_links(connection, list(homes)):
        links.setdefault(link.record_id, []).append(link)
    paths = first_paths(connection, shas)
    cases: dict[str, Case] = {}
    for record_id, sha256 in homes.items():
        if record_id in found:
            record, is_found, ordinal, digest, position = found[record_id]
        elif record_id in extra:
            record, is_found, ordinal, digest, position = extra[record_id].record, True, ADDED, record_id, -1
        else:
            continue
        reports = heads[sha256][1] if sha256 in heads else ()
        # The extraction knows the report by its place in the outcome; what was added knows it by its number.
        report = (
            reports[position]
            if 0 <= position < len(reports)
            else next((r for r in reports if r.ordinal == record.report), None)
        )
        some_made = tuple(made.get(record_id, ()))
        cases[record_id] = Case(
            record, settle(record, some_made, found=is_found), some_made, routes.get(record_id),
            tuple(links.get(record_id, ())), sha256, paths.get(sha256, ""), report, ordinal, is_found,
            last.get(record_id, 0), digest[:16],
        )  # fmt: skip
    return cases


@dataclass(frozen=True, slots=True)
class Head:
    """A document without its records."""

    sha256: str
    paths: tuple[str, ...]
    size: int
    pages: int | None
    text_source: str
    media_type: str
    failure: str
    doc_type: str
    reason: str
    reports: tuple[Report, ...]

    @property
    def path(self) -> str:
        return self.paths[0] if self.paths else ""


def head(connection: Connection, sha256: str) -> Head | None:
    """What is known about a document, None for an unknown one."""
    size = connection.execute(sa.select(documents.c.size).where(documents.c.sha256 == sha256)).scalar()
    if size is None:
        return None
    lie = connection.execute(sa.select(places.c.path).where(places.c.sha256 == sha256).order_by(places.c.path)).scalars()
    column = readings.c
    about = sa.select(column.pages, column.text_source, column.media_type, column.failure).where(column.sha256 == sha256)
    read = connection.execute(about).first()
    newest = sa.select(outcomes.c.header).where(outcomes.c.sha256 == sha256).order_by(outcomes.c.outcome_id.desc()).limit(1)
    text = connection.execute(newest).scalar()
    outcome = None if text is None else outcome_from_json(text)
    said = settled_reports(connection, [sha256])
    return Head(
        sha256, tuple(lie), size,
        None if read is None else read.pages,
        "none" if read is None else read.text_source,
        "" if read is None else read.media_type,
        (outcome.failure if outcome else "") or (read.failure if read else ""),
        "other" if outcome is None else outcome.doc_type,
        "" if outcome is None else outcome.reason,
        () if outcome is None else tuple(without_settled(sha256, r, said) for r in outcome.reports),
    )  # fmt: skip


def headers(connection: Connection, shas: Sequence[str]) -> dict[str, tuple[int, tuple[Report, ...]]]:
    """sha256 -> (latest outcome, its reports without their records), doubts that a person settled taken out."""
    said = settled_reports(connection, shas)
    found: dict[str, tuple[int, tuple[Report, ...]]] = {}
    for some in portions(shas):
        newest = sa.select(sa.func.max(outcomes.c.outcome_id)).where(outcomes.c.sha256.in_(some)).group_by(outcomes.c.sha256)
        for row in connection.execute(sa.select(outcomes).where(outcomes.c.outcome_id.in_(newest))):
            reports = outcome_from_json(row.header).reports
            found[row.sha256] = (row.outcome_id, tuple(without_settled(row.sha256, r, said) for r in reports))
    return found


def settled_reports(connection: Connection, shas: Sequence[str] | None = None) -> dict[tuple[str, int], str]:
    """(sha256, report) -> the doubts a person has settled, as they were shown."""
    query = sa.select(document_acts).order_by(document_acts.c.seq)
    rows = list(connection.execute(query if shas is None else query.where(document_acts.c.sha256.in_(list(shas)))))
    undone = {row.undoes for row in rows if row.act == "undo"}
    return {(r.sha256, r.report): r.seen for r in rows if r.act != "undo" and r.act_id not in undone}


def without_settled(sha256: str, report: Report, said: Mapping[tuple[str, int], str]) -> Report:
    """The report without its doubts, where a person has answered exactly these."""
    if report.reasons and said.get((sha256, report.ordinal)) == doubts_of(report):
        return replace(report, reasons=())
    return report


def doubts_of(report: Report) -> str:
    """A report's doubts in the form in which an answer to them is kept."""
    return json.dumps([[r.field, r.code, r.detail] for r in report.reasons], ensure_ascii=True)


def first_paths(connection: Connection, shas: Sequence[str]) -> dict[str, str]:
    """sha256 -> where the original lies."""
    found: dict[str, str] = {}
    for some in portions(shas):
        query = (
            sa.select(places.c.sha256, sa.func.min(places.c.path)).where(places.c.sha256.in_(some)).group_by(places.c.sha256)
        )
        found.update({row[0]: row[1] for row in connection.execute(query)})
    return found


def _last(connection: Connection, record_ids: Sequence[str]) -> dict[str, int]:
    column = decision_table.c
    found: dict[str, int] = {}
    for some in portions(record_ids):
        query = (
            sa.select(column.record_id, sa.func.max(column.seq)).where(column.record_id.in_(some)).group_by(column.record_id)
        )
        found.update({row[0]: row[1] for row in connection.execute(query)})
    return found


def _extracted(
    connection: Connection, record_ids: Sequence[str], latest: Mapping[int, str]
) -> dict[str, tuple[Found, bool, int, str, int]]:
    found = {}
    for some in portions(record_ids):
        query = (
            sa.select(extractions, contents.c.json)
            .join(contents, contents.c.digest == extractions.c.digest)
            .where(extractions.c.record_id.in_(some), extractions.c.outcome_id.in_(list(latest)))
        )
        for row in connection.execute(query):
            record = record_from_json(zlib.decompress(row.json).decode())
            named = replace(record, record_id=row.record_id, parent=row.parent_id or "")
            found[row.record_id] = (named, row.found, row.ordinal, row.digest, row.report)
    return found
