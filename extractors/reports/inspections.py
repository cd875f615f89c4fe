"""A report of the housing or fire inspectors becomes one inspection record per visit and a record per finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.reports.answered_lines import split_answered_lines
from extractors.reports.box_lines import split_box_lines
from extractors.reports.build import as_extraction, records_of_item
from extractors.reports.by_hand import among_hand, unexplained
from extractors.reports.cards import split_cards
from extractors.reports.check_blocks import split_check_blocks
from extractors.reports.classes import with_classes
from extractors.reports.days import weigh, with_weight
from extractors.reports.deadlines import with_deadlines
from extractors.reports.found import Found, Head
from extractors.reports.head import read_head
from extractors.reports.items import Item
from extractors.reports.list_items import Listed, items_of_lines
from extractors.reports.log_sheets import Visit, visits_logged
from extractors.reports.pieces import Piece, pieces_of
from extractors.reports.split import Part, plan
from extractors.reports.table_columns import Columns, columns_in
from extractors.reports.table_items import items_of_table
from extractors.reports.text import NOTHING, Text
from extractors.reports.tick_lines import split_tick_lines
from extractors.reports.unit_matrix import split_matrices
from extractors.reports.wording import Wording, wording
from extractors.rulebook import RuleBook
from records.document import Block, Document
from records.record import Evidence, Extraction, Reason, Record, Report

DEPARTMENT = {"housing_inspection": "inspectional_services", "fire_inspection": "fire"}


def classify_and_split(
    document: Document, blocks_by_page: Mapping[int, tuple[Block, ...]], rules: RuleBook
) -> tuple[tuple[Report, ...], str]:
    """The reports in a file, without records, and why there are none where it holds none ("invoice", "blank pages")."""
    parts, why_other = _planned(document, blocks_by_page, rules)
    return tuple(p.report for p in parts), why_other


_Planned = tuple[tuple[Part, ...], str]
_LAST: list[tuple[Document, Mapping[int, tuple[Block, ...]], RuleBook, _Planned]] = []


def _planned(document: Document, blocks: Mapping[int, tuple[Block, ...]], rules: RuleBook) -> _Planned:
    """The plan of the document in hand, made once: a batch of thirty reports asks for it thirty times."""
    for of, by, under, made in _LAST:
        if of is document and by is blocks and under is rules:
            return made
    made = plan(document, blocks, wording(rules), rules)
    _LAST[:] = [(document, blocks, rules, made)]
    return made


def extract_inspections(
    document: Document, report: Report, blocks_by_page: Mapping[int, tuple[Block, ...]], rules: RuleBook
) -> Report:
    """The report with its inspection record and violation records. ``report`` must come from :func:`classify_and_split`
    on the same document, since its place on a shared page is worked out again from its ordinal."""
    known = wording(rules)
    parts, _ = _planned(document, blocks_by_page, rules)
    part = parts[report.ordinal]
    pages = {p.number: p for p in document.pages}
    pieces = [
        piece
        for number, first, stop in part.regions
        for piece in pieces_of(pages[number], blocks_by_page[number], range(first, stop))
    ]
    tables = _tables(pieces, known)
    head = read_head(pieces, known, rules, {i: c.first - 1 for (_, i), c in tables.items()})
    department = DEPARTMENT[report.doc_type]
    _settle_dates(head)
    _settle_unit(head)
    if logged := visits_logged(pieces, head, known, rules):
        return _logged(report, logged, pieces, department, known, rules, document)
    items, strange = _table_items(pieces, tables, known)
    rest, by_unit = split_matrices(pieces, known, tables)
    rest, blocked = split_check_blocks(rest, known)
    rest, answered = split_answered_lines(rest, known)
    items += [*by_unit, *blocked, *answered]
    rest, ticked = split_tick_lines(rest, known, tables)
    if not ticked:
        rest, ticked = split_box_lines(rest, known)
    if not items and not ticked:
        rest, items = split_cards(rest, known)
    if not items:  # where a table tells what was found, the ticks say the same once more
        items = ticked
    listed = items_of_lines(rest, head, known, rules, has_table=bool(items))
    items = with_classes([*items, *listed.items], (p.text for p in pieces if p.table is None), head, rules)
    items = _with_closing_deadline(items, listed)
    items = among_hand(with_deadlines(items, listed.statements, head, rules))
    key = f"inspection/{report.ordinal}"
    violations = [
        replace(record, parent=key, report=report.ordinal)
        for n, item in enumerate(items)
        for record in records_of_item(item, f"violation/{report.ordinal}/{n}", head, department, known, rules)
    ]
    doubts = with_weight(head, weighed := weigh(head, pieces, violations, rules))
    violations = [_dated(v, head, doubts) for v in violations]
    statement = _statement(listed, known)
    inspection = _inspection(key, head, department, violations, statement, pieces, known, report.ordinal, document)
    inspection = _dated(inspection, head, doubts)
    if any(r.field == "result" and r.code == "conflict" for r in inspection.reasons):  # the same doubt is theirs
        said_done = Reason("status", "conflict", "the report says that nothing is open any more")
        violations = [v.doubting(said_done) if v.text("status") == "open" else v for v in violations]
    shared = {**_shared_features(head, pieces), "date_agree": float(not weighed.against)}
    violations = [replace(v, features={**v.features, **shared}) for v in violations]
    reasons = [*report.reasons, *_gaps(items)]
    reasons += [Reason("", "check", f"row not understood: {text.text[:80]}") for text in strange[:5]]
    whole = [pages[n] for n, first, _ in part.regions if first == 0]
    reasons += unexplained(pieces, (inspection, *violations), whole, str(head.value("inspector") or ""))
    return replace(
        report, records=(replace(inspection, features={**inspection.features, **shared}), *violations), reasons=tuple(reasons)
    )


def _logged(
    report: Report, visits: Sequence[Visit], pieces: Sequence[Piece], department: str, known: Wording, rules: RuleBook,
    document: Document,
) -> Report:  # fmt: skip
    """The report of a log sheet: an inspection for each visit, with its findings."""
    records: list[Record] = []
    for v, visit in enumerate(visits):
        key = f"inspection/{report.ordinal}/{v}"
        found = [
            replace(record, parent=key, report=report.ordinal)
            for n, item in enumerate(visit.items)
            for record in records_of_item(item, f"violation/{report.ordinal}/{v}/{n}", visit.head, department, known, rules)
        ]
        one = _inspection(key, visit.head, department, found, visit.statement, pieces, known, report.ordinal, document)
        shared = {**_shared_features(visit.head, pieces), "date_agree": 1.0}
        records += [replace(r, features={**r.features, **shared}) for r in (_dated(one, visit.head, ()), *found)]
    return replace(report, records=tuple(records))


def _tables(pieces: Sequence[Piece], known: Wording) -> dict[tuple[int, int], Columns]:
    """Tables of findings by page and block; one without heading continues the columns of the one before."""
    out: dict[tuple[int, int], Columns] = {}
    last: Columns | None = None
    for piece in pieces:
        if piece.table is None:
            continue
        found = columns_in(piece.table, known)
        headless = found is None or (found.first == 0 and piece.page.number not in {page for page, _ in out})
        if headless and last is not None and _same_columns(piece, last):
            found = replace(last, first=0, centres=())  # goes on from the page before
        if found is not None:
            out[(piece.page.number, piece.index)] = found
            last = found
    return out


def _same_columns(piece: Piece, columns: Columns) -> bool:
    assert piece.table is not None
    widths = [max((c.column for c in row), default=0) for row in piece.table.rows]
    return bool(widths) and max(widths) == max(columns.roles, default=-1)


def _table_items(
    pieces: Sequence[Piece], tables: Mapping[tuple[int, int], Columns], known: Wording
) -> tuple[list[Item], list[Text]]:
    items: list[Item] = []
    strange: list[Text] = []
    for piece in pieces:
        columns = tables.get((piece.page.number, piece.index))
        if columns is not None and piece.table is not None:
            more, odd = items_of_table(piece, columns, known)
            items += more
            strange += odd
    return items, strange


def _settle_dates(head: Head) -> None:
    """A re-inspection's own date is the inspection's date; the first visit's goes to ``original_inspection_date``."""
    again = head.found.get("reinspection_date")
    typed = head.value("inspection_type")
    if again is not None and (typed in {None, "reinspection"} or "inspection_date" not in head.found):
        if (
            "original_date" not in head.found
            and "inspection_date" in head.found
            and head.found["inspection_date"].rule.find("/date@") < 0
        ):
            head.found["original_date"] = head.found["inspection_date"]
        head.found["inspection_date"] = again
        if typed is None:
            head.found["inspection_type"] = Found("reinspection", again.text, 0.9, "us-ma/inspection_types/date@1")


_ORDINALS = {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th"}


def _settle_unit(head: Head) -> None:
    """ "Second floor" and "2nd floor" are one unit: written in figures."""
    one = head.found.get("unit")
    if one is None:
        return
    word, _, rest = str(one.value).partition(" ")
    if word.lower() in _ORDINALS and rest.lower().startswith("fl"):
        head.found["unit"] = replace(one, value=f"{_ORDINALS[word.lower()]} {rest}")


def _with_closing_deadline(items: list[Item], listed: Listed) -> list[Item]:
    """A deadline stated under the list holds for all items that have none of their own."""
    if listed.closing_deadline is None:
        return items
    day = listed.closing_deadline[0]
    return [i if i.deadline or i.deadline_text or i.status_text else replace(i, deadline=day) for i in items]


def _statement(listed: Listed, known: Wording) -> tuple[str, Text] | None:
    """What the report itself says about the visit's outcome."""
    for text in listed.statements:
        found = known.result_of(text.text)
        if found is not None and found != "violations":
            return found, text
    return None


def _inspection(
    key: str,
    head: Head,
    department: str,
    violations: Sequence[Record],
    statement: tuple[str, Text] | None,
    pieces: Sequence[Piece],
    known: Wording,
    ordinal: int,
    document: Document,
) -> Record:
    fields: dict[str, Extraction] = {}
    names = {
        "inspection_date": "inspection_date",
        "inspection_type": "inspection_type",
        "inspector": "inspector",
        "case_number": "case_number",
        "address": "address_as_written",
        "unit": "unit",
        "original_date": "original_inspection_date",
    }
    for ours, name in names.items():
        if (one := head.found.get(ours)) is not None:
            fields[name] = as_extraction(name, one)
    first = next((p.text for p in pieces if p.text), NOTHING)
    fields["department"] = Extraction("department", department, first.evidence(), 1.0, 0.98, "us-ma/document_kinds/department@1")
    reasons: list[Reason] = []
    real = [v for v in violations if not v.ignorable]
    kind = str(head.value("inspection_type") or "")
    if not kind:
        default = "quarterly" if department == "fire" else "initial"
        fields["inspection_type"] = Extraction(
            "inspection_type", default, first.evidence(), 1.0, 0.5, "us-ma/inspection_types/default@1"
        )
    result, sure, where = _result(kind, department, real, head, statement)
    fields["result"] = Extraction(
        "result", result, (where or first).evidence(), (where or first).reading, sure, "us-ma/results/derived@1"
    )
    if where is None and real:
        fields["result"] = replace(
            fields["result"],
            reading=min((e.reading for v in real if (e := v.fields.get("status")) and e.reading is not None), default=None),
        )
    if (
        statement is not None
        and statement[0] != result
        and (statement[0] in {"corrected", "no_violations"})
        and any(v.text("status") == "open" for v in real)
    ):
        reasons.append(Reason("result", "conflict", f'the report says "{statement[1].text[:60]}" but lists open violations'))
    for name, label in (("inspection_date", "date of the inspection"), ("address_as_written", "address of the property")):
        if name not in fields:
            reasons.append(Reason(name, "missing", f"the {label} was not found"))
        elif (fields[name].finding or 0) < 0.7:
            reasons.append(Reason(name, "weak", f'it is not sure that "{fields[name].evidence.text[:40]}" is the {label}'))
    if any(r.code == "handwritten" for v in violations for r in v.reasons):
        reasons.append(Reason("result", "handwritten", "some of the findings, or what became of them, are written by hand"))
    if not real and statement is None and result == "no_violations":
        reasons.append(Reason("result", "weak", "no violations were found, but the report does not say that there are none"))
    anchor_text = head.found["address"].text if "address" in head.found else first
    anchor = anchor_text.evidence() if anchor_text else Evidence(pieces[0].page.number if pieces else None, (), "")
    scores = [e.reading for n, e in fields.items() if n in {"inspection_date", "address_as_written"} and e.reading is not None]
    features = {
        "min_conf": min(scores, default=0.0),
        "head_finding": min(
            (e.finding or 0.0 for n, e in fields.items() if n in {"inspection_date", "address_as_written"}), default=0.0
        ),
        "fields_found": float(len(fields)),
        "violations": float(min(len(real), 20)),
        "handwritten_share": sum(t.share("handwritten") for t in (p.text for p in pieces)) / max(1, len(pieces)),
    }
    return Record("inspection", key, fields, anchor, report=ordinal, reasons=tuple(reasons), features=features)


def _result(
    kind: str, department: str, real: Sequence[Record], head: Head, statement: tuple[str, Text] | None
) -> tuple[str, float, Text | None]:
    """The visit's outcome: from its findings and their statuses; from a statement where there are none."""
    said = head.found.get("result")
    statuses = [v.text("status") for v in real]
    if real:
        done = statuses.count("corrected")
        if done == len(statuses) and (department != "fire" or kind == "reinspection"):
            return "corrected", 0.95, None
        if done and (department != "fire" or kind == "reinspection"):
            return "partial", 0.95, None
        return "violations", 0.97, None
    if said is not None:
        return str(said.value), said.finding, said.text
    if statement is not None:
        return statement[0], 0.93, statement[1]
    return ("corrected" if kind == "reinspection" else "no_violations"), 0.6, None


def _dated(record: Record, head: Head, doubts: Sequence[Reason]) -> Record:
    """The record with the visit's date as the report as a whole bears it out, and with what is asked about it."""
    one = head.found.get("inspection_date")
    if one is None:
        return record
    dated = replace(record, fields={**record.fields, "inspection_date": as_extraction("inspection_date", one)})
    return dated.doubting(*(d for d in doubts if (d.field, d.code) not in {(r.field, r.code) for r in record.reasons}))


def _shared_features(head: Head, pieces: Sequence[Piece]) -> dict[str, float]:
    sure = [p.sure for p in head.pairs if p.field in {"address", "inspection_date", "date", "reinspection_date"}]
    return {
        "header_label_known": float(bool(sure) and max(sure) == 1.0),
        "is_ocr": float(any(p.page.text_source == "ocr" for p in pieces)),
        "terse": float(head.terse),
    }


def _gaps(items: Sequence[Item]) -> list[Reason]:
    """A list whose numbers jump may have lost an item."""
    numbers = [i.number for i in items if i.number is not None]
    wanted = set(range(min(numbers), max(numbers) + 1)) if numbers else set()
    missing = sorted(wanted - set(numbers))
    return (
        [Reason("", "check", f"the list has no number {', '.join(map(str, missing))}")] if missing and len(missing) < 10 else []
    )
