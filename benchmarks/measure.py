"""What a command costs: wall and processor time of its whole family of processes, and the memory they held at once."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_EVERY = 0.25  # seconds between two looks at memory


@dataclass(slots=True)
class Cost:
    """Seconds of wall time and of processor time (children included), MB at the peak of the whole family and of its largest
    process. ``code`` is the last exit code."""

    wall: float = 0.0
    cpu: float = 0.0
    family_mb: float = 0.0
    largest_mb: float = 0.0
    code: int = 0
    said: str = field(default="", repr=False)

    def add(self, other: Cost) -> None:
        """Two commands one after the other."""
        self.wall += other.wall
        self.cpu += other.cpu
        self.family_mb = max(self.family_mb, other.family_mb)
        self.largest_mb = max(self.largest_mb, other.largest_mb)
        self.code = self.code or other.code
        self.said = other.said


def cost_of(command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Cost:
    """Runs the command to its end. Standard output is kept in ``said``, standard error is dropped unless it fails."""
    began = time.monotonic()
    process = subprocess.Popen(
        [str(c) for c in command], cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    cost = Cost()
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, cost, done), daemon=True)
    watcher.start()
    texts: list[bytes] = [b"", b""]
    assert process.stdout is not None and process.stderr is not None
    drain = threading.Thread(target=_drain, args=(process.stderr, texts), daemon=True)
    drain.start()
    texts[0] = process.stdout.read()
    # wait4 gives the use of this child and of all that it waited for, which os.times would mix with earlier commands.
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    drain.join(timeout=5)
    cost.wall, cost.cpu = time.monotonic() - began, used.ru_utime + used.ru_stime
    cost.code = process.returncode
    cost.said = texts[0].decode("utf-8", "replace")
    if cost.code:
        cost.said += texts[1].decode("utf-8", "replace")[-2000:]
    return cost


def _drain(stream: object, texts: list[bytes]) -> None:
    texts[1] = stream.read()  # type: ignore[attr-defined]


def _watch(pid: int, cost: Cost, done: threading.Event) -> None:
    while not done.wait(_EVERY):
        family = largest = 0.0
        for member in _family(pid):
            share, resident = _memory(member)
            family += share
            largest = max(largest, resident)
        cost.family_mb, cost.largest_mb = max(cost.family_mb, family), max(cost.largest_mb, largest)


def _family(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for thread in Path(f"/proc/{one}/task").iterdir():
                todo += [int(c) for c in (thread / "children").read_text(encoding="ascii").split()]
        except OSError:
            continue
    return found


def _memory(pid: int) -> tuple[float, float]:
    """(proportional share, resident) in MB; shared libraries count once over the family by the first."""
    share = resident = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                share = int(line.split()[1]) / 1024
            elif line.startswith("Rss:"):
                resident = int(line.split()[1]) / 1024
    except OSError:
        return 0.0, 0.0  # it has ended meanwhile
    return share, resident
