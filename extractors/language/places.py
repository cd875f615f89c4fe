"""Where a finding is: the phrase that names a room, a floor, a side of the house, as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractors.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class _Shapes:
    led: re.Pattern[str]  # after a preposition
    bare: re.Pattern[str]
    distance: re.Pattern[str]  # what ends before a place that is only measured from or led to
    object: re.Pattern[str]
    verb: re.Pattern[str]
    relative: frozenset[str]


def find_location(text: str, terse: bool = False, rules: RuleBook | None = None) -> tuple[str, int, int]:
    """The place named in a finding with its offsets; ``("", 0, 0)`` for none.

    After a preposition the last one counts ("hole in wall in front bedroom"), a mere object ("loose in wall") only if
    there is no other. A terse note leaves prepositions out; elsewhere a place without one counts where it opens the
    sentence as its subject, follows a dash, or says more than one word.
    """
    shapes = _shapes(rules)
    if (heading := shapes.bare.match(text)) is not None and re.match(r"\s?:|\s[-–—]\s", text[heading.end() :]):
        return heading["place"], heading.start("place"), heading.end("place")  # "Rear hall: paint cans stored on stairs"
    led = [
        m
        for m in shapes.led.finditer(text)
        if m["preposition"].lower() not in shapes.relative or not shapes.distance.search(text[: m.start("place")])
    ]
    bare = [
        m
        for m in shapes.bare.finditer(text)
        if not shapes.object.fullmatch(m["place"]) and not shapes.distance.search(text[: m.start()])
    ]
    strong = [m for m in led if not shapes.object.fullmatch(m["place"])]
    choices = [m for m in bare if m.start() > 0] if terse else []
    if not choices and strong:
        near = strong[-1]["preposition"].lower() in shapes.relative and len(strong) > 1
        choices = strong[:1] if near else strong
    if not choices:
        choices = [m for m in bare if _stands_alone(text, m, shapes)] or led or [m for m in bare if m.start() == 0]
    if not choices:
        return "", 0, 0
    return choices[-1]["place"], choices[-1].start("place"), choices[-1].end("place")


def _stands_alone(text: str, match: re.Match[str], shapes: _Shapes) -> bool:
    if match.start() == 0:
        return shapes.verb.match(text, match.end()) is not None
    return re.search(r"\s[-–—]\s*$", text[: match.start()]) is not None or " " in match["place"]


def only_place(text: str, rules: RuleBook | None = None) -> bool:
    """Whether a text is nothing but a place."""
    match = _shapes(rules).bare.match(text.strip())
    return match is not None and match.end() == len(text.strip())


def is_object(place: str, rules: RuleBook | None = None) -> bool:
    """Whether a place is a mere thing in a room ("sink", "wall")."""
    return _shapes(rules).object.fullmatch(place.strip()) is not None


def _any(words: list[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))


@cache
def _shapes(rules: RuleBook | None) -> _Shapes:
    data = (rules or RuleBook.load()).section("locations")
    floor = rf"(?:{_any(data['ordinals'])})\s+(?:{_any(data['floors'])})\b\.?"
    room = rf"(?:{_any(data['rooms'])})\b(?:\s?\#?\d{{1,2}}\b)?"
    qualifier = rf"(?:{_any(data['qualifiers'])})\b"
    side = rf"(?:{_any(data['sides'])})"
    on_floor = rf"{floor}\s+(?:{qualifier}\s+)*(?:{room}(?:\s+{room})*)?(?<!\s)"
    core = rf"(?:{on_floor}|{floor}\s+{qualifier}|(?:{qualifier}\s+)*{room}(?:[\s/]+{room})*|{floor})"
    part = rf"(?:{side}\s+(?:the\s+)?)?{core}"
    more = rf"(?:,?\s+(?:near|by|off|outside|under|to)\s+(?:the\s+)?{part}|,\s*{floor}|\s+and\s+{core})"
    place = rf"(?P<place>{part}{more}{{0,2}})"
    led = rf"(?<!\w)(?P<preposition>{_any(data['prepositions'])})\s+(?:the\s+|a\s+)?{place}(?!\w)"
    return _Shapes(
        re.compile(led, re.IGNORECASE),
        re.compile(rf"(?<![\w-]){place}(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:{_any(data['distances'])})\s+(?:[\w()'\"-]+\s+){{0,4}}$", re.IGNORECASE),
        re.compile(_any(data["objects"]), re.IGNORECASE),
        re.compile(rf"\s+(?:{_any(data['verbs'])})(?!\w)", re.IGNORECASE),
        frozenset(data["relative_prepositions"]),
    )
