"""Other readings of an address that names no parcel as it was read: specks between the words, words that ran in from beside it, a
house number with letters in it. Each says what it assumes; whoever uses one must flag it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.parcels.wording import Wording

_AS_FIGURE = str.maketrans("OoQDlI|!iZzSsBG", "000011111225586")
_SIGNS = re.compile(r"([.,;:])[.,;:*·•'\"-]+|[*·•~_=|<>{}°«»“”‘]+")
_LOOSE = re.compile(r"(?<=\s)[A-Za-z\d]\)?(?=[\s,]|$)")
_GLUED = re.compile(r"^(\W*\d{1,5})(?=[A-Za-z]{3})(?!st\b|nd\b|rd\b|th\b)", re.IGNORECASE)
_NUMBER = re.compile(r"^\W*(?P<number>[0-9OoQDlI|!iZzSsBG]{1,5})(?=\s+[A-Za-z])")
_UNIT_WORD = re.compile(r"#|\b(?:apt|apartment|unit|suite|rm|room|no)\b\.?\s*#?\s*$", re.IGNORECASE)
# Figures that worn print turns into each other; one such figure may be wrong in a house number.
_ALIKE = frozenset(
    frozenset(p) for p in ("08", "06", "09", "38", "35", "17", "14", "56", "58", "68", "27", "89", "49", "39", "12", "69")
)


@dataclass(frozen=True, slots=True)
class OtherReading:
    """An address read otherwise. ``flag`` says what was assumed; ``asked``: a person has to say whether it holds."""

    text: str
    flag: str
    asked: bool = False


def other_readings(text: str, words: Wording) -> Iterator[OtherReading]:
    """What ``text`` may have been, least assumption first. Nothing that is the same text again."""
    seen = {text}
    for reading in _readings(text, words):
        if reading.text not in seen and re.search(r"\d", reading.text) and re.search(r"[A-Za-z]{3}", reading.text):
            seen.add(reading.text)
            yield reading


def _readings(text: str, words: Wording) -> Iterator[OtherReading]:
    plain = " ".join(_SIGNS.sub(r"\1 ", text).split())
    yield OtherReading(plain, "address_repaired")
    yield OtherReading(_GLUED.sub(r"\1 ", plain), "address_repaired")
    short = _to_its_kind(plain, words)
    yield OtherReading(short, "address_repaired")
    bare = " ".join(_without_specks(plain).split())
    yield OtherReading(bare, "address_repaired")
    yield OtherReading(_to_its_kind(bare, words), "address_repaired")
    for whole in (plain, short):
        if (number := _NUMBER.match(whole)) is not None and re.search(r"\d", number["number"]):
            figures = whole[: number.start("number")] + number["number"].translate(_AS_FIGURE) + whole[number.end() :]
            yield OtherReading(figures, "number_repaired", asked=True)


def _to_its_kind(text: str, words: Wording) -> str:
    """Up to the first word that says what kind of street it is: what runs on behind it belongs to something else."""
    tokens = text.split()
    for n, token in enumerate(tokens):
        if n >= 2 and token.upper().strip(".,;:'") in words.suffixes:
            return " ".join(tokens[: n + 1])
    return text


def _without_specks(text: str) -> str:
    """Without single letters and figures that stand alone behind the house number, unless they are a unit's."""
    out, at = "", 0
    for speck in _LOOSE.finditer(text):
        before = text[: speck.start()].rstrip()
        if re.search(r"\d", before) and not _UNIT_WORD.search(before):
            out += text[at : speck.start()]
            at = speck.end()
    return out + text[at:]


def number_alike(read: int, listed: int) -> bool:
    """Whether worn print may have turned the listed house number into the one that was read: one figure for another that looks
    like it, or one lost or doubled."""
    a, b = str(read), str(listed)
    if len(a) == len(b):
        apart = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
        return len(apart) == 1 and frozenset(apart[0]) in _ALIKE
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and len(short) >= 2 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
