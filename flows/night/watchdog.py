"""Asked every hour by a timer of the operating system: was the night good, are the data plausible? Tells people once a day,
once a week that all is well, and has a killed run done again, at most twice a day."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flows.bundle import make_bundle
from flows.city import load_city
from flows.home import Home
from flows.logbook import Logbook
from flows.night.alarms import Alarm, missed_night, odd_data
from flows.night.services import revive
from flows.night.settings import AlarmSettings, load_night
from flows.registers import load_registers
from flows.sharing import runs_under_way
from records.document import SourceFile
from records.errors import LotlineError, SetupError
from store import Run, Store
from store.runs import NIGHTLY, last_good_night

_AGAIN_PER_DAY = 2
_TOLD_EVERY = timedelta(hours=24)
_WELL_EVERY = timedelta(days=7)

Tell = Callable[[AlarmSettings, str, str], None]
"""Told settings, subject and text."""


@dataclass
class _Memory:
    """What was told and tried, in ``HOME/watchdog.json``: the watchdog itself lives for a second."""

    path: Path
    told: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> _Memory:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, dict(found["told"]), list(found["again"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls(path)  # a first time, or a file cut short by a power cut: telling twice is better than not at all

    def save(self) -> None:
        beside = self.path.with_suffix(".partial")
        beside.write_text(json.dumps({"told": self.told, "again": self.again[-20:]}), encoding="utf-8")
        beside.replace(self.path)

    def due(self, name: str, every: timedelta, now: datetime) -> bool:
        last = self.told.get(name)
        return last is None or now - datetime.fromisoformat(last) >= every


def look(
    home: Home, tell: Tell | None = None, now: datetime | None = None, again: Callable[[Home], None] | None = None
) -> list[str]:
    """One look. Returns what it has to say, the same that mail and webhook get. Raises SetupError where it can't tell anybody."""
    now, tell = now or datetime.now(UTC), tell or send
    settings = load_night(home).alarm
    memory = _Memory.load(home.folder / "watchdog.json")
    said: list[str] = []
    if revive(home):
        said.append("The services of lotline up had stopped; they were started again.")
    try:
        with Store.open(home.database) as store:
            runs = store.runs()
            alarms = [a for a in (missed_night(runs, settings, now),) if a]
            if _killed(store, runs) and _may_try(memory, now):
                memory.again.append(now.isoformat())
                (again or _run_again)(home)
                said.append("The last run was killed before its end; it was started again.")
            alarms += _data_alarms(home, store, settings, now)
            counts = _counts(store)
    except LotlineError as error:
        alarms, runs, counts = [Alarm("database", str(error))], [], ""
    city = load_city(home.settings).name
    for alarm in alarms:
        said.append(alarm.says)
        if memory.due(alarm.name, _TOLD_EVERY, now):
            tell(settings, f"Lotline in {city}: {alarm.name}", alarm.says)
            memory.told[alarm.name] = now.isoformat()
    if not alarms:
        good = last_good_night(runs)
        well = f"All is well. Last good night: {good:%Y-%m-%d %H:%M} UTC. {counts}"
        said.append(well)
        if memory.due("all is well", _WELL_EVERY, now):
            tell(settings, f"Lotline in {city}: all is well", well)
            memory.told["all is well"] = now.isoformat()
    memory.save()
    log = Logbook(home.folder)
    for alarm in alarms:
        log.note("alarm", level="warning", alarm=alarm.name.replace(" ", "-"))
    if not alarms:
        log.note("all is well")
    return said


def send(settings: AlarmSettings, subject: str, text: str) -> None:
    """By webhook and mail, as the city has set it; where nothing is set, the watchdog's own output and log say it alone.

    Raises SetupError where it is set and does not work: the timer's own failure is then what the administrator sees.
    """
    try:
        if settings.webhook:
            body = json.dumps({"text": f"{subject}\n{text}"}).encode()
            request = urllib.request.Request(settings.webhook, body, {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=30).close()
        if settings.smtp:
            _mail(settings, subject, text)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise SetupError(f"'{subject}' could not be sent ({error}): check [alarm] in lotline.toml. It says: {text}") from error


def _mail(settings: AlarmSettings, subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, settings.sender or "lotline@localhost"
    message["To"] = ", ".join(settings.recipients)
    message.set_content(text)
    host, _, port = settings.smtp.partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=30) as server:
        server.send_message(message)


def _killed(store: Store, runs: Sequence[Run]) -> bool:
    """The latest nightly run has no end, and no run is under way on any machine."""
    latest = next((r for r in reversed(runs) if r.command in NIGHTLY), None)
    return latest is not None and latest.finished is None and not runs_under_way(store)


def _may_try(memory: _Memory, now: datetime) -> bool:
    return sum(now - datetime.fromisoformat(at) < timedelta(hours=24) for at in memory.again) < _AGAIN_PER_DAY


def _run_again(home: Home) -> None:
    subprocess.Popen(
        (sys.executable, "-m", "flows.cli", "--home", str(home.folder), "backfill", "--plain"), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip


def _data_alarms(home: Home, store: Store, settings: AlarmSettings, now: datetime) -> list[Alarm]:
    folders = load_night(home).folders
    registers = load_registers(home, folders.parcels, folders.log)
    sources = [SourceFile(d.sha256, path, d.size) for d in store.current() for path in d.paths]
    if not sources:
        return []
    return list(odd_data(make_bundle(store, sources, registers, {}), settings, now.date()))


def _counts(store: Store) -> str:
    routes = {"accepted": 0, "in_review": 0}
    for document in store.current():
        for route in document.routes.values():
            routes[route.state] = routes.get(route.state, 0) + 1
    return f"{routes['accepted']} records accepted, {routes['in_review']} wait for a person."


