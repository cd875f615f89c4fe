"""Previous reading, current reading, consumption and amount of a scanned water ledger: each is tied to the others, to the rows
before and after, and by the ledger's rate. Of the ways to read a row the one that all this speaks for is taken; where none
stands out, the row waits for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from rapidfuzz.distance import Levenshtein

from extractors.tables.cycles import ALIKE, Cell, Reading, chains
from extractors.tables.rates import Rate, learned

MULTIPLES = (Decimal(1), Decimal(10), Decimal(100), Decimal(1000))
_NAMES = ("previous_reading", "current_reading", "consumption")
_LIKE, _NEIGHBOUR, _RATE = 0.5, 1.0, 1.5  # what speaks for a value; that it was read speaks with 1
_ENOUGH, _APART = 3.0, 1.0  # what must speak for a way to read the row, and by how much more than for any other
_HELD = (5, 0.8)  # rows, and share of them, whose charges add up to the amount

Triple = tuple[Decimal, Decimal, Decimal]


def difference(previous: Decimal, current: Decimal) -> Decimal:
    """What the meter counted, also over its roll-over."""
    return current - previous if current >= previous else current - previous + Decimal(10) ** len(str(int(previous)))


def multiple(previous: Decimal, current: Decimal, used: Decimal) -> Decimal | None:
    """The multiple of the meter's unit that the consumption is printed in; None where the readings say otherwise."""
    for counted in (current - previous, difference(previous, current)):  # also less than before: corrected, and credited
        for times in MULTIPLES:
            if counted * times == used:
                return times
    return None


def settle(rows: Sequence[Reading]) -> None:
    """Repairs what is proved, with the flag ``ocr_repair``, and doubts what is contradicted, in place; rows of OCR only."""
    if not any(r.counted.row.ocr for r in rows):
        return
    sound = [(r, m) for r in rows if (v := _printed(r)) is not None and (m := multiple(*v)) is not None]
    usual = Counter(m for _, m in sound).most_common(1)[0][0] if sound else Decimal(1)
    pairs = [(u, a) for r, _ in sound if (u := r.amount("consumption")) is not None and (a := r.amount("amount")) is not None]
    rate = learned(pairs)
    _amounts(rows, rate, doubting=False)  # what the rate proves of amounts helps to prove readings
    for _ in range(2):  # a row put right may speak for its neighbours
        for chain in chains(rows):
            for at, row in enumerate(chain):
                if row.counted.row.ocr:
                    before, after = chain[at - 1] if at else None, chain[at + 1] if at + 1 < len(chain) else None
                    _readings(row, before, after, rate, usual)
    _amounts(rows, rate, doubting=True)


def _printed(row: Reading) -> Triple | None:
    previous, current, used = (row.amount(n) for n in _NAMES)
    return None if previous is None or current is None or used is None else (previous, current, used)


def _readings(row: Reading, before: Reading | None, after: Reading | None, rate: Rate | None, usual: Decimal) -> None:
    own = _printed(row)
    if own is not None and multiple(*own) is not None:
        return
    joint = before.amount("current_reading") if before else None
    onward = after.amount("previous_reading") if after else None
    dollars = row.amount("amount")

    def spoken_for(triple: Triple) -> float:
        score = sum(_read(row, n, v) for n, v in zip(_NAMES, triple, strict=True))
        score += _weight(before) * (triple[0] == joint) + _weight(after) * (triple[1] == onward)
        return score + _RATE * (rate is not None and dollars is not None and rate.explains(triple[2], dollars))

    ranked = sorted({t: spoken_for(t) for t in _ways(row, joint, onward, rate, usual)}.items(), key=lambda x: -x[1])
    if not ranked or ranked[0][1] < _ENOUGH or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _APART):
        return
    used = ranked[0][0][2]
    billed = rate is not None and dollars is not None and rate.explains(used, dollars)
    if used != row.amount("consumption") and not billed and not _may_be(row, used):
        return
    for name, value in zip(_NAMES, ranked[0][0], strict=True):
        if value != row.amount(name):
            row.repair(name, value)


def _weight(neighbour: Reading | None) -> float:
    """What a neighbour's reading tells: less where that row does not add up itself."""
    values = None if neighbour is None else _printed(neighbour)
    return _NEIGHBOUR if values is not None and multiple(*values) is not None else _NEIGHBOUR / 2


def _ways(
    row: Reading, joint: Decimal | None, onward: Decimal | None, rate: Rate | None, usual: Decimal
) -> Iterator[Triple]:
    """Readings and consumptions that agree with each other, two of the three read or told by a neighbour or the rate."""
    starts = {*_said(row, "previous_reading"), *([] if joint is None else [joint])}
    ends = {*_said(row, "current_reading"), *([] if onward is None else [onward])}
    uses = set(_said(row, "consumption"))
    dollars = row.amount("amount")
    if rate is not None and dollars is not None:
        uses |= {u for u in [((dollars - rate.base) / rate.each).quantize(Decimal(1))] if rate.explains(u, dollars)}
    for start in starts:
        yield from ((start, end, difference(start, end) * usual) for end in ends)
        yield from ((start, start + used / usual, used) for used in uses)
    yield from ((end - used / usual, end, used) for end in ends for used in uses if end * usual >= used)


def _said(row: Reading, name: str) -> Iterable[Decimal]:
    """What either engine read."""
    found = row.record.fields.get(name)
    values = [] if found is None or not isinstance(found.value, Decimal) else [found.value]
    cell = row.cells.get(name, Cell(""))
    if any(s.word.other for s in cell.spots):
        other = re.sub(r"\D", "", "".join(s.word.other or s.word.text for s in cell.spots))
        values += [Decimal(other)] if other else []
    return values


def _read(row: Reading, name: str, value: Decimal) -> float:
    if value == row.amount(name):
        return 1.0
    return _LIKE if value in _said(row, name) or _resembles(row.cells.get(name, Cell("")).text, value) else 0.0


def _may_be(row: Reading, used: Decimal) -> bool:
    """Can the cell of the consumption, if there is print in it, be this number?"""
    text = row.cells.get("consumption", Cell("")).text
    return not re.search(r"\w", text) or used in _said(row, "consumption") or _resembles(text, used)


def _resembles(text: str, value: Decimal) -> bool:
    """One sign misread or lost, or run together with its neighbour (``82A``)."""
    plain, wanted = re.sub(r"\W", "", text), str(int(value))
    return any(
        form == wanted or (len(wanted) > 1 and Levenshtein.distance(form, wanted) == 1)
        for form in (plain.translate(ALIKE), plain[:-1].translate(ALIKE))
        if form
    )


def _amounts(rows: Sequence[Reading], rate: Rate | None, doubting: bool) -> None:
    """The amount against the charges that it sums up, and against the ledger's rate."""
    billed = [(r, a, r.charges) for r in rows if (a := r.amount("amount")) is not None and r.charges is not None]
    summed = sum(a == charges for _, a, charges in billed)
    adds = summed >= _HELD[0] and summed >= _HELD[1] * len(billed)
    for row in rows:
        dollars, used = row.amount("amount"), _used(row)
        if dollars is None or not row.counted.row.ocr:
            continue
        by_sum = row.charges if adds else None
        charge = rate.charge(used) if rate is not None and used is not None and rate.firm else None
        if by_sum == dollars or (charge is not None and rate is not None and used is not None and rate.explains(used, dollars)):
            continue
        if by_sum is None and charge is None:
            continue
        proofs = [v for v in (by_sum, charge if rate is not None and rate.exact else None, *_other_amounts(row)) if v is not None]
        proved = [v for v, times in Counter(proofs).items() if times > 1]
        if not proved and charge is not None and rate is not None and rate.exact and _one_sign(charge, dollars):
            proved = [charge]
        if len(proved) == 1:
            row.repair("amount", proved[0])
        elif not doubting:
            continue
        elif by_sum is not None:
            row.doubt("amount", f"water and sewer charges are {by_sum}, not {dollars}")
        else:
            row.doubt("amount", f"at this ledger's rate {used} is {charge}, not {dollars}")


def _used(row: Reading) -> Decimal | None:
    """The consumption where nothing on the row speaks against it: as printed, or, where none was read, by the readings."""
    previous, current, used = (row.amount(n) for n in _NAMES)
    if previous is None or current is None:
        return None
    if used is None:
        return current - previous if current >= previous else None
    return used if multiple(previous, current, used) is not None else None


def _one_sign(one: Decimal, other: Decimal) -> bool:
    return Levenshtein.distance(f"{one:.2f}", f"{other:.2f}") == 1


def _other_amounts(row: Reading) -> Iterator[Decimal]:
    found = row.record.fields.get("amount")
    for text in found.alternatives if found is not None else ():
        try:
            yield Decimal(text)
        except InvalidOperation:
            continue
