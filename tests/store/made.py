"""Small made-up outcomes for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from records.decision import Action, Decision
from records.document import Box, SourceFile
from records.record import Evidence, Extraction, Outcome, Record, Report, Value
from records.vocabulary import Kind

SHA = "a" * 64
OTHER_SHA = "b" * 64
NOW = datetime(2019, 8, 1, 12, 0, tzinfo=UTC)


def source(path: str = "reports/a.pdf", sha256: str = SHA, size: int = 100) -> SourceFile:
    return SourceFile(sha256, path, size)


def at(top: float, page: int = 1, text: str = "line", left: float = 72.0) -> Evidence:
    return Evidence(page, (Box(left, top, left + 400.0, top + 11.0),), text)


def record(kind: Kind, key: str, where: Evidence, **values: Value) -> Record:
    fields = {n: Extraction(n, v, where, 0.98, 0.9, f"us-ma/labels/{n}@1") for n, v in values.items()}
    return Record(kind, key, fields, where, features={"reading": 0.98})


def visit(key: str = "inspection/0", top: float = 40.0) -> Record:
    return record("inspection", key, at(top), address_as_written="41 Orange St", case_number="V18-1")


def finding(n: int, top: float, description: str, code: str = "105 CMR 410.500", page: int = 1) -> Record:
    found = record("violation", f"violation/0/{n}", at(top, page), code=code, description=description, unit="2")
    return replace(found, parent="inspection/0")


def tax(n: int, top: float, page: int = 1, **changes: Value) -> Record:
    values: dict[str, Value] = {
        "account": str(100000 + n * 37),
        "owner": f"OWNER {n * 7919 % 10007}",
        "fiscal_year": 2017 + n % 3,
        "tax_type": "real_estate",
        "total": Decimal(n) + Decimal("0.50"),
        "location": f"{n} BROADWAY",
    }
    return record("tax", f"tax/{n}", at(top, page), **{**values, **changes})


def outcome(records: Sequence[Record], reason: str = "") -> Outcome:
    report = Report(0, "housing_inspection", (1,), ("label 'Inspection Date'",), tuple(records))
    return Outcome("housing_inspection", (report,), reason)


def decision(
    record_id: str, field: str, action: Action, n: int, value: str = "", seen: str = "", region: str = "", group: str = ""
) -> Decision:
    return Decision(f"d{n}", record_id, field, action, value, seen, region, "ana", NOW, group=group)
