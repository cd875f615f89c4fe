"""What people decided: appended, never edited; who may decide what is the desk's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.decision import Decision
from records.errors import StoreError
from store.sql import clean, insert_all, portions
from store.tables import decisions
from store.tables import records as record_table

_TEXTS = tuple(f.name for f in fields(Decision) if f.name != "at")
_IN_ORDER = tuple(decisions.c[f.name] for f in fields(Decision))


def append(connection: Connection, made: Sequence[Decision]) -> None:
    """Appends all or none. A decision already stored under the same id is skipped, so that a retry doubles nothing."""
    if connection.dialect.name == "postgresql":
        # One after the other, so that the order of seq is the order in which they came to be visible.
        connection.execute(sa.text("LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"))
    stored = {d.decision_id: d for d in _select(connection, decisions.c.decision_id, [d.decision_id for d in made])}
    fresh: dict[str, Decision] = {}
    for decision in (_cleaned(d) for d in made):
        earlier = stored.get(decision.decision_id, fresh.get(decision.decision_id))
        if earlier is None:
            fresh[decision.decision_id] = decision
        elif earlier != decision:
            raise StoreError(f"decision {decision.decision_id} is stored already and says something else; give it a new id")
    _refuse_unknown(connection, sorted({d.record_id for d in fresh.values()}))
    insert_all(connection, decisions, [{**asdict(d), "at": d.at.isoformat()} for d in fresh.values()])


def of_records(connection: Connection, record_ids: Sequence[str]) -> list[Decision]:
    """All decisions on these records, in the order they were made."""
    return _select(connection, decisions.c.record_id, record_ids)


def of_group(connection: Connection, group: str) -> list[Decision]:
    """The members of one act, or the single decision with that id, in order."""
    query = sa.select(*_IN_ORDER).order_by(decisions.c.seq)
    query = query.where((decisions.c.group == group) | (decisions.c.decision_id == group))
    return [_decision(row) for row in connection.execute(query)]


def everything(connection: Connection) -> list[Decision]:
    """All decisions in the order they were made."""
    return [_decision(row) for row in connection.execute(sa.select(*_IN_ORDER).order_by(decisions.c.seq))]


def _select(connection: Connection, column: sa.Column[str], values: Sequence[str]) -> list[Decision]:
    found: list[tuple[int, Decision]] = []
    for some in portions(values):
        query = sa.select(decisions.c.seq, *_IN_ORDER).where(column.in_(some))
        found.extend((row[0], _decision(row[1:])) for row in connection.execute(query))
    return [decision for _, decision in sorted(found, key=lambda pair: pair[0])]


def _decision(row: Sequence[str]) -> Decision:
    values = dict(zip((f.name for f in fields(Decision)), row, strict=True))
    return Decision(**{**values, "at": datetime.fromisoformat(values["at"])})  # type: ignore[arg-type]


def _cleaned(decision: Decision) -> Decision:
    texts = {name: clean(getattr(decision, name)) for name in _TEXTS}
    return Decision(**{**texts, "at": decision.at})  # type: ignore[arg-type]


def _refuse_unknown(connection: Connection, record_ids: Sequence[str]) -> None:
    known: set[str] = set()
    for some in portions(record_ids):
        query = sa.select(record_table.c.record_id).where(record_table.c.record_id.in_(some))
        known.update(connection.execute(query).scalars())
    missing = [r for r in record_ids if r not in known]
    if missing:
        raise StoreError(f"no record has the id {missing[0]}; take ids from review_queue.csv or 'lotline review'")
