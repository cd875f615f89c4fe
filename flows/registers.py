"""The city's settings and registers of one run, and where the last run took them from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from extractors.read.settings import ReadSettings, reader_fingerprint
from extractors.rulebook import RuleBook
from flows.city import load_city, load_log, load_parcels
from flows.fingerprints import tesseract_or_none
from flows.home import Home
from flows.reader_settings import read_settings
from flows.work import Desk
from records.errors import SetupError
from records.parcel import LogRow, Parcel
from records.settings import City


@dataclass(frozen=True)
class Registers:
    """Parcels, permit log, settings and rules as they are now. ``files`` are the sources of parcels and log, for fingerprints."""

    home: Home
    city: City
    rules: RuleBook
    parcels: tuple[Parcel, ...]
    log: tuple[LogRow, ...]
    files: tuple[Path, ...]

    @cached_property
    def parcel_ids(self) -> frozenset[str]:
        """All ids of the current parcel file."""
        return frozenset(p.parcel_id for p in self.parcels)

    @cached_property
    def settings(self) -> ReadSettings:
        """Limits and choices of reading as the city set them, with the OCR cache in the home folder."""
        return read_settings(self.home.settings, self.home.cache)

    def desk(self) -> Desk:
        """What a child process needs."""
        return Desk(self.settings, self.rules, self.parcels, self.log, self.city)

    def versions(self) -> dict[str, str]:
        """What the readings were made with, for the manifest."""
        return {"reader": reader_fingerprint(self.settings), "tesseract": tesseract_or_none()}


def load_registers(home: Home, parcels: Path | None, log: Path | None) -> Registers:
    """Reads and checks everything a run rests on, before any document is touched.

    Without ``parcels``, parcels and log of the last run are taken. Raises SetupError or PatternError with the remedy.
    """
    city = load_city(home.settings)
    rules = RuleBook.load(city.patterns)
    rules.check()
    named = parcels is not None
    if parcels is None:
        parcels, log = last_files(home, log)
    parcel_rows = tuple(load_parcels(parcels, city))
    log_rows = tuple(load_log(log, city)) if log is not None else ()
    if named:
        remember(home, parcels, log)
    files = (parcels, *([log] if log is not None else []))
    return Registers(home, city, rules, parcel_rows, log_rows, files)


def last_files(home: Home, log: Path | None) -> tuple[Path, Path | None]:
    """Parcel file and log of the last run. Raises SetupError where there was none."""
    try:
        known = json.loads((home.folder / "registers.json").read_text(encoding="utf-8"))
        return Path(known["parcels"]), log or (Path(known["log"]) if known["log"] else None)
    except (OSError, ValueError, KeyError) as error:
        raise SetupError("No parcel file is known yet: name it with --parcels FILE.") from error


def remember(home: Home, parcels: Path, log: Path | None) -> None:
    """Later commands take parcels and log from there."""
    known = {"parcels": str(parcels.absolute()), "log": str(log.absolute()) if log else ""}
    (home.folder / "registers.json").write_text(json.dumps(known), encoding="utf-8")
