"""Lists that print a column of amounts for each year (``FY2017  FY2018  FY2019  Total``), or several (tax,
interest): each year is a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.layout import Spot
from extractors.tables.entry import Entry
from extractors.tables.headers import YEAR, Column, year_and_amount

_SHARED = frozenset({"parcel", "owner", "location", "account", "tax_type", "code", "description"})


def by_year(entries: Sequence[Entry], columns: Sequence[Column]) -> list[Entry]:
    """The entries, a row of several years as a row for each, and what it prints as their sum as a total below them."""
    heads: dict[str, dict[str, str]] = {}  # year -> amount -> role of its column
    named: dict[str, list[Spot]] = {}
    for column in columns:
        if column.role.startswith(YEAR):
            year, part = year_and_amount(column.role)
            heads.setdefault(year, {})[part] = column.role
            named.setdefault(year, list(column.spots))
    if not heads:
        return list(entries)
    out: list[Entry] = []
    for entry in entries:
        years = [year for year, roles in heads.items() if any(entry.words(role) for role in roles.values())]
        if entry.kind != "row" or not years:
            out.append(entry)
            continue
        shared = {role: cells for role, cells in entry.cells.items() if role in _SHARED}
        for year in years:
            amounts = {part: entry.cells[role] for part, role in heads[year].items() if entry.words(role)}
            label: list[list[Spot]] = [named[year]]
            out.append(replace(entry, cells={**shared, "fiscal_year": label, **amounts}))
        if "total" in entry.cells:
            out.append(replace(entry, kind="total", cells={"total": entry.cells["total"]}))
    return out
