"""Filled PDF forms: what people typed is often in the widgets alone, not in the page's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf

from extractors.read.pdf_text import View
from records.document import Box, FormField, Tick, Word

_HIDDEN = 2  # bit 2 of a widget's /F flags; PDF 32000-1, 12.5.3
_PUSHBUTTON = 1 << 16
_PASSWORD = 1 << 13


@dataclass(slots=True)
class PageForm:
    """Fields and tick boxes of one page."""

    fields: list[FormField] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)


def read_forms(path: Path, views: list[View]) -> list[PageForm]:
    """The form of each page of ``views``; all empty where the file has no form or its structure can't be parsed (the
    page's text and image are read all the same)."""
    forms = [PageForm() for _ in views]
    try:
        with pikepdf.open(path) as pdf:
            if "/AcroForm" not in pdf.Root:
                return forms
            for page, view, form in zip(pdf.pages, views, forms, strict=False):
                for widget in page.get("/Annots", []):
                    _read_widget(widget, view, form)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, RecursionError):
        # Broken objects raise any of these; PDFium has already read what can be read of the page.
        return forms
    return forms


def _read_widget(widget: Any, view: View, form: PageForm) -> None:
    if widget.get("/Subtype") != "/Widget" or int(widget.get("/F", 0)) & _HIDDEN:
        return
    x0, y0, x1, y1 = (float(v) for v in widget["/Rect"])
    box = view.box(x0, y0, x1, y1)
    kind, flags = str(_inherited(widget, "/FT") or ""), int(_inherited(widget, "/Ff") or 0)
    name = _full_name(widget)
    if kind == "/Btn":
        if not flags & _PUSHBUTTON:
            state = widget.get("/AS", _inherited(widget, "/V"))
            form.ticks.append(Tick(box, state is not None and str(state) not in {"/Off", ""}, name))
    elif kind in {"/Tx", "/Ch"} and not flags & _PASSWORD:
        value = _inherited(widget, "/V")
        if value is None:
            return
        items = list(value) if isinstance(value, pikepdf.Array) else [value]
        text = " ".join(str(v) for v in items).strip()
        if text:
            form.fields.append(FormField(name, text, box))


def _inherited(widget: Any, key: str) -> Any:
    """A widget takes type, flags and value from its parents where it has none of its own."""
    node = widget
    for _ in range(16):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def _full_name(widget: Any) -> str:
    parts: list[str] = []
    node = widget
    for _ in range(16):
        if "/T" in node:
            parts.append(str(node["/T"]))
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return ".".join(reversed(parts))


def words_with_fields(words: list[Word], fields: list[FormField]) -> list[Word]:
    """The page's words with those that a field's value covers replaced by the value itself. PDFium's text layer leaves
    widgets out; a flattened copy or an OCR of the page has them, perhaps misread."""
    kept = [w for w in words if w.box is None or not any(_covers(f.box, w.box) for f in fields)]
    for item in fields:
        kept.extend(_words_of(item))
    return kept


def _covers(outer: Box, inner: Box) -> bool:
    return outer.x0 - 1 <= inner.centre_x <= outer.x1 + 1 and outer.top - 1 <= inner.centre_y <= outer.bottom + 1


def _words_of(item: FormField) -> list[Word]:
    """A value's words side by side in the field's box; widths by number of characters, as the font is not asked."""
    lines = [line.split() for line in item.value.splitlines() if line.split()]
    words: list[Word] = []
    box = item.box
    height = box.height / max(1, len(lines))
    for i, line in enumerate(lines):
        top = box.top + i * height
        size = min(height, 12.0) * 0.5  # a character's usual width
        letters = sum(len(w) for w in line) + len(line) - 1
        size = min(size, box.width / max(1, letters))
        x = box.x0
        # one line: in the middle of the field, as forms show it
        pad = max(0.0, (height - 12.0) / 2)
        for text in line:
            right, bottom = x + size * len(text), top + height - pad
            words.append(Word(text, Box(round(x, 2), round(top + pad, 2), round(right, 2), round(bottom, 2))))
            x += size * (len(text) + 1)
    return words
