"""A copy of the whole database for trying things out: what is done in it never reaches the original."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from store.opening import open_engine
from store.sql import insert_all
from store.tables import metadata

_AT_ONCE = 2000


def copy_to(engine: Engine, path: Path) -> None:
    """Writes everything the database holds now into a new SQLite file at ``path``, whatever kind of database it is."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            assert isinstance(raw.driver_connection, sqlite3.Connection)
            raw.driver_connection.execute("VACUUM INTO ?", (str(path),))
        finally:
            raw.close()
        _forget_claims(path)
        return
    target = open_engine(path)
    try:
        with engine.connect() as source, target.begin() as out:
            for table in metadata.sorted_tables:
                if table.name == "claims":
                    continue
                out.execute(sa.delete(table))  # what a migration put in comes from the original too
                rows = source.execution_options(stream_results=True).execute(sa.select(table)).mappings()
                for some in rows.partitions(_AT_ONCE):
                    insert_all(out, table, [dict(row) for row in some])
    finally:
        target.dispose()


def _forget_claims(path: Path) -> None:
    """Who works on the original does not work on the copy."""
    copy = sqlite3.connect(path)
    try:
        copy.execute("DELETE FROM claims")
        copy.commit()
    finally:
        copy.close()
