"""Which pages make which report: a file may hold several, a page two visits, pages may lie out of order or be blank."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.language.dates import find_dates
from extractors.reports.address import find_address
from extractors.reports.belonging import FOREIGN, IN_TURN, UNSURE, Sheet, affinity, case_says, goes_on, is_closed, place_says
from extractors.reports.head import read_head
from extractors.reports.kinds import NOTHING_KNOWN, Kind, kind_of
from extractors.reports.list_columns import kind_by_columns
from extractors.reports.note import cites_the_code, sections_cited, speaks_of_findings
from extractors.reports.pieces import Piece, columns_of, pieces_of, running_text
from extractors.reports.table_columns import Columns, columns_in
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook
from records.document import Block, Box, Document, Page
from records.record import Evidence, Reason, Report

LISTS = ("tax_delinquency", "water_usage")
SHORT_NOTE = 70  # words; a page with more and without a title is no note
SECTIONS_OF_A_REPORT = 3  # cited on pages that nothing marks as anything else
CAPTION = 5  # words; fewer are no page of a report that has come to its end
_HEADLESS = "no title, or no address and date, could be read; taken for an inspection because of its findings"


@dataclass(frozen=True)
class Part:
    """A report with what it is made of: the blocks of each of its pages, in reading order of the report."""

    report: Report
    regions: tuple[tuple[int, int, int], ...]  # page, first block, one past the last


@dataclass
class _Group:
    """Pages of one report, in the order of the file, and the cuts a person should look at."""

    sheets: list[Sheet]
    doubts: list[Reason]


def plan(
    document: Document, blocks: Mapping[int, tuple[Block, ...]], known: Wording, rules: RuleBook
) -> tuple[tuple[Part, ...], str]:
    """The reports of a document with their regions, and why it holds none."""
    sheets = [s for page in document.pages if (s := _sheet(page, blocks.get(page.number, ()), known, rules)) is not None]
    if not sheets:
        return (), "photograph or blank pages: no text" if any((p.ink or 0) > 0.02 for p in document.pages) else "blank pages"
    groups = _groups(sheets, known)
    parts: list[Part] = []
    why_other: list[str] = []
    for one in groups:
        group = one.sheets
        text = "\n".join(running_text(s.pieces) for s in group)
        kind = max((s.kind for s in group), key=lambda k: k.score)
        if kind.doc_type == "other":
            kind = kind_of(text, known, any(_columns(p, known) for s in group for p in s.pieces if p.table is not None))
        if kind.doc_type.endswith("inspection") and _is_blank_form(group, known, rules):
            kind = Kind("other", 0.0, ("blank form: nobody, no place and no day is written in it",))
        elif kind.doc_type in {"other"} and len(group) == 1:
            kind = _note_kind(group[0], text, known, rules) or kind
        said = {"address", "inspection_date", "inspector", "case_number"} & {f for s in group for f in s.head.found}
        scanned = any(s.page.text_source in {"ocr", "mixed"} for s in group)
        named = len(said) >= (1 if scanned else 2)  # typed text that names neither where nor when tells of no visit
        cited = sum(sections_cited(s.pieces, rules) for s in group)
        if named and kind.why == NOTHING_KNOWN and cited >= SECTIONS_OF_A_REPORT:
            kind = Kind("housing_inspection", 2.0, (_HEADLESS, "sections cited"))  # never thrown away without a look
        if kind.doc_type == "other":
            why_other.append(kind.why[0] if kind.why else "no labels or statements of a report")
            continue
        ordered = _in_order(group)
        reasons = (*_missing_pages(ordered), *one.doubts)
        if _HEADLESS in kind.why:
            reasons = (*reasons, Reason("", "check", _HEADLESS))
        visits = _visits(ordered[0], known, rules) if len(ordered) == 1 and kind.doc_type not in LISTS else []
        spans: Sequence[range | None] = visits or [None]
        for span in spans:
            regions = tuple(
                (s.page.number, *((span.start, span.stop) if span is not None else (0, len(blocks.get(s.page.number, ())))))
                for s in ordered
            )
            why = (*kind.why, "two visits on one page") if span else kind.why
            report = Report(
                len(parts), kind.doc_type, tuple(s.page.number for s in ordered), why,
                reasons=reasons, layout=_layout(ordered, known),
            )  # fmt: skip
            parts.append(Part(report, regions))
    return tuple(parts), "" if parts else "; ".join(dict.fromkeys(why_other))


def _sheet(page: Page, blocks: Sequence[Block], known: Wording, rules: RuleBook) -> Sheet | None:
    pieces = pieces_of(page, blocks)
    text = running_text(pieces)
    if len(re.findall(r"\w{2,}", text)) < 3:
        return None  # a blank back, or a photograph
    tables = {p.index: c for p in pieces if p.table is not None and (c := _columns(p, known))}
    kind = kind_of(text, known, bool(tables))
    if kind.doc_type == "other":
        kind = kind_by_columns(page, tuple(blocks), rules, otherwise=kind.why != NOTHING_KNOWN) or kind
    head = read_head(pieces, known, rules, {i: c.first - 1 for i, c in tables.items()})
    count = re.search(r"\bpage\W{0,2}(\d+)\W{0,3}(?:of|/)\W{0,2}(\d+)\b", text, re.IGNORECASE) or re.search(
        r"^\W*(\d)\s?(?:of|/)\s?(\d)(?!\W*[\"”″])\W*$", text, re.MULTILINE
    )
    page_only = (
        re.search(r"^\W*page\W{0,2}(\d+)\W*$|\bpage\W{0,2}(\d+)\s*$", text, re.IGNORECASE | re.MULTILINE)
        if count is None
        else None
    )
    number = int(count[1]) if count else int(page_only[1] or page_only[2]) if page_only else None
    items = [int(m[1]) for m in re.finditer(r"^\s*(\d{1,2})[.)]\s+\S", text, re.MULTILINE)]
    titled = kind.doc_type != "other" and any(w.startswith(("title", "reinspection")) for w in kind.why)
    dated = "inspection_date" in head.found or "reinspection_date" in head.found
    named = "address" in head.found and (dated or titled)
    greeting = bool(re.search(r"^\W*dear\b", text, re.IGNORECASE | re.MULTILINE))
    starts = (number in (None, 1)) and (named or greeting or (titled and kind.score >= 4) or kind.doc_type in LISTS)
    total = int(count[2]) if count else None
    return Sheet(page, pieces, kind, head, starts, number, total, min(items, default=None), max(items, default=None))


def _columns(piece: Piece, known: Wording) -> Columns | None:
    assert piece.table is not None
    return columns_in(piece.table, known)


def _groups(sheets: Sequence[Sheet], known: Wording) -> list[_Group]:
    """Pages that belong together. A page that begins nothing joins the report before or after it, whichever more speaks for."""
    groups: list[_Group] = []
    waiting: list[Sheet] = []
    doubts: list[Reason] = []
    for at, sheet in enumerate(sheets):
        last = groups[-1].sheets if groups else None
        if (
            (last is not None and sheet.kind.doc_type in LISTS and last[-1].kind.doc_type == sheet.kind.doc_type)
            or (last is not None and last[0].kind.doc_type in LISTS and not sheet.starts and _is_list(sheet))
            or (sheet.starts and last is not None and not waiting and _same_report(last, sheet))
        ):
            last.append(sheet)
        elif sheet.starts or (last is None and len(sheets) == 1):
            groups.append(_Group([*waiting, sheet], doubts))
            waiting, doubts = [], []
        elif sheet.kind.doc_type == "other" and _foreign(sheet):
            groups.append(_Group([sheet], []))
        elif last is None:
            coming = next((s for s in sheets[at + 1 :] if s.starts), None)
            apart = coming is None or affinity([coming], sheet) + 2 * goes_on(coming, sheet) < 0
            if apart and coming is not None and _stands_alone(sheet):
                groups.append(_Group([sheet], []))
            else:
                waiting.append(sheet)
        elif _stands_alone(sheet) and _is_caption(sheet) and is_closed(last, known.sign_offs):
            groups.append(_Group([sheet], []))
        else:
            ours = affinity(last, sheet) + IN_TURN + 2 * goes_on(last[-1], sheet) - 1.5 * is_closed(last, known.sign_offs)
            coming = sheets[at + 1] if at + 1 < len(sheets) and sheets[at + 1].starts else None
            theirs = FOREIGN
            if coming is not None and coming.number in (None, 1):
                theirs = affinity([coming], sheet) + 2 * goes_on(coming, sheet)
            if max(ours, theirs) < 0 and _stands_alone(sheet):
                groups.append(_Group([sheet], []))
                continue
            if max(ours, theirs) <= FOREIGN and sheet.kind.doc_type.endswith("inspection"):
                groups.append(_Group([*waiting, sheet], doubts))
                waiting, doubts = [], []
                continue
            unsure = [_unsure(sheet)] if coming is not None and abs(ours - theirs) < UNSURE else []
            if theirs > ours:
                waiting.append(sheet)
                doubts += unsure
            else:
                last.append(sheet)
                groups[-1].doubts += unsure
    return groups + [_Group([s], []) for s in waiting]


def _unsure(sheet: Sheet) -> Reason:
    page = sheet.page
    at = Evidence(page.number, (Box(0.0, 0.0, page.width, page.height),), "")
    return Reason("", "check", f"page {page.number} may belong to the report before it or to the one after it", at)


def _is_blank_form(group: Sequence[Sheet], known: Wording, rules: RuleBook) -> bool:
    """A form that nobody filled in: no address, day, person or number, nothing by hand, and no item but printed ones."""
    filled = {"address", "inspection_date", "reinspection_date", "inspector", "case_number"}
    if any(filled & set(s.head.found) or s.page.handwriting or s.page.fields for s in group):
        return False
    if all(s.page.text_source not in {"ocr", "mixed"} for s in group) and _unfilled(group):
        return True
    if any(t.state for s in group for t in s.page.ticks) or any(cites_the_code(s.pieces, rules) for s in group):
        return False
    empty = sum(len(re.findall(r"_{4,}|\.{8,}", running_text(s.pieces))) for s in group)
    return empty >= 3 or not any(speaks_of_findings(s.pieces, s.head, known, rules) for s in group)


def _unfilled(group: Sequence[Sheet]) -> bool:
    """Labels of the head with nothing behind them, over a list whose rows are empty: what is printed on the form ("410.482
    smoke") is no finding. Only where the page's own text is at hand: what OCR did not read may be there."""
    empty = {p.field for s in group for p in s.head.pairs if not p.value and p.field in _HEAD}
    rows = [row for s in group for p in s.pieces if p.table is not None for row in p.table.rows]
    bare = sum(not any(any(map(str.isalnum, c.text)) for c in row) for row in rows)
    return len(empty) >= 2 and (bare >= 3 or not rows)


_HEAD = frozenset({"address", "inspection_date", "date", "inspector", "unit", "case"})


def _is_list(sheet: Sheet) -> bool:
    return any(p.table is not None for p in sheet.pieces) or len(re.findall(r"\d+\.\d\d\b", running_text(sheet.pieces))) > 5


def _foreign(sheet: Sheet) -> bool:
    """A page that says that it is something else (an invoice filed behind a report)."""
    return bool(sheet.kind.why) and sheet.kind.why[0] not in {"no labels or statements of a report", "no text"}


def _stands_alone(sheet: Sheet) -> bool:
    """A page that nothing marks as a report's: no kind of ours, no page number, no section of the code on it."""
    text = running_text(sheet.pieces)
    return sheet.kind.doc_type == "other" and sheet.number is None and not re.search(r"\b4[1Il]0\W{0,2}\d{3}", text)


def _is_caption(sheet: Sheet) -> bool:
    """A photograph's page: hardly a word on it ("IMG_4428.JPG 12/21/2018")."""
    return len(re.findall(r"[A-Za-z]{3,}", running_text(sheet.pieces))) < CAPTION


def _same_report(group: Sequence[Sheet], other: Sheet) -> bool:
    """A second page with its own head is the same report only if page count, number, address and date speak for it."""
    first = group[0]
    against = case_says(group, other) < 0 or place_says(group, other) < 0
    if other.number is not None and other.number > 1:
        return not against
    if first.number is not None and first.number > 1 and other.number == 1 and len(group) == 1:
        return not against  # lies in front of its first page
    days = [s.head.value("inspection_date") for s in (first, other)]
    if other.number == 1 or None in days or days[0] != days[1]:
        return False
    titled = any(w.startswith("title") for w in other.kind.why)
    return case_says(group, other) > 0 or (place_says(group, other) > 0 and not titled and other.first_item != 1)


def _in_order(group: Sequence[Sheet]) -> list[Sheet]:
    """By "page x of y" where all say so; else the page that begins the report first, then by the numbers of the items."""
    if len(group) == 1 or group[0].kind.doc_type in LISTS:
        return list(group)
    if all(s.number is not None for s in group):
        return sorted(group, key=lambda s: (s.number or 0, s.page.number))

    def rank(sheet: Sheet) -> tuple[int, int, int]:
        return (0 if sheet.starts else 1, sheet.number or sheet.first_item or 99, sheet.page.number)

    return sorted(group, key=rank)


def _missing_pages(group: Sequence[Sheet]) -> tuple[Reason, ...]:
    totals = {s.total for s in group if s.total}
    if len(totals) == 1 and (total := totals.pop()) > len(group) and total < 30:
        return (Reason("", "check", f"{len(group)} of {total} pages are here"),)
    return ()


def _note_kind(sheet: Sheet, text: str, known: Wording, rules: RuleBook) -> Kind | None:
    """An inspector's bare note has no title: a date, an address and findings under it make it one."""
    if any(s.seen(text) for s in known.junk) or len(text.split()) > 3 * SHORT_NOTE:
        return None
    head = sheet.head
    signs = [n for n in ("case_number", "inspector", "inspection_type") if n in head.found]
    meant = speaks_of_findings(sheet.pieces, head, known, rules)
    if "address" not in head.found or "inspection_date" not in head.found:
        # A hand or a scan whose head can't be read is still no page to throw away, if what it says are findings.
        cited = cites_the_code(sheet.pieces, rules)
        scanned = sheet.page.text_source in {"ocr", "mixed"}
        written = bool(sheet.page.handwriting)
        if scanned and meant >= 2 and (cited or (written and meant >= 4) or "case_number" in head.found):
            return Kind("housing_inspection", 2.0, (_HEADLESS, f"{meant} findings", *(("sections cited",) if cited else ())))
        return None
    if signs and any(known.result_of(line) == "no_entry" for line in text.split("\n")):
        return Kind("housing_inspection", 2.5, ("note: date and address", *signs, "nobody let the inspector in"))
    if meant >= 2 or (meant >= 1 and signs):
        return Kind("housing_inspection", 2.5, ("note: date and address", *signs, f"{meant} findings"))
    return None


def _visits(sheet: Sheet, known: Wording, rules: RuleBook) -> list[range]:
    """Two visits on a page: each begins with its own date and address. Empty where there is one."""
    if any(p.table is not None for p in sheet.pieces):
        return []
    lines = sheet.pieces
    starts: list[int] = []
    dates: list[object] = []
    for n, piece in enumerate(lines):
        text = piece.text.text
        if re.match(r"\W*(?:f/?u\b|follow|cc\b|previous|prior|orig|re-?insp)", text, re.IGNORECASE) or re.match(
            r"\s*(?:[-*•]|\d{1,2}[.)])\s", text
        ):
            continue
        near = " ".join(p.text.text for p in lines[n : n + 2])
        days = find_dates(text, None, rules) or (find_dates(near, None, rules) if find_address(text) else ())
        begins = days and find_address(near, bare=False) and len(text.split()) <= 14 and days[0].value not in dates
        if begins and (not starts or n - starts[-1] > 2):
            starts.append(n)
            dates.append(days[0].value)
    short = all(len(p.text.words) <= 16 for p in lines) and not re.search(
        r"\bdear\b|ordered to correct", running_text(lines), re.IGNORECASE
    )
    if len(starts) < 2 or not short:
        return []
    marks = [lines[n].index for n in starts] + [lines[-1].index + 1]
    return [range(a if i else 0, b) for i, (a, b) in enumerate(itertools.pairwise(marks))]


def _layout(group: Sequence[Sheet], known: Wording) -> str:
    """A fingerprint of labels and structure, the same for all reports typed on one form."""
    signs = sorted(
        {f"{p.field}:{p.how}:{re.sub(r'[^a-z]', '', p.label.lower())}" for s in group for p in s.head.pairs if p.sure > 0.5}
    )
    for sheet in group[:1]:
        for piece in sheet.pieces:
            if piece.table is not None and (found := columns_in(piece.table, known)) is not None:
                signs.append(f"table:{columns_of(piece.table)}:{','.join(f'{c}={r}' for c, r in sorted(found.roles.items()))}")
    signs.append(group[0].kind.doc_type)
    return hashlib.sha256("|".join(signs).encode()).hexdigest()[:12]


def numbered(parts: Sequence[Part]) -> tuple[Report, ...]:
    return tuple(replace(p.report, ordinal=i) for i, p in enumerate(parts))
