"""The violations of parcels over all visits, each distinct violation once: when it was opened, whether it is still open, when it
was corrected, and on which visits it was spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from flows.home import Home
from records.errors import SetupError
from records.settle import settle, to_text
from store import Store


@dataclass(frozen=True, slots=True)
class Life:
    """One distinct violation. ``opened``: first citation; ``corrected``: the visit that found it so, None = still open as far
    as is known; ``visits``: (day, status, file) in order; ``flags``: what to know before relying on the dates."""

    violation_id: str
    parcel_id: str
    unit: str
    label: str
    code: str
    description: str
    opened: date | None
    corrected: date | None
    visits: tuple[tuple[str, str, str], ...]
    waiting: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelHistory:
    """All violations of one parcel, oldest first."""

    parcel_id: str
    lives: tuple[Life, ...]

    def as_json(self) -> dict[str, object]:
        """Plain data for ``--json``."""
        lives = [
            {**asdict(v), "opened": to_text(v.opened), "corrected": to_text(v.corrected), "state": _state(v)} for v in self.lives
        ]
        return {"parcel_id": self.parcel_id, "violations": lives}

    def lines(self) -> list[str]:
        """The same for a person."""
        corrected = sum(v.corrected is not None for v in self.lives)
        told = [f"Parcel {self.parcel_id}: {len(self.lives)} violations opened, {corrected} corrected, "
                f"{len(self.lives) - corrected} still open as far as is known."]  # fmt: skip
        for v in self.lives:
            unit = f", unit {v.unit}" if v.unit else ""
            wait = " (waits for a person)" if v.waiting else ""
            told.append(f"{to_text(v.opened) or 'no date'}  {_state(v)}  {v.label or v.code or '-'}{unit}: {v.description}{wait}")
            told += [f"    {day or 'no date'} {status or '-'}: {file}" for day, status, file in v.visits]
            told += [f"    note: {flag}" for flag in v.flags]
        return told


def history_of(home: Home, parcel_id: str) -> ParcelHistory:
    """The history of one parcel. Raises SetupError where no violation of it was read."""
    with Store.open(home.database) as store:
        lives = [v for v in lives_of(store) if v.parcel_id == parcel_id]
    if not lives:
        raise SetupError(f"No violation of parcel {parcel_id} was read; ids are written as in the parcel file, like 59-10.")
    return ParcelHistory(parcel_id, tuple(lives))


def lives_of(store: Store) -> list[Life]:
    """Every distinct violation of the database, by parcel and first citation. Copies of a report count once, rejected records
    not at all."""
    found: dict[str, Life] = {}
    more: dict[str, list[tuple[str, str, str]]] = {}
    for document in store.current():
        for record in () if document.outcome is None else document.outcome.records:
            if record.kind != "violation" or record.ignorable:
                continue
            if any(link.relation == "same_as" for link in document.links.get(record.record_id, ())):
                continue
            settled = settle(record, document.decisions.get(record.record_id, ()))
            if settled.rejected:
                continue
            life, route = document.histories.get(record.record_id), document.routes.get(record.record_id)
            values = {name: to_text(v.value) for name, v in settled.values.items()}
            own = (values.get("inspection_date", ""), values.get("status", ""), document.path)
            origin = life.repeat_of if life is not None and life.repeat_of else record.record_id
            more.setdefault(origin, []).append(own)
            if origin != record.record_id:
                continue
            on = record.value("inspection_date")
            opened = life.first_cited_date if life is not None else None
            found[origin] = Life(
                origin, values.get("parcel_id", ""), values.get("unit", ""), values.get("code_title", ""), values.get("code", ""),
                values.get("description", ""), opened or (on if isinstance(on, date) else None),
                life.corrected_date if life is not None else None, (), route is None or route.state != "accepted",
                _flags(opened, on),
            )  # fmt: skip
    return sorted(
        (_with_visits(v, more[v.violation_id]) for v in found.values()),
        key=lambda v: (v.parcel_id, v.opened or date.max, v.violation_id),
    )


def _flags(opened: date | None, on: object) -> tuple[str, ...]:
    if isinstance(on, date) and opened is not None and opened < on:
        return ("the first report is not at hand; the date is that of the original inspection which the memo names",)
    return ()


def _with_visits(life: Life, visits: Sequence[tuple[str, str, str]]) -> Life:
    return Life(
        life.violation_id, life.parcel_id, life.unit, life.label, life.code, life.description, life.opened, life.corrected,
        tuple(sorted(visits)), life.waiting, life.flags,
    )  # fmt: skip


def _state(life: Life) -> str:
    return f"corrected {to_text(life.corrected)}" if life.corrected is not None else "open"
