"""Two hosts on one machine: network namespaces with addresses of their own and process numbers of their own, so that neither can
see whether a process of the other lives. Needs root and ``ip``."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

OURS = "10.213.7.1"
"""Address of the machine itself, where database and Prefect's server listen."""
_BRIDGE = "lotline0"


@dataclass
class Host:
    """One of them. What is started on it dies with it."""

    name: str
    address: str
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _inside(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name, "unshare", "--pid", "--fork", "--kill-child", "--mount-proc")

    def start(self, command: Sequence[str | Path], env: Mapping[str, str], log: Path, cwd: Path) -> subprocess.Popen[bytes]:
        """Starts a command on this host."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*self._inside, *map(str, command)], env={**os.environ, **env}, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, cwd=cwd, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def lose(self) -> int:
        """The power is cut: every process of the host is killed at once. How many there were."""
        found = [p for one in self.started for p in _family(one.pid)]
        for process in found:
            if process.is_running():
                process.send_signal(signal.SIGKILL)
        for one in self.started:
            one.wait()
        self.started.clear()
        return len(found)


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts that reach ``OURS`` and each other."""
    hosts = (Host("lotline-a", "10.213.7.2"), Host("lotline-b", "10.213.7.3"))
    try:
        _ip("link", "add", _BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{OURS}/24", "dev", _BRIDGE)
        _ip("link", "set", _BRIDGE, "up")
        for n, host in enumerate(hosts):
            _ip("netns", "add", host.name)
            _ip("link", "add", f"lotline{n}v", "type", "veth", "peer", "name", "eth0", "netns", host.name)
            _ip("link", "set", f"lotline{n}v", "master", _BRIDGE, "up")
            _ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", "eth0")
            _ip("-n", host.name, "link", "set", "eth0", "up")
            _ip("-n", host.name, "link", "set", "lo", "up")
        yield hosts
    finally:
        for host in hosts:
            host.lose()
            subprocess.run(["ip", "netns", "del", host.name], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "link", "del", _BRIDGE], check=False, stderr=subprocess.DEVNULL)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"hosts can't be made here: ip {' '.join(arguments)}: {done.stderr.strip()}")


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
