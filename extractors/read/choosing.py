"""Two readings of the same print, word by word: which words belong together, whether they agree, which one to believe."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from extractors.read.quality import likeness

_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "•": "*", "°": "*"})
_EDGE = " .,;:'\"*|_-~=()[]{}<>"
_MOST_JOINED = 3  # words of one reading that can be one word of the other
_SURE_MARK = 0.9  # of a single sign that Tesseract takes for no letter
_SURE_WORD = 0.75  # of letters where the second voice sees a stroke
_BOTH = 0.998  # the most that agreement is worth
_SKIP = 0.9  # cost, per letter, of a word that the other reading lacks

# What tokens that decide a record look like: dates, sections, money and readings, lots, years, case numbers.
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})")
_SECTION = re.compile(r"\(?§{0,2}\d{3}\.\d{3}(?:\([A-Za-z0-9]{1,3}\))*\)?")
_MONEY = re.compile(r"\(?\$?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}\)?")
_COUNT = re.compile(r"#?\d{1,3}(?:,\d{3})+|#?\d+[A-Za-z]?|\d+-\d+[A-Za-z]?")
_PHONE = re.compile(r"\(?\d{3}\)?-?\d{3}-\d{4}|\(\d{3}\)")
_CASE = re.compile(r"[A-Z]{1,4}-?\d{2,4}-\d{2,6}|[A-Z]{1,3}\d{3,}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?:[AaPp]\.?[Mm]\.?)?")
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)")
_SHAPES = (_SECTION, _MONEY, _PHONE, _CASE, _COUNT, _CLOCK, _ORDINAL)
_MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])


@dataclass(frozen=True, slots=True)
class Pair:
    """Words ``first`` of one reading that stand where the words ``second`` of the other do (index ranges; one may be empty)."""

    first: range
    second: range


def paired(first: Sequence[str], second: Sequence[str]) -> list[Pair]:
    """The cheapest way to put both readings side by side; either may have joined or split words of the other."""
    a, b = [folded(t) or t for t in first], [folded(t) or t for t in second]
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            for di, dj in _STEPS:
                if di > i or dj > j or (di, dj) == (0, 0):
                    continue
                cost = best[i - di, j - dj][0] + _cost("".join(a[i - di : i]), "".join(b[j - dj : j]), di, dj)
                if (i, j) not in best or cost < best[i, j][0] - 1e-9:
                    best[i, j] = (cost, (i - di, j - dj))
    pairs: list[Pair] = []
    at = (len(a), len(b))
    while at != (0, 0):
        before = best[at][1]
        pairs.append(Pair(range(before[0], at[0]), range(before[1], at[1])))
        at = before
    return pairs[::-1]


_STEPS = (
    (1, 1), (1, 0), (0, 1),
    *((n, 1) for n in range(2, _MOST_JOINED + 1)), *((1, n) for n in range(2, _MOST_JOINED + 1)), (2, 2),
)  # fmt: skip


def _cost(a: str, b: str, di: int, dj: int) -> float:
    if di == 0 or dj == 0:
        return _SKIP * len(a or b)
    return float(Levenshtein.distance(a, b)) + (0.15 if di != dj else 0.0) + (0.3 if di == dj == 2 else 0.0)


def folded(text: str) -> str:
    """Text as two readings of it are compared: one kind of quotes and dashes, nothing at the edges."""
    return unicodedata.normalize("NFKC", text).translate(_ALIKE).strip(_EDGE)


def shape(text: str) -> float:
    """How far a word is one that could be printed, 0 to 1. Figures in a known form, a date of the calendar, letters that make
    a word; a letter among digits or a digit among letters is what misreading makes."""
    bare = text.strip(" ,;:'\"*|_~=").rstrip(".")
    if not bare:
        return 0.3
    digits = sum(c.isdigit() for c in bare)
    letters = sum(c.isalpha() for c in bare)
    if digits:
        if _DATE.fullmatch(bare):
            return 1.0 if _is_date(bare) else 0.1
        if any(form.fullmatch(bare) for form in _SHAPES):
            return 1.0
        if not letters:
            return 0.2 if sum(bare.count(c) for c in ".,:") > 1 else 0.5
        return 0.35 if "-" in bare or "/" in bare else 0.15
    if not letters:
        return 0.4
    parts = [p for p in re.split(r"[^A-Za-z]+", bare) if p]
    odd = sum(not (c.isalpha() or c in "-'/.&") for c in bare) / len(bare)
    return max(0.0, sum(_letters(p) for p in parts) / max(1, len(parts)) - odd)


def _letters(part: str) -> float:
    if len(part) < 3:
        return 0.6
    if part.lower()[:3] in _MONTHS:
        return 0.95
    return 0.35 + 0.6 * likeness(part)


def _is_date(text: str) -> bool:
    a, b, c = (int(n) for n in re.split(r"[/.-]", text))
    if a > 31:
        return 1900 <= a <= 2099 and 1 <= b <= 12 and 1 <= c <= 31
    return 1 <= a <= 12 and 1 <= b <= 31 and (c < 100 or 1900 <= c <= 2099)


def decides(text: str) -> bool:
    """True for words that a record hangs on: they hold figures in a form that dates, sections, amounts, lots and numbers of
    houses, cases and meters have, or what misreading makes of one."""
    return (sum(c.isdigit() for c in text) >= 1 and len(folded(text)) >= 2) or text[:1] == "§"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of two differing readings to take, and the chance that it is right."""

    second: bool
    confidence: float


def choose(first: str, first_sure: float, second: str, second_sure: float, known: Collection[str] = ()) -> Choice:
    """Between Tesseract's reading and the second voice's. ``known`` are words of the page read without doubt.

    Logistic, fitted on 2,200 differences on pages worn in five ways (nine of ten choices right): the second voice's own
    confidence says most, then the forms of both words; it tends to leave letters out."""
    a, b = folded(first), folded(second)
    if not any(c.isalnum() for c in first) and len(b) <= 2 and second_sure < _SURE_MARK:
        return Choice(False, 0.05)  # a speck or a piece of a line that looks like a figure to one of both
    if b == "" and len(a) <= 3 and first_sure < _SURE_WORD and a.lower() != "x":
        return Choice(True, 0.3)  # a dash or a piece of a line that Tesseract takes for letters; a cross may be a tick
    form_a, form_b = shape(first), shape(second)
    known_a, known_b = a.lower() in known, b.lower() in known
    score = (
        6.3 * second_sure + 4.2 * form_b + 1.8 * known_b - 1.8 * _left_out(b, a)
        - 1.25 * first_sure - 2.3 * form_a - 2.6 * known_a + 0.7 * _left_out(a, b) - 4.1
    )  # fmt: skip
    taken = score > 0
    sure, seen = (second_sure, known_b) if taken else (first_sure, known_a)
    other_sure, other_form = (first_sure, form_a) if taken else (second_sure, form_b)
    apart = Levenshtein.normalized_distance(a, b)
    right = 0.3 * abs(score) + 4.4 * sure + 0.45 * seen - 0.4 * taken - 1.3 * apart * other_form + 1.8 * other_sure - 3.9
    return Choice(taken, round(1 / (1 + math.exp(-right)), 4))


def agreed(text: str, first_sure: float, second_sure: float, page: float) -> float:
    """The chance that a word is right which both read alike. ``page`` is Tesseract's mean confidence on the page: on worn paper
    both lose the same comma. Logistic, fitted on 3,000 such words (97 of 100 were right)."""
    figures, short = any(c.isdigit() for c in text), len(text) <= 2
    right = 0.6 * first_sure + 3.0 * second_sure + 3.4 * shape(text) + 5.4 * page - 3.1 * figures - 1.9 * short - 3.7
    return round(min(_BOTH, 1 / (1 + math.exp(-right))), 4)


def _left_out(short: str, long: str) -> bool:
    """True if one is the other without some of its characters."""
    rest = iter(long)
    return len(short) < len(long) and all(c in rest for c in short)
