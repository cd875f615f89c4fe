"""One question as the screen shows it: the value, where it stands, why it is asked, what may be meant, what else the record
says. Built from what the store holds; changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from records.deciding import CITY_STATUS
from records.decision import Decision, standing
from records.document import Box
from records.errors import LotlineError
from records.record import FIELDS_OF, Evidence, Reason, Record
from records.settle import WHOLE, region_of, seen_value, to_text
from records.vocabulary import CATEGORIES
from review.pictures import DPI
from review.ports import House
from review.words import NOT_ASKED, choices_of, field_words, input_kind
from store import Store
from store.cases import Case
from store.desk_queue import Item
from store.desk_rows import ADDRESS_OF, DERIVED, phrase_of, question_of

_IN_BRACKETS = re.compile(r"\(([^()]{1,24})\)")
_MARGIN = 14.0
_LEAST_VIEW = 430.0  # points across: closer up, a line has no context


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that may be meant, with what tells it from the others."""

    value: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page on screen. ``view`` and ``crop`` are SVG view boxes in points; ``boxes`` the places that are lit. Without a
    picture ``problem`` says why and ``lines`` hold the words as read."""

    sha256: str
    page: int
    pages: int
    width: float
    height: float
    view: str
    crop: str
    boxes: tuple[Box, ...]
    problem: str = ""
    lines: tuple[tuple[str, str, bool], ...] = ()  # anchor, text, lit

    @property
    def src(self) -> str:
        return f"/picture/{self.sha256}/{self.page}"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of the record beside the one that is asked about."""

    field: str
    words: str
    value: str
    machine: str
    by: str  # auto, review
    why: str  # open reasons
    editable: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Everything the item page shows of one field."""

    field: str
    words: str
    value: str
    machine: str
    seen: str
    region: str
    kind: str  # date, number, text, choice, whole
    choices: tuple[str, ...]
    reasons: str
    question: str
    candidates: tuple[Candidate, ...]
    decided: Decision | None


def question(case: Case, field: str, item: Item | None, house: House, store: Store) -> Question:
    """The question about one field of a record, also where nobody asked it."""
    record = case.record
    settled = case.settled.values.get(field)
    value = to_text(settled.value) if settled is not None else ""
    choices = tuple(CATEGORIES) if field == "category" else tuple(choices_of(record.kind, field))
    return Question(
        field=field,
        words=field_words(field),
        value=value,
        machine=to_text(record.value(field)) if field else "",
        seen=seen_value(record, field),
        region=region_of(record, field),
        kind="whole" if field == WHOLE else "choice" if choices else input_kind(field),
        choices=choices,
        reasons=item.reasons if item is not None else "",
        question=item.question if item is not None else question_of(record.kind, field),
        candidates=tuple(candidates(case, field, house, store)),
        decided=standing(case.decisions).get(field),
    )


def candidates(case: Case, field: str, house: House, store: Store) -> Sequence[Candidate]:
    """What may be meant, best first: what people decided where the paper says the same, parcels with owner and address,
    sections with titles, other readings of the words."""
    taught = _taught(case, field, house, store)
    rest = [c for c in _candidates(case, field, house) if c.value not in taught]
    return [*taught.values(), *rest][:8]


def _taught(case: Case, field: str, house: House, store: Store) -> dict[str, Candidate]:
    """What was decided on other records with the same address or the same words: a suggestion, never an answer."""
    shared = {"parcel_id": ADDRESS_OF[case.record.kind], "code": "description", "category": "description"}.get(field)
    value = "" if shared is None else to_text(case.settled.value(shared))
    if not value:
        return {}
    column = "address" if field == "parcel_id" else "same_phrase"
    found = store.desk.decided_alike(column, value if column == "address" else phrase_of(value), field, case.record.record_id)
    taught = {}
    for answer, times in found:
        parcel = house.parcel(answer) if field == "parcel_id" else None
        title = parcel.address if parcel is not None else answer.replace("_", " ")
        many = f"decided so {times} times" if times > 1 else "decided so before"
        taught[answer] = Candidate(answer, title, many)
    return taught


def _candidates(case: Case, field: str, house: House) -> Sequence[Candidate]:
    record = case.record
    found = record.fields.get(field)
    if field == "parcel_id":
        return _parcels(case, house)
    if field == "code":
        on = record.value("inspection_date")
        day = on if isinstance(on, date) else None
        own = [to_text(record.value("code")), *(found.alternatives if found is not None else ())]
        offered = {c: Candidate(c, house.code_title(c, day)) for c in own if c}
        for choice in house.codes(to_text(case.settled.value("description")), day):
            offered.setdefault(choice.code, Candidate(choice.code, choice.title, choice.category.replace("_", " ")))
        return list(offered.values())[:8]
    if found is None:
        return ()
    own = [to_text(found.value), *found.alternatives]
    return [Candidate(v, v) for v in dict.fromkeys(own) if v][:8] if len(own) > 1 else ()


def _parcels(case: Case, house: House) -> list[Candidate]:
    record = case.record
    found = record.fields.get("parcel_id")
    named = [to_text(record.value("parcel_id")), *(found.alternatives if found is not None else ())]
    # The reasons name parcels in brackets: "two parcels fit: 45 Shurtleff St (12-3), 45R Shurtleff St (12-4)".
    reasons: tuple[Reason, ...] = (*record.reasons, *(case.route.reasons if case.route else ()))
    named += [i for r in reasons if r.field in ("parcel_id", "") for i in _IN_BRACKETS.findall(r.detail)]
    offered: dict[str, Candidate] = {}
    for parcel_id in named:
        parcel = house.parcel(parcel_id.strip()) if parcel_id else None
        if parcel is not None:
            offered.setdefault(parcel.parcel_id, Candidate(parcel.parcel_id, parcel.address, parcel.owner))
    address = to_text(case.settled.value(ADDRESS_OF[record.kind]))
    if len(offered) < 6 and address:
        for parcel in house.find_parcels(address, 6):
            offered.setdefault(parcel.parcel_id, Candidate(parcel.parcel_id, parcel.address, parcel.owner))
    return list(offered.values())[:8]


def field_lines(case: Case, open_reasons: Mapping[str, str], asked: str) -> list[FieldLine]:
    """The rest of the record: what it says, who says so, what is open."""
    record = case.record
    names = [n for n in FIELDS_OF[record.kind] if n in case.settled.values or n in open_reasons or n not in NOT_ASKED]
    if record.kind == "violation":
        names.append(CITY_STATUS)
    lines = []
    for name in names:
        settled = case.settled.values.get(name)
        lines.append(
            FieldLine(
                name, field_words(name), to_text(settled.value) if settled else "", to_text(record.value(name)),
                settled.by if settled else "auto", open_reasons.get(name, ""), name not in NOT_ASKED and name != asked,
            )
        )  # fmt: skip
    return lines


def open_reasons(items: Sequence[Item]) -> dict[str, str]:
    return {i.field: i.reasons for i in items}


def evidence_of(record: Record, field: str) -> Evidence:
    """Where a field stands: its own place, that of the field it follows from, else where the record begins."""
    for name in (field, DERIVED.get(field, "")):
        found = record.fields.get(name)
        if found is not None and (found.evidence.page is not None or found.evidence.anchor):
            return found.evidence
    if record.kind == "violation" and (words := record.fields.get("description")) is not None and words.evidence.boxes:
        return words.evidence
    return record.anchor


def sheet(sha256: str, evidence: Evidence, house: House, page: int | None = None) -> Sheet:
    """The page with this evidence lit and in view; another page of the file where ``page`` is given."""
    number = page or evidence.page or 1
    boxes = evidence.boxes if evidence.page == number else ()
    try:
        picture = house.picture(sha256, number, DPI)
    except LotlineError as error:
        lines = tuple((anchor, text, bool(anchor) and anchor == evidence.anchor) for anchor, text in house.lines_of(sha256))
        return Sheet(sha256, number, 1, 612, 792, "0 0 612 792", "", (), str(error), lines)
    width, height = picture.width, picture.height
    lit = tuple(_inside(b, width, height) for b in boxes)
    return Sheet(
        sha256, number, picture.pages, width, height, _view(lit, width, height), _crop(lit, width, height), lit,
    )  # fmt: skip


def _inside(box: Box, width: float, height: float) -> Box:
    return Box(max(0.0, box.x0), max(0.0, box.top), min(width, box.x1), min(height, box.bottom))


def _view(boxes: Sequence[Box], width: float, height: float) -> str:
    """As much of the page as is legible, with the evidence a little above its middle; the whole page without evidence."""
    if not boxes:
        return f"0 0 {width:.1f} {height:.1f}"
    x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
    across = min(width, max(_LEAST_VIEW, (x1 - x0) * 1.15))
    down = min(height, max(across * 0.9, (bottom - top) * 1.3))
    left = min(max(0.0, (x0 + x1) / 2 - across / 2), width - across)
    above = min(max(0.0, (top + bottom) / 2 - down * 0.4), height - down)
    return f"{left:.1f} {above:.1f} {across:.1f} {down:.1f}"


def _crop(boxes: Sequence[Box], width: float, height: float) -> str:
    """The evidence with a margin, for the strip beside the field; '' without evidence."""
    if not boxes:
        return ""
    x0, x1 = min(b.x0 for b in boxes) - _MARGIN, max(b.x1 for b in boxes) + _MARGIN
    top, bottom = min(b.top for b in boxes) - _MARGIN / 2, max(b.bottom for b in boxes) + _MARGIN / 2
    x0, top = max(0.0, x0), max(0.0, top)
    x1, bottom = min(width, max(x1, x0 + 120)), min(height, bottom)
    return f"{x0:.1f} {top:.1f} {x1 - x0:.1f} {bottom - top:.1f}"
