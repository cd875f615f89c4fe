"""What was found in a document: outcomes and their records, appended run after run under ids that stay."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.errors import StoreError
from records.identity import mint_free
from records.record import Outcome, Reason, Record
from records.serial import header_to_json, outcome_from_json, outcome_to_json, record_from_json, record_to_json
from records.vocabulary import KINDS
from store.sql import insert_all, insert_new, portions
from store.tables import contents, documents, extractions, outcomes
from store.tables import records as record_table

IDENTITY_TIE = Reason(
    "identity", "conflict", "two earlier records fit equally well: check that earlier decisions belong to this one"
)
"""Stays on a record until a person decides on the field ``identity`` (see ``records.settle``)."""


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """The latest outcome of a document with ids set and parents as ids; ``vanished`` are records that it no longer holds,
    as they were last found."""

    fingerprint: str
    outcome: Outcome
    vanished: tuple[Record, ...]


def save(connection: Connection, sha256: str, fingerprint: str, outcome: Outcome) -> None:
    """Appends an outcome unless the latest one has the same fingerprint and says the same."""
    # PostgreSQL: one writer per document; SQLite's IMMEDIATE transaction already sees to that.
    query = sa.select(documents.c.sha256).where(documents.c.sha256 == sha256).with_for_update()
    if connection.execute(query).scalar() is None:
        raise StoreError(f"document {sha256} is not registered; register its file before its outcome")
    unnamed = _unnamed(outcome)
    digest = digest_of(unnamed)
    latest = _latest(connection, [sha256]).get(sha256)
    if latest is not None and (latest.fingerprint, latest.digest) == (fingerprint, digest):
        return
    known = _load_records(connection, {} if latest is None else {latest.outcome_id: sha256}).get(sha256, [])
    named = _name(connection, sha256, unnamed.records, known)
    values = {"sha256": sha256, "fingerprint": fingerprint, "digest": digest, "header": header_to_json(outcome)}
    outcome_id = connection.execute(sa.insert(outcomes).values(**values)).inserted_primary_key[0]  # type: ignore[index]
    _append(connection, sha256, outcome_id, unnamed, named, known)


def current(connection: Connection, shas: Sequence[str]) -> dict[str, StoredOutcome]:
    """sha256 -> latest outcome, for the documents that have one."""
    latest = _latest(connection, shas)
    loaded = _load_records(connection, {row.outcome_id: sha256 for sha256, row in latest.items()})
    found: dict[str, StoredOutcome] = {}
    for sha256, row in latest.items():
        header = outcome_from_json(row.header)
        by_report: list[list[Record]] = [[] for _ in header.reports]
        vanished: list[Record] = []
        for stored in loaded.get(sha256, []):
            record = replace(stored.record, parent=stored.parent_id)
            if stored.found:
                by_report[stored.report].append(record)
            else:
                vanished.append(record)
        reports = tuple(replace(r, records=tuple(held)) for r, held in zip(header.reports, by_report, strict=True))
        found[sha256] = StoredOutcome(row.fingerprint, replace(header, reports=reports), tuple(vanished))
    return found


def fingerprints(connection: Connection, shas: Sequence[str] | None = None) -> dict[str, str]:
    """sha256 -> fingerprint of the latest outcome: of these documents, or of all."""
    if shas is not None:
        return {sha256: row.fingerprint for sha256, row in _latest(connection, shas).items()}
    newest = sa.select(sa.func.max(outcomes.c.outcome_id)).group_by(outcomes.c.sha256)
    query = sa.select(outcomes.c.sha256, outcomes.c.fingerprint).where(outcomes.c.outcome_id.in_(newest))
    return {row.sha256: row.fingerprint for row in connection.execute(query)}


def digest_of(outcome: Outcome) -> str:
    """What an outcome says, as one short text; ids play no part."""
    return hashlib.sha256(outcome_to_json(_unnamed(outcome)).encode()).hexdigest()


def heads(connection: Connection) -> dict[str, tuple[str, str]]:
    """sha256 -> digest of the latest outcome and the kind of document it found, without loading its records."""
    newest = sa.select(sa.func.max(outcomes.c.outcome_id)).group_by(outcomes.c.sha256)
    query = sa.select(outcomes.c.sha256, outcomes.c.digest, outcomes.c.header).where(outcomes.c.outcome_id.in_(newest))
    return {r.sha256: (r.digest, outcome_from_json(r.header).doc_type) for r in connection.execute(query)}


def kinds(connection: Connection) -> dict[str, str]:
    """record_id -> kind."""
    return {row.record_id: row.kind for row in connection.execute(sa.select(record_table.c.record_id, record_table.c.kind))}


@dataclass(frozen=True, slots=True)
class _Latest:
    outcome_id: int
    fingerprint: str
    digest: str
    header: str


@dataclass(frozen=True, slots=True)
class _Stored:
    record: Record  # with its id; the parent is still a local key
    found: bool
    report: int
    parent_id: str
    digest: str


def _latest(connection: Connection, shas: Sequence[str]) -> dict[str, _Latest]:
    found: dict[str, _Latest] = {}
    for some in portions(shas):
        newest = (
            sa.select(sa.func.max(outcomes.c.outcome_id)).where(outcomes.c.sha256.in_(some)).group_by(outcomes.c.sha256)
        )
        for row in connection.execute(sa.select(outcomes).where(outcomes.c.outcome_id.in_(newest))):
            found[row.sha256] = _Latest(row.outcome_id, row.fingerprint, row.digest, row.header)
    return found


def _load_records(connection: Connection, outcome_ids: Mapping[int, str]) -> dict[str, list[_Stored]]:
    """Every record that an outcome speaks of, found or not, in the order it was written."""
    loaded: dict[str, list[_Stored]] = {}
    for some in portions([str(i) for i in outcome_ids]):
        query = (
            sa.select(extractions, contents.c.json)
            .join(contents, contents.c.digest == extractions.c.digest)
            .where(extractions.c.outcome_id.in_([int(i) for i in some]))
            .order_by(extractions.c.outcome_id, extractions.c.ordinal)
        )
        for row in connection.execute(query):
            record = replace(record_from_json(zlib.decompress(row.json).decode()), record_id=row.record_id)
            stored = _Stored(record, row.found, row.report, row.parent_id or "", row.digest)
            loaded.setdefault(outcome_ids[row.outcome_id], []).append(stored)
    return loaded


def _unnamed(outcome: Outcome) -> Outcome:
    """The outcome as extractors give it. One that was loaded from the store is led back: ids go, parents are keys again."""
    keys = {r.record_id: r.local_key for r in outcome.records if r.record_id}
    return replace(
        outcome,
        reports=tuple(
            replace(
                report,
                records=tuple(replace(r, record_id="", parent=keys.get(r.parent, r.parent)) for r in report.records),
            )
            for report in outcome.reports
        ),
    )


def _name(connection: Connection, sha256: str, new: Sequence[Record], known: Sequence[_Stored]) -> list[Record]:
    """The new records with the ids of the stored ones they are, or freshly minted ones."""
    from store.matching import Known, match  # only here: NumPy costs more than a run that finds nothing new

    named = list(new)
    query = sa.select(record_table.c.record_id).where(record_table.c.sha256 == sha256)
    taken = set(connection.execute(query).scalars())
    unsettled = {k.record.record_id for k in known if IDENTITY_TIE in k.record.reasons}
    for kind in KINDS:
        places = [i for i, record in enumerate(new) if record.kind == kind]
        matches = match([new[i] for i in places], [Known(k.record, k.found) for k in known if k.record.kind == kind])
        for n, (i, record_id) in enumerate(zip(places, matches.ids, strict=True)):
            if not record_id:
                record_id = mint_free(sha256, kind, new[i].anchor, taken)
                taken.add(record_id)
            doubtful = n in matches.ties or record_id in unsettled
            named[i] = replace(new[i].doubting(IDENTITY_TIE) if doubtful else new[i], record_id=record_id)
    return named


def _append(
    connection: Connection,
    sha256: str,
    outcome_id: int,
    outcome: Outcome,
    named: Sequence[Record],
    known: Sequence[_Stored],
) -> None:
    before = {k.record.record_id for k in known}
    ids = {r.local_key: r.record_id for r in named}
    reports = [n for n, report in enumerate(outcome.reports) for _ in report.records]
    written: dict[str, bytes] = {}
    rows: list[dict[str, object]] = []
    for record, report in zip(named, reports, strict=True):
        text = record_to_json(replace(record, record_id="")).encode()
        digest = hashlib.sha256(text).hexdigest()
        written[digest] = text
        rows.append(_row(outcome_id, record.record_id, True, report, len(rows), ids.get(record.parent), digest))
    present = {r.record_id for r in named}
    for gone in known:
        if gone.record.record_id not in present:
            parent = gone.parent_id or None
            rows.append(_row(outcome_id, gone.record.record_id, False, gone.report, len(rows), parent, gone.digest))
    fresh = [r for r in named if r.record_id not in before]
    insert_all(
        connection, record_table, [{"record_id": r.record_id, "sha256": sha256, "kind": r.kind} for r in fresh]
    )
    held: set[str] = set()
    for some in portions(list(written)):
        held.update(connection.execute(sa.select(contents.c.digest).where(contents.c.digest.in_(some))).scalars())
    # Sorted: two writers that add the same contents take them in the same order, so neither waits for the other forever.
    added = sorted(written.keys() - held)
    insert_new(connection, contents, [{"digest": d, "json": zlib.compress(written[d], 1)} for d in added])
    insert_all(connection, extractions, rows)


def _row(
    outcome_id: int, record_id: str, found: bool, report: int, ordinal: int, parent_id: str | None, digest: str
) -> dict[str, object]:
    return {
        "outcome_id": outcome_id,
        "record_id": record_id,
        "found": found,
        "report": report,
        "ordinal": ordinal,
        "parent_id": parent_id,
        "digest": digest,
    }
