"""What the desk looks up: records by id, by words, by document, parcel, page or what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.decision import Decision, standing
from records.record import Report
from store import cases, decisions
from store.cases import Case, Head
from store.desk_tables import desk_records
from store.tables import decisions as decision_table

Opening = Callable[[], AbstractContextManager[Connection]]
COUNTED = ("accepted", "in_review")
"""States of records that count."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record as lists and search show it."""

    record_id: str
    sha256: str
    path: str
    report: int
    ordinal: int
    kind: str
    parent_id: str
    state: str
    decided_by: str
    confidence: float | None
    page: int | None
    parcel: str
    address: str
    owner: str
    case_number: str
    day: str
    inspector: str
    code: str
    layout: str
    label: str


class Finder:
    """Look-ups; each is one transaction."""

    def __init__(self, reading: Opening) -> None:
        self._reading = reading

    def cases(self, record_ids: Sequence[str]) -> dict[str, Case]:
        """record_id -> the record with all that was decided on it; unknown ids are left out."""
        with self._reading() as connection:
            return cases.load(connection, record_ids)

    def head(self, sha256: str) -> Head | None:
        """A document without its records."""
        with self._reading() as connection:
            return cases.head(connection, sha256)

    def findings(self, visit_id: str) -> dict[str, Case]:
        """record_id -> finding of a visit."""
        with self._reading() as connection:
            query = sa.select(desk_records.c.record_id).where(desk_records.c.parent_id == visit_id)
            return cases.load(connection, list(connection.execute(query).scalars()))

    def visits_in(self, sha256: str) -> list[Line]:
        """The visits of a document that count."""
        column = desk_records.c
        query = sa.select(desk_records).where(
            column.sha256 == sha256, column.kind == "inspection", column.state.in_(("accepted", "in_review"))
        )
        with self._reading() as connection:
            return [_line(row) for row in connection.execute(query.order_by(column.report, column.ordinal))]

    def like_visit(self, visit: Line) -> list[Line]:
        """Visits of other reports that may be the same: same day and place, or same case."""
        column = desk_records.c
        parts = []
        if visit.day:
            # An empty parcel or address is like no other.
            place = [column.parcel == visit.parcel] if visit.parcel else []
            place += [column.address == visit.address] if visit.address else []
            if place:
                parts.append(sa.and_(column.day == visit.day, sa.or_(*place)))
        if visit.case_number:
            parts.append(column.case_number == visit.case_number)
        if not parts:
            return []
        query = sa.select(desk_records).where(
            column.kind == "inspection", column.record_id != visit.record_id, column.state.in_(("accepted", "in_review")),
            sa.or_(*parts),
        )  # fmt: skip
        with self._reading() as connection:
            return [_line(row) for row in connection.execute(query.order_by(column.day, column.path).limit(20))]

    def siblings(self, sha256: str, report: int, around: int, size: int = 60) -> list[Line]:
        """Records of a report in order: all of a short one, of a long one those around the ``around``-th."""
        column = desk_records.c
        here = sa.and_(column.sha256 == sha256, column.report == report)
        with self._reading() as connection:
            before = sa.select(desk_records).where(here, column.ordinal < around).order_by(column.ordinal.desc()).limit(size // 2)
            rows = list(connection.execute(before))[::-1]
            after = sa.select(desk_records).where(here, column.ordinal >= around).order_by(column.ordinal).limit(size - len(rows))
            return [_line(row) for row in (*rows, *connection.execute(after))]

    def reports(self, sha256: str) -> tuple[Report, ...]:
        """The reports of a document without their records, open doubts only."""
        with self._reading() as connection:
            return cases.headers(connection, [sha256]).get(sha256, (0, ()))[1]

    def line(self, record_id: str) -> Line | None:
        """One record as lists show it."""
        with self._reading() as connection:
            row = connection.execute(sa.select(desk_records).where(desk_records.c.record_id == record_id)).first()
            return None if row is None else _line(row)

    def lines(self, record_ids: Sequence[str]) -> dict[str, Line]:
        """record_id -> line."""
        query = sa.select(desk_records).where(desk_records.c.record_id.in_(list(record_ids)))
        with self._reading() as connection:
            return {row.record_id: _line(row) for row in connection.execute(query)}

    def search(self, text: str, kind: str = "", state: str = "", after: str = "", size: int = 50) -> list[Line]:
        """Records that hold every word, by id from the one after ``after`` on."""
        column = desk_records.c
        query = sa.select(desk_records).where(column.record_id > after)
        for word in text.lower().split()[:12]:
            query = query.where(column.haystack.like(f"%{_like(word)}%", escape="\\"))
        if kind:
            query = query.where(column.kind == kind)
        if state:
            query = query.where(column.state == state)
        with self._reading() as connection:
            return [_line(row) for row in connection.execute(query.order_by(column.record_id).limit(size))]

    def on_page(self, sha256: str, page: int) -> list[Line]:
        """Records that begin on a page of a document, those without a page too, in order."""
        column = desk_records.c
        query = sa.select(desk_records).where(column.sha256 == sha256, (column.page == page) | column.page.is_(None))
        with self._reading() as connection:
            return [_line(row) for row in connection.execute(query.order_by(column.report, column.ordinal).limit(400))]

    def of_parcel(self, parcel_id: str) -> list[Line]:
        """Records of a parcel that count, newest first."""
        column = desk_records.c
        query = sa.select(desk_records).where(column.parcel == parcel_id, column.state.in_(COUNTED))
        with self._reading() as connection:
            return [_line(row) for row in connection.execute(query.order_by(column.day.desc(), column.path).limit(1000))]

    def alike(self, by: str, value: str, kind: str = "", size: int = 2000) -> list[Line]:
        """Records that count and share an address string, a code, a phrase or a tax code (``by`` names the column)."""
        column = desk_records.c
        if by not in ("address", "code", "same_phrase"):
            raise ValueError(f"records are not grouped by {by}")
        query = sa.select(desk_records).where(column[by] == value, column.state.in_(COUNTED))
        if kind:
            query = query.where(column.kind == kind)
        ordered = query.order_by(column.path, column.report, column.ordinal).limit(size)
        with self._reading() as connection:
            return [_line(row) for row in connection.execute(ordered)]

    def common(self, by: str, kinds: Sequence[str], waiting: bool, size: int = 40) -> list[tuple[str, int, int]]:
        """(value, records, of them in review) of the values most records share, at least two."""
        column = desk_records.c
        open_ = sa.func.sum(sa.case((column.state == "in_review", 1), else_=0))
        query = (
            sa.select(column[by], sa.func.count(), open_)
            .where(column[by] != "", column.kind.in_(kinds), column.state.in_(COUNTED))
            .group_by(column[by])
            .having(sa.func.count() > 1, *([open_ > 0] if waiting else []))
            .order_by(open_.desc(), sa.func.count().desc(), column[by])
            .limit(size)
        )
        with self._reading() as connection:
            return [(str(row[0]), int(row[1]), int(row[2])) for row in connection.execute(query)]

    def decided_alike(self, by: str, value: str, field: str, but: str, size: int = 4) -> list[tuple[str, int]]:
        """(answer, how often) of what people decided on this field of records that share ``value``, most often first."""
        if by not in ("address", "same_phrase"):
            raise ValueError(f"records are not grouped by {by}")
        alike = sa.select(desk_records.c.record_id).where(desk_records.c[by] == value, desk_records.c.record_id != but)
        touched = (
            sa.select(decision_table.c.record_id)
            .where(decision_table.c.field == field, decision_table.c.record_id.in_(alike))
            .distinct()
            .limit(100)
        )
        with self._reading() as connection:
            ids = list(connection.execute(touched).scalars())
            made: dict[str, list[Decision]] = {}
            for decision in decisions.of_records(connection, ids):
                made.setdefault(decision.record_id, []).append(decision)
        answers = Counter(
            stands.value
            for some in made.values()
            if (stands := standing(some).get(field)) is not None and stands.action == "correct" and stands.value
        )
        return answers.most_common(size)


def _line(row: sa.Row[Any]) -> Line:
    return Line(**{f.name: row._mapping[f.name] for f in fields(Line)})


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
