"""Word files: read natively; LibreOffice only gives pages and boxes to the words (and opens .doc and .rtf)."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree  # type: ignore[import-untyped]

from extractors.read.office import convert, has_outside_links
from extractors.read.settings import ReadSettings, soffice_path
from extractors.read.word_body import BodyReader
from extractors.read.word_numbers import Numbering
from extractors.read.word_pages import Rendered, lay_out, render_pages
from records.document import Block, Document, Line, Page, SourceFile, Table, Word
from records.errors import DocumentError


def read_docx(path: Path, source: SourceFile, settings: ReadSettings, kind: str = "docx") -> Document:
    """Lines and tables in the document's own order. Where it can be rendered they lie on its pages with boxes, else on one
    page without; the text is the same."""
    blocks, properties = _native(path)
    rendered: list[Rendered] = []
    why = "LibreOffice is not installed or not wanted: no page numbers and boxes"
    if settings.soffice and soffice_path() is not None:
        if has_outside_links(path):
            why = "not rendered: the file refers to something outside itself"
        else:
            with tempfile.TemporaryDirectory(prefix="lotline-") as folder:
                try:
                    rendered = render_pages(convert(path, "pdf", Path(folder), settings.soffice_seconds))
                except DocumentError as err:
                    why = f"not rendered: {err.reason}"
    if rendered:
        pages = lay_out(blocks, rendered)
    else:
        pages = (Page(1, 612, 792, "office" if blocks else "none", words_of(blocks), blocks=tuple(blocks), reason=why),)
    return Document(source, pages, kind, len(pages), "", properties)


def read_old_word(path: Path, source: SourceFile, kind: str, settings: ReadSettings) -> Document:
    """.doc and .rtf by way of .docx. Raises DocumentError with the remedy where LibreOffice is missing."""
    if not settings.soffice or soffice_path() is None:
        raise DocumentError(f"reading .{kind} files takes LibreOffice: sudo apt-get install libreoffice-writer")
    with tempfile.TemporaryDirectory(prefix="lotline-") as folder:
        safe = Path(folder) / f"in.{kind}"
        safe.write_bytes(path.read_bytes())
        converted = convert(safe, "docx", Path(folder), settings.soffice_seconds)
        return read_docx(converted, source, settings, kind)


def words_of(blocks: list[Block]) -> tuple[Word, ...]:
    found: list[Word] = []
    for block in blocks:
        if isinstance(block, Line):
            found.extend(block.words)
        elif isinstance(block, Table):
            found.extend(w for row in block.rows for cell in row for w in cell.words)
    return tuple(found)


def _native(path: Path) -> tuple[list[Block], dict[str, str]]:
    try:
        document: Any = docx.Document(str(path))
        body = document.element.body
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, etree.XMLSyntaxError) as err:
        raise DocumentError(f"this Word file is damaged or holds no document ({err})"[:300]) from err
    if body is None:
        raise DocumentError("this Word file holds no text body")
    doctype = document.element.getroottree().docinfo.doctype
    if doctype and "ENTITY" in etree.tostring(document.element.getroottree())[:4000].decode("utf-8", "replace"):
        raise DocumentError("this Word file defines XML entities, which no word processor writes; it was not read")
    numbering = Numbering.of(_part(document, "numbering"), _part(document, "styles"))
    headers, footers = _edges(document, numbering)
    blocks = [*headers, *BodyReader(numbering).read(body), *footers]
    return blocks, _properties(document)


def _part(document: Any, kind: str) -> Any:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/" + kind):
            part = relation.target_part
            return part.element if hasattr(part, "element") else etree.fromstring(part.blob, _parser())
    return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _edges(document: Any, numbering: Numbering) -> tuple[list[Block], list[Block]]:
    """Texts of headers and footers, each once: they carry the letterhead and sometimes the case number."""
    found: tuple[list[Block], list[Block]] = ([], [])
    seen: set[str] = set()
    for relation in document.part.rels.values():
        if relation.is_external:
            continue
        for at, (kind, letter) in enumerate((("header", "h"), ("footer", "f"))):
            if not relation.reltype.endswith("/" + kind):
                continue
            part = relation.target_part
            element = part.element if hasattr(part, "element") else etree.fromstring(part.blob, _parser())
            blocks = BodyReader(numbering, prefix=f"{letter}{len(found[at])}").read(element)
            text = " ".join(w.text for w in words_of(blocks))
            if text and text not in seen:
                seen.add(text)
                found[at].extend(blocks)
    return found


def _properties(document: Any) -> dict[str, str]:
    core = document.core_properties
    pairs = {"title": core.title, "author": core.author, "subject": core.subject}
    return {k: str(v)[:200] for k, v in pairs.items() if v}
