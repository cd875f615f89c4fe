"""The run as a Prefect flow: batches as tasks, what came of it as artifacts; and the unattended jobs that are deployed.

Prefect orchestrates and shows; what was read and found is in our own store, which also decides what is still to be done.
With no server a temporary one lives as long as the run; it keeps no history worth relying on. Nothing is sent anywhere:
telemetry is switched off before Prefect is imported.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

QUIET: Mapping[str, str] = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # The clerk's summary must not drown in a run's log; a server still gets all of it.
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    # A busy city PC takes longer than Prefect's 20 seconds to bring the temporary server up.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # A dead worker shows within a minute and a half.
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)

from prefect import flow, get_client, task  # noqa: E402 - the settings above are read on import
from prefect.artifacts import (  # noqa: E402
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterEndTime  # noqa: E402
from prefect.client.schemas.objects import FlowRun  # noqa: E402
from prefect.deployments import run_deployment  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from prefect.states import Cancelled  # noqa: E402
from sqlalchemy.exc import OperationalError  # noqa: E402

from flows.summary import Summary  # noqa: E402
from records.errors import StoreError  # noqa: E402

if TYPE_CHECKING:
    from flows.run import Run, Task

_RUNS: dict[str, Run] = {}
"""Runs of this process by id. Prefect copies and inspects what is passed to a task; a run holds open processes and a
database, so tasks get its name instead."""
_AGAIN_AFTER: list[float] = [60, 600, 3600]
"""Seconds: a network drive may be gone for an hour."""
_MOST_ROWS = 500
"""Of a table shown on Prefect's pages; the CSVs have all."""


def drive(run: Run) -> Summary:
    """Does the run as a flow. Where Prefect itself can't start, the run goes on without it and says so."""
    from flows.run import plainly

    _RUNS[run.run_id] = run
    try:
        return read_and_export(run.run_id)
    except RuntimeError as error:
        if run.counts["begun"] or "server" not in str(error).lower():
            raise
        run.notes.append(f"Prefect could not start ({error}); the run was done without it.")
        return plainly(run)
    finally:
        del _RUNS[run.run_id]


def _may_pass(_task: object, _run: object, state: Any) -> bool:
    """True for what goes away by itself: a database or a network drive that is gone for a minute. A fault of ours does not."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, (OperationalError, StoreError, OSError))


@flow(name="lotline run", flow_run_name="lotline {run_id}", validate_parameters=False)
def read_and_export(run_id: str) -> Summary:
    """Batches of documents, then the comparison of all with all and the export."""
    run = _RUNS[run_id]
    run.counts["begun"] = 1
    batches = run.batches
    progress = cast(UUID, create_progress_artifact(0.0, key="progress", description=f"{len(run.jobs)} documents"))
    for number, _ in enumerate(batches):
        read_batch(run_id, number)
        done = 100.0 * (number + 1) / len(batches)
        update_progress_artifact(progress, done, description=f"{run.counts['done']} of {len(run.jobs)} documents")
    read_rest(run_id)
    summary = compare_and_export(run_id)
    _publish(summary)
    return summary


@task(
    name="read a batch of documents", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[10, 60, 300], retry_condition_fn=_may_pass,
)  # fmt: skip
def read_batch(run_id: str, number: int) -> dict[str, int]:
    """Reads, extracts and stores up to 50 documents in child processes of our own: one that dies takes nothing with it.
    On a second try only those are done again that were not stored."""
    run = _RUNS[run_id]
    run.do(run.undone(number))
    return dict(run.counts)


@task(
    name="what other runs had in hand", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[10, 60, 300], retry_condition_fn=_may_pass,
)  # fmt: skip
def read_rest(run_id: str) -> dict[str, int]:
    """Waits for documents that another machine works on, and takes over those that it let go."""
    run = _RUNS[run_id]
    run.do_rest()
    return dict(run.counts)


@task(
    name="compare all and export", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[10, 60, 300], retry_condition_fn=_may_pass,
)  # fmt: skip
def compare_and_export(run_id: str) -> Summary:
    """Copies, histories, routes; then the folder of CSVs."""
    return _RUNS[run_id].finish()


def _publish(summary: Summary) -> None:
    rows = [
        {"records": kind, "accepted": summary.accepted[kind], "to look at": summary.in_review[kind]}
        for kind in summary.accepted
    ]
    about = f"{summary.files} files, {summary.read_now} worked on now, {len(summary.unreadable)} unreadable. {summary.out}"
    create_table_artifact(rows, key="run-summary", description=about)
    failures = [{"file": name, "reason": why} for name, why in (*summary.unreadable, *summary.partly)]
    if failures:
        shown = f"{len(failures)} files could not be read, or only in part"
        create_table_artifact(failures[:_MOST_ROWS], key="failures", description=shown)
    coverage_file = Path(summary.out) / "coverage.csv"
    with coverage_file.open(newline="", encoding="utf-8") as file:
        coverage = list(csv.DictReader(file))
    if coverage:
        create_table_artifact(coverage[:_MOST_ROWS], key="coverage", description="Permit log and documents")
    desk = os.environ.get("LOTLINE_DESK_URL")
    if desk:
        waiting = sum(summary.in_review.values())
        create_markdown_artifact(f"{waiting} records wait for a person: [open the desk]({desk}/)", key="desk")


@flow(name="lotline backfill", retries=2, retry_delay_seconds=300)
def backfill(home: str = "", since: str = "", until: str = "", hours: float | None = None) -> dict[str, object]:
    """The missing year, oldest month first, within the hours of ``lotline.toml``. Days are ISO dates; '' = the city's gap."""
    wait_for_places(home)
    with _helpers(home, {"home": home, "job": "backfill", "since": since, "until": until, "hours": hours}):
        return _done(_backfill(home, since, until, hours))


@flow(name="lotline sweep", retries=2, retry_delay_seconds=300)
def sweep(home: str = "") -> dict[str, object]:
    """Everything new in the inboxes, whatever its date."""
    wait_for_places(home)
    with _helpers(home, {"home": home, "job": "sweep"}):
        return _done(_sweep(home))


@flow(name="lotline helper", retries=2, retry_delay_seconds=300)
def helper(home: str = "", job: str = "", since: str = "", until: str = "", hours: float | None = None) -> dict[str, object]:
    """The same job on another machine, at the same time: the two share the documents, and each ends with all of them done."""
    return _done(_backfill(home, since, until, hours) if job == "backfill" else _sweep(home))


@flow(name="lotline deliver")
def deliver(home: str = "") -> list[str]:
    """The deliveries that ``lotline.toml`` names. A refused one fails the run at once, so that somebody looks; what goes away by
    itself is tried again."""
    told = make_deliveries(home)
    create_markdown_artifact("\n".join(f"- {line}" for line in told), key="deliveries")
    return told


@task(
    name="make the deliveries", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=_AGAIN_AFTER, retry_condition_fn=_may_pass,
)  # fmt: skip
def make_deliveries(home: str) -> list[str]:
    """Full and as changes; what each says of itself."""
    from flows.home import open_home
    from flows.night.delivering import deliver_all

    return [d.says for d in deliver_all(open_home(Path(home) if home else None))]


@task(
    name="folders and database are there", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=_AGAIN_AFTER, retry_condition_fn=_may_pass,
)  # fmt: skip
def wait_for_places(home: str) -> None:
    """A network drive vanishes for an hour, a database server is restarted: nothing is begun before they are there."""
    from flows.home import open_home
    from flows.night.settings import load_night
    from store import Store

    place = open_home(Path(home) if home else None)
    folders = load_night(place).folders
    for path in (*folders.inbox, folders.parcels, folders.log):
        if path is not None and not path.exists():
            raise OSError(f"{path} is not there")
    Store.open(place.database).close()


@flow(name="lotline tidy")
async def tidy(home: str = "") -> int:
    """Deletes Prefect's own flow runs that ended longer ago than ``night.keep_days``; answers how many."""
    from flows.home import open_home
    from flows.night.settings import load_night

    keep = load_night(open_home(Path(home) if home else None)).night.keep_days
    before = datetime.now(UTC) - timedelta(days=keep)
    gone = 0
    async with get_client() as client:
        while runs := await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(end_time=FlowRunFilterEndTime.model_validate({"before_": before})), limit=100
        ):
            for run in runs:
                await client.delete_flow_run(run.id)
            gone += len(runs)
    return gone


def _backfill(home: str, since: str, until: str, hours: float | None) -> Task:
    from flows.home import open_home
    from flows.night.jobs import Wanted, backfill_task
    from flows.night.settings import load_night

    place = open_home(Path(home) if home else None)
    days = (date.fromisoformat(since) if since else None, date.fromisoformat(until) if until else None)
    allowed = load_night(place).night.hours if hours is None else hours
    return backfill_task(place, Wanted(), days, hours=allowed)


def _sweep(home: str) -> Task:
    from flows.home import open_home
    from flows.night.jobs import sweep_task

    return sweep_task(open_home(Path(home) if home else None))


@contextmanager
def _helpers(home: str, parameters: dict[str, Any]) -> Iterator[None]:
    """Asks the city's other machines to join in, and takes back what none of them has begun by the end."""
    from flows.home import open_home
    from flows.night.settings import load_night

    machines = load_night(open_home(Path(home) if home else None)).night.machines
    asked = [
        cast(FlowRun, run_deployment(
            "lotline helper/helper", parameters=parameters, timeout=0, as_subflow=False, idempotency_key=f"{flow_run.id}-{n}"
        ))
        for n in range(1, machines)
    ]  # fmt: skip
    try:
        yield
    finally:
        if asked:
            with get_client(sync_client=True) as client:
                for one in asked:
                    state = client.read_flow_run(one.id).state
                    if state is not None and state.is_scheduled():
                        client.set_flow_run_state(one.id, Cancelled(message="the work is done"), force=True)


def _done(wanted: Task) -> dict[str, object]:
    from flows.run import run_task

    return run_task(wanted, lambda done, total, path: None).as_json()
