"""A report's pages as one stream of printed lines, each word with its place across the page.

Spreadsheets and Word tables have no boxes: their cells get places from their column number, so that what follows reads
paper and office files alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from statistics import median

from extractors.layout import Spot, text_lines
from extractors.tables.places import MAP_AND_LOT
from records.document import Block, Box, Document, Line, Page, Table, enclosing
from records.record import Evidence, Report

_PITCH, _WIDTH = 100.0, 88.0  # made-up columns of files without boxes
_BROKEN = 0.8  # of a line's height: the widest white that OCR leaves within an amount
_ACROSS = 0.4  # of the page's width: a line that rules a list's rows
_FIGURES = 3  # in a row of readings
_FEWEST_EVEN, _UNEVEN = 5, 0.25  # stripes, and by how much of it they may differ in height
_FEWEST_DOWN = 2  # lines down the page where a ruled row is
_SAME_RULING = 2.0  # points
_DEEPEST = 4  # printed lines of one ruled row
_MONEY = re.compile(r"\d[.,]\d{2}\b")
_LEADERS = re.compile(r"[.·…_]{3,}|(?:[.·…]\s){2,}[.·…]")  # dots that lead the eye from one column to the next


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
    band: int | None = None  # which stripe between two ruling lines across the list it stands in
    grid: bool = False  # lines down the page part the columns there
    lines: list[Row] = field(default_factory=list)  # the printed lines of one ruled row, where there are several

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
    return [
        row
        for page in document.pages
        if page.number in report.pages
        for row in rows_on(page, blocks_by_page.get(page.number, page.blocks))
    ]


def rows_on(page: Page, blocks: tuple[Block, ...]) -> list[Row]:
    """All lines of a page, top to bottom."""
    if page.blocks:
        return _native(page, blocks)
    rows: list[Row] = []
    ocr = page.text_source in {"ocr", "mixed"}
    rulings = _rulings(page)
    for spots in (list(_without_leaders(line)) for line in text_lines(page)):
        if not spots:
            continue
        spots = _whole_amounts(spots) if ocr else spots
        row = Row(page.number, spots, ocr, False)
        row.struck = _struck(row, page.rules, ocr)
        middle = [s.word.box.centre_y for s in spots if s.word.box is not None]
        if middle and len(rulings) > 2 and rulings[0] < middle[0] < rulings[-1]:
            row.grid = _in_grid(page, median(middle))
            if row.grid or _even(rulings):
                row.band = page.number * 1000 + sum(y < median(middle) for y in rulings)
        rows.append(row)
    return rows


def _rulings(page: Page) -> list[float]:
    """The heights of the lines ruled across the page, top to bottom."""
    found: list[float] = []
    across: dict[int, float] = defaultdict(float)
    for rule in page.rules:
        if rule.width > 4 * rule.height:
            across[round(rule.centre_y / _SAME_RULING)] += rule.width
    for place, width in sorted(across.items()):
        y = place * _SAME_RULING
        if width > _ACROSS * page.width and (not found or y - found[-1] > 2 * _SAME_RULING):
            found.append(y)
    return found


def _even(rulings: Sequence[float]) -> bool:
    """Do lines across the page part it evenly, as they part the rows of a list?"""
    gaps = sorted(b - a for a, b in pairwise(rulings))
    if len(gaps) < _FEWEST_EVEN:
        return False
    usual = gaps[len(gaps) // 2]
    return sum(abs(g - usual) <= _UNEVEN * usual for g in gaps) >= 0.75 * len(gaps)


def _in_grid(page: Page, y: float) -> bool:
    """Do lines down the page part the columns at this height?"""
    return sum(r.height > 4 * r.width and r.top <= y <= r.bottom for r in page.rules) >= _FEWEST_DOWN


def in_bands(rows: Sequence[Row]) -> list[Row]:
    """The rows, those that a ruled row prints on several lines as one; not where two of them hold amounts (two records), or none
    holds figures (a group's heading)."""
    out: list[Row] = []
    for band, group in groupby(rows, key=lambda r: r.band):
        lines = list(group)
        paid = sum(any(map(_MONEY.search, _words(r))) for r in lines)
        figures = sum(w.replace(",", "").isdigit() for r in lines for w in _words(r))
        if band is None or not 1 < len(lines) <= _DEEPEST or paid > 1 or (paid == 0 and figures < _FIGURES):
            out += lines
            continue
        if not all(r.grid for r in lines) and any(_says_more(r) for r in lines):
            out += lines
            continue
        first = lines[0]
        spots = [s for line in lines for s in line.spots]
        struck = any(line.struck for line in lines)
        out.append(Row(first.page, spots, first.ocr, first.native, first.anchor, struck, band=band, lines=lines))
    return out


def _says_more(row: Row) -> bool:
    """A line that labels something, or names a parcel in words: the heading of the next rows, not more of the one above."""
    return any(w.endswith(":") for w in _words(row)) or MAP_AND_LOT.search(row.text) is not None


def _words(row: Row) -> list[str]:
    return [s.word.text for s in row.spots]


def _without_leaders(spots: Iterable[Spot]) -> Iterable[Spot]:
    """The words of a line without leaders; words that leaders tie together each at their own place."""
    for spot in spots:
        text = spot.word.text
        if _LEADERS.search(text) is None:
            yield spot
            continue
        at = 0
        for run in [*_LEADERS.finditer(text), None]:
            end = len(text) if run is None else run.start()
            if any(c.isalnum() for c in text[at:end]):
                yield _part(spot, at, end)
            at = end if run is None else run.end()


def _whole_amounts(spots: list[Spot]) -> list[Spot]:
    """Amounts that OCR broke at the point (``3,599.`` ``10``), each as one word."""
    whole: list[Spot] = []
    for spot in spots:
        last = whole[-1] if whole else None
        if last is not None and 0 <= spot.x0 - last.x1 < _BROKEN * max(spot.height, last.height) and _broken(last, spot):
            whole[-1] = _as_one(last, spot)
        else:
            whole.append(spot)
    return whole


def _broken(left: Spot, right: Spot) -> bool:
    one, other = left.word.text, right.word.text
    if re.fullmatch(r"[(\[]?-?\$?\d{1,3}(?:[.,]?\d{3})*\.", one):
        return re.fullmatch(r"\d{2}(?:\)|CR|-)?", other) is not None
    whole = re.fullmatch(r"[(\[]?-?\$?\d{1,3}(?:,\d{3})*", one)
    return whole is not None and re.fullmatch(r"\.\d{2}(?:\)|CR|-)?", other) is not None


def _as_one(left: Spot, right: Spot) -> Spot:
    one, other = left.word, right.word
    known = [c for c in (one.confidence, other.confidence) if c is not None]
    boxes = [b for b in (one.box, other.box) if b is not None]
    word = replace(one, text=one.text + other.text, box=enclosing(boxes), confidence=min(known) if known else None, other="")
    return Spot(word, left.x0, right.x1, left.y, max(left.height, right.height))


def _part(spot: Spot, start: int, end: int) -> Spot:
    """Some characters of a word, as a word of their own; places by the share of characters."""
    word, length = spot.word, len(spot.word.text)
    box = word.box
    if box is not None:
        box = Box(box.x0 + box.width * start / length, box.top, box.x0 + box.width * end / length, box.bottom)
    width = spot.x1 - spot.x0
    x0, x1 = spot.x0 + width * start / length, spot.x0 + width * end / length
    return Spot(replace(word, text=word.text[start:end], box=box), x0, x1, spot.y, spot.height)


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
