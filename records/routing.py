"""Released, or to a person: fails closed. A record leaves only when every required field has a reason to be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from records.links import Link, Route
from records.record import Reason, Record
from records.vocabulary import Kind

NO_PARCEL_TAXES = ("personal_property", "motor_vehicle_excise")
"""Taxes on things that stand on no parcel (M.G.L. c. 59 s. 18, c. 60A): a row may be released without one."""

REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "inspection": ("parcel_id", "inspection_date", "result"),
    "violation": ("parcel_id", "inspection_date", "status", "category"),
    "tax": ("parcel_id", "fiscal_year", "tax_type", "total"),
    "water": ("parcel_id", "period_end", "consumption", "amount"),
}


CLOSED: Final = 2.0
"""What a closed gate asks for: more than certainty."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a kind asks for. ``least`` is the confidence from which a record is released; None = nothing measured yet,
    everything waits; CLOSED = checks found too many wrong. ``code``: the same for codes that the machine assigned where
    none was cited, a claim of their own."""

    kind: Kind
    least: float | None
    code: float | None = 0.0


def required_fields(record: Record) -> tuple[str, ...]:
    """The fields without which this record can't be released."""
    names = REQUIRED[record.kind]
    if record.text("tax_type") in NO_PARCEL_TAXES:
        return tuple(n for n in names if n != "parcel_id")
    return names


def route(
    record: Record,
    gate: Gate,
    link: Link | None = None,
    report_reasons: Sequence[Reason] = (),
    fields: Mapping[str, float] | None = None,
) -> Route:
    """Release ``record`` only if all required fields are there, nothing speaks against it and its confidence is measured
    and high enough. ``report_reasons`` are doubts about the report it stands in; ``fields`` the confidence of single fields,
    the code's among them where the machine assigned it."""
    sure = {} if fields is None else fields
    reasons = list(record.reasons)
    known = {r.field for r in reasons}
    reasons += [
        Reason(name, "missing", f"{name.replace('_', ' ')} was not found")
        for name in required_fields(record)
        if record.value(name) is None and name not in known
    ]
    reasons += [r for r in report_reasons if r not in reasons]
    if link is not None and link.relation == "possible_copy_of":
        reasons.append(Reason("", "possible_copy", link.detail))
    if record.confidence is None:
        reasons.append(Reason("", "unmeasured", "how sure the reading is could not be measured"))
    elif gate.least is None:
        reasons.append(Reason("", "unmeasured", f"too little is known yet about how often {record.kind} records are right"))
    elif gate.least >= CLOSED:
        reasons.append(Reason("", "gate_closed", f"checks found too many {record.kind} records wrong; see lotline trust"))
    elif record.confidence < gate.least and not reasons:
        said, asked = apart(record.confidence, gate.least)
        doubt = f"confidence {said} is under {asked}"
        reasons.append(Reason(_weakest(record, sure), "weak", doubt))
    if record.text("code_basis") == "inferred" and not any(r.field == "code" for r in reasons):
        reasons += _code_doubts(gate.code, sure.get("code"))
    return Route(record.record_id, "in_review" if reasons else "accepted", record.confidence, tuple(reasons), sure)


def held(route: Route, seen: int, asked: int) -> Route:
    """The route of a record of a layout of which people have seen too little: a person looks at it, whatever is known of it."""
    why = f"its layout is new: people have seen {seen} of its rows, and {asked} are asked for before others leave by themselves"
    return replace(route, state="in_review", reasons=(*route.reasons, Reason("", "new_layout", why)))


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many places as it takes to tell them apart, two at least: nobody is told that 0.90 is under 0.90."""
    places = next((n for n in (2, 3, 4) if f"{one:.{n}f}" != f"{other:.{n}f}"), 5)
    return f"{one:.{places}f}", f"{other:.{places}f}"


def _code_doubts(least: float | None, confidence: float | None) -> list[Reason]:
    """What speaks against a code that the machine assigned."""
    if least is None or (confidence is None and least > 0):
        return [Reason("code", "unmeasured", "too little is known yet about how often codes assigned by machine are right")]
    if least >= CLOSED:
        return [Reason("code", "gate_closed", "checks found too many codes assigned by machine wrong; see lotline trust")]
    if confidence is not None and confidence < least:
        said, asked = apart(confidence, least)
        return [Reason("code", "weak", f"no section is cited; the one assigned is {said} sure, under {asked}")]
    return []


def _weakest(record: Record, sure: Mapping[str, float]) -> str:
    """The required field that is least sure: what a person should look at first."""
    measured = {name: sure[name] for name in required_fields(record) if name in sure}
    if measured:
        return min(sorted(measured), key=lambda n: measured[n])
    parts = {
        name: min(1.0 if found.reading is None else found.reading, 1.0 if found.finding is None else found.finding)
        for name in required_fields(record)
        if (found := record.fields.get(name)) is not None
    }
    return min(sorted(parts), key=lambda n: parts[n], default="")
