"""The step over all documents at once: copies, histories and routes, from settled values, replaced as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from extractors.confidence import Calibration, gates, load_models, read_calibration
from extractors.crossing import Filed, cross
from extractors.rulebook import models_hash
from flows.fingerprints import code_hash
from records.deciding import as_settled, decided_route
from records.document import TextSource
from records.links import Route
from records.record import Outcome, Record
from records.routing import held
from records.settings import City
from records.settle import Settled, settle, to_text
from records.standing import Row, breach, seen_of_layouts
from records.trust import CLAIMS, Claim, GateAct, name_of
from store import Store, StoredDocument, Whole


def cross_all(store: Store, city: City) -> Whole | None:
    """Brings links, histories and routes of the whole database up to date with outcomes and decisions. Returns everything as it
    stands then, or None where nothing had changed since it was last done, by the same rules."""
    rules = _rules(city)
    if store.is_crossed(rules):
        return None
    whole = _crossed(store, city, rules)
    # What leaves by itself may be another lot now, and the checks say something else of it; a gate that closes sends rows back.
    while store.trust.book().checks and close_breaches(store, city, datetime.now(UTC), whole.documents):
        whole = _crossed(store, city, rules)
    return whole


def is_crossed(store: Store, city: City) -> bool:
    """Whether links, histories and routes stand as these rules make them."""
    return store.is_crossed(_rules(city))


def _rules(city: City) -> str:
    parts = (code_hash(), models_hash(), repr(sorted(city.gates.items())), str(city.hold_new_layouts))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _crossed(store: Store, city: City, rules: str) -> Whole:
    whole = store.whole()
    settled: dict[str, Settled] = {}
    filed = []
    for document in whole.documents:
        if document.outcome is None:
            continue
        own = {r.record_id: settle(r, document.decisions.get(r.record_id, ())) for r in document.outcome.records}
        settled.update(own)
        filed.append(
            Filed(
                document.sha256,
                document.path,
                cast(TextSource, document.text_source),
                document.media_type,
                _decided(document.outcome, own),
            )
        )
    models, closed = calibration_of(store), tuple(store.trust.book().closed)
    crossing = cross(filed, models, city.gates, closed)
    open_gates = gates(models, city.gates, closed)
    asked: dict[str, float | None] = {gate.kind: gate.least for gate in open_gates.values()}
    asked["code"] = next((gate.code for gate in open_gates.values()), None)
    kept = _without_new_layouts(store, whole.documents, crossing.routes, city.hold_new_layouts)
    routes = [decided_route(route, settled[route.record_id]) for route in kept]
    return store.put_crossing(whole, rules, crossing.links, crossing.histories, routes, asked)


def _without_new_layouts(
    store: Store, documents: Sequence[StoredDocument], routes: Sequence[Route], asked: int
) -> Sequence[Route]:
    """The routes, those held back whose layout people have seen fewer than ``asked`` rows of."""
    if not asked:
        return routes
    rows = rows_of(store, documents=documents)
    seen = seen_of_layouts(rows.values())
    layouts = {i: row.layout for i, row in rows.items()}
    return [
        held(r, seen[layouts[r.record_id]], asked)
        if r.state == "accepted" and r.record_id in layouts and seen[layouts[r.record_id]] < asked
        else r
        for r in routes
    ]


def calibration_of(store: Store) -> Calibration:
    """The confidence models in force: the city's own where it made some, else the shipped ones."""
    own = store.trust.calibration()
    return read_calibration(own, "the city's calibration in the database") if own else load_models()


def rows_of(
    store: Store, shas: Sequence[str] | None = None, documents: Iterable[StoredDocument] | None = None
) -> dict[str, Row]:
    """Every record that counts, as far as trust goes, by id: what the machine says, and whether it left by itself. Of all
    documents or these; ``documents`` where they are at hand."""
    checked = store.trust.book().latest_checks()
    rows: dict[str, Row] = {}
    for document in store.current(shas) if documents is None else documents:
        if document.outcome is None:
            continue
        layouts = {r.ordinal: r.layout for r in document.outcome.reports}
        for record in document.outcome.records:
            route = document.routes.get(record.record_id)
            copied = any(link.relation == "same_as" for link in document.links.get(record.record_id, ()))
            if record.ignorable or copied:
                continue
            decided = document.decisions.get(record.record_id, ())
            own = route is not None and route.state == "accepted" and settle(record, decided).decided_by == "auto"
            rows[record.record_id] = Row(
                record.record_id, record.kind, document.sha256, layouts.get(record.report, ""), record.anchor.page,
                {name: to_text(e.value) for name, e in record.fields.items() if e.value is not None},
                own, bool(decided) or record.record_id in checked,
            )  # fmt: skip
    return rows


def close_breaches(
    store: Store, city: City, at: datetime, documents: Iterable[StoredDocument] | None = None
) -> list[Claim]:
    """Closes the gate of every claim whose checks show that its target is not kept; says which. ``documents`` are all, where
    they are at hand."""
    rows, book = rows_of(store, documents=documents), store.trust.book()
    closed: list[Claim] = []
    for claim in CLAIMS:
        why = breach(claim, city.gates[claim], book, rows) if claim in city.gates else ""
        if why:
            store.trust.act_on_gate(GateAct(name_of("close", claim, why, at.isoformat()), claim, "close", why, "lotline", at))
            closed.append(claim)
    return closed


def settled_of(document: StoredDocument, record: Record, found: bool = True) -> Settled:
    """A stored record with person and machine brought together."""
    return settle(record, document.decisions.get(record.record_id, ()), found=found)


def _decided(outcome: Outcome, settled: Mapping[str, Settled]) -> Outcome:
    """The outcome as people left it: their values in place of the machine's, rejected records out of the count."""
    reports = tuple(
        replace(report, records=tuple(as_settled(r, settled[r.record_id]) for r in report.records))
        for report in outcome.reports
    )
    return replace(outcome, reports=reports)
