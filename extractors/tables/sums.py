"""Do the sums add up? Rows across, subtotals and totals down: the strongest evidence there is that a row was read right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from extractors.tables.stream import Row
from records.record import Extraction, Reason, Record

_CENT = Decimal("0.005")
_PARTS = ("principal", "interest", "fees")
_PROVED = 0.9  # finding of an amount that sums prove and the page does not show
_LONGEST_GROUP = 80  # rows of one account, street or year


@dataclass(slots=True)
class Counted:
    """A record being built and the line it stands on."""

    record: Record
    row: Row


@dataclass(frozen=True, slots=True)
class Check:
    """A printed total: how many rows stand before it, and its amounts."""

    before: int
    page: int
    text: str
    total: Decimal | None
    money: dict[str, Decimal | None]


def _money(record: Record, name: str) -> Decimal | None:
    value = record.value(name)
    return value if isinstance(value, Decimal) else None


def across(record: Record) -> bool | None:
    """Principal + interest + fees = total; None where there is nothing to add."""
    total, principal = _money(record, "total"), _money(record, "principal")
    if total is None or principal is None:
        return None
    return abs(principal + (_money(record, "interest") or 0) + (_money(record, "fees") or 0) - total) < _CENT


def is_sum(value: Decimal, rows: Sequence[Counted], checks: Sequence[Check], least: int) -> bool:
    """Is it the sum of the rows since the last printed total, or of all rows (``least`` of them): a total, whatever it is called
    ("To clear this property")?"""
    paid = [_money(c.record, "total") or Decimal(0) for c in rows]
    since = checks[-1].before if checks else 0
    return any(len(group) >= least and sum(group, Decimal(0)) == value for group in (paid[since:], paid))


def checked(rows: Sequence[Counted], checks: Sequence[Check]) -> tuple[list[Record], list[Reason]]:
    """The tax records with what the sums say (``sums_ok``, ``subtotal_ok``), and reasons for totals no rows explain."""
    for counted in rows:
        _other_reading(counted)
    _totals_summed(rows, checks)
    down, reasons = down_the_list(rows, checks, "total")
    return [_marked(c, down.get(i)) for i, c in enumerate(rows)], reasons


def _totals_summed(rows: Sequence[Counted], checks: Sequence[Check]) -> None:
    """Rows that print no total of their own, where their parts together make the total printed for them all."""
    for at, check in enumerate(checks):
        start = max((c.before for c in checks[:at] if c.before < check.before), default=0)
        group = range(start, check.before)
        if check.total is None or not group or any("total" in rows[i].record.fields for i in group):
            continue
        parts = {i: [f for n in _PARTS if (f := rows[i].record.fields.get(n)) is not None] for i in group}
        sums = {i: sum((f.value for f in found if isinstance(f.value, Decimal)), Decimal(0)) for i, found in parts.items()}
        if abs(sum(sums.values(), Decimal(0)) - check.total) >= _CENT or not all(parts.values()):
            continue
        for i in group:
            first = parts[i][0]
            boxes = tuple(b for f in parts[i] for b in f.evidence.boxes)
            shown = replace(first.evidence, boxes=boxes, text=" ".join(f.evidence.text for f in parts[i]))
            reading = min((f.reading for f in parts[i] if f.reading is not None), default=None)
            rule = re.sub(r"[^/@]+@", "total@", first.rule)
            made = Extraction("total", sums[i], shown, reading, _PROVED, rule, ("summed",))
            rows[i].record = rows[i].record.having(made)


def _other_reading(counted: Counted) -> None:
    """A row that does not add up, but does with the other reading of one of its amounts: that one is taken, and said so."""
    record = counted.record
    if not counted.row.ocr or across(record) is not False:
        return
    fits = [
        changed
        for name in (*_PARTS, "total")
        if name in record.fields
        for other in _said_otherwise(record, name)
        if across(changed := _with_amount(record, name, other))
    ]
    if len(fits) == 1:
        counted.record = fits[0]


def down_the_list(
    rows: Sequence[Counted], checks: Sequence[Check], name: str
) -> tuple[dict[int, bool], list[Reason]]:
    """Which rows a printed total confirms (True) or contradicts (False), by row; totals no rows explain are reasons."""
    reasons: list[Reason] = []
    down: dict[int, bool] = {}
    for at, check in enumerate(checks):
        if check.total is None:
            continue
        spans = _spans(rows, checks, at)
        fitting = next((s for s in spans if _adds_up(rows, s, check.total, name)), None)
        if fitting is None:
            fitting = next((s for s in spans if _repair(rows, s, check.total, name)), None)
        if fitting is not None and name == "total":
            _part_repaired(rows, fitting, check)
        if fitting is not None:
            down.update(dict.fromkeys(fitting, True))
        elif spans:
            for i in spans[0]:
                down.setdefault(i, False)
            reasons.append(Reason(name, "check", f"page {check.page}: the rows do not add up to '{check.text[:80]}'"))
    return down, reasons


def _spans(rows: Sequence[Counted], checks: Sequence[Check], at: int) -> list[range]:
    """Runs of rows a total may be the sum of: those just above it, however many; its page; all of them.

    Accounts of one row often have no subtotal, so a group may begin at any row; the likeliest run comes first.
    """
    end = checks[at].before
    last = max((c.before for c in checks[:at] if c.before < end), default=0)
    page = next((i for i in range(end) if rows[i].row.page == checks[at].page), end)
    starts = dict.fromkeys([last, *range(end - 1, max(-1, end - _LONGEST_GROUP), -1), page, 0])
    return [range(start, end) for start in starts if start < end]


def _adds_up(rows: Sequence[Counted], span: range, total: Decimal, name: str) -> bool:
    values = [(_money(rows[i].record, name) or Decimal(0), bool(rows[i].record.ignorable)) for i in span]
    everything = sum((v for v, _ in values), Decimal(0))
    kept = sum((v for v, struck in values if not struck), Decimal(0))
    return abs(everything - total) < _CENT or abs(kept - total) < _CENT


def _repair(rows: Sequence[Counted], span: range, total: Decimal, name: str) -> bool:
    """One amount of the group that was misread: its parts, or the other engine, say another, and with it the group adds up.
    Nothing is done where two could be the one."""
    values = {i: _money(rows[i].record, name) or Decimal(0) for i in span}
    lacks = total - sum(values.values(), Decimal(0))
    found = {
        (i, other)
        for i in span
        if rows[i].row.ocr and name in rows[i].record.fields
        for other in _other_amounts(rows[i].record, name)
        if abs(other - values[i] - lacks) < _CENT
    }
    if len(found) != 1:
        return False
    at, value = found.pop()
    rows[at].record = _with_amount(rows[at].record, name, value)
    return True


def _other_amounts(record: Record, name: str) -> Iterator[Decimal]:
    if name == "total" and across(record) is False:
        yield sum((_money(record, n) or Decimal(0) for n in _PARTS), Decimal(0))
    yield from _said_otherwise(record, name)


def _said_otherwise(record: Record, name: str) -> Iterator[Decimal]:
    """What the other engine read."""
    for text in record.fields[name].alternatives:
        try:
            yield Decimal(text)
        except InvalidOperation:
            continue


def _part_repaired(rows: Sequence[Counted], span: range, check: Check) -> None:
    """The one row of a group that does not add up, where the printed total of one column lacks just what the row lacks."""
    wrong = [i for i in span if across(rows[i].record) is False and rows[i].row.ocr]
    if len(wrong) != 1:
        return
    record = rows[wrong[0]].record
    lacks = (_money(record, "total") or Decimal(0)) - sum((_money(record, n) or Decimal(0) for n in _PARTS), Decimal(0))
    apart = {
        n: printed - sum((_money(rows[i].record, n) or Decimal(0) for i in span), Decimal(0))
        for n in _PARTS
        if (printed := check.money.get(n)) is not None
    }
    off = [n for n, difference in apart.items() if abs(difference) >= _CENT]
    if len(off) == 1 and abs(apart[off[0]] - lacks) < _CENT and off[0] in record.fields:
        value = (_money(record, off[0]) or Decimal(0)) + lacks
        rows[wrong[0]].record = _with_amount(record, off[0], value)


def _with_amount(record: Record, name: str, value: Decimal) -> Record:
    found = record.fields[name]
    flags = tuple(dict.fromkeys((*found.flags, "ocr_repair")))
    finding = min(found.finding or 0.0, _PROVED)
    return record.having(replace(found, value=value, finding=finding, flags=flags, alternatives=(str(found.value),)))


def _marked(counted: Counted, down: bool | None) -> Record:
    record = counted.record
    ok = across(record)
    sums_ok, subtotal_ok = (0.5 if x is None else float(x) for x in (ok, down))
    features = {**record.features, "sums_ok": sums_ok, "subtotal_ok": subtotal_ok}
    record = replace(record, features=features)
    if ok is False:
        parts = " + ".join(record.text(n) for n in ("principal", "interest", "fees") if record.text(n))
        record = record.doubting(Reason("total", "check", f"{parts} is not {record.text('total')}"))
    return record
