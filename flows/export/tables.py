"""The rows of every table of an export, in their fixed order, from the bundle."""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress

from records.cells import bbox, cell, clean, export_text, joined
from records.columns import LEDGER_STATES, TABLES
from records.export import (
    TABLE_OF,
    DocumentInfo,
    ExportBundle,
    ExportRecord,
    OpenQuestion,
    Provenance,
    Row,
    document_id,
    item_id,
    latest_lists,
    list_id,
    place,
    reason_words,
    record_row,
)  # fmt: skip
from records.vocabulary import DOCUMENT_STATES, KINDS, Kind

Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as columns of cells: a tenth of what mappings take, for those who write it as it is. ``cells`` by name of column,
    each as long as ``count``; where there are no rows it may lack columns."""

    columns: tuple[str, ...]
    cells: Mapping[str, Sequence[str]]
    count: int

    @classmethod
    def of(cls, table: str, rows: Sequence[Row]) -> Sheet:
        """Of rows that all hold the columns of ``table``, in its order (derived tables: in their own)."""
        columns = tuple(rows[0]) if rows else tuple(c.name for c in TABLES[table].columns) if table in TABLES else ()
        return cls(columns, {name: [row[name] for row in rows] for name in columns}, len(rows))

    def column(self, name: str) -> Sequence[str]:
        """The cells of a column."""
        return self.cells[name] if self.count else ()

    def beside(self, more: Mapping[str, Sequence[str]]) -> Sheet:
        """The same rows with further columns."""
        return Sheet((*self.columns, *more), ChainMap({**more}, self.cells), self.count)  # type: ignore[arg-type]

    def without(self, rows: Collection[int]) -> Sheet:
        """All rows but these."""
        kept = [i not in rows for i in range(self.count)]
        return Sheet(self.columns, {name: list(compress(self.cells[name], kept)) for name in self.columns}, sum(kept))

    def mappings(self) -> Rows:
        """The rows by name of column."""
        cells = (self.column(name) for name in self.columns)
        return tuple(dict(zip(self.columns, row, strict=True)) for row in zip(*cells, strict=True))


class _Named(dict[bool, Mapping[str, Rows]]):
    """Both exports, each worked out when it is first asked for."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def __missing__(self, include_review: bool) -> Mapping[str, Rows]:
        self[include_review] = self._tables.named(include_review)
        return self[include_review]


@dataclass(frozen=True)
class Tables:
    """All rows that could be exported. ``everything`` holds rows of both states; ``released`` what leaves by default."""

    bundle: ExportBundle

    @cached_property
    def everything(self) -> Mapping[str, Rows]:
        """Accepted rows and those in review, told apart by ``state``."""
        return {TABLE_OF[kind]: self._records(kind) for kind in KINDS}

    @cached_property
    def documents(self) -> Rows:
        return tuple(self._document(d) for d in sorted(self.bundle.documents, key=lambda d: (d.source_file, d.sha256)))

    def sheet(self, name: str, include_review: bool) -> Sheet:
        """A table of the export as columns and cells."""
        return Sheet.of(name, self._named[include_review][name])

    @cached_property
    def _named(self) -> _Named:
        return _Named(self)

    @property
    def provenance(self) -> Provenance:
        return self.bundle.provenance

    @property
    def log_through(self) -> date | None:
        return self.bundle.log_through

    @cached_property
    def unsure(self) -> frozenset[str]:
        """Ids of documents about which something is open or that were not read in full."""
        asked = {document_id(q.sha256) for q in self.bundle.questions}
        return frozenset(asked | {document_id(d.sha256) for d in self.bundle.documents if d.failure})

    @cached_property
    def sites(self) -> Mapping[str, tuple[str, str]]:
        """Parcel -> number and street of its register entry."""
        return {p.parcel_id: (clean(p.number), clean(p.street)) for p in self.bundle.parcels}

    def named(self, include_review: bool) -> dict[str, Rows]:
        """Table name -> rows of an export."""
        ids = {r["inspection_id"] for r in self.everything["inspections"] if include_review or r["state"] == "accepted"}
        rows: dict[str, Rows] = {"documents": self.documents}
        for name, all_rows in self.everything.items():
            chosen = [r for r in all_rows if include_review or r["state"] == "accepted"]
            if name == "violations":
                # The visit may still wait while a finding is released; a key must not point to a row that isn't there.
                chosen = [r if r["inspection_id"] in ids else {**r, "inspection_id": ""} for r in chosen]
            rows[name] = tuple(chosen)
        rows["review_queue"] = self._queue()
        rows["ledger"] = self._ledger(ids)
        rows["coverage"] = self._coverage()
        rows["codebook"] = tuple(
            _cells("codebook", {
                "domain": c.domain, "code": c.code, "meaning": c.meaning, "said_by": c.said_by,
                "said_on": export_text(c.said_on), "rows": str(c.rows),
            })
            for c in sorted(self.bundle.codebook, key=lambda c: (c.domain, c.code))
        )  # fmt: skip
        return rows

    @cached_property
    def _sorted(self) -> tuple[ExportRecord, ...]:
        return tuple(sorted(self.bundle.standing, key=_order))

    @cached_property
    def _asked(self) -> tuple[OpenQuestion, ...]:
        def order(q: OpenQuestion) -> tuple[str, int, int, str]:
            return q.source_file, q.page or 0, -1 if q.report is None else q.report, reason_words(q.reasons)

        return tuple(sorted(self.bundle.questions, key=order))

    @cached_property
    def _asked_of(self) -> Mapping[str, list[OpenQuestion]]:
        groups: dict[str, list[OpenQuestion]] = defaultdict(list)
        for q in self._asked:
            groups[q.sha256].append(q)
        return groups

    @cached_property
    def _questions(self) -> frozenset[tuple[str, int | None]]:
        return frozenset((q.sha256, q.report) for q in self.bundle.questions)

    def _records(self, kind: Kind) -> Rows:
        entries = [e for e in self._sorted if e.kind == kind]
        if kind == "inspection":
            return tuple(record_row(e, self._visit(e)) for e in entries)
        if kind == "violation":
            return tuple(record_row(e, self._case(e)) for e in entries)
        if kind == "tax":
            latest = latest_lists(entries)
            return tuple(
                record_row(e, {
                    "list_id": list_id(e.sha256, e.values.get("as_of_date", "")),
                    "is_latest": "yes" if e.id in latest else "no",
                })
                for e in entries
            )  # fmt: skip
        return tuple(record_row(e, {}) for e in entries)

    def _case(self, entry: ExportRecord) -> dict[str, str]:
        """Visit and first citation, each by the record that stands for it."""
        first = self.bundle.original(entry.repeat_of)
        return {
            "inspection_id": self.bundle.original(entry.parent_id),
            "repeat_of": "" if first == entry.id else first,
        }

    @cached_property
    def _findings(self) -> Mapping[str, list[ExportRecord]]:
        by_visit: dict[str, list[ExportRecord]] = defaultdict(list)
        for e in self._sorted:
            if e.kind == "violation":
                by_visit[self.bundle.original(e.parent_id)].append(e)
        return by_visit

    def _visit(self, entry: ExportRecord) -> dict[str, str]:
        findings = self._findings.get(entry.id, [])
        pending = sum(e.state == "in_review" for e in findings)
        open_report = bool({(entry.sha256, entry.record.report), (entry.sha256, None)} & self._questions)
        promised = entry.values.get("result") == "violations" and not findings
        complete = entry.state == "accepted" and not pending and not open_report and not promised
        return {
            "violations_found": str(len(findings)),
            "violations_pending": str(pending),
            "complete": "yes" if complete else "no",
        }

    def _document(self, d: DocumentInfo) -> Row:
        state, reason, of = self._fate(d)
        return _cells("documents", {
            "document_id": document_id(d.sha256), "source_file": d.source_file, "sha256": d.sha256,
            "pages": export_text(d.pages), "doc_type": d.doc_type, "text_source": d.text_source, "state": state,
            "reason": reason, "duplicate_of": of,
        })  # fmt: skip

    def _fate(self, d: DocumentInfo) -> tuple[str, str, str]:
        """State, reason and the file that stands for this one."""
        unreadable, duplicate = DOCUMENT_STATES[3], DOCUMENT_STATES[4]
        if d.duplicate_of:
            return duplicate, d.reason or "byte for byte the same file", d.duplicate_of
        if not d.read:
            return unreadable, joined((d.failure, d.reason)) or "could not be read", ""
        own = self._of_document.get(d.sha256, [])
        standing = [e for e in self._sorted_of.get(d.sha256, []) if e.state == "in_review"]
        asked = self._asked_of.get(d.sha256, [])
        why = joined((d.reason, d.failure, *(reason_words(q.reasons) for q in asked)))
        if standing:
            count = f"{len(standing)} record{'s' if len(standing) > 1 else ''} to check"
            return "in_review", joined((why, count)), ""
        if asked or d.failure:
            return "in_review", why or "a question about the document is open", ""
        if d.doc_type == "other":
            return "rejected", why or "none of our document kinds", ""
        counting = [e for e in own if not e.record.ignorable]
        if counting and all(e.same_as for e in counting):
            first = self.bundle.by_id.get(self.bundle.original(counting[0].id))
            if first is not None and first.source_file != d.source_file:
                return duplicate, why or "the same report in another file", first.source_file
        if not any(not (e.rejected or e.record.ignorable) for e in own):
            return ("rejected" if own else "exported"), why or "nothing in it was a record", ""
        return "exported", why, ""

    @cached_property
    def _of_document(self) -> Mapping[str, list[ExportRecord]]:
        return _grouped(self.bundle.records)

    @cached_property
    def _sorted_of(self) -> Mapping[str, list[ExportRecord]]:
        return _grouped(self._sorted)

    def _queue(self) -> Rows:
        items: list[Row] = []
        for e in self._sorted:
            if e.state == "in_review":
                items.extend(_items(e))
        for q in self._asked:
            report = "" if q.report is None else str(q.report)
            items.append(_cells("review_queue", {
                "item_id": item_id(
                    q.sha256, "report", report, str(q.page), reason_words(q.reasons), *([bbox(q.box)] if q.box else [])
                ),
                "kind": "document", "field": q.field, "machine_value": q.machine_value, "reasons": reason_words(q.reasons),
                "source_file": q.source_file, "page": export_text(q.page), "bbox": bbox(q.box),
            }))  # fmt: skip
        unique = {r["item_id"]: r for r in items}
        return tuple(sorted(unique.values(), key=lambda r: (r["source_file"], int(r["page"] or 0))))

    def _ledger(self, ids: set[str]) -> Rows:
        rows = []
        for entry in sorted(self.bundle.ledger, key=lambda e: e.log.row):
            inspection = self.bundle.original(entry.inspection_id)
            rows.append(_cells("ledger", {
                "log_row": str(entry.log.row), "record_no": entry.log.record_no, "record_type": entry.log.record_type,
                "opened": export_text(entry.log.opened), "status": entry.log.status, "address": entry.log.address,
                "unit": entry.log.unit, "inspector": entry.log.inspector, "state": entry.state,
                "inspection_id": inspection if inspection in ids else "",
                "document_id": document_id(entry.sha256), "source_file": entry.source_file,
                "match_basis": entry.match_basis,
            }))  # fmt: skip
        return tuple(rows)

    def _coverage(self) -> Rows:
        sums: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        for entry in self.bundle.ledger:
            key = (export_text(entry.log.opened)[:7], clean(entry.log.inspector), clean(entry.log.record_type))
            sums[key].update(("log_rows", entry.state))
        explained = {self.bundle.original(e.inspection_id) for e in self.bundle.ledger if e.inspection_id}
        for e in self._sorted if self.bundle.ledger else ():
            if e.kind == "inspection" and e.id not in explained and not e.values.get("permit_record"):
                month = e.values.get("inspection_date", "")[:7]
                key = (month, clean(e.values.get("inspector", "")), e.values.get("inspection_type", ""))
                sums[key]["visits_without_log_row"] += 1
        names = ("log_rows", *LEDGER_STATES, "visits_without_log_row")
        return tuple(
            _cells("coverage", {
                "month": month, "inspector": inspector, "record_type": kind, **{n: str(counts[n]) for n in names},
            })
            for (month, inspector, kind), counts in sorted(sums.items())
        )  # fmt: skip


def _order(e: ExportRecord) -> tuple[str, int, float, float, str]:
    page, box = place(e)
    return e.source_file, page or 0, box.top if box else 0.0, box.x0 if box else 0.0, e.id


def _grouped(entries: Sequence[ExportRecord]) -> Mapping[str, list[ExportRecord]]:
    groups: dict[str, list[ExportRecord]] = defaultdict(list)
    for e in entries:
        groups[e.sha256].append(e)
    return groups


def _items(e: ExportRecord) -> list[Row]:
    """One question per field that has a reason; a record without any reason asks as a whole."""
    by_field: dict[str, list[str]] = defaultdict(list)
    for reason in e.reasons:
        by_field[reason.field].append(reason_words((reason,)))
    page, box = place(e)
    rows: list[Row] = []
    for name, words in (by_field or {"": ["waits for a person"]}).items():
        found = e.record.fields.get(name)
        at_page, at_box = page, box
        if found is not None and found.evidence.page is not None:
            at_page, at_box = found.evidence.page, found.evidence.box
        rows.append(_cells("review_queue", {
            "item_id": item_id(e.id, name), "kind": e.kind, "record_id": e.id, "field": name,
            "machine_value": "" if found is None else export_text(found.value), "reasons": joined(words),
            "source_file": e.source_file, "page": export_text(at_page), "bbox": bbox(at_box),
        }))  # fmt: skip
    return rows


def _cells(table: str, given: Mapping[str, str]) -> dict[str, str]:
    return {c.name: cell(c, given.get(c.name, "")) for c in TABLES[table].columns}
