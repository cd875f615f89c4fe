"""The heading of a group of rows (an account, a parcel, an owner): what it says of the rows below it."""

from __future__ import annotations

import re

from extractors.layout import Spot, segments
from extractors.tables.entry import Entry
from extractors.tables.naming import Synonyms, role_of
from extractors.tables.places import MAP_AND_LOT, PARCEL, STREET, STREET_END, is_place
from extractors.tables.stream import Row
from extractors.tables.values import first_date


def values_of(entry: Entry, known: Synonyms) -> dict[str, list[Spot]]:
    """What a group's heading says of the rows below it: by its own small heading, labelled or by form."""
    if entry.kind == "group" and entry.cells:
        return {role: entry.words(role) for role in entry.cells if role in _IDENTIFYING and entry.words(role)}
    return group_values(entry.row, known)


def group_values(row: Row, known: Synonyms) -> dict[str, list[Spot]]:
    """What a group's heading says of the rows below it: labelled (``Account 03-43468``) or told apart by form."""
    found: dict[str, list[Spot]] = {}
    rest: list[list[Spot]] = []
    for part in [piece for whole in _parts(row, known) for piece in _around_parcel(whole, found)]:
        role, spots = _labelled(part, known, row.ocr)
        if role and spots:
            found.setdefault(role, spots)
        elif spots:
            rest.append(spots)
    # Of two places the one that ends like a street is the place; the other is a firm named after one.
    rest.sort(key=lambda part: not STREET_END.search(" ".join(s.word.text for s in part)))
    for spots in rest:
        text = " ".join(s.word.text for s in spots)
        if PARCEL.fullmatch(text) and first_date(text) is None and "parcel" not in found:
            found["parcel"] = spots
        elif "location" not in found and is_place(text):
            found["location"] = spots
        elif "owner" not in found and re.search(r"[A-Za-z]{2}", text):
            found["owner"] = spots
    return found


def _around_parcel(part: list[Spot], found: dict[str, list[Spot]]) -> list[list[Spot]]:
    """The words of a part before and behind a parcel in words ("Map 12, Lot 37"), which is found."""
    text = " ".join(s.word.text for s in part)
    said = MAP_AND_LOT.search(text) if "parcel" not in found else None
    if said is None:
        return [part]
    first = text[: said.start()].count(" ")
    last = text[: said.end()].count(" ")
    found["parcel"] = part[first : last + 1]
    return [piece for piece in (part[:first], part[last + 1 :]) if piece]


def place_of(spots: list[Spot]) -> list[Spot]:
    """Of a line that begins with a place, the words up to its street's last word: behind it stand people."""
    ends = [i for i, s in enumerate(spots, 1) if STREET.fullmatch(s.word.text.rstrip(".,;"))]
    return spots[: ends[-1]] if ends else spots


def labelled_values(row: Row, known: Synonyms) -> dict[str, list[Spot]]:
    """Only what a line labels ("Meter: 44120987 (5/8 in)"), without what stands in brackets behind it."""
    found: dict[str, list[Spot]] = {}
    for part in _parts(row, known):
        role, spots = _labelled(part, known, row.ocr)
        stop = next((i for i, s in enumerate(spots) if s.word.text.startswith("(")), len(spots))
        if role and spots[:stop]:
            found.setdefault(role, spots[:stop])
    return found


def _parts(row: Row, known: Synonyms) -> list[list[Spot]]:
    if row.native:
        cells: dict[float, list[Spot]] = {}
        for spot in row.spots:
            cells.setdefault(spot.x0, []).append(spot)
        parts = list(cells.values())
    else:
        parts = segments(row.spots, 1.3)
    return [piece for part in parts for piece in _at_labels(part, known)]


def _at_labels(part: list[Spot], known: Synonyms) -> list[list[Spot]]:
    """A run of words, parted where another label begins in it (``Account 330-2718 Meter 61800442``): a word of a label that
    ends in a colon or stands before a number."""
    starts = [0]
    i = 1
    while i < len(part) - 1:
        length = next((n for n in (3, 2, 1) if _labels(part[i : i + n], part[i + n : i + n + 1], known)), 0)
        if length and i > starts[-1] + (_labelled(part[starts[-1] :], known, False)[0] != ""):
            starts.append(i)
        i += max(1, length)
    return [part[a:b] for a, b in zip(starts, [*starts[1:], len(part)], strict=True)]


def _labels(words: list[Spot], after: list[Spot], known: Synonyms) -> bool:
    if not after or role_of(" ".join(s.word.text for s in words), known) not in _IDENTIFYING:
        return False
    colon = words[-1].word.text.endswith(":")
    return colon or (words[-1].word.text[:1].isupper() and re.search(r"\d{2}|\d[-/]\d", after[0].word.text) is not None)


def _labelled(part: list[Spot], known: Synonyms, ocr: bool) -> tuple[str, list[Spot]]:
    for length in range(min(3, len(part) - 1), 0, -1):
        role = role_of(" ".join(s.word.text for s in part[:length]), known, ocr)
        if role in _IDENTIFYING and (role in _NAMES or any(c.isdigit() for s in part[length:] for c in s.word.text)):
            return role, part[length:]
    return "", part


_NAMES = frozenset({"owner", "location"})  # may go without a figure
_IDENTIFYING = frozenset({"parcel", "account", "owner", "location", "meter"})
