"""The text layer of one PDF page as words with boxes, through PDFium."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class _Run:
    text: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    first: int = 0
    hidden: bool = False


def _collect(text: ctypes.c_void_p, view: View, dark: list[Box]) -> TextLayer:
    layer = TextLayer()
    count = raw.FPDFText_CountChars(text)
    if count > _MAX_CHARACTERS:
        layer.capped, count = True, _MAX_CHARACTERS
    run = _Run()
    edges = [ctypes.c_double() for _ in range(4)]
    loose = raw.FS_RECTF()
    hidden: dict[int, bool] = {}
    for i in range(count):
        char = chr(raw.FPDFText_GetUnicode(text, i) & 0x10FFFF)
        if char.isspace() or char in "\u200b\ufeff\x00" or raw.FPDFText_IsGenerated(text, i) == 1:
            _finish(text, run, layer)
            run = _Run()
            continue
        if 0xD800 <= ord(char) < 0xE000:
            char = "\ufffd"
        raw.FPDFText_GetCharBox(text, i, *(ctypes.byref(e) for e in (edges[0], edges[1], edges[2], edges[3])))
        raw.FPDFText_GetLooseCharBox(text, i, ctypes.byref(loose))
        tight = view.box(edges[0].value, edges[2].value, edges[1].value, edges[3].value)
        wide = view.box(loose.left, loose.bottom, loose.right, loose.top)
        box = wide if wide.area > 0 else tight
        layer.characters += 1
        if is_unmapped(char) or raw.FPDFText_HasUnicodeMapError(text, i) == 1:
            layer.unmapped += 1
        unseen = _is_hidden(text, i, box, dark, hidden)
        layer.invisible += unseen
        if run.boxes and (unseen != run.hidden or _breaks(run.boxes[-1], box)):
            _finish(text, run, layer)
            run = _Run()
        if not run.text:
            run.first, run.hidden = i, unseen
        run.text.append(char)
        run.boxes.append(box)
    _finish(text, run, layer)
    return layer


def _breaks(last: Box, box: Box) -> bool:
    height = max(last.height, box.height, 1.0)
    if abs(last.centre_y - box.centre_y) > 0.6 * height:
        return True
    return box.x0 - last.x1 > 0.28 * height or box.x0 < last.x0 - 0.5 * height


def _is_hidden(text: ctypes.c_void_p, i: int, box: Box, dark: list[Box], known: dict[int, bool]) -> bool:
    """Render mode 3 paints nothing; white on white shows nothing. Asked once per text object."""
    text_object = raw.FPDFText_GetTextObject(text, i)
    address = ctypes.cast(text_object, ctypes.c_void_p).value or 0
    if address in known:
        return known[address]
    mode = raw.FPDFTextObj_GetTextRenderMode(text_object) if text_object else 0
    hidden = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
    if not hidden and mode == raw.FPDF_TEXTRENDERMODE_FILL:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        refs = (ctypes.byref(c) for c in (red, green, blue, alpha))
        if raw.FPDFText_GetFillColor(text, i, *refs):
            pale = min(red.value, green.value, blue.value) > 247 or alpha.value < 8
            on_dark = any(d.x0 <= box.centre_x <= d.x1 and d.top <= box.centre_y <= d.bottom for d in dark)
            hidden = pale and not on_dark
    known[address] = hidden
    return hidden


def _finish(text: ctypes.c_void_p, run: _Run, layer: TextLayer) -> None:
    word = "".join(run.text)
    if not word:
        return
    box = Box(
        min(b.x0 for b in run.boxes),
        min(b.top for b in run.boxes),
        max(b.x1 for b in run.boxes),
        max(b.bottom for b in run.boxes),
    )
    if run.hidden:
        layer.hidden.append(Word(word, box))
        return
    name = _font_name(text, run.first)
    weight = raw.FPDFText_GetFontWeight(text, run.first)
    bold = weight >= 600 or "bold" in name.lower() or "black" in name.lower()
    layer.words.append(Word(word, box, 1.0, bold=bold))
    layer.words_by_font.setdefault(name, []).append(word)


def _font_name(text: ctypes.c_void_p, i: int) -> str:
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = raw.FPDFText_GetFontInfo(text, i, buffer, 128, ctypes.byref(flags))
    return buffer.raw[: max(0, min(length, 128) - 1)].decode("utf-8", "replace") if length else ""
