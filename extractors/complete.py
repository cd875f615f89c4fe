"""What records get once all of their document is known: a visit's unit, a section's label, boxes as the page is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from extractors.language.codebook import code_title
from extractors.rulebook import RuleBook
from records.document import Document, Page
from records.record import Evidence, Extraction, Record, Report


def complete(report: Report, rules: RuleBook) -> Report:
    """The report with every violation's unit (its visit's, unless the finding says otherwise or is of a common area) and the
    label of its section in the edition of the day."""
    visits = {r.local_key: r for r in report.records if r.kind == "inspection"}
    records = tuple(_filled(r, visits.get(r.parent), rules) if r.kind == "violation" else r for r in report.records)
    return replace(report, records=records)


def _filled(violation: Record, visit: Record | None, rules: RuleBook) -> Record:
    added: list[Extraction] = []
    if visit is not None and "unit" not in violation.fields and "unit" in visit.fields:
        added.append(visit.fields["unit"])
    code = violation.fields.get("code")
    if code is not None and isinstance(code.value, str):
        on = violation.value("inspection_date")
        title = code_title(code.value, on if isinstance(on, date) else None, rules)
        if title:
            added.append(replace(code, field="code_title", value=title, rule="us-ma/sanitary_code/label@1", alternatives=()))
    return violation.having(*added)


def as_shown(report: Report, document: Document) -> Report:
    """The report with all boxes on the page as a viewer shows it. Scans that lie on their side are read upright; a person
    who opens the file sees them lying."""
    turned = {page.number: page for page in document.pages if page.turn or page.lie}
    if not turned:
        return report
    reasons = tuple(r if r.at is None else replace(r, at=_place(r.at, turned)) for r in report.reasons)
    return replace(report, records=tuple(_shown(record, turned) for record in report.records), reasons=reasons)


def _shown(record: Record, turned: Mapping[int, Page]) -> Record:
    fields = {name: replace(e, evidence=_place(e.evidence, turned)) for name, e in record.fields.items()}
    return replace(record, fields=fields, anchor=_place(record.anchor, turned))


def _place(evidence: Evidence, turned: Mapping[int, Page]) -> Evidence:
    page = turned.get(evidence.page or 0)
    return evidence if page is None else replace(evidence, boxes=tuple(page.as_shown(box) for box in evidence.boxes))
