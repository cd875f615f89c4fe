"""What a ledger charges for what was used, learned from its own rows. A law that most rows obey proves the figure of another
row that OCR lost or misread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Pair = tuple[Decimal, Decimal]
"""What was used, and the dollars charged for it."""

_FEWEST = 5  # rows, of at least _USES different uses, that make a law
_USES = 3
_HOLDS = 0.6  # share of the rows that obey it
_FIRM = (8, 0.9)  # rows and share from which a row that does not obey is odd
_NEAR = Decimal("0.02")  # dollars; water and sewer are rounded apart
_EXACT = Decimal("0.0051")
_ENDS = 6  # least and most used, between which lines are tried


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars = ``base`` + ``each`` x use. ``exact``: to the cent; ``firm``: hardly a row of the ledger does otherwise."""

    base: Decimal
    each: Decimal
    exact: bool
    firm: bool

    def charge(self, used: Decimal) -> Decimal:
        """Dollars for a use, in cents."""
        return (self.base + self.each * used).quantize(Decimal("0.01"))

    def explains(self, used: Decimal, amount: Decimal) -> bool:
        """Is this what the ledger charges for it?"""
        return abs(self.base + self.each * used - amount) <= _NEAR


def learned(pairs: Sequence[Pair]) -> Rate | None:
    """The law of rows whose readings are beyond doubt; None where charges rise in steps, or there are too few rows."""
    positive = sorted({(u, a) for u, a in pairs if u > 0 and a > 0})
    if len(pairs) < _FEWEST or len({u for u, _ in positive}) < _USES:
        return None
    least, most = positive[:_ENDS], positive[-_ENDS:]
    lines = [(Decimal(0), a / u) for u, a in most]
    lines += [_through(one, other) for one in least for other in most if other[0] > one[0]]
    rising = [(base, each) for base, each in lines if base >= 0 and each > 4 * _NEAR]
    best = max(rising, key=lambda line: _obeying(pairs, line[0], line[1], _NEAR), default=None)
    if best is None:
        return None
    count = _obeying(pairs, best[0], best[1], _NEAR)
    if count < max(_FEWEST, _HOLDS * len(pairs)):
        return None
    firm = count >= _FIRM[0] and count >= _FIRM[1] * len(pairs)
    for places in ("0.01", "0.001", "0.0001"):  # as a schedule of rates prints it
        base, each = best[0].quantize(Decimal("0.01")), best[1].quantize(Decimal(places))
        if _obeying(pairs, base, each, _EXACT) >= count:
            return Rate(base, each, True, firm)
    return Rate(best[0], best[1], False, firm)


def _through(one: Pair, other: Pair) -> Pair:
    each = (other[1] - one[1]) / (other[0] - one[0])
    return one[1] - each * one[0], each


def _obeying(pairs: Sequence[Pair], base: Decimal, each: Decimal, near: Decimal) -> int:
    return sum(abs(base + each * used - amount) <= near for used, amount in pairs)
