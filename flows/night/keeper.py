"""Starts the services of ``lotline up`` again when one dies: ``python -m flows.night.keeper HOME PREFECT_PORT DESK_PORT [desk]``.

One process that looks every few seconds. It ends when ``lotline down`` takes its file away. Should it be killed itself, the
others go on, and the watchdog, which the operating system calls, brings it back.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from flows.home import Home, open_home
from flows.logbook import Logbook
from flows.night import services
from flows.night.services import Ports
from flows.night.settings import load_night

_LOOK_EVERY = 2.0
_LONGEST_WAIT = 300.0
_CALM = 120.0  # seconds after which a service counts as well again


def keep(home: Home, ports: Ports, desk: bool, sleep: Callable[[float], None] = time.sleep) -> None:
    """Looks until this process is no longer the keeper. A service that dies again and again is started less and less often."""
    variables = services.environment(home, ports, load_night(home))
    kept = [s for s in services.services(home, ports, desk) if s.name != services.KEEPER]
    deaths: dict[str, int] = {}
    started: dict[str, float] = {}
    while services.running(home, services.KEEPER) == os.getpid():
        for service in kept:
            # Without its file it was stopped on purpose, or is only now being started.
            if not services.file_of(home, service.name).exists() or services.running(home, service.name) is not None:
                continue
            now = time.monotonic()
            if now - started.get(service.name, 0.0) > _CALM:
                deaths[service.name] = 0
            wait = min(_LONGEST_WAIT, _LOOK_EVERY * 2 ** deaths.get(service.name, 0))
            if now - started.get(service.name, -wait) < wait:
                continue
            deaths[service.name] = deaths.get(service.name, 0) + 1
            started[service.name] = now
            Logbook(home.folder).note("service died", level="warning", service=service.name, times=deaths[service.name])
            services.launch(home, service, variables)
        sleep(_LOOK_EVERY)


def main(arguments: list[str]) -> None:
    """The process."""
    home, prefect_port, desk_port, *rest = arguments
    keep(open_home(Path(home)), Ports(int(prefect_port), int(desk_port)), "desk" in rest)


if __name__ == "__main__":
    main(sys.argv[1:])
