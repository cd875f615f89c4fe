"""The last look at what leaves: a text that reads like a person's number or address on the net holds its row back.

Profiles already leave out the columns that hold people (``records.columns``); this guards against such things standing where
nobody expects them, as a telephone number in a street address. Ids are not looked at: an account number may have any form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.export.profiles import ProfileFile
from records.columns import Audience
from records.export import Row
from records.privacy import looks_personal


@dataclass(frozen=True, slots=True)
class Held:
    """A row that stays: the file it was meant for, its key, the column and what its cell looks like (never the cell)."""

    file: str
    key: str
    column: str
    looks_like: str


def guard(file: ProfileFile, rows: Sequence[Row], audience: Audience) -> tuple[Sequence[Row], list[Held]]:
    """The rows that may leave, and those that stay. Inside the city all stay as they are."""
    columns = [c.source.name for c in file.columns if c.source.type == "text"]
    if audience == "inside" or not columns:
        return rows, []
    kept: list[Row] = []
    held: list[Held] = []
    for row in rows:
        found = next(((c, looks) for c in columns if (looks := looks_personal(row.get(c, "")))), None)
        if found is None:
            kept.append(row)
        else:
            held.append(Held(file.name, " ".join(row.get(k, "") for k in file.table.key), *found))
    return tuple(kept), held


def withheld_columns(file: ProfileFile) -> tuple[str, ...]:
    """Columns of the table that this profile leaves out."""
    kept = {c.source.name for c in file.columns}
    return tuple(c.name for c in file.table.columns if c.name not in kept)
