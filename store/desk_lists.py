"""The lists from which queue and search are served, brought up to date after every act and worked out anew after every run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.deciding import ADDED, route_decided
from records.record import Reason, Record
from records.settle import settle, to_text
from store import cases, derived, views
from store.cases import Case
from store.desk_rows import INHERITED, Place, Row, item_rows, ranked, record_row, report_row
from store.desk_tables import desk_items, desk_records, desk_state, desk_tallies
from store.sql import insert_all, insert_new, portions
from store.tables import routes as route_table

FACETS = ("kind", "reason", "month", "inspector", "layout")
"""What the queue is counted by."""


def everything(documents: Iterable[views.StoredDocument]) -> tuple[list[Row], list[Row]]:
    """(rows of records, questions) of these documents."""
    records: list[Row] = []
    items: list[Row] = []
    for document in documents:
        _rows_of(document, records, items)
    return records, ranked(items)


def put_everything(
    connection: Connection, records: Sequence[Row], items: Sequence[Row], gates: Mapping[str, float | None]
) -> None:
    """The lists are these now. ``gates``: the confidence that each kind asked for."""
    _put(connection, desk_state, [{"name": "gates", "value": json.dumps(dict(gates))}], "name")
    derived.replace_rows(connection, desk_records, records)
    derived.replace_rows(connection, desk_items, items)
    _tally_all(connection)


def refresh(connection: Connection, record_ids: Iterable[str]) -> None:
    """Routes and lists of these records, and of the visits and findings that rest on them, after a decision."""
    ids = list(record_ids)
    if not ids:
        return
    family = _family(connection, ids)
    loaded = cases.load(connection, family)
    gates = json.loads(connection.execute(sa.select(desk_state.c.value).where(desk_state.c.name == "gates")).scalar() or "{}")
    old = _items_of(connection, family)
    known = {(row.sha256, row.report): row.rank for row in old}
    records: list[Row] = []
    items: list[Row] = []
    asks: dict[str, dict[str, str]] = {}
    reasons: dict[str, list[Sequence[Reason]]] = {}
    # Findings before visits for routes, visits before findings for questions.
    route_of = {}
    for case in sorted(loaded.values(), key=lambda c: (c.record.kind == "inspection", c.ordinal)):
        record = case.record
        parent = to_text(case.settled.value("inspection_id")) or record.parent
        confidence = case.route.confidence if case.route is not None else record.confidence
        found = None
        if case.found and not record.ignorable:
            doubts = () if case.report is None else case.report.reasons
            found = route_decided(
                record, case.settled, gates, confidence, next(iter(case.links), None), doubts, reasons.get(record.record_id, ()),
                {} if case.route is None else case.route.fields,
            )  # fmt: skip
        route_of[record.record_id] = found
        if found is not None and record.kind == "violation":
            reasons.setdefault(parent, []).append(found.reasons)
    for case in sorted(loaded.values(), key=lambda c: (c.record.kind != "inspection", c.ordinal)):
        record, found = case.record, route_of[case.record.record_id]
        place = _place(case)
        row = record_row(record, case.settled, found, place, case.found)
        own = item_rows(record, case.settled, found, place, row, asks.get(row["parent_id"], {}))
        if record.kind == "inspection":
            asks[record.record_id] = {
                i["field"]: to_text(case.settled.value(i["field"])) for i in own if i["field"] in INHERITED
            }
        records.append(row)
        items.extend(own)
    _put(connection, desk_records, records, "record_id")
    _put_routes(connection, route_of, loaded)
    _swap_items(connection, family, old, ranked(items, _ranks(connection, items, known)))


def refresh_report(connection: Connection, sha256: str, report: int) -> None:
    """The same for a whole report, after something was said about it."""
    query = sa.select(desk_records.c.record_id).where(desk_records.c.sha256 == sha256, desk_records.c.report == report)
    refresh(connection, list(connection.execute(query).scalars()))
    there = sa.and_(desk_items.c.sha256 == sha256, desk_items.c.report == report, desk_items.c.record_id == "")
    old = list(connection.execute(sa.select(desk_items).where(there)))
    connection.execute(sa.delete(desk_items).where(there))
    reports = cases.headers(connection, [sha256]).get(sha256, (0, ()))[1]
    found = next((r for r in reports if r.ordinal == report), None)
    new: list[Row] = []
    if found is not None and found.reasons:
        first = connection.execute(
            sa.select(desk_records).where(desk_records.c.sha256 == sha256, desk_records.c.report == report)
            .order_by(desk_records.c.ordinal).limit(1)
        ).first()  # fmt: skip
        path = cases.first_paths(connection, [sha256]).get(sha256, "")
        place = Place(sha256, path, report, found.layout, 0)
        about = ("", "", "") if first is None else (first.day, first.address, first.inspector)
        new = ranked([report_row(found, place, *about)], dict.fromkeys([(sha256, report)], old[0].rank) if old else None)
    insert_all(connection, desk_items, new)
    _tally(connection, [dict(r._mapping) for r in old], new)


def _rows_of(document: views.StoredDocument, records: list[Row], items: list[Row]) -> None:
    if document.outcome is None:
        return
    seen: list[tuple[Record, Place, bool]] = []
    count = 0
    for report in document.outcome.reports:
        for record in report.records:
            ordinal = cases.ADDED if record.local_key.startswith(ADDED) else count
            count += ordinal != cases.ADDED
            seen.append((record, Place(document.sha256, document.path, report.ordinal, report.layout, ordinal), True))
    for n, record in enumerate(document.vanished):
        if record.record_id in document.decisions:
            seen.append((record, Place(document.sha256, document.path, record.report, "", count + n), False))
    asks: dict[str, dict[str, str]] = {}
    first: dict[int, Row] = {}
    for record, place, found in sorted(seen, key=lambda s: (s[1].report, s[0].kind != "inspection", s[1].ordinal)):
        settled = settle(record, document.decisions.get(record.record_id, ()), found=found)
        route = document.routes.get(record.record_id) if found else None
        row = record_row(record, settled, route, place, found)
        own = item_rows(record, settled, route, place, row, asks.get(row["parent_id"], {}))
        if record.kind == "inspection":
            asks[record.record_id] = {i["field"]: to_text(settled.value(i["field"])) for i in own if i["field"] in INHERITED}
        first.setdefault(place.report, row)
        records.append(row)
        items.extend(own)
    for report in document.outcome.reports:
        if report.reasons:
            about = first.get(report.ordinal, {"day": "", "address": "", "inspector": ""})
            place = Place(document.sha256, document.path, report.ordinal, report.layout, 0)
            items.append(report_row(report, place, about["day"], about["address"], about["inspector"]))


def _family(connection: Connection, ids: Sequence[str]) -> list[str]:
    """These records, their visits, and the findings of those visits: what rests on each other."""
    visits = set(ids)
    for some in portions(list(ids)):
        query = sa.select(desk_records.c.parent_id).where(desk_records.c.record_id.in_(some), desk_records.c.parent_id != "")
        visits.update(connection.execute(query).scalars())
    family = set(visits)
    for some in portions(sorted(visits)):
        query = sa.select(desk_records.c.record_id).where(
            desk_records.c.parent_id.in_(some), desk_records.c.sha256.in_(_homes(connection, some))
        )
        family.update(connection.execute(query).scalars())
    return sorted(family)


def _homes(connection: Connection, ids: Sequence[str]) -> list[str]:
    return list(
        connection.execute(sa.select(desk_records.c.sha256).where(desk_records.c.record_id.in_(ids)).distinct()).scalars()
    )


def _place(case: Case) -> Place:
    layout = "" if case.report is None else case.report.layout
    number = case.record.report if case.report is None else case.report.ordinal
    return Place(case.sha256, case.path, number, layout, case.ordinal)


def _items_of(connection: Connection, ids: Sequence[str]) -> list[sa.Row[Any]]:
    rows: list[sa.Row[Any]] = []
    for some in portions(ids):
        rows.extend(connection.execute(sa.select(desk_items).where(desk_items.c.record_id.in_(some))))
    return rows


def _ranks(
    connection: Connection, items: Sequence[Row], known: Mapping[tuple[str, int], float]
) -> dict[tuple[str, int], float]:
    """The rank that each report has in the queue already."""
    ranks = dict(known)
    for key in {(i["sha256"], i["report"]) for i in items} - ranks.keys():
        query = sa.select(desk_items.c.rank).where(desk_items.c.sha256 == key[0], desk_items.c.report == key[1]).limit(1)
        rank = connection.execute(query).scalar()
        if rank is not None:
            ranks[key] = rank
    return ranks


def _put_routes(connection: Connection, found: Mapping[str, Any], loaded: Mapping[str, Case]) -> None:
    changed = [derived.route_row(r) for i, r in found.items() if r is not None and r != loaded[i].route]
    _put(connection, route_table, changed, "record_id")


def _swap_items(connection: Connection, family: Sequence[str], old: Sequence[sa.Row[Any]], new: Sequence[Row]) -> None:
    before = {row.item_id: dict(row._mapping) for row in old}
    after = {row["item_id"]: row for row in new}
    gone = [row for key, row in before.items() if after.get(key) != row]
    fresh = [row for key, row in after.items() if before.get(key) != row]
    for some in portions([row["item_id"] for row in gone]):
        connection.execute(sa.delete(desk_items).where(desk_items.c.item_id.in_(some)))
    insert_all(connection, desk_items, fresh)
    _tally(connection, gone, fresh)


def _tally(connection: Connection, gone: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> None:
    """Counts after these items went and those came."""
    change: Counter[tuple[str, str, str]] = Counter()
    seconds: Counter[tuple[str, str, str]] = Counter()
    for sign, rows in ((-1, gone), (1, new)):
        for row in rows:
            for facet, value in (("all", ""), *((f, row[f]) for f in FACETS)):
                change[facet, value, row["question"]] += sign
                seconds[facet, value, row["question"]] += sign * row["seconds"]
    touched = [key for key in sorted(change) if change[key] or seconds[key]]
    empty = [dict(zip(("facet", "value", "question", "items", "seconds"), (*key, 0, 0.0), strict=True)) for key in touched]
    insert_new(connection, desk_tallies, empty)
    for key in touched:
        connection.execute(
            sa.update(desk_tallies)
            .where(desk_tallies.c.facet == key[0], desk_tallies.c.value == key[1], desk_tallies.c.question == key[2])
            .values(items=desk_tallies.c["items"] + change[key], seconds=desk_tallies.c.seconds + seconds[key])
        )


def _tally_all(connection: Connection) -> None:
    connection.execute(sa.delete(desk_tallies))
    for facet in ("all", *FACETS):
        value = sa.literal("") if facet == "all" else desk_items.c[facet]
        query = sa.select(
            sa.literal(facet), value, desk_items.c.question, sa.func.count(), sa.func.sum(desk_items.c.seconds)
        ).group_by(*(() if facet == "all" else (value,)), desk_items.c.question)
        connection.execute(sa.insert(desk_tallies).from_select(["facet", "value", "question", "items", "seconds"], query))


def _put(connection: Connection, table: sa.Table, rows: Sequence[Row], key: str) -> None:
    for some in portions([row[key] for row in rows]):
        connection.execute(sa.delete(table).where(table.c[key].in_(some)))
    insert_all(connection, table, rows)
