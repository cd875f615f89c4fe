"""What leaves the product: the input of an export, and the rows made of it. Pure functions of settled records.

Which rows: a record that says again what another says (``same_as``), an ignorable one and a rejected one never leave.
A settled value that does not fit its column (a date that is none) sends the row back to review instead of out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from records.cells import bbox, cell, confidence, export_text, joined
from records.columns import COLUMNS, TABLES
from records.document import Box, TextSource, enclosing
from records.parcel import LogRow, Parcel
from records.privacy import SOCIAL_SECURITY, looks_personal
from records.record import Reason, Record
from records.vocabulary import DocType, Kind

__all__ = [
    "COLUMNS", "CodeEntry", "DocumentInfo", "ExportBundle", "ExportRecord", "LedgerEntry", "OpenQuestion", "Provenance",
    "Row", "document_id", "export_text", "list_id",
]  # fmt: skip

Row = Mapping[str, str]
"""Column name -> cell, ready to be written."""

TABLE_OF: Mapping[Kind, str] = {
    "inspection": "inspections", "violation": "violations", "tax": "tax_delinquencies", "water": "water_usage",
}  # fmt: skip
_ID_OF: Mapping[Kind, str] = {
    "inspection": "inspection_id", "violation": "violation_id", "tax": "tax_id", "water": "usage_id",
}  # fmt: skip
# Columns that not every text can stand in.
_STRICT = {
    kind: tuple(c for c in TABLES[name].columns if c.type not in ("text", "path", "id")) for kind, name in TABLE_OF.items()
}
_FREE_TEXT = {kind: tuple(c.name for c in TABLES[name].columns if c.type == "text") for kind, name in TABLE_OF.items()}
# For a reason that came without words of its own.
_REASON_WORDS = {
    "missing": "not found", "conflict": "two readings disagree", "unmeasured": "confidence not measured",
    "weak": "not sure enough", "ambiguous": "several answers fit", "handwritten": "written by hand",
    "check": "a check failed", "possible_copy": "may repeat another report", "unknown_code": "code not in the code book",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A file of the input. ``duplicate_of``: the path of the byte-identical original. ``failure``: why it, or part of it,
    could not be read; ``read`` is False where nothing could."""

    sha256: str
    source_file: str
    pages: int | None
    doc_type: DocType
    text_source: TextSource
    reason: str = ""
    failure: str = ""
    read: bool = True
    duplicate_of: str = ""


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A settled record. ``values`` are export texts per field; ``same_as`` is the id of the record it repeats;
    ``parent_id`` the visit of a violation; ``rejected``: a person said that it is no record."""

    record: Record
    sha256: str
    source_file: str
    values: Mapping[str, str]
    state: Literal["accepted", "in_review"]
    decided_by: Literal["auto", "review"]
    confidence: float | None
    reasons: tuple[Reason, ...] = ()
    parent_id: str = ""
    parcel_id_current: str = ""
    first_cited_date: date | None = None
    repeat_of: str = ""
    corrected_date: date | None = None
    same_as: str = ""
    rejected: bool = False

    @property
    def id(self) -> str:
        return self.record.record_id

    @property
    def kind(self) -> Kind:
        return self.record.kind


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something about a file (``report`` None) or one report in it that waits for a person."""

    sha256: str
    source_file: str
    reasons: tuple[Reason, ...]
    report: int | None = None
    page: int | None = None
    machine_value: str = ""
    field: str = ""
    box: Box | None = None  # where on the page, if it is about one place


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A row of the permit log and what became of it."""

    log: LogRow
    state: Literal["extracted", "in_review", "unreadable", "without_document", "not_an_inspection"]
    inspection_id: str = ""
    sha256: str = ""
    source_file: str = ""
    match_basis: str = ""


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code met on paper; ``meaning`` '' = nobody has said."""

    domain: str  # tax, water, fire, use, housing
    code: str
    meaning: str = ""
    said_by: str = ""
    said_on: date | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made the data: goes into the manifest. ``versions``: reader, engines, models -> version or hash. ``proof``: kind
    -> what was checked ("412 checked, 1 wrong: at most 1.2 %"); a kind without a first sample is not named.
    ``standing``: every claim -> how it stands, in words."""

    rulebook_hash: str
    versions: Mapping[str, str] = field(default_factory=dict)
    calibration: str = "none"
    proof: Mapping[str, str] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportBundle:
    """Everything an export is a function of."""

    documents: tuple[DocumentInfo, ...]
    records: tuple[ExportRecord, ...]
    provenance: Provenance
    questions: tuple[OpenQuestion, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    codebook: tuple[CodeEntry, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    log_through: date | None = None  # the log's newest row: the ledger is complete only up to here

    @cached_property
    def by_id(self) -> Mapping[str, ExportRecord]:
        return {r.id: r for r in self.records}

    @cached_property
    def standing(self) -> tuple[ExportRecord, ...]:
        """The records that count, each once, with those whose values do not fit sent back to review."""
        return tuple(
            _checked(r) for r in self.records if not (r.same_as or r.rejected or r.record.ignorable)
        )

    def original(self, record_id: str) -> str:
        """The id of the record that stands for this one."""
        seen: set[str] = set()
        while record_id not in seen and (known := self.by_id.get(record_id)) and known.same_as:
            seen.add(record_id)
            record_id = known.same_as
        return record_id


def document_id(sha256: str) -> str:
    return sha256[:16]


def list_id(sha256: str, as_of: str) -> str:
    """The id of a list: one document may hold lists of several dates."""
    return hashlib.sha256(f"{sha256}|{as_of}".encode()).hexdigest()[:16]


def item_id(*parts: str) -> str:
    """The id of a question: the same question has the same id in every run."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def reason_words(reasons: Sequence[Reason]) -> str:
    """Reasons as a clerk reads them."""
    return joined(r.detail or _REASON_WORDS.get(r.code, r.code.replace("_", " ")) for r in reasons)


def place(entry: ExportRecord) -> tuple[int | None, Box | None]:
    """Page and box of a record: a violation's own words; for a row of a list all of its cells on that line."""
    anchor = entry.record.anchor
    if anchor.page is None:
        return None, None
    if entry.kind == "violation" and (words := entry.record.fields.get("description")) is not None:
        evidence = words.evidence
        if evidence.page is not None and evidence.box is not None:
            same_page = tuple(evidence.boxes)
            return evidence.page, enclosing(same_page)
    box = anchor.box
    if box is None or entry.kind == "inspection":
        return anchor.page, box
    cells = [
        b
        for extraction in entry.record.fields.values()
        if extraction.evidence.page == anchor.page
        for b in extraction.evidence.boxes
        if box.top <= b.centre_y <= box.bottom
    ]
    return anchor.page, enclosing([box, *cells])


def record_row(entry: ExportRecord, extra: Mapping[str, str]) -> dict[str, str]:
    """The row of a record; ``extra`` holds what only the whole export knows. Values that don't fit are left blank."""
    table = TABLES[TABLE_OF[entry.kind]]
    page, box = place(entry)
    given: dict[str, str] = {
        **entry.values,
        _ID_OF[entry.kind]: entry.id,
        "document_id": document_id(entry.sha256),
        "source_file": entry.source_file,
        "page": export_text(page),
        "bbox": bbox(box),
        "confidence": confidence(entry.confidence),
        "state": entry.state,
        "decided_by": entry.decided_by,
        "parcel_id_current": entry.parcel_id_current,
        "repeat_of": entry.repeat_of,
    }
    if entry.kind == "violation":
        given["first_cited_date"] = export_text(entry.first_cited_date)
        given["corrected_date"] = export_text(entry.corrected_date) or entry.values.get("corrected_date", "")
    given.update(extra)
    row: dict[str, str] = {}
    for column in table.columns:
        try:
            row[column.name] = cell(column, given.get(column.name, ""))
        except ValueError:
            row[column.name] = ""  # _checked has sent the row to review and says so in the queue
    return row


def _checked(entry: ExportRecord) -> ExportRecord:
    """In review, with the reason, where a settled value can't stand in its column."""
    faults = []
    for column in _STRICT[entry.kind]:
        try:
            cell(column, entry.values.get(column.name, ""))
        except ValueError as error:
            faults.append(Reason(column.name, "check", f"{column.name} does not fit: {error}"))
    if entry.decided_by == "auto":
        faults += [
            Reason(name, "check", f"holds something like a {SOCIAL_SECURITY}")
            for name in _FREE_TEXT[entry.kind]
            if looks_personal(entry.values.get(name, "")) == SOCIAL_SECURITY
        ]
    if not faults:
        return entry
    return ExportRecord(
        entry.record, entry.sha256, entry.source_file, entry.values, "in_review", entry.decided_by, entry.confidence,
        (*entry.reasons, *faults), entry.parent_id, entry.parcel_id_current, entry.first_cited_date, entry.repeat_of,
        entry.corrected_date,
    )  # fmt: skip


def latest_lists(entries: Sequence[ExportRecord]) -> frozenset[str]:
    """Ids of the tax rows that stand on the newest list of their scope.

    A list's scope is, per tax type, either one fiscal year or all years owed. A newer list of one year says nothing of the
    other years; a newer list of all years takes the place of everything up to its last year.
    """
    years: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for e in entries:
        years[e.values.get("as_of_date", ""), e.sha256][e.values.get("tax_type", "")].add(e.values.get("fiscal_year", ""))
    covered: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for (as_of, _), types in years.items():
        for tax_type, which in types.items():
            covered[tax_type].append((as_of, which))

    def superseded(e: ExportRecord) -> bool:
        as_of, year = e.values.get("as_of_date", ""), e.values.get("fiscal_year", "")
        return any(
            newer > as_of and (year in which or (len(which) > 1 and year <= max(which)))
            for newer, which in covered[e.values.get("tax_type", "")]
        )

    verdicts: dict[tuple[str, str, str], bool] = {}
    for e in entries:
        key = (e.values.get("as_of_date", ""), e.values.get("tax_type", ""), e.values.get("fiscal_year", ""))
        if key not in verdicts:
            verdicts[key] = superseded(e)
    return frozenset(
        e.id
        for e in entries
        if not verdicts[e.values.get("as_of_date", ""), e.values.get("tax_type", ""), e.values.get("fiscal_year", "")]
    )
