"""The jobs of the store, on either database."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from records.errors import StoreError
from records.links import History, Link, Route
from records.record import Outcome, Reason
from store import Store
from store.opening import open_engine
from tests.store.made import NOW, OTHER_SHA, SHA, decision, finding, outcome, source, tax, visit


def _rows(url: str, table: str) -> int:
    engine = open_engine(url)
    with engine.connect() as connection:
        count: int = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return count


def test_places_of_one_document_are_copies_of_the_first(store: Store) -> None:
    store.register([source("b.pdf"), source("a/z.pdf"), source("e", OTHER_SHA, 0), source("f", OTHER_SHA, 0)], "run")
    store.register([source("b.pdf")], "run2")
    full, empty = store.current()
    assert full.paths == ("a/z.pdf", "b.pdf")
    assert (full.original_of("b.pdf"), full.original_of("a/z.pdf")) == ("a/z.pdf", "")
    assert [empty.original_of(p) for p in empty.paths] == ["", ""]
    assert full.outcome is None


def test_undecodable_file_names_are_kept_visible(store: Store) -> None:
    store.register([source("caf\udce9.pdf")], "run")
    assert store.paths() == {SHA: ("caf\\udce9.pdf",)}


def test_reading_is_kept_for_its_fingerprint_only(store: Store) -> None:
    store.register([source()], "run")
    store.save_reading(SHA, "v1", b"one", "", pages=3, text_source="ocr", media_type="pdf")
    store.save_reading(SHA, "v2", b"\x00two", "page 2 is damaged", pages=3, text_source="mixed", media_type="pdf")
    assert store.reading(SHA, "v1") is None
    assert store.reading(SHA, "v2") == b"\x00two"
    assert store.reading_fingerprints() == {SHA: "v2"}
    (document,) = store.current()
    assert (document.pages, document.text_source, document.failure) == (3, "mixed", "page 2 is damaged")


def test_outcome_comes_back_with_ids_and_parents(store: Store) -> None:
    store.register([source()], "run")
    given = outcome([visit(), finding(0, 100, "no heat in bedroom"), finding(1, 140, "broken window")])
    store.save_outcome(SHA, "f1", given)
    found = store.outcome(SHA)
    assert found is not None
    inspection, *violations = found.records
    assert len({r.record_id for r in found.records}) == 3
    assert all(len(r.record_id) == 16 and int(r.record_id, 16) >= 0 for r in found.records)
    assert [v.parent for v in violations] == [inspection.record_id] * 2
    bare = [replace(r, record_id="", parent=g.parent) for r, g in zip(found.records, given.records, strict=True)]
    assert bare == list(given.records)
    assert store.outcome(OTHER_SHA) is None


def test_the_same_outcome_twice_appends_nothing(store: Store, url: str) -> None:
    store.register([source()], "run")
    given = outcome([visit(), finding(0, 100, "no heat")])
    store.save_outcome(SHA, "f1", given)
    store.save_outcome(SHA, "f1", given)
    loaded = store.outcome(SHA)
    assert loaded is not None
    store.save_outcome(SHA, "f1", loaded)  # as the store gives it: ids and translated parents change nothing
    assert (_rows(url, "outcomes"), _rows(url, "extractions")) == (1, 2)


def test_a_retry_under_the_same_fingerprint_that_says_more_is_kept(store: Store) -> None:
    store.register([source()], "run")
    store.save_outcome(SHA, "f1", Outcome("other", (), failure="timed out after 120 s"))
    store.save_outcome(SHA, "f1", outcome([visit()]))
    found = store.outcome(SHA)
    assert found is not None and len(found.records) == 1 and found.failure == ""


def test_vanished_records_stay_and_come_back_under_their_id(store: Store) -> None:
    store.register([source()], "run")
    both = outcome([visit(), finding(0, 100, "no heat in bedroom"), finding(1, 300, "broken window")])
    store.save_outcome(SHA, "f1", both)
    before = [r.record_id for r in both_records(store)]
    store.save_outcome(SHA, "f2", outcome([visit(), finding(0, 300, "broken window")]))
    (document,) = store.current()
    assert [r.record_id for r in document.vanished] == [before[1]]
    assert document.vanished[0].text("description") == "no heat in bedroom"
    assert document.outcome is not None
    assert [r.record_id for r in document.outcome.records] == [before[0], before[2]]
    store.save_outcome(SHA, "f1", both)
    assert [r.record_id for r in both_records(store)] == before
    assert next(iter(store.current())).vanished == ()


def both_records(store: Store) -> tuple:  # type: ignore[type-arg]
    found = store.outcome(SHA)
    assert found is not None
    return found.records


def test_outcome_needs_a_registered_document(store: Store) -> None:
    with pytest.raises(StoreError, match="not registered"):
        store.save_outcome(SHA, "f1", outcome([]))


def test_links_histories_and_routes_are_replaced_as_a_whole(store: Store) -> None:
    store.register([source(), source("reports/b.docx", OTHER_SHA)], "run")
    for sha in (SHA, OTHER_SHA):
        store.save_outcome(sha, "f1", outcome([visit(), finding(0, 100, "no heat")]))
    ours = [r.record_id for d in store.current([SHA]) if d.outcome for r in d.outcome.records]
    theirs = [r.record_id for d in store.current([OTHER_SHA]) if d.outcome for r in d.outcome.records]
    assert not {*ours} & {*theirs}
    links = [Link(a, "same_as", b, "same report") for a, b in zip(theirs, ours, strict=True)]
    histories = [History(ours[1], date(2018, 9, 1), None), History(theirs[1], date(2018, 9, 1), date(2018, 10, 1), ours[1])]
    routes = [Route(ours[0], "accepted", 0.98765), Route(ours[1], "in_review", None, (Reason("unit", "missing", "why"),))]
    store.replace_links(links, histories)
    store.replace_routes(routes)
    first, second = store.current()
    assert (first.duplicate_of, second.duplicate_of) == ("", SHA)
    assert second.links == {link.record_id: (link,) for link in links}
    assert first.histories == {ours[1]: histories[0]}
    assert first.routes == {r.record_id: r for r in routes}
    store.replace_links(links[:1])
    store.replace_routes(routes[:1])
    first, second = store.current()
    assert second.duplicate_of == "" and first.histories == {}
    assert first.routes == {ours[0]: routes[0]}


def test_current_is_ordered_by_first_path_and_takes_few_queries(store: Store) -> None:
    shas = [f"{n:064x}" for n in range(250)]
    store.register([source(f"{(n * 7) % 250:03d}.pdf", sha) for n, sha in enumerate(shas)], "run")
    store.save_outcome(shas[3], "f", outcome([visit()]))
    statements: list[str] = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    paths = [d.path for d in store.current()]
    assert paths == sorted(paths) and len(paths) == 250
    assert len(statements) < 40
    assert [d.sha256 for d in store.current([shas[9], "f" * 64])] == [shas[9]]


def test_decisions_are_appended_once_and_in_order(store: Store) -> None:
    store.register([source()], "run")
    store.save_outcome(SHA, "f1", outcome([visit(), finding(0, 100, "no heat")]))
    one, two = (r.record_id for r in both_records(store))
    made = [decision(one, "unit", "correct", 1, "3"), decision(two, "unit", "confirm", 2, seen="2")]
    store.decide(made)
    store.decide([*made, decision(one, "unit", "confirm", 3, seen="2")])
    assert [d.decision_id for d in store.decisions()] == ["d1", "d2", "d3"]
    assert store.decisions(two) == [made[1]]
    with pytest.raises(StoreError, match="says something else"):
        store.decide([replace(made[0], value="4")])
    with pytest.raises(StoreError, match="no record has the id"):
        store.decide([decision("f" * 16, "unit", "correct", 9, "4"), decision(one, "unit", "correct", 10, "4")])
    assert len(store.decisions()) == 3


def test_undo_of_a_group_leaves_what_was_decided_since(store: Store) -> None:
    store.register([source()], "run")
    store.save_outcome(SHA, "f1", outcome([visit(), finding(0, 100, "no heat"), finding(1, 300, "mice")]))
    _, one, two = (r.record_id for r in both_records(store))
    store.decide([decision(i, "category", "correct", n, "heat", group="g") for n, i in enumerate((one, two))])
    store.decide([decision(two, "category", "correct", 5, "pests")])
    assert [d.record_id for d in store.undo("g", "bo", NOW)] == [one]
    with pytest.raises(StoreError, match="no decision or group"):
        store.undo("nothing", "bo", NOW)


def test_runs_tell_how_they_ended(store: Store) -> None:
    first = store.start_run("run", ["in"], "fp")
    second = store.start_run("backfill", [], "fp")
    store.finish_run(first, {"documents": 3}, "done")
    ended, killed = store.runs()
    assert (ended.run_id, ended.counts, ended.outcome, ended.inputs) == (first, {"documents": 3}, "done", ("in",))
    assert (killed.run_id, killed.finished) == (second, None)
    with pytest.raises(StoreError):
        store.finish_run("nothing", {}, "")


@pytest.mark.parametrize("table", ["outcomes", "extractions", "contents", "decisions", "runs", "run_ends"])
def test_what_was_appended_can_not_be_edited(store: Store, url: str, table: str) -> None:
    store.register([source()], "run")
    store.save_outcome(SHA, "f1", outcome([visit()]))
    store.decide([decision(both_records(store)[0].record_id, "unit", "correct", 1, "3")])
    store.finish_run(store.start_run("run", [], ""), {}, "done")
    engine = open_engine(url)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(sa.text(f"DELETE FROM {table}"))
    engine.dispose()


def test_two_thousand_rows_are_saved_in_seconds(store: Store) -> None:
    store.register([source()], "run")
    rows = [tax(n, 50 + n % 40 * 16.0, 1 + n // 40) for n in range(2000)]
    began = time.process_time()
    store.save_outcome(SHA, "f1", outcome(rows))
    assert time.process_time() - began < 2  # of CPU, so that a busy machine does not matter
    ids = [r.record_id for r in both_records(store)]
    moved = [tax(n, 55 + n % 40 * 16.0, 1 + n // 40, owner=f"OWNR {n * 7919 % 10007}") for n in range(2000)]
    store.save_outcome(SHA, "f2", outcome(moved))
    assert [r.record_id for r in both_records(store)] == ids
    assert not any(r.reasons for r in both_records(store))


def test_backup_is_a_whole_database(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store:
        store.register([source()], "run")
        store.save_outcome(SHA, "f1", outcome([visit()]))
        store.backup(tmp_path / "b.db")
        with Store.open(tmp_path / "b.db") as copy:
            assert copy.outcome(SHA) == store.outcome(SHA)
        with pytest.raises(StoreError, match="exists already"):
            store.backup(tmp_path / "b.db")
