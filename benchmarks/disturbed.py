"""What a run meets besides kills: a full disk, a database that is locked or gone, a reader that hangs. Each time the export in
the end is the undisturbed one, byte for byte.

    python -m benchmarks.disturbed [--documents 30] [--seconds 60] [--only disk lock server hang]

``disk``: the home lies on a small file system that is filled while the run works (root), then freed. ``lock``: another process
holds SQLite's write lock for so many seconds. ``server``: PostgreSQL is stopped and started again after so many seconds.
``hang``: a reader is stopped in the middle of a document, as by an OCR engine that never returns. A run that ends is started
again until one ends well, as the watchdog does; its exit codes are told.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.city import make_reports
from benchmarks.kills import differences
from benchmarks.postgres import postgres
from benchmarks.served import ROOT

Disturb = Callable[[subprocess.Popen[bytes], Path], None]
_TRIES = 5


def until_well(inbox: Path, parcels: Path, home: Path, out: Path, disturb: Disturb | None, env: Mapping[str, str]) -> list[int]:
    """Exit codes of the runs up to the one that ended well, undisturbed: a document that ran out of time is read by the next.
    ``disturb`` gets the first, once it works, and the home."""
    codes: list[int] = []
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), "run", str(inbox), "--parcels", str(parcels)]
    command += ["--out", str(out), "--include-review", "--plain", "--workers", "1"]
    while len(codes) < _TRIES and (not codes or codes[-1] or (disturb is not None and len(codes) == 1)):
        with (out.parent / f"{out.name}.log").open("ab") as log:
            run = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, **env})
        if not codes and disturb is not None:
            events = home / "logs" / "lotline.jsonl"
            while run.poll() is None and not (events.exists() and "document done" in events.read_text(encoding="utf-8")):
                time.sleep(0.05)
            disturb(run, home)
        codes.append(run.wait())
    return codes


def hang(run: subprocess.Popen[bytes], home: Path) -> None:
    """Stops a reader; the pool ends it when its time for the page is over."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(run.pid).children(recursive=True):
            if "spawn_main" in " ".join(child.cmdline()):
                child.send_signal(signal.SIGSTOP)


def lock(seconds: float) -> Disturb:
    def disturb(run: subprocess.Popen[bytes], home: Path) -> None:
        other = sqlite3.connect(home / "lotline.db", isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")
        other.close()

    return disturb


def fill(run: subprocess.Popen[bytes], home: Path) -> None:
    """Takes all that is free, until the run has ended."""
    ballast = home / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(b"\0" * 65536)
            file.flush()
    run.wait()
    ballast.unlink()


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own at ``place``."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def main() -> None:
    """The command."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--documents", type=int, default=30)
    ask.add_argument("--seconds", type=float, default=60)
    ask.add_argument("--only", nargs="+", choices=("disk", "lock", "server", "hang"), default=("disk", "lock", "server", "hang"))
    asked = ask.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        parcels = ROOT / "samples" / "parcels.csv"
        make_reports(parcels, asked.documents, place / "inbox")
        until_well(place / "inbox", parcels, place / "calm", place / "calm-out", None, {})

        def tell(what: str, codes: list[int]) -> None:
            nonlocal bad
            differ = differences(place / "calm-out", place / f"{what}-out") if codes[-1] == 0 else ["no run ended well"]
            bad += bool(differ)
            sys.stdout.write(f"{what}: runs ended with {codes}, files of the export that differ: {len(differ)} {differ}\n")
            sys.stdout.flush()

        def go(what: str, disturb: Disturb, home: Path | None = None, env: Mapping[str, str] | None = None) -> None:
            tell(what, until_well(place / "inbox", parcels, home or place / what, place / f"{what}-out", disturb, env or {}))

        if "hang" in asked.only:
            go("hang", hang)
        if "lock" in asked.only:
            go("lock", lock(asked.seconds))
        if "disk" in asked.only:
            with small_disk(place / "small", 24) as disk:
                go("disk", fill, disk / "home")
        if "server" in asked.only:
            with postgres() as server:
                url = server.database("disturbed")

                def gone(run: subprocess.Popen[bytes], home: Path) -> None:
                    server.stop()
                    back = threading.Timer(asked.seconds, server.start)
                    back.start()
                    run.wait()
                    back.join()

                go("server", gone, None, {"LOTLINE_DATABASE": url})
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
