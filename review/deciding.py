"""From what was pressed to the decisions it means. Pure but for the ids that it is handed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from records.cells import cell
from records.columns import TABLES
from records.decision import Action, Decision
from records.export import TABLE_OF
from records.routing import required_fields
from records.settle import DATES, NUMBERS, WHOLE, WHOLE_NUMBERS, from_text, region_of, seen_value, to_text
from records.vocabulary import Kind
from review.pages import RefusedError
from review.words import choices_of, field_words
from store.cases import Case
from store.desk_queue import Item
from store.desk_rows import INHERITED


def decision(
    case: Case, field: str, action: Action, act: str, by: str, at: datetime, *, value: str = "", note: str = "", group: str = ""
) -> Decision:
    """One decision on one field as it stands on screen. ``act`` names the press of the button: pressed twice, it is one."""
    record = case.record
    return Decision(
        name(act, record.record_id, field, action), record.record_id, field, action, value if action == "correct" else "",
        seen_value(record, field), region_of(record, field), by, at, note, group,
    )  # fmt: skip


def name(*parts: str) -> str:
    """An id made of what it names."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def saved(case: Case, field: str, value: str, act: str, by: str, at: datetime, note: str = "") -> Decision:
    """Enter: what stands there is right, or was made right. Raises RefusedError for a value that the field can't hold."""
    if field == WHOLE:
        return decision(case, field, "confirm", act, by, at, note=note)
    machine = to_text(case.record.value(field))
    check_value(case.record.kind, field, value)
    if value == machine:
        if not value and field in required_fields(case.record):
            raise RefusedError(
                f"{field_words(field)} is empty. Type what the paper says, or say that it can't be read there.", 400
            )
        return decision(case, field, "confirm", act, by, at, note=note)
    return decision(case, field, "correct", act, by, at, value=value, note=note)


def check_value(kind: Kind, field: str, value: str) -> None:
    """Raises RefusedError for a value that does not fit the field's column."""
    if not value:
        return
    choices = choices_of(kind, field)
    if choices and value not in choices:
        raise RefusedError(f"'{value}' is no {field_words(field).lower()}: choose one of {', '.join(choices)}.", 400)
    column = next((c for c in TABLES[TABLE_OF[kind]].columns if c.name == field), None)
    try:
        if field in DATES | NUMBERS | WHOLE_NUMBERS and isinstance(from_text(field, value), str):
            raise ValueError
        if column is not None:
            cell(column, value)
    except ValueError:
        how = "dates are written 2019-05-23" if field in DATES else "amounts are written 1234.50"
        raise RefusedError(f"'{value}' does not fit {field_words(field).lower()}: {how}.", 400) from None


def inherited(case: Case, field: str, findings: Iterable[Case]) -> list[Case]:
    """The findings that share a visit's value of this field and were not decided on by themselves: they follow it."""
    if case.record.kind != "inspection" or field not in INHERITED:
        return []
    before = to_text(case.settled.value(field))
    return [
        f
        for f in findings
        if f.record.parent == case.record.record_id
        and f.record.kind == "violation"
        and to_text(f.settled.value(field)) == before
        and not f.settled.is_decided(field)
        and not f.settled.rejected
    ]


def rest_is_right(items: Sequence[Item], cases: dict[str, Case], may: Sequence[str]) -> list[tuple[Case, str]]:
    """What "the rest of this report is right" confirms: every open question that has an answer and that this person may
    settle. Where the machine found nothing there is nothing to be right."""
    out = []
    for item in items:
        case = cases.get(item.record_id)
        if case is None or item.question not in may or item.reason == "possible_copy":
            continue
        if item.field != WHOLE and not to_text(case.record.value(item.field)):
            continue
        out.append((case, item.field))
    return out
