"""The words of addresses, from ``streets.yml`` and ``units.yml`` of the pattern layers, turned round for look-up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from extractors.rulebook import DEFAULT_LAYERS, RuleBook


@dataclass(frozen=True, slots=True)
class Wording:
    """Every written form -> the form used for comparing."""

    suffixes: Mapping[str, str]
    numbered: Mapping[str, str]
    words: Mapping[str, str]
    states: frozenset[str]
    aliases: Mapping[str, str]  # spaceless spelling of a name -> spaceless name of its group
    designators: frozenset[str]
    floor_words: frozenset[str]
    floors: Mapping[str, str]
    parts: Mapping[str, str]
    rear: frozenset[str]
    buildings: frozenset[str]
    whole_building: frozenset[str]
    leading_unit: re.Pattern[str]  # a unit before the address: "Apt 3, 45 Pearl St"
    unit_start: re.Pattern[str]  # where a unit begins inside an address


def wording(layers: Sequence[str] = DEFAULT_LAYERS) -> Wording:
    """The wording of these layers; cached until a pattern file changes."""
    book = RuleBook.load(layers)
    return _wording(book)


@cache
def _wording(book: RuleBook) -> Wording:
    streets, units = book.section("streets"), book.section("units")
    designators = frozenset(units["designators"])
    floors = _turned(units["floors"])
    floor_words = frozenset(units["floor_words"])
    parts = _turned(units["parts"])
    spelled = "|".join(sorted((re.escape(d) for d in designators if d != "#"), key=len, reverse=True))
    ordinals = "|".join(sorted((re.escape(f) for f in floors), key=len, reverse=True))
    on_floor = "|".join(sorted(floor_words, key=len, reverse=True))
    inside = "|".join(sorted((re.escape(p) for p in parts if len(p) > 2), key=len, reverse=True))
    unit_start = re.compile(
        rf"#|\b(?:REAR|RR|BACK)\s+(?:{spelled})\b|\b(?:{spelled})\b[\s#:]*(?=[\w#])|\b(?:{ordinals})[\s-]+(?:{on_floor})\b|\b(?:{on_floor})[\s-]+\d+\b|\b(?:{inside})\b"
    )
    leading_unit = re.compile(
        rf"(?:(?:(?:{spelled})\.?\s*#?|#)\s*(?P<unit>\d{{0,4}}[A-Z]?|[A-Z]\d{{1,3}})(?<![\s#.])"
        rf"|(?P<floor>(?:{ordinals})[\s-]+(?:{on_floor})\b)\.?)(?:\s*[,;:]\s*|\s+-\s+|\s+(?:AT|OF|IN)\s+|\s+)(?=\d)"
    )
    return Wording(
        suffixes=_turned(streets["suffixes"]),
        numbered=_turned(streets["numbered"]),
        words=_turned(streets["words"]),
        states=frozenset(streets["states"]),
        aliases={s.replace(" ", ""): n.replace(" ", "") for s, n in _turned(streets["aliases"]).items()},
        designators=designators,
        floor_words=floor_words,
        floors=floors,
        parts=parts,
        rear=frozenset(units["rear"]),
        buildings=frozenset(units["buildings"]),
        whole_building=frozenset(units["whole_building"]),
        leading_unit=leading_unit,
        unit_start=unit_start,
    )


def _turned(groups: Mapping[str, Any]) -> dict[str, str]:
    turned = {name: name for name in groups}
    for name, spellings in groups.items():
        for spelling in spellings:
            turned.setdefault(spelling, name)
    return turned
