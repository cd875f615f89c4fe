"""Find anything: search over all records, a record's own page for the landlord at the counter, a document with everything
drawn on it, a parcel with all its papers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from records.document import Box
from records.settle import to_text
from review.item_page import _history, case_of
from review.item_view import evidence_of, field_lines, sheet
from review.pages import Posted, RefusedError, Visitor, go, office_of, show
from review.words import KIND_WORDS, STATE_WORDS
from store.cases import Case
from store.desk import Line

router = APIRouter()
SIZE = 50


@dataclass(frozen=True, slots=True)
class Drawn:
    """A record drawn on its page: ``look`` is human, accepted, waiting or out."""

    line: Line
    box: Box
    look: str


@router.get("/search")
def search(request: Request, session: Visitor, q: str = "", kind: str = "", state: str = "", after: str = "") -> Response:
    """Records by any words: address, owner, case, parcel, file, finding."""
    office = office_of(request)
    found: list[Line] = []
    if q.strip() or kind or state:
        found = office.store.desk.search(q[:200], kind, state, after, SIZE + 1)
    query = urlencode({k: v for k, v in (("q", q), ("kind", kind), ("state", state)) if v})
    more = f"/search?{query}&after={found[SIZE - 1].record_id}" if len(found) > SIZE else ""
    return show(
        request, "search.html", session, q=q, kind=kind, state=state, found=found[:SIZE], more=more,
        kinds=[(k, w) for k, w in KIND_WORDS.items() if k != "document"], states=list(STATE_WORDS.items()),
        asked=bool(q.strip() or kind or state),
        parcels=office.house.find_parcels(q, 5) if q.strip() and not after else [],
    )  # fmt: skip


@router.get("/record/{record_id}")
def record(request: Request, record_id: str, session: Visitor) -> Response:
    """A record's page, fit to be printed: the place on the paper, the reading, who decided, which deliveries held it."""
    office = office_of(request)
    case = case_of(office, record_id)
    report = case.record.report if case.report is None else case.report.ordinal
    visit = office.store.desk.cases([case.record.parent]).get(case.record.parent) if case.record.parent else None
    return show(
        request, "record.html", session, case=case, record=case.record, visit=visit, report=report,
        sheet=sheet(case.sha256, evidence_of(case.record, ""), office.house), lines=field_lines(case, {}, "-"),
        history=_history(case), act=secrets.token_hex(8), line=office.store.desk.line(record_id),
        deliveries=office.store.deliveries.of_row(record_id),
        parcel=office.house.parcel(to_text(case.settled.value("parcel_id"))),
    )  # fmt: skip


@router.get("/document/{sha256}")
def document(request: Request, sha256: str, session: Visitor, page: int = 1) -> Response:
    """A file with every record drawn on its page: machine, person and settled."""
    office = office_of(request)
    head = office.store.desk.head(sha256)
    if head is None:
        raise RefusedError("There is no such document.", 404)
    lines = office.store.desk.on_page(sha256, page)
    cases = office.store.desk.cases([line.record_id for line in lines])
    from records.record import Evidence

    return show(
        request, "document.html", session, head=head, page=page, sheet=sheet(sha256, Evidence(page, (), ""), office.house),
        drawn=drawn(lines, cases), lines=lines, cases=cases, waiting=office.store.queue.of_document(sha256),
        there=office.house.source(sha256) is not None, act=secrets.token_hex(8),
    )  # fmt: skip


def drawn(lines: Sequence[Line], cases: dict[str, Case]) -> list[Drawn]:
    """Records with a place on this page, largest first, so that small ones can be pointed at."""
    out = []
    for line in lines:
        case = cases.get(line.record_id)
        if case is None:
            continue
        box = evidence_of(case.record, "").box
        if box is None:
            continue
        look = "out" if line.state not in ("accepted", "in_review") else "human" if line.decided_by == "review" else line.state
        out.append(Drawn(line, box, "waiting" if look == "in_review" else look))
    return sorted(out, key=lambda d: -d.box.area)


@router.get("/document/{sha256}/file")
def original(request: Request, sha256: str, session: Visitor) -> Response:
    """The file itself, to be saved, never opened in this site's name."""
    found = office_of(request).house.source(sha256)
    if found is None:
        return PlainTextResponse("The file is not where it was read.", 404)
    return FileResponse(
        found, media_type="application/octet-stream", filename=found.name, content_disposition_type="attachment"
    )


@router.post("/document/{sha256}/again")
def again(request: Request, sha256: str, post: Posted) -> Response:
    """Reads the file again with other settings."""
    office = office_of(request)
    dpi = post.number("dpi")
    if not 150 <= dpi <= 600:
        raise RefusedError("Between 150 and 600 dots per inch.", 400)
    said = office.house.read_again(sha256, dpi)
    office.store.desk.log(post.user.name, "read again", sha256[:16], f"{dpi} dpi", post.address, post.at)
    return go(f"/document/{sha256}", said)


@router.get("/parcel/{parcel_id:path}")
def parcel(request: Request, parcel_id: str, session: Visitor) -> Response:
    """A parcel: its inspections, findings, taxes and water, each with its source."""
    office = office_of(request)
    lines = office.store.desk.of_parcel(parcel_id)
    known = office.house.parcel(parcel_id)
    if known is None and not lines:
        raise RefusedError("There is no such parcel in the parcel file, and no record carries this id.", 404)
    groups = {kind: [line for line in lines if line.kind == kind] for kind in ("inspection", "violation", "tax", "water")}
    return show(request, "parcel.html", session, parcel_id=parcel_id, parcel=known, groups=groups)


@router.get("/find/parcel_id")
def find_parcel(request: Request, session: Visitor, text: str = "") -> Response:
    """Parcels as one types; a part of the item page."""
    found = office_of(request).house.find_parcels(text[:200]) if text.strip() else []
    return show(request, "candidates.html", session, candidates=[(p.parcel_id, p.address, p.owner) for p in found], shown=text)


@router.get("/find/code")
def find_code(request: Request, session: Visitor, text: str = "", record: str = "") -> Response:
    """Sections as one types; a part of the item page."""
    from datetime import date

    office = office_of(request)
    case = office.store.desk.cases([record]).get(record) if record else None
    on = None if case is None else case.record.value("inspection_date")
    found = office.house.codes(text[:200], on if isinstance(on, date) else None) if text.strip() else []
    return show(request, "candidates.html", session, candidates=[(c.code, c.title, c.category) for c in found], shown=text)


