"""Every run: what it was asked, when it began, and how it ended. A run without an end was killed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.errors import StoreError
from store.sql import clean, insert_new
from store.tables import run_ends, runs


@dataclass(frozen=True, slots=True)
class Run:
    """One run; ``finished`` None: it is still going or was killed."""

    run_id: str
    command: str
    inputs: tuple[str, ...]
    fingerprint: str
    started: datetime
    finished: datetime | None
    counts: Mapping[str, int]
    outcome: str

NIGHTLY = frozenset({"backfill", "sweep", "run"})
"""Commands whose good end is a good night."""


def last_good_night(made: Sequence[Run]) -> datetime | None:
    """The end of the newest run of a nightly command that was completed."""
    ends = [r.finished for r in made if r.command in NIGHTLY and r.finished is not None and r.outcome == "completed"]
    return max(ends, default=None)


def start(connection: Connection, command: str, inputs: Sequence[str], fingerprint: str) -> str:
    """Notes that a run begins; its id names it ever after."""
    run_id = uuid4().hex[:16]
    connection.execute(
        sa.insert(runs).values(
            run_id=run_id,
            command=clean(command),
            inputs=json.dumps(list(inputs)),
            fingerprint=fingerprint,
            started=datetime.now(UTC).isoformat(),
        )
    )
    return run_id


def finish(connection: Connection, run_id: str, counts: Mapping[str, int], outcome: str) -> None:
    """Notes how a run ended; what was noted first stays."""
    if connection.execute(sa.select(runs.c.run_id).where(runs.c.run_id == run_id)).scalar() is None:
        raise StoreError(f"no run has the id {run_id}; only a run that was started can be finished")
    end = {
        "run_id": run_id,
        "finished": datetime.now(UTC).isoformat(),
        "counts": json.dumps(dict(counts), sort_keys=True),
        "outcome": clean(outcome),
    }
    insert_new(connection, run_ends, [end])


def everything(connection: Connection) -> list[Run]:
    """All runs, in the order they began."""
    query = (
        sa.select(runs, run_ends.c.finished, run_ends.c.counts, run_ends.c.outcome)
        .join(run_ends, run_ends.c.run_id == runs.c.run_id, isouter=True)
        .order_by(runs.c.seq)
    )
    return [
        Run(
            run_id=row.run_id,
            command=row.command,
            inputs=tuple(json.loads(row.inputs)),
            fingerprint=row.fingerprint,
            started=datetime.fromisoformat(row.started),
            finished=None if row.finished is None else datetime.fromisoformat(row.finished),
            counts=json.loads(row.counts or "{}"),
            outcome=row.outcome or "",
        )
        for row in connection.execute(query)
    ]
