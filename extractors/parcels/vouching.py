"""What the permit log says of a report's values: it vouches for some and contradicts others. Flags only; a value that the log
denies stays as it was read, since logs are wrong too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from extractors.parcels.permit_log import Join, number_key, same_person, same_unit
from records.record import Extraction, Record

LOG_AGREES, LOG_DIFFERS = "log_agrees", "log_differs"
_BEFORE, _AFTER, _LONGEST = 10, 60, 400
"""Days: a visit is typed into the log some days late at most, and comes within two months of the day the record was opened;
re-inspections under the same record follow for a year or so."""


def vouched(record: Record, join: Join, same_place: bool | None) -> Record:
    """``record`` with a flag on every value that the log row of ``join`` confirms or contradicts. ``same_place``: whether row
    and record are about one parcel, None where that can't be told."""
    row = join.row
    if row is None or not join.record_no:
        return record
    said: dict[str, bool | None] = {"parcel_id": same_place if record.value("parcel_id") is not None else None}
    when = record.value("inspection_date")
    if isinstance(when, date) and row.opened is not None:
        late = (when - row.opened).days
        said["inspection_date"] = True if -_BEFORE <= late <= _AFTER else None if _AFTER < late <= _LONGEST else False
    number = number_key(record.text("case_number"))
    said["case_number"] = number == number_key(row.record_no) if number else None
    for name, theirs, alike in (("inspector", row.inspector, same_person), ("unit", row.unit, same_unit)):
        if record.text(name) and theirs.strip():
            said[name] = alike(record.text(name), theirs)
    return record.having(*_flagged(record, said.items()))


def _flagged(record: Record, said: Iterable[tuple[str, bool | None]]) -> Iterable[Extraction]:
    for name, agrees in said:
        found = record.fields.get(name)
        if found is not None and agrees is not None:
            rest = tuple(f for f in found.flags if f not in (LOG_AGREES, LOG_DIFFERS))
            yield replace(found, flags=(*rest, LOG_AGREES if agrees else LOG_DIFFERS))
