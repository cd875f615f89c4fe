"""The last look at what leaves: a text that reads like a person's number or address on the net holds its row back.

Profiles already leave out the columns that hold people (``records.columns``); this guards against such things standing where
nobody expects them, as a telephone number in a street address. Ids are not looked at: an account number may have any form.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.export.profiles import ProfileFile
from flows.export.tables import Sheet
from records.columns import Audience
from records.privacy import looks_personal


@dataclass(frozen=True, slots=True)
class Held:
    """A row that stays: the file it was meant for, its key, the column and what its cell looks like (never the cell)."""

    file: str
    key: str
    column: str
    looks_like: str


def guard(file: ProfileFile, sheet: Sheet, audience: Audience) -> tuple[Sheet, list[Held]]:
    """The rows that may leave, and those that stay. Inside the city all stay as they are."""
    columns = [c.source.name for c in file.columns if c.source.type == "text"]
    if audience == "inside" or not columns or not sheet.rows:
        return sheet, []
    at = {name: i for i, name in enumerate(sheet.columns)}
    places = [(at[name], name) for name in columns if name in at]
    looked: dict[str, str] = {}
    kept: list[tuple[str, ...]] = []
    held: list[Held] = []
    for row in sheet.rows:
        for place, name in places:
            text = row[place]
            looks = looked.get(text)
            if looks is None:
                looks = looked[text] = looks_personal(text)
            if looks:
                key = " ".join(row[at[k]] for k in file.table.key if k in at)
                held.append(Held(file.name, key, name, looks))
                break
        else:
            kept.append(row)
    return Sheet(sheet.columns, kept), held


def withheld_columns(file: ProfileFile) -> tuple[str, ...]:
    """Columns of the table that this profile leaves out."""
    kept = {c.source.name for c in file.columns}
    return tuple(c.name for c in file.table.columns if c.name not in kept)
