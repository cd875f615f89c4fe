"""From an address, a map-lot or an owner to the parcel that is meant: one, none, or a question for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from extractors.parcels.address import Address, parse_addresses, unit_key
from extractors.parcels.directory import Directory, Entry, Fit
from extractors.parcels.linking import link_report
from extractors.parcels.mapblock import id_key, read_parcel_id
from extractors.parcels.owners import owner_agreement
from extractors.parcels.permit_log import LogIndex
from extractors.parcels.streets import StreetGuess
from extractors.parcels.wording import wording
from extractors.parcels.worn_address import other_readings
from records.document import Document
from records.parcel import LogRow, Parcel, ParcelCandidate, ParcelMatch
from records.record import Report
from records.settings import City

_AGREES, _DIFFERS = 0.85, 0.6
_FIRM = 2  # fits up to this rank need no assumption about the house
_OUT_OF_SIGHT = 9  # fits of this rank are shown to a person, never chosen
_DOUBTFUL_FLAGS = frozenset({"suffix_contradicted", "rear_not_listed", "number_not_listed", "id_differs", "unit_not_listed"})


class Linker:
    """The parcel file and the permit log, ready for look-ups. Answers never guess: where two parcels fit, none is given."""

    def __init__(self, parcels: Iterable[Parcel], log: Iterable[LogRow], city: City) -> None:
        self.words = wording(city.patterns)
        self.city = city
        self.directory = Directory(parcels, city.name, self.words)
        self.log = LogIndex(log, self.match_address)

    def match_address(self, address: str, unit: str = "", owner: str = "") -> ParcelMatch:
        """The parcel at ``address``; ``unit`` beats a unit inside the address. ``owner`` may decide between parcels. Where none
        fits the address as it was read, worn print is looked through (:mod:`extractors.parcels.worn_address`), and flagged."""
        found = self._match_text(address, unit, owner)
        if found.parcel_id or found.candidates or not address.strip():
            return found
        second: ParcelMatch | None = None  # an answer that takes a misspelt street besides
        for reading in other_readings(address, self.words):
            other = self._match_text(reading.text, unit, owner)
            if other.parcel_id is None and not other.candidates:
                continue
            misspelt = bool({"street_repaired", "street_abbreviated"}.intersection(other.flags))
            assumed = f"'{address}' was taken for {reading.text}" if reading.asked or misspelt else ""
            answer = replace(other, certain=False, question=other.question or assumed, flags=(*other.flags, reading.flag))
            if not misspelt:
                return answer
            second = second or answer
        return second or found

    def _match_text(self, address: str, unit: str, owner: str) -> ParcelMatch:
        parsed = parse_addresses(address, self.city.name, self.words)
        if not parsed:
            return ParcelMatch(None, (), False, f"no address could be read in '{address}'" if address.strip() else "no address")
        answers = [self._match_one(a, unit, owner) for a in parsed]
        if len(answers) == 1:
            return answers[0]
        found = [a for a in answers if a.candidates]
        ids = {a.parcel_id for a in found if a.parcel_id}
        if len(ids) == 1 and all(a.parcel_id for a in found):
            best = max(found, key=lambda a: a.certain)
            return ParcelMatch(best.parcel_id, best.candidates, best.certain, best.question, (*best.flags, "several_addresses"))
        return self._question(_unique(c for a in found for c in a.candidates), ("several_addresses",), f"'{address}'")

    def match_row(self, parcel_as_written: str, location: str = "", owner: str = "", account: str = "") -> ParcelMatch:
        """The parcel of a row of a list: its map-lot, checked against location and owner; those alone where it is blank."""
        ids, flags = read_parcel_id(parcel_as_written, self.directory.ids) if parcel_as_written.strip() else ([], ())
        if not ids:
            return self._without_id(parcel_as_written, location, owner)
        support = {i: self._support(i, location, owner) for i in ids}
        for_it = [i for i in ids if max(support[i]) >= _AGREES]
        if len(ids) > 1 and len(for_it) != 1:
            asked = [ParcelCandidate(i, max(support[i]), ("map-lot",)) for i in (for_it or ids)]
            return self._question(asked, flags, f"'{parcel_as_written}'")
        chosen = for_it[0] if len(ids) > 1 else ids[0]
        place, name = support[chosen]
        silent = not location.strip() and not owner.strip()
        basis = (f"map-lot '{parcel_as_written.strip()}'", *self._said(place, name))
        if "ocr_repair" in flags and max(place, name) < _AGREES:
            unknown = f"'{parcel_as_written}' is not in the parcel file"
            return self._question([ParcelCandidate(chosen, 0.5, basis)], flags, unknown)
        if ((place >= _AGREES or name >= _AGREES) and not (0 < place < 0.3)) or silent:
            score = 0.97 if silent else 0.98 if min(place, name) < _AGREES else 1.0
            unsure = silent and bool(flags)
            question = f"'{parcel_as_written}' was read as {chosen} with nothing to check it by" if unsure else ""
            return ParcelMatch(
                chosen, (ParcelCandidate(chosen, 0.7 if unsure else score, basis),), not flags and not unsure, question, flags
            )
        return self._disagreement(chosen, parcel_as_written, location, owner, basis, flags)

    def link(self, document: Document, report: Report) -> Report:
        """``report`` with parcel_id, permit_record and match_basis on its records, and reasons where a person must say."""
        return link_report(self, document, report)

    def says(self, parcel_id: str) -> str:
        """A parcel for a person's eyes: ``45 Shurtleff St (52-1)``."""
        parcel = self.directory.parcels[parcel_id]
        unit = f" #{parcel.unit}" if parcel.unit else ""
        return f"{parcel.address.title()}{unit} ({parcel_id})"

    # -- addresses ---------------------------------------------------------------------------------------------------

    def _match_one(self, address: Address, unit: str, owner: str) -> ParcelMatch:
        guesses = self.directory.streets.guesses(address.street, address.suffix, address.abbreviated)
        if not guesses:
            return ParcelMatch(None, (), False, f"no street like '{address.street.title()}' is in the parcel file")
        if address.house is None:
            return ParcelMatch(None, (), False, f"'{address.street.title()}' has no house number")
        fits = [(g, f) for g in guesses for f in self.directory.at(g.street, address.house)]
        chosen = _best(fits)
        if not chosen:
            shown = [_candidate(f.entry, 0.2, f.kind) for _, f in fits[:8]]
            return ParcelMatch(None, tuple(_unique(shown)), False, f"no parcel has {_house_text(address)}")
        rivals = _rivals(chosen, fits)
        guess, fit = chosen[0]
        flags = [*guess.flags]
        if fit.kind == "range":
            flags.append("number_in_range")
        if fit.kind in ("covered", "overlap"):
            flags.append("number_covers")
        if fit.kind == "rear":
            flags.append("rear_not_listed")
        if fit.kind == "letter" or fit.kind == "overlap":
            flags.append("number_not_listed")
        if guess.rank % 10 >= 5:
            flags.append("suffix_contradicted")
        if fit.entry.alias:
            flags.append("corner_alias")
        entries = [f.entry for _, f in chosen]
        if rivals:
            entries += [f.entry for _, f in rivals]
        elif address.rear_unit or "REAR" in unit.upper():
            # "rear" beside the street or the unit: the lot behind, if there is one, may be meant as well
            entries += [
                f.entry for g, f in fits
                if g.rank == guess.rank and f.kind == "other" and f.entry.house.rear != address.house.rear
                and f.entry.house.low == address.house.low
            ]  # fmt: skip
        elif address.number_unsure:
            entries += [f.entry for g, f in fits if g.rank == guess.rank and f.kind == "other"]
        return self._among(entries, unit or address.unit, owner, tuple(flags), _score(guess, fit), address)

    def _among(
        self, entries: list[Entry], unit: str, owner: str, flags: tuple[str, ...], score: float, address: Address
    ) -> ParcelMatch:
        """One of the entries at the place: by unit, by main lot, by owner, or nobody knows."""
        buildings = {(e.house, e.parcel.street or e.parcel.address.split(" ", 1)[-1]) for e in entries}
        one_building = len(buildings) == 1
        units = [e for e in entries if e.unit]
        mains = [e for e in entries if not e.unit]
        key = unit_key(unit, self.words)
        said = unit.upper().strip(" .") in self.words.whole_building
        if units and one_building:
            own = [e for e in units if key and e.unit == key]
            if len(_ids(own)) == 1:
                return self._answer(own[0], score, (*flags, "unit_parcel"), (f"unit {unit}",))
            if not key or said:
                entries = mains or units
                flags = (*flags, "main_lot") if len(_ids(mains)) == 1 else flags
            else:
                entries, flags = [*mains, *units], (*flags, "unit_not_listed")
                if len(_ids(entries)) == 1 and not mains:
                    return self._question([_candidate(units[0], 0.4, "unit differs")], flags, f"unit '{unit}' is not listed")
        if len(_ids(entries)) == 1:
            return self._answer(entries[0], score, flags, (f"address {_house_text(address)}",))
        if owner.strip():
            agree = {e.parcel.parcel_id: owner_agreement(owner, e.parcel.owner) for e in entries}
            best = max(agree, key=lambda i: agree[i])
            if agree[best] >= _AGREES and sum(a >= _DIFFERS for a in agree.values()) == 1:
                decided = next(e for e in entries if e.parcel.parcel_id == best)
                return self._answer(decided, min(score, 0.95), (*flags, "owner_decided"), ("address", "owner agrees"))
        return self._question(_unique(_candidate(e, 0.5, "address") for e in entries), flags, _house_text(address))

    def _answer(self, entry: Entry, score: float, flags: tuple[str, ...], basis: tuple[str, ...]) -> ParcelMatch:
        chosen = entry.parcel.parcel_id
        doubtful = _DOUBTFUL_FLAGS.intersection(flags)
        question = f"{self.says(chosen)} is the nearest parcel, but: {_in_words(doubtful)}" if doubtful else ""
        repaired = {"street_repaired", "street_abbreviated", "suffix_differs"}.intersection(flags)
        return ParcelMatch(
            chosen, (ParcelCandidate(chosen, score, basis),), not doubtful and not repaired, question, tuple(dict.fromkeys(flags))
        )

    def _question(self, candidates: Sequence[ParcelCandidate], flags: Sequence[str], about: str) -> ParcelMatch:
        if not candidates:
            return ParcelMatch(None, (), False, f"no parcel fits {about}", tuple(flags))
        shown = ", ".join(self.says(c.parcel_id) for c in candidates[:6]) + (", …" if len(candidates) > 6 else "")
        count = {1: "one parcel may fit", 2: "two parcels fit"}.get(len(candidates), f"{len(candidates)} parcels fit")
        return ParcelMatch(None, tuple(candidates), False, f"{about}: {count}: {shown}", tuple(dict.fromkeys(flags)))

    # -- rows of lists -----------------------------------------------------------------------------------------------

    def _support(self, parcel_id: str, location: str, owner: str) -> tuple[float, float]:
        """How far location and owner speak for a parcel, 0..1 each; 0 also where nothing is said."""
        parcel = self.directory.parcels[parcel_id]
        return self._place_agreement(parcel, location), owner_agreement(owner, parcel.owner)

    def _place_agreement(self, parcel: Parcel, location: str) -> float:
        if not location.strip():
            return 0.0
        match = self.match_address(location, "", parcel.owner)
        if match.parcel_id == parcel.parcel_id or parcel.parcel_id in {c.parcel_id for c in match.candidates if c.score >= 0.4}:
            return 0.8 if "number_covers" in match.flags else 0.95
        near = max((fuzz.ratio(location.upper(), a.upper()) for a in (parcel.address, *parcel.aliases)), default=0) / 100
        said = parse_addresses(location, self.city.name, self.words)
        known = self.directory.addresses(parcel.parcel_id)
        numbers_differ = any(a.house for a in said) and not any(
            a.house and b.house and a.house.low in (b.house.low, b.house.high) for a in said for b in known
        )
        if numbers_differ:
            return min(near, 0.5) if near >= 0.8 else 0.1
        return near if near >= 0.7 else 0.2

    def _without_id(self, written: str, location: str, owner: str) -> ParcelMatch:
        """The map-lot is blank or unknown: location and owner together may still name one parcel."""
        match = self.match_address(location, "", owner)
        flags = ("no_id",) if not id_key(written) else ("unknown_id",)
        if match.parcel_id is None:
            about = match.question if not written.strip() else f"'{written.strip()}' is not in the parcel file; {match.question}"
            return ParcelMatch(None, match.candidates, False, about, (*match.flags, *flags))
        name = owner_agreement(owner, self.directory.parcels[match.parcel_id].owner)
        slip = bool(written.strip()) and _near(written, match.parcel_id)
        basis = (*match.candidates[0].basis, *self._said(0.0, name), *(("map-lot nearly the same",) if slip else ()))
        blank = not written.strip()
        believed = (name >= _AGREES and (blank or slip)) or (blank and match.certain and name == 0.0) or (slip and match.certain)
        score = 0.97 if name >= _AGREES and slip else 0.95 if believed else 0.6
        found = (ParcelCandidate(match.parcel_id, score, basis),)
        if believed and not match.question:
            marks = (*match.flags, *flags, *(("repaired_id",) if slip else ()))
            return ParcelMatch(match.parcel_id, found, False, "", marks)
        why = f"'{written.strip()}' is not in the parcel file" if not blank else "there is no map-lot"
        question = match.question or f"{why}; the address gives {self.says(match.parcel_id)}" + (
            ", but the owner is another" if owner.strip() and name < _DIFFERS else ""
        )
        return ParcelMatch(match.parcel_id, found, False, question, (*match.flags, *flags))

    def _disagreement(
        self, chosen: str, written: str, location: str, owner: str, basis: tuple[str, ...], flags: tuple[str, ...]
    ) -> ParcelMatch:
        """A known map-lot that location and owner contradict: a slip of reading, if they agree on a parcel whose id is
        nearly the same, else a question. Old and new owner at the right address are no contradiction."""
        other = self.match_address(location, "", owner)
        if other.parcel_id and other.parcel_id != chosen and not other.question:
            name = owner_agreement(owner, self.directory.parcels[other.parcel_id].owner)
            if name >= _AGREES and _near(written, other.parcel_id):
                found = (ParcelCandidate(other.parcel_id, 0.93, ("address", "owner agrees", "map-lot nearly the same")),)
                return ParcelMatch(other.parcel_id, found, False, "", ("repaired_id", "ocr_repair"))
            candidates = (ParcelCandidate(chosen, 0.5, basis), ParcelCandidate(other.parcel_id, 0.5, ("address",)))
            question = f"the map-lot says {self.says(chosen)}, the address {self.says(other.parcel_id)}"
            return ParcelMatch(chosen, candidates, False, question, (*flags, "id_differs"))
        question = f"the map-lot says {self.says(chosen)}, but the list has {location.strip() or owner.strip()}"
        return ParcelMatch(chosen, (ParcelCandidate(chosen, 0.6, basis),), False, question, (*flags, "id_differs"))

    def _said(self, place: float, name: float) -> tuple[str, ...]:
        return (*(("address agrees",) if place >= _AGREES else ()), *(("owner agrees",) if name >= _AGREES else ()))


def _best(fits: list[tuple[StreetGuess, Fit]]) -> list[tuple[StreetGuess, Fit]]:
    """The fits of the likeliest street that has the house, firm ones before doubtful ones; equals together."""
    for rank in sorted({g.rank for g, _ in fits}):
        here = [(g, f) for g, f in fits if g.rank == rank and f.rank < _OUT_OF_SIGHT]
        if here:
            least = min(f.rank for _, f in here)
            return [(g, f) for g, f in here if f.rank == least]
    return []


def _rivals(chosen: list[tuple[StreetGuess, Fit]], fits: list[tuple[StreetGuess, Fit]]) -> list[tuple[StreetGuess, Fit]]:
    """Streets nearly as likely as the chosen one that have the house too: with a misspelled name one more slip is
    possible, and where kinds are missing another kind of the same name with a range is as good."""
    rank = chosen[0][0].rank
    if rank >= 10:
        names = {g.street[0] for g, _ in chosen}
        return [(g, f) for g, f in fits if rank < g.rank <= rank + 10 and g.street[0] not in names and f.rank <= _FIRM]
    if rank in (1, 5):
        mine = {g.street for g, _ in chosen}
        return [(g, f) for g, f in fits if g.rank == rank and g.street not in mine and f.rank <= _FIRM]
    return []


def _score(guess: StreetGuess, fit: Fit) -> float:
    """How good the match is: 0.99 as listed, less for each assumption."""
    street = 0.0 if guess.rank == 0 else 0.01 if guess.rank < 5 else 0.3 if guess.rank < 10 else 0.03 if guess.rank < 20 else 0.05
    return round(0.99 - street - (0.0, 0.01, 0.04, 0.0, 0.2, 0.0, 0.3)[min(fit.rank, 6)], 4)


def _candidate(entry: Entry, score: float, basis: str) -> ParcelCandidate:
    return ParcelCandidate(entry.parcel.parcel_id, score, (basis,))


def _unique(candidates: Iterable[ParcelCandidate]) -> list[ParcelCandidate]:
    return list({c.parcel_id: c for c in candidates}.values())


def _ids(entries: Iterable[Entry]) -> set[str]:
    return {e.parcel.parcel_id for e in entries}


def _near(written: str, parcel_id: str) -> bool:
    """One sign read wrongly, lost or added."""
    return Levenshtein.distance("-".join(id_key(written)), "-".join(id_key(parcel_id)), score_cutoff=1) <= 1


def _house_text(address: Address) -> str:
    house = address.house
    street = f"{address.street} {address.suffix}".title().strip()
    if house is None:
        return street
    number = f"{house.low}{house.letter}"
    if not house.single or house.high_letter:
        number += f"-{house.high}{house.high_letter}"
    return f"{number}{' ' + house.half if house.half else ''}{'R' if house.rear else ''} {street}"


def _in_words(flags: Iterable[str]) -> str:
    words = {
        "suffix_contradicted": "the street exists, but without this number",
        "rear_not_listed": "no rear lot is listed there",
        "number_not_listed": "the number is not listed exactly so",
        "id_differs": "map-lot and address differ",
        "unit_not_listed": "the unit is not listed",
    }
    return "; ".join(sorted(words[f] for f in flags))
