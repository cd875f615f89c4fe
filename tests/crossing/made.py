"""Made-up visits for the tests of what holds between documents."""

from __future__ import annotations

from datetime import date

from extractors.crossing import Filed
from records.document import Box
from records.record import Evidence, Extraction, Outcome, Record, Report, Value

PLACE = Evidence(1, (Box(72, 72, 200, 84),), "text")


def fields(**values: Value | None) -> dict[str, Extraction]:
    return {n: Extraction(n, v, PLACE, 1.0, 1.0, "test@1") for n, v in values.items() if v is not None}


def visit(
    name: str,
    on: date,
    findings: list[tuple[str, str]],
    *,
    case: str = "BHI-18-0100",
    unit: str = "2",
    parcel: str = "10-4",
    kind: str = "initial",
    original: date | None = None,
    text_source: str = "text_layer",
) -> Filed:
    """A document with one visit; ``findings`` are (description, status)."""
    inspection = Record(
        "inspection", "inspection/0",
        fields(parcel_id=parcel, inspection_date=on, unit=unit, case_number=case or None, inspection_type=kind,
               department="inspectional_services", address_as_written="12 Elm St", original_inspection_date=original,
               result="violations"),
        PLACE, record_id=f"{name}:i",
    )  # fmt: skip
    violations = tuple(
        Record(
            "violation", f"violation/0/{i}",
            fields(description=text, status=status, parcel_id=parcel, inspection_date=on, category="other"),
            PLACE, parent=f"{name}:i", record_id=f"{name}:{i}",
        )
        for i, (text, status) in enumerate(findings)
    )  # fmt: skip
    report = Report(0, "housing_inspection", (1,), (), (inspection, *violations))
    return Filed(name, name, text_source, "pdf", Outcome("housing_inspection", (report,)))  # type: ignore[arg-type]
