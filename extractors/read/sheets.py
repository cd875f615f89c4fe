"""Spreadsheets as their cells show on screen: an id that Excel took for a date still reads as "17-May" here."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import xlrd
from openpyxl.utils import get_column_letter

from extractors.read.cell_format import shown
from records.document import Cell, Document, Line, Page, SourceFile, Table, Word
from records.errors import DocumentError

_MAX_CELLS = 1_500_000


def sheet_page(
    number: int, name: str, rows: Sequence[Sequence[tuple[str, bool]]], spans: Mapping[tuple[int, int], int],
    reason: str = "spreadsheet",
) -> Page:
    """One sheet as a page with one table; cells are (text as shown, struck through). Empty cells are left out."""
    table_rows: list[tuple[Cell, ...]] = []
    words: list[Word] = []
    for r, row in enumerate(rows):
        cells: list[Cell] = []
        for c, (text, struck) in enumerate(row):
            lines = []
            anchor = f"{name}!{get_column_letter(c + 1)}{r + 1}"
            for part in text.splitlines():
                found = tuple(Word(w, None, 1.0, struck=struck) for w in part.split())
                if found:
                    lines.append(Line(found, anchor))
                    words.extend(found)
            if lines:
                cells.append(Cell(r, c, tuple(lines), None, spans.get((r, c), 1), anchor))
        if cells:
            table_rows.append(tuple(cells))
    blocks = (Table(tuple(table_rows)),) if table_rows else ()
    return Page(number, 612, 792, "office" if blocks else "none", tuple(words), blocks=blocks,
                reason=reason if blocks else "empty sheet")


def read_xlsx(path: Path, source: SourceFile) -> Document:
    """Every worksheet, hidden ones too (their reason says so). Values are those stored with the file; a formula that was
    never worked out has none, and the document says how many there are."""
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile, AttributeError) as err:
        raise DocumentError(f"this Excel file can't be opened: {err}"[:300]) from err
    pages: list[Page] = []
    try:
        for number, sheet in enumerate(book.worksheets, 1):
            if (sheet.max_row or 0) * (sheet.max_column or 0) > _MAX_CELLS:
                raise DocumentError(f"sheet {sheet.title} claims {sheet.max_row} rows and {sheet.max_column} columns")
            rows = [
                [
                    (shown(cell.value, cell.number_format or "General", book.epoch), bool(cell.font and cell.font.strike))
                    for cell in row
                ]
                for row in sheet.iter_rows()
            ]
            spans = {
                (m.min_row - 1, m.min_col - 1): m.max_col - m.min_col + 1 for m in sheet.merged_cells.ranges
            }
            reason = "spreadsheet" if sheet.sheet_state == "visible" else "spreadsheet; the sheet is hidden"
            pages.append(sheet_page(number, sheet.title, rows, spans, reason))
    finally:
        book.close()
    if not pages:
        raise DocumentError("this Excel file has no worksheet")
    missing = _formulas_without_value(path, pages)
    failure = f"{missing} formulas have no stored value; open and save the file in Excel" if missing else ""
    return Document(source, tuple(pages), "xlsx", len(pages), failure)


def _formulas_without_value(path: Path, pages: Sequence[Page]) -> int:
    have = {c.anchor for p in pages for t in p.blocks if isinstance(t, Table) for r in t.rows for c in r}
    book = openpyxl.load_workbook(path, data_only=False)
    try:
        return sum(
            cell.data_type == "f" and f"{sheet.title}!{cell.coordinate}" not in have
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
        )
    finally:
        book.close()


def read_xls(path: Path, source: SourceFile) -> Document:
    """The old Excel format."""
    try:
        book = xlrd.open_workbook(str(path), formatting_info=True)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, IndexError, AssertionError, ValueError, KeyError) as err:
        raise DocumentError(f"this Excel file can't be opened: {err}"[:300]) from err
    pages = []
    for number, sheet in enumerate(book.sheets(), 1):
        if sheet.nrows * max(1, sheet.ncols) > _MAX_CELLS:
            raise DocumentError(f"sheet {sheet.name} has more cells than a list holds")
        rows = [[_old_cell(book, sheet, r, c) for c in range(sheet.row_len(r))] for r in range(sheet.nrows)]
        spans = {(r0, c0): c1 - c0 for r0, _, c0, c1 in sheet.merged_cells}
        pages.append(sheet_page(number, sheet.name, rows, spans))
    return Document(source, tuple(pages), "xls", len(pages))


def _old_cell(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, r: int, c: int) -> tuple[str, bool]:
    cell = sheet.cell(r, c)
    look = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
    code = book.format_map[look.format_key].format_str if look is not None else "General"
    struck = bool(look is not None and book.font_list[look.font_index].struck_out)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return shown(xlrd.xldate_as_datetime(cell.value, book.datemode), code, None), struck
        except (ValueError, OverflowError):
            return shown(cell.value, "General", None), struck
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return shown(cell.value, code, None), struck
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(cell.value), code, None), struck
    return (str(cell.value) if cell.ctype == xlrd.XL_CELL_TEXT else ""), struck
