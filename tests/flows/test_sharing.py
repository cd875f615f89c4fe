"""Runs at once share documents and do not fight; what a lost one held is taken over; the export is that of one run alone."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from benchmarks.city import make_reports
from benchmarks.kills import differences
from flows.home import open_home
from flows.run import Task, run_task
from flows.sharing import Share, runs_under_way
from store import Store
from tests.store.conftest import postgres_server  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
DOCUMENTS = 14
ELSEWHERE = "0f-4026531836/4711/1234/abcd"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "inbox"
    make_reports(SAMPLES / "parcels.csv", DOCUMENTS, folder)
    shutil.copy(SAMPLES / "files" / "delinquent_list_72.pdf", folder)
    return folder


@pytest.fixture(scope="module")
def calm(inbox: Path) -> Path:
    """The export of one undisturbed run, on SQLite."""
    out = inbox.parent / "calm-out"
    run_task(task(inbox, inbox.parent / "calm", out), lambda done, total, path: None)
    return out


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    server: str = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.rsplit("/", 1)[0] + "/" + name


def task(inbox: Path, home: Path, out: Path) -> Task:
    return Task(open_home(home), (inbox,), SAMPLES / "parcels.csv", None, out, include_review=True, workers=1, plain=True)


def started(inbox: Path, home: Path, database: str) -> subprocess.Popen[bytes]:
    """A run as another machine would do it: its own home, the shared database and folder."""
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), "run", str(inbox), "--parcels", str(SAMPLES / "parcels.csv")]
    command += ["--out", str(home.with_name(home.name + "-out")), "--include-review", "--workers", "1", "--plain"]
    environment = {**os.environ, "LOTLINE_DATABASE": database, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def told(home: Path, event: str) -> list[str]:
    file = home / "logs" / "lotline.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [found["document"] for found in map(json.loads, lines) if found["event"] == event]


def test_two_runs_on_one_postgresql_share_the_work(inbox: Path, calm: Path, database: str, tmp_path: Path) -> None:
    homes = (tmp_path / "a", tmp_path / "b")
    runs = [started(inbox, home, database) for home in homes]
    assert [run.wait(timeout=300) for run in runs] == [0, 0]
    begun = [told(home, "document begun") for home in homes]
    assert Counter(begun[0] + begun[1]).most_common(1)[0][1] == 1, "a document was done twice"
    assert len(begun[0]) + len(begun[1]) == DOCUMENTS + 1
    assert all(begun), "one of the two did nothing"
    for home in homes:
        assert differences(calm, home.with_name(home.name + "-out")) == []
    with Store.open(database) as store:
        assert store.claims.held() == {}
        assert [r.outcome for r in store.runs()] == ["completed", "completed"]


def test_what_a_killed_run_held_is_taken_over(inbox: Path, calm: Path, database: str, tmp_path: Path) -> None:
    homes = (tmp_path / "a", tmp_path / "b")
    victim, other = (started(inbox, home, database) for home in homes)
    deadline = time.monotonic() + 200
    while len(told(homes[0], "document done")) < 2 and victim.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert other.wait(timeout=300) == 0
    assert differences(calm, tmp_path / "b-out") == []
    # At most what the killed run had in hand was begun again.
    begun = Counter(told(homes[0], "document begun") + told(homes[1], "document begun"))
    assert sum(begun.values()) - len(begun) <= 2
    with Store.open(database) as store:
        assert runs_under_way(store) == frozenset()


def test_what_a_lost_machine_held_is_free_when_its_time_is_over(inbox: Path, calm: Path, tmp_path: Path) -> None:
    """Of another machine nobody knows whether it lives; its claims run out."""
    home, few = open_home(tmp_path / "home"), tmp_path / "few"
    few.mkdir()
    for file in sorted(inbox.iterdir())[:3]:
        shutil.copy(file, few)
    with Store.open(home.database) as store:
        from hashlib import sha256

        names = [f"document:{sha256(f.read_bytes()).hexdigest()}" for f in few.iterdir()]
        store.claims.take(names[:2], ELSEWHERE, 6)
        began = time.monotonic()
        summary = run_task(task(few, home.folder, tmp_path / "out"), lambda done, total, path: None)
        assert time.monotonic() - began >= 5
        assert store.claims.held() == {}
    assert summary.read_now == 3
    with (tmp_path / "out" / "documents.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["state"] for row in csv.DictReader(stream)} <= {"exported", "in_review"}


def test_claims_last_while_the_run_lives_and_no_longer(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store:
        with Share(store, lease=0.4) as share:
            share.begin("one")
            assert share.take("a")
            time.sleep(1.0)
            assert store.claims.take(["document:a"], ELSEWHERE, 60) == frozenset()
            assert runs_under_way(store) == {"one"}
        assert store.claims.held() == {}
