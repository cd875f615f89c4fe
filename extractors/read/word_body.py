"""The body of a Word document as lines and tables, in its own order: insertions read, deletions not, tick boxes as ☒ and ☐."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from extractors.read.word_numbers import Numbering
from records.document import Block, Cell, Line, Table, Word

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = {f"{_W}{n}" for n in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr", "footnoteReference")} | {
    f"{_MC}Fallback"
}
# Tick boxes in symbol fonts by code point (low byte): Wingdings, Wingdings 2.
_SYMBOLS = {
    "wingdings": {0xFE: "☒", 0xFD: "☒", 0xFC: "☒", 0xFB: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0xA7: "•", 0x9F: "•"},
    "wingdings 2": {0x52: "☒", 0x53: "☒", 0x54: "☒", 0x50: "☒", 0x4F: "☒", 0xA3: "☐", 0x2A: "☐", 0x30: "☐"},
}


@dataclass(slots=True)
class BodyReader:
    """Walks one part (body, header, footer). ``prefix`` starts the anchors: '' body, 'h0' first header, 'f0' footer."""

    numbering: Numbering
    prefix: str = ""
    paragraphs: int = 0
    tables: int = 0
    boxes: int = 0
    blocks: list[Block] = field(default_factory=list)

    def read(self, parent: Any) -> list[Block]:
        for element in _unwrapped(parent):
            if element.tag == f"{_W}p":
                lines = self.paragraph(element, f"{self.prefix}p{self.paragraphs}")
                self.paragraphs += 1
                self.blocks.extend(lines)
            elif element.tag == f"{_W}tbl":
                table = self._table(element)
                if table.rows:
                    self.blocks.append(table)
        return self.blocks

    def paragraph(self, element: Any, anchor: str) -> list[Line]:
        """A paragraph's lines (a forced line break ends one), after those of text boxes that hang on it."""
        pieces: list[_Piece] = []
        found: list[Line] = []
        label = self.numbering.label(element)
        if label:
            pieces.append(_Piece(label + " "))
        for piece in _pieces(element):
            if piece.box is None:
                pieces.append(piece)
                continue
            box_anchor = f"{self.prefix}x{self.boxes}"
            self.boxes += 1
            inner = list(piece.box.iter(f"{_W}p"))
            for i, paragraph in enumerate(inner):
                found.extend(self.paragraph(paragraph, f"{box_anchor}p{i}"))
        lines: list[list[Word]] = [[]]
        for words in _words(pieces):
            if words is None:
                lines.append([])
            else:
                lines[-1].append(words)
        found.extend(Line(tuple(words), anchor) for words in lines if words)
        return found

    def _table(self, element: Any) -> Table:
        t = f"{self.prefix}t{self.tables}"
        self.tables += 1
        rows: list[tuple[Cell, ...]] = []
        row_elements = [r for r in _unwrapped(element) if r.tag == f"{_W}tr"]
        for r, row in enumerate(row_elements):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            cells: list[Cell] = []
            column = _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
            for cell in (c for c in _unwrapped(row) if c.tag == f"{_W}tc"):
                look = cell.find(f"{_W}tcPr")
                span = _number(look.find(f"{_W}gridSpan"), 1) if look is not None else 1
                merge = look.find(f"{_W}vMerge") if look is not None else None
                if merge is None or merge.get(f"{_W}val") == "restart":
                    anchor = f"{t}r{r}c{column}"
                    lines = tuple(self._cell_lines(cell, anchor, 0))
                    cells.append(Cell(r, column, lines, None, span, anchor))
                column += span
            if cells:
                rows.append(tuple(cells))
        return Table(tuple(rows))

    def _cell_lines(self, cell: Any, anchor: str, depth: int) -> Iterator[Line]:
        """A cell's paragraphs; those of tables within it follow in place."""
        if depth > 20:
            return
        for element in _unwrapped(cell):
            if element.tag == f"{_W}p":
                yield from self.paragraph(element, anchor)
            elif element.tag == f"{_W}tbl":
                for row in element.iter(f"{_W}tr"):
                    for inner in (c for c in _unwrapped(row) if c.tag == f"{_W}tc"):
                        yield from self._cell_lines(inner, anchor, depth + 1)


def _number(element: Any, default: int) -> int:
    value = element.get(f"{_W}val") if element is not None else None
    return int(value) if value is not None and value.isdigit() else default


def _unwrapped(parent: Any) -> Iterator[Any]:
    """Children, with content controls, insertions and smart tags opened."""
    for child in parent:
        if child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"}:
            yield from _unwrapped(child)
        elif child.tag == f"{_MC}AlternateContent":
            choice = child.find(f"{_MC}Choice")
            yield from _unwrapped(choice if choice is not None else child)
        elif child.tag not in _SKIPPED:
            yield child


@dataclass(slots=True)
class _Piece:
    """A stretch of text of one look; ``box`` is a text box found among the runs."""

    text: str
    bold: bool = False
    struck: bool = False
    box: Any = None


def _pieces(element: Any) -> Iterator[_Piece]:
    for child in element:
        tag = child.tag
        if tag in _SKIPPED:
            continue
        if tag == f"{_W}r":
            yield from _run(child)
        elif tag == f"{_W}sdt":
            state = child.find(f"{_W}sdtPr/{_W14}checkbox/{_W14}checked")
            if child.find(f"{_W}sdtPr/{_W14}checkbox") is not None:
                ticked = state is not None and state.get(f"{_W14}val", "1") in {"1", "true", "on"}
                yield _Piece("☒" if ticked else "☐")
            else:
                content = child.find(f"{_W}sdtContent")
                if content is not None:
                    yield from _pieces(content)
        elif tag == f"{_MC}AlternateContent":
            choice = child.find(f"{_MC}Choice")
            if choice is not None:
                yield from _pieces(choice)
        elif isinstance(tag, str):
            yield from _pieces(child)


def _run(run: Any) -> Iterator[_Piece]:
    look = run.find(f"{_W}rPr")
    bold, struck = _is_on(look, "b"), _is_on(look, "strike") or _is_on(look, "dstrike")
    if _is_on(look, "vanish"):
        return
    fonts = look.find(f"{_W}rFonts") if look is not None else None
    font = (fonts.get(f"{_W}ascii") or "").lower() if fonts is not None else ""
    for child in run:
        tag = child.tag
        if tag == f"{_W}t":
            text = child.text or ""
            if font in _SYMBOLS:
                text = "".join(_SYMBOLS[font].get(ord(c) & 0xFF, c) if ord(c) > 0xEFFF or ord(c) < 256 else c for c in text)
            yield _Piece(text, bold, struck)
        elif tag in {f"{_W}tab", f"{_W}ptab"}:
            yield _Piece(" ")
        elif tag in {f"{_W}br", f"{_W}cr"}:
            yield _Piece("\n")
        elif tag == f"{_W}noBreakHyphen":
            yield _Piece("-", bold, struck)
        elif tag == f"{_W}sym":
            code = int(child.get(f"{_W}char") or "0", 16) & 0xFF
            table = _SYMBOLS.get((child.get(f"{_W}font") or "").lower(), {})
            yield _Piece(table.get(code, ""), bold, struck)
        elif tag == f"{_W}fldChar":
            box = child.find(f"{_W}ffData/{_W}checkBox")
            if box is not None:
                state = box.find(f"{_W}checked")
                state = state if state is not None else box.find(f"{_W}default")
                on = state is not None and (state.get(f"{_W}val") or "1") in {"1", "true", "on"}
                yield _Piece("☒" if on else "☐")
        elif tag in {f"{_W}drawing", f"{_W}pict", f"{_W}object", f"{_MC}AlternateContent"}:
            choice = child.find(f"{_MC}Choice") if tag.endswith("AlternateContent") else child
            if choice is not None:
                for box in choice.iter(f"{_W}txbxContent"):
                    yield _Piece("", box=box)


def _is_on(look: Any, name: str) -> bool:
    element = look.find(f"{_W}{name}") if look is not None else None
    return element is not None and (element.get(f"{_W}val") or "1") not in {"0", "false", "off", "none"}


def _words(pieces: list[_Piece]) -> Iterator[Word | None]:
    """Words of adjoining pieces; None for a line break. A word is bold or struck if most of its letters are."""
    letters: list[tuple[str, bool, bool]] = []
    for piece in [*pieces, _Piece(" ")]:
        for char in piece.text:
            if not char.isspace():
                letters.append((char, piece.bold, piece.struck))
                continue
            if letters:
                half = len(letters) / 2
                bold = sum(b for _, b, _ in letters) > half
                struck = sum(s for _, _, s in letters) > half
                yield Word("".join(c for c, _, _ in letters), None, 1.0, bold=bold, struck=struck)
                letters = []
            if char == "\n":
                yield None
