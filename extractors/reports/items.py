"""One finding as it lies on the page, before its sentence is read: from a list, a table row, a ticked item or a note's line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from extractors.reports.text import NOTHING, Text


@dataclass(frozen=True)
class Item:
    """A candidate finding. ``structure``: 1 numbered, tabled or ticked, 0.5 bullets, 0 prose. ``unit``: None = the visit's,
    '' = a common area. ``loose``: it is only a finding if its words say so (remarks, notes)."""

    text: Text
    structure: float
    rule: str
    number: int | None = None
    location: Text = NOTHING
    code: Text = NOTHING
    status_text: Text = NOTHING
    deadline_text: Text = NOTHING
    deadline: date | None = None  # inherited from a heading
    grade: Text = NOTHING  # the class of the violation, which may set its deadline
    extended: date | None = None  # the new deadline of what a re-inspection left open
    label: str = ""  # the printed item of a check-list
    unit: str | None = None
    terse: bool = False
    loose: bool = False
    told: bool = False  # a sentence of running text that was found to be a finding
    tick: str = ""  # "glyph", "drawn", "field", "unsure"
    added: Text = NOTHING  # words added by hand beside it
    room: Text = NOTHING  # the heading it stands under, where it names no place itself
