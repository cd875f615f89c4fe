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
    if audience == "inside" or not sheet.count:
        return sheet, []
    columns = [c.source.name for c in file.columns if c.source.type == "text" and c.source.name in sheet.columns]
    looked = {text: looks_personal(text) for text in set[str]().union(*map(sheet.column, columns))}
    personal = {text for text, looks in looked.items() if looks}
    if not personal:
        return sheet, []
    stays: dict[int, Held] = {}
    for name in columns:
        for row, text in enumerate(sheet.column(name)):
            if text in personal and row not in stays:
                key = " ".join(sheet.column(k)[row] for k in file.table.key if k in sheet.columns)
                stays[row] = Held(file.name, key, name, looked[text])
    return sheet.without(stays), [stays[row] for row in sorted(stays)]


def withheld_columns(file: ProfileFile) -> tuple[str, ...]:
    """Columns of the table that this profile leaves out."""
    kept = {c.source.name for c in file.columns}
    return tuple(c.name for c in file.table.columns if c.name not in kept)
