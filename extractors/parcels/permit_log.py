"""Which row of the permit system's log a report belongs to, and what speaks against it.

The number printed in the report, the folder it lies in and the file's name are only claims (attachments get filed under the
wrong record); where they and the address disagree, the address decides and a person is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Levenshtein

from extractors.parcels.address import unit_key
from records.parcel import LogRow, ParcelMatch
from records.record import Reason

_NUMBER_IN_NAME = re.compile(r"[A-Z]{1,6}[-_ ]?\d{2,4}[-_ ]?\d{3,6}")
# A record is opened some weeks before the visit at most, and at times typed in a few days after it.
_DAYS_BEFORE, _DAYS_AFTER = 60, 10


@dataclass(frozen=True, slots=True)
class Join:
    """The log row of a report: ``record_no`` '' where none is found. ``basis``: case_number, folder, file_name,
    attachment or address_date. ``row`` is the one whose address and date come nearest."""

    record_no: str = ""
    basis: str = ""
    row: LogRow | None = None
    flags: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class LogIndex:
    """The log by record number, attachment and parcel."""

    def __init__(self, log: Iterable[LogRow], match: Callable[[str, str], ParcelMatch]) -> None:
        self.rows = tuple(log)
        self._match = match
        self._matches: dict[int, ParcelMatch] = {}
        self._by_number: dict[str, list[LogRow]] = defaultdict(list)
        self._by_attachment: dict[str, list[LogRow]] = defaultdict(list)
        self._by_parcel: dict[str, list[LogRow]] | None = None
        for row in self.rows:
            self._by_number[number_key(row.record_no)].append(row)
            for name in row.attachments:
                self._by_attachment[name.lower()].append(row)
        self._by_number.pop("", None)

    def join(
        self,
        path: str,
        case_number: str,
        address: str,
        parcel: ParcelMatch,
        unit: str = "",
        when: date | None = None,
        inspector: str = "",
    ) -> Join:
        """The row of a report at ``path`` (relative, forward slashes) about ``parcel``."""
        if not self.rows:
            return Join()
        claims = self.claims(path, case_number)
        for basis, rows in claims:
            agreeing = [r for r in rows if self.agrees(r, parcel) is not False]
            if agreeing:
                row = min(agreeing, key=lambda r: (self.agrees(r, parcel) is None, _days(r, when)))
                others = {r.record_no for b, rs in claims for r in rs if b in ("case_number", "folder", "file_name")}
                flags = ("other_record_claimed",) if others - {row.record_no} else ()
                return Join(row.record_no, basis, row, flags)
        nearby = self._near(parcel, unit, when, inspector)
        printed = number_key(case_number)
        if printed:
            slips = [r for r in nearby if Levenshtein.distance(number_key(r.record_no), printed, score_cutoff=1) <= 1]
            if len(slips) == 1:
                return Join(slips[0].record_no, "case_number", slips[0], ("case_number_repaired",))
        numbers = {r.record_no for r in nearby}
        if len(numbers) == 1:
            reasons = self._contradicted(claims, address) if any(b != "attachment" for b, _ in claims) else ()
            flags = ("attachment_disagrees",) if claims else ()
            return Join(nearby[0].record_no, "address_date", nearby[0], flags, reasons)
        if claims and claims[0][0] != "attachment":
            row = min(claims[0][1], key=lambda r: _days(r, when))
            return Join(row.record_no, claims[0][0], row, ("log_address_differs",), self._contradicted(claims, address))
        if len(numbers) > 1:
            named = ", ".join(sorted(numbers))
            return Join(reasons=(Reason("permit_record", "ambiguous", f"several log records fit: {named}"),))
        return Join()

    def claims(self, path: str, case_number: str = "") -> list[tuple[str, list[LogRow]]]:
        """Rows that the report or its place claim to belong to, strongest claim first."""
        parts = path.upper().split("/")
        found = [("case_number", self._by_number.get(number_key(case_number), []))]
        found.append(("folder", [r for part in parts[:-1] for r in self._numbers_in(part)]))
        found.append(("file_name", self._numbers_in(parts[-1])))
        attached = self._by_attachment.get(parts[-1].lower(), [])
        if len(parts) > 1 and len(attached) > 1:
            # "attachment.pdf" lies in every folder; only the folder tells whose it is
            attached = [r for r in attached if any(number_key(r.record_no) == number_key(p) for p in parts[:-1])]
        found.append(("attachment", list(attached)))
        return [(basis, rows) for basis, rows in found if rows]

    def address_of(self, row: LogRow) -> ParcelMatch:
        """The parcel of a row's address; worked out once."""
        if row.row not in self._matches:
            self._matches[row.row] = self._match(row.address, row.unit)
        return self._matches[row.row]

    def _numbers_in(self, name: str) -> list[LogRow]:
        whole = self._by_number.get(number_key(name.rsplit(".", 1)[0]), [])
        return list(whole) or [r for n in _NUMBER_IN_NAME.findall(name) for r in self._by_number.get(number_key(n), [])]

    def agrees(self, row: LogRow, parcel: ParcelMatch) -> bool | None:
        """Whether row and report are about one building; None where one of them can't be told."""
        ours = {parcel.parcel_id} if parcel.parcel_id else {c.parcel_id for c in parcel.candidates}
        match = self.address_of(row)
        theirs = {match.parcel_id} if match.parcel_id else {c.parcel_id for c in match.candidates}
        theirs |= {c.parcel_id for c in self._match(row.address, "").candidates}
        if not ours or not theirs:
            return None
        return bool(ours & theirs)

    def _near(self, parcel: ParcelMatch, unit: str, when: date | None, inspector: str) -> list[LogRow]:
        if parcel.parcel_id is None or when is None:
            return []
        if self._by_parcel is None:
            self._by_parcel = defaultdict(list)
            for row in self.rows:
                match = self.address_of(row)
                for parcel_id in {match.parcel_id} if match.parcel_id else {c.parcel_id for c in match.candidates}:
                    if parcel_id:
                        self._by_parcel[parcel_id].append(row)
        return [
            r
            for r in self._by_parcel.get(parcel.parcel_id, ())
            if r.opened is not None
            and -_DAYS_AFTER <= (when - r.opened).days <= _DAYS_BEFORE
            and same_unit(unit, r.unit)
            and same_person(inspector, r.inspector)
        ]

    def _contradicted(self, claims: list[tuple[str, list[LogRow]]], address: str) -> tuple[Reason, ...]:
        row = claims[0][1][0]
        return (Reason("permit_record", "conflict", f"the log has {row.address} for {row.record_no}, the report {address}"),)


def number_key(number: str) -> str:
    """A record number without its separators."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _days(row: LogRow, when: date | None) -> int:
    return abs((when - row.opened).days) if when and row.opened else 10_000


def same_unit(one: str, other: str) -> bool:
    return not one.strip() or not other.strip() or unit_key(one) == unit_key(other)


def same_person(one: str, other: str) -> bool:
    """Surnames agree, or one is not given."""
    names = [re.findall(r"[A-Z']{3,}", n.upper()) for n in (one, other)]
    return not names[0] or not names[1] or names[0][-1] == names[1][-1]
