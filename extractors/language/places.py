"""Where a finding is: the phrase that names a room, a floor, a side of the house, as it was written."""

from __future__ import annotations

import re
from functools import cache

from extractors.rulebook import RuleBook


def find_location(text: str, terse: bool = False, rules: RuleBook | None = None) -> tuple[str, int, int]:
    """The place named in a finding with its offsets; ``("", 0, 0)`` for none.

    After a preposition the last one counts ("hole in wall in front bedroom"). A terse note leaves prepositions out; there
    a place that does not open the line counts too.
    """
    led, bare, distance = _patterns(rules)
    found = [m for m in led.finditer(text) if not distance.search(text[: m.start("place")])]
    if found:
        match = found[-1]
        if len(found) > 1 and match["preposition"].lower() in {"under", "behind", "near", "from", "along", "around"}:
            match = found[0]
        return match["place"], match.start("place"), match.end("place")
    if terse:
        loose = [m for m in bare.finditer(text) if m.start() > 0 and not distance.search(text[: m.start()])]
        if loose:
            return loose[-1]["place"], loose[-1].start("place"), loose[-1].end("place")
    return "", 0, 0


def only_place(text: str, rules: RuleBook | None = None) -> bool:
    """Whether a text is nothing but a place."""
    _, bare, _ = _patterns(rules)
    match = bare.match(text.strip())
    return match is not None and match.end() == len(text.strip())


def _any(words: list[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))


@cache
def _patterns(rules: RuleBook | None) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = (rules or RuleBook.load()).section("locations")
    floor = rf"(?:{_any(data['ordinals'])})\s+(?:{_any(data['floors'])})\b\.?"
    room = rf"(?:{_any(data['rooms'])})\b(?:\s?\#?\d{{1,2}}\b)?"
    qualifier = rf"(?:{_any(data['qualifiers'])})\b"
    side = rf"(?:{_any(data['sides'])})"
    core = rf"(?:{floor}\s+(?:{qualifier}\s+)*(?:{room}(?:\s+{room})*)?|(?:{qualifier}\s+)*{room}(?:[\s/]+{room})*|{floor})"
    part = rf"(?:{side}\s+(?:the\s+)?)?{core}"
    more = rf"(?:,?\s+(?:near|by|off|outside|under|to)\s+(?:the\s+)?{part}|,\s*{floor}|\s+and\s+{core})"
    place = rf"(?P<place>{part}{more}{{0,2}})"
    led = rf"(?<!\w)(?P<preposition>{_any(data['prepositions'])})\s+(?:the\s+|a\s+)?{place}(?!\w)"
    return (
        re.compile(led, re.IGNORECASE),
        re.compile(rf"(?<![\w-]){place}(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:{_any(data['distances'])})\s+(?:[\w()'\"-]+\s+){{0,4}}$", re.IGNORECASE),
    )
