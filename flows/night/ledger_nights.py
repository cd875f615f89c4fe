"""How the ledger stood after each day's last run, so that the desk can say in the morning what changed since last night.

Kept in ``HOME/ledger-nights.json``. The log's rows by month and state are counted, nothing of a paper is kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flows.home import Home
from flows.night.settings import load_night
from records.columns import LEDGER_STATES
from records.export import LedgerEntry

NAME = "ledger-nights.json"
_KEPT = 60  # days

Counts = Mapping[str, Mapping[str, int]]
"""Month of the log row (2018-07, '' where it has no day) -> state -> rows."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from how the ledger stood at the end of ``day``: rows more or fewer, without the zeros."""

    day: date
    states: Mapping[str, int]
    months: Counts

    def as_json(self) -> dict[str, object]:
        """Plain data for ``--json``."""
        months = {month: dict(states) for month, states in self.months.items()}
        return {"night": self.day.isoformat(), "states": dict(self.states), "months": months}

    @property
    def says(self) -> str:
        """One line for a person."""
        moves = ", ".join(f"{state.replace('_', ' ')} {n:+}" for state, n in self.states.items())
        return f"since the night of {self.day}: {moves or 'no change'}"


def counts_of(ledger: Sequence[LedgerEntry]) -> dict[str, dict[str, int]]:
    """The ledger's rows by month and state."""
    counts: dict[str, Counter[str]] = {}
    for entry in ledger:
        month = f"{entry.log.opened:%Y-%m}" if entry.log.opened else ""
        counts.setdefault(month, Counter())[entry.state] += 1
    return {month: dict(sorted(states.items())) for month, states in sorted(counts.items())}


def keep_night(home: Home, ledger: Sequence[LedgerEntry], now: datetime | None = None) -> None:
    """Keeps how the ledger stands as that of today, in place of what an earlier run of the day left."""
    if not ledger:
        return
    nights = {**_nights(home), _today(home, now).isoformat(): counts_of(ledger)}
    place = home.folder / NAME
    half = place.with_suffix(".partial")
    half.write_text(json.dumps(dict(sorted(nights.items())[-_KEPT:])), encoding="utf-8")
    half.replace(place)


def since_last_night(
    home: Home, ledger: Sequence[LedgerEntry], days: tuple[date, date] | None = None, now: datetime | None = None
) -> Change | None:
    """How the ledger (of ``days``) differs from the newest night before today; None where none was kept yet."""
    today = _today(home, now).isoformat()
    before = {day: counts for day, counts in _nights(home).items() if day < today}
    if not before:
        return None
    last = max(before)
    within = (days[0].isoformat()[:7], days[1].isoformat()[:7]) if days else ("", "9999-99")
    months: dict[str, dict[str, int]] = {}
    total: Counter[str] = Counter()
    new = counts_of(ledger)
    for month in sorted({*before[last], *new}):
        if not within[0] <= month <= within[1]:
            continue
        old, now_there = before[last].get(month, {}), new.get(month, {})
        moved = {s: n for s in LEDGER_STATES if (n := now_there.get(s, 0) - old.get(s, 0))}
        if moved:
            months[month] = moved
            total.update(moved)
    return Change(date.fromisoformat(last), {s: total[s] for s in LEDGER_STATES if total[s]}, months)


def _nights(home: Home) -> dict[str, Counts]:
    try:
        found = json.loads((home.folder / NAME).read_text(encoding="utf-8"))
        return {str(date.fromisoformat(day)): counts for day, counts in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}  # a first night, or a file cut short by a power cut: the next night begins anew


def _today(home: Home, now: datetime | None) -> date:
    zone = ZoneInfo(load_night(home).night.timezone)
    return (now or datetime.now(UTC)).astimezone(zone).date()
