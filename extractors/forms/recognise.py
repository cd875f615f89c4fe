"""Which layout a paper is: by the titles, column headings and labels that its YAML file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz import fuzz

from extractors.forms.overlay import headings_of, plain
from extractors.rulebook import RuleBook
from records.document import Document, Page

SHARE = 0.6
"""Part of the named words that must be there, where the file does not say how many."""
_FUZZY_FROM = 8  # letters of a phrase that OCR may have misread by a letter or two
_FUZZY_LEAST = 88.0
_FUZZY_TEXT = 40_000  # characters looked through for misread phrases: the headings of a list repeat


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a layout fits some pages: the words found and missing, and how many were asked for. ``barred``: words that
    rule the layout out and are there."""

    form: str
    doc_type: str
    found: tuple[str, ...]
    missing: tuple[str, ...]
    least: int
    barred: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return len(self.found) >= self.least and not self.barred

    @property
    def share(self) -> float:
        return len(self.found) / max(1, len(self.found) + len(self.missing))

    def why(self) -> str:
        """In words, for a person who wonders."""
        total = len(self.found) + len(self.missing)
        if self.barred:
            return f"ruled out by {_quoted(self.barred)}"
        text = f"{len(self.found)} of {total} signs, {self.least} needed"
        return f"{text}; missing {_quoted(self.missing[:6])}" if self.missing else text


def fits(document: Document, rules: RuleBook, pages: Iterable[int] | None = None) -> list[Fit]:
    """All layouts against these pages (all pages where none are named), best first."""
    layouts = rules.layouts()
    if not layouts:
        return []
    wanted = None if pages is None else set(pages)
    chosen = [p for p in document.pages if wanted is None or p.number in wanted]
    text = " ".join(f" {_text(p)} " for p in chosen)
    ocr = any(p.text_source in {"ocr", "mixed"} for p in chosen)
    made = [fit(name, layout, text, ocr) for name, layout in layouts.items()]
    return sorted(made, key=lambda f: (not f.fits, -f.share, -len(f.found), f.form))


def fit(form: str, layout: Mapping[str, Any], text: str, ocr: bool = False) -> Fit:
    """One layout against a text in the form of ``plain``."""
    by = layout.get("recognised_by", {})
    words, headings = list(by.get("words", ())), headings_of(layout)
    asked = list(dict.fromkeys([*words, *headings]))
    found = tuple(w for w in asked if _stands(w, text, ocr))
    least = int(by["least"]) if "least" in by else max(2, round(SHARE * len(asked)))
    barred = tuple(w for w in by.get("not_if", ()) if _stands(w, text, False))
    return Fit(form, str(layout.get("doc_type", "")), found, tuple(w for w in asked if w not in found), least, barred)


def forms_of(document: Document, rules: RuleBook) -> tuple[str, ...]:
    """The layouts recognised in a document: the best of each kind of document."""
    best: dict[str, str] = {}
    for one in fits(document, rules):
        if one.fits:
            best.setdefault(one.doc_type, one.form)
    return tuple(best.values())


def form_of(document: Document, doc_type: str, pages: Iterable[int], rules: RuleBook) -> tuple[str, ...]:
    """The layout of one report in a document; none where none of its kind fits its pages."""
    named = [f.form for f in fits(document, rules, pages) if f.fits and f.doc_type == doc_type]
    return tuple(named[:1])


def _stands(phrase: str, text: str, ocr: bool) -> bool:
    wanted = plain(phrase)
    if f" {wanted} " in text:
        return True
    return ocr and len(wanted) >= _FUZZY_FROM and fuzz.partial_ratio(wanted, text[:_FUZZY_TEXT]) >= _FUZZY_LEAST


@cache
def _plain_word(word: str) -> str:
    return plain(word)


def _text(page: Page) -> str:
    words = page.words or tuple(w for b in page.blocks for w in _words(b))
    return " ".join(filter(None, (_plain_word(w.text) for w in words)))


def _words(block: Any) -> Iterable[Any]:
    return block.words if hasattr(block, "words") else (w for row in block.rows for cell in row for w in cell.words)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{w}'" for w in words)
