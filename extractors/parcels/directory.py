"""The parcel file as a directory: from street and number to parcels, without scanning it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.parcels.address import Address, House, parse_addresses, unit_key
from extractors.parcels.mapblock import ParcelIndex
from extractors.parcels.streets import Street, StreetIndex, squeezed
from extractors.parcels.wording import Wording
from records.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of one parcel."""

    parcel: Parcel
    house: House
    unit: str  # in the form used for comparing
    alias: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How an entry fits a written house: ``kind`` names it; a lower ``rank`` is a better fit."""

    entry: Entry
    kind: str
    rank: int


class Directory:
    """All parcels by street and number. Build it once per run; about 30 µs per parcel."""

    def __init__(self, parcels: Iterable[Parcel], city: str, words: Wording) -> None:
        self.parcels = {p.parcel_id: p for p in parcels}
        self.ids = ParcelIndex(self.parcels)
        self._on: dict[Street, dict[int, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        self._addresses: dict[str, list[Address]] = defaultdict(list)
        for parcel in self.parcels.values():
            for text, alias in ((_site(parcel), False), *((a, True) for a in parcel.aliases)):
                for place, address in enumerate(parse_addresses(text, city, words)):
                    self._add(parcel, address, alias or place > 0, words)
        self.streets = StreetIndex(
            {(a.street, a.suffix) for addresses in self._addresses.values() for a in addresses}, words
        )

    def addresses(self, parcel_id: str) -> Sequence[Address]:
        """The addresses under which a parcel is listed."""
        return self._addresses.get(parcel_id, [])

    def at(self, street: Street, house: House) -> list[Fit]:
        """Entries on a street that may be the written house, best first."""
        numbers = self._on.get(street)
        if not numbers:
            return []
        seen: dict[tuple[str, House], Fit] = {}
        for number in dict.fromkeys((house.low, house.high, *house.numbers())):
            for entry in numbers.get(number, ()):
                fit = _fit(house, entry)
                if fit is not None:
                    seen.setdefault((entry.parcel.parcel_id, entry.house), fit)
        return sorted(seen.values(), key=lambda f: f.rank)

    def on(self, street: Street) -> list[Entry]:
        """All entries of a street, by number."""
        numbers = self._on.get(street, {})
        return list(dict.fromkeys(e for n in sorted(numbers) for e in numbers[n]))

    def _add(self, parcel: Parcel, address: Address, alias: bool, words: Wording) -> None:
        self._addresses[parcel.parcel_id].append(address)
        if address.house is None:
            return
        street = (squeezed(address.street), address.suffix)
        entry = Entry(parcel, address.house, unit_key(parcel.unit or address.unit, words), alias)
        for number in {address.house.low, address.house.high, *address.house.numbers()}:
            self._on[street][number].append(entry)


def _site(parcel: Parcel) -> str:
    return parcel.address or f"{parcel.number} {parcel.street}".strip()


def _fit(written: House, entry: Entry) -> Fit | None:
    """How well the entry's house is the written one; None if it can't be.

    Rank 0 the same house; 1 within the parcel's range; 2 the parcel's number within the written range; then what needs
    a person: a rear house where no rear lot is listed, a letter or half that is not listed, and a house next to it.
    """
    listed = entry.house
    same_extra = written.half == listed.half and written.rear == listed.rear
    if (written.low, written.high) == (listed.low, listed.high):
        if same_extra and written.letter == listed.letter and written.high_letter == listed.high_letter:
            return Fit(entry, "same", 0)
        if written.rear and not listed.rear and written.half == listed.half and written.letter == listed.letter:
            return Fit(entry, "rear", 6)
        if same_extra and not listed.letter and not listed.high_letter:
            return Fit(entry, "letter", 6)
        if same_extra and written.single and written.letter in ("", listed.letter, listed.high_letter) and listed.high_letter:
            return Fit(entry, "range", 1)
        return Fit(entry, "other", 9)
    plain = not written.half and not written.letter and not written.rear
    if listed.half or listed.rear:
        return Fit(entry, "other", 9) if written.single and same_extra else None
    if not listed.single and listed.low <= written.low and written.high <= listed.high:
        return Fit(entry, "range", 1) if plain else Fit(entry, "letter" if written.letter else "rear", 6)
    if not written.single and written.low <= listed.low and listed.high <= written.high and plain:
        return Fit(entry, "covered", 2)
    if not written.single and not listed.single and plain:
        return Fit(entry, "overlap", 4)
    return None
