"""Whole reports: a record that is missing is marked on the page, two reports are joined, one is split, a copy is counted once.

Each is one act on many records: a group of decisions on the visit a finding belongs to, and on what is counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from records.deciding import PARENT, SAME_AS
from records.decision import Decision
from records.document import Box
from records.record import Evidence, Extraction, Record
from records.settle import from_text, to_text
from records.vocabulary import KINDS, Kind
from review.deciding import check_value, decision, name
from review.filters import query_of
from review.item_page import case_of
from review.item_view import sheet
from review.pages import Office, Post, Posted, RefusedError, Visitor, go, office_of, show
from review.words import KIND_WORDS, choices_of, field_words, input_kind
from store.added import RULE
from store.cases import Case
from store.desk_rows import phrase_of

router = APIRouter()
FORM: dict[Kind, tuple[str, ...]] = {
    "violation": ("description", "code", "category", "status", "unit", "location", "correct_by"),
    "inspection": ("inspection_date", "address_as_written", "parcel_id", "inspection_type", "result", "inspector", "case_number"),
    "tax": ("account", "owner", "location", "parcel_id", "fiscal_year", "tax_type", "code", "total", "as_of_date"),
    "water": ("account", "meter", "location", "parcel_id", "period_start", "period_end", "consumption", "unit", "amount"),
}  # fmt: skip
_OF_VISIT = ("parcel_id", "inspection_date", "address_as_written", "permit_record")
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the comparison of two reports: the records that say the same, or one without its like."""

    mine: Case | None
    theirs: Case | None
    differs: tuple[str, ...]


@router.get("/add/{sha256}/{report}")
def add_page(
    request: Request, sha256: str, report: int, session: Visitor, kind: str = "violation", page: int = 1, problem: str = ""
) -> Response:
    office = office_of(request)
    return _add_form(request, office, session, sha256, report, kind, page, {}, problem)


def _add_form(
    request: Request, office: Office, session: Visitor, sha256: str, report: int, kind: str, page: int, typed: dict[str, str],
    problem: str, status: int = 200,
) -> Response:  # fmt: skip
    head = office.store.desk.head(sha256)
    if head is None or kind not in KINDS:
        raise RefusedError("There is no such document.", 404)
    visits = [s for s in office.store.desk.siblings(sha256, report, 0, 400) if s.kind == "inspection"]
    fields = [(f, field_words(f), choices_of(kind, f), input_kind(f)) for f in FORM[kind]]
    return show(
        request, "add.html", session, status, head=head, report=report, kind=kind, fields=fields, visits=visits, typed=typed,
        sheet=sheet(sha256, Evidence(page, (), ""), office.house, page), problem=problem, act=secrets.token_hex(8),
        kinds=[(k, KIND_WORDS[k]) for k in KINDS], back=query_of(request.query_params),
    )  # fmt: skip


@router.post("/add/{sha256}/{report}")
def add(request: Request, sha256: str, report: int, post: Posted) -> Response:
    """Keeps a record that the machine missed: where it was marked, as it was typed, confirmed by who typed it."""
    office, kind, page = office_of(request), post.text("kind", 12), post.number("page")
    if kind not in KINDS or office.store.desk.head(sha256) is None:
        raise RefusedError("There is no such document.", 404)
    typed = {f: post.text(f"f_{f}") for f in FORM[kind]}
    try:
        for field, value in typed.items():
            check_value(kind, field, value)
        if not any(typed.values()):
            raise RefusedError("Type at least one value of the record.", 400)
        if kind == "violation" and typed["code"] and "judgement" not in post.user.questions:
            raise RefusedError("Leave the section to an inspector; the rest you can add.", 403)
    except RefusedError as error:
        return _add_form(request, office, post.session, sha256, report, kind, page, typed, str(error), error.status)
    parent = post.text("visit", 16)
    visit = office.store.desk.cases([parent]).get(parent) if parent else None
    place = Evidence(page, _marked(post.text("box", 80)), "marked by a person")
    if kind == "violation" and visit is not None:
        typed |= {f: to_text(visit.settled.value(f)) for f in _OF_VISIT}
    fields = {f: Extraction(f, from_text(f, v), place, 1.0, 1.0, RULE) for f, v in typed.items() if v}
    record = Record(
        kind=kind, local_key="added", fields=fields, anchor=place, report=report,
        parent=parent if visit is not None else "", features={}, confidence=None,
    )  # fmt: skip
    token = post.text("act", 40)
    office.store.desk.add_record(
        sha256, record, lambda r: _confirmed(r, token, post.user.name, post.at), post.user.name, post.at, post.address
    )
    where = f"/report/{sha256}/{report}" if post.text("then", 10) != "more" else f"/add/{sha256}/{report}?kind={kind}&page={page}"
    return go(where, f"{KIND_WORDS[kind]} added.", name(token, "added"))


def _confirmed(record: Record, token: str, by: str, at: datetime) -> Decision:
    from records.settle import WHOLE, region_of, seen_value

    return Decision(
        name(token, "added"), record.record_id, WHOLE, "confirm", "", seen_value(record, WHOLE), region_of(record, WHOLE), by, at,
        "added by hand",
    )  # fmt: skip


def _marked(text: str) -> tuple[Box, ...]:
    try:
        x0, top, x1, bottom = (float(n) for n in text.split())
    except ValueError:
        return ()
    return (Box(min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom)),)


@router.get("/arrange/{sha256}/{report}")
def arrange_page(request: Request, sha256: str, report: int, session: Visitor, other: str = "") -> Response:
    """Splitting, joining, comparing: what one report is and which it is."""
    office = office_of(request)
    head = office.store.desk.head(sha256)
    if head is None:
        raise RefusedError("There is no such document.", 404)
    lines = office.store.desk.siblings(sha256, report, 0, 400)
    visit = next((s for s in lines if s.kind == "inspection" and s.state not in ("rejected", "ignored")), None)
    joins = [s for s in office.store.desk.visits_in(sha256) if visit is not None and s.record_id != visit.record_id]
    likely = office.store.desk.like_visit(visit) if visit is not None else []
    pairs: Sequence[Pair] = ()
    if other and visit is not None:
        pairs = compared(_report_of(office, visit.record_id), _report_of(office, other))
    return show(
        request, "arrange.html", session, head=head, report=report, lines=lines, visit=visit, joins=joins, likely=likely,
        pairs=pairs, other=other, act=secrets.token_hex(8), back=query_of(request.query_params),
    )  # fmt: skip


@router.post("/arrange/{sha256}/{report}")
def arrange(request: Request, sha256: str, report: int, post: Posted) -> Response:
    office, wish, token = office_of(request), post.text("action", 12), post.text("act", 40)
    visit = case_of(office, post.text("visit", 16))
    mine = _report_of(office, visit.record.record_id)
    group = name(token, sha256, str(report), wish)
    by, at = post.user.name, post.at
    if wish == "split":
        made, said = _split(office, post, visit, mine, token, group)
    else:
        other = case_of(office, post.text("other", 16))
        if other.record.record_id == visit.record.record_id or other.record.kind != "inspection":
            raise RefusedError("Choose another visit.", 400)
        if wish == "join":
            made = _moved(mine[1:], other, token, by, at, group)
            made.append(decision(visit, "", "not_a_record", token, by, at, group=group, note="joined with another report"))
            said = f"Joined: {len(mine) - 1} findings now belong to the other visit."
        elif wish == "same":
            made = _same(compared(mine, _report_of(office, other.record.record_id)), other, token, by, at, group)
            said = "Counted once, with the other report."
        else:
            raise RefusedError("There is no such action.", 400)
    office.store.desk.decide(made, {}, post.address)
    return go(f"/arrange/{sha256}/{report}", said, group)


def _split(
    office: Office, post: Post, visit: Case, mine: Sequence[Case], token: str, group: str
) -> tuple[list[Decision], str]:
    """From a finding on, another visit begins: a visit of its own is added, and the findings move to it."""
    first = next((i for i, c in enumerate(mine) if c.record.record_id == post.text("from", 16) and i > 0), None)
    if first is None:
        raise RefusedError("Choose the finding with which the new visit begins.", 400)
    typed = {f: post.text(f"f_{f}") or to_text(visit.settled.value(f)) for f in FORM["inspection"]}
    for field, value in typed.items():
        check_value("inspection", field, value)
    place = mine[first].record.anchor
    fields = {f: Extraction(f, from_text(f, v), place, 1.0, 1.0, RULE) for f, v in typed.items() if v}
    record = Record(kind="inspection", local_key="added", fields=fields, anchor=place, report=visit.record.report)
    added = office.store.desk.add_record(
        visit.sha256, record, lambda r: replace(_confirmed(r, token, post.user.name, post.at), group=group),
        post.user.name, post.at, post.address,
    )  # fmt: skip
    if added is None:
        return [], "Split already."
    new = case_of(office, added.record_id)
    return _moved(mine[first:], new, token, post.user.name, post.at, group), f"Split: {len(mine) - first} findings moved."


def _moved(findings: Sequence[Case], to: Case, token: str, by: str, at: datetime, group: str) -> list[Decision]:
    """These findings belong to that visit: its date, place and parcel are theirs."""
    made = []
    for finding in findings:
        made.append(decision(finding, PARENT, "correct", token, by, at, value=to.record.record_id, group=group))
        for field in _OF_VISIT:
            value = to_text(to.settled.value(field))
            if value and value != to_text(finding.settled.value(field)):
                made.append(decision(finding, field, "correct", token, by, at, value=value, group=group))
    return made


def _same(pairs: Sequence[Pair], other: Case, token: str, by: str, at: datetime, group: str) -> list[Decision]:
    made = []
    for pair in pairs:
        if pair.mine is not None and pair.theirs is not None:
            value = pair.theirs.record.record_id
            made.append(decision(pair.mine, SAME_AS, "correct", token, by, at, value=value, group=group))
        elif pair.mine is not None:  # the other report does not say it: it is a finding of that visit all the same
            made += _moved([pair.mine], other, token, by, at, group)
    return made


def _report_of(office: Office, visit_id: str) -> list[Case]:
    """A visit and its findings, those that count, in order."""
    visit = case_of(office, visit_id)
    findings = sorted(office.store.desk.findings(visit_id).values(), key=lambda c: c.ordinal)
    return [visit, *(f for f in findings if not (f.settled.rejected or f.record.ignorable or f.settled.value(SAME_AS)))]


def compared(mine: Sequence[Case], theirs: Sequence[Case]) -> list[Pair]:
    """Two reports line by line: visit beside visit, findings that say the same beside each other, the rest alone."""
    pairs = [Pair(mine[0], theirs[0], _differences(mine[0], theirs[0]))]
    left = list(theirs[1:])
    for case in mine[1:]:
        best = max(left, key=lambda other: _likeness(case, other), default=None)
        if best is not None and _likeness(case, best) >= _ALIKE:
            left.remove(best)
            pairs.append(Pair(case, best, _differences(case, best)))
        else:
            pairs.append(Pair(case, None, ()))
    return [*pairs, *(Pair(None, other, ()) for other in left)]


def _likeness(a: Case, b: Case) -> float:
    """Words that two findings share, and whether they cite the same section."""
    one, two = (set(phrase_of(to_text(c.settled.value("description"))).split()) for c in (a, b))
    shared = len(one & two) / max(1, len(one | two))
    code = to_text(a.settled.value("code"))
    return shared + (0.3 if code and code == to_text(b.settled.value("code")) else 0.0)


def _differences(a: Case, b: Case) -> tuple[str, ...]:
    names = ("inspection_date", "result", "address_as_written", "description", "code", "status", "unit", "correct_by", "location")
    return tuple(n for n in names if to_text(a.settled.value(n)) != to_text(b.settled.value(n)))


