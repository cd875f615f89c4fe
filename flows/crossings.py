"""The step over all documents at once: copies, histories and routes, from settled values, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from extractors.confidence import load_models
from extractors.crossing import Filed, cross
from records.document import TextSource
from records.links import Route
from records.record import Evidence, Extraction, Outcome, Reason, Record
from records.routing import required_fields
from records.settings import City
from records.settle import Settled, settle
from store import Store, StoredDocument

_WHOLE_RECORD_REASON = ""


def cross_all(store: Store, city: City) -> None:
    """Brings links, histories and routes of the whole database up to date with outcomes and decisions."""
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
    crossing = cross(filed, load_models(), city.gates)
    store.replace_links(crossing.links, crossing.histories)
    store.replace_routes([decided_route(route, settled[route.record_id]) for route in crossing.routes])


def settled_of(document: StoredDocument, record: Record, found: bool = True) -> Settled:
    """A stored record with person and machine brought together."""
    return settle(record, document.decisions.get(record.record_id, ()), found=found)


def decided_route(route: Route, settled: Settled) -> Route:
    """The machine's route, after what a person decided: doubts about a decided field are over, a decision whose place on
    the paper has moved is a doubt of its own."""
    if settled.decided_by == "auto" and not settled.reopened:
        return route
    again = tuple(
        Reason(name, "conflict", "decided before, but the reading has changed since: please look again")
        for name in settled.reopened
    )
    all_decided = settled.confirmed or all(settled.is_decided(n) for n in required_fields(settled.record))
    left = tuple(
        r for r in route.reasons if not settled.is_decided(r.field) and not (all_decided and r.field == _WHOLE_RECORD_REASON)
    )
    if settled.confirmed:
        left = ()
    reasons = (*left, *again)
    return replace(route, state="in_review" if reasons else "accepted", reasons=reasons)


def _decided(outcome: Outcome, settled: Mapping[str, Settled]) -> Outcome:
    """The outcome as people left it: their values in place of the machine's, rejected records out of the count."""
    reports = tuple(
        replace(report, records=tuple(_as_settled(r, settled[r.record_id]) for r in report.records))
        for report in outcome.reports
    )
    return replace(outcome, reports=reports)


def _as_settled(record: Record, settled: Settled) -> Record:
    if settled.rejected:
        return replace(record, ignorable=record.ignorable or "a person said that it is no record")
    changed = [
        _decided_extraction(record, name) if name not in record.fields else record.fields[name]
        for name, value in settled.values.items()
        if value.by == "review"
    ]
    return record.having(*(replace(e, value=settled.value(e.field)) for e in changed))


def _decided_extraction(record: Record, name: str) -> Extraction:
    """A field that only a person gave."""
    place = Evidence(record.anchor.page, record.anchor.boxes, "", record.anchor.anchor)
    return Extraction(name, None, place, 1.0, 1.0, "decided by a person")
