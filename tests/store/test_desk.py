"""Queue, acts, undo and counts on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from review.deciding import decision
from store import Store
from store.desk import StaleError
from store.desk_queue import Filter, Note
from store.users import User
from tests.review.made import TWO_FIT, add_document, finding, rebuild, visit

NOW = datetime(2019, 8, 1, tzinfo=UTC)
ALL = Filter()


@pytest.fixture
def filled(store: Store) -> Store:
    run = store.start_run("run", ["papers"], "f")
    for n in range(4):
        records = (
            visit(0.5 + n / 10, case_number=f"C-{n}", address_as_written=f"{n} Orange St").doubting(TWO_FIT),
            finding(1, 200, "faucet leaks", "105 CMR 410.351", "plumbing", 0.6).doubting(TWO_FIT),
        )
        add_document(store, run, f"{n}.pdf", b"%d" % n, records)
    rebuild(store)
    return store


def test_the_queue_is_walked_once_in_order(filled: Store) -> None:
    seen, after = [], None
    while page := filled.queue.page(ALL, after, 2):
        seen += [i.item_id for i in page]
        after = (page[-1].rank, page[-1].place)
    assert len(seen) == len(set(seen)) == filled.queue.counts(ALL).items == 4
    for wanted in (Filter(questions=("reading",)), Filter(questions=("reading", "parcel")), Filter(questions=())):
        assert {i.question for i in filled.queue.page(wanted)} <= set(wanted.questions)
    assert filled.queue.counts(Filter(street="orange")).items == len(filled.queue.page(Filter(street="orange"), size=99))


def test_an_act_its_undo_and_the_lists_are_one(filled: Store) -> None:
    before = filled.queue.counts(ALL)
    item = filled.queue.next_item("ann", ALL)
    assert item is not None
    case = filled.desk.cases([item.record_id])[item.record_id]
    made = decision(case, item.field, "correct", "press", "ann", NOW, value="12-3")
    assert filled.desk.decide([made], {item.record_id: (case.seq, case.digest)})
    assert not filled.desk.decide([made], {item.record_id: (case.seq, case.digest)})
    assert filled.queue.item(item.item_id) is None and filled.queue.counts(ALL) != before
    other = decision(case, item.field, "correct", "other", "ben", NOW, value="x")
    with pytest.raises(StaleError, match="ann decided"):
        filled.desk.decide([other], {item.record_id: (case.seq, case.digest)})
    assert len(filled.desk.undo(made.decision_id, "ann", NOW)) == 1
    assert filled.desk.undo(made.decision_id, "ann", NOW) == ()
    assert filled.queue.counts(ALL) == before
    rebuild(filled)
    assert filled.queue.counts(ALL) == before


def test_leases_skips_and_notes(filled: Store) -> None:
    first, second = filled.queue.next_item("ann", ALL), filled.queue.next_item("ben", ALL)
    assert first is not None and second is not None and first.report_key != second.report_key
    assert filled.queue.lease(first, "ben") == "ann"
    filled.queue.release("ann")
    assert filled.queue.lease(first, "ben") == ""
    filled.queue.skip(second.item_id, "ben")
    filled.queue.note(Note("n", first.item_id, first.record_id, "ann", "ben", "which?", NOW))
    filled.queue.note(Note("n", first.item_id, first.record_id, "ann", "ben", "which?", NOW))
    assert [(n.text, i.item_id) for n, i in filled.queue.asked_of("ben")] == [("which?", first.item_id)]


def test_look_ups(filled: Store) -> None:
    assert len(filled.desk.search("faucet orange")) == 0 and len(filled.desk.search("faucet")) == 4
    assert filled.desk.common("same_phrase", ("violation",), waiting=True) == [("faucet leaks", 4, 4)]
    assert len(filled.desk.alike("same_phrase", "faucet leaks")) == 4
    visit_line = filled.desk.search("c-1")[0]
    assert filled.desk.like_visit(visit_line) == [] and len(filled.desk.findings(visit_line.record_id)) == 1


def test_people(store: Store) -> None:
    assert store.users.add_first(User("ann", "admin", "hash")) and not store.users.add_first(User("eve", "admin", "hash"))
    store.users.open_session("ann", "t" * 64, "csrf", 1.0)
    found = store.users.session("t" * 64)
    assert found is not None and found.user.name == "ann"
    store.users.note_failure(("name ann",), 900)
    assert store.users.failed(("name ann", "address x"), 900) == 1
    store.users.add(User("bo", "admin", "hash"))
    store.users.change("ann", role="reviewer")
    assert store.users.session("t" * 64) is None
