"""A report's pages as one stream of printed lines, each word with its place across the page.

Spreadsheets and Word tables have no boxes: their cells get places from their column number, so that what follows reads
paper and office files alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from extractors.layout import Spot, text_lines
from records.document import Block, Box, Document, Line, Page, Table
from records.record import Evidence, Report

_PITCH, _WIDTH = 100.0, 88.0  # made-up columns of files without boxes


@dataclass(slots=True)
class Row:
    """One printed line (or one row of a native table)."""

    page: int
    spots: list[Spot]
    ocr: bool
    native: bool
    anchor: str = ""
    struck: bool = False
    extra: list[Spot] = field(default_factory=list)  # words of wrapped lines below that belong to this row

    @property
    def text(self) -> str:
        return " ".join(s.word.text for s in self.spots)

    @property
    def y(self) -> float:
        return sum(s.y for s in self.spots) / max(1, len(self.spots))

    @property
    def height(self) -> float:
        heights = sorted(s.height for s in self.spots)
        return heights[len(heights) // 2] if heights else 1.0

    @property
    def confidence(self) -> float | None:
        known = [s.word.confidence for s in self.spots if s.word.confidence is not None]
        return min(known) if known else None

    def evidence(self, spots: list[Spot] | None = None) -> Evidence:
        """Of these words of the row; of the whole row with its wrapped lines where none are named."""
        chosen = [*self.spots, *self.extra] if spots is None else spots
        boxes = tuple(s.word.box for s in chosen if s.word.box is not None)
        return Evidence(self.page, boxes, " ".join(s.word.text for s in chosen), self.anchor)


def rows_of(document: Document, report: Report, blocks_by_page: Mapping[int, tuple[Block, ...]]) -> list[Row]:
    """All lines of the report's pages, page by page, top to bottom."""
    rows: list[Row] = []
    for page in document.pages:
        if page.number not in report.pages:
            continue
        if page.blocks:
            rows.extend(_native(page, blocks_by_page.get(page.number, page.blocks)))
        else:
            ocr = page.text_source in {"ocr", "mixed"}
            for spots in text_lines(page):
                row = Row(page.number, spots, ocr, False)
                row.struck = _struck(row, page.rules, ocr)
                rows.append(row)
    return rows


def _native(page: Page, blocks: tuple[Block, ...]) -> list[Row]:
    rows: list[Row] = []
    for block in blocks:
        if isinstance(block, Line):
            spots = [Spot(w, i * 10.0, i * 10.0 + 9.0, float(len(rows)), 1.0) for i, w in enumerate(block.words)]
            rows.append(Row(page.number, spots, False, True, block.anchor))
        elif isinstance(block, Table):
            for cells in block.rows:
                spots = []
                anchor = ""
                for cell in cells:
                    left = cell.column * _PITCH
                    right = left + (cell.column_span - 1) * _PITCH + _WIDTH
                    spots += [Spot(w, left, right, float(len(rows)), 10.0) for w in cell.words if w.text.strip()]
                    if cell.words and not anchor:
                        anchor = cell.anchor or (cell.lines[0].anchor if cell.lines else "")
                if spots:
                    rows.append(Row(page.number, spots, False, True, anchor))
    return rows


def _struck(row: Row, rules: tuple[Box, ...], ocr: bool) -> bool:
    """Is the line struck out: by the reader's word, or by a drawn line through the middle of most of it?"""
    solid = [s for s in row.spots if len(s.word.text) > 1]
    if not solid:
        return False
    if sum(s.word.struck for s in solid) >= 0.5 * len(solid):
        return True
    if not ocr:
        return False
    crossed = 0
    for spot in solid:
        box = spot.word.box
        if box is None:
            continue
        middle = (box.top + 0.25 * box.height, box.bottom - 0.25 * box.height)
        crossed += any(
            r.width > 4 * r.height and middle[0] < r.centre_y < middle[1] and r.x0 <= box.centre_x <= r.x1 for r in rules
        )
    return crossed >= 0.6 * len(solid)
