"""The rows from which queue and search are served: one per record, and one per question that waits for a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from records.deciding import SAME_AS, UNREADABLE
from records.export import item_id, reason_words
from records.links import Route
from records.record import Reason, Record, Report
from records.settle import WHOLE, Settled, to_text

Row = dict[str, Any]

DERIVED: Final[Mapping[str, str]] = {"code_title": "code", "code_basis": "code", "code_meaning": "code"}
"""Fields that follow from another one: nobody is asked about them."""
INHERITED: Final = ("inspection_date", "parcel_id", "address_as_written", "permit_record")
"""Fields that a finding has from its visit: asked once, of the visit."""
ADDRESS_OF: Final[Mapping[str, str]] = {
    "inspection": "address_as_written", "violation": "address_as_written", "tax": "location", "water": "location",
}  # fmt: skip
DAY_OF: Final[Mapping[str, str]] = {
    "inspection": "inspection_date", "violation": "inspection_date", "tax": "as_of_date", "water": "period_end",
}  # fmt: skip
_FIRST: Final = ("", "identity", "address_as_written", "parcel_id", "inspection_date", "description", "code", "category")

_LIFE_SAFETY: Final = frozenset({"smoke_co", "egress", "structural", "heat", "electrical", "lead"})
_HARM: Final[Mapping[str, float]] = {"violation": 3.0, "inspection": 3.0, "tax": 2.0, "water": 1.0, "document": 3.0}
"""What a wrong record costs, relative to a wrong meter row: a missed violation keeps a family in an unsafe house, a wrong
visit takes its findings along, a wrong tax row sends a letter to the wrong owner."""
_DOUBT: Final[Mapping[str, float]] = {
    "missing": 0.9, "unknown_code": 0.7, "ambiguous": 0.6, "conflict": 0.6, "handwritten": 0.5, "check": 0.5,
    "possible_copy": 0.5, "unmeasured": 0.5, "weak": 0.2,
}  # fmt: skip
_SECONDS: Final[Mapping[str, float]] = {"reading": 6.0, "judgement": 14.0, "parcel": 12.0}
_REPORT_SECONDS: Final = 40.0
_TURN_SECONDS: Final = 8.0  # finding one's way into another report

_STREET = re.compile(r"^\W*\d[\w/½¼-]*(?:\s*(?:-|&|to)\s*\d+\w*)?(?:\s+1/2)?\s+(.*)$", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:[,;#(]|\b(?:unit|apt|apartment|floor|fl|suite|chelsea|rear)\b).*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its document, its report, its order among the report's records."""

    sha256: str
    path: str
    report: int
    layout: str
    ordinal: int


def question_of(kind: str, field: str, codes: Iterable[str] = ()) -> str:
    """Whom a doubt asks: anyone who can read, an inspector, or who knows the parcels and the city's codes."""
    if field == "parcel_id" or "unknown_code" in codes:
        return "parcel"
    if kind == "violation" and field in ("code", "category"):
        return "judgement"
    return "reading"


def street_of(address: str) -> str:
    """The street of an address as written, for a filter: '41-43 Orange St., Unit 2' -> 'ORANGE ST'."""
    found = _STREET.match(address)
    return _TAIL.sub("", found[1]).strip(" .").upper()[:60] if found else ""


def phrase_of(text: str) -> str:
    """A description in the form in which equal ones are grouped."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()[:120]


def state_of(settled: Settled, route: Route | None, found: bool) -> str:
    """The state under which search shows a record."""
    if settled.rejected:
        return "rejected"
    if settled.value(SAME_AS) is not None:
        return "same_as"
    if settled.record.ignorable:
        return "ignored"
    if not found:
        return "in_review" if settled.reopened else "vanished"
    return "ignored" if route is None else route.state


def record_row(record: Record, settled: Settled, route: Route | None, place: Place, found: bool = True) -> Row:
    """What search, lists and groups show of a record."""
    value = {name: to_text(v.value) for name, v in settled.values.items()}
    address = value.get(ADDRESS_OF[record.kind], "")
    owner, case = value.get("owner", ""), value.get("case_number", "")
    words = (
        place.path, address, owner, case, value.get("parcel_id", ""), value.get("account", ""), value.get("description", ""),
        value.get("code", ""), value.get("inspector", ""), value.get("permit_record", ""), value.get("meter", ""),
        value.get(DAY_OF[record.kind], ""), record.record_id,
    )  # fmt: skip
    return {
        "record_id": record.record_id,
        "sha256": place.sha256,
        "path": place.path,
        "report": place.report,
        "ordinal": place.ordinal,
        "kind": record.kind,
        "parent_id": value.get("inspection_id", "") or record.parent,
        "state": state_of(settled, route, found),
        "decided_by": settled.decided_by,
        "confidence": None if route is None else route.confidence,
        "page": record.anchor.page,
        "parcel": value.get("parcel_id", ""),
        "address": address,
        "owner": owner,
        "case_number": case,
        "day": value.get(DAY_OF[record.kind], "")[:10],
        "inspector": value.get("inspector", ""),
        "code": value.get("code", ""),
        "layout": place.layout,
        "label": _label(record, value),
        "same_phrase": phrase_of(value.get("description", "")),
        "haystack": " ".join(filter(None, words)).lower()[:600],
    }


def item_rows(
    record: Record, settled: Settled, route: Route | None, place: Place, row: Row, visit_asks: Mapping[str, str]
) -> list[Row]:
    """The questions that a record leaves open. ``visit_asks``: what its visit is asked about, field -> value there, so that a
    finding does not ask again."""
    if row["state"] != "in_review":
        return []
    reasons = () if route is None else route.reasons
    if route is None:
        reasons = (Reason("", "conflict", "decided before, but no longer found on the page: please look again"),)
    asked: dict[str, list[Reason]] = {}
    for reason in reasons:
        if reason.code == UNREADABLE:
            continue
        field = DERIVED.get(reason.field, reason.field)
        asked.setdefault(field, []).append(reason)
    value = {name: to_text(v.value) for name, v in settled.values.items()}
    for field in [f for f in asked if f in INHERITED and visit_asks.get(f) == value.get(f, "")]:
        del asked[field]
    rows = []
    for field, why in sorted(asked.items(), key=lambda pair: (_order(pair[0]), pair[0])):
        question = question_of(record.kind, field, [r.code for r in why])
        rows.append(
            {
                "item_id": item_id(record.record_id, field),
                "record_id": record.record_id,
                "field": field,
                "question": question,
                "kind": record.kind,
                "reason": why[0].code,
                "reasons": reason_words(why),
                "value": value.get(field, "") if field != WHOLE else row["label"],
                "pencil": any(r.code == "handwritten" for r in reasons),
                "place": f"{place.report + 1:04d}.{place.ordinal:06d}.{_order(field):02d}.{field}"[:80],
                "seconds": _SECONDS[question] + (6.0 if "missing" in {r.code for r in why} else 0.0),
                "harm": _harm(record, value) * _doubt(why, row["confidence"]),
                **_common(place, row),
            }
        )
    return rows


def report_row(report: Report, place: Place, day: str, address: str, inspector: str) -> Row:
    """The question that a whole report leaves open: its kind, a page that is missing, rows that were not understood."""
    words = reason_words(report.reasons)
    page = report.pages[0] if report.pages else None
    row = {"day": day, "address": address, "inspector": inspector}
    return {
        "item_id": item_id(place.sha256, "report", str(report.ordinal), "" if page is None else str(page), words),
        "record_id": "",
        "field": "",
        "question": "reading",
        "kind": "document",
        "reason": report.reasons[0].code,
        "reasons": words,
        "value": report.doc_type,
        "pencil": False,
        "place": f"{place.report + 1:04d}.999999.00",  # once its records are settled, what may be missing shows
        "seconds": _REPORT_SECONDS,
        "harm": _HARM["document"] * _doubt(report.reasons, None),
        **_common(place, row),
    }


def ranked(items: Sequence[Row], known: Mapping[tuple[str, int], float] | None = None) -> list[Row]:
    """The rows with the rank of their report: less harm x doubt per second. A report that is being worked on keeps its rank
    (``known``), so that the queue does not jump under a reader's eyes."""
    sums: dict[tuple[str, int], list[float]] = {}
    for item in items:
        total = sums.setdefault((item["sha256"], item["report"]), [0.0, _TURN_SECONDS])
        total[0] += item["harm"]
        total[1] += item["seconds"]
    out = []
    for item in items:
        key = (item["sha256"], item["report"])
        rank = (known or {}).get(key)
        own = -round(sums[key][0] / sums[key][1], 6)  # the least comes first: one index gives rank and place in order
        row = {**item, "rank": own if rank is None else rank, "place": f"{item['sha256'][:12]}.{item['place']}"}
        del row["harm"]
        out.append(row)
    return out


def _common(place: Place, row: Mapping[str, Any]) -> Row:
    return {
        "sha256": place.sha256,
        "report": place.report,
        "month": row["day"][:7],
        "street": street_of(row["address"]),
        "inspector": row["inspector"],
        "layout": place.layout,
        "path": place.path,
    }


def _order(field: str) -> int:
    return _FIRST.index(field) if field in _FIRST else len(_FIRST)


def _harm(record: Record, value: Mapping[str, str]) -> float:
    return _HARM[record.kind] * (2.0 if value.get("category") in _LIFE_SAFETY else 1.0)


def _doubt(reasons: Sequence[Reason], confidence: float | None) -> float:
    weights = [
        max(0.02, 1 - confidence) if r.code == "weak" and confidence is not None else _DOUBT.get(r.code, 0.5) for r in reasons
    ]
    return max(weights, default=0.5)


def _label(record: Record, value: Mapping[str, str]) -> str:
    match record.kind:
        case "inspection":
            parts = [value.get("inspection_type", "visit"), value.get("inspection_date", ""), value.get("unit", "")]
        case "violation":
            parts = [value.get("description", "") or value.get("code", "")]
        case "tax":
            parts = [value.get("account", ""), value.get("fiscal_year", ""), value.get("code", ""), value.get("total", "")]
        case _:
            parts = [value.get("account", ""), value.get("period_end", ""), value.get("consumption", "")]
    return " · ".join(p for p in parts if p)[:160]
