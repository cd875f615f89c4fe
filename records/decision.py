"""What a person decided. Decisions are appended, never edited; which of them is in force follows from their order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Action = Literal["confirm", "correct", "unreadable", "not_a_record", "withdraw", "undo"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of one person on one field (``field`` '' = the whole record), with what they saw. Appended, never edited.

    ``seen_value`` and ``seen_region`` ("page x0 y0 x1 y1" or an anchor) are what was on screen (see ``records.settle``).
    ``group`` ties the members of one act on many records; ``undoes`` names the decision or group that an ``undo`` takes
    back.
    """

    decision_id: str
    record_id: str
    field: str
    action: Action
    value: str  # export form (ISO date, plain decimal); '' unless action is correct
    seen_value: str
    seen_region: str
    by: str
    at: datetime
    note: str = ""
    group: str = ""
    undoes: str = ""


def standing(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """The decision in force per field, from all decisions on one record in the order they were made.

    A later decision on a field wins over an earlier one, so an individual decision wins over the group it was part of.
    An undo of a decision removes exactly that one, so that what stood before shows again. An undo of a group removes the
    group's member only where it is what stands *at that moment*: a field decided individually since then keeps its own
    decision, and the group's member stays beneath it. An undo can itself be undone.
    """
    stacks: dict[str, list[Decision]] = {}
    undos = _effective_undos(decisions)
    for decision in decisions:
        if decision.action != "undo":
            stacks.setdefault(decision.field, []).append(decision)
        elif decision.decision_id in undos:
            for field, stack in stacks.items():
                stacks[field] = _without(stack, decision.undoes)
    return {field: stack[-1] for field, stack in stacks.items() if stack}


def undo_of(
    target: str, decisions: Mapping[str, Sequence[Decision]], by: str, at: datetime, note: str = ""
) -> tuple[Decision, ...]:
    """The undo rows that take back ``target``, a decision's id or a group's: one for each record that still carries it.

    ``decisions`` maps a record's id to all its decisions in order. Several rows form a group of their own, so that the
    undo of a group can be undone in one act. Nothing to take back gives no rows.
    """
    touched = [
        record_id
        for record_id, made in sorted(decisions.items())
        if any(d.group == target and d.group for d in standing(made).values())
        or any(d.decision_id == target or (d.action == "undo" and d.group == target != "") for d in made)
    ]
    stamp = at.isoformat()
    group = _digest("undo", target, by, stamp) if len(touched) > 1 else ""
    return tuple(
        Decision(
            decision_id=_digest("undo", target, record_id, by, stamp),
            record_id=record_id,
            field="",
            action="undo",
            value="",
            seen_value="",
            seen_region="",
            by=by,
            at=at,
            note=note,
            group=group,
            undoes=target,
        )
        for record_id in touched
    )


def _effective_undos(decisions: Sequence[Decision]) -> set[str]:
    """Ids of the undos that no later undo takes back; an undo can only name what came before it."""
    taken_back: set[str] = set()
    effective: set[str] = set()
    for decision in reversed(decisions):
        if decision.action != "undo" or decision.decision_id in taken_back:
            continue
        if decision.group and decision.group in taken_back:
            continue
        effective.add(decision.decision_id)
        taken_back.add(decision.undoes)
    return effective


def _without(stack: Sequence[Decision], target: str) -> list[Decision]:
    left = [d for d in stack if d.decision_id != target]
    while left and left[-1].group and left[-1].group == target:
        left.pop()
    return left


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]
