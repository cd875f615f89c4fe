"""The rest of the house: coverage, the code book, runs and deliveries, uploads and downloads, what decisions taught."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from records.cells import guarded
from records.columns import LEDGER_STATES
from records.errors import LotlineError
from records.export import LedgerEntry
from review.pages import Managing, Posted, RefusedError, Visitor, files_of, go, office_of, show
from store.runs import last_good_night

router = APIRouter()
STATES: Final[Mapping[str, str]] = {
    "extracted": "read", "in_review": "in review", "unreadable": "unreadable", "without_document": "no document",
    "not_an_inspection": "no inspection",
}  # fmt: skip
BY: Final[Mapping[str, str]] = {"state": "State", "inspector": "Inspector", "type": "Type"}
MOST_BYTES: Final = 250_000_000
_ROWS: Final = 300


@router.get("/coverage")
def coverage(
    request: Request, session: Visitor, by: str = "state", month: str | None = None, value: str | None = None
) -> Response:
    """Month by state, inspector or type; a click leads to the rows of the permit log."""
    by = by if by in BY else "state"
    if by == "inspector" and not session.user.manages:
        raise RefusedError("What each inspector's rows became is for managers.")
    ledger = office_of(request).house.ledger()
    columns, rows = heat(ledger, by)
    found = [e for e in ledger if _month(e) == month and (value is None or _value(e, by) == value)] if month is not None else []
    return show(
        request, "coverage.html", session, by=by, ways=BY, columns=columns, rows=rows, month=month, value=value,
        found=found[:_ROWS], many=len(found), states=STATES, total=len(ledger),
        missing=sum(e.state == "without_document" for e in ledger), since=office_of(request).house.since_last_night(),
    )  # fmt: skip


def heat(ledger: Sequence[LedgerEntry], by: str) -> tuple[list[str], list[tuple[str, list[tuple[str, int, int]], int]]]:
    """(columns, rows of (month, cells of (column, rows, heat 0..4), sum)). For states a cell counts its rows; for inspectors
    and types it counts what is missing: rows without a document."""
    counts: Counter[tuple[str, str]] = Counter()
    for entry in ledger:
        if by == "state" or entry.state == "without_document":
            counts[_month(entry), _value(entry, by)] += 1
    columns = list(LEDGER_STATES) if by == "state" else sorted({_value(e, by) for e in ledger})
    most = max((n for (_, c), n in counts.items() if by != "state" or c == "without_document"), default=1)
    rows = []
    for month in sorted({_month(e) for e in ledger}):
        cells = []
        for column in columns:
            n = counts[month, column]
            warm = by != "state" or column in ("without_document", "unreadable")
            cells.append((column, n, 0 if not n or not warm else min(4, 1 + (3 * n) // max(1, most))))
        rows.append((month, cells, sum(n for _, n, _ in cells)))
    return columns, rows


def _month(entry: LedgerEntry) -> str:
    return entry.log.opened.isoformat()[:7] if entry.log.opened else ""


def _value(entry: LedgerEntry, by: str) -> str:
    if by == "state":
        return entry.state
    return (entry.log.inspector if by == "inspector" else entry.log.record_type) or "unknown"


@router.get("/coverage/missing.csv")
def missing(request: Request, session: Visitor) -> Response:
    """The rows of the permit log that have no document, or none that can be read; with inspectors for managers."""
    manages = session.user.manages
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("record_no", "record_type", "opened", "address", "unit", "state", *(("inspector",) if manages else ())))
    for e in office_of(request).house.ledger():
        if e.state in ("without_document", "unreadable"):
            row = (e.log.record_no, e.log.record_type, e.log.opened or "", e.log.address, e.log.unit, e.state)
            writer.writerow([guarded(str(v)) for v in (*row, *((e.log.inspector,) if manages else ()))])
    headers = {"Content-Disposition": 'attachment; filename="missing.csv"'}
    return PlainTextResponse(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/codes")
def codes(request: Request, session: Visitor, domain: str = "") -> Response:
    """The code book: every code that stands on papers, and what it means."""
    lines = office_of(request).house.code_book()
    domains = Counter(line.domain for line in lines)
    return show(
        request, "codes.html", session, domain=domain, domains=sorted(domains.items()),
        lines=[line for line in lines if not domain or line.domain == domain],
    )  # fmt: skip


@router.get("/runs")
def runs(request: Request, session: Visitor) -> Response:
    """Runs, deliveries, uploads, downloads."""
    office = office_of(request)
    every = office.store.runs()
    made = every[::-1][:60]
    return show(
        request, "runs.html", session, runs=made, good=last_good_night(every),
        deliveries=office.store.deliveries.all()[::-1][:40],
        exports=[(p.name, p.stat().st_size) for p in office.house.exports()],
        took={r.run_id: str(timedelta(seconds=round((r.finished - r.started).total_seconds()))) for r in made if r.finished},
    )  # fmt: skip


@router.post("/uploads")
def upload(request: Request, post: Posted) -> Response:
    """Files dragged in: kept where the next run finds them."""
    office = office_of(request)
    kept, refused = [], []
    for file in files_of(post.form, "files"):
        name = file.filename or ""
        if file.size is not None and file.size > MOST_BYTES:
            refused.append(f"{name}: larger than {MOST_BYTES // 1_000_000} MB")
            continue
        try:
            kept.append(office.house.take_upload(name, file.file.read()))
        except LotlineError as error:
            refused.append(f"{name}: {error}")
    for name in kept:
        office.store.desk.log(post.user.name, "upload", name, "", post.address, post.at)
    said = [f"{len(kept)} file{'s' if len(kept) != 1 else ''} taken in." if kept else "", *refused]
    if not kept and not refused:
        said = ["Choose at least one file."]
    if kept and post.text("then", 8) != "keep":
        said.append(office.house.read_uploads())
    return go("/runs", " ".join(filter(None, said)))


@router.post("/export")
def export(request: Request, session: Managing, post: Posted) -> Response:
    """Decisions show in the exports now instead of after the next run."""
    office = office_of(request)
    said = office.house.export_now()
    office.store.desk.log(post.user.name, "export", "", said, post.address, post.at)
    return go("/runs", said)


@router.get("/exports/{name}")
def download(request: Request, name: str, session: Visitor) -> Response:
    """A file of the last export."""
    found = next((p for p in office_of(request).house.exports() if p.name == name), None)
    if found is None:
        return PlainTextResponse("There is no such file in the last export.", 404)
    return FileResponse(found, filename=found.name, content_disposition_type="attachment")


@router.get("/learn")
def learn(request: Request, session: Managing) -> Response:
    """What decisions taught: a manager says whether it holds from now on."""
    office = office_of(request)
    return show(
        request, "learn.html", session, suggestions=office.house.suggestions(), answered=office.store.desk.answered()
    )


@router.post("/learn")
def answer(request: Request, session: Managing, post: Posted) -> Response:
    office, wanted = office_of(request), post.text("suggestion", 32)
    wish = post.text("action", 8)
    found = next((s for s in office.house.suggestions() if s.suggestion_id == wanted), None)
    if found is None or wish not in ("approve", "reject"):
        return go("/learn", "That suggestion is answered or gone.")
    said = office.house.learn(found) if wish == "approve" else "It will not be suggested again."
    office.store.desk.answer_suggestion(
        found.suggestion_id, found.kind, json.dumps(dict(found.said)), wish, post.user.name, post.at, post.address
    )
    return go("/learn", said)


