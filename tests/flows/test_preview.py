"""lotline preview and apply: what would change is told truly, nothing is touched before, and applying it twice does it once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.home import Home, open_home
from flows.preview import Inputs, preview
from flows.preview_apply import apply
from flows.preview_show import lines
from flows.preview_work import reach_of
from flows.reader_settings import parse_pairs, read_settings, remember
from flows.run import Task, run_task
from records.decision import Decision
from records.errors import SetupError
from records.settle import region_of, seen_value
from store import Store

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
ROLL = SAMPLES / "foreign" / "patterns"


def silent(done: int, total: int, path: str) -> None:
    """No progress."""


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has read a tax list, an inspection report and a list of a layout nobody has described."""
    folder = tmp_path_factory.mktemp("preview")
    (folder / "inbox").mkdir()
    for file in ("delinquent_list_72.pdf", "16 Fremont Ave. 05-23-19.pdf"):
        shutil.copy(SAMPLES / "files" / file, folder / "inbox" / file)
    shutil.copy(ROLL / "layouts" / "levy-roll.pdf", folder / "inbox" / "roll.pdf")
    home = open_home(folder / "home")
    parcels, log = SAMPLES / "parcels.csv", SAMPLES / "inspection_log.csv"
    run_task(Task(home, (folder / "inbox",), parcels, log, folder / "out", workers=1, plain=True), silent)
    with Store.open(home.database) as store:
        document = next(d for d in store.current() if d.path.startswith("delinquent"))
        assert document.outcome is not None
        record = next(r for r in document.outcome.records if r.value("total") is not None and r.text("tax_type") == "real_estate")
        seen, place = seen_value(record, "tax_type"), region_of(record, "tax_type")
        at = datetime(2026, 1, 5, tzinfo=UTC)
        store.decide([Decision("d1", record.record_id, "tax_type", "confirm", "", seen, place, "assessor", at)])
    return home.folder


@pytest.fixture
def home(read_once: Path, tmp_path: Path) -> Iterator[Home]:
    shutil.copytree(read_once, tmp_path / "home")
    yield open_home(tmp_path / "home")


def heads(home: Home) -> object:
    with Store.open(home.database) as store:
        return store.outcome_heads(), store.routes(), store.outcome_fingerprints()


def test_a_new_layout_gains_its_rows_and_nothing_is_touched_until_it_is_applied(home: Home) -> None:
    before = heads(home)
    found = preview(home, Inputs(patterns=ROLL), silent, workers=1)
    assert heads(home) == before
    assert [c.kind for c in found.gained] == ["tax"] * 38 and not found.lost and not found.regressions
    assert found.kinds == [("roll.pdf", "other", "tax_delinquency")] and found.touched == 1
    accepted, waiting = found.released.get("tax", (0, 0)), found.queue.get("tax", (0, 0))
    assert sum(accepted[1:] + waiting[1:]) - accepted[0] - waiting[0] == 38
    told = "\n".join(lines(found, 2))
    assert "Rows gained: 38 tax" in told and "lotline apply does it" in told
    assert found.as_json(1)["gained"]["by_kind"] == {"tax": 38}

    done = apply(home, silent, reason="the receiver's roll", by="clerk", workers=1)
    assert done.documents == 3 and not done.problems
    assert (home.folder / "patterns" / "layouts" / "levy-roll.yml").is_file()
    again = apply(home, silent, reason="again", by="clerk", workers=1)
    assert (again.documents, again.run_id) == (0, "")
    with Store.open(home.database) as store:
        (run,) = [r for r in store.runs() if r.command == "apply"]
        assert "reason: the receiver's roll" in run.inputs and run.outcome == "completed" and run.counts["done"] == 3
        roll = next(d for d in store.current() if d.path == "roll.pdf")
        assert roll.outcome is not None and len(roll.outcome.records) == 38


def test_values_that_people_verified_come_first(home: Home, tmp_path: Path) -> None:
    change = tmp_path / "change"
    change.mkdir()
    moved = 'tax_types:\n  - {id: "real_estate", codes: ["XX"], phrases: ["xx"]}\n  - {id: "other", codes: ["RE"], phrases: ["real estate"]}\n'
    (change / "tax.yml").write_text(moved, encoding="utf-8")
    found = preview(home, Inputs(patterns=change), silent, workers=1)
    (worse,) = found.regressions
    assert (worse.field, worse.person, worse.before, worse.after) == ("tax_type", "real_estate", "real_estate", "other")
    told = list(lines(found, 1))
    assert told[1].startswith("WORSE on 1 values that people verified") and "said by a person" in told[2]
    assert found.touched == 1  # the inspection report was not even looked into


def test_apply_refuses_what_was_not_previewed(home: Home, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="run lotline preview first"):
        apply(home, silent, reason="", by="clerk")
    change = tmp_path / "change"
    change.mkdir()
    (change / "tax.yml").write_text('codes:\n  - {id: "TT", meaning: "Tax title", certainty: "said"}\n', encoding="utf-8")
    preview(home, Inputs(patterns=change), silent, workers=1)
    (change / "tax.yml").write_text('codes:\n  - {id: "TT", meaning: "Taken", certainty: "said"}\n', encoding="utf-8")
    with pytest.raises(SetupError, match=r"this has changed: patterns\."):
        apply(home, silent, reason="", by="clerk")
    assert not (home.folder / "patterns").exists()


def test_a_wrong_folder_or_setting_is_named(home: Home, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no such folder"):
        preview(home, Inputs(patterns=tmp_path / "nowhere"), silent)
    with pytest.raises(SetupError, match="whole layers"):
        preview(home, Inputs(patterns=ROOT / "patterns"), silent)
    with pytest.raises(SetupError, match=r"reader\.dpi"):
        preview(home, Inputs(settings=("reader.dpy=3",)), silent)


def test_a_change_reaches_what_it_can_touch() -> None:
    assert reach_of({"tax": None}, frozenset(), frozenset()).kinds.keys() == {"tax_delinquency", "other"}
    assert reach_of({"labels": None}, frozenset(), frozenset()).everything
    assert reach_of({"codes": None}, frozenset(), frozenset({"water"})).kinds.keys() == {"water_usage"}
    assert not reach_of({}, frozenset({"roll"}), frozenset()).everything


def test_reader_settings_are_kept_in_the_city_s_file(tmp_path: Path) -> None:
    file = tmp_path / "lotline.toml"
    file.write_text('[city]\nname = "Chelsea"\n\n[gates]\ntax = 0.01\n', encoding="utf-8")
    remember(file, parse_pairs(["reader.dpi=400"]), "Chelsea")
    remember(file, parse_pairs(["reader.dpi=350", "reader.soffice=no"]), "Chelsea")
    settings = read_settings(file, tmp_path)
    assert (settings.dpi, settings.soffice) == (350, False)
    assert file.read_text().startswith('[city]\nname = "Chelsea"\n\n[gates]\ntax = 0.01\n')
    with pytest.raises(SetupError, match="whole number"):
        parse_pairs(["reader.dpi=much"])
