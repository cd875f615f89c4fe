"""A city's settings for unattended work: the sections ``folders``, ``night``, ``delivery`` and ``alarm`` of ``lotline.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.home import Home
from records.errors import SetupError


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things lie. ``inbox`` folders are read and never changed; ``exports`` and ``deliveries`` are written."""

    inbox: tuple[Path, ...] = ()
    parcels: Path | None = None
    log: Path | None = None
    exports: Path | None = None
    deliveries: Path | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """``hours``: longest time the backfill takes in one night; what is left is done the next. ``settle_seconds``: how long a
    file must lie unchanged before it is read. ``machines``: so many read at once, this one among them. Times of day are of
    ``timezone``."""

    hours: float = 6.0
    backfill_at: str = "01:30"
    sweep_at: str = "21:00"
    deliver_at: str = "06:30"
    timezone: str = "America/New_York"
    workers: int = 0  # 0 = one per core
    machines: int = 1  # that share the work; see docs/operations.md
    poll_seconds: float = 1.0
    settle_seconds: float = 5.0
    keep_days: int = 90  # of Prefect's own run history


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """``profiles`` are delivered each night. A delivery whose rows fall below ``least_share`` or rise above ``most_share`` of
    the last one's is refused. ``release_unproven``: deliver kinds of which the city has not checked rows yet.
    ``upload``: a fsspec address (sftp://…) that the finished folder is copied to as well."""

    profiles: tuple[str, ...] = ("buildingblocks",)
    least_share: float = 0.9
    most_share: float = 1.5
    release_unproven: bool = False
    upload: str = ""


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """Whom to tell when a night was missed or the data look wrong. Mail goes through ``smtp`` (host:port), a webhook gets a
    JSON object ``{"text": …}``. ``quiet_hours``: a good night older than this is an alarm."""

    webhook: str = ""
    smtp: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    quiet_hours: float = 26.0
    recent_days: int = 60
    least_documents: float = 0.5  # of recent log rows that have a document


@dataclass(frozen=True, slots=True)
class NightSettings:
    """All of the above for one city."""

    folders: Folders = field(default_factory=Folders)
    night: Night = field(default_factory=Night)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)


_SECTIONS: Mapping[str, type[Folders] | type[Night] | type[DeliverySettings] | type[AlarmSettings]] = {
    "folders": Folders, "night": Night, "delivery": DeliverySettings, "alarm": AlarmSettings,
}  # fmt: skip
SECTIONS: Mapping[str, frozenset[str]] = {
    name: frozenset(section.__dataclass_fields__) for name, section in _SECTIONS.items()
}
"""Section -> its keys; ``flows.city`` refuses what is not named there."""


def load_night(home: Home) -> NightSettings:
    """The settings of the city at ``home``; the defaults where nothing is set. Relative folders start at the home.

    Raises SetupError that names the setting and the remedy.
    """
    path = home.settings
    if not path.exists():
        return NightSettings()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} is not valid TOML: {error}. Correct it, or draft it anew with lotline init.") from error
    values = {name: _section(path, name, found.get(name, {})) for name in _SECTIONS}
    settings = NightSettings(
        Folders(**_places(home, values["folders"])), Night(**values["night"]), DeliverySettings(**values["delivery"]),
        AlarmSettings(**values["alarm"]),
    )  # fmt: skip
    _check(path, settings)
    return settings


def _section(path: Path, name: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise SetupError(f"{path}: [{name}] must be a section with settings.")
    values: dict[str, Any] = {}
    for key, value in found.items():
        if key not in SECTIONS[name]:
            known = ", ".join(sorted(SECTIONS[name]))
            raise SetupError(f"{path}: unknown setting '{name}.{key}'; known are {known}. Correct or delete it.")
        values[key] = _fitting(path, f"{name}.{key}", value, _SECTIONS[name].__dataclass_fields__[key].default)
    return values


def _fitting(path: Path, key: str, value: Any, default: Any) -> Any:
    """``value`` in the kind of its default, or SetupError."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise SetupError(f"{path}: {key} must be true or false.")
        return value
    if isinstance(default, (int, float)):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise SetupError(f"{path}: {key} must be a number that is not negative.")
        return type(default)(value)
    if isinstance(default, tuple):
        texts = (value,) if isinstance(value, str) else value
        if not isinstance(texts, (list, tuple)) or not all(isinstance(v, str) for v in texts):
            raise SetupError(f'{path}: {key} must be a text or a list of texts, like ["…"].')
        return tuple(texts)
    if not isinstance(value, str):
        raise SetupError(f'{path}: {key} must be text in quotes, like "…".')
    return value


def _places(home: Home, values: Mapping[str, Any]) -> dict[str, Any]:
    def place(text: str) -> Path:
        return home.folder / Path(text).expanduser()

    return {k: tuple(place(v) for v in value) if isinstance(value, tuple) else place(value) for k, value in values.items()}


def _check(path: Path, settings: NightSettings) -> None:
    for key in ("backfill_at", "sweep_at", "deliver_at"):
        hour, _, minute = getattr(settings.night, key).partition(":")
        if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
            raise SetupError(f'{path}: night.{key} must be a time of day like "01:30".')
    if settings.delivery.least_share > settings.delivery.most_share:
        raise SetupError(f"{path}: delivery.least_share is above delivery.most_share: swap them.")
    alarm = settings.alarm
    if bool(alarm.smtp) != bool(alarm.recipients):
        raise SetupError(f"{path}: mail needs both alarm.smtp (host:port) and alarm.recipients.")


def needed(settings: NightSettings, home: Home, *names: str) -> Folders:
    """The folders, if those named are set; else SetupError with the lines to add."""
    for name in names:
        if not getattr(settings.folders, name):
            example = '["/srv/lotline/inbox"]' if name == "inbox" else f'"/srv/lotline/{name}"'
            raise SetupError(f"{home.settings}: unattended work needs folders.{name}. Add under [folders]: {name} = {example}")
    return settings.folders
