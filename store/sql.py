"""The few statements that SQLite and PostgreSQL want said differently, and the limits both have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

PORTION = 400
"""Values in one IN (...) list; well below what either database takes."""


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows whose key is not there yet and leaves the others alone."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def insert_all(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts all rows, none for none."""
    if rows:
        connection.execute(sa.insert(table), list(rows))


def portions(values: Sequence[str], size: int = PORTION) -> Iterator[Sequence[str]]:
    """``values`` in pieces that fit one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def clean(text: str) -> str:
    """Text that both databases can hold: undecodable bytes of file names and NUL become visible escapes."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
