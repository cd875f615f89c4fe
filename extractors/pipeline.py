"""The whole street on one screen: a document as read becomes linked, checked records. Start here.

Reading happens before (``extractors.read``), what holds between documents after (``extractors.crossing``).
"""

from __future__ import annotations

from dataclasses import replace

from extractors.checks import check_report, world_of
from extractors.codebook import dated
from extractors.complete import as_shown, complete
from extractors.forms.formats import as_ours, as_printed
from extractors.forms.overlay import LISTS
from extractors.forms.recognise import form_of, forms_of
from extractors.layout import blocks
from extractors.parcels import Linker
from extractors.reports import classify_and_split, extract_inspections
from extractors.rulebook import RuleBook
from extractors.tables import extract_tax, extract_water
from records.document import Block, Document
from records.record import Outcome, Report
from records.vocabulary import DocType

EXTRACT = {
    "housing_inspection": extract_inspections,
    "fire_inspection": extract_inspections,
    "tax_delinquency": extract_tax,
    "water_usage": extract_water,
}


def process(document: Document, rules: RuleBook, linker: Linker) -> Outcome:
    """Everything Lotline finds in one document. Pure: the same document, rules and registers give the same outcome."""
    if not document.pages:
        return Outcome("other", (), reason=document.failure or "no pages", failure=document.failure or "no pages")
    layout = {page.number: blocks(page) for page in document.pages}
    rules = rules.under(*forms_of(document, rules))  # layouts a city described, where they are recognised
    reports, why_other = classify_and_split(document, layout, rules)
    world = world_of(linker.directory.parcels.values(), linker.log.rows)
    done: list[Report] = []
    for report in reports:
        if report.doc_type not in EXTRACT:
            continue
        found = complete(dated(_extracted(document, report, layout, rules), document.source.sha256, rules), rules)
        done.append(as_shown(check_report(linker.link(document, found), document, rules, world), document))
    if not done:
        return Outcome("other", (), reason=why_other, failure=document.failure)
    return Outcome(kind_of_file(done), tuple(_unique_keys(done)), reason="", failure=document.failure)


def _extracted(document: Document, report: Report, layout: dict[int, tuple[Block, ...]], rules: RuleBook) -> Report:
    """The report with its records. A list is read under its own layout, dates and amounts in that layout's way of writing."""
    extract = EXTRACT[report.doc_type]
    own = form_of(document, report.doc_type, report.pages, rules) if rules.forms else ()
    if not own:
        return extract(document, report, layout, rules)
    rules = rules.under(*own) if report.doc_type in LISTS else rules
    report = replace(report, why=(*report.why, f"layout {own[0]}"))
    formats = rules.layouts()[own[0]].get("formats", {})
    if not formats:
        return extract(document, report, layout, rules)
    ours, blocks_, printed = as_ours(document, layout, formats)
    return as_printed(extract(ours, report, blocks_, rules), printed)


def kind_of_file(reports: list[Report]) -> DocType:
    """The document's kind: that of its reports, ``mixed`` where they differ."""
    kinds = {report.doc_type for report in reports}
    return next(iter(kinds)) if len(kinds) == 1 else "mixed"


def _unique_keys(reports: list[Report]) -> list[Report]:
    """Local keys are unique within a report; a file of several reports needs them unique within the file."""
    if len(reports) == 1:
        return reports
    out = []
    for report in reports:
        mark = f"r{report.ordinal}:"
        records = tuple(
            replace(r, local_key=mark + r.local_key, parent=mark + r.parent if r.parent else "", report=report.ordinal)
            for r in report.records
        )
        out.append(replace(report, records=records))
    return out
