"""Unattended work: deliveries with bounds, watched folders, the watchdog, coverage, backup and handover."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import flows.run as run_module
from flows.desk_house import DeskHouse
from flows.home import Home, open_home
from flows.night import watching
from flows.night.alarms import missed_night
from flows.night.coverage import coverage, write_requests
from flows.night.delivering import deliver_all
from flows.night.handover import write_handover
from flows.night.jobs import Wanted, backfill_task, sweep_task
from flows.night.keeping import back_up, bring_back
from flows.night.ledger_nights import NAME
from flows.night.services import Ports, environment, running, units
from flows.night.settings import AlarmSettings, load_night
from flows.night.upload import upload
from flows.night.watchdog import look
from flows.night.watching import Intake, watch
from flows.pool import Pool
from flows.registers import load_registers
from flows.run import Loaded, Task, load_reader, run_task
from flows.say import Tell
from flows.sharing import Share, runs_under_way
from flows.summary import Summary
from flows.trust import draw, record_check
from flows.work import Done, Job
from records.errors import DeliveryRefused, SetupError
from records.export import document_id
from records.privacy import looks_personal
from store import Run, Store
from store.owner import mark_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
REPORTS = ("16 Fremont Ave. 05-23-19.pdf", "31 Tremont 08-02-18.pdf", "delinquent_list_72.pdf")
SETTINGS = """
[city]
name = "Chelsea"
[folders]
inbox = "inbox"
parcels = "{samples}/parcels.csv"
log = "{samples}/inspection_log.csv"
exports = "exports"
deliveries = "deliveries"
[night]
settle_seconds = 0.2
poll_seconds = 0.1
workers = 1
[delivery]
profiles = ["buildingblocks", "public"]
release_unproven = true
"""


def quiet(done: int, total: int, path: str) -> None:
    """No progress bar."""


def set_up(folder: Path, *reports: str) -> Home:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    for name in reports:
        shutil.copy(SAMPLES / "files" / name, inbox)
    (folder / "lotline.toml").write_text(SETTINGS.format(samples=SAMPLES), encoding="utf-8")
    return open_home(folder)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A city whose three files were swept once."""
    home = set_up(tmp_path_factory.mktemp("city"), *REPORTS)
    run_task(sweep_task(home, plain=True), quiet)
    return home


@pytest.fixture
def city(read: Home, tmp_path: Path) -> Home:
    """A copy of it to change."""
    shutil.copytree(read.folder, tmp_path / "city")
    return open_home(tmp_path / "city")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_settings_default_and_refuse_what_they_do_not_know(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    assert load_night(home).night.hours == 6.0
    home.settings.write_text('[city]\nname = "X"\n[night]\nhour = 3\n', encoding="utf-8")
    with pytest.raises(SetupError, match=r"night\.hour"):
        load_night(home)
    home.settings.write_text('[city]\nname = "X"\n[night]\nbackfill_at = "25:00"\n', encoding="utf-8")
    with pytest.raises(SetupError, match="time of day"):
        load_night(home)
    home.settings.write_text('[city]\nname = "X"\n[alarm]\nsmtp = "mail:25"\n', encoding="utf-8")
    with pytest.raises(SetupError, match="recipients"):
        load_night(home)
    home.settings.write_text('[city]\nname = "X"\n', encoding="utf-8")
    with pytest.raises(SetupError, match=r"folders\.inbox"):
        sweep_task(home)


def test_a_night_out_of_time_leaves_the_rest_for_the_next(tmp_path: Path) -> None:
    home = set_up(tmp_path / "city", *REPORTS)
    first = run_task(backfill_task(home, Wanted(), hours=0, plain=True), quiet)
    assert first.read_now == 0
    assert any("left" in note for note in first.notes)
    states = {r["source_file"]: r for r in rows(home.folder / "exports" / "missing-year" / "documents.csv")}
    assert all("not read yet" in r["reason"] for r in states.values())
    second = run_task(backfill_task(home, Wanted(), hours=1, plain=True), quiet)
    assert second.read_now == len(REPORTS)


def test_a_delivery_is_whole_and_its_changes_name_their_cause(city: Home) -> None:
    first = deliver_all(city, ["public"])[0]
    assert first.number == 1
    folder = city.folder / "deliveries"
    released = rows(folder / "public" / "violations.csv")
    assert released
    assert {r["change"] for r in rows(folder / "public-changes" / "0001" / "violations.csv")} == {"added"}
    assert not any("description" in r or "owner" in r for r in released)
    again = deliver_all(city, ["public"])[0]
    assert again.number == 2
    assert rows(folder / "public-changes" / "0002" / "violations.csv") == []
    gone = released[0]["violation_id"]
    from flows.decide import Wish, decide_on

    decide_on(city, Wish(gone, "", None, False, True, False, ""), "clerk")
    deliver_all(city, ["public"])
    changed = rows(folder / "public-changes" / "0003" / "violations.csv")
    assert [(r["change"], r["violation_id"]) for r in changed if r["change"] == "withdrawn"] == [("withdrawn", gone)]
    assert "person" in changed[0]["cause"]
    with Store.open(city.database) as store:
        assert [c.kind for c in store.deliveries.of_row(gone)] == ["added", "withdrawn"]
    report = (city.folder / "redactions" / "public.csv").read_text(encoding="utf-8")
    assert "violations.csv,description" in report


def test_odd_counts_and_unproven_kinds_are_refused_and_noted(city: Home) -> None:
    deliver_all(city, ["public"])
    (city.folder / "deliveries" / "public" / "marker").write_text("the one before", encoding="utf-8")
    manifest = city.folder / "deliveries" / "public" / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["files"]["tax_delinquencies.csv"]["rows"] *= 3
    manifest.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(DeliveryRefused, match="accept-counts"):
        deliver_all(city, ["public"])
    assert (city.folder / "deliveries" / "public" / "marker").exists()
    deliver_all(city, ["public"], accept_counts="the list was cut by the collector")
    settings = city.settings.read_text(encoding="utf-8").replace("release_unproven = true", "release_unproven = false")
    city.settings.write_text(settings, encoding="utf-8")
    with pytest.raises(DeliveryRefused, match="release_unproven"):
        deliver_all(city, ["public"])
    with Store.open(city.database) as store:
        log = store.deliveries.all()
    assert [d.refused for d in log] == [False, True, False, True]
    assert log[2].note == "the list was cut by the collector"


def test_a_first_sample_at_the_desk_opens_the_way_to_deliveries(city: Home) -> None:
    settings = city.settings.read_text(encoding="utf-8").replace("release_unproven = true", "release_unproven = false")
    city.settings.write_text(settings, encoding="utf-8")
    registers = load_registers(city, SAMPLES / "parcels.csv", SAMPLES / "inspection_log.csv")
    with pytest.raises(DeliveryRefused, match="release_unproven"):
        deliver_all(city, ["public"])
    with Store.open(city.database) as store:
        for member in draw(store, registers.city, "proof", "clerk").members:
            assert member.record_id
            record_check(store, registers.city, member.record_id, {}, "clerk", datetime.now(UTC), store.trust.book().samples[-1].sample_id)
    assert deliver_all(city, ["public"])[0].number == 1


def test_an_upload_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    delivery = tmp_path / "here" / "public"
    delivery.mkdir(parents=True)
    (delivery / "violations.csv").write_text("1", encoding="utf-8")
    target = f"file://{tmp_path / 'there'}"
    upload(target, delivery)
    (delivery / "violations.csv").write_text("2", encoding="utf-8")
    (delivery / "water.csv").write_text("3", encoding="utf-8")
    assert upload(target, delivery).endswith("/public")
    there = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "there" / "public").iterdir()}
    assert there == {"violations.csv": "2", "water.csv": "3"}
    assert [p.name for p in (tmp_path / "there").iterdir()] == ["public"]


@pytest.mark.parametrize(("text", "what"), [
    ("tenant 123-45-6789", "social security number"), ("call (617) 555-0134", "telephone number"),
    ("a.b@city.gov", "e-mail address"), ("45 Shurtleff St, 410.482", ""), ("000-12-3456", ""), ("2018-07-01", ""), ("59-10", ""),
])  # fmt: skip
def test_what_reads_like_a_persons_number(text: str, what: str) -> None:
    assert looks_personal(text) == what


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_file_is_taken_once_it_is_at_rest(tmp_path: Path) -> None:
    clock = Clock()
    intake = Intake([tmp_path], settle_seconds=10, now=clock)
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF")
    (tmp_path / "~$letter.docx").write_bytes(b"lock")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    assert intake.at_rest() == frozenset()
    clock.seconds = 8
    file.write_bytes(b"%PDF and more")
    assert intake.at_rest() == frozenset()
    clock.seconds = 17
    assert intake.at_rest() == frozenset()
    clock.seconds = 19
    assert intake.at_rest() == {file}
    intake.take([file])
    clock.seconds = 60
    assert intake.at_rest() == frozenset()
    assert not intake.unsettled
    file.write_bytes(b"%PDF another")
    assert intake.at_rest() == frozenset()
    clock.seconds = 90
    assert intake.at_rest() == {file}


def test_a_drive_that_vanishes_is_looked_for_again(tmp_path: Path) -> None:
    clock = Clock()
    drive = tmp_path / "drive"
    intake = Intake([drive], settle_seconds=1, now=clock)
    assert intake.at_rest() == frozenset()
    drive.mkdir()
    (drive / "a.pdf").write_bytes(b"%PDF")
    intake.at_rest()
    clock.seconds = 5
    taken = intake.at_rest()
    assert [f.name for f in taken] == ["a.pdf"]
    intake.take(taken)
    os.utime(drive / "a.pdf", (1e9, 1e9))
    state = (drive / "a.pdf").stat().st_mtime
    drive.rename(tmp_path / "gone")
    assert intake.at_rest() == frozenset()
    (tmp_path / "gone").rename(drive)
    assert (drive / "a.pdf").stat().st_mtime == state


def test_watch_once_reads_all_and_changes_no_file(tmp_path: Path) -> None:
    home = set_up(tmp_path / "city", REPORTS[0])
    inbox = home.folder / "inbox"
    before = {p: p.read_bytes() for p in inbox.iterdir()}
    said: list[str] = []
    watch(home, (), once=True, say=said.append)
    assert len(said) == 1
    assert said[0].startswith("1 files came in")
    assert {p: p.read_bytes() for p in inbox.iterdir()} == before
    watch(home, (), once=True, say=said.append)
    with Store.open(home.database) as store:
        assert [r.command for r in store.runs()] == ["watch", "watch"]
        assert len(list(store.current())) == 1


def test_files_are_taken_in_beside_the_exports_of_a_night(tmp_path: Path) -> None:
    home = set_up(tmp_path / "city", REPORTS[0])
    night = home.folder / "exports" / "all"
    night.mkdir(parents=True)
    (night / "manifest.json").write_text("{}", encoding="utf-8")
    said: list[str] = []
    watch(home, (), once=True, say=said.append)
    assert said[0].startswith("1 files came in")
    assert [p.name for p in (home.folder / "exports").iterdir()] == ["all"]


def test_the_reader_is_loaded_while_a_file_comes_to_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = set_up(tmp_path / "city", REPORTS[0])
    order: list[str] = []
    loaded: list[Loaded] = []

    def load_noted(task: Task) -> Loaded:
        order.append("load")
        loaded.append(load_reader(task))
        return loaded[-1]

    def run_noted(task: Task, tell: Tell, given: Loaded | None) -> Summary:
        order.append("run")
        assert given is loaded[-1]
        return run_task(task, tell, given)

    monkeypatch.setattr(watching, "load_reader", load_noted)
    monkeypatch.setattr(watching, "run_task", run_noted)
    monkeypatch.setattr("flows.run._readers", once_only(run_module._readers))
    watch(home, (), once=True, say=order.append)
    assert order[:2] == ["load", "run"]
    with Store.open(home.database) as store:
        assert any(d.routes for d in store.current())  # its items are on the desk


def once_only(make: Callable[..., Pool[Job, Done]]) -> Callable[..., Pool[Job, Done]]:
    """Fails where the run starts readers of its own though one was loaded."""
    made: list[Pool[Job, Done]] = []

    def start(*given: object) -> Pool[Job, Done]:
        assert not made
        made.append(make(*given))
        return made[0]

    return start


def test_a_file_that_is_taken_away_again_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"half")
    intake = Intake([tmp_path], settle_seconds=10)
    assert not intake.at_rest() and intake.unsettled
    (tmp_path / "a.pdf").unlink()
    assert not intake.at_rest() and not intake.unsettled


NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


def night(command: str, hours_ago: float, outcome: str = "completed") -> Run:
    began = NOW - timedelta(hours=hours_ago)
    return Run("r", command, (), "", began, began + timedelta(hours=1) if outcome else None, {}, outcome)


def test_a_missed_night_is_noticed() -> None:
    settings = AlarmSettings()
    assert missed_night([night("backfill", 10)], settings, NOW) is None
    assert missed_night([night("watch", 10)], settings, NOW) is not None  # intake alone is no good night
    assert missed_night([], settings, NOW) is not None
    killed = missed_night([night("sweep", 40), night("backfill", 9, outcome="")], settings, NOW)
    assert killed is not None
    assert "killed" in killed.says


def test_the_watchdog_tells_once_a_day_and_all_is_well_once_a_week(city: Home) -> None:
    told: list[str] = []

    def tell(settings: AlarmSettings, subject: str, text: str) -> None:
        told.append(subject)

    now = datetime.now(UTC)
    look(city, tell, now)
    look(city, tell, now + timedelta(hours=1))
    quiet_subjects = [s for s in told if "all is well" in s]
    assert len(quiet_subjects) <= 1
    told.clear()
    for hours in (48, 49, 60):
        said = look(city, tell, now + timedelta(hours=hours))
        assert any("No nightly run ended well" in line for line in said)
    assert [s for s in told if "missed night" in s] == ["Lotline in Chelsea: missed night"]


def test_a_killed_run_is_started_again_at_most_twice_a_day(city: Home) -> None:
    with Store.open(city.database) as store:
        store.start_run("backfill", [], "x")
    started: list[Home] = []
    now = datetime.now(UTC)
    for minutes in (0, 60, 120, 180):
        look(city, lambda *_: None, now + timedelta(minutes=minutes), started.append)
    assert len(started) == 2
    with Store.open(city.database) as store, Share(store) as share:
        share.begin("another")
        assert runs_under_way(store) == {"another"}
        look(city, lambda *_: None, now + timedelta(days=2), started.append)
    assert len(started) == 2
    with Store.open(city.database) as store:
        assert not runs_under_way(store)


def test_coverage_counts_the_log_and_letters_ask_for_the_rest(city: Home, tmp_path: Path) -> None:
    found = coverage(city)
    counted = sum(sum(states.values()) for states in found.months.values())
    assert counted
    assert len(found.missing) == sum(s.get("without_document", 0) + s.get("unreadable", 0) for s in found.months.values())
    written = write_requests(found, tmp_path / "ask", "Chelsea")
    letters = [p for p in written if p.name.startswith("ask ")]
    asked = "".join(p.read_text(encoding="utf-8") for p in letters)
    assert all(e.log.record_no in asked for e in found.missing)
    assert len(rows(tmp_path / "ask" / "missing-year.csv")) == len(found.missing)
    strays = rows(tmp_path / "ask" / "no-log-row.csv")
    assert {r["document_id"] for r in strays} == {document_id(r.sha256) for r in found.strays}
    assert found.since is None  # this was the first night


def test_the_ledger_tells_what_changed_since_last_night(city: Home) -> None:
    shutil.copy(SAMPLES / "files" / "77 Warren Ave. 04-11-19.pdf", city.folder / "inbox")
    last = json.loads((city.folder / NAME).read_text(encoding="utf-8"))
    (night,) = last
    yesterday = (datetime.fromisoformat(night) - timedelta(days=1)).date()
    (city.folder / NAME).write_text(json.dumps({yesterday.isoformat(): last[night]}), encoding="utf-8")
    assert (unchanged := coverage(city).since) is not None
    assert (unchanged.day, unchanged.states) == (yesterday, {})
    run_task(sweep_task(city, plain=True), quiet)
    assert set(json.loads((city.folder / NAME).read_text(encoding="utf-8"))) == {yesterday.isoformat(), night}
    since = coverage(city).since
    assert since is not None
    assert since.states.pop("without_document") == -1  # type: ignore[attr-defined]
    assert sum(since.states.values()) == 1
    assert since.months == {"2019-04": {**since.states, "without_document": -1}}
    with Store.open(city.database) as store:
        house = DeskHouse(city, store)
        assert house.since_last_night() == (yesterday, {**since.states, "without_document": -1})
        house.close()


def test_a_backup_comes_back_as_it_was(city: Home, tmp_path: Path) -> None:
    with Store.open(city.database) as store:
        before = [d.sha256 for d in store.current()]
    file = tmp_path / "backup.tar.gz"
    back_up(city, file)
    with pytest.raises(SetupError, match="exists already"):
        back_up(city, file)
    with pytest.raises(SetupError, match="holds a database already"):
        bring_back(city, file)
    new = open_home(tmp_path / "new")
    bring_back(new, file)
    with Store.open(new.database) as store:
        assert [d.sha256 for d in store.current()] == before
    assert new.settings.read_text(encoding="utf-8") == city.settings.read_text(encoding="utf-8")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(SetupError, match="no backup"):
        bring_back(open_home(tmp_path / "other"), cut)


def test_handover_names_settings_codes_and_deliveries(city: Home, tmp_path: Path) -> None:
    deliver_all(city, ["public"])
    write_handover(city, tmp_path / "handover.txt")
    text = (tmp_path / "handover.txt").read_text(encoding="utf-8")
    assert "release_unproven = true" in text
    assert "public no. 1" in text
    assert "Codes, and who explained them" in text


def test_units_keep_the_services_and_name_no_foreign_address(city: Home) -> None:
    files = dict(units(city, Ports(), "lotline"))
    assert {"lotline-server.service", "lotline-worker.service", "lotline-desk.service", "lotline-watchdog.timer"} <= files.keys()
    assert all("Restart=always" in t for n, t in files.items() if n.endswith(".service") and "watchdog" not in n)
    variables = environment(city, Ports(), load_night(city))
    assert variables["LOTLINE_BACKFILL_CRON"] == "30 1 * * *"
    assert variables["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_a_number_that_is_another_programs_is_no_service(city: Home) -> None:
    (city.folder / "services").mkdir(exist_ok=True)
    file = city.folder / "services" / "worker.pid"
    mark = mark_of(os.getpid())
    file.write_text(f"{os.getpid()} {mark}\n", encoding="utf-8")
    assert running(city, "worker") == os.getpid()
    machine, number, born = mark.split("/")
    for stale in (
        f"{os.getpid()}", f"{os.getpid()} {machine}/{number}/{int(born) - 1}", f"{os.getpid()} another-machine/{number}/{born}", "",
    ):  # fmt: skip
        file.write_text(stale, encoding="utf-8")
        assert running(city, "worker") is None
    assert running(city, "server") is None


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Watching sleeps for less than a poll."""
    sleep: Callable[[float], None] = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.1)))
    yield


def test_a_records_request_is_one_parcel_with_the_files_to_pull(city: Home, tmp_path: Path) -> None:
    from flows.deliver import Part, export_all

    out = tmp_path / "all"
    export_all(city, out, profile="internal", parcels=None, log=None, include_review=True)
    every = rows(out / "violations.csv")
    asked = every[0]["parcel_id"]
    files = export_all(
        city, tmp_path / "one", profile="internal", parcels=None, log=None, include_review=True, part=Part((asked,), sources=True)
    )
    assert "sources.csv" in files
    assert {r["parcel_id"] for r in rows(tmp_path / "one" / "violations.csv")} == {asked}
    pull = rows(tmp_path / "one" / "sources.csv")
    assert {r["source_file"] for r in pull} == {r["source_file"] for r in rows(tmp_path / "one" / "documents.csv")}
    assert all(r["pages"] for r in pull)
    with pytest.raises(SetupError, match="no parcel"):
        export_all(
            city, tmp_path / "none", profile="internal", parcels=None, log=None, include_review=True, part=Part(("999-999",))
        )
    days = Part(days=(datetime(2030, 1, 1).date(), None))
    export_all(city, tmp_path / "later", profile="internal", parcels=None, log=None, include_review=True, part=days)
    assert rows(tmp_path / "later" / "violations.csv") == []
