"""A person's decision on one record from the command line; the web desk writes the same rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from flows.city import load_city
from flows.crossings import cross_all
from flows.home import Home
from records.cells import cell
from records.columns import TABLES
from records.decision import Action, Decision, standing
from records.errors import SetupError
from records.export import TABLE_OF
from records.record import FIELDS_OF, Record
from records.settle import DATES, NUMBERS, WHOLE, WHOLE_NUMBERS, from_text, region_of, seen_value
from store import Store

_ONE_THING = "Say one thing: a VALUE for the field, --confirm, --not-a-record or --undo."


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line. ``value`` None: none given."""

    record_id: str
    field: str
    value: str | None
    confirm: bool
    not_a_record: bool
    undo: bool
    note: str


def decide_on(home: Home, wish: Wish, by: str) -> str:
    """Stores the decision, routes anew, and says what stands now. Raises SetupError for a wish that makes no sense."""
    now = datetime.now(UTC)
    with Store.open(home.database) as store:
        if wish.undo and (wish.confirm or wish.not_a_record or wish.value is not None):
            raise SetupError(_ONE_THING)
        if wish.undo:
            said = _undo(store, wish, by, now)
        else:
            record = _record(store, wish.record_id)
            decision = _decision(record, wish, by, now)
            store.decide([decision])
            said = f"{decision.action} on {wish.field or 'the whole record'} of {wish.record_id} by {by}: kept."
        cross_all(store, load_city(home.settings))
    return said


def _record(store: Store, record_id: str) -> Record:
    for document in store.current():
        known = (*(document.outcome.records if document.outcome else ()), *document.vanished)
        for record in known:
            if record.record_id == record_id:
                return record
    raise SetupError(f"There is no record {record_id}: take the id from a CSV or from review_queue.csv.")


def _decision(record: Record, wish: Wish, by: str, now: datetime) -> Decision:
    if wish.field and wish.field not in FIELDS_OF[record.kind] and wish.field != "identity":
        known = ", ".join(FIELDS_OF[record.kind])
        raise SetupError(f"A record of kind {record.kind} has no field '{wish.field}': use one of {known}.")
    action = _action(wish)
    value = wish.value or ""
    if action == "correct":
        _check_value(record, wish.field, value)
    seen = seen_value(record, wish.field)
    digest = hashlib.sha256("\x1f".join((record.record_id, wish.field, action, value, by, now.isoformat())).encode())
    return Decision(
        digest.hexdigest()[:16], record.record_id, wish.field, action, value, seen, region_of(record, wish.field), by, now,
        wish.note,
    )  # fmt: skip


def _check_value(record: Record, field: str, value: str) -> None:
    """Refuses what the field's column could not hold."""
    column = next((c for c in TABLES[TABLE_OF[record.kind]].columns if c.name == field), None)
    typed = field in DATES | NUMBERS | WHOLE_NUMBERS
    try:
        fits = not (typed and value and isinstance(from_text(field, value), str))
        if column is not None:
            cell(column, value)
    except ValueError:
        fits = False
    if not fits:
        choices = column.choices if column is not None else ()
        how = f"it is one of {', '.join(choices)}" if choices else "dates are written 2019-05-23, amounts 1234.50"
        raise SetupError(f"'{value}' is no value for {field}: {how}.")


def _action(wish: Wish) -> Action:
    if sum((wish.confirm, wish.not_a_record, wish.value is not None)) != 1:
        raise SetupError(_ONE_THING)
    if wish.not_a_record:
        if wish.field:
            raise SetupError("--not-a-record is about the whole record: leave out the field.")
        return "not_a_record"
    if wish.confirm:
        return "confirm"
    if wish.field == WHOLE:
        raise SetupError("A VALUE needs a field: lotline decide RECORD FIELD VALUE.")
    return "correct"


def _undo(store: Store, wish: Wish, by: str, now: datetime) -> str:
    decided = standing(store.decisions(wish.record_id))
    in_force = decided.get(wish.field)
    if in_force is None:
        others = ", ".join(f"on {name}" if name else "on the whole record" for name in sorted(decided))
        rest = f"; what was decided is {others}." if others else ": nothing to undo."
        raise SetupError(f"Nothing was decided on {wish.field or 'the whole record'} of {wish.record_id}{rest}")
    store.undo(in_force.decision_id, by, now, wish.note)
    return f"{in_force.action} on {wish.field or 'the whole record'} of {wish.record_id} by {in_force.by}: taken back."
