"""What checks say of the data: which count, what closes a gate, and how samples are drawn."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from records.standing import (
    Row,
    breach,
    draw_audit,
    draw_pages,
    draw_proof,
    new_layouts,
    price,
    sample,
    standing,
    verdicts,
)
from records.trust import NO_RECORD, Book, Check, GateAct, Member

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def rows(n: int, kind: str = "tax", layouts: int = 3, seen: bool = False) -> dict[str, Row]:
    return {
        f"{kind}{i}": Row(
            f"{kind}{i}", kind, f"doc{i % 7}", f"L{i % layouts}", 1 + i % 4, {"total": "10.00", "fiscal_year": "2019"}, True, seen  # type: ignore[arg-type]
        )
        for i in range(n)
    }


def checked(some: dict[str, Row], wrong: int = 0, at: datetime = NOW) -> Book:
    """All of ``some`` checked in one sample, the first ``wrong`` of them wrong."""
    drawn = sample("proof", "s", tuple(Member(r.kind, r.sha256, r.layout, r.record_id, r.page) for r in some.values()), at, "ann")
    made = tuple(
        Check(f"c{i}", r.record_id, r.kind, {"total": "11.00"} if i < wrong else {}, r.shown, "ann", at, drawn.sample_id)
        for i, r in enumerate(some.values())
    )
    return Book((drawn,), made)


def test_without_a_check_a_kind_is_unproven_and_says_where_its_confidence_comes_from() -> None:
    found = standing("tax", 0.005, 0.9, Book(), rows(50), "made-up documents")
    assert found.state == "unproven" and not found.first_sample
    assert found.says() == "unproven: nothing checked yet (target 0.50 %); confidence from made-up documents"


def test_enough_right_checks_prove_a_target() -> None:
    some = {k: Row(r.record_id, r.kind, k, r.layout, 1, r.shown, True) for k, r in rows(160).items()}
    found = standing("tax", 0.02, 0.9, checked(some), some)
    assert found.state == "proven" and found.first_sample
    assert found.says() == "0 wrong of 160 checked: at most 1.9 % (target 2.0 %)"
    assert {layout for layout, _, _ in found.layouts} == {"L0", "L1", "L2"}


def test_a_verdict_on_another_reading_proves_nothing() -> None:
    some = rows(10)
    book = checked(some)
    read_anew = {k: Row(r.record_id, r.kind, r.sha256, r.layout, 1, {**r.shown, "total": "99.00"}, True) for k, r in some.items()}
    assert len(verdicts(book, some, "tax")) == 10
    assert verdicts(book, read_anew, "tax") == []


def test_what_somebody_happened_to_look_at_does_not_count() -> None:
    some = rows(10)
    book = Book((), checked(some).checks)
    assert verdicts(book, some, "tax") == []


def test_a_breach_closes_and_a_reopened_gate_is_not_closed_by_what_was_known() -> None:
    some = rows(150)
    book = checked(some, wrong=6)
    assert "6 wrong of 150" in breach("tax", 0.005, book, some)
    closed = Book(book.samples, book.checks, gate_acts=(GateAct("a", "tax", "close", "6 wrong", "lotline", NOW),))
    assert standing("tax", 0.005, 0.9, closed, some).state == "closed"
    assert breach("tax", 0.005, closed, some) == ""
    later = GateAct("b", "tax", "reopen", "column mapped", "bea", NOW + timedelta(days=1))
    assert breach("tax", 0.005, Book(book.samples, book.checks, gate_acts=(*closed.gate_acts, later)), some) == ""


def test_one_wrong_row_of_many_is_no_breach() -> None:
    some = rows(400)
    assert breach("tax", 0.005, checked(some, wrong=1), some) == ""


def test_more_wrong_rows_than_the_target_leaves_is_a_breach_even_where_the_bound_is_wide() -> None:
    some = rows(100)
    few = dict(list(some.items())[:12])
    assert breach("tax", 0.005, checked(few, wrong=2), some)


def test_codes_assigned_by_machine_are_judged_apart() -> None:
    shown = {"parcel_id": "4-3", "inspection_date": "2019-03-04", "status": "open", "code": "105 CMR 410.550", "code_basis": "inferred"}
    row = Row("v", "violation", "d", "L", 1, shown, True)
    made = Check("c", "v", "violation", {"code": "105 CMR 410.500"}, shown, "ann", NOW)
    assert row.has("code") and row.has("violation")
    assert made.right("violation") and not made.right("code")
    cited = Check("c", "v", "violation", {"code": "105 CMR 410.500"}, {**shown, "code_basis": "cited"}, "ann", NOW)
    assert not cited.right("violation")
    assert not Check("c", "v", "violation", {NO_RECORD: ""}, shown, "ann", NOW).right("violation")
    assert Check("c", "v", "violation", {"location": "hall"}, shown, "ann", NOW).right("violation")


@given(st.integers(1, 200), st.text("abc", min_size=1, max_size=4))
def test_a_sample_is_drawn_again_the_same_from_every_layout(size: int, seed: str) -> None:
    some = [*rows(120).values(), *rows(60, "water", 2).values()]
    drawn = draw_proof(some, size, seed)
    assert drawn == draw_proof(list(reversed(some)), size, seed)
    assert len({m.record_id for m in drawn}) == len(drawn)
    if size >= 20:
        assert {(m.kind, m.layout) for m in drawn} == {(r.kind, r.layout) for r in some}
        assert abs(len(drawn) - min(size, len(some))) <= 3


def test_claims_share_a_sample_whatever_their_number() -> None:
    some = [*rows(1000).values(), *rows(100, "water").values()]
    count = Counter(m.kind for m in draw_proof(some, 150, "s"))
    assert count["water"] == 75 and count["tax"] == 75


def test_a_layout_that_nobody_knows_is_audited_more() -> None:
    known, fresh = rows(2000, layouts=1, seen=True), rows(2000, "water", 1)
    fresh = {k: Row(r.record_id, r.kind, r.sha256, "new", r.page, r.shown, True) for k, r in fresh.items()}
    assert new_layouts([*known.values(), *fresh.values()]) == {"new": 7}
    count = Counter(m.layout for m in draw_audit([*known.values(), *fresh.values()]))
    assert 20 <= count["L0"] <= 65 and 150 <= count["new"] <= 260
    assert draw_audit(list(known.values())) == draw_audit(list(reversed(known.values())))


def test_pages_are_drawn_one_document_after_the_other() -> None:
    drawn = draw_pages(list(rows(200).values()), 7, "s")
    assert len({m.sha256 for m in drawn}) == 7 and all(m.page for m in drawn)


def test_the_price_of_a_target_is_what_is_left_to_check() -> None:
    some = rows(700)
    found = price(standing("tax", 0.02, 0.9, checked(dict(list(some.items())[:50])), some), 30)
    assert found.more is not None and found.more >= 99 and found.minutes == round(found.more / 2)
    few = rows(20)
    assert price(standing("tax", 0.005, 0.9, Book(), few), 30).more is None
