"""A database of any released version comes forward with what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import Store
from store.opening import open_engine
from store.tables import VERSION, metadata
from tests.store.made import SHA

MIGRATIONS = Path(__file__).parents[2] / "store" / "migrations"


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


RELEASED = sorted(step.revision for step in ScriptDirectory.from_config(config()).walk_revisions())


def test_versions_follow_each_other_without_a_gap() -> None:
    assert [f"{n:04}" for n in range(1, len(RELEASED) + 1)] == RELEASED
    assert RELEASED[-1] == VERSION


@pytest.mark.parametrize("version", RELEASED)
def test_a_database_of_that_version_comes_forward(url: str, version: str) -> None:
    old = sa.create_engine(f"sqlite:///{url}" if "://" not in url else url.replace("postgresql:", "postgresql+psycopg:"))
    with old.begin() as connection:
        at = config()
        at.attributes["connection"] = connection
        command.upgrade(at, version)
        connection.execute(sa.text(f"INSERT INTO documents (sha256, size) VALUES ('{SHA}', 7)"))
        connection.execute(sa.text(f"INSERT INTO places (path, sha256, first_run) VALUES ('a.pdf', '{SHA}', 'r')"))
        connection.execute(sa.text(
            "INSERT INTO runs (run_id, command, inputs, fingerprint, started) "
            "VALUES ('r', 'sweep', '[]', 'f', '2026-01-01T00:00:00+00:00')"
        ))  # fmt: skip
    old.dispose()
    with Store.open(url) as store:
        assert store.paths() == {SHA: ("a.pdf",)}
        assert [run.command for run in store.runs()] == ["sweep"]
        assert [d.sha256 for d in store.current()] == [SHA]
        assert store.claims.held() == {}
    engine = open_engine(url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == VERSION
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
