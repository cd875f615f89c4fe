"""Opens a database, SQLite file or PostgreSQL URL, and brings its tables up to date.

SQLite runs in WAL mode with ``synchronous=FULL`` and every writing transaction begins IMMEDIATE: with a plain BEGIN two
writers lose transactions. Every error that an operator can meet becomes a ``StoreError`` that names the remedy.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from records.errors import StoreError
from store import revision
from store.tables import VERSION

BUSY_SECONDS = 30.0
READING = "lotline_reading"
"""Execution option of a connection that only reads: its transaction does not ask for SQLite's write lock."""

_MIGRATION_LOCK = 0x10712E  # PostgreSQL advisory lock, so that two processes do not create the tables at once


def open_engine(url_or_path: str | Path) -> Engine:
    """An engine on the database with the tables of this version. A SQLite file and its folder are made if missing."""
    url = _url(url_or_path)
    with explained(str(url_or_path)):
        engine = sa.create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        revision.watch(engine)
        try:
            _upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turns database errors into ``StoreError`` with a remedy. ``where`` names the database in the message."""
    try:
        yield
    except SQLAlchemyError as err:
        raise StoreError(_explain(err.orig if isinstance(err, DBAPIError) else err, where)) from err
    except (sqlite3.Error, OSError) as err:
        raise StoreError(_explain(err, where)) from err


def _url(url_or_path: str | Path) -> URL:
    text = str(url_or_path)
    if isinstance(url_or_path, Path) or "://" not in text:
        path = Path(text).expanduser().absolute()
        with explained(text):
            path.parent.mkdir(parents=True, exist_ok=True)
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(text)
    except ArgumentError as err:
        raise StoreError(f"'{text}' is no database URL; write a file path or postgresql://user@host/name") from err
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"'{url.drivername}' is not supported; use a SQLite file path or postgresql://user@host/name")
    return url


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _use_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait by itself when two processes switch a new file to WAL at once, so this does."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            mode = str(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as err:
            if err.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
            continue
        if mode not in ("wal", "memory"):
            raise StoreError("the database can't keep a write-ahead log here (a network drive?); put it on a local disk")
        return


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(engine: Engine) -> None:
    with engine.connect().execution_options(**{READING: True}) as connection:
        if _version(connection) == VERSION:
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        found = _version(connection)
        if found == VERSION:
            return
        if found is None and sa.inspect(connection).get_table_names():
            raise StoreError("this database holds tables of another program; give Lotline a database of its own")
        _migrate(connection, found)


def _migrate(connection: Connection, found: str | None) -> None:
    # Alembic only where there is something to do: importing it costs more than a run that finds nothing new.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"this database was written by a later version of Lotline (tables {found}, this program knows {VERSION}); "
            "update Lotline, or restore a backup made with this version"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _explain(err: BaseException | None, where: str) -> str:
    where = _PASSWORD.sub(r"\1***\2", where)
    code = getattr(err, "sqlite_errorcode", None)
    if isinstance(code, int):
        said = _SQLITE.get(code & 0xFF)
        if said is not None:
            return f"{where}: {said}"
    if isinstance(err, FileExistsError | NotADirectoryError):
        return f"{where}: its folder can't be made, as a file has that name; choose another path"
    if isinstance(err, PermissionError):
        return f"{where}: {_SQLITE[sqlite3.SQLITE_READONLY]}"
    if isinstance(err, OSError) and err.errno == 28:
        return f"{where}: {_SQLITE[sqlite3.SQLITE_FULL]}"
    state = getattr(err, "sqlstate", None)
    if isinstance(state, str) and state[:2] in _POSTGRESQL:
        return f"{where}: {_POSTGRESQL[state[:2]]} ({str(err).strip().splitlines()[0]})"
    if code is None and type(err).__module__.startswith("psycopg") and state is None:
        return f"{where}: the PostgreSQL server can't be reached; start it, or check host, user and password ({err})"
    return f"{where}: the database refused ({err}); run 'lotline doctor', or restore a backup"


_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*(@)")
"""What must not get into a log: the password of a database's URL."""
_SQLITE = {
    sqlite3.SQLITE_BUSY: f"another program kept the database locked for {BUSY_SECONDS:.0f} s; end it and run again",
    sqlite3.SQLITE_LOCKED: "another program keeps the database locked; end it and run again",
    sqlite3.SQLITE_FULL: "the disk is full; free some space and run again, nothing that was stored is lost",
    sqlite3.SQLITE_NOTADB: "this file is not a Lotline database; choose another path",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore the latest backup and run again",
    sqlite3.SQLITE_READONLY: "the database or its folder can't be written; allow it for this user, or choose another path",
    sqlite3.SQLITE_CANTOPEN: "the database can't be opened; check that its folder exists and can be written",
    sqlite3.SQLITE_PERM: "the database or its folder can't be written; allow it for this user, or choose another path",
    sqlite3.SQLITE_IOERR: "the disk reported an error; check the disk (or move the database off a network drive)",
}
_POSTGRESQL = {
    "53": "the server has no disk space or memory left; free some and run again",
    "28": "the server refused user or password; check the URL",
    "3D": "there is no such database; create it (createdb) and run again",
    "42": "this user may not work with the tables; grant it, or use a database of its own",
    "55": "another program keeps the database locked; end it and run again",
    "57": "the server is shutting down; start it and run again",
    "08": "the server can't be reached; start it, or check host and port",
}
