"""A text classifier for findings that the lexicon can't place: which category their words speak for, and how surely.

A bag of words and word pairs, and of the words' beginnings, over what the lexicon's spelling makes of a text. Trained by
``benchmarks/train_findings.py``; its weights lie in ``patterns/models/findings`` with what made them. Rules come first: what
they place is never asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from extractors.rulebook import pattern_dir

STEM: Final = 5
"""Letters of a word's beginning that stand for all its endings."""


def blank(labels: list[str], length: int) -> Any:
    """An untrained classifier of these categories."""
    import spacy  # a second to import, which a run with nothing new never pays

    nlp = spacy.blank("en")
    model = {
        "@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2, "no_output_layer": False,
        "length": length,
    }  # fmt: skip
    part: Any = nlp.add_pipe("textcat", config={"model": model})
    for label in labels:
        part.add_label(label)
    return nlp


def doc_of(nlp: Any, text: str) -> Any:
    """A text as the classifier takes it: its words, then their beginnings. ``text`` as ``meaning.plain`` gives it."""
    from spacy.tokens import Doc

    words = text.split()
    stems = [f"{w[:STEM]}~" for w in words if len(w) > STEM]
    return Doc(nlp.vocab, words=[*words, *stems] or ["nothing"])


def likeliest(text: str) -> tuple[str, float]:
    """(category, probability) of a text as ``meaning.plain`` gives it; ('', 0) where no classifier is there."""
    cats = _said(text)
    best = max(sorted(cats), key=lambda c: cats[c], default="")
    return best, cats.get(best, 0.0)


def likelihood(text: str, category: str) -> float:
    """The probability of one category; 0 where no classifier is there."""
    return _said(text).get(category, 0.0)


@lru_cache(maxsize=4096)
def _said(text: str) -> Mapping[str, float]:
    nlp = _shipped()
    if nlp is None or not text.strip():
        return {}
    return {c: float(p) for c, p in nlp.get_pipe("textcat")(doc_of(nlp, text)).cats.items()}


@cache
def _shipped() -> Any:
    folder = pattern_dir() / "models" / "findings"
    if not (folder / "config.cfg").is_file():
        return None
    import spacy

    return spacy.load(folder)
