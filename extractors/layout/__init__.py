"""The layout of a page: what a reader sees as lines of text and as tables, in reading order.

Office files and spreadsheets bring their own order (``Page.blocks``); everywhere else it is worked out from the words'
boxes and the ruling lines, with nothing assumed about the kind of document.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.layout.columns import in_columns
from extractors.layout.lines import as_line, group, is_rule_glyph, segments
from extractors.layout.ruled import grids
from extractors.layout.specks import legible, tidied
from extractors.layout.unruled import unruled
from extractors.layout.upright import Spot, slope_of, upright, upright_rule
from records.document import Block, Page, Table, Word

__all__ = ["Spot", "blocks", "segments", "text_lines"]


def blocks(page: Page) -> tuple[Block, ...]:
    """Lines and tables of the page, top to bottom. Native blocks of office pages are returned as they are."""
    if page.blocks:
        return page.blocks
    words = _words(page)
    slope = slope_of(words)
    spots = upright(words, slope)
    tables = grids(spots, [upright_rule(r, slope) for r in page.rules])
    held = {id(s) for g in tables for s in g.spots}
    outside = [s for s in spots if id(s) not in held and not is_rule_glyph(s.word.text)]
    placed: list[tuple[float, Block]] = [(g.box.top, g.table) for g in tables]
    lines = group(outside) if tables else in_columns(outside)
    at = _heights(lines)
    i = 0
    while i < len(lines):
        found = unruled(lines, i)
        if found is not None:
            placed.append((at[i], found[0]))
            i = found[1]
        else:
            placed.append((at[i], as_line(lines[i])))
            i += 1
    ordered = [block for _, block in sorted(placed, key=lambda p: p[0])]
    if page.text_source == "ocr":
        ordered = [tidied(b) if isinstance(b, Table) else b for b in ordered]
    return tuple(ordered)


def _heights(lines: Sequence[Sequence[Spot]]) -> list[float]:
    """Where each line stands among tables; the second of two columns comes after all of the first."""
    out: list[float] = []
    for line in lines:
        out.append(max([line[0].y, *out[-1:]]))
    return out


def text_lines(page: Page) -> list[list[Spot]]:
    """All words of the page as lines, tables or not, each word with its place on the upright page."""
    return group(s for s in upright(_words(page), slope_of(page.words)) if not is_rule_glyph(s.word.text))


def _words(page: Page) -> Sequence[Word]:
    return legible(page.words) if page.text_source == "ocr" else page.words
