"""The city's own registers: parcels (a dated snapshot) and the permit system's log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Parcel:
    """One row of the assessor's file. ``parcel_id`` is exactly as the assessor writes it (PROP_ID)."""

    parcel_id: str
    address: str  # site address as given
    number: str = ""  # "41-43", "12A", "103 1/2", "8 REAR"
    street: str = ""
    unit: str = ""
    owner: str = ""
    use_code: str = ""
    units: int | None = None
    loc_id: str = ""  # lot that condo units share
    aliases: tuple[str, ...] = ()  # other addresses of a corner or through lot


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the permit log."""

    row: int  # 1-based row of the file, for messages
    record_no: str
    record_type: str = ""
    opened: date | None = None
    status: str = ""
    address: str = ""
    unit: str = ""
    inspector: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelCandidate:
    """A parcel that may be meant, with what speaks for it. ``score`` 0..1 orders candidates; it is not a probability."""

    parcel_id: str
    score: float
    basis: tuple[str, ...]  # "number in range 41-43", "street 'Shurtlef' read as SHURTLEFF ST", "owner agrees", "map-lot 4-3"


@dataclass(frozen=True, slots=True)
class ParcelMatch:
    """The answer of linking. ``parcel_id`` is None where no parcel fits or several do; ``question`` says why in plain words."""

    parcel_id: str | None
    candidates: tuple[ParcelCandidate, ...]
    certain: bool  # exactly one parcel fits without any repair that could be wrong
    question: str = ""  # "two parcels fit: 45 Shurtleff St, 45R Shurtleff St"
    flags: tuple[str, ...] = ()  # repaired_id, street_repaired, suffix_guessed, main_lot, ...
