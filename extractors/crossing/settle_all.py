"""The last step of a run: over all documents at once, say which records are copies, how each violation's life went, how sure
we are, and where every record goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.confidence import Calibration, gates, sureness
from extractors.crossing.cases import Filed, visits_of
from extractors.crossing.copies import copies
from extractors.crossing.history import histories
from records.deciding import holding, resting_on
from records.links import History, Link, Route
from records.record import Reason, Record
from records.routing import Gate, route
from records.trust import Claim


@dataclass(frozen=True, slots=True)
class Crossing:
    """What follows from all outcomes together. Replaces the last one as a whole."""

    links: tuple[Link, ...]
    histories: tuple[History, ...]
    routes: tuple[Route, ...]


def cross(
    filed: Iterable[Filed], calibration: Calibration, allowed: Mapping[str, float], closed: Sequence[Claim] = ()
) -> Crossing:
    """Links, histories and routes of all records. Records must carry their minted ids. ``allowed`` is the share of released
    records that may be wrong, by claim; ``closed`` are claims whose gate a breach has closed. Pure and deterministic."""
    documents = sorted(filed, key=lambda f: (f.path, f.sha256))
    visits = visits_of(documents)
    links = copies(visits)
    linked = {link.record_id: link for link in links}
    open_gates = gates(calibration, allowed, closed)
    routes: dict[str, Route] = {}
    for document in documents:
        doubts = {r.ordinal: r.reasons for r in document.outcome.reports}
        # Findings before visits: the result of a re-inspection is what became of its findings.
        for record in sorted(document.outcome.records, key=lambda r: r.kind == "inspection"):
            if record.ignorable:
                continue
            below = [r for r in document.outcome.records if r.parent == record.record_id] if record.kind == "inspection" else []
            measured = sureness(record, calibration, below)
            sure = replace(record, confidence=measured.record)
            if record.text("inspection_type") == "reinspection":
                sure = sure.doubting(*resting_on(_findings(record, document.outcome.records, routes)))
            gate = open_gates.get(record.kind, Gate(record.kind, None))
            link, report_doubts = linked.get(record.record_id), holding(doubts.get(record.report, ()))
            routes[record.record_id] = route(sure, gate, link, report_doubts, measured.fields)
    return Crossing(links, histories(visits, links), tuple(routes[i] for i in sorted(routes)))


def _findings(visit: Record, records: Iterable[Record], routes: Mapping[str, Route]) -> list[Sequence[Reason]]:
    """The open reasons of a visit's findings."""
    return [
        routes[r.record_id].reasons
        for r in records
        if r.kind == "violation" and r.parent == visit.record_id and r.record_id in routes
    ]
