"""Every store test runs on SQLite and on PostgreSQL: the server named by LOTLINE_TEST_POSTGRES, or a throw-away one made from
Debian's ``postgresql``. Without either the PostgreSQL half is skipped, unless LOTLINE_REQUIRE_POSTGRES=1."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from store import Store


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def _as_server_user(folder: Path) -> dict[str, Any]:
    """The server refuses to run as root; then the user that Debian's package made runs it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder, "env": {"PATH": os.environ["PATH"]}}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server on which databases can be made."""
    given = os.environ.get("LOTLINE_TEST_POSTGRES", "")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        missing = "no PostgreSQL: apt-get install postgresql, or set LOTLINE_TEST_POSTGRES to a server's URL"
        if os.environ.get("LOTLINE_REQUIRE_POSTGRES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="lotline-pg-"))
    how = _as_server_user(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        # The server inherits what pg_ctl writes to: a pipe would keep the caller waiting until the server ends.
        subprocess.run([binaries / program, "-D", folder / "data", *arguments], check=True, stdout=subprocess.DEVNULL, **how)

    try:
        run("initdb", "-U", "lotline", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://lotline@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, empty database."""
    if request.param == "sqlite":
        yield str(tmp_path / "lotline.db")
        return
    server = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield server.rsplit("/", 1)[0] + "/" + name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store on a fresh database."""
    with Store.open(url) as opened:
        yield opened
