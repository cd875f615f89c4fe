"""Records and outcomes as JSON and back, exactly: ``from_json(to_json(x)) == x`` for every value, box and reason.

Compact on purpose (a tax list holds thousands of rows): evidence, extractions and reasons are arrays whose order is given by
the functions here. Text is plain JSON text and int a plain number; Decimal and date are tagged, as JSON has neither.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from records.document import Box
from records.record import Evidence, Extraction, Outcome, Reason, Record, Report, Value

Json = Any
"""What ``json`` reads and writes."""


def record_to_json(record: Record) -> str:
    """One record with fields, evidence, parts, features, reasons and flags."""
    return _dump(_record(record))


def record_from_json(text: str) -> Record:
    """The record that ``record_to_json`` wrote."""
    return _read_record(json.loads(text))


def outcome_to_json(outcome: Outcome) -> str:
    """An outcome with its reports and their records."""
    return _dump(
        {
            "doc_type": outcome.doc_type,
            "reason": outcome.reason,
            "failure": outcome.failure,
            "reports": [_report(r) for r in outcome.reports],
        }
    )


def outcome_from_json(text: str) -> Outcome:
    """The outcome that ``outcome_to_json`` wrote."""
    data = json.loads(text)
    return Outcome(
        doc_type=data["doc_type"],
        reports=tuple(_read_report(r) for r in data["reports"]),
        reason=data["reason"],
        failure=data["failure"],
    )


def header_to_json(outcome: Outcome) -> str:
    """The outcome and its reports without the records, which the store keeps one by one."""
    return outcome_to_json(replace(outcome, reports=tuple(replace(r, records=()) for r in outcome.reports)))


def reasons_to_json(reasons: tuple[Reason, ...]) -> str:
    """Reasons alone, as a route carries them."""
    return _dump([_reason(r) for r in reasons])


def reasons_from_json(text: str) -> tuple[Reason, ...]:
    """The reasons that ``reasons_to_json`` wrote."""
    return tuple(_read_reason(r) for r in json.loads(text))


def _dump(data: Json) -> str:
    # ASCII: text as read may hold lone surrogates or NUL, which neither UTF-8 nor PostgreSQL takes.
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))


def _value(value: Value | None) -> Json:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _read_value(data: Json) -> Value | None:
    if isinstance(data, dict):
        return Decimal(data["decimal"]) if "decimal" in data else date.fromisoformat(data["date"])
    return cast("str | int | None", data)


def _box(box: Box) -> Json:
    return [box.x0, box.top, box.x1, box.bottom]


def _evidence(evidence: Evidence) -> Json:
    return [evidence.page, [_box(b) for b in evidence.boxes], evidence.text, evidence.anchor]


def _read_evidence(data: Json) -> Evidence:
    page, boxes, text, anchor = data
    return Evidence(page, tuple(Box(*b) for b in boxes), text, anchor)


def _extraction(e: Extraction) -> Json:
    return [_value(e.value), _evidence(e.evidence), e.reading, e.finding, e.rule, e.flags, e.alternatives]


def _read_extraction(field: str, data: Json) -> Extraction:
    value, evidence, reading, finding, rule, flags, alternatives = data
    return Extraction(
        field, _read_value(value), _read_evidence(evidence), reading, finding, rule, tuple(flags), tuple(alternatives)
    )


def _reason(reason: Reason) -> Json:
    said = [reason.field, reason.code, reason.detail]
    return said if reason.at is None else [*said, _evidence(reason.at)]


def _read_reason(data: Json) -> Reason:
    field, code, detail, *at = data
    return Reason(field, code, detail, _read_evidence(at[0]) if at else None)


def _record(record: Record) -> Json:
    return {
        "kind": record.kind,
        "local_key": record.local_key,
        # the key of the mapping and the extraction's own name may differ, so both are kept where they do
        "fields": [[k, _extraction(e)] if k == e.field else [k, _extraction(e), e.field] for k, e in record.fields.items()],
        "anchor": _evidence(record.anchor),
        "report": record.report,
        "parent": record.parent,
        "record_id": record.record_id,
        "reasons": [_reason(r) for r in record.reasons],
        "features": dict(record.features),
        "confidence": record.confidence,
        "ignorable": record.ignorable,
    }


def _read_record(data: Json) -> Record:
    return Record(
        kind=data["kind"],
        local_key=data["local_key"],
        fields={f[0]: _read_extraction(f[-1] if len(f) > 2 else f[0], f[1]) for f in data["fields"]},
        anchor=_read_evidence(data["anchor"]),
        report=data["report"],
        parent=data["parent"],
        record_id=data["record_id"],
        reasons=tuple(_read_reason(r) for r in data["reasons"]),
        features=data["features"],
        confidence=data["confidence"],
        ignorable=data["ignorable"],
    )


def _report(report: Report) -> Json:
    return {
        "ordinal": report.ordinal,
        "doc_type": report.doc_type,
        "pages": report.pages,
        "why": report.why,
        "records": [_record(r) for r in report.records],
        "reasons": [_reason(r) for r in report.reasons],
        "layout": report.layout,
        "as_of": None if report.as_of is None else report.as_of.isoformat(),
    }


def _read_report(data: Json) -> Report:
    return Report(
        ordinal=data["ordinal"],
        doc_type=data["doc_type"],
        pages=tuple(data["pages"]),
        why=tuple(data["why"]),
        records=tuple(_read_record(r) for r in data["records"]),
        reasons=tuple(_read_reason(r) for r in data["reasons"]),
        layout=data["layout"],
        as_of=None if data["as_of"] is None else date.fromisoformat(data["as_of"]),
    )
