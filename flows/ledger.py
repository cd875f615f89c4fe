"""What became of every row of the permit log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from records.export import DocumentInfo, ExportRecord, LedgerEntry
from records.parcel import LogRow


def ledger(
    log: Sequence[LogRow], documents: Sequence[DocumentInfo], records: Sequence[ExportRecord]
) -> tuple[LedgerEntry, ...]:
    """One entry per row, in the log's order. A row is found by the inspections joined to it, else by its attachments."""
    visits: dict[str, list[ExportRecord]] = defaultdict(list)
    for r in records:
        counts = r.kind == "inspection" and not (r.rejected or r.same_as or r.record.ignorable)
        if counts and r.values.get("permit_record"):
            visits[r.values["permit_record"]].append(r)
    files: dict[str, list[DocumentInfo]] = defaultdict(list)
    for d in documents:
        files[PurePosixPath(d.source_file).name.casefold()].append(d)
    return tuple(_entry(row, visits.get(row.record_no, []), files) for row in log)


def _entry(row: LogRow, visits: Sequence[ExportRecord], files: dict[str, list[DocumentInfo]]) -> LedgerEntry:
    if visits:
        best = min(visits, key=lambda r: (r.state != "accepted", r.source_file, r.id))
        state = "extracted" if best.state == "accepted" else "in_review"
        basis = best.values.get("match_basis", "")
        return LedgerEntry(row, state, best.id, best.sha256, best.source_file, basis)  # type: ignore[arg-type]
    attached = _attached(row, files)
    if attached is None:
        return LedgerEntry(row, "without_document")
    if not attached.read:
        return LedgerEntry(row, "unreadable", "", attached.sha256, attached.source_file, "attachment")
    ours = attached.doc_type in ("housing_inspection", "fire_inspection", "mixed")
    state = "in_review" if ours else "not_an_inspection"
    return LedgerEntry(row, state, "", attached.sha256, attached.source_file, "attachment")  # type: ignore[arg-type]


def _attached(row: LogRow, files: dict[str, list[DocumentInfo]]) -> DocumentInfo | None:
    """The document that the row names: in a folder of the record's own number first, else where the name is unique."""
    for name in row.attachments:
        fitting = files.get(PurePosixPath(name).name.casefold(), [])
        in_folder = [d for d in fitting if row.record_no and row.record_no in PurePosixPath(d.source_file).parts]
        if in_folder:
            return in_folder[0]
        if len(fitting) == 1:
            return fitting[0]
    return None
