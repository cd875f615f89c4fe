"""A page as this room sees it: lines and tables in reading order, each remembering its page and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractors.reports.text import NOTHING, Text, of_line, of_lines
from records.document import Block, Cell, Line, Page, Table


@dataclass(frozen=True)
class Piece:
    """A line (``text``) or a table of a page; ``index`` is its place among the page's blocks."""

    page: Page
    index: int
    text: Text
    table: Table | None = None

    @property
    def top(self) -> float:
        box = self.table.box if self.table is not None else self.text.box
        return box.top if box is not None else float(self.index)


def pieces_of(page: Page, blocks: Sequence[Block], keep: range | None = None) -> list[Piece]:
    """The page's blocks (or those in ``keep``) as pieces."""
    out = []
    for i, block in enumerate(blocks):
        if keep is not None and i not in keep:
            continue
        if isinstance(block, Line):
            if block.words:
                out.append(Piece(page, i, of_line(block, page.number)))
        elif _written(block):
            out += [Piece(page, i, of_lines((line,), page.number)) for line in _lines_of(block)]
        else:
            out.append(Piece(page, i, NOTHING, block))
    return out


def _written(table: Table) -> bool:
    """Whether a "table" is a note: lines by hand on paper with a margin line, next to which there is only dirt."""
    letters: dict[int, int] = {}
    hand = total = 0
    for cell in (cell for row in table.rows for cell in row):
        for word in cell.words:
            count = sum(c.isalnum() for c in word.text)
            letters[cell.column] = letters.get(cell.column, 0) + count
            total, hand = total + count, hand + count * word.handwritten
    return total > 0 and hand > 0.8 * total and max(letters.values()) > 0.85 * total


def _lines_of(table: Table) -> Iterator[Line]:
    for row in table.rows:
        words = tuple(w for cell in row for w in cell.words)
        if words:
            yield Line(words)


def cell_text(cell: Cell, page: Page) -> Text:
    return of_lines(cell.lines, page.number, cell.anchor or (cell.lines[0].anchor if cell.lines else ""))


def row_texts(row: Sequence[Cell], page: Page) -> list[Text]:
    return [cell_text(cell, page) for cell in row]


def all_texts(pieces: Sequence[Piece]) -> Iterator[Text]:
    """Every line and every cell, in reading order."""
    for piece in pieces:
        if piece.table is None:
            yield piece.text
        else:
            for row in piece.table.rows:
                yield from (t for t in row_texts(row, piece.page) if t)


def running_text(pieces: Sequence[Piece]) -> str:
    return "\n".join(t.text for t in all_texts(pieces))


def columns_of(table: Table) -> int:
    return max((cell.column + cell.column_span for row in table.rows for cell in row), default=0)


def by_column(row: Sequence[Cell]) -> Mapping[int, Cell]:
    return {cell.column: cell for cell in row}
