"""What competed and lost, for a person who asks why: layouts, kinds of document, labels, headings, codes, rules of findings.

Works a document through again beside the pipeline and says in plain words what each thing would have needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from extractors.codebook import known_codes
from extractors.forms.drafting import Seen, seen_in
from extractors.forms.overlay import LISTS
from extractors.forms.recognise import fits, forms_of
from extractors.language.meaning import groups_in, load, plain
from extractors.layout import blocks
from extractors.reports.head import read_head
from extractors.reports.kinds import TOP_SHARE
from extractors.reports.pieces import pieces_of, running_text
from extractors.reports.wording import Wording, wording
from extractors.rulebook import RuleBook
from extractors.tables.tax import tax_rules
from extractors.tables.water import water_rules
from records.document import Document, Page
from records.record import Outcome, Record, Report

MOST = 6
"""Runners-up told of each thing."""


@dataclass(frozen=True, slots=True)
class Told:
    """Lines for the document as a whole, for each report by its ordinal, and for each record by its local key."""

    document: tuple[str, ...]
    reports: Mapping[int, tuple[str, ...]]
    records: Mapping[str, tuple[str, ...]]


def told(document: Document, outcome: Outcome, rules: RuleBook) -> Told:
    """Everything that competed in a document."""
    own = rules.under(*forms_of(document, rules))
    lines = [*_layouts(document, rules)]
    for page in document.pages[:MOST]:
        lines += _kinds(page, own)
    reports = {r.ordinal: tuple(_report(document, r, own)) for r in outcome.reports}
    if not outcome.reports and document.pages:
        seen = seen_in(document, {p.number: blocks(p) for p in document.pages}, "tax_delinquency", own)
        lines += _headings(seen, "tax", own)
        if seen.columns:
            lines.append("if this is a list of a new kind: lotline patterns new FILE drafts the layout that would read it")
    records = {
        record.local_key: tuple(_record(record, own, "fire" if report.doc_type == "fire_inspection" else ""))
        for report in outcome.reports
        for record in report.records
    }
    return Told(tuple(lines), reports, {k: v for k, v in records.items() if v})


def _layouts(document: Document, rules: RuleBook) -> Iterator[str]:
    """Layouts of the city and state, best first, with why each lost."""
    ranked = fits(document, rules)
    taken: set[str] = set()
    for fit in ranked[: MOST + 2]:
        if fit.fits and fit.doc_type not in taken:
            taken.add(fit.doc_type)
            yield f"layout {fit.form}: recognised, {fit.why()}"
        elif fit.fits:
            yield f"layout {fit.form}: fits too ({fit.why()}), but another fits better"
        else:
            yield f"layout {fit.form}: not this one, {fit.why()}"


def _kinds(page: Page, rules: RuleBook) -> Iterator[str]:
    """Kinds of document on a page: score, what was asked for, and the signs that were missing."""
    text = re.sub(r"[ \t]+", " ", running_text(pieces_of(page, blocks(page))))
    known = wording(rules)
    scored = []
    for name, (least, signs) in known.kinds.items():
        hits = [s for s in signs if s.pattern.search(text)]
        scored.append((sum(s.weight for s in hits), least, name, hits, [s for s in signs if s not in hits]))
    scored.sort(key=lambda s: (-s[0], s[2]))
    for place, (score, least, name, hits, missing) in enumerate(scored):
        found = ", ".join(f"{s.id} {s.weight:g}" for s in hits) or "no sign of it"
        without = ", ".join(s.id for s in missing)
        if score < least:
            yield f"page {page.number}: {name} scores {score:g} of {least:g} needed ({found}; missing: {without})"
        else:
            yield f"page {page.number}: {name} scores {score:g} ({found})" + (" and loses to the higher score" if place else "")
    for sign in known.junk:
        if sign.pattern.search(text):
            doubled = sign.weight * (2 if sign.pattern.search(text[:TOP_SHARE]) else 1)
            yield f"page {page.number}: {sign.id} speaks against any report ({doubled:g} off)"


def _report(document: Document, report: Report, rules: RuleBook) -> Iterator[str]:
    section = LISTS.get(report.doc_type, "")
    pages = [p for p in document.pages if p.number in report.pages]
    layout = {p.number: blocks(p) for p in pages}
    if section:
        yield from _headings(seen_in(document, layout, report.doc_type, rules), section, rules)
        return
    known = wording(rules)
    pieces = [piece for p in pages for piece in pieces_of(p, layout[p.number])]
    head = read_head(pieces, known, rules, {})
    for name, one in head.lost[: 2 * MOST]:
        best = head.found[name]
        if str(one.value) != str(best.value):
            yield f"{name} could be {one.value} by {one.rule}: {one.finding:.2f}, less than {best.finding:.2f} of {best.value}"
    for name in ("address", "inspection_date", "inspector", "case_number", "inspection_type", "result"):
        if name not in head.found:
            yield _missing_label(name, known)
    strange = [p.label.strip(" :") for p in head.pairs if p.field == "ends" and known.field_of(p.label) is None]
    if strange:
        yield f"labels on the paper that no rule knows: {', '.join(dict.fromkeys(strange[:MOST]))}"


_LABEL_OF = {"case_number": "case", "inspection_type": "type"}


def _missing_label(name: str, known: Wording) -> str:
    field = _LABEL_OF.get(name, name)
    labels = [label for label, named in known.labels.items() if named == field][:MOST]
    return f"{name}: none of its labels is there ({', '.join(labels)}, ...), and no sentence says it"


def _headings(seen: Seen, section: str, rules: RuleBook) -> Iterator[str]:
    """Column headings of a list: what each was taken for, and the nearest ones it was not."""
    if not seen.columns:
        yield "no line of three or more headings stands above rows of values"
        return
    known = (tax_rules(rules) if section == "tax" else water_rules(rules)).grammar.known
    for column in seen.columns:
        near = process.extract(column.heading.lower(), known.keys(), scorer=fuzz.ratio, limit=4)
        others = [f"{known[text]} as '{text}' ({score:.0f} of 100)" for text, score, _ in near if known[text] != column.known]
        also = f"; nearest others: {', '.join(others[:2])}" if others else ""
        if column.known:
            yield f"heading '{column.heading}' is {column.known}{also}"
        else:
            values = "; ".join(list(dict.fromkeys(column.values))[:2])
            guess = f", by its values perhaps {column.guess}" if column.guess else ""
            yield f"heading '{column.heading}' is known to no rule{guess} ({values}){also}"


def _record(record: Record, rules: RuleBook, department: str) -> Iterator[str]:
    if record.kind == "tax":
        yield from _code(record, rules)
    if record.kind == "violation":
        yield from _rules_of_findings(record, rules, department)


def _code(record: Record, rules: RuleBook) -> Iterator[str]:
    known = known_codes(rules)
    code = record.text("code").upper()
    if code and code in known.types:
        kind = known.types[code].replace("_", " ")
        if code in known.statuses:
            taken = record.text("code_meaning") or "neither"
            yield f"code {code} could be the kind of tax {kind} or {known.statuses[code].lower()}; taken here: {taken.lower()}"
        else:
            yield f"code {code} is also a kind of tax ({kind}), but stands in a column of statuses"
    elif code and code not in known.statuses:
        near = process.extractOne(code, known.statuses.keys(), scorer=fuzz.ratio)
        also = f"; nearest known: {near[0]} ({near[1]:.0f} of 100)" if near else ""
        yield f"code {code} is in no code book: its meaning stays blank{also}"
    written = record.text("tax_type_as_written").upper()
    if written and record.value("tax_type") is None:
        near = process.extractOne(written, known.types.keys(), scorer=fuzz.ratio)
        also = f"; nearest known: {near[0]} ({near[1]:.0f} of 100)" if near else ""
        yield f"kind of tax '{written}' is in no code book{also}"


def _rules_of_findings(record: Record, rules: RuleBook, department: str) -> Iterator[str]:
    """The rule that gave section and category, and those that came near."""
    lexicon = load(rules)
    text = record.text("description")
    here = groups_in(lexicon, plain(lexicon, text))
    around = here | groups_in(lexicon, plain(lexicon, f"{text} {record.text('location')}"))
    usable = [r for r in lexicon.rules if r.department in ("", department)]
    fitting = [r for r in usable if r.all <= here and r.place <= around and not r.without & here]
    matched = sorted(fitting, key=lambda r: -r.priority)
    for place, rule in enumerate(matched[:3]):
        words = ", ".join(sorted(rule.all))
        level = "the same priority, but later" if rule.priority == matched[0].priority else f"priority {rule.priority}"
        state = "taken" if not place else f"lost: {level} under {matched[0].priority}"
        yield f"rule {rule.id} ({words}) says {rule.category} {rule.code}: {state}"
    near = [(r, r.all - here, r.without & here) for r in usable if r not in matched and r.all & here]
    near = [n for n in near if len(n[1]) + len(n[2]) == 1][:2]
    for rule, missing, against in near:
        why = f"no word of '{next(iter(missing))}'" if missing else f"a word of '{next(iter(against))}' speaks against it"
        yield f"rule {rule.id} ({rule.category}) lost: {why}"
    if not matched and not near:
        yield f"no rule of phrases.yml finds its words in {_short(text)!r}: section and category stay open"


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "..."
