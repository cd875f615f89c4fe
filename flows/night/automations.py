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
_SILENCE = timedelta(seconds=90)


def make_automations() -> None:
    """Makes the automation, or leaves it as it is where it is there."""
    wanted = Automation(
        name=ZOMBIE,
        description="No heartbeat for 90 seconds and no end: the process was killed or the machine went down.",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={
                "prefect.flow-run.heartbeat", "prefect.flow-run.Completed", "prefect.flow-run.Failed",
                "prefect.flow-run.Cancelled", "prefect.flow-run.Crashed",
            },
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=_SILENCE,
        ),
        actions=[ChangeFlowRunState(
            name=None, force=False, state=StateType.CRASHED, message="no heartbeat for 90 seconds: its process is gone",
        )],
    )  # fmt: skip
    try:
        run_coro_as_sync(Automation.aread(name=ZOMBIE))
    except ValueError:
        run_coro_as_sync(wanted.acreate())


if __name__ == "__main__":
    make_automations()
