"""What a person decided, and the settled value that follows from machine and person. Nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Action = Literal["confirm", "correct", "unreadable", "not_a_record", "withdraw", "undo"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of one person on one field (``field`` '' = the whole record), with what they saw. Appended, never edited.

    ``seen_value`` and ``seen_region`` ("page x0 y0 x1 y1" or an anchor) are what was on screen. ``group`` ties the
    members of one act on many records; ``undoes`` names the decision or group that an ``undo`` takes back.
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

    A later decision on a field wins over an earlier one; an undo removes exactly the decision or the group's member it
    names, so that what stood before shows again. An undo of a group leaves alone members decided individually later,
    because those later decisions stand on their own.
    """
    undone = {d.undoes for d in decisions if d.action == "undo"}
    in_force: dict[str, Decision] = {}
    for decision in decisions:
        if decision.action == "undo" or decision.decision_id in undone or (decision.group and decision.group in undone):
            continue
        in_force[decision.field] = decision
    return in_force
