"""A name for the state of everything an export follows from, new after every transaction that changed some of it.

The name is random, not counted: a database that is restored from a backup has the name it had then, and two databases never have
the same one for different contents. It is given in the transaction that makes the change, whoever makes it, by what the
database says was written; a table that nobody thought of counts.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from store.tables import metadata

revision = sa.Table(
    "revision",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""``state``: the name of the state. ``crossed``: the state and the rules for which documents were last compared."""

SILENT: Final = frozenset(
    {
        "revision", "claims", "runs", "run_ends", "deliveries", "delivery_changes",
        "users", "sessions", "failed_logins", "desk_log", "desk_notes", "suggestion_acts", "leases", "skips",
        "desk_records", "desk_items", "desk_tallies", "desk_state",
    }
)  # fmt: skip
"""Tables from which no row of an export follows: who works, who looked, what left, and lists derived for the desk."""

_CHANGED = "lotline_changed"


def watch(engine: Engine) -> None:
    """Notes on each connection whether its transaction wrote something that an export follows from."""

    @event.listens_for(engine, "after_cursor_execute")
    def wrote(connection: Connection, cursor: Any, statement: str, _: object, context: Any, __: bool) -> None:
        if connection.info.get(_CHANGED) or not (context.isinsert or context.isupdate or context.isdelete):
            return
        table = getattr(getattr(context.compiled, "compile_state", None), "dml_table", None)
        if table is not None and table.name in SILENT:
            return
        # -1: the driver does not know; with RETURNING the rows are counted only as they are fetched.
        if cursor.rowcount != 0 or context.compiled is None or context.compiled.effective_returning:
            connection.info[_CHANGED] = True

    @event.listens_for(engine, "begin")
    def begins(connection: Connection) -> None:
        connection.info.pop(_CHANGED, None)


def close(connection: Connection) -> None:
    """The last act of a writing transaction: a new name, if anything that matters was written."""
    if connection.info.pop(_CHANGED, False):
        put(connection, "state", uuid4().hex)


def confirm(connection: Connection, before: str, name: str, rules: str) -> str:
    """Closes the transaction and keeps under ``name`` that it brought the data from the state ``before``, by ``rules``, to the
    one it leaves behind, whose name is returned. '' and nothing kept, where others changed something meanwhile."""
    query = sa.select(revision.c.value).where(revision.c.name == "state").with_for_update()
    untouched = connection.execute(query).scalar() == before
    close(connection)
    now = get(connection, "state")
    put(connection, name, f"{now} {rules}" if untouched else "")
    return now if untouched else ""


def state(connection: Connection) -> str:
    """The name of the state that this transaction sees."""
    return get(connection, "state")


def get(connection: Connection, name: str) -> str:
    """What is kept under ``name``; '' for nothing."""
    return connection.execute(sa.select(revision.c.value).where(revision.c.name == name)).scalar() or ""


def put(connection: Connection, name: str, value: str) -> None:
    """Keeps ``value`` under ``name``, which the migration has made."""
    connection.execute(sa.update(revision).where(revision.c.name == name).values(value=value))
