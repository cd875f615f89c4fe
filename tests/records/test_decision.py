"""Which decision is in force, after groups, later decisions and undos."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from records.decision import Decision, standing, undo_of

NOW = datetime(2019, 8, 1, tzinfo=UTC)


def made(n: str, field: str = "unit", record_id: str = "r1", group: str = "", undoes: str = "") -> Decision:
    action = "undo" if undoes else "correct"
    return Decision(n, record_id, field, action, n, "", "", "ana", NOW, group=group, undoes=undoes)  # type: ignore[arg-type]


def ids(*decisions: Decision) -> dict[str, str]:
    return {field: d.decision_id for field, d in standing(decisions).items()}


def test_later_wins_field_by_field() -> None:
    assert ids(made("a"), made("b", "code"), made("c")) == {"unit": "c", "code": "b"}


def test_undo_shows_what_stood_before() -> None:
    assert ids(made("a"), made("b"), made("u", undoes="b")) == {"unit": "a"}
    assert ids(made("a"), made("u", undoes="a")) == {}


def test_undo_of_an_earlier_decision_leaves_the_later_one() -> None:
    assert ids(made("a"), made("b"), made("u", undoes="a")) == {"unit": "b"}


def test_group_member_decided_individually_since_is_left_alone() -> None:
    acts = [made("a"), made("g1", group="g"), made("b"), made("u", undoes="g")]
    assert ids(*acts) == {"unit": "b"}
    # The undo did not touch this member, so it still lies beneath the individual decision.
    assert ids(*acts, made("u2", undoes="b")) == {"unit": "g1"}


def test_undo_of_a_group_on_several_fields() -> None:
    acts = [made("g1", group="g"), made("g2", "code", group="g"), made("c", "code"), made("u", undoes="g")]
    assert ids(*acts) == {"code": "c"}


def test_an_undo_can_be_undone() -> None:
    assert ids(made("a"), made("u", undoes="a"), made("v", undoes="u")) == {"unit": "a"}
    assert ids(made("a"), made("u", undoes="a"), made("v", undoes="u"), made("w", undoes="v")) == {}


def test_undo_rows_only_for_members_that_still_carry_the_group() -> None:
    decisions = {
        "r1": [made("g1", record_id="r1", group="g")],
        "r2": [made("g2", record_id="r2", group="g"), made("b", record_id="r2")],
        "r3": [made("g3", record_id="r3", group="g")],
    }
    undos = undo_of("g", decisions, "bo", NOW)
    assert [d.record_id for d in undos] == ["r1", "r3"]
    assert len({d.decision_id for d in undos}) == 2
    for d in undos:
        decisions[d.record_id].append(d)
        assert standing(decisions[d.record_id]) == {}
    again = undo_of(undos[0].group, decisions, "bo", NOW.replace(hour=1))
    assert [d.record_id for d in again] == ["r1", "r3"]
    for d in again:
        assert set(standing([*decisions[d.record_id], d])) == {"unit"}


def test_undo_of_one_decision() -> None:
    decisions = {"r1": [made("a"), made("b")], "r2": [made("c", record_id="r2")]}
    assert [(d.record_id, d.undoes, d.group) for d in undo_of("a", decisions, "bo", NOW)] == [("r1", "a", "")]
    assert undo_of("nothing", decisions, "bo", NOW) == ()


@given(st.lists(st.tuples(st.sampled_from(["unit", "code"]), st.sampled_from(["", "g", "h"]), st.integers(0, 9))))
def test_what_stands_was_said_and_never_an_undo(acts: list[tuple[str, str, int]]) -> None:
    decisions: list[Decision] = []
    for n, (field, group, back) in enumerate(acts):
        if back > 5 and len(decisions) >= back - 5:
            target = decisions[-(back - 5)]
            decisions.append(made(f"d{n}", undoes=target.group or target.decision_id))
        else:
            decisions.append(made(f"d{n}", field, group=group))
    for field, decision in standing(decisions).items():
        assert decision in decisions and decision.action != "undo" and decision.field == field
    if decisions and decisions[-1].action != "undo":
        assert standing(decisions)[decisions[-1].field] == decisions[-1]
