"""The text layer of one PDF page as words with boxes, through PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.read.quality import is_unmapped
from records.document import Box, Word

_MAX_CHARACTERS = 400_000  # of one page; the densest honest list has about 15,000


@dataclass(frozen=True, slots=True)
class View:
    """How a page's own coordinates map to points as shown: crop box and /Rotate."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int  # 0, 90, 180, 270 clockwise

    @property
    def size(self) -> tuple[float, float]:
        across, up = self.right - self.left, self.top - self.bottom
        return (across, up) if self.rotation % 180 == 0 else (up, across)

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return Box(round(min(ax, bx), 2), round(min(ay, by), 2), round(max(ax, bx), 2), round(max(ay, by), 2))


def view_of(page: pdfium.PdfPage) -> View:
    left, bottom, right, top = page.get_bbox()
    return View(left, bottom, right, top, page.get_rotation() % 360)


@dataclass(slots=True)
class TextLayer:
    """Words as the layer has them, and what the judgement of the layer needs."""

    words: list[Word] = field(default_factory=list)
    words_by_font: dict[str, list[str]] = field(default_factory=dict)
    characters: int = 0
    unmapped: int = 0
    invisible: int = 0  # characters that are not painted (an earlier OCR) or white on white
    capped: bool = False
    hidden: list[Word] = field(default_factory=list)  # words of characters that a viewer does not show


def read_text_layer(page: pdfium.PdfPage, view: View, dark: list[Box]) -> TextLayer:
    """Groups the layer's characters into words at blanks and gaps. Characters that a viewer does not show are counted, not
    read: text in white counts as shown only on one of the ``dark`` boxes."""
    text_page = page.get_textpage()
    try:
        return _collect(text_page.raw, view, dark)
    finally:
        text_page.close()


_Edges = tuple[float, float, float, float]
"""x0, top, x1, bottom as shown: a box is made of them once per word, not per character."""


@dataclass(slots=True)
class _Run:
    text: list[str] = field(default_factory=list)
    edges: list[_Edges] = field(default_factory=list)
    first: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """What is the same for all characters of one text object."""

    hidden: bool
    font: str
    bold: bool


def _collect(text: ctypes.c_void_p, view: View, dark: list[Box]) -> TextLayer:
    layer = TextLayer()
    count = raw.FPDFText_CountChars(text)
    if count > _MAX_CHARACTERS:
        layer.capped, count = True, _MAX_CHARACTERS
    run = _Run()
    place = _placed(view)
    loose = raw.FS_RECTF()
    to_loose = ctypes.byref(loose)
    # The calls below are made for every character of a page.
    unicode_of, loose_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    unmapped_at, object_at, address_in = raw.FPDFText_HasUnicodeMapError, raw.FPDFText_GetTextObject, ctypes.c_size_t.from_buffer
    looks: dict[int, _Look] = {}
    fonts: dict[int, tuple[str, bool]] = {}
    for i in range(count):
        char = chr(unicode_of(text, i) & 0x10FFFF)
        if char.isspace() or char in "\u200b\ufeff\x00":  # also those that PDFium puts into gaps
            if run.text:
                _finish(run, layer, looks)
                run = _Run()
            continue
        if "\ud800" <= char < "\ue000":
            char = "\ufffd"
        loose_box(text, i, to_loose)
        edges = place(loose.left, loose.bottom, loose.right, loose.top)
        if edges[2] - edges[0] < 0.01 or edges[3] - edges[1] < 0.01:
            edges = place(*_tight(text, i))
        layer.characters += 1
        if unmapped_at(text, i) == 1 or ((char > "~" or char < " ") and is_unmapped(char)):
            layer.unmapped += 1
        text_object = object_at(text, i)
        address = address_in(text_object).value
        look = looks.get(address)
        if look is None:
            look = looks[address] = _look_of(text, i, text_object, edges, dark, fonts)
        layer.invisible += look.hidden
        if run.edges and (look.hidden != run.hidden or _breaks(run.edges[-1], edges)):
            _finish(run, layer, looks)
            run = _Run()
        if not run.text:
            run.first, run.hidden = address, look.hidden
        run.text.append(char)
        run.edges.append(edges)
    _finish(run, layer, looks)
    return layer


def _placed(view: View) -> Callable[[float, float, float, float], _Edges]:
    """From the page's own x0, y0, x1, y1 to the edges as shown; ``View.box`` without the box."""
    left, bottom, right, top = view.left, view.bottom, view.right, view.top

    def place(x0: float, y0: float, x1: float, y1: float) -> _Edges:
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if view.rotation == 90:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if view.rotation == 180:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        if view.rotation == 270:
            return top - y1, right - x1, top - y0, right - x0
        return x0 - left, top - y1, x1 - left, top - y0

    return place


def _tight(text: ctypes.c_void_p, i: int) -> _Edges:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(text, i, *(ctypes.byref(e) for e in (left, right, bottom, top)))
    return left.value, bottom.value, right.value, top.value


def _breaks(last: _Edges, here: _Edges) -> bool:
    height = max(last[3] - last[1], here[3] - here[1], 1.0)
    if abs(last[1] + last[3] - here[1] - here[3]) > 1.2 * height:
        return True
    return here[0] - last[2] > 0.28 * height or here[0] < last[0] - 0.5 * height


def _look_of(
    text: ctypes.c_void_p, i: int, text_object: Any, edges: _Edges, dark: list[Box], fonts: dict[int, tuple[str, bool]]
) -> _Look:
    """Render mode 3 paints nothing; white on white shows nothing."""
    mode = raw.FPDFTextObj_GetTextRenderMode(text_object) if text_object else 0
    hidden = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
    if not hidden and mode == raw.FPDF_TEXTRENDERMODE_FILL:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        refs = (ctypes.byref(c) for c in (red, green, blue, alpha))
        if raw.FPDFText_GetFillColor(text, i, *refs):
            pale = min(red.value, green.value, blue.value) > 247 or alpha.value < 8
            x, y = (edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2
            hidden = pale and not any(d.x0 <= x <= d.x1 and d.top <= y <= d.bottom for d in dark)
    font = ctypes.c_size_t.from_buffer(raw.FPDFTextObj_GetFont(text_object)).value if text_object else 0
    if font not in fonts or not font:
        name = _font_name(text, i)
        fonts[font] = name, raw.FPDFText_GetFontWeight(text, i) >= 600 or "bold" in name.lower() or "black" in name.lower()
    return _Look(hidden, *fonts[font])


def _finish(run: _Run, layer: TextLayer, looks: dict[int, _Look]) -> None:
    word = "".join(run.text)
    if not word:
        return
    x0, top, x1, bottom = zip(*run.edges, strict=True)
    box = Box(round(min(x0), 2), round(min(top), 2), round(max(x1), 2), round(max(bottom), 2))
    if run.hidden:
        layer.hidden.append(Word(word, box))
        return
    look = looks[run.first]
    layer.words.append(Word(word, box, 1.0, bold=look.bold))
    layer.words_by_font.setdefault(look.font, []).append(word)


def _font_name(text: ctypes.c_void_p, i: int) -> str:
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = raw.FPDFText_GetFontInfo(text, i, buffer, 128, ctypes.byref(flags))
    return buffer.raw[: max(0, min(length, 128) - 1)].decode("utf-8", "replace") if length else ""
