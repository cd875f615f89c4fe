"""One decision, many records: those that share an address as written, a code or a phrase. Previewed, applied and taken back as
one act; what was seen is kept for each member."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from records.record import Record
from records.settle import to_text
from records.vocabulary import CATEGORIES
from review.deciding import check_value, decision, name
from review.item_view import Candidate, candidates
from review.pages import Office, Posted, RefusedError, Visitor, go, office_of, show
from review.words import choices_of, field_words
from store.cases import Case
from store.desk_rows import question_of

router = APIRouter()
MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Way:
    """A way to group: ``column`` is what members share, ``kinds`` which records, ``fields`` what can be decided on them."""

    key: str
    words: str
    column: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]


WAYS: Final = (
    Way("address", "Same address as written", "address", ("inspection", "violation", "tax", "water"), ("parcel_id",)),
    Way("phrase", "Same finding", "same_phrase", ("violation",), ("code", "category", "status")),
    Way("code", "Same section", "code", ("violation",), ("code", "category")),
    Way("tax", "Same tax code", "code", ("tax",), ("tax_type", "code")),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A record of the group with what would become of it. ``own``: somebody decided this very field of it by itself."""

    case: Case
    label: str
    before: str
    own: bool


def way_of(key: str) -> Way:
    found = next((w for w in WAYS if w.key == key), None)
    if found is None:
        raise RefusedError("Records are not grouped that way.", 404)
    return found


@router.get("/groups")
def groups(request: Request, session: Visitor, by: str = "address", all: bool = False) -> Response:
    office, way = office_of(request), way_of(by)
    common = office.store.desk.common(way.column, way.kinds, waiting=not all)
    rows = [(value, n, waiting, "/groups/" + by + "?" + urlencode({"value": value})) for value, n, waiting in common]
    return show(request, "groups.html", session, ways=WAYS, way=way, rows=rows, all=all)


@router.get("/groups/{by}")
def group(request: Request, by: str, session: Visitor, value: str = "", field: str = "") -> Response:
    office, way = office_of(request), way_of(by)
    about = field if field in way.fields else way.fields[0]
    members = _members(office, way, value, about)
    if not members:
        raise RefusedError("No record that counts carries this any more.", 404)
    return show(
        request, "group.html", session, way=way, value=value, field=about, members=members, to="", preview=None,
        choices=_choices(members[0].case.record, about), offered=_offered(office, members, about), may=_may(session, way, about),
        problem="", act=secrets.token_hex(8),
    )  # fmt: skip


@router.post("/groups/{by}")
def act(request: Request, by: str, post: Posted) -> Response:
    """Shows what a decision would change, or makes it."""
    office, way = office_of(request), way_of(by)
    value, about, to = post.text("value", 400), post.text("field", 64), post.text("pick") or post.text("to")
    if about not in way.fields:
        raise RefusedError("That can't be decided for many records at once.", 400)
    if not _may(post.session, way, about):
        raise RefusedError(f"{field_words(about)} is not a question for your role.")
    members = _members(office, way, value, about)
    chosen = set(post.all("member"))
    problem = ""
    try:
        if not to:
            raise RefusedError("Say which value they get.", 400)
        for kind in {m.case.record.kind for m in members}:
            check_value(kind, about, to)
        if post.text("action", 12) == "apply" and not chosen:
            raise RefusedError("Choose at least one record.", 400)
    except RefusedError as error:
        problem = str(error)
    if problem or post.text("action", 12) != "apply":
        picked = None if problem else [m for m in members if m.case.record.record_id in chosen]
        return show(
            request, "group.html", post.session, 400 if problem else 200, way=way, value=value, field=about, members=members,
            to=to, preview=picked, choices=_choices(members[0].case.record, about) if members else (),
            offered=_offered(office, members, about), may=True, problem=problem, act=secrets.token_hex(8),
        )  # fmt: skip
    token = post.text("act", 40)
    tied = name(token, by, value, about)
    made = [
        decision(
            m.case, about, "confirm" if to == to_text(m.case.record.value(about)) else "correct", token, post.user.name, post.at,
            value=to, note=f"{way.words.lower()}: {value}"[:200], group=tied,
        )
        for m in members
        if m.case.record.record_id in chosen
    ]  # fmt: skip
    seen = {m.case.record.record_id: (post.number(f"seq_{m.case.record.record_id}"), m.case.digest) for m in members
            if m.case.record.record_id in chosen}  # fmt: skip
    office.store.desk.decide(made, seen, post.address)
    return go(f"/groups?by={by}", f"{field_words(about)} set on {len(made)} records.", tied)


def _members(office: Office, way: Way, value: str, field: str) -> list[Member]:
    lines = [line for line in office.store.desk.alike(way.column, value, size=MOST) if line.kind in way.kinds]
    cases = office.store.desk.cases([line.record_id for line in lines])
    return [
        Member(case, line.label or line.path, to_text(case.settled.value(field)), case.settled.is_decided(field))
        for line in lines
        if (case := cases.get(line.record_id)) is not None
    ]


def _choices(record: Record, field: str) -> Sequence[str]:
    return CATEGORIES if field == "category" else choices_of(record.kind, field)


def _offered(office: Office, members: Sequence[Member], field: str) -> list[Candidate]:
    """What may be meant: the candidates of the first that waits, and what members have now."""
    if not members:
        return []
    first = next((m for m in members if not m.before), members[0])
    offered = {c.value: c for c in candidates(first.case, field, office.house, office.store)}
    for member in members:
        if member.before:
            offered.setdefault(member.before, Candidate(member.before, "as some have it now"))
    return list(offered.values())[:8]


def _may(session: Visitor, way: Way, field: str) -> bool:
    return all(question_of(kind, field) in session.user.questions for kind in way.kinds)
