"""Whether a run of this home is under way on this machine: a lock that the system itself lets go when its process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from flows.home import Home

_NAME = "run.lock"


@contextmanager
def at_work(home: Home) -> Iterator[None]:
    """Held for the length of a run. Several may be held at once: two runs share the store and do not hinder each other."""
    with (home.folder / _NAME).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def somebody_works(home: Home) -> bool:
    """True while some process holds the lock."""
    with (home.folder / _NAME).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
