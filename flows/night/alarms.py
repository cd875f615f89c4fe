"""What can go wrong with nobody noticing, as questions to the store and the last export. No Prefect: the watchdog asks from
outside, by a timer of the operating system."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.night.settings import AlarmSettings
from records.export import ExportBundle
from store import Run
from store.runs import last_good_night

_FEW = 10
"""Below this many log rows or visits a share or a mean says nothing."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at. ``name`` is the same for the same trouble, so that it is told once a day."""

    name: str
    says: str


def missed_night(runs: Sequence[Run], settings: AlarmSettings, now: datetime) -> Alarm | None:
    """The alarm that no run ended well within ``quiet_hours``, with what became of the latest."""
    good = last_good_night(runs)
    if good is not None and now - good <= timedelta(hours=settings.quiet_hours):
        return None
    since = f"since {good:%Y-%m-%d %H:%M} UTC" if good else "ever"
    latest = runs[-1] if runs else None
    fate = "nothing was started"
    if latest is not None:
        fate = f"the latest, {latest.command}, began {latest.started:%Y-%m-%d %H:%M} UTC and " + (
            f"ended '{latest.outcome}'" if latest.finished else "has no end: it runs still or was killed"
        )
    return Alarm("missed night", f"No nightly run ended well {since}; {fate}.")


def odd_data(bundle: ExportBundle, settings: AlarmSettings, today: date) -> Iterator[Alarm]:
    """Alarms of the data: recent log rows without documents, violations per inspection out of their usual band. A year of
    missing violations began as a month of inspections without any."""
    begin = today - timedelta(days=settings.recent_days)
    newest = bundle.log_through
    if newest is not None:
        recent = [e for e in bundle.ledger if e.log.opened and newest - timedelta(days=settings.recent_days) < e.log.opened]
        told = [e for e in recent if e.state != "not_an_inspection"]
        having = sum(e.state != "without_document" for e in told)
        if len(told) >= _FEW and having < settings.least_documents * len(told):
            yield Alarm(
                "log rows without documents",
                f"Of the permit log's last {len(told)} inspections (to {newest}) only {having} have a document.",
            )
        if newest < begin:
            yield Alarm("old permit log", f"The permit log ends on {newest}: export it anew, nothing later can be checked.")
    yield from _per_visit(bundle)


def _per_visit(bundle: ExportBundle) -> Iterator[Alarm]:
    """The newest month's violations per housing visit against the months before: outside mean ± 3 deviations, or none at all."""
    visits: dict[str, int] = defaultdict(int)
    found: dict[str, int] = defaultdict(int)
    for r in bundle.standing:
        month = r.values.get("inspection_date", "")[:7]
        if not month:
            continue
        if r.kind == "inspection" and r.values.get("department") != "fire":
            visits[month] += 1
        elif r.kind == "violation":
            found[month] += 1
    months = sorted(m for m, n in visits.items() if n >= _FEW)
    if len(months) < 4:
        return
    rates = {m: found[m] / visits[m] for m in months}
    *before, last = months
    usual = [rates[m] for m in before]
    mean, spread = statistics.mean(usual), statistics.stdev(usual)
    if abs(rates[last] - mean) > max(3 * spread, 0.5 * mean):
        yield Alarm(
            "violations per inspection",
            f"{last}: {rates[last]:.1f} violations per housing visit ({visits[last]} visits); usual are {mean:.1f}.",
        )
