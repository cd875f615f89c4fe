"""Values with their evidence, records made of them, and what became of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from records.document import Box, enclosing
from records.vocabulary import DocType, Kind

Value = str | int | Decimal | date
"""A field's value; dollars and readings are Decimal, fiscal years int. A field that has no value is absent or None."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value stands: page (1-based), boxes in points, and the text exactly as read, before any repair.
    ``anchor`` (paragraph, cell) is the place in files without pages."""

    page: int | None
    boxes: tuple[Box, ...]
    text: str
    anchor: str = ""

    @property
    def box(self) -> Box | None:
        return enclosing(self.boxes)


@dataclass(frozen=True, slots=True)
class Extraction:
    """One field as the machine read it.

    The parts of its confidence stay apart until routing: ``reading`` (were the words read right: lowest word confidence
    behind the value, 1.0 for a trusted text layer), ``finding`` (is this the right place and meaning: how specific the
    rule was, 0..1), None = not measured. ``rule`` names rule and version: ``us-ma/labels/inspection_date@1``.
    """

    field: str
    value: Value | None
    evidence: Evidence
    reading: float | None
    finding: float | None
    rule: str
    flags: tuple[str, ...] = ()  # repaired_id, ocr_repair, handwritten, inferred, alternatives, ...
    alternatives: tuple[str, ...] = ()  # other values that fit, best first


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record waits for a person: ``code`` for filters, ``detail`` in plain words for the clerk. ``at``: the place on the
    page it is about, where it is not the record's own (a handwritten line that no record explains)."""

    field: str
    code: str  # missing | conflict | unmeasured | weak | ambiguous | handwritten | check | possible_copy | unknown_code
    detail: str = ""
    at: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One finding, visit, tax row or meter row as found in a document.

    ``local_key`` is unique within one extraction of the document ("inspection/0", "violation/0/3"); ``parent`` is the
    inspection's local key on a violation. ``record_id`` is minted by the store, once, and '' before that.
    ``report`` is the ordinal of the report within the file (an attribute, never identity).
    ``features`` are the numbers the calibrated confidence is made of. ``anchor`` is where the record begins.
    """

    kind: Kind
    local_key: str
    fields: Mapping[str, Extraction]
    anchor: Evidence
    report: int = 0
    parent: str = ""
    record_id: str = ""
    reasons: tuple[Reason, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    confidence: float | None = None
    ignorable: str = ""  # on the paper but no record ("struck out", "quoted as corrected earlier"); never exported

    def value(self, name: str) -> Value | None:
        found = self.fields.get(name)
        return None if found is None else found.value

    def text(self, name: str) -> str:
        """The value as text, '' where there is none."""
        found = self.value(name)
        return "" if found is None else str(found)

    def having(self, *extractions: Extraction) -> Record:
        """This record with the given fields set or replaced."""
        return replace(self, fields={**self.fields, **{e.field: e for e in extractions}})

    def doubting(self, *reasons: Reason) -> Record:
        """This record with more reasons for a person to look."""
        return replace(self, reasons=(*self.reasons, *(r for r in reasons if r not in self.reasons)))


@dataclass(frozen=True, slots=True)
class Report:
    """One logical report in a file: which pages, what kind, why we think so, and what it yields."""

    ordinal: int
    doc_type: DocType
    pages: tuple[int, ...]
    why: tuple[str, ...]
    records: tuple[Record, ...] = ()
    reasons: tuple[Reason, ...] = ()  # doubts about the report as a whole (kind unsure, a page missing, rows not understood)
    layout: str = ""  # fingerprint of its labels and structure
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: its reports, or why there are none."""

    doc_type: DocType
    reports: tuple[Report, ...]
    reason: str = ""  # "photograph", "blank pages", "résumé: no inspection labels", failure text
    failure: str = ""  # the file could not be read

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(r for report in self.reports for r in report.records)


INSPECTION_FIELDS = (
    "parcel_id", "department", "inspection_date", "inspection_type", "result", "inspector", "case_number",
    "address_as_written", "unit", "permit_record", "match_basis", "original_inspection_date",
)  # fmt: skip
VIOLATION_FIELDS = (
    "parcel_id", "inspection_date", "address_as_written", "unit", "code", "code_title", "category", "description",
    "location", "status", "correct_by", "code_basis", "code_as_written", "permit_record", "corrected_date",
)  # fmt: skip
TAX_FIELDS = (
    "parcel_id", "account", "owner", "location", "fiscal_year", "tax_type", "tax_type_as_written", "code",
    "code_meaning", "principal", "interest", "fees", "total", "as_of_date", "parcel_as_written",
)  # fmt: skip
WATER_FIELDS = (
    "parcel_id", "account", "meter", "location", "period_start", "period_end", "previous_reading", "current_reading",
    "consumption", "unit", "read_type", "amount", "parcel_as_written",
)  # fmt: skip
FIELDS_OF: Mapping[Kind, tuple[str, ...]] = {
    "inspection": INSPECTION_FIELDS, "violation": VIOLATION_FIELDS, "tax": TAX_FIELDS, "water": WATER_FIELDS,
}  # fmt: skip
