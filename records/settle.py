"""The settled value of every field: what a person decided where someone did, else what the machine reads.

A decision holds for what was seen: a new reading of the same bytes never reopens it (agreement is only shown). It returns to
review, with the old answer, where the place on the paper that was looked at is no longer where the value is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from records.decision import Decision, standing
from records.document import Box
from records.record import FIELDS_OF, Evidence, Record, Value

SAME_REGION: Final = 0.5
"""Least overlap with the region seen for a decision to stay closed."""

DATES: Final = frozenset(
    {"inspection_date", "original_inspection_date", "correct_by", "corrected_date", "as_of_date", "period_start", "period_end"}
)
NUMBERS: Final = frozenset(
    {"principal", "interest", "fees", "total", "previous_reading", "current_reading", "consumption", "amount"}
)
WHOLE_NUMBERS: Final = frozenset({"fiscal_year"})

WHOLE = ""
"""The ``field`` of a decision on the record itself."""


@dataclass(frozen=True, slots=True)
class SettledValue:
    """One field as it leaves the house. ``agrees``: the machine's value now is the settled one. ``stale``: decided, but
    the region that was seen is not where the value is found now, so a person should look again."""

    value: Value | None
    by: Literal["auto", "review"]
    machine_value: Value | None
    agrees: bool = True
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A record with person and machine brought together. ``rejected``: a person said that it is no record, or withdrew it.
    ``confirmed``: a person confirmed the record as a whole. ``reopened``: fields ('' = the record) whose decision has to
    be looked at again."""

    record: Record
    values: Mapping[str, SettledValue]
    rejected: bool = False
    confirmed: bool = False
    reopened: tuple[str, ...] = ()

    def value(self, field: str) -> Value | None:
        """The settled value, None where there is none."""
        found = self.values.get(field)
        return None if found is None else found.value

    @property
    def decided_by(self) -> Literal["auto", "review"]:
        """``review`` as soon as a person decided anything about the record."""
        return "review" if self.confirmed or any(v.by == "review" for v in self.values.values()) else "auto"

    def is_decided(self, field: str) -> bool:
        """A decision on this field stands and need not be looked at again: reasons for review on it are settled."""
        found = self.values.get(field)
        return found is not None and found.by == "review" and not found.stale


def settle(
    record: Record, decisions: Sequence[Decision], current_region: Mapping[str, str] | None = None, *, found: bool = True
) -> Settled:
    """The record's settled values, from all decisions on it in the order they were made.

    ``current_region`` says where each field lies now, in the form of ``region_of``, which is also the default. ``found``
    False: the latest extraction no longer holds this record, so whatever was decided about it returns to review.
    """
    in_force = standing(decisions)
    whole = in_force.get(WHOLE)
    rejected = whole is not None and whole.action in ("not_a_record", "withdraw")
    confirmed = whole is not None and whole.action == "confirm"
    pinned = _seen_fields(whole) if whole is not None and confirmed else {}
    values: dict[str, SettledValue] = {}
    names = dict.fromkeys((*FIELDS_OF[record.kind], *record.fields, *pinned, *(f for f in in_force if f != WHOLE)))
    for name in names:
        machine = record.value(name)
        decision = in_force.get(name)
        if decision is not None and name != WHOLE:
            answer = _answer(name, decision)
            stale = not found or _moved(decision.seen_region, _region(record, name, current_region))
        elif whole is not None and confirmed and name in pinned:
            answer = from_text(name, pinned[name])
            stale = not found or _moved(whole.seen_region, _region(record, WHOLE, current_region))
        else:
            if machine is not None:
                values[name] = SettledValue(machine, "auto", machine)
            continue
        values[name] = SettledValue(answer, "review", machine, agrees=same_value(answer, machine), stale=stale)
    reopened = [name for name, value in values.items() if value.stale]
    # A rejected record that is no longer found is what the person said: nothing to ask.
    moved = whole is not None and _moved(whole.seen_region, _region(record, WHOLE, current_region))
    if whole is not None and (moved if found else not rejected):
        reopened.insert(0, WHOLE)
    return Settled(record, values, rejected, confirmed, tuple(reopened))


def seen_value(record: Record, field: str) -> str:
    """What the screen shows of a field, for ``Decision.seen_value``; of the whole record (''), all fields as JSON, so that
    confirming it fixes every value that was seen."""
    if field != WHOLE:
        return to_text(record.value(field))
    shown = {name: to_text(e.value) for name, e in sorted(record.fields.items()) if e.value is not None}
    return json.dumps(shown, ensure_ascii=False)


def region_of(record: Record, field: str) -> str:
    """Where a field stands, for ``Decision.seen_region``: "page x0 y0 x1 y1" in points, or the anchor in files without pages.
    A field without a place of its own is looked for where the record begins."""
    found = record.fields.get(field)
    own = "" if found is None else _region_text(found.evidence)
    return own or _region_text(record.anchor)


def to_text(value: Value | None) -> str:
    """A value in the form of the exports: ISO date, plain decimal, '' for none."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def from_text(field: str, text: str) -> Value | None:
    """A value from its export form, typed as the field is; text that does not fit the type stays text."""
    if text == "":
        return None
    try:
        if field in DATES:
            return date.fromisoformat(text)
        if field in NUMBERS:
            number = Decimal(text)
            return number if number.is_finite() else text
        if field in WHOLE_NUMBERS:
            return int(text)
    except (ValueError, InvalidOperation):
        return text
    return text


def same_value(a: Value | None, b: Value | None) -> bool:
    """Equal as values: 12.5 is 12.50, missing is the empty text."""
    return a == b or to_text(a) == to_text(b)


def _answer(field: str, decision: Decision) -> Value | None:
    """What the decision says. Confirmed is what was *seen*, whatever the machine reads by now."""
    if decision.action == "correct":
        return from_text(field, decision.value)
    return from_text(field, decision.seen_value) if decision.action == "confirm" else None


def _seen_fields(decision: Decision) -> dict[str, str]:
    try:
        seen = json.loads(decision.seen_value)
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in seen.items()} if isinstance(seen, dict) else {}


def _region(record: Record, field: str, given: Mapping[str, str] | None) -> str:
    return given[field] if given is not None and field in given else region_of(record, field)


def _region_text(evidence: Evidence) -> str:
    if evidence.anchor:
        return evidence.anchor
    box = evidence.box
    if evidence.page is None or box is None:
        return "" if evidence.page is None else str(evidence.page)
    return f"{evidence.page} {box.x0:.1f} {box.top:.1f} {box.x1:.1f} {box.bottom:.1f}"


def _moved(seen: str, now: str) -> bool:
    """The place looked at is not where the value is now. A decision made without a place can't move."""
    if not seen or seen == now:
        return False
    page_then, box_then = _parse(seen)
    page_now, box_now = _parse(now)
    if page_then is None or page_now is None or page_then != page_now:
        return True
    return box_then is not None and box_now is not None and box_then.overlap(box_now) < SAME_REGION


_NUMBER = r"-?\d+(?:\.\d+)?"
_REGION = re.compile(rf"(\d+)(?: ({_NUMBER}) ({_NUMBER}) ({_NUMBER}) ({_NUMBER}))?")


def _parse(region: str) -> tuple[int | None, Box | None]:
    found = _REGION.fullmatch(region)
    if found is None:
        return None, None
    page, *corners = found.groups()
    if corners[0] is None:
        return int(page), None
    x0, top, x1, bottom = (float(c) for c in corners)
    return int(page), Box(x0, top, x1, bottom)
