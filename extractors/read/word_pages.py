"""Gives the words of a Word document their pages and boxes, by aligning them with the words of its rendering."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2 as pdfium

from extractors.read.pdf_marks import Drawn, glyph_tick, read_marks
from extractors.read.pdf_text import read_text_layer, view_of
from records.document import Block, Box, Cell, Line, Page, Table, Tick, Word, enclosing
from records.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Rendered:
    """One page of the rendering."""

    width: float
    height: float
    words: tuple[Word, ...]
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class _Place:
    page: int  # index
    box: Box


def render_pages(pdf_path: Path) -> list[Rendered]:
    """Words and drawings of LibreOffice's PDF. Raises DocumentError if it is broken."""
    try:
        pdf = pdfium.PdfDocument(pdf_path)
    except pdfium.PdfiumError as err:
        raise DocumentError("LibreOffice made a PDF that can't be opened") from err
    try:
        pages = []
        for index in range(len(pdf)):
            page = pdf[index]
            view = view_of(page)
            drawn = read_marks(page, view)
            layer = read_text_layer(page, view, drawn.dark)
            pages.append(Rendered(round(view.size[0], 2), round(view.size[1], 2), tuple(layer.words), drawn))
            page.close()
        return pages
    finally:
        pdf.close()


def lay_out(blocks: list[Block], rendered: list[Rendered]) -> tuple[Page, ...]:
    """One page per rendered page, each holding its blocks in native order; a table that runs over pages is cut at rows."""
    places = _places(blocks, rendered)
    by_page: list[list[Block]] = [[] for _ in rendered]
    at = current = 0

    def boxed(words: tuple[Word, ...], start: int) -> tuple[Word, ...]:
        found = []
        for i, word in enumerate(words):
            place = places[start + i]
            found.append(replace(word, box=place.box) if place is not None and place.page == current else word)
        return tuple(found)

    for block in blocks:
        if isinstance(block, Line):
            current = _page_of(places[at : at + len(block.words)], current)
            by_page[current].append(Line(boxed(block.words, at), block.anchor))
            at += len(block.words)
            continue
        rows: dict[int, list[tuple[Cell, ...]]] = {}
        for row in block.rows:
            count = sum(len(cell.words) for cell in row)
            current = _page_of(places[at : at + count], current)
            cells = []
            for cell in row:
                lines = []
                for line in cell.lines:
                    lines.append(Line(boxed(line.words, at), line.anchor))
                    at += len(line.words)
                box = enclosing([x.box for x in lines if x.box is not None])
                cells.append(replace(cell, lines=tuple(lines), box=box))
            rows.setdefault(current, []).append(tuple(cells))
        for page, page_rows in rows.items():
            boxes = [c.box for r in page_rows for c in r if c.box is not None]
            by_page[page].append(Table(tuple(page_rows), enclosing(boxes)))
    return tuple(_page(i, r, by_page[i]) for i, r in enumerate(rendered))


def _page(index: int, rendered: Rendered, blocks: list[Block]) -> Page:
    words: list[Word] = []
    for block in blocks:
        if isinstance(block, Line):
            words.extend(block.words)
        else:
            words.extend(w for row in block.rows for cell in row for w in cell.words)
    ticks = [Tick(w.box, s) for w in words if w.box is not None and (s := glyph_tick(w.text)) is not None]
    return Page(
        number=index + 1,
        width=rendered.width,
        height=rendered.height,
        text_source="office" if words else "none",
        words=tuple(words),
        rules=tuple(rendered.drawn.rules),
        ticks=tuple(ticks),
        blocks=tuple(blocks),
        reason="native text, rendered for pages and boxes" if words else "nothing on this page",
    )


def _page_of(places: list[_Place | None], current: int) -> int:
    """The page most of the words lie on, never before the last block's page (headers repeat on every page)."""
    counts = Counter(p.page for p in places if p is not None and p.page >= current)
    return counts.most_common(1)[0][0] if counts else current


def _places(blocks: list[Block], rendered: list[Rendered]) -> list[_Place | None]:
    """For each native word, in order, where it was drawn. Lines first as whole sequences, then what difflib leaves over."""
    native: list[str] = []
    for block in blocks:
        lines = [block] if isinstance(block, Line) else [x for row in block.rows for cell in row for x in cell.lines]
        native.extend(_key(w.text) for line in lines for w in line.words)
    drawn: list[str] = []
    where: list[_Place] = []
    for index, page in enumerate(rendered):
        for word in page.words:
            if word.box is not None:
                drawn.append(_key(word.text))
                where.append(_Place(index, word.box))
    places: list[_Place | None] = [None] * len(native)
    free = [True] * len(drawn)
    for a, b, size in SequenceMatcher(None, native, drawn, autojunk=False).get_matching_blocks():
        for k in range(size):
            places[a + k] = where[b + k]
            free[b + k] = False
    _fill_gaps(native, drawn, places, where, free)
    return places


def _fill_gaps(
    native: list[str], drawn: list[str], places: list[_Place | None], where: list[_Place], free: list[bool]
) -> None:
    """Cells of a row are drawn line by line, so the order differs inside tables: a word left over takes the nearest free
    drawing of the same word at or after the page of its neighbours."""
    spots: dict[str, list[int]] = {}
    for j, key in enumerate(drawn):
        if free[j]:
            spots.setdefault(key, []).append(j)
    last: _Place | None = None
    for i, key in enumerate(native):
        here = places[i]
        if here is not None:
            last = here
            continue
        options = spots.get(key, [])
        if not options:
            continue
        near = last

        def distance(j: int, near: _Place | None = near) -> float:
            if near is None:
                return float(j)
            place = where[j]
            apart = abs(place.box.centre_y - near.box.centre_y) + 0.2 * abs(place.box.centre_x - near.box.centre_x)
            return apart + 2000.0 * abs(place.page - near.page)

        best = min(options, key=distance)
        options.remove(best)
        places[i] = last = where[best]


def _key(text: str) -> str:
    state = glyph_tick(text)
    return text.casefold() if state is None else ("☒" if state else "☐")
