"""One run's share of the work: what it has claimed in the store, kept for as long as it lives.

Two runs at once, on one PC or on two, take documents in turn and leave each other's alone. One that is killed stops keeping its
claims: on the same machine they are free at once, elsewhere after ``LEASE`` seconds.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from records.errors import StoreError
from store import Store
from store.owner import this_process

LEASE = 60.0
"""Seconds that a claim lasts without being kept: longer than a database or a network is usually away."""
_RUN = "run:"
_LOOK_EVERY = 0.5


class Share:
    """The claims of this run. Used as a context: outside it everything is given back."""

    def __init__(self, store: Store, lease: float = LEASE) -> None:
        self._store, self._lease = store, lease
        self.owner = this_process()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="claims")

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        self._keeper.join()
        with contextlib.suppress(StoreError):  # the database may be what ended the run; the claims run out by themselves
            self._store.claims.drop(self.owner)

    def begin(self, run_id: str) -> None:
        """Says that this run is under way."""
        self._store.claims.take([_RUN + run_id], self.owner, self._lease)

    def take(self, document: str) -> bool:
        """Whether the document is this run's to work on now."""
        return bool(self._store.claims.take([f"document:{document}"], self.owner, self._lease))

    def give_back(self, document: str) -> None:
        """The document is done."""
        self._store.claims.drop(self.owner, [f"document:{document}"])

    @contextlib.contextmanager
    def alone(self, work: str) -> Iterator[None]:
        """Waits until no other run does this work, and keeps others from it meanwhile."""
        name = [f"work:{work}"]
        while not self._store.claims.take(name, self.owner, self._lease):
            time.sleep(_LOOK_EVERY)
        try:
            yield
        finally:
            with contextlib.suppress(StoreError):
                self._store.claims.drop(self.owner, name)

    def _keep(self) -> None:
        while not self._over.wait(self._lease / 4):
            with contextlib.suppress(StoreError):  # a database that is away: tried again, and nothing depends on it
                self._store.claims.keep(self.owner, self._lease)


def runs_under_way(store: Store) -> frozenset[str]:
    """Ids of the runs whose process lives, on whatever machine."""
    return frozenset(name.removeprefix(_RUN) for name in store.claims.held() if name.startswith(_RUN))
