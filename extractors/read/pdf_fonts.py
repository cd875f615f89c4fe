"""Fonts of a PDF whose letters may be others than its text says: without a map to Unicode, or with one that contradicts the
names of the glyphs. Looks at the file's structure only, each font once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pikepdf

_DIGITS = {
    name: str(n) for n, name in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
}
_NAMELESS = re.compile(r"/(?:[a-zA-Z]{1,2}\d+|glyph\d+|cid\d+|\.notdef)$")
_SINGLES = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_CODE = re.compile(rb"<([0-9A-Fa-f]+)>")
_MOST_MAP = 200_000  # bytes of a map that are looked at


def odd_fonts(path: Path, pages: int) -> list[str]:
    """For each of the first ``pages`` pages, what is odd about its fonts; '' where nothing is, or the file's structure can't
    be parsed (the words are judged by their likeness all the same)."""
    found = [""] * pages
    known: dict[tuple[int, int], str] = {}
    try:
        with pikepdf.open(path) as pdf:
            for number, page in zip(range(pages), pdf.pages, strict=False):
                found[number] = _of_page(page.obj, known)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, RecursionError):
        # Broken objects raise any of these; what PDFium reads of the page is judged without its fonts.
        return found
    return found


def _of_page(page: Any, known: dict[tuple[int, int], str]) -> str:
    node = page
    for _ in range(16):
        if "/Resources" in node or "/Parent" not in node:
            break
        node = node["/Parent"]
    fonts = node.get("/Resources", {}).get("/Font", {})
    for font in fonts.values():
        key = font.objgen
        if key == (0, 0) or key not in known:
            known[key] = _oddity(font)
        if known[key]:
            return known[key]
    return ""


def _oddity(font: Any) -> str:
    encoding = font.get("/Encoding")
    named = list(encoding.get("/Differences", [])) if isinstance(encoding, pikepdf.Dictionary) else []
    if "/ToUnicode" in font:
        return "a font's map says other letters than its glyphs' names" if named and _contradicts(font, named) else ""
    kind = str(font.get("/Subtype", ""))
    if kind == "/Type0":
        ordering = str(font.get("/DescendantFonts", [{}])[0].get("/CIDSystemInfo", {}).get("/Ordering", ""))
        return "a font has no map to letters" if "Identity" in ordering else ""
    names = [str(item) for item in named if isinstance(item, pikepdf.Name)]
    if names and sum(bool(_NAMELESS.match(n)) for n in names) > len(names) / 2:
        return "a font has no map to letters"
    embedded = any(k in font.get("/FontDescriptor", {}) for k in ("/FontFile", "/FontFile2", "/FontFile3"))
    if encoding is None and embedded and kind == "/TrueType":
        return "a font has no map to letters"
    return ""


def _contradicts(font: Any, named: list[Any]) -> bool:
    """Two glyphs at least whose names are one letter or digit while the map says another."""
    letters: dict[int, str] = {}
    code = 0
    for item in named:
        if isinstance(item, pikepdf.Name):
            name = str(item)[1:]
            letter = _DIGITS.get(name, name if len(name) == 1 else "")
            if letter:
                letters[code] = letter
            code += 1
        else:
            code = int(item)
    if not letters:
        return False
    said = _mapped(font["/ToUnicode"].read_bytes()[:_MOST_MAP])
    return sum(code in said and said[code] != letter for code, letter in letters.items()) >= 2


def _mapped(cmap: bytes) -> dict[int, str]:
    """Codes of one byte and the single letters that the map makes of them."""
    said: dict[int, str] = {}
    for section in _SINGLES.findall(cmap):
        codes = [int(c, 16) for c in _CODE.findall(section)]
        said |= {code: chr(to) for code, to in zip(codes[::2], codes[1::2], strict=False) if code < 256 and to < 0x10000}
    for section in _RANGES.findall(cmap):
        if b"[" in section:
            continue
        codes = [int(c, 16) for c in _CODE.findall(section)]
        for low, high, to in zip(codes[::3], codes[1::3], codes[2::3], strict=False):
            if high < 256 and to < 0x10000 - 256:
                said |= {code: chr(to + code - low) for code in range(low, high + 1)}
    return said
