"""Which papers a changed pattern can reach, told by the words on them: a pattern file is words, and words act where they stand.

What differs between two rule books is turned into needs: words that have to stand on a paper, near enough for a worn one, before
the difference can be felt there. Where that can't be said (a number, an order, a register of streets), there is no such
answer, and every paper has to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from extractors.rulebook import RuleBook
from flows.preview_regex import literals_of

Words = frozenset[str]
"""All of these stand on the paper."""
Need = tuple[tuple[Words, ...], ...]
"""Of each part, one of several."""

NOT_ON_PAPER: Final = frozenset({"streets", "units", "dates", "registers"})
"""Pattern files that also read registers and the log, or bear on what has no words."""
OF_NO_RECORD: Final = frozenset({"profiles", "rulebook", "use_codes", "shorthand"})
"""Pattern files that no value of a record comes from."""
_UNSAID: Final = frozenset(
    {
        "examples", "counter_examples", "about", "notes", "note", "source", "priority", "weight", "department", "category",
        "certainty",
    }
)  # fmt: skip
"""What an entry says beside its words; it acts where they do."""
_SHORT: Final = 4
_TOLD_BY: Final = 2  # of a phrase's words, so many of the longest have to stand there: labels are matched with a word lost


class EverythingError(Exception):
    """The difference can be felt on any paper."""


def needs_of(before: RuleBook, after: RuleBook) -> dict[str, tuple[Need, ...] | None]:
    """Section -> what a paper has to hold to feel that it changed; None: nothing can be said. Only sections that changed."""
    found: dict[str, tuple[Need, ...] | None] = {}
    for name in sorted({*before.names(), *after.names()} - OF_NO_RECORD):
        old, new = (book.section(name) if name in book.names() else {} for book in (before, after))
        if old == new:
            continue
        try:
            made = None if name in NOT_ON_PAPER else tuple(dict.fromkeys(_section(name, old, new, before, after)))
        except EverythingError:
            made = None
        if made != ():
            found[name] = made
    return found


def _section(name: str, old: Mapping[str, Any], new: Mapping[str, Any], before: RuleBook, after: RuleBook) -> Iterator[Need]:
    for key in sorted({*old, *new} - _UNSAID):
        a, b = old.get(key), new.get(key)
        if a == b:
            continue
        if (name, key) == ("phrases", "rules"):
            for entry, book in [*((e, before) for e in _changed(a, b)), *((e, after) for e in _changed(b, a))]:
                yield _of_rule(entry, book)
        elif key == "sections":
            for entry in (*_changed(a, b), *_changed(b, a)):
                yield from _of_entry(entry)
                yield from _assigning(str(entry["id"]), before, after)
        else:
            yield from _differing(a, b)


def _of_rule(rule: Mapping[str, Any], book: RuleBook) -> Need:
    """A rule of findings acts where a word of each of its groups stands."""
    groups = book.section("phrases")["groups"]
    return tuple(tuple(w for phrase in groups[group] for w in _needed(phrase)) for group in rule["all"])


def _assigning(number: str, before: RuleBook, after: RuleBook) -> Iterator[Need]:
    """The findings that a section is assigned to without being cited."""
    for book in (before, after):
        for rule in book.section("phrases")["rules"]:
            if any(number in str(code) for code in (rule["code"], *rule["alternatives"])):
                yield _of_rule(rule, book)


def _differing(a: Any, b: Any) -> Iterator[Need]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in sorted({*a, *b} - _UNSAID):
            if key not in a or key not in b:
                yield from _of_entry([str(key), a.get(key, b.get(key))])
            elif a[key] != b[key]:
                if isinstance(a[key], list) and isinstance(b[key], list):
                    yield from _words(a[key], b[key], str(key))
                else:
                    yield from _of_entry([str(key), a[key], b[key]])
    elif isinstance(a, list | None) and isinstance(b, list | None):
        old, new = _changed(a, b), _changed(b, a)
        kin = _same_but_for_words(old, new)
        for entry in (e for e in (*old, *new) if not isinstance(e, Mapping) or e.get("id") not in kin):
            yield from _of_entry(entry)
        for one, other in kin.values():
            yield from _differing(one, other)
    else:
        raise EverythingError


def _words(a: list[Any], b: list[Any], key: str) -> Iterator[Need]:
    if any(isinstance(e, Mapping) for e in (*a, *b)):
        yield from _differing(a, b)
        return
    for entry in (*_changed(a, b), *_changed(b, a)):
        for text, is_regex in _strings(entry, "regex" in key or "pattern" in key):
            yield from _of_text(text, is_regex)


def _same_but_for_words(old: Sequence[Any], new: Sequence[Any]) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Entries that differ in their lists of words alone: only the words that came or went can be felt."""
    theirs = {e["id"]: e for e in new if isinstance(e, Mapping) and "id" in e}

    def rest(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in entry.items() if not isinstance(v, list)}

    return {
        e["id"]: (e, theirs[e["id"]])
        for e in old
        if isinstance(e, Mapping) and e.get("id") in theirs and rest(e) == rest(theirs[e["id"]])
    }


def _changed(some: Sequence[Any] | None, other: Sequence[Any] | None) -> list[Any]:
    """Entries of ``some`` that ``other`` does not have as they are. Where those that both have stand in another order, the
    order itself is the change."""
    some, other = some or [], other or []
    kept, theirs = [e for e in some if e in other], [e for e in other if e in some]
    if kept != theirs:
        raise EverythingError
    return [e for e in some if e not in other]


def _of_entry(entry: Any) -> Iterator[Need]:
    """One of the entry's own words is enough."""
    for text, is_regex in _strings(entry):
        yield from _of_text(text, is_regex)


def _of_text(text: str, is_regex: bool) -> Iterator[Need]:
    if is_regex:
        literals = literals_of(text)
        if not literals:
            raise EverythingError
        for literal in literals:
            yield (tuple(_needed(literal)),)
    elif plain(text):
        yield (tuple(_needed(text)),)
    else:
        raise EverythingError  # a mark without letters


def _strings(entry: Any, regex: bool = False) -> Iterator[tuple[str, bool]]:
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            if key not in _UNSAID:
                yield from _strings(value, "regex" in str(key) or "pattern" in str(key))
    elif isinstance(entry, list):
        for value in entry:
            yield from _strings(value, regex)
    elif isinstance(entry, str) and entry:
        yield entry, regex or bool(re.search(r"\\[bswdW]|\(\?", entry))


def plain(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


def _needed(phrase: str) -> Iterator[Words]:
    """A phrase stands where its longest words do. A section may be cited by the end of its number alone."""
    words = sorted({p for w in phrase.split() if (p := plain(w))}, key=lambda w: (-len(w), w))
    if not words:
        raise EverythingError
    yield frozenset(words[:_TOLD_BY])
    for tail in re.findall(r"(?<=\.)\d{3}\b", phrase):
        yield frozenset({tail})


@dataclass(frozen=True)
class Paper:
    """The words of one document, as far as asking for words goes."""

    words: Sequence[str]

    @cached_property
    def _running(self) -> str:
        return plain("".join(self.words))

    @cached_property
    def _tokens(self) -> frozenset[str]:
        pieces = {plain(w) for w in self.words}
        return frozenset(p for w in self.words for p in (*re.split(r"[\W_\d]+", w.lower()), *re.findall(r"\d+", w)) if p) | pieces

    @cached_property
    def _long(self) -> list[str]:
        return sorted(t for t in self._tokens if len(t) >= _SHORT - 1)

    def meets(self, needs: Iterable[Need]) -> bool:
        """Whether one of them is met."""
        return any(all(any(all(map(self._holds, words)) for words in part) for part in need) for need in needs)

    def _holds(self, word: str) -> bool:
        """Whether ``word`` stands here, or something that a reader of worn print or of an inspector's slips may take for it."""
        if word in self._tokens:
            return True
        if len(word) < _SHORT:
            near = (t for t in self._tokens if t.startswith(word) and len(t) <= len(word) + 2)
            return next(near, "") != "" or (len(word) == _SHORT - 1 and any(t.endswith(word) for t in self._long))
        if word in self._running or any(t in word for t in self._tokens if len(t) >= max(_SHORT, len(word) - 3)):
            return True
        slips = 1 if len(word) < 6 else 2 if len(word) < 9 else 3
        if process.extractOne(word, self._long, scorer=OSA.distance, score_cutoff=slips) is not None:
            return True
        if any(len(t) > len(word) and fuzz.partial_ratio(word, t) >= 80 for t in self._long):
            return True
        return any(_shortened(t, word) for t in self._tokens)


def _shortened(short: str, word: str) -> bool:
    """Whether ``short`` is ``word`` without vowels, as inspectors write it, give or take a consonant."""
    if not short.isalpha() or not 2 <= len(short) < len(word) or short[0] != word[0]:
        return False
    stem, letters = short.removesuffix("s"), iter(word)
    return not any(c in "aeiouy" for c in stem) and all(c in letters for c in stem)
