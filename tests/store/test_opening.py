"""Opening: versions, bad files, full disks, many processes, sudden death."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from records.errors import StoreError
from store import Store
from store.opening import explained, open_engine
from store.tables import VERSION, metadata
from tests.store.made import SHA, outcome, source, tax, visit

ROOT = Path(__file__).parents[2]


def test_migrations_make_the_tables_as_they_are_declared(url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_version_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "store" / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_database_of_a_later_version_is_refused(url: str) -> None:
    Store.open(url).close()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="later version"):
        Store.open(url)


def test_database_of_another_program_is_refused(url: str) -> None:
    engine = sa.create_engine(f"sqlite:///{url}" if "://" not in url else url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE documents (id integer)"))
    engine.dispose()
    with pytest.raises(StoreError, match="another program"):
        Store.open(url)


def test_sqlite_is_set_up_for_two_writers(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "folder" / "a.db")
    with engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys")]
    assert pragmas == ["wal", 2, 1]
    engine.dispose()


def test_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(StoreError, match="not a Lotline database"):
        Store.open(tmp_path / "a.db")


def test_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose another path"):
        Store.open(tmp_path / "file" / "a.db")


def test_path_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened"):
        Store.open(tmp_path)


def test_database_that_can_not_be_written(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db").close()
    with pytest.raises(StoreError, match="can't be written"), explained("a.db"):
        connection = sqlite3.connect(f"file:{tmp_path}/a.db?mode=ro", uri=True)
        try:
            connection.execute("CREATE TABLE t (x)")
        finally:
            connection.close()


def test_full_disk_leaves_what_was_stored(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store:
        store.register([source()], "run")
        store.save_outcome(SHA, "f1", outcome([visit()]))

        def narrow(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        store.close()
        sa.event.listen(store._engine, "connect", narrow)
        with pytest.raises(StoreError, match="disk is full"):
            store.save_outcome(SHA, "f2", outcome([tax(n, n * 12.0) for n in range(500)]))
    with Store.open(tmp_path / "a.db") as store:
        assert store.outcome_fingerprints() == {SHA: "f1"}


def test_locked_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.opening.BUSY_SECONDS", 0.1)
    with Store.open(tmp_path / "a.db") as store:
        other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            store.register([source()], "run")
        assert store.paths() == {}  # readers are not held up
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.parametrize("bad", ["mysql://host/name", "postgresql://nobody@127.0.0.1:1/none", "://"])
def test_bad_urls(bad: str) -> None:
    with pytest.raises(StoreError):
        Store.open(bad)


WRITER = """
import sys
from store import Store
from tests.store.made import decision, outcome, source, tax, visit
url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Store.open(url) as store:
    shared = "c" * 64
    for n in range(count):
        sha = f"{name}{n:063x}"
        store.register([source(f"{name}{n}.pdf", sha), source("shared.pdf", shared)], name)
        store.save_outcome(sha, "f", outcome([visit(), *(tax(i, 60 + 14.0 * i) for i in range(5))]))
        store.save_outcome(shared, f"{name}{n}", outcome([visit(), tax(n, 100)]))
        store.decide([decision(store.outcome(shared).records[0].record_id, "unit", "correct", f"{name}{n}", str(n))])
        print(n, flush=True)
"""


def _writer(url: str, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_two_processes_at_once_lose_nothing(url: str) -> None:
    """They make the tables together too."""
    writers = [_writer(url, name, 8) for name in "ab"]
    assert [w.wait(timeout=120) for w in writers] == [0, 0]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    with Store.open(url) as store:
        documents = list(store.current())
        assert len(documents) == 17
        assert {d.decision_id for d in store.decisions()} == {f"d{name}{n}" for name in "ab" for n in range(8)}
        for document in documents:
            assert document.outcome is not None
            assert len(document.outcome.records) == (2 if document.path == "shared.pdf" else 6)
        visits = [r for d in documents if d.outcome for r in d.outcome.records if r.kind == "inspection"]
        assert len({r.record_id for r in visits}) == 17  # the shared document's visit kept one id through 16 writes


def test_a_killed_writer_leaves_whole_transactions(url: str) -> None:
    writer = _writer(url, "a", 10_000)
    assert writer.stdout is not None
    for _ in range(3):
        assert writer.stdout.readline()
    time.sleep(0.05)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with Store.open(url) as store:
        found = [d for d in store.current() if d.outcome]
        assert len(found) >= 4
        for document in found:
            assert document.outcome is not None
            assert len(document.outcome.records) == (2 if document.path == "shared.pdf" else 6)
        again = found[0]
        assert again.outcome is not None
        before = [r.record_id for r in again.outcome.records]
        store.save_outcome(again.sha256, "next", again.outcome)
        after = store.outcome(again.sha256)
        assert after is not None and [r.record_id for r in after.records] == before


DYING = """
import os, signal, sys
from store import Store, extractions
from tests.store.made import SHA, outcome, tax, visit
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
extractions.insert_all = die if sys.argv[2] == "early" else extractions.insert_all
extractions.insert_new = die if sys.argv[2] == "late" else extractions.insert_new
with Store.open(sys.argv[1]) as store:
    store.save_outcome(SHA, "f2", outcome([visit(), tax(1, 100), tax(2, 120)]))
"""


@pytest.mark.parametrize("moment", ["early", "late"])
def test_death_in_the_middle_of_a_transaction_leaves_nothing_of_it(url: str, moment: str) -> None:
    with Store.open(url) as store:
        store.register([source()], "run")
        store.save_outcome(SHA, "f1", outcome([visit()]))
    command = [sys.executable, "-c", DYING, url, moment]
    child = subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert child.returncode == -signal.SIGKILL
    with Store.open(url) as store:
        assert store.outcome_fingerprints() == {SHA: "f1"}
        store.save_outcome(SHA, "f2", outcome([visit(), tax(1, 100), tax(2, 120)]))
        found = store.outcome(SHA)
        assert found is not None and len({r.record_id for r in found.records}) == 3
