"""What was found at the head of a report, value by value, the surest kept and the rest remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from extractors.reports.pairs import Pair
from extractors.reports.stamped import Stamps
from extractors.reports.text import Text
from records.document import Tick
from records.record import Value


@dataclass(frozen=True)
class Found:
    """One value of the head with where it stands and how sure the place is."""

    value: Value
    text: Text
    finding: float
    rule: str
    flags: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass
class Head:
    """What was found, by field name; ``body_from``: the block at which the head of a note without labels ends."""

    found: dict[str, Found] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    body_from: int = 0
    letter_date: date | None = None
    labels: tuple[str, ...] = ()
    terse: bool = False
    ticks: dict[int, tuple[Tick, ...]] = field(default_factory=dict)  # drawn boxes by page
    stamps: Stamps = field(default_factory=dict)  # where office stamps stand, whose dates are not the inspection's
    lost: list[tuple[str, Found]] = field(default_factory=list)  # what was found too but less surely, for ``explain``

    def value(self, name: str) -> Value | None:
        one = self.found.get(name)
        return None if one is None else one.value

    def offer(self, name: str, one: Found | None) -> None:
        """Keep the surest; of equals the first."""
        if one is None:
            return
        old = self.found.get(name)
        if old is None or one.finding > old.finding + 1e-9:
            self.found[name] = one
            self.lost += [(name, old)] if old is not None else []
        else:
            self.lost.append((name, one))

    def day(self) -> date | None:
        value = self.value("inspection_date")
        return value if isinstance(value, date) else None
