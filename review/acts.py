"""What people do on an item: every act is one form, one transaction, one line of the log, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from records.deciding import SAME_AS
from records.decision import Decision
from records.settle import WHOLE, to_text
from review.deciding import decision, inherited, name, rest_is_right, saved
from review.filters import parsed, query_of
from review.item_page import case_of, question_names, show_item
from review.pages import Office, Post, Posted, RefusedError, go, office_of
from review.queue_page import next_path
from review.words import choice_words, field_words
from store.cases import Case
from store.desk import StaleError
from store.desk_queue import Item, Note
from store.desk_rows import ADDRESS_OF, question_of

router = APIRouter()


@router.post("/item/{record_id}")
def act(request: Request, record_id: str, post: Posted) -> Response:
    """Decides on a field, or on the whole record, and leads to what comes next."""
    office = office_of(request)
    case = case_of(office, record_id)
    field, wish = post.text("field", 64), _wish(post)
    if field not in ("", *question_names(case)):
        raise RefusedError("A record of this kind has no such field.", 404)
    item = next((i for i in office.store.queue.of_record(record_id) if i.field == field), None)
    at = item or _as_item(case, field)
    back = query_of(parsed(post.text("back")))
    if wish == "skip":
        return _skip(office, post, at, back)
    if wish == "ask":
        return _ask(office, post, at, back)
    try:
        _may(post, case, field, item)
        made = _wished(office, post, case, field, wish, at)
    except RefusedError as error:  # said beside the field, with what was typed still in it
        return show_item(
            request, office, post.session, case, field, status=error.status, typed=_value(post), problem=str(error), query=back
        )
    seen = {case.record.record_id: (post.number("seq"), post.text("digest", 32))}
    try:
        office.store.desk.decide(made, seen, post.address)
    except StaleError as error:
        now = error.cases[0] if error.cases else case
        return show_item(
            request, office, post.session, now, field, status=409, typed=_value(post), conflict=str(error), query=back
        )
    undo = made[0].group or made[0].decision_id
    where = post.text("where", 400)
    if where and _plain(where):
        return go(where, _told(made, case, field), undo)
    if made[0].field == "parcel_id" and made[0].action == "correct" and "parcel" in post.user.questions:
        more = _others_at(office, case)
        if more:
            return go(next_path(office.store, post.session, back, at), _told(made, case, field), undo, more)
    return go(next_path(office.store, post.session, back, at), _told(made, case, field), undo)


def _others_at(office: Office, case: Case) -> dict[str, str]:
    """The way to the other records that wait with the same address: one decision may settle them all."""
    address = to_text(case.settled.value(ADDRESS_OF[case.record.kind]))
    alike = office.store.desk.alike("address", address, size=400) if address else []
    others = [a for a in alike if a.record_id != case.record.record_id and not a.parcel]
    if not others:
        return {}
    many = f"{len(others)} more record{'s' if len(others) > 1 else ''} with this address"
    return {"more_href": "/groups/address?" + urlencode({"value": address}), "more_words": many}


def _wish(post: Post) -> str:
    """The button that was pressed; a candidate is a save with another value."""
    return "save" if "pick" in post.form else post.text("action", 20)


def _value(post: Post) -> str:
    return post.text("pick") if "pick" in post.form else post.text("value")


def _wished(office: Office, post: Post, case: Case, field: str, wish: str, at: Item) -> list[Decision]:
    """The decisions that the pressed button means."""
    token, by, note = post.text("act", 40) or name(post.at.isoformat()), post.user.name, post.text("note")
    match wish:
        case "save":
            made = [saved(case, field, _value(post), token, by, post.at, note)]
        case "unreadable":
            if field == WHOLE:
                raise RefusedError("Say of a field that it can't be read, or that this is no record.", 400)
            made = [decision(case, field, "unreadable", token, by, post.at, note=note)]
        case "not_a_record" | "withdraw":
            if wish == "withdraw" and not note:
                raise RefusedError("A record that is out already is withdrawn with a reason: write a word why.", 400)
            return [decision(case, WHOLE, wish, token, by, post.at, note=note)]
        case "same":
            other = next((link.other_id for link in case.links if link.relation == "possible_copy_of"), "")
            if not other:
                raise RefusedError("There is no other record that this one may repeat.", 400)
            return [decision(case, SAME_AS, "correct", token, by, post.at, value=other, note=note)]
        case "rest":
            return _rest(office, post, at, token)
        case _:
            raise RefusedError("There is no such action.", 400)
    siblings = office.store.desk.findings(case.record.record_id) if case.record.kind == "inspection" else {}
    followers = inherited(case, field, siblings.values())
    if not followers:
        return made
    group = name(token, case.record.record_id, field, "group")
    first = made[0]
    lead = decision(case, field, first.action, token, by, post.at, value=first.value, note=note, group=group)
    return [
        lead,
        *(
            decision(f, field, "correct" if first.action == "correct" else first.action, token, by, post.at, value=first.value,
                     note=note, group=group)
            for f in followers
        ),
    ]  # fmt: skip


def _rest(office: Office, post: Post, at: Item, token: str) -> list[Decision]:
    items = office.store.queue.of_report(at.sha256, at.report)
    cases = office.store.desk.cases(sorted({i.record_id for i in items if i.record_id}))
    members = rest_is_right(items, cases, post.user.questions)
    if not members:
        raise RefusedError("Nothing is left in this report that could be confirmed as it stands.", 400)
    group = name(token, at.sha256, str(at.report), "rest")
    return [decision(c, f, "confirm", token, post.user.name, post.at, group=group) for c, f in members]


def _skip(office: Office, post: Post, at: Item, back: str) -> Response:
    office.store.queue.skip(at.item_id, post.user.name)
    return go(next_path(office.store, post.session, back, at), "Skipped; it comes again later.", f"skip:{at.item_id}")


def _ask(office: Office, post: Post, at: Item, back: str) -> Response:
    text, to = post.text("note", 1000), post.text("to", 64)
    if not text:
        raise RefusedError("Write a word on what you would like to know.", 400)
    if to and office.store.users.get(to) is None:
        raise RefusedError(f"There is nobody called {to} here.", 400)
    note_id = name(post.text("act", 40), at.item_id, "ask")
    office.store.queue.note(Note(note_id, at.item_id, at.record_id, post.user.name, to, text, post.at))
    office.store.queue.skip(at.item_id, post.user.name)
    office.store.desk.log(post.user.name, "ask", at.record_id or at.item_id, to, post.address, post.at)
    return go(next_path(office.store, post.session, back, at), f"Asked {to or 'a colleague'}; it is kept with the item.")


@router.post("/report/{sha256}/{report}")
def act_on_report(request: Request, sha256: str, report: int, post: Posted) -> Response:
    """Answers a question about a whole report."""
    office = office_of(request)
    others = office.store.queue.of_report(sha256, report)
    at = next((i for i in others if not i.record_id), None)
    back = query_of(parsed(post.text("back")))
    wish = post.text("action", 20)
    if at is None:
        return go(next_path(office.store, post.session, back, None), "Somebody has settled this report meanwhile.")
    if wish == "skip":
        return _skip(office, post, at, back)
    if wish == "ask":
        return _ask(office, post, at, back)
    token = post.text("act", 40)
    if wish == "rest":
        made = _rest(office, post, at, token)
        office.store.desk.decide(made, {}, post.address)
        return go(next_path(office.store, post.session, back, at), f"Confirmed {len(made)} values.", made[0].group)
    if wish not in ("confirm", "unreadable"):
        raise RefusedError("There is no such action.", 400)
    act_id = name(token, sha256, str(report), wish)
    office.store.desk.answer_report(
        act_id, sha256, report, wish, post.user.name, post.at, post.text("note"), post.address, seen=post.text("seen", 64)
    )
    said = "This report is complete as it is." if wish == "confirm" else "This report can't be read."
    return go(next_path(office.store, post.session, back, at), said, f"report:{act_id}")


@router.post("/undo")
def undo(request: Request, post: Posted) -> Response:
    """Takes back a decision, a group, an answer about a report, or a skip."""
    office, target = office_of(request), post.text("target", 80)
    where = post.text("where", 400)
    kind, _, rest = target.partition(":")
    if kind == "report" and rest:
        office.store.desk.undo_report(
            name(post.text("act", 40) or post.at.isoformat(), rest), rest, post.user.name, post.at, post.address
        )
        return go(where if _plain(where) else "/", "Taken back.")
    if kind == "skip" and rest:
        office.store.queue.unskip(rest, post.user.name)
        return go(where if _plain(where) else "/", "Taken back; it waits again.")
    made = office.store.desk.undo(target, post.user.name, post.at, post.address)
    if not made:
        return go(where if _plain(where) else "/", "That was taken back already.")
    back = where if _plain(where) else f"/item/{made[0].record_id}"
    many = f" on {len(made)} records" if len(made) > 1 else ""
    return go(back, f"Taken back{many}.", made[0].group or made[0].decision_id)


def _plain(where: str) -> bool:
    return where.startswith("/") and not where.startswith(("//", "/\\")) and where.isprintable()


def _may(post: Post, case: Case, field: str, item: Item | None) -> None:
    """Raises RefusedError where this person may not settle this question."""
    question = item.question if item is not None else question_of(case.record.kind, field)
    if _wish(post) == "rest":
        return
    if question not in post.user.questions:
        who = {"judgement": "an inspector", "parcel": "the assessor or the data team"}.get(question, "a colleague")
        raise RefusedError(f"{field_words(field)} is a question for {who}. Use 'ask' to hand it over.")
    whole = not field and _wish(post) == "save"
    if whole and case.record.kind == "violation" and "judgement" not in post.user.questions:
        raise RefusedError("Confirming a whole violation confirms its section too: that is for an inspector.")


def _told(made: Sequence[Decision], case: Case, field: str) -> str:
    first = made[0]
    what = field_words(field) if field else {"inspection": "Visit", "violation": "Finding"}.get(case.record.kind, "Row")
    more = f", and {len(made) - 1} more with it" if len(made) > 1 else ""
    match first.action:
        case "confirm":
            return f"{what} confirmed{more}."
        case "correct" if first.field == SAME_AS:
            return "Counted once, with the other record."
        case "correct":
            return f"{what} is now {choice_words(first.value) or 'empty'}{more}."
        case "unreadable":
            return f"{what} can't be read on the paper{more}."
        case "withdraw":
            return "The record is withdrawn."
        case _:
            return "Marked as no record."


def _as_item(case: Case, field: str) -> Item:
    """Where a person is who edits a field that nobody asked about: next comes what follows it."""
    report = case.record.report if case.report is None else case.report.ordinal
    place = f"{case.sha256[:12]}.{report + 1:04d}.{case.ordinal:06d}.99"
    return Item(
        "", case.record.record_id, case.sha256, report, field, "reading", case.record.kind, "", "", "", "", "", "", "", case.path,
        False, -1e9, place, 0.0,
    )  # fmt: skip


