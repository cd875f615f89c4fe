"""Kills runs at random moments and compares what comes out in the end with an undisturbed run, byte for byte.

    python -m benchmarks.kills FOLDER --parcels FILE [--log FILE] --kills 50 --documents 300 --seed 1

FOLDER's files are multiplied to the number of documents wanted (each copy with bytes of its own). OCR results are kept from the
undisturbed run, readings are not: every document is opened and extracted again. Victims: the run itself (its whole family stays
behind for the system to end), or one of its readers.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
_TIMES = ("delivery.json",)  # the one file that may differ


@dataclass
class Outcome:
    """What the harness saw. ``differing``: files of the export that are not those of the undisturbed run."""

    killed: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    differing: list[str] = field(default_factory=list)


def harness(inbox: Path, parcels: Path, log: Path | None, place: Path, kills: int, seed: int, workers: int = 2) -> Outcome:
    """Runs ``inbox`` undisturbed, then again with ``kills`` kills, in homes below ``place``."""
    chance = random.Random(seed)
    logged = ["--log", str(log)] if log else []
    how = ["--include-review", "--plain", "--json", "--workers", str(workers)]
    arguments = ["run", str(inbox), "--parcels", str(parcels), *logged, *how]
    calm = place / "calm"
    began = time.monotonic()
    done = subprocess.run(_command(calm, place / "calm-out", arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the undisturbed run failed: {done.stderr[-2000:]}")
    length = time.monotonic() - began
    wild = place / "wild"
    shutil.copytree(calm / "cache", wild / "cache")
    outcome = Outcome()
    while True:
        outcome.runs += 1
        process = subprocess.Popen(
            _command(wild, place / "wild-out", arguments), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while outcome.killed.total() < kills and process.poll() is None:
            # Moments all over a run: its start, its readers' start, the work, the comparison, the export.
            _wait(process, chance.uniform(0.0, 1.2 * length / max(1.0, kills / 4)))
            if process.poll() is None:
                outcome.killed[_kill(process, chance)] += 1
        if process.wait() == 0:
            break
    if outcome.killed.total() < kills:
        # The work was done before all had struck: the next goes to a new home, over the same outcome.
        rest = harness(inbox, parcels, log, place / "again", kills - outcome.killed.total(), seed + 1, workers)
        outcome.killed += rest.killed
        outcome.runs += rest.runs
        outcome.differing += rest.differing
    outcome.differing += differences(place / "calm-out", place / "wild-out")
    return outcome


def differences(one: Path, other: Path) -> list[str]:
    """Names of files that are not the same in both folders, but for the one that holds times."""
    names = {p.name for folder in (one, other) for p in folder.iterdir()} - set(_TIMES)
    return sorted(n for n in names if not _same(one / n, other / n))


def multiply(folder: Path, inbox: Path, documents: int) -> int:
    """Fills ``inbox`` with the files of ``folder``, over and over with bytes of their own; answers how many there are."""
    files = sorted(p for p in folder.iterdir() if p.is_file())
    inbox.mkdir(parents=True)
    for n in range(documents):
        source, turn = files[n % len(files)], n // len(files)
        target = inbox / (source.name if not turn else f"{turn:03}" / Path(source.name))
        target.parent.mkdir(exist_ok=True)
        data = source.read_bytes()
        # A remark after the end of a PDF is no part of it; other kinds are taken once.
        if turn and source.suffix.lower() != ".pdf":
            continue
        target.write_bytes(data + (f"\n%{turn}\n".encode() if turn else b""))
    return sum(p.is_file() for p in inbox.rglob("*"))


def _command(home: Path, out: Path, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "flows.cli", "--home", str(home), *arguments, "--out", str(out)]


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.02)


def _kill(process: subprocess.Popen[bytes], chance: random.Random) -> str:
    try:
        readers = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return "too late"
    if readers and chance.random() < 0.5:
        victim = chance.choice(readers)
        try:
            os.kill(victim.pid, signal.SIGKILL)
        except ProcessLookupError:
            return "too late"
        return "reader"
    process.kill()
    return "run"


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parcels", type=Path, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        count = multiply(asked.folder, place / "inbox", asked.documents)
        outcome = harness(place / "inbox", asked.parcels, asked.log, place, asked.kills, asked.seed)
    victims = ", ".join(f"{name} {n}" for name, n in sorted(outcome.killed.items()))
    sys.stdout.write(f"{count} documents, {outcome.killed.total()} kills ({victims}), {outcome.runs} runs\n")
    sys.stdout.write(f"files of the export that differ: {len(outcome.differing)} {outcome.differing}\n")
    raise SystemExit(1 if outcome.differing else 0)


if __name__ == "__main__":
    main()
