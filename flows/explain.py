"""Why a file is what it is said to be, and why each value is what it is."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from extractors.confidence import load_models, parts_of, with_confidence
from extractors.explaining import Told, told
from flows.collect import collect
from flows.home import Home
from flows.pool import Lost, Pool
from flows.registers import load_registers
from flows.work import Desk, Done, Job, prepare, unreadable
from records.document import Document
from records.errors import SetupError
from records.record import Extraction, Record, Report

_SECONDS = 600.0


def explain_file(home: Home, file: Path, parcels: Path | None, log: Path | None, console: Console) -> None:
    """Reads one file as a run would, without storing anything, and tells what it is and why."""
    if file.is_dir():
        raise SetupError(f"{file} is a folder: name one file in it.")
    if not file.is_file():
        raise SetupError(f"There is no file {file}: check the path.")
    desk = load_registers(home, parcels, log).desk()
    found = collect([file], desk.settings.max_bytes)[0]
    if found.problem:
        done = unreadable(found.source, found.problem)
    else:
        with Pool[Job, Done](prepare, desk, workers=1, seconds=_SECONDS, log=home.readers_log) as pool:
            (_, answer), *_ = pool.run([Job(found.source, found.file)])
        done = unreadable(found.source, answer.reason) if isinstance(answer, Lost) else answer
    for line in explanation(done, desk):
        console.print(line, markup=False)


def explanation(done: Done, desk: Desk) -> list[str]:
    """The whole story as lines."""
    document, outcome = done.read.document(), done.outcome
    lines = [
        f"{document.source.path}: {outcome.doc_type}" + (f" ({outcome.reason})" if outcome.reason else ""),
        f"  sha256 {document.source.sha256}, {document.media_type or 'unknown format'}, "
        f"{document.page_count or len(document.pages)} pages, read from: {document.text_source}",
        f"  rules {desk.rules.hash[:12]} ({', '.join(desk.rules.layers)})",
    ]
    if outcome.failure:
        lines.append(f"  not fully read: {outcome.failure}")
    lines += _pages(document)
    others = told(document, outcome, desk.rules)
    lines += [f"  {line}" for line in others.document]
    for report in outcome.reports:
        lines += _report(report, others)
    return lines


def _pages(document: Document) -> list[str]:
    return [
        f"  page {p.number}: {len(p.words)} words, {p.text_source}" + (f" - {p.reason}" if p.reason else "")
        for p in document.pages
    ]


def _report(report: Report, others: Told) -> list[str]:
    pages = ", ".join(map(str, report.pages))
    lines = [f"Report {report.ordinal}: {report.doc_type}, page {pages}, layout {report.layout or '-'}"]
    lines += [f"  because {why}" for why in report.why]
    lines += [f"  doubt: {r.detail or r.code}" for r in report.reasons]
    lines += [f"  {line}" for line in others.reports.get(report.ordinal, ())]
    for record in report.records:
        lines += _record(record)
        lines += [f"    {line}" for line in others.records.get(record.local_key, ())]
    return lines


def _record(record: Record) -> list[str]:
    place = f"page {record.anchor.page}" if record.anchor.page else record.anchor.anchor
    head = f"  {record.kind} {record.local_key} ({place})"
    lines = [head + (f": no record, {record.ignorable}" if record.ignorable else "")]
    lines += [line for e in record.fields.values() for line in _value(e)]
    lines += [f"    for a person: {r.field or 'record'}: {r.detail or r.code}" for r in record.reasons]
    if not record.ignorable:
        sure = with_confidence(record, load_models()).confidence
        parts = ", ".join(f"{name} {value:.2f}" for name, value in sorted(parts_of(record).items()) if value)
        lines.append(f"    confidence {'not measured' if sure is None else f'{sure:.4f}'}, from {parts}")
    return lines


def _value(e: Extraction) -> list[str]:
    shown = "-" if e.value is None else str(e.value)
    place = f"p{e.evidence.page}" if e.evidence.page else e.evidence.anchor or "-"
    lines = [
        f"    {e.field} = {shown}   [{place}: {e.evidence.text[:80]!r}; {e.rule}; "
        f"reading {_part(e.reading)}, finding {_part(e.finding)}]" + (f" {', '.join(e.flags)}" if e.flags else "")
    ]
    if e.alternatives:
        lines.append(f"      could also be: {'; '.join(e.alternatives)}")
    return lines


def _part(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}"
