"""Addresses as people write them, taken apart: which house, which street, which unit.

Nothing here knows a city's streets; :mod:`extractors.parcels.streets` says which street is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from extractors.parcels.wording import Wording, wording

_FRACTIONS = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4"}
# What readers make of a small ½ behind a number
_MISREAD_HALF = re.compile(r"(?<=\d)\s?(?:%|'/[2Z]|°/2|¥2|\"/2)(?=[\s,]|$)")
# A half whose blank got lost in reading: no house is 211/2, but 21 1/2
_GLUED_HALF = re.compile(r"(?<![\d/.-])(\d{1,4})1/2(?![\d/])")
_DASHES = {ord(c): "-" for c in "‐‑‒–—−"}
_NUMBER = re.compile(
    r"""^(?P<rear_before>(?:REAR|R|BACK)\s+(?:OF\s+)?)?(?:(?:NO|NUMBER)\.?\s+|\#\s*)?
    (?P<low>\d{1,5})
    (?:\s*-?\s*(?P<half>[1-3]/[2-4])(?!\d)|-?(?P<letter>[A-Z])(?![A-Z0-9])
       |\s(?P<spaced_letter>[A-CR])(?=\s+(?!STREET|AVENUE|AVE\b)[A-Z]{3}))?
    (?:\s*(?:-|/|\bTO\b|\bTHRU\b|\bTHROUGH\b|&|\bAND\b|\+)\s*(?P<high>\d{1,5})
       (?:\s*-?\s*(?P<high_half>[1-3]/[2-4])(?!\d)|(?P<high_letter>[A-Z])(?![A-Z0-9]))?)?
    (?!\d|ST\b|ND\b|RD\b|TH\b)
    (?P<rear_after>\s*-?\s*\(?(?:REAR|RR|BACK)\b\)?)?""",
    re.X,
)
_TRAILING_NUMBER = re.compile(
    r"^(?P<street>[A-Z][A-Z'\s]*?|\d+(?:ST|ND|RD|TH|D)\b[A-Z'\s]*?)[\s,]+(?P<number>\d{1,5}(?:\s*-?\s*[1-3]/[2-4]|[A-Z]\b)?"
    r"(?:\s*[-/]\s*\d{1,5}[A-Z]?)?(?:\s+REAR)?)$"
)
_DANGLING_UNIT = re.compile(r"\s*[-,]\s*(?P<unit>\d{1,4}[A-Z]?|[A-Z]\d{0,3}|\d{1,2}\s?[LRFB])$")
_AFTER_NAME = re.compile(r"^(?![\d#])[^\d]*?[A-Z]{3}[^\d]*?[\s,:;-]+(?=\d{1,5}[A-Z]?(?:\s*[-/]\s*\d+)?\s+[A-Z])")
_REAR = re.compile(r"\b(?:REAR|RR|BACK)\b")


@dataclass(frozen=True, slots=True)
class House:
    """The number on the door. ``high`` equals ``low`` unless a range is meant; ``half`` is "1/2" and the like."""

    low: int
    high: int
    letter: str = ""
    half: str = ""
    rear: bool = False
    high_letter: str = ""

    @property
    def single(self) -> bool:
        return self.low == self.high

    def numbers(self) -> range:
        """Every number that a range covers: one side of the street if both ends are odd or both even. A range wider than
        500 is a slip of the pen and covers its ends alone."""
        if self.high - self.low > 500:
            return range(self.low, self.high + 1, self.high - self.low)
        return range(self.low, self.high + 1, 2 if self.low % 2 == self.high % 2 else 1)


@dataclass(frozen=True, slots=True)
class Address:
    """One address: ``street`` as words without its kind, ``suffix`` the kind ('' where none is written)."""

    house: House | None
    street: str
    suffix: str = ""
    unit: str = ""
    rear_unit: bool = False  # "rear" said of the unit or in brackets: may mean a rear lot or just the back flat
    abbreviated: bool = False  # the name ends in a full stop: "Wash. Av"
    number_unsure: bool = False  # a sign that makes no sense stands at the number: "21* Pearl St"


def parse_addresses(text: str, city: str = "", words: Wording | None = None) -> tuple[Address, ...]:
    """The addresses that ``text`` names, in order; more than one for "34-62 A Street & 14-20 B Street". Empty if it
    names none. ``city`` is cut off where it ends the text."""
    words = words or wording()
    whole = _cleaned(text)
    whole = _without_city(whole, city.upper(), words)
    pieces = re.split(r"\s*(?:&|/|;|\+|\bAND\b|\bAKA\b|\bA/K/A\b)\s*(?=\d+[\w\s/-]*?\s+[A-Z]{3})", whole)
    if len(pieces) > 1 and not all(re.search(r"[A-Z]{3}", p) for p in pieces):
        pieces = [whole]
    found = [a for a in (_one(p, words) for p in pieces) if a is not None]
    return tuple(found)


def unit_key(unit: str, words: Wording | None = None) -> str:
    """A unit in the form used for comparing: "Apt #2-R" and "2 rear" are 2R, "third floor" is FL3."""
    words = words or wording()
    text = _cleaned(unit).replace(".", " ")
    tokens = [t for t in re.split(r"[\s,#()-]+", text) if t]
    if any(t in words.floor_words for t in tokens):
        for token in tokens:
            if token in words.floors:
                return f"FL{words.floors[token]}".upper()
    kept = [t for t in tokens if t not in words.designators and t not in words.buildings]
    glued = ""
    for token in kept:
        if token in words.rear or words.parts.get(token) in ("RIGHT",):
            token = "R"
        elif words.parts.get(token) == "LEFT":
            token = "L"
        elif words.parts.get(token) == "FRONT" and glued:
            token = "F"
        else:
            token = words.parts.get(token, token)
        glued += token.lstrip("0") or token
    return glued


def _cleaned(text: str) -> str:
    text = text.translate(_DASHES)
    for sign, plain in _FRACTIONS.items():
        text = text.replace(sign, plain)
    text = re.sub(r"\s+", " ", text).strip().upper().replace("’", "'")
    text = _GLUED_HALF.sub(r"\1 1/2", _MISREAD_HALF.sub(" 1/2", text))
    return re.sub(r"^[^\w#]+|[^\w.)]+$", "", text)


def _without_city(text: str, city: str, words: Wording) -> str:
    text = re.sub(r"[\s,]+\d{5}(?:-\d{4})?$", "", text) if re.search(r"[A-Z]", text) else text
    states = "|".join(sorted(words.states, key=len, reverse=True))
    stateless = re.sub(rf"[\s,]+(?:{states})\.?$", "", text)
    text = stateless if re.search(r"[A-Z]{2}", stateless) else text  # "2525 Massachusetts" is a street
    if city:
        shorter = re.sub(rf"\s*,\s*{re.escape(city)}$", "", text)
        if shorter == text and re.search(rf"[A-Z\d.)]\s+{re.escape(city)}$", text):
            rest = re.sub(rf"\s+{re.escape(city)}$", "", text)
            # "12 Chelsea" is a street without its kind; "12 Broadway Chelsea" ends in the city
            shorter = rest if re.search(r"[A-Z]{3}", rest) or re.search(r"[A-Z]{2}\.?$", rest) else text
        text = shorter
    return text.strip(" ,")


def _one(text: str, words: Wording) -> Address | None:
    leading_unit = ""
    if lead := words.leading_unit.match(text):
        leading_unit, text = lead["unit"] or lead["floor"], text[lead.end() :]
    bracketed = re.findall(r"\(([^)]*)\)?", text)
    text = re.sub(r"\([^)]*\)?", " ", text)
    rear_unit = any(_REAR.search(b) for b in bracketed)
    unit = next((b for b in bracketed if words.unit_start.search(b)), "")
    text = re.sub(r"\s+", " ", text).strip(" ,")
    text, found_unit = _unit_apart(text, words)
    unit = found_unit or unit
    rear_unit = rear_unit or bool(_REAR.search(unit))
    house, rest = _house(text)
    number_unsure = house is not None and bool(re.match(r"[^\s\w,.\-(#]", rest))
    if house is None:
        turned = _TRAILING_NUMBER.match(text.replace(".", "").strip(" ,"))
        if turned is not None:
            house, _ = _house(turned["number"] + " ")
            rest = turned["street"]
        elif later := _AFTER_NAME.search(text):
            # a building's or a person's name stands before the address
            house, rest = _house(text[later.end() :])
    rest, dangling = _dangling(rest, words)
    unit = unit or dangling or leading_unit
    rear_street = re.search(r"[\s,-]+(?:REAR|RR)$", rest.strip(" .,"))
    if rear_street is not None and house is not None:
        rest = rest.strip(" .,")[: rear_street.start()]
        if unit:
            rear_unit = True
        else:
            house = House(house.low, house.high, house.letter, house.half, True, house.high_letter)
    street, suffix, abbreviated = split_street(rest, words)
    if not street:
        return None
    return Address(house, street, suffix, unit.strip(" ,-#"), rear_unit, abbreviated, number_unsure)


def split_street(text: str, words: Wording) -> tuple[str, str, bool]:
    """Name, kind and whether the name is an abbreviation ("Wash. Av" -> WASH, AVE, True)."""
    abbreviated = bool(re.match(r"\s*[A-Z]{2,6}\.\s*\S", text)) and not re.match(r"\s*(?:MT|ST|FT|DR)\.", text)
    text = re.sub(r"[^A-Z0-9'\s-]", " ", text.replace(".", " ")).replace("'", "").replace("-", " ")
    tokens = [words.numbered.get(t, t) for t in text.split()]
    suffix = ""
    while len(tokens) > 1 and tokens[-1] in words.suffixes and suffix in ("", words.suffixes[tokens[-1]]):
        suffix = words.suffixes[tokens.pop()]  # "Pearl St St" says it twice; "Chestnut Hill Ave" is a name and a kind
    if not suffix and len(tokens) > 1 and (kind := _near_kind(tokens[-1], words)):
        suffix = kind
        tokens.pop()
    if len(tokens) > 1:
        tokens[0] = words.words.get(tokens[0], tokens[0])
    return " ".join(tokens), suffix, abbreviated


def _near_kind(token: str, words: Wording) -> str:
    """The kind that a slip of the pen hides: "Steet", "Avenu". Only long words, one slip, and not what is itself a name."""
    if len(token) < 4:
        return ""
    kinds = {
        kind for spelled, kind in words.suffixes.items()
        if len(spelled) > 4 and spelled[0] == token[0] and DamerauLevenshtein.distance(token, spelled, score_cutoff=1) <= 1
    }  # fmt: skip
    return kinds.pop() if len(kinds) == 1 else ""


def _unit_apart(text: str, words: Wording) -> tuple[str, str]:
    # A unit can only follow the street: the first letters after the number are never one.
    dotless = re.sub(r"(?<=[A-Z])\.", " ", text)
    first_word = re.search(r"[A-Z]{3,}", dotless)
    begin = first_word.end() if first_word else 0
    lead = re.match(r"\s*\d[\d\s/-]*[A-Z]?\s+\d*(?:ST|ND|RD|TH|D)\b", dotless)
    if lead is not None:
        begin = max(begin if first_word and first_word.start() < lead.end() else 0, lead.end())
    start = words.unit_start.search(dotless, begin)
    if start is None:
        return text, ""
    before = text[: start.start()].rstrip(" ,-;:")
    unit = text[start.start() :]
    tail = re.search(r"(?P<street>.*[A-Z]{2,}.*?)[\s,]+(?P<rear>REAR|RR)$", before)
    if tail is not None:
        return tail["street"], f"{unit} REAR"
    return before, unit.strip()


def _dangling(rest: str, words: Wording) -> tuple[str, str]:
    """A unit hung on with a dash or comma: "Broadway-1C", "Summit Ave.-3", "Clinton St.-1 rear"."""
    rear = re.search(r"[-,]\s*(?P<unit>[0-9A-Z]{1,4})\s+(?:REAR|RR)$", rest)
    if rear is not None:
        return rest[: rear.start()], f"{rear['unit']} REAR"
    found = _DANGLING_UNIT.search(rest.rstrip(" ."))
    if found is not None and found.start() > 0:
        return rest[: found.start()], found["unit"]
    tokens = rest.split()
    # "114 Pearl St 2B": a number after the kind of street
    if len(tokens) > 2 and re.fullmatch(r"\d{1,4}[A-Z]?", tokens[-1]) and tokens[-2].strip(".,") in words.suffixes:
        return " ".join(tokens[:-1]), tokens[-1]
    return rest, ""


def _house(text: str) -> tuple[House | None, str]:
    found = _NUMBER.match(text)
    if found is None:
        return None, text
    low, letter, half = int(found["low"]), found["letter"] or found["spaced_letter"] or "", found["half"] or ""
    high = int(found["high"]) if found["high"] else low
    high_letter = found["high_letter"] or ""
    if high < low and found["high"]:
        # "163-5" is 163 to 165
        stem = found["low"].lstrip("0")[: -len(found["high"])]
        high = int(stem + found["high"]) if stem and int(stem + found["high"]) > low else low
    rear = bool(found["rear_before"] or found["rear_after"]) or letter == "R"
    if letter == "R":
        letter = ""
    if found["high"] and high_letter == "R":
        rear, high_letter = True, ""
    if low == 0:
        return None, text[found.end() :]
    return House(low, high, letter, half or (found["high_half"] or ""), rear, high_letter), text[found.end() :]
