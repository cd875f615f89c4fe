"""A run that finds nothing new writes nothing, and no change whatever leaves a stale export behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flows.run as run_module
from extractors.rulebook import DEFAULT_LAYERS, layer_dir
from flows.home import open_home
from flows.patterns_layers import OWN
from flows.run import Task, run_task
from records.decision import Decision
from records.settle import region_of, seen_value
from records.trust import Check, GateAct
from store import Store
from store.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
TYPED = ("16 Fremont Ave. 05-23-19.pdf", "SKM_C3681903070809.pdf", "attachment (8).pdf")
AT = datetime(2026, 1, 5, tzinfo=UTC)


class Here:
    """The pool without processes."""

    def __init__(self, make: Callable[[object], Callable[[object], object]], context: object, **_: object) -> None:
        self._do = make(context)

    def run(self, jobs: Iterable[object]) -> Iterator[tuple[object, object]]:
        for job in jobs:
            yield job, self._do(job)

    def close(self) -> None:
        """Nothing was started."""


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "Pool", Here)


class City:
    """A home, an inbox and an export, and everything that may happen to them between two nights."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.turn = folder, 0
        self.inbox, self.out = folder / "inbox", folder / "out"
        self.inbox.mkdir(parents=True)
        shutil.copy(SAMPLES / "files" / TYPED[0], self.inbox)
        for name in ("parcels.csv", "inspection_log.csv"):
            shutil.copy(SAMPLES / name, folder / name)
        self.home = open_home(folder / "home")
        self.review = True

    def task(self, out: Path) -> Task:
        parcels, log = self.folder / "parcels.csv", self.folder / "inspection_log.csv"
        return Task(self.home, (self.inbox,), parcels, log, out, self.review, workers=1, plain=True)

    def night(self, out: Path | None = None) -> bool:
        """Runs, and says whether anything was written."""
        out = out or self.out
        before = (out / "delivery.json").stat().st_mtime_ns if (out / "delivery.json").is_file() else 0
        run_task(self.task(out), lambda done, total, path: None)
        return (out / "delivery.json").stat().st_mtime_ns != before

    def anew(self) -> dict[str, bytes]:
        """What a run to a new place writes, which knows of no earlier export."""
        self.turn += 1
        place = self.folder / f"anew{self.turn}"
        self.night(place)
        found = bytes_of(place)
        shutil.rmtree(place)
        return found

    def a_record(self, store: Store) -> tuple[str, str]:
        document = next(d for d in store.current() if d.outcome is not None and d.outcome.records)
        assert document.outcome is not None
        return document.outcome.records[-1].record_id, document.sha256


def bytes_of(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in out.iterdir() if p.name != "delivery.json"}


def nothing(city: City) -> None:
    """A quiet day."""


def new_file(city: City) -> None:
    left = [n for n in TYPED if not (city.inbox / n).exists()]
    shutil.copy(SAMPLES / "files" / (left or [TYPED[0]])[0], city.inbox / (left or [f"copy {city.turn}.pdf"])[0])


def renamed_file(city: City) -> None:
    file = sorted(city.inbox.iterdir())[0]
    file.rename(file.with_name(f"a{city.turn} {file.name}"))


def broken_file(city: City) -> None:
    (city.inbox / "broken.pdf").write_bytes(b"%PDF-1.4 cut off" + bytes([city.turn]))


def decided(city: City) -> None:
    with Store.open(city.home.database) as store:
        record_id, _ = city.a_record(store)
        case = store.desk.cases([record_id])[record_id]
        field = next(iter(case.record.fields))
        seen, place = seen_value(case.record, field), region_of(case.record, field)
        made = len(store.decisions())
        store.decide([Decision(f"d{made}", record_id, field, "correct", f"said {made}", seen, place, "clerk", AT)])


def taken_back(city: City) -> None:
    with Store.open(city.home.database) as store:
        made = [d for d in store.decisions() if d.action != "undo"]
        if made:
            store.undo(made[-1].decision_id, "clerk", AT)


def checked(city: City) -> None:
    with Store.open(city.home.database) as store:
        record_id, _ = city.a_record(store)
        case = store.desk.cases([record_id])[record_id]
        store.trust.check([Check(f"c{city.turn}", record_id, case.record.kind, {}, {}, "clerk", AT)])


def gate_closed(city: City) -> None:
    with Store.open(city.home.database) as store:
        closed = "violation" in store.trust.book().closed
        act = GateAct(f"g{city.turn}{closed}", "violation", "reopen" if closed else "close", "seen", "manager", AT)
        store.trust.act_on_gate(act)


def log_row(city: City) -> None:
    log = city.folder / "inspection_log.csv"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([*lines, lines[-1 - city.turn % 5]]) + "\n", encoding="utf-8")


def fewer_parcels(city: City) -> None:
    parcels = city.folder / "parcels.csv"
    parcels.write_text("\n".join(parcels.read_text(encoding="utf-8").splitlines()[:-3]) + "\n", encoding="utf-8")


def own_pattern(city: City) -> None:
    folder = city.home.folder / OWN
    folder.mkdir(exist_ok=True)
    text = (layer_dir(DEFAULT_LAYERS[-1]) / "rulebook.yml")
    source = text if text.is_file() else sorted(layer_dir(DEFAULT_LAYERS[-1]).glob("*.yml"))[0]
    (folder / source.name).write_text(source.read_text(encoding="utf-8") + f"\n# {city.turn}\n", encoding="utf-8")


def export_edited(city: City) -> None:
    with (city.out / "violations.csv").open("ab") as stream:
        stream.write(b"a line by hand\r\n")


def export_gone(city: City) -> None:
    (city.out / "inspections.csv").unlink()


def no_more_review(city: City) -> None:
    city.review = not city.review


def other_city(city: City) -> None:
    """The database is put back to an earlier state, with the export still there."""
    file = city.home.sqlite_file
    assert file is not None
    saved = city.folder / "saved.db"
    if saved.exists():
        for name in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            name.unlink(missing_ok=True)
        shutil.copy(saved, file)
    else:
        with Store.open(city.home.database) as store:
            store.backup(saved)


ACTS = (
    nothing, new_file, renamed_file, broken_file, decided, taken_back, checked, gate_closed, log_row, fewer_parcels, own_pattern,
    export_edited, export_gone, no_more_review, other_city,
)  # fmt: skip


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sampled_from(ACTS), min_size=2, max_size=6))
def test_an_export_is_never_stale(tmp_path_factory: pytest.TempPathFactory, acts: list[Callable[[City], None]]) -> None:
    city = City(tmp_path_factory.mktemp("city"))
    city.night()
    for act in acts:
        act(city)
        city.night()
        assert bytes_of(city.out) == city.anew(), act.__name__


def test_a_night_with_nothing_new_writes_nothing_and_is_noted(tmp_path: Path) -> None:
    city = City(tmp_path / "city")
    assert city.night()
    lies = {p.name: p.stat().st_mtime_ns for p in city.out.iterdir()}
    first = run_task(city.task(city.out), lambda done, total, path: None)
    assert {p.name: p.stat().st_mtime_ns for p in city.out.iterdir()} == lies
    with Store.open(city.home.database) as store:
        assert [r.outcome for r in store.runs()] == ["completed", "completed"]
    anew = run_task(city.task(tmp_path / "elsewhere"), lambda done, total, path: None)
    assert replace(first, out="", seconds=0) == replace(anew, out="", seconds=0)


@pytest.mark.parametrize("act", [a for a in ACTS if a not in (nothing, other_city, taken_back)], ids=lambda a: a.__name__)
def test_each_of_these_is_noticed(tmp_path: Path, act: Callable[[City], None]) -> None:
    city = City(tmp_path / "city")
    city.night()
    act(city)
    assert city.night()
    assert not city.night()


def test_what_the_desk_notes_for_itself_changes_no_state(tmp_path: Path) -> None:
    city = City(tmp_path / "city")
    city.night()
    with Store.open(city.home.database) as store:
        before = store.state()
        store.desk.log("clerk", "look", "x", "", "", AT)
        store.claims.take(["x"], "me", 5)
        store.finish_run(store.start_run("run", [], "f"), {}, "completed")
        store.deliveries.save("public", 1)
        assert store.state() == before


def test_a_table_that_nobody_thought_of_counts() -> None:
    from store.revision import SILENT

    assert set(metadata.tables) >= SILENT
    counting = {"documents", "places", "readings", "outcomes", "extractions", "decisions", "routes", "links", "histories",
                "added_records", "document_acts", "checks", "page_audits", "second_readings", "gate_acts", "calibrations"}  # fmt: skip
    assert counting <= set(metadata.tables) and not counting & SILENT
