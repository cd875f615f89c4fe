"""Cells that hold two things, or a thing that stands in two columns: ``2018-61912`` (year and bill), ``RE / TT`` (tax and
status), owner and place in one column, a meter under its account, map and lot side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from extractors.layout import Spot
from extractors.tables.entry import Cells, Entry
from extractors.tables.naming import PACKED
from extractors.tables.places import PARCEL, is_place, place_at
from extractors.tables.values import fiscal_year

_YEAR_AND_BILL = re.compile(r"(?:FY\s?)?((?:19|20)\d{2})\s?[-/ ]\s?([A-Z]{0,3}\d{3,}\w*)", re.IGNORECASE)
_PARTS_OF_PARCEL = ("map", "block", "lot", "lot_unit")


def unpacked(entry: Entry, kind_of_tax: Callable[[str], bool]) -> None:
    """Each thing of the entry's cells under its own role, in place. ``kind_of_tax`` knows the abbreviations of taxes."""
    for role in [r for r in entry.cells if PACKED in r]:
        spots = [s for cell in entry.cells.pop(role) for s in cell]
        one, other = role.split(PACKED)
        for name, words in _apart(one, other, spots, entry).items():
            if words:
                entry.cells.setdefault(name, []).append(words)
        entry.packed |= {one, other}
    _year_before_bill(entry)
    _status_behind_type(entry, kind_of_tax)
    _map_and_lot(entry)
    _place_over_owner(entry)


def _apart(one: str, other: str, spots: list[Spot], entry: Entry) -> Cells:
    pair = {one, other}
    if pair == {"fiscal_year", "account"}:
        found = _YEAR_AND_BILL.fullmatch(_text(spots))
        if found is not None:
            entry.said |= {"fiscal_year": found[1], "account": found[2]}
            return {"fiscal_year": spots, "account": spots}
        return {"fiscal_year" if fiscal_year(_text(spots)) is not None else "account": spots}
    if pair == {"owner", "location"}:
        at = place_at(spots)
        return {"owner": spots[:at], "location": spots[at:]}
    if "parcel" in pair:
        last = max((n for n in range(1, min(4, len(spots)) + 1) if PARCEL.fullmatch(_text(spots[:n]))), default=0)
        return {"parcel": spots[:last], next(iter(pair - {"parcel"})): spots[last:]}
    cut = next((i for i, s in enumerate(spots) if s.word.text in {"/", "-", "|"}), None)
    if cut is not None:
        return {one: spots[:cut], other: spots[cut + 1 :]}
    if len(spots) == 1 and spots[0].word.text.count("/") == 1:
        first, second = spots[0].word.text.split("/")
        entry.said |= {one: first, other: second}
        return {one: spots, other: spots}
    return {one: spots[:1], other: spots[1:]}


def _year_before_bill(entry: Entry) -> None:
    """A bill's number that begins with its year, where no other word of the row is the year."""
    for role in ("account", "fiscal_year"):
        spots = entry.words(role)
        found = _YEAR_AND_BILL.fullmatch(_text(spots)) if spots and role not in entry.said else None
        other = "fiscal_year" if role == "account" else "account"
        if found is not None and fiscal_year(found[1]) is not None and not entry.words(other):
            entry.said |= {"fiscal_year": found[1], "account": found[2]}
            entry.cells[other] = [spots]


def _status_behind_type(entry: Entry, kind_of_tax: Callable[[str], bool]) -> None:
    text = entry.text("tax_type")
    if "/" not in text or kind_of_tax(text) or entry.words("code"):
        return
    first, _, second = (part.strip() for part in text.partition("/"))
    if kind_of_tax(first) and re.fullmatch(r"[A-Z][A-Z0-9]{0,3}", second) and not kind_of_tax(second):
        spots = entry.words("tax_type")
        entry.said |= {"tax_type": first, "code": second}
        entry.cells["code"] = [spots]


def _map_and_lot(entry: Entry) -> None:
    if entry.text("parcel"):
        return
    parts = {r: entry.text(r) for r in _PARTS_OF_PARCEL if re.search(r"\d", entry.text(r))}
    if {"map", "lot"} <= set(parts):
        entry.cells["parcel"] = [[s for r in parts for s in entry.words(r)]]
        entry.said["parcel"] = "-".join(re.sub(r"(?i)^(?:map|block|lot|unit)\W*", "", t) for t in parts.values())


def _place_over_owner(entry: Entry) -> None:
    """A place, and on the next line of its cell who lives or pays there."""
    spots = entry.words("location")
    if not entry.row.lines or entry.words("owner"):
        return
    lines = [[s for s in spots if s in line.spots] for line in entry.row.lines]
    told = [line for line in lines if line]
    if len(told) == 2 and is_place(_text(told[0])) and not is_place(_text(told[1])):
        entry.cells["location"], entry.cells["owner"] = [told[0]], [told[1]]


def without_care(entry: Entry, marks: Sequence[str]) -> None:
    """Of an owner's name over several lines of a ruled row, the lines before the one that says in whose care bills go."""
    spots = entry.words("owner")
    for line in entry.row.lines:
        mine = [s for s in spots if s in line.spots]
        if mine and mine[0] is not spots[0] and _text(mine).lower().startswith(tuple(marks)):
            entry.cells["owner"] = [spots[: spots.index(mine[0])]]
            return


def in_turn(entry: Entry) -> None:
    """A meter's two readings one above the other in one column, and so their two days: the upper one is the earlier."""
    if not entry.row.lines:
        return
    for first, second in (("previous_reading", "current_reading"), ("period_start", "period_end")):
        if entry.words(first):
            continue
        spots = entry.words(second)
        told = [t for line in entry.row.lines if (t := [s for s in spots if s in line.spots and re.search(r"\d", s.word.text)])]
        if len(told) == 2:
            entry.cells[first], entry.cells[second] = [told[0]], [told[1]]


def _text(spots: list[Spot]) -> str:
    return " ".join(s.word.text for s in spots)
