"""An .xlsx whose every cell is text, so that a spreadsheet can't make a date of parcel 4-3. Same rows, same bytes.

Written part by part rather than with openpyxl: that stamps the time into the file and takes minutes for 100,000 rows.
Cells are inline strings with the number format ``@`` (text), which stays when a person edits them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_MAX_ROWS = 1_048_575  # a sheet's limit without the header
_MAX_CELL = 32_767
_TIME = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

Sheet = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Header and rows."""


def write_workbook(path: Path, sheets: Mapping[str, Sheet]) -> None:
    """All ``sheets`` by name (at most 31 characters); rows beyond a sheet's limit go on in ``<name> 2``."""
    parts = list(_split(sheets))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _put(archive, "[Content_Types].xml", _content_types(len(parts)))
        _put(archive, "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        _put(archive, "xl/workbook.xml", _workbook([name for name, _, _ in parts]))
        targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(parts) + 1)]
        _put(archive, "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")]))
        _put(archive, "xl/styles.xml", _STYLES)
        for number, (_, header, rows) in enumerate(parts, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as stream, \
                    io.TextIOWrapper(stream, encoding="utf-8", newline="") as text:  # fmt: skip
                text.writelines(_sheet(header, rows))


def _split(sheets: Mapping[str, Sheet]) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    for name, (header, rows) in sheets.items():
        for start in range(0, max(len(rows), 1), _MAX_ROWS):
            number = start // _MAX_ROWS + 1
            yield name if number == 1 else f"{name[:28]} {number}", header, rows[start : start + _MAX_ROWS]


def _sheet(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    )
    letters = [_letters(n) for n in range(len(header))]
    yield _row(1, letters, header, style=2)
    for number, row in enumerate(rows, 2):
        yield _row(number, letters, row, style=1)
    yield "</sheetData></worksheet>"


def _row(number: int, letters: Sequence[str], cells: Sequence[str], style: int) -> str:
    written = "".join(
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell
    )
    return f'<row r="{number}">{written}</row>'


def _text(cell: str) -> str:
    # A line end can only come from a file's name; XML would turn a bare CR into LF.
    return escape(cell[:_MAX_CELL], {"\r": "&#13;"})


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{overrides}</Types>'
    )


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text.encode("utf-8"))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry
