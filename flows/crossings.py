"""The step over all documents at once: copies, histories and routes, from settled values, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from extractors.confidence import Calibration, gates, load_models, read_calibration
from extractors.crossing import Filed, cross
from records.deciding import as_settled, decided_route
from records.document import TextSource
from records.record import Outcome, Record
from records.settings import City
from records.settle import Settled, settle, to_text
from records.standing import Row, breach
from records.trust import CLAIMS, Claim, GateAct, name_of
from store import Store, StoredDocument


def cross_all(store: Store, city: City) -> None:
    """Brings links, histories and routes of the whole database up to date with outcomes and decisions."""
    since = store.desk.last_decision()
    settled: dict[str, Settled] = {}
    filed = []
    for document in store.current():
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
    models = calibration_of(store)
    if store.trust.book().checks:
        close_breaches(store, city, datetime.now(UTC))
    closed = tuple(store.trust.book().closed)
    crossing = cross(filed, models, city.gates, closed)
    store.replace_links(crossing.links, crossing.histories)
    store.replace_routes([decided_route(route, settled[route.record_id]) for route in crossing.routes])
    open_gates = gates(models, city.gates, closed)
    asked: dict[str, float | None] = {gate.kind: gate.least for gate in open_gates.values()}
    asked["code"] = next((gate.code for gate in open_gates.values()), None)
    store.desk.rebuild(asked, since)


def calibration_of(store: Store) -> Calibration:
    """The confidence models in force: the city's own where it made some, else the shipped ones."""
    own = store.trust.calibration()
    return read_calibration(own, "the city's calibration in the database") if own else load_models()


def rows_of(store: Store, shas: Sequence[str] | None = None) -> dict[str, Row]:
    """Every record that counts, as far as trust goes, by id: what the machine says, and whether it left by itself."""
    checked = store.trust.book().latest_checks()
    rows: dict[str, Row] = {}
    for document in store.current(shas):
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


def close_breaches(store: Store, city: City, at: datetime) -> list[Claim]:
    """Closes the gate of every claim whose checks show that its target is not kept; says which."""
    rows, book = rows_of(store), store.trust.book()
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
