"""A throw-away PostgreSQL from Debian's own package, for benchmarks that need a real server."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.served import free_port


@dataclass
class Server:
    """A cluster that can be stopped and started again."""

    address: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="lotline-pg-")))

    def create(self) -> None:
        if os.geteuid() == 0:  # the server refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-U", "lotline", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as rules:
            rules.write("host all all 10.0.0.0/8 trust\n")  # hosts that the benchmark makes itself
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses={self.address} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def database(self, name: str) -> str:
        """Makes an empty database; its URL."""
        self._run("createdb", "-h", self.address, "-p", str(self.port), "-U", "lotline", name, data=False)
        return f"postgresql+psycopg://lotline@{self.address}:{self.port}/{name}"

    def _run(self, program: str, *arguments: str, data: bool = True) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
        if not binaries:
            raise SystemExit("no PostgreSQL here: apt-get install postgresql")
        how: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            how = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": self.folder}
        where = ["-D", str(self.folder / "data")] if data else []
        # The server inherits what pg_ctl writes to: a pipe would keep the caller waiting until it ends.
        subprocess.run([binaries[-1].with_name(program), *where, *arguments], check=True, stdout=subprocess.DEVNULL, **how)


@contextmanager
def postgres(address: str = "127.0.0.1") -> Iterator[Server]:
    """A running server, gone afterwards."""
    server = Server(address)
    try:
        server.create()
        yield server
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)
