"""What holds between records of different documents: copies of one report, and the history of one violation. Derived from
all outcomes at once and replaced as a whole; never part of a record's identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from records.record import Reason

Relation = Literal["same_as", "possible_copy_of"]


@dataclass(frozen=True, slots=True)
class Link:
    """``record_id`` says again what ``other_id`` says (``same_as``: counted once, with the other), or may do so
    (``possible_copy_of``: the reports are the same but this row differs; it waits for a person)."""

    record_id: str
    relation: Relation
    other_id: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A violation's life over the visits that speak of it. ``repeat_of`` is the record that first cited it ('' for the first)."""

    record_id: str
    first_cited_date: date | None = None
    corrected_date: date | None = None
    repeat_of: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a record goes: released, or to a person, with the reasons. ``confidence`` is the calibrated probability that it
    is right; None = not measured. ``fields`` holds the same of single fields, as far as measured."""

    record_id: str
    state: Literal["accepted", "in_review"]
    confidence: float | None
    reasons: tuple[Reason, ...] = ()
    fields: Mapping[str, float] = field(default_factory=dict)
