"""Drafts the YAML file of a new layout from one of its papers: what was seen, what is guessed, and what a person must say."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from extractors.forms.drafting import Seen, SeenColumn, seen_in
from extractors.layout import blocks
from extractors.parcels import Linker
from extractors.pipeline import process
from extractors.read import read_in_child
from extractors.read.settings import ReadSettings
from extractors.reports import classify_and_split
from extractors.rulebook import LAYOUTS, RuleBook
from extractors.tables.tax import tax_rules
from extractors.tables.values import looks_like_money
from extractors.tables.water import water_rules
from flows.city import load_city
from flows.home import Home
from flows.patterns_check import NAMES
from records.document import Block, Document, Line, SourceFile, Word
from records.errors import SetupError
from records.settings import City
from records.vocabulary import TAX_TYPES

KINDS = {"tax": "tax_delinquency", "water": "water_usage", "housing": "housing_inspection", "fire": "fire_inspection"}
_SECONDS, _MEGABYTES = 300, 1500  # what reading one paper may take
CODE_COLUMNS = ("tax_type", "code", "read_type")
REPORT_COLUMNS = "number location violation code deadline status unit ignore"
FIELDS = {
    "tax_delinquency": "account parcel_id owner location fiscal_year tax_type code principal interest fees total balance "
    "committed paid ignore",
    "water_usage": "account meter location owner parcel_id period_start period_end previous_reading current_reading "
    "consumption unit read_type amount balance days ignore",
    "housing_inspection": "address unit inspection_date original_date inspector case type result",
    "fire_inspection": "address unit inspection_date original_date inspector case type result",
}


def draft_file(
    file: Path, kind: str, name: str, folder: Path, force: bool, settings: ReadSettings, home: Home
) -> tuple[Path, int]:
    """Writes ``layouts/<name>.yml`` and the sample beside it into ``folder``; returns its path and how many questions are in it.

    Raises SetupError where the file can't be read, its kind can't be guessed, or a layout of that name is there.
    """
    if not file.is_file():
        raise SetupError(f"There is no file {file}: check the path.")
    if kind and kind not in KINDS:
        raise SetupError(f"--kind {kind}: must be one of {', '.join(KINDS)}.")
    stem = re.sub(r"[^a-z0-9]+", "-", (name or file.stem).lower()).strip("-") or "layout"
    target = folder / LAYOUTS / f"{stem}.yml"
    if target.exists() and not force:
        raise SetupError(f"{target} is there already: edit it, choose another --name, or replace it with --force.")
    source = SourceFile("0" * 64, file.name, file.stat().st_size)
    document = read_in_child(file, source, settings, _SECONDS, _MEGABYTES)
    if not document.pages:
        raise SetupError(f"{file} can't be read: {document.failure}.")
    if not any(p.words or p.blocks for p in document.pages):
        raise SetupError(f"Nothing can be read on {file}: draft a layout from a paper with text on it.")
    rules = RuleBook.load(load_city(home.settings).patterns)
    layout = {p.number: blocks(p) for p in document.pages}
    doc_type = KINDS.get(kind) or _kind(document, layout, rules)
    seen = seen_in(document, layout, doc_type, rules)
    lines = list(_draft(seen, doc_type, file.name, rules))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines += _tried(folder.resolve(), stem, document, rules, file.name)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside = target.parent / file.name
    if not beside.exists() or not beside.samefile(file):
        shutil.copyfile(file, beside)
    return target, sum(line.rstrip().endswith("?") for line in lines)


def _kind(document: Document, layout: dict[int, tuple[Block, ...]], rules: RuleBook) -> str:
    reports, _ = classify_and_split(document, layout, rules)
    if reports:
        return reports[0].doc_type
    words = [w.text for p in document.pages for w in p.words] or [w.text for b in layout.values() for x in b for w in _words(x)]
    money = sum(looks_like_money(w) or bool(re.fullmatch(r"\d{1,3}(?:\.\d{3})*,\d{2}", w)) for w in words)
    if money > 8:
        return "water_usage" if re.search(r"\bmeter|\bwater", " ".join(words), re.IGNORECASE) else "tax_delinquency"
    raise SetupError("What kind of paper this is can't be guessed: say it with --kind tax, water, housing or fire.")


def _words(block: Block) -> tuple[Word, ...]:
    return block.words if isinstance(block, Line) else tuple(w for row in block.rows for cell in row for w in cell.words)


def _draft(seen: Seen, doc_type: str, sample: str, rules: RuleBook) -> Iterator[str]:
    yield "# Drafted from the sample. Lines that end in '?' ask you something: answer by changing the text in quotes, then delete"
    yield "# the comment. Everything after a # is for people only. Keep the quotes."
    yield 'about: ""                       # who prints this, and when?'
    yield f"doc_type: {_quoted(doc_type)}"
    yield "# Words that stand on every such paper and on no other; headings and labels below help too."
    yield "recognised_by:"
    yield f"  words: [{', '.join(_quoted(t) for t in seen.titles)}]"
    if seen.columns:
        yield "# heading as printed: our column. Ours are:"
        report = doc_type.endswith("_inspection")
        yield from (f"#   {line}" for line in _wrapped(REPORT_COLUMNS if report else FIELDS[doc_type]))
        yield "columns:"
        for column in seen.columns:
            yield _column(column)
    if seen.labels:
        yield "# label as printed: our field. Ours are:"
        yield from (f"#   {line}" for line in _wrapped(FIELDS[doc_type]))
        yield "labels:"
        for label, guess, value in seen.labels:
            ask = "" if guess else " which of ours, or delete the line?"
            yield f"  {_quoted(label)}: {_quoted(guess or 'ends')}    # {value}{ask}"
    if doc_type in ("tax_delinquency", "water_usage"):
        yield from _codes(seen, doc_type, rules)
    if doc_type == "tax_delinquency":
        if seen.as_of:
            yield "# the words before the date that the amounts stand at"
            yield f"as_of: [{_quoted(seen.as_of)}]"
        if not any(c.guess == "tax_type" for c in seen.columns):
            yield f"# no column names the kind of tax; is it the same for all rows: {', '.join(TAX_TYPES)}?"
            yield '# tax_type: "real_estate"'
    if doc_type == "water_usage" and not any(c.guess == "unit" for c in seen.columns):
        yield '# unit: "CCF"                  # or gallons, or CF: in which unit is the consumption?'
    if seen.formats:
        yield "# how this paper writes dates and amounts"
        yield "formats:"
        for key, value in seen.formats.items():
            yield f"  {key}: {_quoted(value)}    # {_MEANS[key]}?"


_MEANS = {
    "dates": "is the day printed before the month",
    "decimals": "is the comma before the cents",
    "years": "does 2017/18 mean fiscal year 2018",
    "credits": "do these letters mark an amount in the owner's favour",
}


def _column(column: SeenColumn) -> str:
    seen = "; ".join(list(dict.fromkeys(column.values))[:3])[:60] or "empty"
    guess = column.guess or "ignore"
    ask = "" if column.known else " right?" if column.guess else " which of ours, or ignore?"
    return f"  {_quoted(column.heading)}: {_quoted(guess)}    # {seen}{ask}"


def _codes(seen: Seen, doc_type: str, rules: RuleBook) -> Iterator[str]:
    """Codes that stand under a column of codes: those nobody has explained, to be filled in; the known ones for the record."""
    types, codes, reads = tax_rules(rules).types, tax_rules(rules).codes, water_rules(rules).read_types
    lines: list[str] = []
    for column in seen.columns:
        if column.guess not in CODE_COLUMNS or (column.guess == "read_type") != (doc_type == "water_usage"):
            continue
        counted = Counter(v for v in column.values if re.fullmatch(r"\S{1,12}", v) and not v.replace(",", "").isdigit())
        entries = []
        for code, n in counted.most_common(30):
            known = types.get(code.upper()) if column.guess == "tax_type" else codes.get(code.upper())
            known = reads.get(code.lower()) if column.guess == "read_type" else known
            ask = f"    {_quoted(code)}: \"\"    # {n} rows; {_ASK[column.guess]}"
            entries.append(f"    # {_quoted(code)} is known: {known}" if known else ask)
        if any(not e.startswith("    #") for e in entries):
            lines += [f"  {column.guess}:    # under {column.heading}", *entries]
    if lines:
        yield "# what the codes mean; one that is left empty stays unknown and is asked about in the code book"
        yield "codes:"
        yield from lines


_ASK = {"tax_type": f"which of {', '.join(TAX_TYPES)}?", "read_type": "actual or estimated?", "code": "what does it mean?"}


def _tried(folder: Path, stem: str, document: Document, rules: RuleBook, sample: str) -> list[str]:
    """The draft's own reading of its sample as an example, for the person to compare with the paper."""
    own = RuleBook.load((*rules.layers, str(folder)) if str(folder) not in rules.layers else rules.layers)
    outcome = process(document, own, Linker((), (), City(patterns=own.layers)))
    under = any(why == f"layout {stem}" for report in outcome.reports for why in report.why)
    rows = [r for r in outcome.records if under and not r.ignorable]
    lines = ["# How the sample comes out under this draft. Compare it with the paper, and correct it to what the paper says.",
             "examples:", f"  - sample: {_quoted(sample)}"]  # fmt: skip
    if not rows:
        return [*lines, '#   rows: "0"    # nothing was read yet; how many rows (or findings) does it hold?']
    first = rows[0]
    named = [(n, first.text(NAMES.get(n, n))) for n in _TOLD[first.kind]]
    has = ", ".join(f"{n}: {_quoted(text)}" for n, text in named if text)
    return [*lines, f'    rows: "{len(rows)}"    # does it hold so many rows (or findings)?', "    has:",
            f"      - {{{has}}}    # does its first row say so?"]  # fmt: skip


_TOLD: Mapping[str, tuple[str, ...]] = {
    "tax": ("account", "parcel_id", "fiscal_year", "tax_type", "principal", "interest", "fees", "total", "as_of_date"),
    "water": ("account", "meter", "period_start", "period_end", "previous_reading", "current_reading", "consumption", "amount"),
    "inspection": ("address_as_written", "inspection_date", "inspection_type", "inspector", "result"),
    "violation": ("description", "code", "location", "status"),
}


def _wrapped(names: str) -> Iterator[str]:
    line = ""
    for name in names.split():
        if len(line) + len(name) > 100:
            yield line.strip()
            line = ""
        line += f"{name}  "
    yield line.strip()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
