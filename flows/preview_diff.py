"""What a change would do to the rows: gained, lost, changed by kind; what people verified, first; queue and released rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flows.crossings import settled_of
from records.settle import Settled, same_value, to_text
from store import Store, StoredDocument

SHOWN = ("parcel_id", "inspection_date", "address_as_written", "unit", "account", "fiscal_year", "period_end", "tax_type", "code",
         "description", "total", "consumption")  # fmt: skip
"""Fields that tell a person which row is meant."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands: its values as settled and as the machine reads them."""

    record_id: str
    kind: str
    path: str
    page: int | None
    values: Mapping[str, str]
    settled: Settled

    def label(self) -> str:
        """The row in a few words."""
        return ", ".join(self.values[n] for n in SHOWN if self.values.get(n))[:110] or "empty row"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that would be gained, lost or changed; ``fields``: name -> (before, after)."""

    record_id: str
    kind: str
    path: str
    page: int | None
    label: str
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """A value that a person settled, and how the machine's reading would now stand to it."""

    record_id: str
    path: str
    field: str
    person: str
    before: str
    after: str


@dataclass
class Difference:
    """All that a preview tells. Counts are by kind of record."""

    regressions: list[Verified] = field(default_factory=list)
    healed: list[Verified] = field(default_factory=list)
    gained: list[Change] = field(default_factory=list)
    lost: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    released: dict[str, tuple[int, int]] = field(default_factory=dict)
    queue: dict[str, tuple[int, int]] = field(default_factory=dict)
    documents: int = 0
    touched: int = 0
    kinds: list[tuple[str, str, str]] = field(default_factory=list)  # path, kind of document before, after
    problems: list[tuple[str, str]] = field(default_factory=list)  # path, why it could not be looked at
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def nothing(self) -> bool:
        """No row, route or kind of document would change."""
        moved = any(a != b for counts in (self.released, self.queue) for a, b in counts.values())
        return not (self.regressions or self.gained or self.lost or self.changed or self.kinds or moved)

    def as_json(self, most: int = 1000) -> dict[str, Any]:
        """For scripts: all counts, and the first ``most`` rows of each list."""
        def rows(some: Iterable[Change]) -> dict[str, Any]:
            every = list(some)
            return {"by_kind": dict(Counter(c.kind for c in every)), "rows": [asdict(c) for c in every[:most]]}

        return {
            "documents": self.documents, "touched": self.touched, "seconds": round(self.seconds, 1),
            "regressions": [asdict(v) for v in self.regressions], "healed": [asdict(v) for v in self.healed],
            "gained": rows(self.gained), "lost": rows(self.lost), "changed": rows(self.changed),
            "changed_fields": dict(Counter(f"{c.kind}.{n}" for c in self.changed for n in c.fields)),
            "released": {k: {"before": a, "after": b} for k, (a, b) in self.released.items()},
            "queue": {k: {"before": a, "after": b} for k, (a, b) in self.queue.items()},
            "document_kinds": [{"path": p, "before": a, "after": b} for p, a, b in self.kinds],
            "problems": [{"path": p, "why": w} for p, w in self.problems], "notes": self.notes,
        }  # fmt: skip


def compare(before: Store, after: Store, shas: Sequence[str]) -> Difference:
    """The two databases over these documents; routes over all of them, since one document's change may move another's rows."""
    found = Difference()
    then, now = _rows(before, shas), _rows(after, shas)
    for record_id in then.keys() | now.keys():
        a, b = then.get(record_id), now.get(record_id)
        if a is None or b is None:
            row = a or b
            assert row is not None
            (found.gained if a is None else found.lost).append(_change(row))
        else:
            fields = {n: (a.values.get(n, ""), b.values.get(n, "")) for n in {**a.values, **b.values}}
            different = {n: pair for n, pair in fields.items() if pair[0] != pair[1]}
            if different:
                found.changed.append(_change(b, different))
        if a is not None:
            _verified(a, b, found)
    for some in (found.gained, found.lost, found.changed):
        some.sort(key=lambda c: (c.path, c.page or 0, c.label, c.record_id))
    found.regressions.sort(key=lambda v: (v.path, v.record_id, v.field))
    kinds_then, kinds_now = _kinds(before, shas), _kinds(after, shas)
    found.kinds = [(p, k, kinds_now.get(p, "")) for p, k in sorted(kinds_then.items()) if kinds_now.get(p, "") != k]
    _routes(before, after, found)
    return found


def _rows(store: Store, shas: Sequence[str]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for document in store.current(list(shas)) if shas else ():
        for record in document.outcome.records if document.outcome else ():
            settled = settled_of(document, record)
            if record.ignorable or settled.rejected:
                continue
            values = {n: to_text(v.value) for n, v in settled.values.items() if v.value is not None}
            rows[record.record_id] = Row(record.record_id, record.kind, document.path, record.anchor.page, values, settled)
    return rows


def _kinds(store: Store, shas: Sequence[str]) -> dict[str, str]:
    return {d.path: d.outcome.doc_type for d in _documents(store, shas) if d.outcome is not None}


def _documents(store: Store, shas: Sequence[str]) -> Iterable[StoredDocument]:
    return store.current(list(shas)) if shas else ()


def _change(row: Row, fields: Mapping[str, tuple[str, str]] | None = None) -> Change:
    return Change(row.record_id, row.kind, row.path, row.page, row.label(), dict(sorted((fields or {}).items())))


def _verified(a: Row, b: Row | None, found: Difference) -> None:
    """Values that a person settled: right before and no longer is a regression; the other way round is healed."""
    for name, value in a.settled.values.items():
        if value.by != "review":
            continue
        person, before = to_text(value.value), to_text(value.machine_value)
        machine = None if b is None or name not in b.settled.values else b.settled.values[name].machine_value
        was, is_ = same_value(value.value, value.machine_value), b is not None and same_value(value.value, machine)
        if was != is_:
            says = Verified(a.record_id, a.path, name, person, before, to_text(machine) if b is not None else "row not found")
            (found.regressions if was else found.healed).append(says)


def _routes(before: Store, after: Store, found: Difference) -> None:
    counts: dict[str, dict[str, list[int]]] = {"accepted": defaultdict(lambda: [0, 0]), "in_review": defaultdict(lambda: [0, 0])}
    for n, store in enumerate((before, after)):
        kinds = store.record_kinds()
        for record_id, route in store.routes().items():
            counts[route.state][kinds.get(record_id, "?")][n] += 1
    found.released = {k: (v[0], v[1]) for k, v in sorted(counts["accepted"].items())}
    found.queue = {k: (v[0], v[1]) for k, v in sorted(counts["in_review"].items())}
