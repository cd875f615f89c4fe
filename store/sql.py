"""The few statements that SQLite and PostgreSQL want said differently, and the limits both have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

PORTION = 400
"""Values in one IN (...) list; well below what either database takes."""


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows whose key is not there yet and leaves the others alone."""
    if not rows:
        return
    connection.execute(insert_into(connection, table).on_conflict_do_nothing(), list(rows))


def insert_into(connection: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens where the key is there. Each dialect is loaded where it is used: PostgreSQL's takes
    longer to load than a small command takes in all."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_in_postgresql

        return insert_in_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert

    return insert(table)


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
