"""Foreign ways of writing dates, years and amounts, turned into the house's before a list is read.

The words are changed for reading only: once the records are made, their evidence says again what stands on the paper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from records.document import Block, Document, Line, Page, Table, Word
from records.record import Evidence, Record, Report

CHOICES: Mapping[str, tuple[str, ...]] = {
    "dates": ("month first", "day first"),
    "decimals": ("point", "comma"),
    "years": ("as printed", "second of two"),
}
"""What ``formats`` of a layout may say; besides, ``credits`` names the letters that mark a credit (``611.16K``)."""

_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)?\d{2})(?!\d)")
_COMMA = re.compile(r"[-(]?\$?\d{1,3}(?:\.\d{3})*,\d{2}\)?-?|[-(]?\$?\d+,\d{2}\)?-?")
_TWO_YEARS = re.compile(r"((?:19|20)\d{2})[/-](\d{2}|(?:19|20)\d{2})")


def translated(text: str, formats: Mapping[str, Any]) -> str:
    """One printed word as we would have written it."""
    if formats.get("dates") == "day first":
        text = _DAY_FIRST.sub(lambda m: f"{m[3]}{m[2]}{m[1]}{m[2]}{m[4]}", text)
    if formats.get("decimals") == "comma" and _COMMA.fullmatch(text):
        text = text.translate(str.maketrans(".,", ",."))
    if formats.get("years") == "second of two" and (years := _TWO_YEARS.fullmatch(text)):
        century = int(years[1][:2]) + (len(years[2]) == 2 and int(years[2]) < int(years[1][2:]))
        text = years[2] if len(years[2]) == 4 else f"{century}{years[2]}"
    mark = str(formats.get("credits", ""))
    if mark and (amount := re.fullmatch(rf"(?:{re.escape(mark)}\s?)?([$\d][\d,]*\.\d{{2}})(?:\s?{re.escape(mark)})?", text)):
        text = f"-{amount[1]}" if mark.lower() in text.lower() else text
    return text


def as_ours(
    document: Document, blocks: Mapping[int, tuple[Block, ...]], formats: Mapping[str, Any]
) -> tuple[Document, Mapping[int, tuple[Block, ...]], dict[str, str]]:
    """The document and its blocks in our way of writing, and what each changed word was (ours -> as printed)."""
    printed: dict[str, str] = {}

    def word(w: Word) -> Word:
        ours = translated(w.text, formats)
        if ours == w.text:
            return w
        printed[ours] = w.text
        return replace(w, text=ours)

    def block(b: Block) -> Block:
        if isinstance(b, Line):
            return replace(b, words=tuple(map(word, b.words)))
        rows = tuple(tuple(replace(c, lines=tuple(_line(x) for x in c.lines)) for c in row) for row in b.rows)
        return Table(rows, b.box)

    def _line(line: Line) -> Line:
        return replace(line, words=tuple(map(word, line.words)))

    def page(p: Page) -> Page:
        return replace(p, words=tuple(map(word, p.words)), blocks=tuple(map(block, p.blocks)))

    ours = replace(document, pages=tuple(map(page, document.pages)))
    return ours, {n: tuple(map(block, some)) for n, some in blocks.items()}, printed


def as_printed(report: Report, printed: Mapping[str, str]) -> Report:
    """The report with the evidence of every value as it stands on the paper."""
    if not printed:
        return report

    def evidence(e: Evidence) -> Evidence:
        return replace(e, text=" ".join(printed.get(w, w) for w in e.text.split(" ")))

    def record(r: Record) -> Record:
        fields = {n: replace(x, evidence=evidence(x.evidence)) for n, x in r.fields.items()}
        return replace(r, fields=fields, anchor=evidence(r.anchor))

    return replace(report, records=tuple(map(record, report.records)))
