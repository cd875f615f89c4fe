"""PDF: per page the text layer where it is what the page shows, else our own OCR of the page's picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.read.engine import read_words
from extractors.read.inserts import with_inserts
from extractors.read.lines import Level, reading_order
from extractors.read.ocr import Seen, read_image
from extractors.read.page_image import Gray, render, render_colours
from extractors.read.pdf_fonts import odd_fonts
from extractors.read.pdf_form import PageForm, read_forms, words_with_fields
from extractors.read.pdf_marks import Drawn, read_marks, ticks_of
from extractors.read.pdf_text import TextLayer, View, read_text_layer, view_of
from extractors.read.progress import begin_page
from extractors.read.settings import ReadSettings
from extractors.read.stamps import without_stamps
from extractors.read.text_layers import Choice, choose, compared, covers_print, sampled
from records.document import Document, Page, SourceFile, Word, moved
from records.errors import DocumentError

_BLOCK = 6  # Tesseract's mode for one block of even lines


def read_pdf(path: Path, source: SourceFile, settings: ReadSettings) -> Document:
    """All pages up to ``settings.max_pages``. Raises DocumentError if the file can't be opened at all."""
    pdf = _open(path)
    try:
        pdf.init_forms()
        count = len(pdf)
        if count == 0:
            raise DocumentError("this PDF has no pages")
        pages: list[Page] = []
        problems: list[str] = []
        loaded = min(count, settings.max_pages)
        views = [_view(pdf, index) for index in range(loaded)]
        forms, odd = read_forms(path, views), odd_fonts(path, loaded)
        for index in range(loaded):
            try:
                begin_page(index + 1, loaded)
                pages.append(_read_page(pdf, index, forms[index], odd[index], settings))
            except (pdfium.PdfiumError, DocumentError) as err:
                problems.append(f"page {index + 1}: {err}")
                width, height = views[index].size
                pages.append(Page(index + 1, width, height, "none", (), reason=f"could not be read: {err}"))
        if count > loaded:
            problems.append(f"only the first {loaded} of {count} pages were read")
        if len(problems) >= loaded and not any(p.words for p in pages):
            raise DocumentError(f"no page of this PDF could be read ({problems[0]})")
        return Document(source, tuple(pages), "pdf", count, "; ".join(problems[:5]), _properties(pdf))
    finally:
        pdf.close()


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as err:
        if getattr(err, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(err).lower():
            raise DocumentError("this PDF needs a password to open; save it without one") from err
        raise DocumentError("this PDF is damaged and can't be opened; print it to a new PDF or scan the paper") from err


def _view(pdf: pdfium.PdfDocument, index: int) -> View:
    try:
        page = pdf[index]
    except pdfium.PdfiumError:
        return View(0, 0, 612, 792, 0)
    view = view_of(page)
    page.close()
    return view


def _properties(pdf: pdfium.PdfDocument) -> dict[str, str]:
    try:
        found = pdf.get_metadata_dict(skip_empty=True)
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return {}
    return {k.lower(): v[:200] for k, v in found.items() if k in {"Title", "Author", "Subject", "Creator", "Producer"}}


def _read_page(pdf: pdfium.PdfDocument, index: int, form: PageForm, odd_font: str, settings: ReadSettings) -> Page:
    page = pdf[index]
    try:
        view = view_of(page)
        drawn = read_marks(page, view)
        layer = read_text_layer(page, view, drawn.dark)
        choice = choose(layer, drawn, view.size, odd_font)
        if choice.kind == "layer":
            return _by_text(layer, drawn, index, view, form)
        if choice.kind == "ocr":
            return _by_ocr(page, index, view, form, choice.reason, layer, drawn.coloured, settings)
        image, scale, stamped = picture_of(page, drawn.coloured, settings)
        said = ""
        if choice.kind in {"sample", "ground"}:
            why_not, said = _doubts(choice, layer, image, scale, settings)
            if why_not:
                return _by_ocr(page, index, view, form, why_not, layer, drawn.coloured, settings)
        text = _by_text(layer, drawn, index, view, form)
        text = replace(text, reason="; ".join(r for r in (text.reason, said) if r))
        return with_inserts(text, choice.regions, image, scale, stamped, settings)
    finally:
        page.close()


def _doubts(choice: Choice, layer: TextLayer, image: Gray, scale: float, settings: ReadSettings) -> tuple[str, str]:
    """Why the layer is not to be used ('' if it is), and what was found to speak for it."""
    if choice.kind == "ground" and not covers_print(layer.words, image, scale):
        return "scan with text over it that is not all that the page shows", ""

    def read(sheet: Gray) -> list[Word]:
        return read_words(sheet, scale, _BLOCK, settings.tesseract_seconds, settings.engine)

    sample = sampled(layer.words, image, scale, read)
    if not sample.honest:
        return "; ".join(r for r in (choice.reason, sample.said) if r), ""
    where = "text over a background picture" if choice.kind == "ground" else choice.reason
    return "", f"{where}; {sample.said}"


def _by_text(layer: TextLayer, drawn: Drawn, index: int, view: View, form: PageForm) -> Page:
    width, height = view.size
    level = Level(drawn.rules)
    words = [
        Word(w.text, w.box, w.confidence, w.bold, False, w.box is not None and level.strikes(w.box)) for w in layer.words
    ]
    words = words_with_fields(words, form.fields)
    ticks = [t for t in ticks_of(drawn, words) if not any(t.box.overlap(f.box) > 0.3 for f in form.ticks)]
    reason = "text layer"
    if layer.invisible:
        reason += f"; {layer.invisible} characters that a viewer does not show were left out"
    if layer.capped:
        reason += "; the page holds more characters than were read"
    return Page(
        number=index + 1,
        width=round(width, 2),
        height=round(height, 2),
        text_source="text_layer",
        words=reading_order(words),
        rules=tuple(drawn.rules),
        ticks=(*ticks, *form.ticks),
        fields=tuple(form.fields),
        reason=reason,
    )


def _by_ocr(
    page: pdfium.PdfPage, index: int, view: View, form: PageForm, reason: str, layer: TextLayer,
    coloured: bool, settings: ReadSettings,
) -> Page:  # fmt: skip
    image, scale, stamped = picture_of(page, coloured, settings)
    seen = read_image(image, scale, settings)
    width, height = seen.size or view.size
    form = _as_read(form, seen)
    words = words_with_fields(list(seen.words), form.fields)
    if layer.hidden and words:
        reason += f" ({compared([w.text for w in layer.hidden], [w.text for w in words]).said})"
    ticks = [t for t in seen.ticks if not any(t.box.overlap(f.box) > 0.2 for f in form.ticks)]
    return Page(
        number=index + 1,
        width=round(width, 2),
        height=round(height, 2),
        text_source="ocr" if words else "none",
        words=reading_order(words),
        rules=seen.rules,
        ticks=(*ticks, *form.ticks),
        fields=tuple(form.fields),
        reason="; ".join(r for r in (reason, stamped, seen.reason) if r),
        ink=seen.ink,
        handwriting=seen.handwriting,
        turn=seen.turn,
        lie=seen.lie,
    )


def picture_of(page: pdfium.PdfPage, coloured: bool, settings: ReadSettings) -> tuple[Gray, float, str]:
    """The page's picture in grey, pixels per point, and what was left out of it."""
    if coloured:
        colours, scale = render_colours(page, settings.dpi, settings.max_pixels)
        image, said = without_stamps(colours, scale)
        return image, scale, said
    return (*render(page, settings.dpi, settings.max_pixels), "")


def _as_read(form: PageForm, seen: Seen) -> PageForm:
    """The form's fields where they lie on the page as it was read. A scan that lies on its side has no form over it."""
    if seen.turn:
        return PageForm()
    if not seen.lie:
        return form
    onto = tuple(float(v) for v in np.linalg.inv(np.reshape(seen.lie, (3, 3))).ravel())
    return PageForm(
        [replace(f, box=moved(f.box, onto)) for f in form.fields], [replace(t, box=moved(t.box, onto)) for t in form.ticks]
    )
