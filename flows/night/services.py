"""Server, worker, intake and desk on one PC: started together, stopped together, or as systemd units.

Each service is a process of its own with its log and its number in ``HOME/services``. One that dies is started again by the
keeper (``flows.night.keeper``), and by the next ``lotline up``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.home import Home
from flows.logbook import Logbook
from flows.night.settings import NightSettings, load_night, needed
from records.errors import SetupError
from store import Store
from store.owner import is_here, mark_of

POOL = "lotline"
HELPERS = "lotline-helpers"
"""The work pool of further machines."""
KEEPER = "keeper"
_STOP_SECONDS = 20.0
_LONGEST_LOG = 5_000_000  # bytes
_START_SECONDS = 180.0  # a busy PC, a database made for the first time

_CALM = {
    f"PREFECT_SERVER_SERVICES_{what}_LOOP_SECONDS": "60"
    for what in (
        "LATE_RUNS", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "FOREMAN", "SCHEDULER_RECENT_DEPLOYMENTS",
        "REPOSSESSOR",
    )
}  # fmt: skip
"""How often the server looks round by itself; unasked it does so every five seconds, and the readers wait meanwhile."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process to keep. ``healthy`` is an address that answers once it works; '' = it is enough that it runs."""

    name: str
    command: tuple[str, ...]
    healthy: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where server and desk listen, on 127.0.0.1."""

    prefect: int = 4200
    desk: int = 8700


def services(home: Home, ports: Ports, desk: bool = True) -> tuple[Service, ...]:
    """In the order they are started."""
    lotline = (sys.executable, "-m", "flows.cli", "--home", str(home.folder))
    prefect = (sys.executable, "-m", "prefect")
    found = [
        Service(
            "server", (*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(ports.prefect)),
            f"http://127.0.0.1:{ports.prefect}/api/health", "Prefect's server: schedules and run pages",
        ),
        Service("worker", (*prefect, "worker", "start", "--pool", POOL, "--name", "lotline"), "", "does the runs"),
        Service("intake", (*lotline, "watch"), "", "looks for new files in the inboxes"),
    ]  # fmt: skip
    if desk:
        found.append(Service(
            "desk", (*lotline, "review", "--port", str(ports.desk)), f"http://127.0.0.1:{ports.desk}/health", "the review desk",
        ))  # fmt: skip
    arguments = (str(home.folder), str(ports.prefect), str(ports.desk), *(("desk",) if desk else ()))
    keeper = (sys.executable, "-m", "flows.night.keeper", *arguments)
    return (*found, Service(KEEPER, keeper, "", "starts the others again when one dies"))


def environment(home: Home, ports: Ports, settings: NightSettings) -> dict[str, str]:
    """What every service is started with; also what ``prefect.yaml`` is filled in from."""
    night = settings.night
    return {
        "LOTLINE_HOME": str(home.folder),
        "LOTLINE_DATABASE": home.database,
        "LOTLINE_DESK_URL": f"http://127.0.0.1:{ports.desk}",
        "LOTLINE_TIMEZONE": night.timezone,
        "LOTLINE_BACKFILL_CRON": _cron(night.backfill_at),
        "LOTLINE_SWEEP_CRON": _cron(night.sweep_at),
        "LOTLINE_DELIVER_CRON": _cron(night.deliver_at),
        "PREFECT_HOME": str(home.folder / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{ports.prefect}/api",
        "PREFECT_UI_API_URL": f"http://127.0.0.1:{ports.prefect}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "10",  # what a person waits for is read at once by desk and intake themselves
        "OMP_THREAD_LIMIT": "1",
        **_CALM,
    }


def start(home: Home, ports: Ports, say: Callable[[str], None], desk: bool = True) -> None:
    """Starts what does not run yet, makes the work pool, the deployments and the automations. Raises SetupError."""
    settings = load_night(home)
    needed(settings, home, "inbox", "parcels", "exports")
    variables = environment(home, ports, settings)
    _wanted(home).parent.mkdir(exist_ok=True)
    _wanted(home).write_text(json.dumps([ports.prefect, ports.desk, desk]), encoding="utf-8")
    for service in services(home, ports, desk):
        if service.name == "desk":
            _greet(home, say)
        if running(home, service.name):
            say(f"{service.name}: runs already")
        else:
            launch(home, service, variables)
            _wait_for(home, service)
            say(f"{service.name}: started ({service.about})")
            Logbook(home.folder).note("service started", service=service.name)
        if service.name == "server":  # also one that ran: settings may have changed, and the last time may have failed
            _deploy(home, variables, say)


def _greet(home: Home, say: Callable[[str], None]) -> None:
    """The first admin's password is said here, to the person who starts the desk, and stands in no log."""
    from flows.desk_server import first_admin

    with Store.open(home.database) as store:
        told = first_admin(store)
    if told:
        say(told)


def revive(home: Home) -> bool:
    """Starts the keeper again where ``lotline up`` was said, ``lotline down`` was not, and it does not run any more, as after a
    kill or a restart of the PC; the keeper starts the rest. Whether it had to be started."""
    try:
        prefect, desk, with_desk = json.loads(_wanted(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if running(home, KEEPER) is not None:
        return False
    ports = Ports(prefect, desk)
    launch(home, services(home, ports, with_desk)[-1], environment(home, ports, load_night(home)))
    Logbook(home.folder).note("keeper died", level="warning")
    return True


def deploy(home: Home, say: Callable[[str], None]) -> None:
    """Makes work pool, deployments and automations on the Prefect server that PREFECT_API_URL names. Raises SetupError."""
    settings = load_night(home)
    needed(settings, home, "inbox", "parcels", "exports")
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        raise SetupError("Name the Prefect server: PREFECT_API_URL=http://server:4200/api. On one PC, lotline up does it all.")
    variables = {k: v for k, v in environment(home, Ports(), settings).items() if not k.startswith("PREFECT_")}
    _deploy(home, variables, say)


def stop(home: Home, say: Callable[[str], None]) -> None:
    """Ends the services, last started first: first asked, then, after a while, made to."""
    _wanted(home).unlink(missing_ok=True)
    for name in (KEEPER, "desk", "intake", "worker", "server"):
        pid = running(home, name)
        if pid is None:
            continue
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while running(home, name) is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        if running(home, name) is not None:
            os.killpg(pid, signal.SIGKILL)
        file_of(home, name).unlink(missing_ok=True)
        say(f"{name}: stopped")
        Logbook(home.folder).note("service stopped", service=name)


def running(home: Home, name: str) -> int | None:
    """The process (and group) of a service of this home, if it lives on this machine. What was noted before a restart, or by
    another machine that shares the home, or for a number that another program has now, is not it."""
    try:
        number, mark = file_of(home, name).read_text(encoding="utf-8").split()
        return int(number) if is_here(mark) else None
    except (OSError, ValueError):
        return None


def units(home: Home, ports: Ports, user: str) -> Iterator[tuple[str, str]]:
    """(file name, text) of systemd units that keep the services, and of a timer for the watchdog."""
    variables = environment(home, ports, load_night(home))
    lines = "\n".join(f'Environment="{k}={v}"' for k, v in sorted(variables.items()))
    for service in services(home, ports):
        if service.name == KEEPER:
            continue  # systemd keeps them itself
        after = "network.target" if service.name in ("server", "intake") else "network.target lotline-server.service"
        command = " ".join(service.command)
        yield f"lotline-{service.name}.service", (
            f"[Unit]\nDescription=Lotline: {service.about}\nAfter={after}\n\n[Service]\nUser={user}\n{lines}\n"
            f"WorkingDirectory={home.folder}\nExecStart={command}\nRestart=always\nRestartSec=10\n\n"
            "[Install]\nWantedBy=multi-user.target\n"
        )
    yield "lotline-watchdog.service", (
        f"[Unit]\nDescription=Lotline: notices a missed night\n\n[Service]\nType=oneshot\nUser={user}\n{lines}\n"
        f"ExecStart={sys.executable} -m flows.cli --home {home.folder} watchdog\n"
    )
    yield "lotline-watchdog.timer", (
        "[Unit]\nDescription=Lotline: every hour\n\n[Timer]\nOnCalendar=hourly\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def launch(home: Home, service: Service, variables: Mapping[str, str]) -> None:
    """Starts the process, its output appended to its log, and notes its number."""
    folder = home.folder / "services"
    folder.mkdir(exist_ok=True)
    root = Path(__file__).resolve().parents[2]
    output = folder / f"{service.name}.log"
    if output.exists() and output.stat().st_size > _LONGEST_LOG:
        output.replace(output.with_suffix(".log.1"))
    with output.open("ab") as log:
        process = subprocess.Popen(
            service.command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            cwd=home.folder, env={**os.environ, **variables, "PYTHONPATH": str(root)},
        )  # fmt: skip
    file_of(home, service.name).write_text(f"{process.pid} {mark_of(process.pid)}\n", encoding="utf-8")


def _wait_for(home: Home, service: Service) -> None:
    deadline = time.monotonic() + _START_SECONDS
    log = home.folder / "services" / f"{service.name}.log"
    time.sleep(1.0)
    while time.monotonic() < deadline:
        if running(home, service.name) is None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            raise SetupError(f"The {service.name} ended as soon as it was started: {' / '.join(last)}. All of it: {log}")
        if not service.healthy or _answers(service.healthy):
            return
        time.sleep(0.5)
    raise SetupError(f"The {service.name} did not answer at {service.healthy} in {_START_SECONDS:.0f} s; see {log}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500  # it may ask for a login, but it answers
    except OSError:
        return False


def _deploy(home: Home, variables: Mapping[str, str], say: Callable[[str], None]) -> None:
    prefect = (sys.executable, "-m", "prefect", "--no-prompt")
    file = deployments_file()
    for what, command in (
        ("work pool", (*prefect, "work-pool", "create", POOL, "--type", "process", "--overwrite")),
        ("helpers' work pool", (*prefect, "work-pool", "create", HELPERS, "--type", "process", "--overwrite")),
        ("deployments", (*prefect, "deploy", "--all", "--prefect-file", str(file))),
        # In a process of its own, as Prefect asks for its server's address when it is imported and never again.
        ("automations", (sys.executable, "-m", "flows.night.automations")),
    ):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL, cwd=file.parent,
            env={**os.environ, **variables, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )  # fmt: skip
        if done.returncode:
            raise SetupError(f"Prefect could not make the {what}: {(done.stderr or done.stdout).strip()[-800:]}")
    say("deployments: backfill, sweep, on-upload, helper, deliver, tidy")


def deployments_file() -> Path:
    """``prefect.yaml``: beside the packages in a checkout, inside the flows package where Lotline was installed."""
    here = Path(__file__).resolve()
    for place in (here.parents[2] / "prefect.yaml", here.parents[1] / "prefect.yaml"):
        if place.is_file():
            return place
    raise SetupError("prefect.yaml is missing from this installation: install Lotline again.")


def _wanted(home: Home) -> Path:
    """What was asked of ``up``, for as long as it should hold."""
    return home.folder / "services" / "up.json"


def file_of(home: Home, name: str) -> Path:
    """Where the number of a service's process is noted."""
    return home.folder / "services" / f"{name}.pid"


def _cron(time_of_day: str) -> str:
    hour, _, minute = time_of_day.partition(":")
    return f"{int(minute)} {int(hour)} * * *"
