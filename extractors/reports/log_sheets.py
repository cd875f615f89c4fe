"""An inspector's log: a table of which each row is a visit, with its address, what it was for and what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractors.language.dates import find_dates
from extractors.reports.address import clean_unit, find_address
from extractors.reports.found import Found, Head
from extractors.reports.items import Item
from extractors.reports.pieces import Piece, by_column, cell_text, row_texts
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

_TOP = 3  # rows among which the heading stands
_FEWEST = 2
_FIELDS = {"address": "address", "unit": "unit", "inspection_date": "date", "date": "date", "inspector": "inspector",
           "case": "case", "type": "type", "result": "result"}  # fmt: skip
_NOTHING_SAID = re.compile(r"\W*(?:none|n/?a|nil)?\W*", re.IGNORECASE)


@dataclass
class Visit:
    """One visit: its own head over the sheet's, its findings, and what the row says of the outcome."""

    head: Head
    items: list[Item] = field(default_factory=list)
    statement: tuple[str, Text] | None = None


def visits_logged(pieces: Sequence[Piece], head: Head, known: Wording, rules: RuleBook) -> list[Visit]:
    """The visits of the sheet's tables, rows of one address and day together; empty where no table is a log."""
    visits: dict[tuple[str, str, str], Visit] = {}
    for piece in pieces:
        if piece.table is None:
            continue
        for cells in _rows(piece, known):
            visit = _visit(cells, head, known, rules)
            key = tuple(str(visit.head.value(n) or "").lower() for n in ("address", "unit", "inspection_date"))
            kept = visits.setdefault((key[0], key[1], key[2]), visit)
            _add(kept, cells, known)
    return list(visits.values()) if len(visits) >= _FEWEST else []


def _rows(piece: Piece, known: Wording) -> Iterator[dict[str, Text]]:
    assert piece.table is not None
    for r, row in enumerate(piece.table.rows[:_TOP]):
        roles = _roles([(c.column, c.text) for c in row], known)
        if "address" not in roles.values() or not {"violation", "result"} & set(roles.values()):
            continue
        found = []
        for below in piece.table.rows[r + 1 :]:
            cells = {roles[c]: cell_text(cell, piece.page) for c, cell in by_column(below).items() if c in roles}
            if find_address(cells.get("address", NOTHING).text, bare=True) is not None:
                found.append(cells)
            elif found and any(row_texts(below, piece.page)):
                found[-1] = {k: found[-1].get(k, NOTHING) + cells.get(k, NOTHING) for k in {*found[-1], *cells}}
        if len(found) >= _FEWEST:
            yield from found
            return


def _roles(headings: Sequence[tuple[int, str]], known: Wording) -> dict[int, str]:
    roles: dict[int, str] = {}
    for column, text in headings:
        named = known.field_of(text)
        role = _FIELDS.get(named[0]) if named is not None and named[1] == 1.0 else None
        role = role or known.table_column(text)
        if role and role not in roles.values() and role != "ignore":
            roles[column] = role
    return roles


def _visit(cells: dict[str, Text], head: Head, known: Wording, rules: RuleBook) -> Visit:
    own = replace(head, found=dict(head.found), lost=[])
    for name in ("address", "unit", "result", "inspection_type", "case_number"):
        own.found.pop(name, None)
    address = cells["address"]
    span = find_address(address.text, bare=True)
    assert span is not None
    own.found["address"] = Found(address.text.strip(" ,.;"), address, 0.97, "us-ma/log_sheets/address@1")
    if (unit := clean_unit(cells.get("unit", NOTHING).text)) and len(unit) <= 14:
        own.found["unit"] = Found(unit, cells["unit"], 0.96, "us-ma/log_sheets/unit@1")
    if dates := find_dates(cells.get("date", NOTHING).text, head.day(), rules):
        own.found["inspection_date"] = Found(dates[0].value, cells["date"], 0.97, "us-ma/log_sheets/date@1")
    if (kind := known.type_of(cells.get("type", NOTHING).text)) is not None:
        own.found["inspection_type"] = Found(kind, cells["type"], 0.95, "us-ma/log_sheets/type@1")
    if (number := known.case_id.search(cells.get("case", NOTHING).text)) is not None:
        own.found["case_number"] = Found(number[1].upper(), cells["case"], 0.97, "us-ma/log_sheets/case@1")
    if cells.get("inspector", NOTHING).text.strip():
        who = cells["inspector"]
        own.found["inspector"] = Found(who.text.strip(" ,"), who, 0.9, "us-ma/log_sheets/inspector@1")
    return Visit(own)


def _add(visit: Visit, cells: dict[str, Text], known: Wording) -> None:
    said = cells.get("result", NOTHING)
    if said and (outcome := known.result_of(said.text)) is not None:
        visit.statement = (outcome, said)
    text = cells.get("violation", NOTHING)
    code = cells.get("code", NOTHING)
    code = code if re.search(r"\d", code.text) else NOTHING
    outcome = known.result_of(text.text)
    if outcome in {"no_entry", "no_violations", "corrected"} and not code:
        visit.statement = (outcome, text)
    elif text and not _NOTHING_SAID.fullmatch(text.text):
        visit.items.append(
            Item(
                text, 1.0, "us-ma/log_sheets/row@1", None, cells.get("location", NOTHING), code,
                cells.get("status", NOTHING), cells.get("deadline", NOTHING),
            )
        )  # fmt: skip
