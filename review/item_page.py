"""The item: page and question side by side, for a field of a record and for a report as a whole."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from records.record import Evidence
from records.settle import WHOLE
from review.filters import query_of
from review.item_view import evidence_of, field_lines, open_reasons, question, sheet
from review.pages import Office, RefusedError, Visitor, office_of, show
from review.pictures import DPI
from review.queue_page import item_path
from store.cases import Case
from store.desk_queue import Item
from store.users import Session

router = APIRouter()


@router.get("/item/{record_id}")
def item(
    request: Request, record_id: str, session: Visitor, field: str | None = None, page: int | None = None
) -> Response:
    office = office_of(request)
    case = case_of(office, record_id)
    return show_item(request, office, session, case, field, page)


def case_of(office: Office, record_id: str) -> Case:
    """The record. Raises RefusedError for an unknown one."""
    case = office.store.desk.cases([record_id]).get(record_id)
    if case is None:
        raise RefusedError("There is no record with this id. It may have been typed wrongly.", 404)
    return case


def show_item(
    request: Request, office: Office, session: Session, case: Case, field: str | None = None, page: int | None = None,
    *, status: int = 200, typed: str | None = None, conflict: str = "", problem: str = "", query: str | None = None,
) -> Response:  # fmt: skip
    """The item's page. ``typed`` is what a person had typed when their save was refused, ``conflict`` why."""
    user = session.user
    waiting = office.store.queue.of_record(case.record.record_id)
    about = _field(field, waiting, user.questions, case)
    asked = next((i for i in waiting if i.field == about), None)
    held_by = office.store.queue.lease(asked, user.name) if asked is not None else ""
    q = question(case, about, asked, office.house, office.store)
    report = case.record.report if case.report is None else case.report.ordinal
    others = office.store.queue.of_report(case.sha256, report)
    siblings = office.store.desk.siblings(case.sha256, report, case.ordinal)
    back = query_of(request.query_params) if query is None else query
    following = _following(others, asked)
    expect = _expect(office, following) if following is not None and following.record_id else ""
    open_at = {i.record_id for i in others}
    return show(
        request, "item.html", session, status,
        case=case, record=case.record, q=q, asked=asked, held_by=held_by, conflict=conflict, problem=problem, typed=typed,
        may=q.question in user.questions, sheet=sheet(case.sha256, evidence_of(case.record, about), office.house, page),
        lines=field_lines(case, open_reasons(waiting), about), siblings=siblings, open_at=open_at, report=report,
        left=[i for i in others if i.question in user.questions], back=back, act=secrets.token_hex(8), expect=expect,
        notes=office.store.queue.notes(case.record.record_id), history=_history(case), people=_people(office, user.name),
        wider=_wider(case, about, siblings), copies=_copies(office, case, asked),
    )  # fmt: skip


def _copies(office: Office, case: Case, asked: Item | None) -> list[Case]:
    """The records that this one may repeat, where that is asked."""
    if asked is None or asked.reason != "possible_copy":
        return []
    return list(office.store.desk.cases([link.other_id for link in case.links if link.relation == "possible_copy_of"]).values())


def _wider(case: Case, field: str, siblings: Sequence[object]) -> int:
    """How many findings of this visit a decision on it reaches too."""
    from store.desk_rows import INHERITED

    if case.record.kind != "inspection" or field not in INHERITED:
        return 0
    return sum(getattr(s, "parent_id", "") == case.record.record_id for s in siblings)


@router.get("/report/{sha256}/{report}")
def report_item(
    request: Request, sha256: str, report: int, session: Visitor, page: int | None = None
) -> Response:
    """A question about a whole report: its kind, its pages, rows that were not understood."""
    office = office_of(request)
    head = office.store.desk.head(sha256)
    if head is None:
        raise RefusedError("There is no such document.", 404)
    found = next((r for r in head.reports if r.ordinal == report), None)
    others = office.store.queue.of_report(sha256, report)
    asked = next((i for i in others if not i.record_id), None)
    held_by = office.store.queue.lease(asked, session.user.name) if asked is not None else ""
    first = found.pages[0] if found is not None and found.pages else 1
    back = query_of(request.query_params)
    return show(
        request, "report.html", session,
        head=head, found=found, report=report, asked=asked, held_by=held_by,
        sheet=sheet(sha256, Evidence(first, (), ""), office.house, page),
        siblings=office.store.desk.siblings(sha256, report, 0, 200), open_at={i.record_id for i in others},
        left=[i for i in others if i.question in session.user.questions], back=back, act=secrets.token_hex(8),
        notes=office.store.queue.notes("", asked.item_id) if asked else [], people=_people(office, session.user.name),
    )  # fmt: skip


def _field(wanted: str | None, waiting: Sequence[Item], may: Sequence[str], case: Case) -> str:
    """The field the page is about: the one asked for, else the first that waits for this person."""
    if wanted is not None:
        known = wanted == WHOLE or wanted in case.settled.values or wanted in question_names(case)
        if not known:
            raise RefusedError("A record of this kind has no such field.", 404)
        return wanted
    mine = [i for i in waiting if i.question in may] or list(waiting)
    return mine[0].field if mine else WHOLE


def question_names(case: Case) -> tuple[str, ...]:
    """All fields that may be asked about."""
    from records.deciding import CITY_STATUS, IDENTITY, PARENT, SAME_AS
    from records.record import FIELDS_OF

    return (*FIELDS_OF[case.record.kind], IDENTITY, SAME_AS, PARENT, CITY_STATUS)


def _following(others: Sequence[Item], asked: Item | None) -> Item | None:
    if asked is None:
        return None
    return next((i for i in others if i.place > asked.place), None)


def _expect(office: Office, following: Item) -> str:
    """Draws the page of the next item while this one is being read; returns its address for the browser to fetch."""
    case = office.store.desk.cases([following.record_id]).get(following.record_id)
    if case is not None and (page := evidence_of(case.record, following.field).page) is not None:
        office.house.expect(case.sha256, page, DPI)
        return f"/picture/{case.sha256}/{page}"
    return ""


def _history(case: Case) -> list[tuple[str, object, bool]]:
    """(field, decision, whether it can be taken back) in order."""
    undone = {d.undoes for d in case.decisions if d.action == "undo"}
    return [
        (d.field, d, d.action != "undo" and d.decision_id not in undone and (d.group or "-") not in undone)
        for d in case.decisions
    ]


def _people(office: Office, me: str) -> list[str]:
    return [u.name for u in office.store.users.all() if not u.disabled and u.name != me]


__all__ = ["case_of", "item_path", "question_names", "router", "show_item"]
