"""A night under Prefect's own temporary server: what a run leaves to look at, what the server does by itself, what is tidied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from store import Store
from tests.flows.test_night import REPORTS, set_up

ROOT = Path(__file__).resolve().parents[2]
NIGHT = """
import asyncio, json, sys
from flows.prefect_flows import get_client, sweep, tidy  # first: it says how Prefect is to behave
from flows.night.automations import make_automations

async def told():
    async with get_client() as client:
        artifacts = {a.key: a for a in await client.read_artifacts()}
        automations = [a.name for a in await client.read_automations()]
        runs = [r.name for r in await client.read_flow_runs()]
    return artifacts, automations, runs

home = sys.argv[1]
done = sweep(home)
make_automations()
make_automations()
artifacts, automations, runs = asyncio.run(told())
gone = tidy(home)
if asyncio.iscoroutine(gone):
    gone = asyncio.run(gone)
*_, left = asyncio.run(told())
print(json.dumps({
    "done": done["read_now"], "artifacts": {k: [a.type, a.description or "", str(a.data)] for k, a in artifacts.items()},
    "automations": sorted(automations), "runs": len(runs), "gone": gone, "left": len(left),
}))
"""


def test_a_night_leaves_artifacts_and_old_runs_are_tidied(tmp_path: Path) -> None:
    home = set_up(tmp_path / "city", REPORTS[0])
    (home.folder / "inbox" / "broken.pdf").write_bytes(b"%PDF-1.4 cut short")
    settings = home.settings.read_text(encoding="utf-8")
    home.settings.write_text(settings.replace("[night]\n", "[night]\nkeep_days = 0\n"), encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "LOTLINE_"))}
    done = subprocess.run(
        [sys.executable, "-c", NIGHT, str(home.folder)], capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(tmp_path / "prefect"), "LOTLINE_DESK_URL": "http://desk.example"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["done"] == 2
    artifacts = found["artifacts"]
    assert {"progress", "run-summary", "failures", "coverage", "desk"} <= artifacts.keys()
    kind, told, share = artifacts["progress"]
    assert (kind, told, float(share)) == ("progress", "2 of 2 documents", 100.0)
    assert "broken.pdf" in artifacts["failures"][2]
    assert "http://desk.example" in artifacts["desk"][2]
    assert len(found["automations"]) == 2  # made twice, there once
    assert found["runs"] >= 2 and found["gone"] == found["runs"]
    assert found["left"] <= 1  # the tidying itself
    with Store.open(home.database) as store:
        assert [r.command for r in store.runs()] == ["sweep"]  # ours are kept for good
