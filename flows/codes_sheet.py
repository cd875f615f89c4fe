"""The sheet for a twenty-minute meeting with the assessor: one or two pages to write on, and the same as CSV to import.

Guesses are put as yes or no; what is unknown is asked by what hangs on it; then what each column means, and how a list as a
whole is to be read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from extractors.forms.drafting import seen_in
from extractors.layout import blocks
from extractors.read.serial import document_from_json
from extractors.rulebook import RuleBook
from flows.codes import DOMAINS, Seen
from flows.codes_answers import COLUMNS, Answer
from records.export import ExportRecord
from store import Store

MOST_CODES, MOST_COLUMNS = 26, 12
"""As many fit on two pages and into twenty minutes; those that most hangs on come first."""
PLAIN = {"tax": "tax_delinquency", "water": "water_usage"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the sheet."""

    kind: str
    domain: str
    column: str
    code: str
    question: str
    guess: str = ""
    list_: str = ""
    rows: int = 0
    dollars: Decimal = Decimal(0)
    example: str = ""


def asks(
    store: Store, seen: Sequence[Seen], records: Sequence[ExportRecord], rules: RuleBook, said: Sequence[Answer]
) -> list[Ask]:
    """What to ask, most important first: codes, columns, lists."""
    open_ = [s for s in seen if s.state != "known" and s.domain in ("tax", "water", "use", "fire")]
    # What stands on one row alone is more often misread than used; what may be two things matters most.
    open_.sort(key=lambda s: (s.rows < 2, not s.colliding, s.state != "unknown"))
    codes = [_about_code(s) for s in open_[:MOST_CODES]]
    columns = _about_columns(store, rules)[:MOST_COLUMNS]
    answered = {(a.column, a.list_) for a in said}
    lists = [a for a in _about_lists(records) if (a.column, a.list_) not in answered]
    return [*codes, *columns, *lists]


def _about_code(seen: Seen) -> Ask:
    where = f"'{seen.code}' under {seen.column.replace('_', ' ')} of the {DOMAINS[seen.domain]}"
    if seen.colliding and seen.guess:
        question = f"{where}: {seen.guess}, not {seen.colliding}?"
    elif seen.guess:
        question = f"{where}: {seen.guess}?"
    else:
        question = f"{where}: what does it mean?"
    example = seen.snippets[0] if seen.snippets else ""
    return Ask("code", seen.domain, seen.column, seen.code, question, seen.guess, "", seen.rows, seen.dollars, example)


def _about_columns(store: Store, rules: RuleBook) -> list[Ask]:
    """Headings of the lists: those we don't know first, then those known by other words than their own."""
    found: dict[tuple[str, str], Ask] = {}
    prints = store.reading_fingerprints()
    for sha256, (_, kind) in store.outcome_heads().items():
        domain = next((d for d, k in PLAIN.items() if k == kind), "")
        reading = store.reading(sha256, prints[sha256]) if domain and sha256 in prints else None
        if reading is None:
            continue
        try:
            document = document_from_json(reading)
        except ValueError:
            continue  # stored by another version; the next run reads it anew
        seen = seen_in(document, {p.number: blocks(p) for p in document.pages[:1]} if document.pages else {}, kind, rules)
        for column in seen.columns:
            heading, role = column.heading.strip(), column.known or column.guess
            if len(heading) < 2 or len(heading) > 40 or _says_itself(heading, role):
                continue
            name = role.replace("_", " ")
            question = f"Column '{heading}' of the {DOMAINS[domain]}: " + (f"is it {name}?" if role else "what does it hold?")
            example = "; ".join(list(dict.fromkeys(column.values))[:2])[:60]
            found.setdefault((domain, heading.lower()), Ask("column", domain, "", heading, question, role, example=example))
    return sorted(found.values(), key=lambda a: (bool(a.guess), a.domain, a.code))


def _says_itself(heading: str, role: str) -> bool:
    words = set(role.split("_"))
    return bool(role) and bool(words & set(heading.lower().replace("#", "").split()))


def _about_lists(records: Iterable[ExportRecord]) -> list[Ask]:
    tax = [r for r in records if r.kind == "tax" and not r.record.ignorable]
    if not tax:
        return []
    whole = [r for r in tax if r.values.get("total") and r.values.get("principal") and r.values.get("interest")]
    adding = sum(_adds_up(r) for r in whole)
    included = "yes" if whole and adding > 0.9 * len(whole) else ""
    seen = f"{adding} of {len(whole)} rows: principal, interest and fees make the total" if whole else ""
    n_all = len(tax)
    asked = [
        Ask("list", "tax", "totals include interest", "", "Do the totals include interest?", included, rows=n_all, example=seen),
        Ask("list", "tax", "absence means paid", "", "If a parcel is not on the list, is nothing owed on it?", rows=n_all),
        Ask("list", "tax", "newer list replaces older", "", "Does a newer list take the place of the older one?", rows=n_all),
    ]
    dated: dict[str, tuple[str, str, int]] = {}
    for r in tax:
        path, as_of, n = dated.get(r.sha256, (r.source_file, r.values.get("as_of_date", ""), 0))
        dated[r.sha256] = (path, as_of or r.values.get("as_of_date", ""), n + 1)
    for sha256, (path, as_of, n) in sorted(dated.items(), key=lambda item: (bool(item[1][1]), item[1][0]))[:4]:
        name = path.rpartition("/")[2]
        asked.append(Ask("list", "tax", "as of date", "", f"Of which day are the amounts of {name}?", as_of, sha256[:16], n))
    return asked


def _adds_up(r: ExportRecord) -> bool:
    parts = [Decimal(r.values.get(n) or "0") for n in ("principal", "interest", "fees")]
    return abs(sum(parts, Decimal(0)) - Decimal(r.values["total"])) < Decimal("0.01")


def as_csv(some: Sequence[Ask]) -> str:
    """The sheet to fill in and import."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for n, a in enumerate(some, 1):
        dollars = f"{a.dollars:.2f}" if a.dollars else ""
        row = [str(n), a.kind, a.domain, a.column, a.code, a.list_, str(a.rows or ""), dollars, a.example, a.question, a.guess]
        writer.writerow([f"'{c}" if c.startswith(("=", "+", "-", "@", "\t")) else c for c in row] + [""] * 4)
    return out.getvalue()


def as_pdf(some: Sequence[Ask], path: Path, city: str) -> None:
    """The sheet to write on. The same questions make the same bytes."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import letter
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    small = ParagraphStyle("small", fontName="Helvetica", fontSize=7.6, leading=8.8)
    grey = ParagraphStyle("grey", parent=small, textColor=colors.HexColor("#555555"), fontSize=6.6, leading=7.6)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=13, leading=16)
    part = ParagraphStyle("part", fontName="Helvetica-Bold", fontSize=9, leading=12, spaceBefore=5)
    story: list[object] = [
        Paragraph(f"Codes and columns to explain - {escape(city)}", head),
        Paragraph("Twenty minutes: a guess is answered by ticking yes or no; a line without a guess by a few words. Leave out "
                  "what you don't know. Answered by ______________________  on ______________", small),
    ]  # fmt: skip
    titles = (("code", "1. What the codes mean"), ("column", "2. What the columns hold"), ("list", "3. The lists as a whole"))
    number = 0
    for kind, title in titles:
        rows = []
        for ask in (a for a in some if a.kind == kind):
            number = some.index(ask) + 1
            hangs = f"{ask.rows} rows" + (f", ${ask.dollars:,.0f}" if ask.dollars else "") if ask.rows else ""
            detail = "  -  ".join(filter(None, (hangs, ask.example)))
            box = "[  ] yes   [  ] no: ____________________" if ask.guess else "_____________________________________"
            guess = f" <b>{escape(ask.guess.replace('_', ' '))}?</b>" if kind == "list" and ask.guess else ""
            rows.append([Paragraph(str(number), small),
                         [Paragraph(escape(ask.question) + guess, small), Paragraph(escape(detail[:96]), grey)],
                         Paragraph(box, small)])  # fmt: skip
        if rows:
            table = Table(rows, colWidths=(26, 324, 190), repeatRows=0)
            table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1.2),
                                       ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
                                       ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#bbbbbb"))]))  # fmt: skip
            story += [CondPageBreak(60), Paragraph(title, part), Spacer(1, 2), table]
    document = SimpleDocTemplate(str(path), pagesize=letter, leftMargin=36, rightMargin=36, topMargin=30, bottomMargin=30,
                                 title="Codes to explain", author="Lotline", invariant=1)  # fmt: skip
    document.build(story)
