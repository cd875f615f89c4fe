"""Puts together what an export is a function of: INPUT's documents as they lie, their settled records, the permit log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import cast

from extractors.language.codebook import code_title
from extractors.rulebook import models_hash
from flows.codes import entries, seen_codes
from flows.crossings import settled_of
from flows.ledger import ledger
from flows.registers import Registers
from flows.trust import trust
from records.deciding import PARENT, SAME_AS, taken_back
from records.document import SourceFile, TextSource
from records.export import DocumentInfo, ExportBundle, ExportRecord, OpenQuestion, Provenance
from records.record import Reason, Record
from records.settle import to_text
from records.vocabulary import Kind
from store import Store, StoredDocument, Whole

_DAY_OF: Mapping[Kind, str] = {
    "inspection": "inspection_date", "violation": "inspection_date", "tax": "as_of_date", "water": "period_end",
}  # fmt: skip


def make_bundle(
    store: Store,
    sources: Sequence[SourceFile],
    registers: Registers,
    versions: Mapping[str, str],
    period: tuple[date, date] | None = None,
    whole: Whole | None = None,
) -> ExportBundle:
    """The bundle of these files. ``period``: only records of these days; what carries no day stays in. ``whole``: everything in
    the store, where it is at hand."""
    every = store.whole().documents if whole is None else whole.documents
    places: dict[str, list[str]] = defaultdict(list)
    for source in sorted(sources, key=lambda s: (s.path, s.sha256)):
        places[source.sha256].append(source.path)
    documents: list[DocumentInfo] = []
    records: list[ExportRecord] = []
    questions: list[OpenQuestion] = []
    links: dict[str, str] = {}
    for stored in every:
        paths = places.get(stored.sha256)
        if paths is None:
            continue
        documents += [_document(stored, path, paths[0]) for path in paths]
        questions += _questions(stored, paths[0])
        records += [r for r in _records(stored, paths[0], registers) if _within(r, period)]
        links |= {i: link.other_id for i, some in stored.links.items() for link in some if link.relation == "same_as"}
    links |= {r.id: r.values[SAME_AS] for r in records if r.values.get(SAME_AS)}  # a person's word after the machine's
    records = _represented(records, links)
    known = trust(store, registers.city, every)
    return ExportBundle(
        documents=tuple(documents),
        records=tuple(records),
        provenance=Provenance(
            registers.rules.hash,
            {**versions, "models": models_hash()},
            f"fitted on {known.origin}" if known.origin else "none",
            {s.claim: s.says() for s in known.claims if s.first_sample and s.state != "closed"},
            {s.claim: s.says() for s in known.claims},
        ),
        questions=tuple(questions),
        ledger=ledger(registers.log, documents, records),
        codebook=entries(seen_codes(records, registers.parcels, registers.rules)),
        parcels=registers.parcels,
        log_through=max((row.opened for row in registers.log if row.opened), default=None),
    )


def sources_of(whole: Whole) -> list[SourceFile]:
    """All files that were ever read."""
    return [SourceFile(d.sha256, path, d.size) for d in whole.documents for path in d.paths]


def _document(stored: StoredDocument, path: str, original: str) -> DocumentInfo:
    outcome = stored.outcome
    copy = path != original and stored.size > 0
    reason = "not read yet: the next run goes on with it" if outcome is None else outcome.reason
    return DocumentInfo(
        stored.sha256,
        path,
        stored.pages,
        "other" if outcome is None else outcome.doc_type,
        cast(TextSource, stored.text_source),
        reason="" if reason == stored.failure else reason,
        failure=stored.failure,
        read=outcome is not None and not (stored.failure and not outcome.reports),
        duplicate_of=original if copy else "",
    )


def _questions(stored: StoredDocument, path: str) -> list[OpenQuestion]:
    """What is asked of each report as a whole, and a question of its own for every place that nothing explains."""
    asked: list[OpenQuestion] = []
    for r in () if stored.outcome is None else stored.outcome.reports:
        whole = tuple(reason for reason in r.reasons if reason.at is None)
        if whole:
            asked.append(OpenQuestion(stored.sha256, path, whole, r.ordinal, r.pages[0] if r.pages else None, r.doc_type))
        asked += [
            OpenQuestion(stored.sha256, path, (one,), r.ordinal, one.at.page, one.at.text, one.field, one.at.box)
            for one in r.reasons
            if one.at is not None
        ]
    return asked


def _records(stored: StoredDocument, path: str, registers: Registers) -> Iterable[ExportRecord]:
    if stored.outcome is None:
        return
    for record in stored.outcome.records:
        yield _record(stored, record, path, registers)
    for record in stored.vanished:
        # A record that is no longer found matters only where a person had decided on it.
        if record.record_id in stored.decisions and settled_of(stored, record, found=False).reopened:
            yield _record(stored, record, path, registers, found=False)


def _record(
    stored: StoredDocument, record: Record, path: str, registers: Registers, found: bool = True
) -> ExportRecord:
    settled = settled_of(stored, record, found)
    route = stored.routes.get(record.record_id)
    history = stored.histories.get(record.record_id)
    values = {name: to_text(value.value) for name, value in settled.values.items()}
    if record.kind == "violation" and settled.is_decided("code"):
        on = record.value("inspection_date")
        values["code_basis"] = "reviewed"
        values["code_title"] = code_title(values.get("code", ""), on if isinstance(on, date) else None, registers.rules)
    reasons = () if route is None else route.reasons
    if not found:
        reasons = (Reason("", "conflict", "decided before, but no longer found on the page: please look again"),)
    parcel = values.get("parcel_id", "")
    return ExportRecord(
        record=record,
        sha256=stored.sha256,
        source_file=path,
        values=values,
        state="in_review" if route is None or not found else route.state,
        decided_by=settled.decided_by,
        confidence=None if route is None else route.confidence,
        reasons=reasons,
        parent_id=values.get(PARENT) or record.parent,
        parcel_id_current=parcel if parcel in registers.parcel_ids else "",
        first_cited_date=history.first_cited_date if history else None,
        repeat_of=history.repeat_of if history else "",
        corrected_date=history.corrected_date if history else None,
        rejected=settled.rejected or taken_back(record, settled),
    )


def _represented(records: Sequence[ExportRecord], links: Mapping[str, str]) -> list[ExportRecord]:
    """Every record told which one stands for it *in this export*: the original where it is part of the export, else the
    first of its copies, so that nothing is lost and nothing counted twice."""
    here = {r.id for r in records}
    stands: dict[str, str] = {}
    out = []
    for r in sorted(records, key=lambda r: (r.source_file, r.sha256)):
        root = _root(r.id, links)
        stand_in = root if root in here else stands.setdefault(root, r.id)
        out.append(r if stand_in == r.id else _same_as(r, stand_in))
    return out


def _root(record_id: str, links: Mapping[str, str]) -> str:
    seen = set()
    while record_id in links and record_id not in seen:
        seen.add(record_id)
        record_id = links[record_id]
    return record_id


def _same_as(r: ExportRecord, other: str) -> ExportRecord:
    return ExportRecord(
        r.record, r.sha256, r.source_file, r.values, r.state, r.decided_by, r.confidence, r.reasons, r.parent_id,
        r.parcel_id_current, r.first_cited_date, r.repeat_of, r.corrected_date, other, r.rejected,
    )  # fmt: skip


def _within(r: ExportRecord, period: tuple[date, date] | None) -> bool:
    if period is None:
        return True
    day = r.values.get(_DAY_OF[r.kind], "")
    return not day or period[0].isoformat() <= day <= period[1].isoformat()
