"""Signs of life, for health checks of containers and for people: ``python -m flows.night.pulse [SERVICE]``."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

from flows.home import Home, open_home
from records.errors import LotlineError
from store import Store

OLDEST = 300.0
"""Seconds without a sign after which a service counts as stuck."""


def beat(home: Home, service: str) -> None:
    """The service is alive now."""
    with contextlib.suppress(OSError):  # a disk that is full is told by what needs it
        file = _file(home, service)
        file.parent.mkdir(exist_ok=True)
        file.touch()


def alive(home: Home, service: str) -> bool:
    """Whether it gave a sign of late."""
    try:
        return time.time() - _file(home, service).stat().st_mtime < OLDEST
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    """0 where the database answers and the named services gave a sign, else 1."""
    try:
        home = open_home(None)
        with Store.open(home.database) as store:
            store.claims.held()
    except LotlineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    silent = [name for name in arguments if not alive(home, name)]
    if silent:
        sys.stderr.write(f"no sign of life in {OLDEST:.0f} s: {', '.join(silent)}\n")
    return 1 if silent else 0


def _file(home: Home, service: str) -> Path:
    return home.folder / "services" / f"{service}.pulse"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
