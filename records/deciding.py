"""What a decision does to a record on its way out: its values count, its doubts are over, or it leaves the count.

The same rules at the end of a run, over all documents, and at the desk, for the one record that was just decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from records.links import Link, Route
from records.record import Evidence, Extraction, Reason, Record
from records.routing import Gate, required_fields, route
from records.settle import WHOLE, Settled

SAME_AS: Final = "same_as"
"""Decided field: the id of the record that says the same; this one is then not counted a second time."""
PARENT: Final = "inspection_id"
"""Decided field of a violation: the visit it belongs to, where reports were joined or split by a person."""
IDENTITY: Final = "identity"
"""Decided field: whether earlier decisions belong to this record."""
CITY_STATUS: Final = "city_status"
"""Decided field of a violation: what the city did with it since."""
ADDED: Final = "added/"
"""How the local key of a record begins that a person added."""
UNREADABLE: Final = "unreadable"
"""Code of the reason that holds back a record whose required field a person could not find: the desk asks no more."""

ELSEWHERE: Final = ("parcel_id", "code", "code_title", "category", "unit", "location", "permit_record")
"""Fields of a finding on which a visit's result does not rest."""


def holding(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Doubts about a report that hold back its records: its kind or its bounds are unsure. Others (a row that was not
    understood, a page that is missing) are items of their own and hold back nothing that was read well."""
    return tuple(r for r in reasons if r.code in ("conflict", "ambiguous"))


def resting_on(findings: Iterable[Sequence[Reason]]) -> list[Reason]:
    """Why the result of a re-inspection waits: one of its findings does, and may have been corrected or not."""
    for reasons in findings:
        if any(r.field not in ELSEWHERE and r.code != "possible_copy" for r in reasons):
            return [Reason("result", "weak", "the result rests on a finding that waits for a person")]
    return []


def taken_back(record: Record, settled: Settled) -> bool:
    """Whether this record was added by a person and that was undone: nobody says any more that it is there."""
    return record.local_key.startswith(ADDED) and settled.decided_by == "auto"


def as_settled(record: Record, settled: Settled) -> Record:
    """The record as people left it: their values in place of the machine's; out of the count where they said so."""
    if settled.rejected:
        return replace(record, ignorable=record.ignorable or "a person said that it is no record")
    if taken_back(record, settled):
        return replace(record, ignorable="added by a person, and taken back")
    if settled.value(SAME_AS) is not None:
        return replace(record, ignorable=record.ignorable or "a person said that another record says the same")
    changed = [
        _decided(record, name) if name not in record.fields else record.fields[name]
        for name, value in settled.values.items()
        if value.by == "review"
    ]
    known = record.having(*(replace(e, value=settled.value(e.field)) for e in changed))
    parent = settled.value(PARENT)
    return known if parent is None else replace(known, parent=str(parent))


def decided_route(found: Route, settled: Settled) -> Route:
    """The machine's route, after what a person decided: doubts about a decided field are over, a decision whose place on
    the paper has moved is a doubt of its own."""
    if settled.decided_by == "auto" and not settled.reopened:
        return found
    # Said to be unreadable or absent: nobody needs to look again, but without it the record can't leave.
    absent = tuple(
        Reason(name, UNREADABLE, f"{name.replace('_', ' ')}: a person could not find it on the paper")
        for name in required_fields(settled.record)
        if settled.is_decided(name) and settled.value(name) is None
    )
    again = tuple(
        Reason(name, "conflict", "decided before, but the reading has changed since: please look again")
        for name in settled.reopened
    )
    all_decided = settled.confirmed or all(settled.is_decided(n) for n in required_fields(settled.record))
    left = tuple(r for r in found.reasons if not settled.is_decided(r.field) and not (all_decided and r.field == WHOLE))
    if settled.confirmed:
        left = ()
    reasons = (*left, *again, *absent)
    return replace(found, state="in_review" if reasons else "accepted", reasons=reasons)


def route_decided(
    record: Record,
    settled: Settled,
    gates: Mapping[str, float | None],
    confidence: float | None,
    link: Link | None,
    report_reasons: Sequence[Reason],
    findings: Iterable[Sequence[Reason]] = (),
    fields: Mapping[str, float] | None = None,
) -> Route | None:
    """Where one record goes now; None where it is out of the count.

    ``confidence`` is the one measured at the last run, ``gates`` what it asked for; ``findings`` are the open reasons of a
    re-inspection's findings, ``fields`` the confidence of single fields as measured at the last run.
    """
    known = replace(as_settled(record, settled), confidence=confidence)
    if known.ignorable:
        return None
    if known.text("inspection_type") == "reinspection":
        known = known.doubting(*resting_on(findings))
    gate = Gate(record.kind, gates.get(record.kind), gates.get("code", 0.0))
    return decided_route(route(known, gate, link, holding(report_reasons), fields), settled)


def _decided(record: Record, name: str) -> Extraction:
    """A field that only a person gave."""
    place = Evidence(record.anchor.page, record.anchor.boxes, "", record.anchor.anchor)
    return Extraction(name, None, place, 1.0, 1.0, "decided by a person")
