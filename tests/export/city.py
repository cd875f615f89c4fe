"""A small bundle that holds every case an export has to get right."""

from __future__ import annotations

from datetime import date
from typing import Any

from records.document import Box
from records.export import CodeEntry, DocumentInfo, ExportBundle, ExportRecord, LedgerEntry, OpenQuestion, Provenance
from records.parcel import LogRow, Parcel
from records.record import Evidence, Extraction, Reason, Record
from records.vocabulary import Kind

FIRST, SECOND, COPY, LIST_OLD, LIST_NEW, METERS, PHOTO, BROKEN = (c * 64 for c in "1234567a")
PATHS = {
    FIRST: "BHI-18-1/attachment.pdf", SECOND: "BHI-18-1/attachment (1).pdf", COPY: "BHI-18-1/report, \"final\".docx",
    LIST_OLD: "=taxes 2018.pdf", LIST_NEW: "taxes é 2019.csv", METERS: "line\nbreak.xlsx", PHOTO: "IMG.jpg",
    BROKEN: "broken.pdf",
}  # fmt: skip


def record(
    kind: Kind, rid: str, sha: str, top: float = 100.0, state: Any = "accepted", report: int = 0, page: int | None = 1,
    **more: Any,
) -> ExportRecord:  # fmt: skip
    own = {n: more.pop(n) for n in list(more) if n not in ExportRecord.__dataclass_fields__}
    evidence = Evidence(page, (Box(72.04, top, 300.06, top + 11),) if page else (), "as read")
    fields = {n: Extraction(n, t, evidence, 1.0, 0.9, "test/rule@1") for n, t in own.items()}
    return ExportRecord(
        Record(kind, f"{kind}/{rid}", fields, evidence, report, record_id=rid), sha, PATHS[sha], own, state,
        more.pop("decided_by", "auto"), more.pop("confidence", 0.98765), **more,
    )  # fmt: skip


def visit(rid: str, sha: str, day: str, **more: Any) -> ExportRecord:
    given = {
        "parcel_id": "4-3", "department": "inspectional_services", "inspection_date": day, "inspection_type": "initial",
        "result": "violations", "inspector": "J. Rivera", "address_as_written": "41-43 Shurtleff St, apt 2",
        "parcel_id_current": "4-3",
    }  # fmt: skip
    return record("inspection", rid, sha, **{**given, **more})


def finding(rid: str, sha: str, day: str, parent: str, **more: Any) -> ExportRecord:
    given = {
        "parcel_id": "4-3", "inspection_date": day, "code": "105 CMR 410.451", "code_title": "Egress Obstruction",
        "category": "egress", "description": "=HYPERLINK(\"x\")\r\nboxes, \"in\" the hall", "status": "open", "unit": "2",
        "location": "Maria's bedroom", "code_basis": "cited", "parent_id": parent, "parcel_id_current": "4-3",
    }  # fmt: skip
    return record("violation", rid, sha, **{**given, **more})


def tax(rid: str, sha: str, as_of: str, year: str, **more: Any) -> ExportRecord:
    given = {
        "parcel_id": "4-12", "account": "0123", "owner": "ABDI LUIS", "fiscal_year": year, "tax_type": "real_estate",
        "code": "17D", "principal": "1315.6", "total": "-12", "as_of_date": as_of, "parcel_id_current": "4-12",
    }  # fmt: skip
    return record("tax", rid, sha, **{**given, **more})


def document(sha: str, doc_type: Any = "housing_inspection", **more: Any) -> DocumentInfo:
    source = more.pop("text_source", "text_layer")
    return DocumentInfo(sha, more.pop("path", PATHS[sha]), more.pop("pages", 1), doc_type, source, **more)


def bundle(**changes: Any) -> ExportBundle:
    records = (
        visit("i1", FIRST, "2018-09-17"),
        finding("v1", FIRST, "2018-09-17", "i1", top=150.0, first_cited_date=date(2018, 9, 17), confidence=None),
        finding("v2", FIRST, "2018-09-17", "i1", top=170.0, code_title="Locks", category="security"),
        finding("struck", FIRST, "2018-09-17", "i1", rejected=True),
        visit("i2", SECOND, "2018-10-15", result="corrected", inspection_type="reinspection", permit_record="BHI-18-1"),
        finding("v3", SECOND, "2018-10-15", "i2", status="corrected", repeat_of="v1", corrected_date=date(2018, 10, 15),
                first_cited_date=date(2018, 9, 17)),
        visit("i3", COPY, "2018-09-17", page=None, same_as="i1"),
        finding("v4", COPY, "2018-09-17", "i3", page=None, same_as="v1"),
        finding("v5", SECOND, "2018-10-15", "i2", top=300.0, state="in_review", report=1,
                reasons=(Reason("code", "missing"), Reason("unit", "ambiguous", "apt 2 or 3"))),
        tax("t1", LIST_OLD, "2018-12-31", "2018"), tax("t2", LIST_OLD, "2018-12-31", "2017", top=120.0),
        tax("t3", LIST_NEW, "2019-06-30", "2018", page=1), tax("t4", LIST_NEW, "2019-06-30", "2019", top=130.0),
        record("water", "w1", METERS, parcel_id="4-12", account="04-1", meter="N22", period_start="2018-12-18",
               period_end="2019-03-22", previous_reading="2720", current_reading="2755.50", consumption="35.5",
               unit="CCF", read_type="actual", amount="606.15", parcel_id_current="4-12"),
    )  # fmt: skip
    given: dict[str, Any] = {
        "documents": (
            document(FIRST), document(SECOND), document(COPY, text_source="office", pages=None),
            document(FIRST, path="copy.pdf", duplicate_of=PATHS[FIRST]),
            document(LIST_OLD, "tax_delinquency"), document(LIST_NEW, "tax_delinquency"), document(METERS, "water_usage"),
            document(PHOTO, "other", text_source="none", reason="photograph"),
            document(BROKEN, "other", text_source="none", read=False, failure="not a PDF at all", pages=None),
        ),
        "records": records,
        "provenance": Provenance("r" * 64, {"tesseract": "5.3"}, "shipped prior"),
        "questions": (OpenQuestion(LIST_OLD, PATHS[LIST_OLD], (Reason("", "check", "subtotal differs"),), 0, 2),
                      OpenQuestion(LIST_OLD, PATHS[LIST_OLD], (Reason("", "missing", "page 3 not read"),), None, 3)),
        "ledger": (
            LedgerEntry(LogRow(1, "BHI-18-1", "Housing", date(2018, 9, 3), address="41 Shurtleff"), "extracted", "i3", COPY,
                        PATHS[COPY], "record number"),
            LedgerEntry(LogRow(2, "BHI-18-2", "Housing", date(2018, 9, 4)), "without_document"),
        ),
        "codebook": (CodeEntry("tax", "17D", rows=4), CodeEntry("tax", "TT", "tax title", "assessor", date(2026, 1, 2), 3)),
        "parcels": (
            Parcel("4-3", "41-43 SHURTLEFF ST", "41-43", "SHURTLEFF ST"), Parcel("4-12", "5 ADDISON ST", "5", "ADDISON ST"),
            Parcel("9-1", "1 ELM ST", "1", "ELM ST"),
        ),
        "log_through": date(2019, 7, 31),
    }  # fmt: skip
    return ExportBundle(**{**given, **changes})
