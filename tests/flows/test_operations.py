"""What keeps a city's nights going: units, retries, the keeper, health, doctor, what leaves of people, odd homes."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import doctor
from flows.doctor import examine
from flows.home import Home, open_home
from flows.night import keeper, pulse, services
from flows.night.announce import announce
from flows.night.delivering import deliver_all
from flows.night.jobs import sweep_task
from flows.night.services import Ports, Service, file_of, launch, running, stop, units
from flows.night.watching import watch
from flows.run import run_task
from records.errors import DeliveryRefused, SetupError, StoreError
from tests.flows.test_logbook import PEOPLE, letter_with_people

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SETTINGS = """
[city]
name = "Chelsea"
[folders]
inbox = ["inbox"]
parcels = "{samples}/parcels.csv"
exports = "exports"
deliveries = "deliveries"
[night]
settle_seconds = 0.2
poll_seconds = 0.1
workers = 1
[delivery]
release_unproven = true
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "city" / "inbox").mkdir(parents=True)
    (tmp_path / "city" / "lotline.toml").write_text(SETTINGS.format(samples=SAMPLES), encoding="utf-8")
    return open_home(tmp_path / "city")


def test_people_of_a_paper_leave_in_no_delivery(home: Home) -> None:
    letter_with_people(home.folder / "inbox" / "Quispe Tomasa 617-555-0134.pdf")
    shutil.copy(SAMPLES / "files" / "delinquent_list_72.pdf", home.folder / "inbox" / "Petrosyan list.pdf")
    run_task(sweep_task(home, plain=True), lambda done, total, path: None)
    deliver_all(home, ["public", "buildingblocks"])
    files = [p for p in (home.folder / "deliveries").rglob("*") if p.is_file()]
    assert any(p.name == "violations.csv" for p in files)
    with (home.folder / "exports" / "all" / "tax_delinquencies.csv").open(encoding="utf-8", newline="") as stream:
        owed = list(csv.DictReader(stream))
    people = (*PEOPLE, *(r["owner"] for r in owed if len(r["owner"]) > 8), *(f",{r['code']}," for r in owed if r["code"]))
    assert len(people) > len(PEOPLE) + 20
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace").lower()
        assert not [p for p in people if p.lower() in text], file
    report = (home.folder / "redactions" / "public.csv").read_text(encoding="utf-8")
    assert "tax_delinquencies.csv,owner" in report
    assert not [p for p in PEOPLE if p in report]


@pytest.mark.parametrize("kind", ["cifs", "nfs4", "9p", "fuse.sshfs"])
def test_doctor_refuses_sqlite_on_a_network_share(home: Home, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(doctor, "_file_system", lambda folder: kind)
    found = {check.name: check for check in examine(home)}
    assert found["Database place"].state == "missing"
    assert "PostgreSQL" in found["Database place"].remedy
    monkeypatch.setenv("LOTLINE_DATABASE", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "Database place" not in {check.name for check in examine(open_home(home.folder))}


def test_units_are_what_systemd_accepts(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in units(home, Ports(), "root"):
        (folder / name).write_text(text, encoding="utf-8")
    assert {p.name for p in folder.glob("*.timer")} == {"lotline-watchdog.timer"}
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    said = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(folder.iterdir()))], capture_output=True, text=True, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
    ).stderr  # fmt: skip
    assert not [line for line in said.splitlines() if "lotline-" in line], said


class Ended:
    """A task's state, as Prefect hands it to a retry condition."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def result(self, raise_on_failure: bool) -> Exception:
        return self.error


def test_what_goes_away_by_itself_is_tried_again_and_a_fault_is_not() -> None:
    from flows import prefect_flows as p

    assert p._may_pass(None, None, Ended(StoreError("the database is locked")))
    assert p._may_pass(None, None, Ended(OSError("the drive is gone")))
    assert not p._may_pass(None, None, Ended(ValueError("our own fault")))
    assert not p._may_pass(None, None, Ended(DeliveryRefused("counts")))
    for one in (p.read_batch, p.read_rest, p.compare_and_export, p.make_deliveries, p.wait_for_places):
        assert one.retries == 3
        delays = one.retry_delay_seconds
        assert isinstance(delays, list)
        assert delays == sorted(delays)  # with back-off
        assert one.retry_condition_fn is not None
    assert p.backfill.retries == p.sweep.retries == 2  # and no more: a poisonous input must not go in circles
    assert p.deliver.retries == 0


def test_a_missing_drive_is_waited_for(home: Home) -> None:
    from flows.prefect_flows import wait_for_places

    wait_for_places.fn(str(home.folder))
    (home.folder / "inbox").rename(home.folder / "away")
    with pytest.raises(OSError, match="is not there"):
        wait_for_places.fn(str(home.folder))


def test_a_service_that_dies_is_started_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = Service("worker", (sys.executable, "-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(services, "services", lambda *_: (sleeper,))
    launch(home, sleeper, {})
    first = running(home, "worker")
    assert first is not None
    file_of(home, "keeper").write_text(f"{os.getpid()} {services.mark_of(os.getpid())}\n", encoding="utf-8")
    os.kill(first, 9)
    os.waitpid(first, 0)
    seen: list[int | None] = []

    def look(seconds: float) -> None:
        seen.append(running(home, "worker"))
        file_of(home, "keeper").unlink()  # lotline down

    keeper.keep(home, Ports(), desk=False, sleep=look)
    assert seen[0] not in (None, first)
    stop(home, lambda line: None)
    assert running(home, "worker") is None


def test_a_keeper_that_was_killed_is_brought_back_only_while_it_is_wanted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[str] = []
    monkeypatch.setattr(services, "launch", lambda home, service, variables: launched.append(service.name))
    assert not services.revive(home)  # lotline up was never said
    (home.folder / "services").mkdir()
    (home.folder / "services" / "up.json").write_text("[4200, 8700, true]", encoding="utf-8")
    assert services.revive(home)
    assert launched == ["keeper"]
    stop(home, lambda line: None)
    assert not services.revive(home)


def test_health_is_the_database_and_a_sign_of_life(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTLINE_HOME", str(home.folder))
    assert pulse.main([]) == 0
    assert pulse.main(["intake"]) == 1
    pulse.beat(home, "intake")
    assert pulse.main(["intake"]) == 0
    old = time.time() - 2 * pulse.OLDEST
    os.utime(home.folder / "services" / "intake.pulse", (old, old))
    assert pulse.main(["intake"]) == 1
    monkeypatch.setenv("LOTLINE_DATABASE", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert pulse.main([]) == 1


def test_intake_outlives_a_database_that_is_away(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    letter_with_people(home.folder / "inbox" / "a.pdf")
    tries: list[int] = []

    def away(*_: object) -> object:
        tries.append(1)
        if len(tries) < 3:
            raise StoreError("the server can't be reached")
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.night.watching.run_task", away)
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        watch(home, (), once=False, say=said.append, sleep=lambda seconds: time.sleep(min(seconds, 0.05)))
    assert len(tries) == 3
    assert all("files wait" in line for line in said)
    with pytest.raises(StoreError):
        tries.clear()
        watch(home, (), once=True, say=said.append, sleep=lambda seconds: time.sleep(min(seconds, 0.05)))


def test_nobody_to_tell_is_no_trouble(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert not announce(home, 1, "watch")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert not announce(home, 1, "watch")


def test_up_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"folders\.inbox"):
        services.start(open_home(tmp_path), Ports(), lambda line: None)


def test_the_first_password_is_said_once_and_stands_in_no_log(home: Home) -> None:
    said: list[str] = []
    services._greet(home, said.append)
    services._greet(home, said.append)
    assert len(said) == 1
    password = said[0].split("password ")[1].split()[0]
    for file in home.folder.rglob("*"):
        if file.is_file() and file.suffix in (".log", ".jsonl"):
            assert password not in file.read_text(encoding="utf-8", errors="replace")
