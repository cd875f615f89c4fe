"""CSV and plain text as departments mail them: any usual encoding and delimiter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from extractors.read.sheets import sheet_page
from records.document import Box, Document, Page, SourceFile, Word
from records.errors import DocumentError

_CHARACTER = (7.2, 12.0)  # points of a printed character: 10 to the inch, 6 lines to the inch
_MARGIN = 36.0
_DELIMITERS = ",;\t|"


def decode(data: bytes) -> str:
    """Text by byte order mark, else UTF-8, else Windows-1252 (what Excel and old systems write)."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    if b"\x00" in data:
        raise DocumentError("this text file holds zero bytes; it is damaged or no text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(text: str) -> str | None:
    """The delimiter that splits most lines into the same number (2 or more) of fields; None if none does."""
    best, best_score = None, 0.0
    sample = "\n".join(text.splitlines()[:200])
    for delimiter in _DELIMITERS:
        try:
            rows = [r for r in csv.reader(io.StringIO(sample), delimiter=delimiter) if r]
        except csv.Error:
            continue
        widths = [len(r) for r in rows if len(r) > 1]
        if not widths:
            continue
        usual = max(set(widths), key=lambda w: (widths.count(w), w))
        score = widths.count(usual) / len(rows) * min(usual, 6) ** 0.5
        if score > best_score:
            best, best_score = delimiter, score
    return best if best_score >= 0.6 else None


def read_csv(path: Path, source: SourceFile, kind: str) -> Document:
    """A delimited file as one page holding one table; without a delimiter it is read as text."""
    text = decode(path.read_bytes())
    delimiter = _delimiter(text)
    if delimiter is None:
        return _as_text(text, source)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as err:
        raise DocumentError(f"this CSV file can't be parsed: {err}") from err
    page = sheet_page(1, "Sheet1", [[(value, False) for value in row] for row in rows], {})
    return Document(source, (page,), kind, 1)


def read_text(path: Path, source: SourceFile) -> Document:
    """Plain text. Rows split by tabs, bars or semicolons are a table; anything else is laid out as a printer would."""
    text = decode(path.read_bytes())
    lines = [x for x in text.splitlines() if x.strip()]
    delimiter = _delimiter(text)
    split = sum(delimiter in x for x in lines) if delimiter else 0
    if delimiter and delimiter != "," and split >= 0.8 * len(lines):
        return read_csv(path, source, "txt")
    return _as_text(text, source)


def _as_text(text: str, source: SourceFile) -> Document:
    """Fixed-width print: every word gets its place on a page of typewriter characters, so columns stay columns.
    Pages end at form feeds only."""
    pages = []
    sheets = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    if len(sheets) > 1 and not sheets[-1].strip():
        sheets.pop()
    for number, sheet in enumerate(sheets, 1):
        words: list[Word] = []
        lines = sheet.expandtabs(8).split("\n")
        for row, line in enumerate(lines):
            at = 0
            for part in line.split():
                at = line.index(part, at)
                x, y = _MARGIN + at * _CHARACTER[0], _MARGIN + row * _CHARACTER[1]
                words.append(
                    Word(part, Box(round(x, 2), y + 1, round(x + len(part) * _CHARACTER[0], 2), y + _CHARACTER[1] - 1))
                )
                at += len(part)
        widest = max((len(line) for line in lines), default=0)
        width = max(612.0, 2 * _MARGIN + widest * _CHARACTER[0])
        height = max(792.0, 2 * _MARGIN + len(lines) * _CHARACTER[1])
        pages.append(Page(number, width, height, "office", tuple(words), reason="plain text"))
    return Document(source, tuple(pages), "txt", len(pages))
