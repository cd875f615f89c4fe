"""The night's jobs as runs: what was not said on the command line comes from the city's settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.city import load_city
from flows.home import Home
from flows.night.settings import NightSettings, load_night, needed
from flows.run import SECONDS_PER_DOCUMENT, Task
from records.errors import SetupError

UPLOADS = "uploads"
"""Folder of the home where the desk puts what people bring."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Places named by a person; what is left out comes from ``[folders]``."""

    inputs: tuple[Path, ...] = ()
    parcels: Path | None = None
    log: Path | None = None
    out: Path | None = None


def backfill_task(
    home: Home,
    wanted: Wanted,
    days: tuple[date | None, date | None] = (None, None),
    *,
    hours: float | None = None,
    include_review: bool = False,
    workers: int | None = None,
    seconds: float = SECONDS_PER_DOCUMENT,
    plain: bool = False,
) -> Task:
    """The missing year, oldest month first. ``days`` default to the city's gap. Raises SetupError where a place is missing."""
    city = load_city(home.settings)
    since, until = days[0] or city.gap_from, days[1] or city.gap_to
    if since > until:
        raise SetupError(f"--from {since} is after --to {until}: swap them.")
    settings = load_night(home)
    inputs, parcels, log, out = _places(home, wanted, settings, "missing-year")
    return Task(
        home, inputs, parcels, log, out, include_review, workers or settings.night.workers or None, (since, until), plain,
        command="backfill", seconds=seconds, hours=hours,
    )  # fmt: skip


def sweep_task(home: Home, wanted: Wanted | None = None, *, plain: bool = False, command: str = "sweep") -> Task:
    """All that is new in the inboxes, whatever its date, and the city's whole export."""
    settings = load_night(home)
    inputs, parcels, log, out = _places(home, wanted or Wanted(), settings, "all")
    uploads = home.folder / UPLOADS
    if wanted is None and uploads.is_dir():
        inputs = (*inputs, uploads)  # what was brought to the desk belongs to the whole too
    return Task(
        home, inputs, parcels, log, out, include_review=True, workers=settings.night.workers or None, plain=plain, command=command
    )


def _places(
    home: Home, wanted: Wanted, settings: NightSettings, name: str
) -> tuple[tuple[Path, ...], Path, Path | None, Path]:
    missing = [n for n, given in (("inbox", wanted.inputs), ("parcels", wanted.parcels), ("exports", wanted.out)) if not given]
    folders = needed(settings, home, *missing)
    parcels = wanted.parcels or folders.parcels
    out = wanted.out or (folders.exports / name if folders.exports else None)
    if parcels is None or out is None:  # needed() has seen to it; said again for the reader of types
        raise SetupError(f"{home.settings}: folders.parcels and folders.exports must be set.")
    return wanted.inputs or folders.inbox, parcels, wanted.log or folders.log, out
