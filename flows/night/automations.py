"""What Prefect's server does by itself: a run whose process died without a word is marked as crashed.

Runs of 3.8 send a heartbeat every ``PREFECT_FLOWS_HEARTBEAT_FREQUENCY`` seconds. Nothing here starts a run again: that is the
watchdog's, which counts how often, so that a poisonous input can't make the night go in circles.

``python -m flows.night.automations`` makes it on the server that PREFECT_API_URL names.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.utilities.asyncutils import run_coro_as_sync

ZOMBIE = "lotline: a run without a heartbeat has crashed"
STUCK = "lotline: a run that no worker begins has crashed"
_SILENCE = timedelta(seconds=90)
_PATIENCE = timedelta(minutes=10)


def make_automations() -> None:
    """Makes the automations, or leaves them as they are where they are there."""
    ended = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
    beat = "prefect.flow-run.heartbeat"
    waits = {f"prefect.flow-run.{state}" for state in ("Running", "Scheduled", "AwaitingConcurrencySlot", "AwaitingRetry")}
    _make(
        ZOMBIE, "No heartbeat for 90 seconds and no end: the process was killed or the machine went down.",
        after={beat}, expect={beat, *ended}, within=_SILENCE, message="no heartbeat for 90 seconds: its process is gone",
    )  # fmt: skip
    _make(
        STUCK, "Taken by a worker ten minutes ago and not begun: the worker was killed with it in hand. It would keep the place "
        "of all runs after it.",
        after={"prefect.flow-run.Pending"}, expect={*waits, beat, *ended}, within=_PATIENCE,
        message="not begun within ten minutes: the worker that had taken it is gone",
    )  # fmt: skip


def _make(name: str, description: str, after: set[str], expect: set[str], within: timedelta, message: str) -> None:
    wanted = Automation(
        name=name,
        description=description,
        trigger=EventTrigger(
            after=after,
            expect=expect,
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(name=None, force=False, state=StateType.CRASHED, message=message)],
    )
    try:
        run_coro_as_sync(Automation.aread(name=name))
    except ValueError:
        run_coro_as_sync(wanted.acreate())


if __name__ == "__main__":
    make_automations()
