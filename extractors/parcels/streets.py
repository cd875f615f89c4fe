"""Which of this city's streets is meant: kinds missing or wrong, aliases, abbreviations, slips of the pen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from extractors.parcels.wording import Wording

Street = tuple[str, str]
"""Spaceless name ("GRANDVIEW") and kind ("RD", '' for none)."""


@dataclass(frozen=True, slots=True)
class StreetGuess:
    """A street that may be meant. ``rank`` 0 = as written, higher = more had to be assumed; guesses of the same rank are
    equally good. ``flags`` say what was assumed."""

    street: Street
    rank: int
    flags: tuple[str, ...] = ()


class StreetIndex:
    """The city's own streets, as its parcel file spells them. Look-ups are cached: documents repeat their streets."""

    def __init__(self, streets: Iterable[tuple[str, str]], words: Wording) -> None:
        self._words = words
        self._kinds: dict[str, set[str]] = defaultdict(set)
        for name, suffix in streets:
            self._kinds[squeezed(name)].add(suffix)
        self._groups: dict[str, list[str]] = defaultdict(list)
        for name in self._kinds:
            self._groups[words.aliases.get(name, name)].append(name)
        self._cache: dict[tuple[str, str, bool], tuple[StreetGuess, ...]] = {}

    def guesses(self, name: str, suffix: str, abbreviated: bool = False) -> tuple[StreetGuess, ...]:
        """Streets that may be meant, best rank first; empty if none comes near."""
        key = (squeezed(name), suffix, abbreviated)
        if key not in self._cache:
            self._cache[key] = tuple(sorted(self._guess(*key), key=lambda g: (g.rank, g.street)))
        return self._cache[key]

    def _guess(self, name: str, suffix: str, abbreviated: bool) -> list[StreetGuess]:
        if name in self._kinds:
            return self._of_name(name, suffix, 0, ())
        # "Park" may be all there is of the name, its kind read as part of it, or the other way round
        if suffix and name + suffix in self._kinds:
            return self._of_name(name + suffix, "", 0, ())
        group = self._words.aliases.get(name, name)
        if group in self._groups:
            return [g for other in self._groups[group] for g in self._of_name(other, suffix, 0, ("street_alias",))]
        starts = [n for n in self._kinds if len(name) >= 3 and n.startswith(name)]
        if abbreviated and starts:
            return [g for n in starts for g in self._of_name(n, suffix, 10, ("street_abbreviated",))]
        found = self._misspelled(name, suffix)
        near = {g.street for g in found}
        cut = [g for n in starts if len(name) > 3 for g in self._of_name(n, suffix, 20, ("street_abbreviated",))]
        return found + [g for g in cut if g.street not in near]

    def _of_name(self, name: str, suffix: str, rank: int, flags: tuple[str, ...]) -> list[StreetGuess]:
        found = []
        for kind in self._kinds[name]:
            if kind == suffix:
                found.append(StreetGuess((name, kind), rank, flags))
            elif not suffix:
                found.append(StreetGuess((name, kind), rank + 1, (*flags, "suffix_guessed")))
            else:
                alone = len(self._kinds[name]) == 1
                found.append(StreetGuess((name, kind), rank + (1 if alone else 5), (*flags, "suffix_differs")))
        return found

    def _misspelled(self, name: str, suffix: str) -> list[StreetGuess]:
        if len(name) < 4:
            return []
        allowed = 1 if len(name) < 6 else 2 if len(name) < 10 else 3
        found = []
        for known in self._kinds:
            if abs(len(known) - len(name)) > allowed:
                continue
            distance = DamerauLevenshtein.distance(name, known, score_cutoff=allowed)
            if distance <= allowed:
                found += self._of_name(known, suffix, 10 + 10 * distance, ("street_repaired",))
        return found


def squeezed(name: str) -> str:
    """A name without its spaces: Grand View and Grandview are one."""
    return name.replace(" ", "")
