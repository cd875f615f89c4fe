"""The step over all documents at once: copies, histories and routes, from settled values, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from extractors.confidence import Calibration, gates, load_models, read_calibration
from extractors.crossing import Filed, cross
from records.deciding import as_settled, decided_route
from records.document import TextSource
from records.record import Outcome, Record
from records.settings import City
from records.settle import Settled, settle
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
