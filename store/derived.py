"""Routes, links and histories: worked out from all outcomes at once and replaced as a whole. Only what changed is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.links import History, Link, Route
from records.serial import reasons_from_json, reasons_to_json
from store.sql import clean, insert_all, portions
from store.tables import histories, links, routes


def replace_links(connection: Connection, new: Sequence[Link], lives: Sequence[History]) -> None:
    """All links and histories are these now."""
    rows = [{"record_id": n.record_id, "relation": n.relation, "other_id": n.other_id, "detail": clean(n.detail)} for n in new]
    replace_rows(connection, links, rows)
    life_rows = [
        {
            "record_id": h.record_id,
            "first_cited_date": None if h.first_cited_date is None else h.first_cited_date.isoformat(),
            "corrected_date": None if h.corrected_date is None else h.corrected_date.isoformat(),
            "repeat_of": h.repeat_of,
        }
        for h in lives
    ]
    replace_rows(connection, histories, life_rows)


def replace_routes(connection: Connection, new: Sequence[Route]) -> None:
    """All routes are these now."""
    rows = [route_row(r) for r in new]
    replace_rows(connection, routes, rows)


def route_row(route: Route) -> dict[str, Any]:
    """A route as it is stored."""
    return {
        "record_id": route.record_id,
        "state": route.state,
        "confidence": route.confidence,
        "reasons": reasons_to_json(route.reasons),
        "fields": json.dumps(dict(route.fields), sort_keys=True),
    }


def load_links(connection: Connection, record_ids: Sequence[str] | None = None) -> list[Link]:
    """Links that go out from these records, or all."""
    return [
        Link(row.record_id, row.relation, row.other_id, row.detail) for row in _load(connection, links, record_ids)
    ]


def load_histories(connection: Connection, record_ids: Sequence[str] | None = None) -> dict[str, History]:
    """record_id -> its history."""
    return {
        row.record_id: History(row.record_id, _day(row.first_cited_date), _day(row.corrected_date), row.repeat_of)
        for row in _load(connection, histories, record_ids)
    }


def load_routes(connection: Connection, record_ids: Sequence[str] | None = None) -> dict[str, Route]:
    """record_id -> its route."""
    return {
        row.record_id: Route(row.record_id, row.state, row.confidence, reasons_from_json(row.reasons), json.loads(row.fields))
        for row in _load(connection, routes, record_ids)
    }


def replace_rows(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The table holds these rows now; only what changed is written."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
    keys = [column.name for column in table.primary_key.columns]
    wanted = {tuple(row[k] for k in keys): dict(row) for row in rows}
    stored = {tuple(row[k] for k in keys): dict(row) for row in connection.execute(sa.select(table)).mappings()}
    stale = [key for key, row in stored.items() if wanted.get(key) != row]
    if stale:
        condition = sa.and_(*(table.c[k] == sa.bindparam(f"key_{k}") for k in keys))
        connection.execute(
            sa.delete(table).where(condition), [{f"key_{k}": v for k, v in zip(keys, key, strict=True)} for key in stale]
        )
    insert_all(connection, table, [row for key, row in wanted.items() if stored.get(key) != row])


def _load(connection: Connection, table: sa.Table, record_ids: Sequence[str] | None) -> list[sa.Row[Any]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    if record_ids is None:
        return list(connection.execute(query))
    rows: list[sa.Row[Any]] = []
    for some in portions(record_ids):
        rows.extend(connection.execute(query.where(table.c.record_id.in_(some))))
    return rows


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
