"""Orchestration's share of the processor time of a backfill under Prefect, server and worker counted.

    python -m benchmarks.orchestration [--corpus samples] [--pages 500] [--workers 2]

Scanned pages, none alike, are read by the deployed *backfill* with everything that ``lotline up`` starts. What every process of
the home uses is looked up while it lives. Readers do the work. Orchestration is Prefect's server and worker, the keeper, and what
the run's own process does up to its last document: Prefect's start, batches, claims, storing each document, the log. What it
does after that (comparing all with all, the export) is the product's own work; it is told too, with the share of all of it. The
desk and the intake are no part of a backfill.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks import stock
from benchmarks.engines import Registers
from benchmarks.served import ROOT, Served

_EVERY = 0.5


class Meter:
    """Processor seconds of every process of a home, by what it is; the last look at each counts. ``read``: those of the run's own
    process when its last document was done."""

    def __init__(self, city: Served) -> None:
        self._city, self._over = city, threading.Event()
        self.read = 0.0
        self._documents = 0
        self._used: dict[tuple[int, float], tuple[str, float]] = {}
        self._before: dict[tuple[int, float], float] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Meter:
        self._look()
        self._before = {key: seconds for key, (_, seconds) in self._used.items()}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def seconds(self) -> dict[str, float]:
        """Since it began, by kind of process."""
        found: dict[str, float] = {}
        for key, (name, used) in self._used.items():
            found[name] = found.get(name, 0.0) + used - self._before.get(key, 0.0)
        return found

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self._look()

    def _look(self) -> None:
        for name, pids in self._city.processes().items():
            for pid in pids:
                try:
                    process = psutil.Process(pid)
                    times = process.cpu_times()
                    key = (pid, process.create_time())
                except psutil.Error:
                    continue
                used = times.user + times.system
                if name == "reader":  # it has programs of its own; children of the others are looked at themselves
                    used += times.children_user + times.children_system
                self._used[key] = (name, used)
        done = self._city.documents_done()
        if done > self._documents:
            self._documents, self.read = done, self.seconds().get("flow", 0.0)


def main() -> None:
    """The command."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--corpus", type=Path, default=ROOT / "samples")
    ask.add_argument("--pages", type=int, default=500)
    ask.add_argument("--workers", type=int, default=2)
    asked = ask.parse_args()
    registers = Registers.of(asked.corpus.absolute())
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        documents, pictures = stock.scanned_pages(stock.scans(stock.files_of(asked.corpus)), asked.pages, place / "stock")
        inbox = documents[0].parent
        # The intake would read them too: nothing ever comes to rest for it.
        more = "settle_seconds = 1e9\nhours = 24.0\n"
        city = Served(place / "home", inbox, registers.parcels, registers.log, asked.workers, more)
        city.up()
        try:
            time.sleep(20)  # what comes with the start is over
            began = time.monotonic()
            with Meter(city) as meter:
                run = city.begin("lotline backfill/backfill")
                while (state := city.state(run)) not in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                    time.sleep(15)  # asking costs the server time too
            if state != "COMPLETED":
                raise SystemExit(f"the backfill ended as {state}; see {city.home}/services")
            wall = time.monotonic() - began
        finally:
            city.down()
    used = meter.seconds()
    after = used.get("flow", 0.0) - meter.read
    orchestration = sum(used.get(n, 0.0) for n in ("server", "worker", "keeper", "flow")) - after
    total = orchestration + after + used.get("reader", 0.0)
    told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in sorted(used.items()))
    sys.stdout.write(f"{len(pictures)} pages in {wall:.0f} s, CPU seconds: {told}; flow after the last document {after:.1f}\n")
    sys.stdout.write(f"orchestration {orchestration:.1f} of {total:.1f} s = {100 * orchestration / total:.1f} %\n")
    everything = orchestration + after
    sys.stdout.write(f"with comparison and export {everything:.1f} s = {100 * everything / total:.1f} %\n")


if __name__ == "__main__":
    main()
