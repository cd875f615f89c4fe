"""Proof: samples drawn, rows checked, whole pages audited, decisions read a second time, and what all that says."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from records.decision import Decision
from records.record import Evidence
from records.settle import to_text
from records.trust import CLAIM_WORDS, KEY_FIELDS, NO_RECORD, Book, Member, PageAudit, Sample, SecondReading
from records.vocabulary import KINDS
from review.deciding import check_value, name
from review.item_view import evidence_of, question, sheet
from review.pages import Managing, Office, Posted, RefusedError, Visitor, go, office_of, show
from review.records_pages import drawn
from review.words import KIND_WORDS, choices_of, field_words
from store.cases import Case
from store.desk_rows import question_of

router = APIRouter()
PURPOSES = {
    "proof": "first sample: released rows, stratified, about an hour",
    "audit": "audit: the standing share of released rows",
    "page": "page audit: is everything on this page recorded?",
    "blind": "second readings: what another person decided, read without seeing it",
}


@router.get("/trust")
def trust(request: Request, session: Visitor) -> Response:
    """How right the data is known to be."""
    office = office_of(request)
    book = office.store.trust.book()
    return show(
        request, "trust.html", session, proof=office.house.proof(), book=book, purposes=PURPOSES, claim_words=CLAIM_WORDS,
        left={s.sample_id: len(remaining(s, book, session.user.name, _deciders(office, s))) for s in book.samples},
        points=calibration(office, book), act=secrets.token_hex(8),
    )  # fmt: skip


@router.post("/trust/draw")
def draw(request: Request, post: Posted) -> Response:
    office, purpose = office_of(request), post.text("purpose", 8)
    if purpose not in PURPOSES:
        raise RefusedError("There is no such sample.", 400)
    drawn_ = office.house.draw(purpose, post.user.name)  # type: ignore[arg-type]
    office.store.desk.log(post.user.name, "draw sample", drawn_, purpose, post.address, post.at)
    return go(f"/check/{drawn_}", "Sample drawn.")


@router.post("/trust/reopen")
def reopen(request: Request, session: Managing, post: Posted) -> Response:
    """Opens a gate that a breach closed, with a reason."""
    office, claim = office_of(request), post.text("claim", 16)
    office.house.reopen(claim, post.text("why"), post.user.name)
    office.store.desk.log(post.user.name, "reopen gate", claim, post.text("why"), post.address, post.at)
    return go("/trust", f"The gate of {CLAIM_WORDS.get(claim, claim)} is open again.")  # type: ignore[call-overload]


@router.get("/check/{sample_id}")
def check_page(request: Request, sample_id: str, session: Visitor, page: int | None = None) -> Response:
    """The next thing of a sample that this person may look at."""
    office = office_of(request)
    sample, book = _sample(office, sample_id)
    left = remaining(sample, book, session.user.name, _deciders(office, sample))
    if not left:
        return go("/trust", "This sample is done, as far as you may do it.")
    return _show_member(request, office, session, sample, left, page)


def _show_member(
    request: Request, office: Office, session: Visitor, sample: Sample, left: Sequence[Member], page: int | None,
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    member = left[0]
    common = {
        "sample": sample, "member": member, "left": len(left), "done": len(sample.members) - len(left), "problem": problem,
        "started": f"{time.time():.1f}", "act": secrets.token_hex(8), "purposes": PURPOSES,
    }  # fmt: skip
    if sample.purpose == "page":
        number = member.page or 1
        lines = office.store.desk.on_page(member.sha256, number)
        cases = office.store.desk.cases([line.record_id for line in lines])
        head = office.store.desk.head(member.sha256)
        return show(
            request, "audit.html", session, status, lines=lines, head=head, drawn=drawn(lines, cases),
            sheet=sheet(member.sha256, Evidence(number, (), ""), office.house, number),
            kinds=[(k, KIND_WORDS[k]) for k in KINDS], report=lines[0].report if lines else 0, **common,
        )  # fmt: skip
    case = office.store.desk.cases([member.record_id])[member.record_id]
    if sample.purpose == "blind":
        first = next(d for d in case.decisions if d.decision_id == member.decision_id)
        q = question(case, first.field, None, office.house, office.store)
        return show(
            request, "blind.html", session, status, case=case, q=q,
            sheet=sheet(case.sha256, evidence_of(case.record, first.field), office.house, page), **common,
        )  # fmt: skip
    names = _checked_fields(case)
    fields = [(f, field_words(f), to_text(case.record.value(f)), choices_of(case.record.kind, f)) for f in names]
    return show(
        request, "check.html", session, status, case=case, fields=fields,
        sheet=sheet(case.sha256, evidence_of(case.record, ""), office.house, page), **common,
    )  # fmt: skip


@router.post("/check/{sample_id}")
def check(request: Request, sample_id: str, post: Posted) -> Response:
    """Keeps a verdict: a row that is right or wrong, what a page lacks, what a second person reads."""
    office = office_of(request)
    sample, book = _sample(office, sample_id)
    left = remaining(sample, book, post.user.name, _deciders(office, sample))
    key = post.text("member", 80)
    member = next((m for m in left if key_of(m) == key), None)
    if member is None:
        return go(f"/check/{sample_id}", "Somebody looked at that one meanwhile.")
    act = name(post.text("act", 40), sample_id, key)
    note = post.text("note", 1000)
    if sample.purpose == "page":
        missed: dict[str, int] = {k: n for k in KINDS if (n := _count(post.text(f"missed_{k}", 4)))}
        recorded = len(office.store.desk.on_page(member.sha256, member.page or 1))
        office.store.trust.audit_page(
            PageAudit(act, member.sha256, member.page or 1, recorded, missed, post.user.name, post.at, sample_id, note)
        )
        said = "Everything on it is recorded." if not missed else f"{sum(missed.values())} missed, noted."
    elif sample.purpose == "blind":
        said = _read_again(office, post, member, act, sample_id, note)
    else:
        case = office.store.desk.cases([member.record_id])[member.record_id]
        wrong: dict[str, str] = {}
        if post.text("action", 12) == "no_record":
            wrong = {NO_RECORD: ""}
        else:
            for field in _checked_fields(case):
                value = post.text(f"f_{field}")
                if value != to_text(case.record.value(field)):
                    try:
                        if question_of(case.record.kind, field) not in post.user.questions:
                            raise RefusedError(f"{field_words(field)} is not a question for your role: ask a colleague.", 403)
                        check_value(case.record.kind, field, value)
                    except RefusedError as error:
                        return _show_member(request, office, post.session, sample, left, None, str(error), 400)
                    wrong[field] = value
        office.house.check(member.record_id, wrong, post.user.name, sample_id, _seconds(post.text("started", 20)), note)
        said = "Right." if not wrong else "Wrong; corrected as you said."
    office.store.desk.log(post.user.name, f"check {sample.purpose}", key, said, post.address, post.at)
    return go(f"/check/{sample_id}", said)


def _read_again(office: Office, post: Posted, member: Member, act: str, sample_id: str, note: str) -> str:
    case = office.store.desk.cases([member.record_id])[member.record_id]
    first = next(d for d in case.decisions if d.decision_id == member.decision_id)
    value = post.text("value")
    check_value(case.record.kind, first.field, value)
    agrees = value == answer_of(first)
    office.store.trust.read_again(
        SecondReading(act, member.decision_id, value, agrees, post.user.name, post.at, sample_id, note)
    )
    return "Both read the same." if agrees else f"The first answer was {answer_of(first) or 'empty'}; both are kept."


def answer_of(decision: Decision) -> str:
    """What a decision says the value is."""
    return decision.value if decision.action == "correct" else decision.seen_value if decision.action == "confirm" else ""


def key_of(member: Member) -> str:
    return member.decision_id or member.record_id or f"{member.sha256}:{member.page}"


def remaining(sample: Sample, book: Book, user: str, deciders: dict[str, str]) -> list[Member]:
    """What of a sample nobody has looked at yet and this person may: a second reading needs a second person."""
    if sample.purpose == "page":
        done = {f"{a.sha256}:{a.page}" for a in book.page_audits if a.sample_id == sample.sample_id}
    elif sample.purpose == "blind":
        done = {r.decision_id for r in book.second_readings}
    else:
        done = {c.record_id for c in book.checks if c.sample_id == sample.sample_id}
    return [m for m in sample.members if key_of(m) not in done and deciders.get(m.decision_id, "") != user]


def calibration(office: Office, book: Book) -> dict[str, list[tuple[float, float, int]]]:
    """claim -> (confidence said, share right, rows) of what was checked, in five bins."""
    checks = book.latest_checks()
    lines = office.store.desk.lines(list(checks))
    said: dict[str, list[tuple[float, bool]]] = {}
    for record_id, made in checks.items():
        line = lines.get(record_id)
        if line is not None and line.confidence is not None:
            said.setdefault(made.kind, []).append((line.confidence, made.right(made.kind)))
    out: dict[str, list[tuple[float, float, int]]] = {}
    for claim, pairs in said.items():
        pairs.sort()
        size = max(1, -(-len(pairs) // 5))
        bins = [pairs[i : i + size] for i in range(0, len(pairs), size)]
        out[claim] = [(sum(p for p, _ in b) / len(b), sum(r for _, r in b) / len(b), len(b)) for b in bins]
    return out


def _checked_fields(case: Case) -> list[str]:
    """What makes a row right, and what else stands on it that a person sees at a glance."""
    kind = case.record.kind
    names: list[str] = [*KEY_FIELDS[kind]]
    if kind == "violation":
        names += KEY_FIELDS["code"]
    extra = {"violation": ("description", "unit"), "inspection": ("address_as_written", "unit"), "tax": ("account", "owner"),
             "water": ("account",)}  # fmt: skip
    return list(dict.fromkeys([*names, *extra[kind]]))


def _sample(office: Office, sample_id: str) -> tuple[Sample, Book]:
    book = office.store.trust.book()
    found = next((s for s in book.samples if s.sample_id == sample_id), None)
    if found is None:
        raise RefusedError("There is no such sample.", 404)
    return found, book


def _deciders(office: Office, sample: Sample) -> dict[str, str]:
    """decision_id -> who made it, for second readings."""
    if sample.purpose != "blind":
        return {}
    cases = office.store.desk.cases([m.record_id for m in sample.members])
    return {d.decision_id: d.by for c in cases.values() for d in c.decisions}


def _count(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _seconds(started: str) -> float | None:
    try:
        taken = time.time() - float(started)
    except ValueError:
        return None
    return round(taken, 1) if 0 < taken < 1800 else None


