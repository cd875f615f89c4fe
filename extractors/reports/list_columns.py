"""A list known by its columns alone, whatever its title says: years and amounts of accounts, or a meter's readings."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.reports.kinds import Kind
from extractors.rulebook import RuleBook
from extractors.tables.headers import heading
from extractors.tables.listing import Grammar
from extractors.tables.naming import PACKED
from extractors.tables.notices import Print, is_notice
from extractors.tables.stream import Row, rows_on
from extractors.tables.tax import tax_rules
from extractors.tables.tax_kinds import kinds_named
from extractors.tables.values import looks_like_money, number
from extractors.tables.water import water_rules
from records.document import Block, Page

_FEWEST_ROWS = 2
_AGAINST = 4  # rows where other words of the page speak for something else
_TAX = frozenset(
    ["parcel", "account", "owner", "location", "fiscal_year", "tax_type", "principal", "interest", "fees", "total", "balance"]
)
_KEYS = frozenset({"parcel", "account", "owner", "location", "map"})
_READINGS = frozenset({"previous_reading", "current_reading", "consumption"})
_WATER = frozenset({"account", "meter", "period_start", "period_end", "period", "location", "read_type", "parcel"})


def kind_by_columns(page: Page, blocks: tuple[Block, ...], rules: RuleBook, otherwise: bool = False) -> Kind | None:
    """The kind of list whose heading stands on the page with rows under it; None for none. ``otherwise``: words of the page
    say that it is something else ("bill to"), so that a row or two do not count."""
    rows = rows_on(page, blocks)
    least = _AGAINST if otherwise else _FEWEST_ROWS
    taxes = tax_rules(rules)
    tax, water = taxes.grammar, water_rules(rules).grammar
    for at in range(len(rows)):
        if len(rows[at].spots) < 3:
            continue
        roles = _roles(rows, at, water)
        if len(roles & _READINGS) > 1 and roles & _WATER and _numbered(rows[at + 1 :], 2) >= least:
            return Kind("water_usage", 3.5, ("columns of meter readings (3.5)",))
        roles = _roles(rows, at, tax)
        told = len(roles & _TAX) >= 5 and roles & {"fiscal_year", "tax_type"} and roles & {"interest", "principal", "total"}
        owed = {"interest", "principal"} <= roles and roles & _KEYS and roles & {"total", "balance", "fees"}
        named = owed and any(kinds_named(r.text, taxes.phrases) for r in rows[: at + 2])
        if (told or named) and _paid(rows[at + 1 :]) >= least:
            return Kind("tax_delinquency", 3.5, ("columns of taxes owed (3.5)",))
    if not page.blocks and is_notice(Print(rows, {page.number: page.width}).text):
        return Kind("tax_delinquency", 3.5, ("parcels in words, with the sums due on them (3.5)",))
    return None


def _roles(rows: Sequence[Row], at: int, grammar: Grammar) -> set[str]:
    found = heading(rows, at, grammar.known, grammar.needed)
    return set() if found is None else {r for c in found[0] if c.role for r in c.role.split(PACKED)}


def _numbered(rows: Sequence[Row], least: int) -> int:
    return sum(sum(number(s.word.text, r.ocr) is not None for s in r.spots) >= least for r in rows)


def _paid(rows: Sequence[Row]) -> int:
    return sum(any(looks_like_money(s.word.text, r.ocr) for s in r.spots) for r in rows)
