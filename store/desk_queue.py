"""The queue: what waits, for whom, in which order, who is at it. ``Store.queue`` holds one.

Every question here costs the same with twenty open items and with twenty thousand: order comes from an index, counts from
tallies kept with every act.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.desk_lists import FACETS
from store.desk_tables import desk_items, desk_notes, desk_tallies, leases, skips
from store.sql import clean, insert_all

Opening = Callable[[], AbstractContextManager[Connection]]
LEASE_SECONDS: Final = 600.0
SKIP_SECONDS: Final = 12 * 3600.0
QUESTIONS: Final = ("reading", "judgement", "parcel")


@dataclass(frozen=True, slots=True)
class Item:
    """One question that waits. ``record_id`` '' = about a whole report or file."""

    item_id: str
    record_id: str
    sha256: str
    report: int
    field: str
    question: str
    kind: str
    reason: str
    reasons: str
    value: str
    month: str
    street: str
    inspector: str
    layout: str
    path: str
    pencil: bool
    rank: float
    place: str
    seconds: float

    @property
    def lease_key(self) -> str:
        """What is leased: the record, or the report where the question is about it."""
        return self.record_id or f"{self.sha256}:{self.report}"

    @property
    def report_key(self) -> str:
        return f"{self.sha256}:{self.report}"


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue is asked for. Texts '' = any; ``document`` and ``street`` are parts of names; ``mine`` is the
    inspector whose own pencil pages are asked for."""

    questions: tuple[str, ...] = QUESTIONS
    kind: str = ""
    reason: str = ""
    month: str = ""
    inspector: str = ""
    layout: str = ""
    street: str = ""
    document: str = ""
    mine: str = ""

    @property
    def facets(self) -> dict[str, str]:
        return {name: value for name in FACETS if (value := getattr(self, name))}

    def condition(self) -> sa.ColumnElement[bool]:
        column = desk_items.c
        # Said so that the index in the queue's order can be walked, whatever is asked for.
        left_out = [q for q in QUESTIONS if q not in self.questions]
        parts: list[sa.ColumnElement[bool]] = [sa.true()]
        if len(left_out) == len(QUESTIONS):
            parts = [sa.false()]
        elif len(self.questions) == 1:
            parts = [column.question == self.questions[0]]
        else:
            parts += [column.question != q for q in left_out]
        parts += [column[name] == value for name, value in self.facets.items()]
        if self.street:
            parts.append(column.street.like(f"%{_like(self.street.upper())}%", escape="\\"))
        if self.document:
            parts.append(sa.func.lower(column.path).like(f"%{_like(self.document.lower())}%", escape="\\"))
        if self.mine:
            parts += [column.pencil.is_(True), sa.func.lower(column.inspector) == self.mine.lower()]
        return sa.and_(*parts)


@dataclass(frozen=True, slots=True)
class Note:
    """A word to a colleague about an item or record."""

    note_id: str
    item_id: str
    record_id: str
    by: str
    to: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits: ``items`` and ``seconds`` in all, and per facet value -> (items, seconds)."""

    items: int
    seconds: float
    questions: Mapping[str, int] = field(default_factory=dict)
    facets: Mapping[str, Mapping[str, tuple[int, float]]] = field(default_factory=dict)


class Queue:
    """Items in order, counts, leases, skips and notes."""

    def __init__(self, reading: Opening, writing: Opening) -> None:
        self._reading = reading
        self._writing = writing

    def item(self, item_id: str) -> Item | None:
        with self._reading() as connection:
            return _one(connection, desk_items.c.item_id == item_id)

    def of_record(self, record_id: str) -> list[Item]:
        """What waits about a record, in order."""
        with self._reading() as connection:
            query = sa.select(desk_items).where(desk_items.c.record_id == record_id).order_by(desk_items.c.place)
            return [_item(row) for row in connection.execute(query)]

    def of_report(self, sha256: str, report: int) -> list[Item]:
        """What waits about a report and its records, in order."""
        with self._reading() as connection:
            query = sa.select(desk_items).where(desk_items.c.sha256 == sha256, desk_items.c.report == report)
            return [_item(row) for row in connection.execute(query.order_by(desk_items.c.place))]

    def of_document(self, sha256: str) -> list[Item]:
        """What waits about a document, in order."""
        with self._reading() as connection:
            query = sa.select(desk_items).where(desk_items.c.sha256 == sha256).order_by(desk_items.c.place).limit(500)
            return [_item(row) for row in connection.execute(query)]

    def page(self, wanted: Filter, after: tuple[float, str] | None = None, size: int = 30) -> list[Item]:
        """Items in order, from the one after ``after`` (its rank and place) on."""
        query = sa.select(desk_items).where(wanted.condition())
        if after is not None:
            query = query.where(_onward(*after))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(desk_items.c.rank, desk_items.c.place).limit(size))
            return [_item(row) for row in rows]

    def next_item(self, user: str, wanted: Filter, at: Item | None = None) -> Item | None:
        """What this person should see next: the rest of the record and of the report they are at, then the best of the rest
        that nobody else is at. Leases it."""
        now = time.time()
        with self._writing() as connection:
            for condition in _steps(wanted, at, user, now):
                query = sa.select(desk_items).where(condition).order_by(desk_items.c.rank, desk_items.c.place).limit(1)
                row = connection.execute(query).first()
                if row is not None:
                    found = _item(row)
                    _lease(connection, found.lease_key, found.report_key, user, now)
                    return found
            return None

    def lease(self, item: Item, user: str) -> str:
        """Takes an item; returns who else is at it ('' = nobody)."""
        return self.lease_record(item.lease_key, item.report_key, user)

    def lease_record(self, key: str, report_key: str, user: str) -> str:
        with self._writing() as connection:
            return _lease(connection, key, report_key, user, time.time())

    def release(self, user: str) -> None:
        """Gives back all that a person held."""
        with self._writing() as connection:
            connection.execute(sa.delete(leases).where(leases.c.user == user))

    def skip(self, item_id: str, user: str) -> None:
        """Not now: the item goes to the end of this person's queue for half a day."""
        with self._writing() as connection:
            mine = sa.and_(skips.c.user == user, skips.c.item_id == item_id)
            connection.execute(sa.delete(skips).where(mine | (skips.c.ends_at < time.time())))
            insert_all(connection, skips, [{"user": user, "item_id": item_id, "ends_at": time.time() + SKIP_SECONDS}])

    def unskip(self, item_id: str, user: str) -> None:
        """Takes a skip back."""
        with self._writing() as connection:
            connection.execute(sa.delete(skips).where(skips.c.user == user, skips.c.item_id == item_id))

    def note(self, note: Note) -> None:
        """Keeps a word to a colleague; the same again is nothing."""
        row = {
            "note_id": note.note_id, "item_id": note.item_id, "record_id": note.record_id, "by": clean(note.by),
            "to": clean(note.to), "text": clean(note.text), "at": note.at.isoformat(),
        }  # fmt: skip
        with self._writing() as connection:
            if connection.execute(sa.select(desk_notes.c.seq).where(desk_notes.c.note_id == note.note_id)).first() is None:
                insert_all(connection, desk_notes, [row])

    def notes(self, record_id: str, item_id: str = "") -> list[Note]:
        """Words about a record or item, in order."""
        about = desk_notes.c.record_id == record_id if record_id else desk_notes.c.item_id == item_id
        with self._reading() as connection:
            rows = connection.execute(sa.select(desk_notes).where(about).order_by(desk_notes.c.seq))
            return [_note(row) for row in rows]

    def asked_of(self, user: str) -> list[tuple[Note, Item]]:
        """What colleagues ask this person and is still open."""
        query = (
            sa.select(desk_notes, *(c.label(f"item_{c.name}") for c in desk_items.c))
            .join(desk_items, desk_items.c.item_id == desk_notes.c.item_id)
            .where(desk_notes.c.to == user)
            .order_by(desk_notes.c.seq.desc())
            .limit(50)
        )
        with self._reading() as connection:
            return [
                (_note(row), Item(**{c.name: row._mapping[f"item_{c.name}"] for c in desk_items.c}))
                for row in connection.execute(query)
            ]

    def counts(self, wanted: Filter) -> Counts:
        """How much waits for these questions, in all and by facet; of one facet value from the tallies, of several counted."""
        column = desk_tallies.c
        with self._reading() as connection:
            facets: dict[str, dict[str, tuple[int, float]]] = {name: {} for name in FACETS}
            questions: dict[str, int] = {}
            items, seconds = 0, 0.0
            for row in connection.execute(sa.select(desk_tallies).where(column["items"] > 0)):
                if row.facet == "all":
                    questions[row.question] = row.items
                if row.question not in wanted.questions:
                    continue
                if row.facet == "all":
                    items, seconds = items + row.items, seconds + row.seconds
                else:
                    before = facets[row.facet].get(row.value, (0, 0.0))
                    facets[row.facet][row.value] = (before[0] + row.items, before[1] + row.seconds)
            chosen = wanted.facets
            if len(chosen) == 1 and not (wanted.street or wanted.document or wanted.mine):
                name, value = next(iter(chosen.items()))
                items, seconds = facets[name].get(value, (0, 0.0))
            elif chosen or wanted.street or wanted.document or wanted.mine:
                query = sa.select(sa.func.count(), sa.func.sum(desk_items.c.seconds)).where(wanted.condition())
                row = connection.execute(query).one()
                items, seconds = row[0], row[1] or 0.0
        ordered = {
            name: dict(sorted(found.items(), key=lambda pair: (-pair[1][0], pair[0]))) for name, found in facets.items()
        }
        return Counts(items, seconds, questions, ordered)


def _steps(wanted: Filter, at: Item | None, user: str, now: float) -> Sequence[sa.ColumnElement[bool]]:
    """Where to look for the next item, one place after the other."""
    column = desk_items.c
    report_key = column.sha256 + ":" + sa.cast(column.report, sa.Text)
    key = sa.case((column.record_id != "", column.record_id), else_=report_key)
    taken = sa.exists().where(leases.c.record == key, leases.c.user != user, leases.c.ends_at > now)
    crowded = sa.exists().where(leases.c.report_key == report_key, leases.c.user != user, leases.c.ends_at > now)
    skipped = sa.exists().where(skips.c.item_id == column.item_id, skips.c.user == user, skips.c.ends_at > now)
    free = sa.and_(wanted.condition(), ~taken, ~skipped)
    steps = []
    if at is not None:
        here = sa.and_(column.sha256 == at.sha256, column.report == at.report)
        steps = [sa.and_(free, here, column.place > at.place), sa.and_(free, here, column.place < at.place)]
    rest = [sa.and_(free, ~crowded), free]
    if at is not None:
        rest = [sa.and_(free, ~crowded, _onward(at.rank, at.place)), *rest]
    # What was skipped comes last, so that a queue of skipped items does not look empty.
    return [*steps, *rest, sa.and_(wanted.condition(), ~taken, column.item_id != (at.item_id if at else ""))]


def _onward(rank: float, place: str) -> sa.ColumnElement[bool]:
    """What comes after a place in the queue, in a form that both databases find in the index."""
    return sa.tuple_(desk_items.c.rank, desk_items.c.place) > sa.tuple_(sa.literal(rank), sa.literal(place))


def _lease(connection: Connection, key: str, report_key: str, user: str, now: float) -> str:
    held = connection.execute(sa.select(leases).where(leases.c.record == key)).first()
    if held is not None and held.user != user and held.ends_at > now:
        return str(held.user)
    if held is not None and held.user == user and held.ends_at > now + LEASE_SECONDS / 2:
        return ""
    connection.execute(sa.delete(leases).where((leases.c.record == key) | (leases.c.ends_at < now)))
    row = {"record": key, "report_key": report_key, "user": user, "ends_at": now + LEASE_SECONDS}
    insert_all(connection, leases, [row])
    return ""


def _one(connection: Connection, condition: sa.ColumnElement[bool]) -> Item | None:
    row = connection.execute(sa.select(desk_items).where(condition)).first()
    return None if row is None else _item(row)


def _item(row: sa.Row[Any]) -> Item:
    return Item(**row._mapping)


def _note(row: sa.Row[Any]) -> Note:
    return Note(row.note_id, row.item_id, row.record_id, row.by, row.to, row.text, datetime.fromisoformat(row.at))


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
