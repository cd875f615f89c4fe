"""Everything known about documents, put together for exports and the desk, in a fixed order and few queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.decision import Decision
from records.links import History, Link, Route
from records.record import Outcome, Record
from store import decisions, derived, extractions, revision, sources
from store.added import added_to, with_added
from store.cases import settled_reports, without_settled
from store.sql import portions
from store.tables import decisions as decision_table
from store.tables import documents, readings
from store.tables import records as record_table

T = TypeVar("T")

AT_A_TIME = 100
"""Documents loaded together: memory stays small and a year's documents still take few queries."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with all that follows from it. Mappings are by record id and cover ``outcome.records`` and ``vanished``.

    ``paths`` are its places in order: the first is the original, the rest byte-identical copies (files of zero bytes are
    copies of nothing, see ``original_of``). ``outcome`` is None while nothing was extracted. ``vanished`` are records of
    earlier extractions that the latest no longer found; one with a standing decision belongs back in review.
    ``duplicate_of`` is the sha256 of the document that says all that this one says (the PDF of a Word file), else ''.
    """

    sha256: str
    size: int
    paths: tuple[str, ...]
    pages: int | None
    text_source: str
    media_type: str
    failure: str
    outcome: Outcome | None
    fingerprint: str
    vanished: tuple[Record, ...]
    duplicate_of: str
    routes: Mapping[str, Route]
    links: Mapping[str, tuple[Link, ...]]
    histories: Mapping[str, History]
    decisions: Mapping[str, tuple[Decision, ...]]

    @property
    def path(self) -> str:
        """Where the original lies; '' for a document registered without a place."""
        return self.paths[0] if self.paths else ""

    def original_of(self, path: str) -> str:
        """The place of the original if the file at ``path`` is a byte-identical copy, else ''."""
        return "" if self.size == 0 or path == self.path else self.path


@dataclass(frozen=True, slots=True)
class Whole:
    """All documents as they stand at one moment. ``state`` names it ('' = others changed something since), ``decided`` is the
    number of the latest decision then."""

    state: str
    decided: int
    documents: tuple[StoredDocument, ...]


def whole(connection: Connection) -> Whole:
    """Everything, as this transaction sees it."""
    decided = connection.execute(sa.select(sa.func.max(decision_table.c.seq))).scalar() or 0
    return Whole(revision.state(connection), decided, tuple(current(connection, None)))


def current(connection: Connection, shas: Sequence[str] | None) -> Iterator[StoredDocument]:
    """Documents by (first path, sha256): these, or all. Unknown ones are left out."""
    places = sources.paths(connection)
    known = {row.sha256: row.size for row in connection.execute(sa.select(documents.c.sha256, documents.c.size))}
    wanted = known.keys() if shas is None else known.keys() & set(shas)
    ordered = sorted(wanted, key=lambda sha256: (places.get(sha256, ("",))[0], sha256))
    for some in portions(ordered, AT_A_TIME):
        yield from _load(connection, some, known, places)


def _load(
    connection: Connection, shas: Sequence[str], sizes: Mapping[str, int], places: Mapping[str, tuple[str, ...]]
) -> Iterator[StoredDocument]:
    outcomes = extractions.current(connection, shas)
    extra, said = added_to(connection, shas), settled_reports(connection, shas)
    for sha256, found in outcomes.items():
        reports = tuple(without_settled(sha256, r, said) for r in found.outcome.reports)
        outcome = with_added(replace(found.outcome, reports=reports), extra.get(sha256, ()))
        outcomes[sha256] = replace(found, outcome=outcome)
    read = {row.sha256: row for row in connection.execute(_about_readings(shas))}
    ids = {sha256: _ids(outcomes.get(sha256)) for sha256 in shas}
    every = [record_id for some in ids.values() for record_id in some]
    routes = derived.load_routes(connection, every)
    histories = derived.load_histories(connection, every)
    links = _grouped([(link.record_id, link) for link in derived.load_links(connection, every)])
    made = _grouped([(d.record_id, d) for d in decisions.of_records(connection, every)])
    lives_in = _documents_of(connection, [link.other_id for some in links.values() for link in some])
    for sha256 in shas:
        stored, reading = outcomes.get(sha256), read.get(sha256)
        own_links = {i: tuple(links[i]) for i in ids[sha256] if i in links}
        yield StoredDocument(
            sha256=sha256,
            size=sizes[sha256],
            paths=places.get(sha256, ()),
            pages=None if reading is None else reading.pages,
            text_source="none" if reading is None else reading.text_source,
            media_type="" if reading is None else reading.media_type,
            failure=(stored.outcome.failure if stored else "") or (reading.failure if reading else ""),
            outcome=stored.outcome if stored else None,
            fingerprint=stored.fingerprint if stored else "",
            vanished=stored.vanished if stored else (),
            duplicate_of=_duplicate_of(stored.outcome if stored else None, own_links, lives_in),
            routes={i: routes[i] for i in ids[sha256] if i in routes},
            links=own_links,
            histories={i: histories[i] for i in ids[sha256] if i in histories},
            decisions={i: tuple(made[i]) for i in ids[sha256] if i in made},
        )


def as_crossed(
    some: Sequence[StoredDocument], links: Sequence[Link], lives: Sequence[History], ways: Sequence[Route]
) -> tuple[StoredDocument, ...]:
    """The documents, all of the store, as they are once these links, histories and routes are stored."""
    routes, histories = {r.record_id: r for r in ways}, {h.record_id: h for h in lives}
    grouped = _grouped([(link.record_id, link) for link in sorted(links, key=lambda n: (n.record_id, n.relation, n.other_id))])
    lives_in = {record_id: d.sha256 for d in some for record_id in _own(d)} if grouped else {}
    out = []
    for document in some:
        own = _own(document)
        own_links = {i: tuple(grouped[i]) for i in own if i in grouped}
        out.append(
            replace(
                document,
                duplicate_of=_duplicate_of(document.outcome, own_links, lives_in),
                routes={i: routes[i] for i in own if i in routes},
                links=own_links,
                histories={i: histories[i] for i in own if i in histories},
            )
        )
    return tuple(out)


def _own(document: StoredDocument) -> list[str]:
    return [r.record_id for r in (*(() if document.outcome is None else document.outcome.records), *document.vanished)]


def _about_readings(shas: Sequence[str]) -> sa.Select[tuple[object, ...]]:
    columns = (readings.c.sha256, readings.c.pages, readings.c.text_source, readings.c.media_type, readings.c.failure)
    return sa.select(*columns).where(readings.c.sha256.in_(shas))


def _ids(stored: extractions.StoredOutcome | None) -> list[str]:
    return [] if stored is None else [r.record_id for r in (*stored.outcome.records, *stored.vanished)]


def _documents_of(connection: Connection, record_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in portions(sorted(set(record_ids))):
        query = sa.select(record_table.c.record_id, record_table.c.sha256).where(record_table.c.record_id.in_(some))
        found.update((row.record_id, row.sha256) for row in connection.execute(query))
    return found


def _duplicate_of(outcome: Outcome | None, links: Mapping[str, tuple[Link, ...]], lives_in: Mapping[str, str]) -> str:
    """The one document in which every record of this one stands already; '' where anything here is new or in doubt."""
    counting = [r.record_id for r in outcome.records if not r.ignorable] if outcome else []
    homes = {
        next((lives_in.get(link.other_id, "") for link in links.get(i, ()) if link.relation == "same_as"), "")
        for i in counting
    }
    return homes.pop() if len(homes) == 1 else ""


def _grouped(pairs: Sequence[tuple[str, T]]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = {}
    for key, item in pairs:
        grouped.setdefault(key, []).append(item)
    return grouped
