"""What people did for the proof, kept and given back. ``Store.trust`` holds one; every method is one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.errors import StoreError
from records.trust import Book, Check, GateAct, Member, PageAudit, Sample, SecondReading
from store.sql import clean, insert_all, portions
from store.tables import decisions, documents, places, runs
from store.tables import records as record_table
from store.trust_tables import calibrations, checks, gate_acts, page_audits, sample_members, samples, second_readings

Opening = Callable[[], AbstractContextManager[Connection]]


class Trust:
    """Samples, checks, page audits, second readings and gates. What was said before under the same id is not said twice."""

    def __init__(self, reading: Opening, writing: Opening) -> None:
        self._reading = reading
        self._writing = writing

    def save_sample(self, sample: Sample) -> None:
        """Keeps a sample with its members; a sample that is there already stays as it was drawn."""
        with self._writing() as connection:
            if _known(connection, samples.c.sample_id, [sample.sample_id]):
                return
            head = {
                "sample_id": sample.sample_id,
                "purpose": sample.purpose,
                "seed": clean(sample.seed),
                "drawn_at": sample.drawn_at.isoformat(),
                "drawn_by": clean(sample.drawn_by),
                "note": clean(sample.note),
            }
            insert_all(connection, samples, [head])
            rows = [
                {
                    "sample_id": sample.sample_id,
                    "ordinal": i,
                    "record_id": m.record_id or None,
                    "sha256": m.sha256,
                    "page": m.page,
                    "kind": m.kind,
                    "layout": clean(m.layout),
                    "decision_id": m.decision_id,
                }
                for i, m in enumerate(sample.members)
            ]
            insert_all(connection, sample_members, rows)

    def check(self, made: Sequence[Check]) -> None:
        """Appends verdicts on records. Raises StoreError for a record that is not there."""
        rows = [
            {
                "check_id": c.check_id,
                "sample_id": c.sample_id,
                "record_id": c.record_id,
                "kind": c.kind,
                "wrong": _json(c.wrong),
                "seen": _json(c.seen),
                "seconds": c.seconds,
                **_who(c),
            }
            for c in made
        ]
        self._append(checks, checks.c.check_id, rows, (record_table.c.record_id, "record"))

    def audit_page(self, audit: PageAudit) -> None:
        """Appends what a person found on a whole page."""
        row = {
            "audit_id": audit.audit_id,
            "sample_id": audit.sample_id,
            "sha256": audit.sha256,
            "page": audit.page,
            "recorded": audit.recorded,
            "missed": _json(audit.missed),
            **_who(audit),
        }
        self._append(page_audits, page_audits.c.audit_id, [row], (documents.c.sha256, "document"))

    def read_again(self, reading: SecondReading) -> None:
        """Appends a blind second reading. Raises StoreError where the same person decided first: that would not be blind."""
        with self._reading() as connection:
            first = connection.execute(sa.select(decisions.c.by).where(decisions.c.decision_id == reading.decision_id)).scalar()
        if first == clean(reading.by):
            raise StoreError(f"{reading.by} made this decision; a second reading needs another person")
        row = {
            "reading_id": reading.reading_id,
            "sample_id": reading.sample_id,
            "decision_id": reading.decision_id,
            "value": clean(reading.value),
            "agrees": int(reading.agrees),
            **_who(reading),
        }
        self._append(second_readings, second_readings.c.reading_id, [row], (decisions.c.decision_id, "decision"))

    def act_on_gate(self, act: GateAct) -> None:
        """Appends that a gate was closed or reopened."""
        row = {"act_id": act.act_id, "claim": act.claim, "act": act.act, "why": clean(act.why), "by": clean(act.by)}
        self._append(gate_acts, gate_acts.c.act_id, [{**row, "at": act.at.isoformat()}], None)

    def save_calibration(self, model: str, by: str, at: datetime) -> None:
        """Appends a calibration made from the city's own rows as the one in force; '' = the shipped one again."""
        with self._writing() as connection:
            insert_all(connection, calibrations, [{"model": model, "by": clean(by), "at": at.isoformat()}])

    def calibration(self) -> str:
        """The city's own calibration as it was saved; '' while the shipped one is in force."""
        with self._reading() as connection:
            query = sa.select(calibrations.c.model).order_by(calibrations.c.seq.desc()).limit(1)
            return connection.execute(query).scalar() or ""

    def first_seen(self) -> dict[str, str]:
        """sha256 -> when the document first came in (ISO 8601)."""
        with self._reading() as connection:
            first = sa.func.min(runs.c.started).label("first")
            query = sa.select(places.c.sha256, first).join(runs, runs.c.run_id == places.c.first_run).group_by(places.c.sha256)
            return {row.sha256: row.first for row in connection.execute(query)}

    def book(self) -> Book:
        """Everything, in the order it was done."""
        with self._reading() as connection:
            return Book(
                samples=_samples(connection),
                checks=tuple(
                    Check(
                        r.check_id, r.record_id, r.kind, json.loads(r.wrong), json.loads(r.seen), r.by, _at(r.at), r.sample_id,
                        r.seconds, r.note,
                    )
                    for r in connection.execute(sa.select(checks).order_by(checks.c.seq))
                ),
                page_audits=tuple(
                    PageAudit(
                        r.audit_id, r.sha256, r.page, r.recorded, json.loads(r.missed), r.by, _at(r.at), r.sample_id, r.note
                    )
                    for r in connection.execute(sa.select(page_audits).order_by(page_audits.c.seq))
                ),
                second_readings=tuple(
                    SecondReading(r.reading_id, r.decision_id, r.value, bool(r.agrees), r.by, _at(r.at), r.sample_id, r.note)
                    for r in connection.execute(sa.select(second_readings).order_by(second_readings.c.seq))
                ),
                gate_acts=tuple(
                    GateAct(r.act_id, r.claim, r.act, r.why, r.by, _at(r.at))
                    for r in connection.execute(sa.select(gate_acts).order_by(gate_acts.c.seq))
                ),
            )  # fmt: skip

    def _append(
        self, table: sa.Table, key: sa.Column[Any], rows: Sequence[dict[str, Any]], about: tuple[sa.Column[Any], str] | None
    ) -> None:
        """Adds the rows that are not there; ``about`` is the column that each row's column of that name must be found in."""
        with self._writing() as connection:
            there = _known(connection, key, [row[key.name] for row in rows])
            fresh = {row[key.name]: row for row in rows if row[key.name] not in there}
            if about is not None:
                column, what = about
                wanted = sorted({row[column.name] for row in fresh.values()})
                unknown = [value for value in wanted if value not in _known(connection, column, wanted)]
                if unknown:
                    raise StoreError(f"no {what} has the id {unknown[0]}; take ids from the exports or the desk")
            insert_all(connection, table, list(fresh.values()))


def _samples(connection: Connection) -> tuple[Sample, ...]:
    members: dict[str, list[Member]] = {}
    for r in connection.execute(sa.select(sample_members).order_by(sample_members.c.sample_id, sample_members.c.ordinal)):
        member = Member(r.kind, r.sha256, r.layout, r.record_id or "", r.page, r.decision_id)
        members.setdefault(r.sample_id, []).append(member)
    return tuple(
        Sample(r.sample_id, r.purpose, r.seed, _at(r.drawn_at), r.drawn_by, tuple(members.get(r.sample_id, ())), r.note)
        for r in connection.execute(sa.select(samples).order_by(samples.c.seq))
    )


def _known(connection: Connection, column: sa.Column[Any], values: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in portions(values):
        found.update(connection.execute(sa.select(column).where(column.in_(some))).scalars())
    return found


def _who(act: Check | PageAudit | SecondReading) -> dict[str, str]:
    return {"by": clean(act.by), "at": act.at.isoformat(), "note": clean(act.note)}


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(dict(data), ensure_ascii=True, sort_keys=True)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
