"""What is drawn on a PDF page besides text: ruling lines, tick boxes, dark areas and images."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.read.pdf_text import View
from records.document import Box, Tick, Word

_MAX_OBJECTS = 60_000
_THIN = 2.5  # points: a filled bar thinner than this is a line
_SHORTEST = 8.0  # points: shorter lines are parts of letters and tick marks
_BOX_SIDES = (5.0, 18.0)  # points: side of a tick box
_EMPTY = "☐□❏❑▢"
_FULL = "☒☑☑✓✔✗✘■⊠❌✅"
# Wingdings, Wingdings 2 and ZapfDingbats codes as they come out of fonts without a map (low byte or U+F0xx).
_DINGBATS = {0xA8: False, 0x6F: False, 0x71: False, 0xFE: True, 0xFC: True, 0xFD: True, 0x78: True, 0xFB: True}

Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Drawn:
    """Rules are thin boxes; ``squares`` are outlines of tick-box size; ``strokes`` are slanted lines; ``dark`` are filled
    areas dark enough for white text; ``image_share`` is the share of the page that its pictures cover."""

    rules: list[Box] = field(default_factory=list)
    squares: list[Box] = field(default_factory=list)
    strokes: list[Box] = field(default_factory=list)
    filled: list[Box] = field(default_factory=list)
    dark: list[Box] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    paths: int = 0
    coloured: bool = False  # a picture has colours

    def image_share(self, width: float, height: float) -> float:
        """Share of the page under pictures, on a coarse grid: strips of one scan add up, overlaps don't."""
        cells = 24
        covered = 0
        for row in range(cells):
            for column in range(cells):
                x, y = (column + 0.5) / cells * width, (row + 0.5) / cells * height
                covered += any(b.x0 <= x <= b.x1 and b.top <= y <= b.bottom for b in self.images)
        return covered / cells**2


def read_marks(page: pdfium.PdfPage, view: View) -> Drawn:
    """Walks the page's objects, forms within forms included."""
    drawn = Drawn()
    budget = [_MAX_OBJECTS]
    for kind, obj, matrix in _objects(_page_objects(page), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0, budget):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            own = _matrix(obj)
            corners = [_apply(_times(own, matrix), x, y) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
            drawn.images.append(_around(corners, view))
            drawn.coloured = drawn.coloured or _in_colour(page, obj)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            drawn.paths += 1
            _read_path(obj, _times(_matrix(obj), matrix), view, drawn)
    return drawn


def _in_colour(page: pdfium.PdfPage, image: ctypes.c_void_p) -> bool:
    said = raw.FPDF_IMAGEOBJ_METADATA()
    return bool(raw.FPDFImageObj_GetImageMetadata(image, page.raw, ctypes.byref(said))) and said.bits_per_pixel > 8


def _page_objects(page: pdfium.PdfPage) -> Iterator[ctypes.c_void_p]:
    for i in range(raw.FPDFPage_CountObjects(page.raw)):
        yield raw.FPDFPage_GetObject(page.raw, i)


def _objects(
    objects: Iterator[ctypes.c_void_p], matrix: Matrix, depth: int, budget: list[int]
) -> Iterator[tuple[int, ctypes.c_void_p, Matrix]]:
    for obj in objects:
        budget[0] -= 1
        if budget[0] < 0:
            return
        kind = raw.FPDFPageObj_GetType(obj)
        if kind != raw.FPDF_PAGEOBJ_FORM:
            yield kind, obj, matrix
        elif depth < 8:
            inner = (raw.FPDFFormObj_GetObject(obj, i) for i in range(raw.FPDFFormObj_CountObjects(obj)))
            yield from _objects(inner, _times(_matrix(obj), matrix), depth + 1, budget)


def _matrix(obj: ctypes.c_void_p) -> Matrix:
    m = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(obj, ctypes.byref(m)):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _times(m: Matrix, n: Matrix) -> Matrix:
    """First ``m``, then ``n``."""
    a, b, c, d, e, f = m
    g, h, i, j, k, o = n
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + o)


def _apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _around(points: Sequence[tuple[float, float]], view: View) -> Box:
    shown = [view.point(x, y) for x, y in points]
    return Box(
        round(min(x for x, _ in shown), 2),
        round(min(y for _, y in shown), 2),
        round(max(x for x, _ in shown), 2),
        round(max(y for _, y in shown), 2),
    )


def _read_path(obj: ctypes.c_void_p, matrix: Matrix, view: View, drawn: Drawn) -> None:
    fill_mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(obj, ctypes.byref(fill_mode), ctypes.byref(stroke))
    points: list[tuple[float, float]] = []
    edges: list[Box] = []
    count = min(raw.FPDFPath_CountSegments(obj), 4000)
    start = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    curved = False
    for i in range(count):
        segment = raw.FPDFPath_GetPathSegment(obj, i)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        here = _apply(matrix, x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        points.append(here)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO:
            edges.append(_around((last, here), view))
        else:
            curved = True
        last = here
        if raw.FPDFPathSegment_GetClose(segment):
            edges.append(_around((last, start), view))
            last = start
    if not points:
        return
    whole = _around(points, view)
    if fill_mode.value and not curved:
        _read_fill(obj, whole, drawn)
    if stroke.value and not curved:
        if _is_square(whole) and len(edges) >= 4:
            drawn.squares.append(whole)
            return
        for edge in edges:
            if min(edge.width, edge.height) <= 0.6 and max(edge.width, edge.height) >= _SHORTEST:
                drawn.rules.append(edge)
            elif edge.width > 1.5 and edge.height > 1.5:
                drawn.strokes.append(edge)


def _read_fill(obj: ctypes.c_void_p, whole: Box, drawn: Drawn) -> None:
    colour = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFPageObj_GetFillColor(obj, *(ctypes.byref(c) for c in colour))
    red, green, blue, alpha = (c.value for c in colour)
    if alpha < 8:
        return
    light = 0.3 * red + 0.59 * green + 0.11 * blue
    if min(whole.width, whole.height) <= _THIN:
        if max(whole.width, whole.height) >= _SHORTEST and light < 235:
            drawn.rules.append(whole)
        return
    if light < 170:
        drawn.dark.append(whole)
        if _is_square(whole) or max(whole.width, whole.height) < _BOX_SIDES[1]:
            drawn.filled.append(whole)


def _is_square(box: Box) -> bool:
    low, high = _BOX_SIDES
    return low <= box.width <= high and low <= box.height <= high and abs(box.width - box.height) <= 0.3 * box.width


def glyph_tick(text: str) -> bool | None:
    """True or False for a word that is nothing but a tick box or mark, None for any other word."""
    bare = text.strip("[]()")
    if len(bare) == 1:
        if bare in _FULL:
            return True
        if bare in _EMPTY:
            return False
        code = ord(bare)
        if 0xF020 <= code <= 0xF0FF:
            return _DINGBATS.get(code & 0xFF)
    if text in {"[]", "[_]", "( )", "()", "[ ]"}:
        return False
    return True if text.lower() in {"[x]", "(x)"} else None


def ticks_of(drawn: Drawn, words: Sequence[Word]) -> tuple[Tick, ...]:
    """Drawn squares (ticked if a mark, a cross of lines or a fill lies in them) and tick glyphs."""
    ticks: list[Tick] = []
    corners = list(_box_of_four_lines(drawn.rules))
    for square in [*drawn.squares, *corners]:
        if any(square.overlap(t.box) > 0.4 for t in ticks):
            continue
        marks = [w.text for w in words if w.box is not None and _inside(w.box, square)]
        marked = any(m.strip().lower() in {"x", "v"} or glyph_tick(m) for m in marks)
        crossed = any(_inside(s, square) for s in drawn.strokes)
        inner = any(_inside(f, square) and f.area > 0.2 * square.area for f in drawn.filled)
        ticks.append(Tick(square, marked or crossed or inner))
    for word in words:
        state = glyph_tick(word.text)
        if state is None and word.box is not None and len(word.text) > 1 and word.text[0] in _EMPTY + _FULL:
            state = glyph_tick(word.text[0])  # the glyph touches its label
        if state is not None and word.box is not None and not any(word.box.overlap(t.box) > 0.2 for t in ticks):
            ticks.append(Tick(word.box, state))
    return tuple(sorted(ticks, key=lambda t: (round(t.box.top), t.box.x0)))


def _inside(box: Box, square: Box) -> bool:
    return (
        square.x0 - 2 <= box.centre_x <= square.x1 + 2
        and square.top - 2 <= box.centre_y <= square.bottom + 2
        and box.width < 2.5 * square.width
    )


def _box_of_four_lines(rules: Sequence[Box]) -> Iterator[Box]:
    """Tick boxes drawn as four short lines."""
    low, high = _BOX_SIDES
    tops = [r for r in rules if r.height <= 1.2 and low <= r.width <= high]
    sides = [r for r in rules if r.width <= 1.2 and low <= r.height <= high]
    for top in tops:
        for bottom in tops:
            side = bottom.centre_y - top.centre_y
            if low <= side <= high and abs(bottom.x0 - top.x0) < 1 and abs(side - top.width) < 0.3 * side:
                left = any(abs(s.centre_x - top.x0) < 1 and abs(s.top - top.centre_y) < 1.5 for s in sides)
                right = any(abs(s.centre_x - top.x1) < 1 and abs(s.top - top.centre_y) < 1.5 for s in sides)
                if left and right:
                    yield Box(top.x0, top.centre_y, top.x1, bottom.centre_y)
