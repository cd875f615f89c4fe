"""Lists that print a column of amounts for each year (``FY2017  FY2018  FY2019  Total``): each amount is a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.layout import Spot
from extractors.tables.headers import YEAR, Column

if TYPE_CHECKING:
    from extractors.tables.listing import Entry

_SHARED = frozenset({"parcel", "owner", "location", "account", "tax_type", "code", "description"})


def by_year(entries: Sequence[Entry], columns: Sequence[Column]) -> list[Entry]:
    """The entries, a row of several years as a row for each, and what it prints as their sum as a total below them."""
    heads = {c.role: list(c.spots) for c in columns if c.role.startswith(YEAR)}
    if not heads:
        return list(entries)
    out: list[Entry] = []
    for entry in entries:
        years = [role for role in heads if entry.words(role)]
        if entry.kind != "row" or not years:
            out.append(entry)
            continue
        shared = {role: cells for role, cells in entry.cells.items() if role in _SHARED}
        for role in years:
            named: list[list[Spot]] = [heads[role]]
            out.append(replace(entry, cells={**shared, "fiscal_year": named, "total": entry.cells[role]}))
        if "total" in entry.cells:
            out.append(replace(entry, kind="total", cells={"total": entry.cells["total"]}))
    return out
