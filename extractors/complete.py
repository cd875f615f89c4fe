"""What a violation gets from its visit and from the code book, once both are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from extractors.language.codebook import code_title
from extractors.rulebook import RuleBook
from records.record import Extraction, Record, Report


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
