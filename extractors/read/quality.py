"""Is a text layer what the page shows? Judged by its letters: unmapped glyphs, and letter pairs that no English text,
name or street has (a font whose letters are swapped one for another keeps spaces and lengths, but not pairs)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# The 180 commonest letter pairs of English prose and of a Massachusetts assessor's streets and owners together; they cover
# 92 % of the pairs of prose and 90 % of those of name lists, but about 30 % of text under a random swap of letters.
_COMMON_PAIRS_TEXT = (
    "ab ac ad ag ai al am an ap ar as at av ay be bi bl br bu ca ce ch ci cl cn co ct cu da de dg di do ea ec ed ee "
    "el em en er es et ev ex ey fa fe ff fi fo fr ge gh gl gr ha he hi ho hr ht ia ib ic id ie if ig il im in io ir "
    "is it iu iv ke la ld le li ll lo ls lu ly ma mb me mi mo mp ms mu na nc nd ne ng ni no ns nt nu ny oc od of og "
    "ol om on op or os ot ou ov ow pa pe pl po pr pt pu py ra rc rd re ri rk rl rm rn ro rr rs rt ry sa se sh si sn "
    "so sp ss st su ta te th ti to tr ts tt tw ty ub uc ul um un ur us ut ux va ve vi wa wh wi wo yo "
)
_COMMON_PAIRS = frozenset(_COMMON_PAIRS_TEXT.split())
_ENOUGH_PAIRS = 60  # fewer letter pairs prove nothing
_LOWEST_SHARE = 0.62
_MOST_UNMAPPED = 0.08


@dataclass(frozen=True, slots=True)
class Verdict:
    """``good`` and, where not, ``reason`` in plain words."""

    good: bool
    reason: str = ""


def pair_share(words: Iterable[str]) -> tuple[float, int]:
    """The share of letter pairs within words that are common in English, and how many pairs there were."""
    common = total = 0
    for word in words:
        low = word.lower()
        for a, b in pairwise(low):
            if a.isalpha() and b.isalpha():
                total += 1
                common += a + b in _COMMON_PAIRS
    return (common / total if total else 1.0), total


def likeness(word: str) -> float:
    """How much a word read by OCR looks like one, 0 to 1: by its letter pairs, and capitals only where words have them."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return 0.0
    share, pairs = pair_share([word])
    return max(0.0, 2 * share - 1) if pairs else 0.0


def is_unmapped(char: str) -> bool:
    """True for a character that stands for a glyph nobody named: replacement sign, control or private use (but not the
    private-use codes of Symbol and Wingdings, which are bullets and tick boxes)."""
    code = ord(char)
    return char == "\ufffd" or (code < 32 and char not in "\t\n\r") or 0xE000 <= code < 0xF000 or 0xF100 <= code < 0xF900


def judge(words_by_font: dict[str, list[str]], unmapped: int, characters: int) -> Verdict:
    """Judges one page's layer. One bad font spoils the page: its words are the ones that would be missing."""
    if characters and unmapped / characters > _MOST_UNMAPPED:
        return Verdict(False, f"text layer is garbage: {100 * unmapped / characters:.0f} % of its characters are unmapped")
    everything = [w for words in words_by_font.values() for w in words]
    if sum(w.startswith("(cid:") for w in everything) > len(everything) // 20:
        return Verdict(False, "text layer is garbage: glyph numbers instead of letters")
    for words in (everything, *words_by_font.values()):
        share, pairs = pair_share(words)
        if pairs >= _ENOUGH_PAIRS and share < _LOWEST_SHARE:
            return Verdict(False, f"text layer is garbage: {100 * share:.0f} % of its letter pairs occur in English")
    return Verdict(True)
