"""The run as a Prefect flow: batches as tasks, its summary and coverage as artifacts, the nightly backfill as a deployment.

Prefect orchestrates and shows; what was read and found is in our own store, which also decides what is still to be done.
With no server a temporary one lives as long as the run; it keeps no history worth relying on. Nothing is sent anywhere:
telemetry is switched off before Prefect is imported.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

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

from prefect import flow, task  # noqa: E402 - the settings above are read on import
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from flows.summary import Summary  # noqa: E402

if TYPE_CHECKING:
    from flows.run import Run

_RUNS: dict[str, Run] = {}
"""Runs of this process by id. Prefect copies and inspects what is passed to a task; a run holds open processes and a
database, so tasks get its name instead."""


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


@flow(name="lotline run", flow_run_name="lotline {run_id}", validate_parameters=False)
def read_and_export(run_id: str) -> Summary:
    """Batches of documents, then the comparison of all with all and the export."""
    run = _RUNS[run_id]
    run.counts["begun"] = 1
    for number, _ in enumerate(run.batches):
        read_batch(run_id, number)
    summary = compare_and_export(run_id)
    _publish(summary)
    return summary


@task(name="read a batch of documents", cache_policy=NO_CACHE, persist_result=False)
def read_batch(run_id: str, number: int) -> dict[str, int]:
    """Reads, extracts and stores up to 50 documents in child processes of our own: one that dies takes nothing with it."""
    run = _RUNS[run_id]
    run.do(run.batches[number])
    return dict(run.counts)


@task(name="compare all and export", cache_policy=NO_CACHE, persist_result=False)
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
    with (Path(summary.out) / "coverage.csv").open(newline="", encoding="utf-8") as file:
        coverage = list(csv.DictReader(file))
    if coverage:
        create_table_artifact(coverage, key="coverage", description="Permit log and documents")


@flow(name="lotline backfill", validate_parameters=False)
def nightly_backfill(
    inputs: list[str],
    parcels: str,
    out: str,
    log: str = "",
    since: str = "2018-07-01",
    until: str = "2019-07-31",
    home: str = "",
) -> dict[str, object]:
    """The deployment of ``prefect.yaml``: what is new in the folders, and the missing year's CSVs. Times are ISO dates."""
    from flows.home import open_home
    from flows.run import Task, run_task

    period = (date.fromisoformat(since), date.fromisoformat(until))
    wanted = Task(
        open_home(Path(home) if home else None), tuple(map(Path, inputs)), Path(parcels), Path(log) if log else None,
        Path(out), period=period, command="backfill",
    )  # fmt: skip
    return run_task(wanted, lambda done, total, path: None).as_json()
