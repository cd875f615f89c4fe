"""The queue: what waits for this person, how long it takes, and where to begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.filters import filter_of, parsed, query_of, settleable
from review.pages import Visitor, go, office_of, show
from review.words import duration, month_words
from store import Store
from store.desk_queue import Counts, Filter, Item
from store.users import Session

router = APIRouter()
PAGE = 30
TEN_MINUTES = 600.0
_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: how it is asked for, and what waits under it."""

    value: str
    words: str
    items: int
    seconds: float
    query: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What waits about one report: items with their addresses."""

    key: str
    path: str
    street: str
    month: str
    inspector: str
    rows: list[tuple[Item, str]]


def item_path(item: Item, query: str) -> str:
    """The address of an item's page."""
    if item.record_id:
        return f"/item/{item.record_id}?" + urlencode({"field": item.field}) + (f"&{query}" if query else "")
    return f"/report/{item.sha256}/{item.report}" + (f"?{query}" if query else "")


@router.get("/")
def queue(request: Request, session: Visitor, after: str = "") -> Response:
    office, user = office_of(request), session.user
    wanted = filter_of(request.query_params, user)
    counts = office.store.queue.counts(wanted)
    items = office.store.queue.page(wanted, _place(after), PAGE + 1)
    query = query_of(request.query_params)
    more = ""
    if len(items) > PAGE:
        last = items[PAGE - 1]
        more = (f"{query}&" if query else "") + urlencode({"after": f"{last.rank!r} {last.place}"})
    return show(
        request, "queue.html", session,
        wanted=wanted, counts=counts, pace=pace(counts, wanted), groups=_by_report(items[:PAGE], query),
        more=more, query=query, may=settleable(wanted, user).questions, asked=office.store.queue.asked_of(user.name),
        facets=_facets(request, counts), query_of=lambda **changes: query_of(request.query_params, **changes),
        params=dict(request.query_params),
    )  # fmt: skip


@router.get("/next")
def next_page(request: Request, session: Visitor, at: str = "") -> Response:
    """Leads to what this person should see next."""
    office = office_of(request)
    return go(next_path(office.store, session, query_of(request.query_params), office.store.queue.item(at) if at else None))


def next_path(store: Store, session: Session, query: str, at: Item | None) -> str:
    """The address of the next item under a filter; the queue's where nothing is left."""
    wanted = settleable(filter_of(parsed(query), session.user), session.user)
    found = store.queue.next_item(session.user.name, wanted, at) if wanted.questions else None
    return "/?done=1" + (f"&{query}" if query else "") if found is None else item_path(found, query)


def pace(counts: Counts, wanted: Filter) -> str:
    """"10 minutes ≈ 40 items; July 2018 needs 35 minutes"."""
    if not counts.items:
        return "Nothing waits here."
    each = counts.seconds / counts.items
    if counts.seconds <= TEN_MINUTES:
        first = f"All of it takes about {duration(counts.seconds)}"
    else:
        first = f"10 minutes ≈ {max(1, round(TEN_MINUTES / each))} items"
    months = [(m, v) for m, v in counts.facets.get("month", {}).items() if m]
    if not months or wanted.facets or len(months) < 2:
        return first + "."
    month, (_, seconds) = min(months)
    return f"{first}; {month_words(month)} needs {duration(seconds)}."


def _facets(request: Request, counts: Counts) -> Sequence[tuple[str, str, list[Choice]]]:
    from review.words import KIND_WORDS, REASON_WORDS

    titles = {"kind": "Kind", "reason": "Reason", "month": "Month", "inspector": "Inspector", "layout": "Layout"}
    told = {"kind": KIND_WORDS.get, "reason": REASON_WORDS.get}
    out = []
    for name, title in titles.items():
        chosen = request.query_params.get(name, "")
        values = [(v, n) for v, n in counts.facets.get(name, {}).items() if v]
        if name == "month":
            values.sort()
        choices = [
            Choice(
                value,
                month_words(value) if name == "month" else told.get(name, dict[str, str]().get)(value) or value,
                n, seconds, query_of(request.query_params, **{name: "" if value == chosen else value}), value == chosen,
            )
            for value, (n, seconds) in values
            if value == chosen or len(values) <= _SHOWN or value in dict(values[:_SHOWN])
        ]  # fmt: skip
        if len(choices) > 1 or any(c.chosen for c in choices):
            out.append((name, title, choices))
    return out


def _by_report(items: Sequence[Item], query: str) -> list[Group]:
    """Items in order under the report they are about."""
    groups: list[Group] = []
    for item in items:
        if not groups or groups[-1].key != item.report_key:
            groups.append(Group(item.report_key, item.path, item.street, item.month, item.inspector, []))
        groups[-1].rows.append((item, item_path(item, query)))
    return groups


def _place(after: str) -> tuple[float, str] | None:
    rank, _, place = after.partition(" ")
    try:
        return (float(rank), place) if place else None
    except ValueError:
        return None
