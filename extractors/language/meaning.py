"""What a finding means: the section a trained person would assign where none is cited, and its category.

A lexicon (``phrases.yml``) names components and defects with their synonyms and abbreviations; its rules say which go with
which section of the earlier edition, in whose labels the city's platform thinks. Words spelled nearly like one of the
lexicon's are read as that word, so that typing slips and OCR slips do not hide a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from extractors.language import codebook
from extractors.language.classifier import likeliest
from extractors.rulebook import RuleBook
from records.errors import PatternError

# Turned before the text falls into words: two things in one token, and a flame that is no light.
_BEFORE_WORDS = (("’", "'"), ("smoke/co", "smoke carbon monoxide"), ("pilot light", "pilot"), ("hot-water", "hot water"))
_TOKEN = re.compile(r"[a-z0-9°][a-z0-9°'/-]*")
# The lexicon decides alone, against other rules, or only by the form's own item label: how much each deserves is
# measured by the confidence model; here is just their order.
_ALONE, _CONTESTED, _BY_LABEL = 0.95, 0.8, 0.7
_CLASSIFIED = 0.25  # at most: a category from the classifier makes no finding of a line that is not one
_LEAST_SURE, _OVERRULES = 0.3, 0.9  # probability from which the classifier is believed: where no rule, where several speak


@dataclass(frozen=True, slots=True)
class CodeGuess:
    """``code`` is '' where nothing was understood; ``alternatives`` are other sections one could defend, best first."""

    code: str
    category: str
    score: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the lexicon; see the head of ``phrases.yml``."""

    id: str
    code: str
    category: str
    alternatives: tuple[str, ...]
    all: frozenset[str]
    place: frozenset[str]
    without: frozenset[str]
    priority: int
    department: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The compiled pattern file."""

    abbreviations: dict[str, str]
    groups: dict[str, re.Pattern[str]]
    words: tuple[str, ...]  # that a slip may have changed
    whole: tuple[str, ...]  # that may be shortened
    known: frozenset[str]
    rules: tuple[Rule, ...]


def assign(
    description: str,
    location: str | None = "",
    item_label: str | None = "",
    department: str = "inspectional_services",
    on: date | None = None,
    rules: RuleBook | None = None,
    rules_alone: bool = False,
) -> CodeGuess:
    """The section and category of a finding. ``item_label`` is the form's own wording for the item (a check-list line, a
    table's component column); it decides where the description alone says nothing. The text classifier is asked where no rule
    or rules of several categories fit, unless ``rules_alone``."""
    lexicon = load(rules)
    place = f"{description} {location or ''} {item_label or ''}"
    found = matching(lexicon, description, place, department)
    score = _ALONE
    if not found and item_label:
        found = matching(lexicon, f"{item_label} {description}", place, department)
        score = _BY_LABEL
    if not found and location:
        found = matching(lexicon, f"{location} {description}", place, department)
        score = _BY_LABEL
    asked = department != "fire" and not rules_alone and (not found or contested(found))
    said, sure = likeliest(plain(lexicon, description)) if asked else ("", 0.0)
    if not found:
        return CodeGuess("", said, round(_CLASSIFIED * sure, 4)) if sure >= _LEAST_SURE else CodeGuess("", "other", 0.0)
    if sure >= _OVERRULES:
        found = [*(r for r in found if r.category == said), *(r for r in found if r.category != said)]
    best = found[0]
    if department == "fire" and best.department != "fire":  # a fire officer does not cite the sanitary code
        return CodeGuess("", best.category, _CONTESTED / 2, ())
    if any(r.category != best.category for r in found[1:]) and score == _ALONE:
        score = _CONTESTED
    others = [*best.alternatives, *(r.code for r in found[1:])]
    unique = [c for c in dict.fromkeys(others) if c != best.code]
    weights = tuple((c, round((1 - score) / (i + 1), 4)) for i, c in enumerate(unique[:5]))
    return CodeGuess(in_edition(best.code, on, rules), best.category, score, weights)


def categorise(
    description: str,
    code: str | None = "",
    location: str | None = "",
    item_label: str | None = "",
    department: str = "inspectional_services",
    on: date | None = None,
    rules: RuleBook | None = None,
) -> str:
    """The category of a finding, by its words and the section cited.

    The words decide if their section is the cited one or one a trained person might cite for the same thing, or if the
    section is one that says nothing of the kind of thing (the owner's general duty to maintain); else the section does.
    """
    guess = assign(description, location, item_label, department, on, rules)
    if not code:
        return guess.category
    cited = _old_section(code, on, rules)
    defensible = {_old_section(c, None, rules) for c, _ in guess.alternatives} | {_old_section(guess.code, on, rules)}
    by_code = codebook.category_of_code(code, on, rules)
    if guess.code and (cited in defensible or cited in _BROAD or by_code == "other"):
        return guess.category
    return by_code


# Sections whose subject is a duty and not a kind of thing: what was found decides.
_BROAD = frozenset({"410.351", "410.352", "410.500", "410.505", "410.504", "410.750"})


def in_edition(code: str, on: date | None, rules: RuleBook | None = None) -> str:
    """A section of the earlier edition as the edition in force on a day numbers it; itself where it has no successor."""
    number, _ = codebook.split_code(code)
    book = codebook.load(rules)
    if not number or book.edition(on) is book.before:
        return code
    for section in book.after.values():
        if section.old == number:
            return f"105 CMR {section.number}"
        for paragraph, old in (section.paragraphs or {}).items():
            if old == number:
                return f"105 CMR {section.number}{paragraph}"
    return code


def _old_section(code: str, on: date | None, rules: RuleBook | None) -> str:
    first = code.split(";")[0].strip()
    found = codebook.load(rules).section(first, on)
    return (found.old or found.number) if found else re.sub(r"(?:\([A-Za-z0-9]+\))+$", "", first)


def contested(found: Iterable[Rule]) -> bool:
    """Whether rules of several categories fit the same words."""
    return len({r.category for r in found}) > 1


def says_defect(text: str, rules: RuleBook | None = None) -> bool:
    """Whether a text names something wrong, rather than only a thing: what a form prints beside its boxes names things."""
    return _defects(rules).search(text.lower()) is not None


@cache
def _defects(rules: RuleBook | None) -> re.Pattern[str]:
    return _compiled((rules or RuleBook.load()).section("negation")["defects"])


def matching(lexicon: Lexicon, description: str, place: str, department: str) -> list[Rule]:
    """The rules that fit a finding, the one that decides first; ``place``: the same words with those around them."""
    here = groups_in(lexicon, plain(lexicon, description))
    around = here | groups_in(lexicon, plain(lexicon, place))
    found = [
        r
        for r in lexicon.rules
        if r.department in {"", department} and r.all <= here and r.place <= around and not r.without & here
    ]
    if department == "fire":
        own = [r for r in found if r.department == "fire"]
        found = own or found
    else:
        found = [r for r in found if r.department != "fire"]
    return sorted(found, key=lambda r: -r.priority)


def groups_in(lexicon: Lexicon, text: str) -> frozenset[str]:
    """Names of the groups of which ``text`` (as :func:`plain` gives it) holds a phrase."""
    return frozenset(name for name, pattern in lexicon.groups.items() if pattern.search(text))


def plain(lexicon: Lexicon, text: str) -> str:
    """Lower case, abbreviations written out, near spellings put right."""
    text = text.lower()
    for written, meant in _BEFORE_WORDS:
        text = text.replace(written, meant)
    words = []
    for token in _TOKEN.findall(text):
        token = token.strip("'-/")
        if token in lexicon.abbreviations:
            words.append(lexicon.abbreviations[token])
        elif "/" in token:
            words.extend(lexicon.abbreviations.get(part, _respelled(lexicon, part)) for part in token.split("/"))
        else:
            words.append(_respelled(lexicon, token))
    return " ".join(words)


def _respelled(lexicon: Lexicon, word: str) -> str:
    if len(word) < 3 or word in lexicon.known or not word.isalpha():
        return word
    written_out = _written_out(lexicon.whole, word)
    if written_out or len(word) < 5:
        return written_out or word
    return _nearest(lexicon.words, word)


@lru_cache(maxsize=4096)
def _written_out(words: tuple[str, ...], short: str) -> str:
    """The lexicon's word that was shortened by leaving out vowels, as inspectors do (blr, outlt, brnrs); '' where none or
    several could be meant. All of the word's consonants but one must be there, in order, the first and the last among them."""
    stem = short.removesuffix("s") if len(short) > 3 else short
    for form in (short, stem):
        if any(c in _VOWELS for c in form):
            continue
        fitting = [w for w in words if w[0] == form[0] and w[-1] in (form[-1], "e", "y") and _shortens(form, w)]
        best = max(fitting, key=lambda w: (_kept(form, w), -len(w)), default="")
        if best and sum(_kept(form, w) == _kept(form, best) and len(w) == len(best) for w in fitting) == 1:
            return best
    return ""


_VOWELS = frozenset("aeiouy")


def _shortens(short: str, word: str) -> bool:
    """Are the letters of ``short`` in ``word``, in order, with at most one consonant of the word left out?"""
    letters = iter(word)
    return len(short) < len(word) and all(c in letters for c in short) and _kept(short, word) >= -1


def _kept(short: str, word: str) -> int:
    """0 where all consonants are there (a doubled one counts once), less for each that is not."""
    wanted = [c for i, c in enumerate(word) if c not in _VOWELS and (i == 0 or word[i - 1] != c)]
    have = [c for i, c in enumerate(short) if c not in _VOWELS and (i == 0 or short[i - 1] != c)]
    return len(have) - len(wanted)


@lru_cache(maxsize=4096)
def _nearest(words: tuple[str, ...], word: str) -> str:
    """The lexicon's word one slip away (two in long words) with the same first letter; else the word itself."""
    allowed = 1 if len(word) < 8 else 2
    found = process.extractOne(word, words, scorer=OSA.distance, score_cutoff=allowed)
    if found is None or found[0][0] != word[0] or (len(word) == 5 and sorted(word) != sorted(found[0])):
        return word  # short words lie too close together: only two letters swapped are a slip there
    return str(found[0])


def _compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    parts = []
    for phrase in sorted(phrases, key=len, reverse=True):
        body = r"\s+".join(re.escape(w) for w in phrase.lower().rstrip("*").split())
        parts.append(body + (r"\w*" if phrase.endswith("*") else r"(?:s|es)?"))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)")


@cache
def load(rules: RuleBook | None = None) -> Lexicon:
    """The lexicon of a rule book."""
    data = (rules or RuleBook.load()).section("phrases")
    groups = data["groups"]
    for rule in data["rules"]:
        if unknown := {*rule["all"], *rule.get("place", ()), *rule.get("not", ())} - groups.keys():
            raise PatternError(f"phrases.yml, rule '{rule['id']}': no group is called {', '.join(sorted(unknown))}.")
    words = {w for phrases in groups.values() for p in phrases for w in re.findall(r"[a-z]{5,}", p.lower())}
    words |= {w for full in data["abbreviations"].values() for w in re.findall(r"[a-z]{5,}", full)}
    short = {w for phrases in groups.values() for p in phrases for w in re.findall(r"[a-z]{3,}", p.lower())}
    known = words | {w + ending for w in short for ending in ("s", "es", "ed", "ing")} | set(data["ordinary_words"])
    return Lexicon(
        dict(data["abbreviations"]),
        {name: _compiled(phrases) for name, phrases in groups.items()},
        tuple(sorted(words)),
        tuple(sorted(words | {w for w in short if len(w) > 3})),
        frozenset(known),
        tuple(
            Rule(
                r["id"],
                r["code"],
                r["category"],
                tuple(r["alternatives"]),
                frozenset(r["all"]),
                frozenset(r.get("place", ())),
                frozenset(r.get("not", ())),
                int(r["priority"]),
                r.get("department", ""),
            )
            for r in data["rules"]
        ),
    )
