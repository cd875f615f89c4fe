"""``Store``: every job one method, every method one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Connection, Engine

from records.decision import Decision, undo_of
from records.document import SourceFile
from records.errors import StoreError
from records.links import History, Link, Route
from records.record import Outcome
from store import copying, decisions, derived, desk_lists, extractions, readings, revision, runs, sources, views
from store.claims import Claims
from store.deliveries import Deliveries
from store.desk import Desk, put_lists, serialise
from store.desk_queue import Queue
from store.opening import READING, explained, open_engine
from store.runs import Run
from store.trust import Trust
from store.users import Users
from store.views import StoredDocument, Whole


class Store:
    """An open database. Safe for threads and for several processes at once; a child process opens its own.

    Every failure of the database is a ``StoreError`` with the remedy; what was stored before it stays.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        if engine.dialect.name == "postgresql":  # a long view sees one state of things, as it does in SQLite
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._where = where

    @classmethod
    def open(cls, url_or_path: str | Path) -> Store:
        """Opens or makes the SQLite file, or opens the database of a PostgreSQL URL, and brings its tables up to date."""
        return cls(open_engine(url_or_path), str(url_or_path))

    def close(self) -> None:
        """Gives back all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # documents

    def register(self, sources_: Sequence[SourceFile], run_id: str) -> None:
        """Files as they lie: documents by their bytes, and every place of theirs."""
        with self._writing() as connection:
            sources.register(connection, sources_, run_id)

    def paths(self) -> dict[str, tuple[str, ...]]:
        """sha256 -> its places in order; the first is the original."""
        with self._reading() as connection:
            return sources.paths(connection)

    def save_reading(
        self,
        sha256: str,
        fingerprint: str,
        payload: bytes,
        failure: str,
        *,
        pages: int | None = None,
        text_source: str = "none",
        media_type: str = "",
    ) -> None:
        """Keeps a document as read (opaque bytes). The keyword arguments are what ``current`` tells about it."""
        with self._writing() as connection:
            readings.save(
                connection, sha256, fingerprint, payload, failure, pages=pages, text_source=text_source, media_type=media_type
            )

    def reading(self, sha256: str, fingerprint: str) -> bytes | None:
        """The kept reading, if it was made with this fingerprint."""
        with self._reading() as connection:
            return readings.load(connection, sha256, fingerprint)

    def reading_fingerprints(self) -> dict[str, str]:
        """sha256 -> fingerprint of the kept reading."""
        with self._reading() as connection:
            return readings.fingerprints(connection)

    # what was found

    def save_outcome(self, sha256: str, fingerprint: str, outcome: Outcome) -> None:
        """Appends what was found in a document, under the ids of the records found there before. The same again is nothing."""
        with self._writing() as connection:
            extractions.save(connection, sha256, fingerprint, outcome)

    def outcome_fingerprints(self, shas: Sequence[str] | None = None) -> dict[str, str]:
        """sha256 -> fingerprint of the latest outcome: of these documents, or of all."""
        with self._reading() as connection:
            return extractions.fingerprints(connection, shas)

    def outcome_heads(self) -> dict[str, tuple[str, str]]:
        """sha256 -> digest of what was found in it last (the same digest is the same outcome, ids apart) and its kind."""
        with self._reading() as connection:
            return extractions.heads(connection)

    def outcome(self, sha256: str) -> Outcome | None:
        """The latest outcome: records with their ids, ``parent`` the inspection's id."""
        return self.outcomes([sha256]).get(sha256)

    def outcomes(self, shas: Sequence[str]) -> dict[str, Outcome]:
        """sha256 -> latest outcome, for those that have one."""
        with self._reading() as connection:
            return {sha256: stored.outcome for sha256, stored in extractions.current(connection, shas).items()}

    def replace_links(self, links: Sequence[Link], histories: Sequence[History] = ()) -> None:
        """All links and histories are these now."""
        with self._writing() as connection:
            derived.replace_links(connection, links, histories)

    def replace_routes(self, routes: Sequence[Route]) -> None:
        """All routes are these now."""
        with self._writing() as connection:
            derived.replace_routes(connection, routes)

    # people

    def decide(self, made: Sequence[Decision]) -> None:
        """Appends decisions, all or none; the same again is nothing."""
        with self._writing() as connection:
            decisions.append(connection, made)

    def undo(self, target: str, by: str, at: datetime, note: str = "") -> tuple[Decision, ...]:
        """Takes back a decision, or a group where its members still carry it. Returns what was appended."""
        with self._writing() as connection:
            members = decisions.of_group(connection, target)
            if not members:
                raise StoreError(f"no decision or group has the id {target}; see 'lotline review' for what was decided")
            touched = sorted({d.record_id for d in members})
            made: dict[str, list[Decision]] = {record_id: [] for record_id in touched}
            for decision in decisions.of_records(connection, touched):
                made[decision.record_id].append(decision)
            undos = undo_of(target, made, by, at, note)
            decisions.append(connection, undos)
            return undos

    def decisions(self, record_id: str | None = None) -> list[Decision]:
        """Decisions in the order they were made: on one record, or all."""
        with self._reading() as connection:
            if record_id is None:
                return decisions.everything(connection)
            return decisions.of_records(connection, [record_id])

    @property
    def desk(self) -> Desk:
        """What the desk writes and is served from: decisions as acts, records added, the lists of queue and search."""
        return Desk(self._reading, self._writing)

    @property
    def queue(self) -> Queue:
        """What waits at the desk, for whom and in which order."""
        return Queue(self._reading, self._writing)

    @property
    def users(self) -> Users:
        """People of the desk, their sessions and the log."""
        return Users(self._reading, self._writing)

    @property
    def trust(self) -> Trust:
        """What people did for the proof: samples, checks, page audits, second readings, gates."""
        return Trust(self._reading, self._writing)

    @property
    def deliveries(self) -> Deliveries:
        """What left the city."""
        return Deliveries(self._reading, self._writing)

    @property
    def claims(self) -> Claims:
        """Who is at work on what."""
        return Claims(self._reading, self._writing)

    # the state of things

    def state(self) -> str:
        """A name for everything that an export follows from: another one after every change of it."""
        with self._reading() as connection:
            return revision.state(connection)

    def whole(self) -> Whole:
        """All documents as they stand at one moment."""
        with self._reading() as connection:
            return views.whole(connection)

    def is_crossed(self, rules: str) -> bool:
        """Whether nothing has changed since all documents were compared by these rules."""
        with self._reading() as connection:
            return revision.get(connection, "crossed") == f"{revision.state(connection)} {rules}"

    def put_crossing(
        self,
        whole: Whole,
        rules: str,
        links: Sequence[Link],
        histories: Sequence[History],
        routes: Sequence[Route],
        gates: Mapping[str, float | None],
    ) -> Whole:
        """All links, histories and routes are these now, and the lists of the desk what follows from them, in one transaction.
        ``gates``: the confidence that each kind asked for. Returns everything as it stands then."""
        crossed = views.as_crossed(whole.documents, links, histories, routes)
        records, items = desk_lists.everything(crossed)
        with self._writing() as connection:
            serialise(connection)
            derived.replace_links(connection, links, histories)
            derived.replace_routes(connection, routes)
            put_lists(connection, records, items, gates, whole.decided)
            return Whole(revision.confirm(connection, whole.state, "crossed", rules), whole.decided, crossed)

    # runs

    def start_run(self, command: str, inputs: Sequence[str], fingerprint: str) -> str:
        """Notes that a run begins and names it."""
        with self._writing() as connection:
            return runs.start(connection, command, inputs, fingerprint)

    def finish_run(self, run_id: str, counts: Mapping[str, int], outcome: str) -> None:
        """Notes how a run ended."""
        with self._writing() as connection:
            runs.finish(connection, run_id, counts, outcome)

    def runs(self) -> list[Run]:
        """All runs in the order they began."""
        with self._reading() as connection:
            return runs.everything(connection)

    # views

    def current(self, document_shas: Sequence[str] | None = None) -> Iterator[StoredDocument]:
        """All that is known, document by document, by (first path, sha256). One state of things: what is written while it is
        being read does not show."""
        with self._reading() as connection:
            yield from views.current(connection, document_shas)

    def routes(self) -> dict[str, Route]:
        """record_id -> where it goes, of all records."""
        with self._reading() as connection:
            return derived.load_routes(connection)

    def record_kinds(self) -> dict[str, str]:
        """record_id -> its kind, of all records there ever were."""
        with self._reading() as connection:
            return extractions.kinds(connection)

    def copy_to(self, path: Path) -> None:
        """A copy of everything in a new SQLite file, for trying things out."""
        with explained(str(path)):
            copying.copy_to(self._engine, path)

    def backup(self, path: Path) -> None:
        """A copy of the SQLite database as it stands now, made while others work with it."""
        if self._engine.dialect.name != "sqlite":
            raise StoreError("this database is on PostgreSQL; back it up with pg_dump")
        if path.exists():
            raise StoreError(f"{path} exists already; choose another name for the backup")
        with explained(str(path)):
            raw = self._engine.raw_connection()
            try:
                assert isinstance(raw.driver_connection, sqlite3.Connection)
                raw.driver_connection.execute("VACUUM INTO ?", (str(path),))
            finally:
                raw.close()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with explained(self._where), self._engine.begin() as connection:
            yield connection
            revision.close(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self._where), self._reader.begin() as connection:
            yield connection
