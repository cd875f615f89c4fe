"""Which parcel other things on the paper and in the permit log speak for, where the address alone does not say. It stays a
question: what a clear print leaves open is only suggested, what worn print lost is answered and a person confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.parcels.address import parse_addresses
from extractors.parcels.owners import owner_agreement
from extractors.parcels.permit_log import Join
from extractors.parcels.worn_address import number_alike
from records.document import Document
from records.parcel import ParcelCandidate, ParcelMatch

if TYPE_CHECKING:
    from extractors.parcels.linker import Linker

_SAME_OWNER = 0.9
_LONGEST_NAME = 9  # words of a line that may be an owner's name
_BY_LOG, _BY_OWNER, _SUGGESTED = 0.6, 0.55, 0.3
_CLAIMED = ("case_number", "folder", "file_name")


def told(
    linker: Linker, document: Document, pages: Sequence[int], address: str, match: ParcelMatch, join: Join, worn: bool
) -> ParcelMatch:
    """``match`` with the parcel that the log's record or the owner's name on these pages points to, among those that the
    address may mean: its candidates, else the houses of its street whose number print may have lost. ``worn``: the address was
    read from a picture, and not without doubt."""
    if match.parcel_id is not None:
        return match
    pool = [c.parcel_id for c in match.candidates]
    listed = bool(pool)
    if not listed and worn:
        pool = _of_street(linker, address)
    named = linker.log.address_of(join.row).parcel_id if join.row is not None else None
    owners = _owners(linker, document, pages, pool)
    if named is not None and (named in pool or not listed):
        basis = ("permit log", *(("owner agrees",) if owners == [named] else ()))
        sure = worn and named in pool and join.basis in _CLAIMED
        question = f"{match.question}; the log's address for {join.record_no} is {linker.says(named)}"
        return _first(match, named, _BY_LOG if sure else _SUGGESTED, basis, question, "log_names_one", sure)
    if worn and len(owners) == 1:
        question = f"{match.question}; the owner named on the paper is that of {linker.says(owners[0])}"
        return _first(match, owners[0], _BY_OWNER, ("owner agrees",), question, "owner_names_one", True)
    return match


def _first(
    match: ParcelMatch, chosen: str, score: float, basis: tuple[str, ...], question: str, flag: str, answered: bool
) -> ParcelMatch:
    old = next((c for c in match.candidates if c.parcel_id == chosen), None)
    first = ParcelCandidate(chosen, max(old.score, score), (*old.basis, *basis)) if old else ParcelCandidate(chosen, score, basis)
    rest = tuple(c for c in match.candidates if c.parcel_id != chosen)
    return replace(
        match, parcel_id=chosen if answered else None, candidates=(first, *rest), question=question, certain=False,
        flags=(*match.flags, flag),
    )  # fmt: skip


def _of_street(linker: Linker, address: str) -> list[str]:
    """Parcels of the street that an address names, whose number looks like the one read, or all where none was read."""
    found: list[str] = []
    for one in parse_addresses(address, linker.city.name, linker.words):
        for guess in linker.directory.streets.guesses(one.street, one.suffix, one.abbreviated):
            for entry in linker.directory.on(guess.street):
                house = one.house
                if house is None or number_alike(house.low, entry.house.low) or number_alike(house.high, entry.house.high):
                    found.append(entry.parcel.parcel_id)
    return list(dict.fromkeys(found))


def _owners(linker: Linker, document: Document, pages: Sequence[int], pool: Sequence[str]) -> list[str]:
    """Parcels of ``pool`` whose owner's name stands on these pages, if that is one owner's alone."""
    lines = _lines(document, pages)
    found = []
    for parcel_id in pool:
        owner = linker.directory.parcels[parcel_id].owner
        if len(owner.split()) > 1 and any(owner_agreement(line, owner) >= _SAME_OWNER for line in lines):
            found.append(parcel_id)
    return found


def _lines(document: Document, pages: Sequence[int]) -> list[str]:
    """The lines of these pages that may be a name, and what follows a label in them."""
    out: list[str] = []
    for page in document.pages:
        if page.number not in pages:
            continue
        line: list[str] = []
        bottom = None
        for word in page.words:
            level = word.box.centre_y if word.box is not None else None
            if line and (level is None or bottom is None or level > bottom):
                out.append(" ".join(line))
                line = []
            line.append(word.text)
            bottom = word.box.bottom if word.box is not None else None
        out.append(" ".join(line))
    names = [part for line in out for part in (line, line.rsplit(":", 1)[-1], *line.split(":")[1:2])]
    return [n for n in dict.fromkeys(names) if 2 <= len(n.split()) <= _LONGEST_NAME]
