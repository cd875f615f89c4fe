"""Seconds from a new file to its records and questions on the desk, with everything that ``lotline up`` starts.

    python -m benchmarks.upload_latency [FILE...] [--corpus samples] [--rounds 3]

Each file (default: the corpus's first one-page scan and a typed page made for this) goes once into the watched folder and once
through the desk, every time with bytes of its own. The desk's lists change in the transaction that gives a record its route, so
they are asked for routes.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import stock
from benchmarks.city import make_reports
from benchmarks.engines import Registers
from benchmarks.markdown import head
from benchmarks.served import ROOT, Served
from flows.desk_house import DeskHouse
from flows.home import open_home
from store import Store

_LONGEST = 300.0


def measure(city: Served, data: bytes, bring: Callable[[bytes], None]) -> float:
    """Seconds until the document with these bytes has routes. Raises TimeoutError after five minutes."""
    sha256 = hashlib.sha256(data).hexdigest()
    began = time.monotonic()
    bring(data)
    with Store.open(open_home(city.home).database) as store:
        while time.monotonic() - began < _LONGEST:
            if any(document.routes for document in store.current([sha256])):
                return time.monotonic() - began
            time.sleep(0.1)
    raise TimeoutError(f"nothing on the desk after {_LONGEST:.0f} s; see {city.home}/services")


def by_folder(city: Served, name: str) -> Callable[[bytes], None]:
    """Puts the file into the watched folder."""

    def bring(data: bytes) -> None:
        (city.inbox / name).write_bytes(data)

    return bring


def by_desk(city: Served, name: str) -> Callable[[bytes], None]:
    """What the desk does with an upload."""

    def bring(data: bytes) -> None:
        home = open_home(city.home)
        with Store.open(home.database) as store:
            house = DeskHouse(home, store)
            house.take_upload(name, data)
            house.read_uploads()
            house.close()

    return bring


def main() -> None:
    """The command."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("files", type=Path, nargs="*")
    ask.add_argument("--corpus", type=Path, default=ROOT / "samples")
    ask.add_argument("--rounds", type=int, default=3)
    asked = ask.parse_args()
    registers = Registers.of(asked.corpus.absolute())
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        typed = make_reports(registers.parcels, 2, place / "typed")
        scanned = [f for f in stock.scans(stock.files_of(asked.corpus)) if f.suffix == ".pdf" and stock.pages_of([f]) == 1][:1]
        city = Served(place / "home", place / "inbox", registers.parcels, registers.log)
        city.inbox.mkdir()
        (city.inbox / "first.pdf").write_bytes(typed[0].read_bytes())
        city.up()
        try:
            measure(city, typed[0].read_bytes(), lambda data: None)  # the first night is over
            sys.stdout.write("\n".join(head("file", "brought by", "s, each round", "median")) + "\n")
            for file in asked.files or (typed[1], *scanned):
                for how, bring in (("watched folder", by_folder), ("desk", by_desk)):
                    times = []
                    for n in range(asked.rounds):
                        data = file.read_bytes() + f"\n%{how} {n}\n".encode()
                        times.append(measure(city, data, bring(city, f"{how[:4]} {n} {file.name}")))
                        time.sleep(15)  # the run that the event started is over
                    told = ", ".join(f"{t:.1f}" for t in times)
                    sys.stdout.write(f"| {file.name} | {how} | {told} | {statistics.median(times):.1f} |\n")
                    sys.stdout.flush()
        finally:
            city.down()


if __name__ == "__main__":
    main()
