"""A city as ``lotline up`` serves it, in a home of its own: started, asked to run, looked into and stopped from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from flows.home import open_home
from flows.night.services import running

ROOT = Path(__file__).resolve().parents[1]
DONE = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_SETTINGS = """[city]
name = "Chelsea"
[folders]
inbox = ["{inbox}"]
parcels = "{parcels}"
{log}exports = "exports"
deliveries = "deliveries"
[night]
workers = {workers}
{more}"""


@dataclass(frozen=True)
class Served:
    """``home`` with settings for ``inbox``; server and desk listen on two free ports."""

    home: Path
    inbox: Path
    parcels: Path
    log: Path | None
    workers: int = 2
    more: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    address: str = "127.0.0.1"

    def up(self) -> None:
        """Writes the settings and starts everything. Raises RuntimeError where that fails."""
        self.write_settings()
        self.command("up", "--prefect-port", str(self.ports[0]), "--desk-port", str(self.ports[1]))

    def settle_in(self) -> None:
        """Writes the settings and tells a server that was started otherwise, once it answers."""
        self.write_settings()
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                self.ask("/health")
                break
            except OSError:
                time.sleep(0.5)
        self.command("schedules")

    def write_settings(self) -> None:
        """``lotline.toml`` of the home."""
        self.home.mkdir(parents=True, exist_ok=True)
        log = f'log = "{self.log}"\n' if self.log else ""
        text = _SETTINGS.format(inbox=self.inbox, parcels=self.parcels, log=log, workers=self.workers, more=self.more)
        (self.home / "lotline.toml").write_text(text, encoding="utf-8")

    def down(self) -> None:
        self.command("down")

    def command(self, *arguments: str) -> str:
        """Another command on this home; what it says. Raises RuntimeError unless it ends well."""
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", "--home", str(self.home), *arguments], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, **self.environment}, check=False,
        )  # fmt: skip
        if done.returncode:
            said = done.stdout[-500:] + done.stderr[-1500:]
            raise RuntimeError(f"lotline {' '.join(arguments)} ended with {done.returncode}: {said}")
        return done.stdout

    def begin(self, deployment: str, **parameters: object) -> str:
        """Has a deployment ("lotline sweep/sweep") run now; the id of the run."""
        about = self.ask(f"/deployments/name/{deployment.replace(' ', '%20')}")
        made = self.ask(
            f"/deployments/{about['id']}/create_flow_run", {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        )
        return str(made["id"])

    def state(self, run: str) -> str:
        """Of a run; '' where the server does not answer."""
        try:
            return str(self.ask(f"/flow_runs/{run}")["state_type"])
        except OSError:
            return ""

    def open_runs(self) -> list[str]:
        """Runs that are due and have no end. Raises OSError where the server does not answer."""
        wanted = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "SCHEDULED", "CANCELLING"]}}}}
        soon = time.time() + 60
        return [r["id"] for r in self.ask("/flow_runs/filter", wanted) if _time(r["expected_start_time"]) < soon]

    def ask(self, path: str, body: object = None) -> Any:
        """Prefect's API. Raises OSError where it does not answer."""
        request = urllib.request.Request(
            f"http://{self.address}:{self.ports[0]}/api{path}", None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code} {error.read()[:300]!r}") from error

    def documents_done(self) -> int:
        """Of all runs of the home, by its log."""
        log = self.home / "logs" / "lotline.jsonl"
        return log.read_text(encoding="utf-8").count('"document done"') if log.is_file() else 0

    def processes(self) -> dict[str, list[int]]:
        """Numbers of the living processes by what they are: the services, ``flow`` (a run under Prefect) and ``reader``."""
        home = open_home(self.home)
        found: dict[str, list[int]] = {
            name: [pid] for name in ("server", "worker", "intake", "desk", "keeper") if (pid := running(home, name)) is not None
        }
        flows, readers = [], []
        for process in psutil.process_iter(["pid", "cmdline", "environ"]):
            about = process.info
            if (about["environ"] or {}).get("LOTLINE_HOME") != str(self.home):
                continue
            line = " ".join(about["cmdline"] or ())
            if "multiprocessing.spawn" in line:
                readers.append(about["pid"])
            elif "prefect.engine" in line or "prefect.flow_engine" in line:
                flows.append(about["pid"])
        return {**found, "flow": flows, "reader": readers}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _time(text: str | None) -> float:
    from datetime import datetime

    return 0.0 if not text else datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
