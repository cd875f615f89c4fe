"""Sentences of running text, by spaCy: an inspector's "2nd fl. rear", "Apt. 3", "approx. 4 ft." and "No. 12" end none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from extractors.rulebook import RuleBook

if TYPE_CHECKING:
    from spacy.language import Language


def sentences(text: str, rules: RuleBook | None = None) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence in ``text``; white space after a sentence belongs to it, so that none is lost."""
    if not text.strip():
        return
    starts = [span.start_char for span in _pipeline(rules or RuleBook.load())(text).sents]
    yield from zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True)


@cache
def _pipeline(rules: RuleBook) -> Language:
    """A blank English pipeline: nothing is downloaded. Abbreviations are data (``sentences.yml``)."""
    import spacy  # slow to import, and many documents have no running text
    from spacy.symbols import ORTH
    from spacy.tokenizer import Tokenizer
    from spacy.util import compile_suffix_regex

    known = rules.section("sentences")
    nlp = spacy.blank("en")
    tokenizer = nlp.tokenizer
    assert isinstance(tokenizer, Tokenizer)
    # "s. 127A." ends a sentence: a section's letter is no initial.
    tokenizer.suffix_search = compile_suffix_regex([*(nlp.Defaults.suffixes or ()), r"(?<=[0-9][A-Z])\."]).search
    for word in known["abbreviations"]:
        for form in {word, word.capitalize(), word.upper()}:
            tokenizer.add_special_case(form, [{ORTH: form}])
    nlp.add_pipe("sentencizer", config={"punct_chars": known["ends"]})
    return nlp
