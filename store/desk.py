"""What the desk writes and is served from. ``Store.desk`` holds one; every method is one transaction.

A decision, the routes that follow from it and the lists that show it change together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.decision import Decision, undo_of
from records.errors import StoreError
from records.record import Record
from store import added, cases, decisions, desk_lists, views
from store.cases import Case
from store.desk_find import Finder, Line
from store.desk_lists import refresh, refresh_report
from store.desk_rows import Row
from store.desk_tables import desk_items, desk_log, desk_state, document_acts, suggestion_acts
from store.sql import clean, insert_all, portions
from store.tables import decisions as decision_table

Opening = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A manager's answer to a suggestion; ``said`` is what was suggested, as JSON."""

    suggestion_id: str
    kind: str
    said: str
    act: str
    by: str
    at: str


class StaleError(StoreError):
    """Somebody, or a newer reading, was faster. ``cases`` are the records as they stand now, ``newer`` what was decided."""

    def __init__(self, message: str, now: Sequence[Case], newer: Sequence[Decision]) -> None:
        super().__init__(message)
        self.cases = tuple(now)
        self.newer = tuple(newer)


class Desk(Finder):
    """Decisions as acts of the desk, and the lists derived from everything."""

    def __init__(self, reading: Opening, writing: Opening) -> None:
        super().__init__(reading)
        self._writing = writing

    # acts

    def decide(self, made: Sequence[Decision], seen: Mapping[str, tuple[int, str]], address: str = "") -> bool:
        """Appends decisions of one act, all or none, and brings routes and lists up to date.

        ``seen``: record_id -> (number of its latest decision, digest of its reading) as the screen showed them. Raises
        StaleError where another person decided the same meanwhile or the reading is another one. Returns False where these
        very decisions are stored already (the button was pressed twice).
        """
        with self._writing() as connection:
            serialise(connection)
            there = _stored(connection, [d.decision_id for d in made])
            fresh = [d for d in made if d.decision_id not in there]
            if not fresh:
                return False
            self._refuse_stale(connection, fresh, seen)
            decisions.append(connection, fresh)
            _log(connection, fresh[0].by, fresh[0].action, fresh[0].record_id, _told(fresh), address, fresh[0].at)
            refresh(connection, {d.record_id for d in fresh})
            return True

    def undo(self, target: str, by: str, at: datetime, address: str = "", note: str = "") -> tuple[Decision, ...]:
        """Takes back a decision, or a group where its members still carry it; the lists show it at once."""
        with self._writing() as connection:
            serialise(connection)
            members = decisions.of_group(connection, target)
            if not members:
                raise StoreError(f"no decision or group has the id {target}; it may have been taken back already")
            touched = sorted({d.record_id for d in members})
            by_record: dict[str, list[Decision]] = {record_id: [] for record_id in touched}
            for decision in decisions.of_records(connection, touched):
                by_record[decision.record_id].append(decision)
            undos = [u for u in undo_of(target, by_record, by, at, note) if not _undone(target, by_record[u.record_id])]
            decisions.append(connection, undos)
            _log(connection, by, "undo", target, f"{len(undos)} records", address, at)
            refresh(connection, touched)
            return tuple(undos)

    def add_record(
        self, sha256: str, record: Record, confirm: Callable[[Record], Decision], by: str, at: datetime, address: str = ""
    ) -> Record | None:
        """Stores a record that the machine missed, with the decision that says so. None: this very act is stored already."""
        with self._writing() as connection:
            serialise(connection)
            if _stored(connection, [confirm(record).decision_id]):
                return None
            named = added.add(connection, sha256, record, by, at)
            decisions.append(connection, [confirm(named)])
            _log(connection, by, "add", named.record_id, record.kind, address, at)
            refresh(connection, [named.record_id])
            return named

    def answer_report(
        self, act_id: str, sha256: str, report: int, act: str, by: str, at: datetime, note: str = "", address: str = "",
        *, seen: str = "",
    ) -> bool:  # fmt: skip
        """Says that a report's doubts are settled as they are shown (``confirm`` or ``unreadable``). False: said already.

        ``seen`` is the id of the question on screen; raises StaleError where the question is another one by now."""
        with self._writing() as connection:
            serialise(connection)
            if connection.execute(sa.select(document_acts.c.seq).where(document_acts.c.act_id == act_id)).scalar() is not None:
                return False
            reports = cases.headers(connection, [sha256]).get(sha256, (0, ()))[1]
            found = next((r for r in reports if r.ordinal == report), None)
            if found is None or not found.reasons:
                raise StaleError("Somebody has settled this report meanwhile.", (), ())
            asked = sa.select(desk_items.c.item_id).where(
                desk_items.c.sha256 == sha256, desk_items.c.report == report, desk_items.c.record_id == ""
            )
            if seen and connection.execute(asked).scalar() != seen:
                raise StaleError("The file was read again while you looked at it, and asks something else now.", (), ())
            self._say(connection, act_id, sha256, report, act, cases.doubts_of(found), by, at, note, "")
            _log(connection, by, f"report {act}", f"{sha256[:16]}:{report}", note, address, at)
            refresh_report(connection, sha256, report)
            return True

    def undo_report(self, act_id: str, undoes: str, by: str, at: datetime, address: str = "") -> None:
        """Takes back what was said about a report."""
        with self._writing() as connection:
            serialise(connection)
            row = connection.execute(sa.select(document_acts).where(document_acts.c.act_id == undoes)).first()
            if row is None:
                raise StoreError(f"nothing was said about a report under the id {undoes}")
            self._say(connection, act_id, row.sha256, row.report, "undo", row.seen, by, at, "", undoes)
            _log(connection, by, "undo", undoes, f"report {row.sha256[:16]}:{row.report}", address, at)
            refresh_report(connection, row.sha256, row.report)

    def log(self, by: str, act: str, subject: str, detail: str, address: str, at: datetime) -> None:
        """Notes an act in the log."""
        with self._writing() as connection:
            _log(connection, by, act, subject, detail, address, at)

    def answer_suggestion(
        self, suggestion_id: str, kind: str, said: str, act: str, by: str, at: datetime, address: str = ""
    ) -> None:
        """Notes that a manager approved or rejected something that decisions taught."""
        row = {
            "suggestion_id": suggestion_id, "kind": kind, "said": clean(said), "act": act, "by": clean(by), "at": at.isoformat(),
        }  # fmt: skip
        with self._writing() as connection:
            insert_all(connection, suggestion_acts, [row])
            _log(connection, by, act, suggestion_id, said, address, at)

    def answered(self) -> list[Answered]:
        """What was answered, newest first."""
        with self._reading() as connection:
            rows = connection.execute(sa.select(suggestion_acts).order_by(suggestion_acts.c.seq.desc()).limit(200))
            return [Answered(r.suggestion_id, r.kind, r.said, r.act, r.by, r.at) for r in rows]

    def _say(
        self, connection: Connection, act_id: str, sha256: str, report: int, act: str, seen: str, by: str, at: datetime,
        note: str, undoes: str,
    ) -> None:  # fmt: skip
        row = {
            "act_id": act_id, "sha256": sha256, "report": report, "act": act, "seen": seen, "by": clean(by),
            "at": at.isoformat(), "note": clean(note), "undoes": undoes,
        }  # fmt: skip
        insert_all(connection, document_acts, [row])

    def _refuse_stale(self, connection: Connection, made: Sequence[Decision], seen: Mapping[str, tuple[int, str]]) -> None:
        now = cases.load(connection, sorted({d.record_id for d in made} & seen.keys()))
        fields = {(d.record_id, d.field) for d in made}
        late: list[Case] = []
        newer: list[Decision] = []
        for record_id, case in now.items():
            seq, digest = seen[record_id]
            if case.digest != digest:
                late.append(case)
            if case.seq <= seq:
                continue
            for decision in _after(connection, record_id, seq):
                if decision.field == "" or (record_id, decision.field) in fields or (record_id, "") in fields:
                    newer.append(decision)
                    late.append(case)
        if newer:
            raise StaleError(f"{newer[-1].by} decided this while you looked at it.", late, newer)
        if late:
            raise StaleError("The file was read again while you looked at it, and reads otherwise now.", late, ())

    # the derived lists

    def is_built(self) -> bool:
        """Whether the lists were ever worked out in this database."""
        with self._reading() as connection:
            return connection.execute(sa.select(desk_state.c.name).where(desk_state.c.name == "gates")).first() is not None

    def last_decision(self) -> int:
        """The number of the latest decision: what ``rebuild`` has to look after."""
        with self._reading() as connection:
            return connection.execute(sa.select(sa.func.max(decision_table.c.seq))).scalar() or 0

    def rebuild(self, gates: Mapping[str, float | None], since: int) -> None:
        """Works all lists out anew after a run. ``gates``: the confidence that each kind asked for; ``since``: the latest
        decision when that run looked at decisions; what was decided after it is worked out once more."""
        with self._reading() as connection:
            records, items = desk_lists.everything(views.current(connection, None))
        with self._writing() as connection:
            put_lists(connection, records, items, gates, since)


def put_lists(
    connection: Connection,
    records: Sequence[Row],
    items: Sequence[Row],
    gates: Mapping[str, float | None],
    since: int,
) -> None:
    """The lists are these now, and what was decided after the decision ``since`` is worked out once more."""
    serialise(connection)
    desk_lists.put_everything(connection, records, items, gates)
    later = sa.select(decision_table.c.record_id).where(decision_table.c.seq > since).distinct()
    refresh(connection, list(connection.execute(later).scalars()))


def _stored(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in portions(ids):
        query = sa.select(decision_table.c.decision_id).where(decision_table.c.decision_id.in_(some))
        found.update(connection.execute(query).scalars())
    return found


def _after(connection: Connection, record_id: str, seq: int) -> list[Decision]:
    count = sa.select(sa.func.count()).where(decision_table.c.record_id == record_id, decision_table.c.seq <= seq)
    return decisions.of_records(connection, [record_id])[connection.execute(count).scalar_one() :]


def _undone(target: str, made: Sequence[Decision]) -> bool:
    """Whether the last word on ``target`` is an undo already: pressed twice, it is taken back once."""
    words = [d for d in made if d.undoes == target]
    if not words:
        return False
    last = words[-1]
    return not any(d.undoes in (last.decision_id, last.group or last.decision_id) for d in made)


def _told(made: Sequence[Decision]) -> str:
    one = made[0]
    what = f"{one.field or 'record'}: {one.value}" if one.action == "correct" else one.field or "record"
    return what if len(made) == 1 else f"{what} (and {len(made) - 1} more)"


def _log(connection: Connection, by: str, act: str, subject: str, detail: str, address: str, at: datetime) -> None:
    row = {
        "at": at.isoformat(), "by": clean(by), "act": clean(act)[:32], "subject": clean(subject), "detail": clean(detail)[:500],
        "address": clean(address),
    }  # fmt: skip
    insert_all(connection, desk_log, [row])


def serialise(connection: Connection) -> None:
    """PostgreSQL: one act after the other, as SQLite's IMMEDIATE has it, so that counts and lists follow from all before."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE desk_state IN SHARE ROW EXCLUSIVE MODE"))


__all__ = ["Desk", "Line", "StaleError"]
