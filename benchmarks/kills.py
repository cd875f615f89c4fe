"""Kills what runs at random moments and compares what comes out in the end with an undisturbed run, byte for byte.

    python -m benchmarks.kills FOLDER --parcels FILE [--log FILE] --kills 50 --documents 300 --seed 1 [--plain]

FOLDER's files are multiplied to the number of documents wanted (each copy with bytes of its own). OCR results are kept from the
undisturbed run, readings are not: every document is opened and extracted again. Victims are the processes of ``lotline up``
(server, worker, intake, desk, keeper), the run that Prefect started, and readers; with ``--plain`` a run without Prefect and its
readers. What was done twice is counted from the log of the home.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.served import DONE, Served
from flows.home import open_home
from flows.night.services import revive

Say = Callable[[str], None]
ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 40.0  # seconds until a run that no worker has begun counts as lost with the worker that had taken it
_TIMES = ("delivery.json",)  # the one file that may differ


@dataclass
class Outcome:
    """What the harness saw. ``differing``: files of the export that are not those of the undisturbed run. ``again``: documents
    that were begun more than once, each time counted."""

    killed: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    differing: list[str] = field(default_factory=list)
    again: int = 0
    most_again: int = 0
    """Of one document."""


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
    _count_again(outcome, wild)
    return outcome


def served(inbox: Path, parcels: Path, log: Path | None, place: Path, kills: int, seed: int, say: Say) -> Outcome:
    """The same with everything that ``lotline up`` starts. A service that dies is the keeper's to start again; a run that dies,
    and a keeper, the watchdog's, whose part is played here, since it looks once an hour."""
    chance = random.Random(seed)
    outcome = Outcome()
    logged = ["--log", str(log)] if log else []
    command = _command(
        place / "calm", place / "calm-out", ["run", str(inbox), "--parcels", str(parcels), *logged, "--include-review", "--plain"]
    )
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the undisturbed run failed: {done.stderr[-2000:]}")
    say("undisturbed run: done")
    number = 0
    while outcome.killed.total() < kills:
        number += 1
        wild = place / f"wild-{number}"
        shutil.copytree(place / "calm" / "cache", wild / "cache")
        # The intake would do all the reading at once: nothing ever comes to rest for it, so that the run has it to do.
        city = Served(wild, inbox, parcels, log, more="settle_seconds = 1e9\n")
        city.up()
        try:
            _strike(city, outcome, kills, chance, say)
            _settle(city, outcome)
        finally:
            city.down()
        outcome.differing += differences(place / "calm-out", wild / "exports" / "all")
        _count_again(outcome, wild)
        differ, total = len(outcome.differing), outcome.killed.total()
        say(f"home {number}: {total} kills so far, {differ} files differ, {outcome.again} documents begun again")
    return outcome


def _strike(city: Served, outcome: Outcome, kills: int, chance: random.Random, say: Say) -> None:
    """Kills until the inbox is done, or enough have struck."""
    run, asked = _begin(city, outcome), time.monotonic()
    while outcome.killed.total() < kills:
        time.sleep(chance.uniform(0.5, 10.0))
        state = city.state(run) if run else "CRASHED"
        if state == "COMPLETED":
            return
        found = city.processes()
        revive(open_home(city.home))
        stuck = state in ("PENDING", "SCHEDULED", "") and time.monotonic() - asked > _PATIENCE and "server" in found
        if state in DONE or stuck or (state == "RUNNING" and not found["flow"]):
            run, asked = _begin(city, outcome), time.monotonic()
        # Most strike while the run reads; the others at any moment, also while things start.
        deadline = time.monotonic() + (_PATIENCE if chance.random() < 0.7 else 0.0)
        while not (found["flow"] and found["reader"]) and time.monotonic() < deadline:
            time.sleep(0.5)
            found = city.processes()
        victims = [name for name, pids in found.items() if pids]
        if not victims:
            continue
        # What reads is struck more often: a server takes long to come back, and nothing else could be hit meanwhile.
        name = chance.choices(victims, [3 if v in ("flow", "reader") else 1 for v in victims])[0]
        try:
            os.kill(chance.choice(found[name]), signal.SIGKILL)
        except ProcessLookupError:
            continue
        outcome.killed[name] += 1
        say(f"  {outcome.killed.total()}: {name} (the run is {state or 'not to be seen'})")


def _settle(city: Served, outcome: Outcome) -> None:
    """Everything is brought back, and a run is let end."""
    for _ in range(30):
        revive(open_home(city.home))
        time.sleep(5.0)
        run = _begin(city, outcome)
        while run and (state := city.state(run)) not in ("COMPLETED", "FAILED", "CRASHED"):
            time.sleep(1.0)
            if state == "RUNNING" and not city.processes()["flow"]:
                break
        if run and city.state(run) == "COMPLETED":
            return
    raise SystemExit("no run ended well after the last kill")


def _begin(city: Served, outcome: Outcome) -> str:
    """A run of the sweep that is to come or under way; '' where the server does not answer."""
    try:
        for other in city.open_runs():  # what was killed keeps its deployment's one place until its missing heartbeat is noticed
            city.ask(f"/flow_runs/{other}/set_state", {"state": {"type": "CRASHED"}, "force": True})
        run = city.begin("lotline sweep/sweep")
    except (OSError, RuntimeError):
        return ""
    outcome.runs += 1
    return run


def _count_again(outcome: Outcome, home: Path) -> None:
    begun: Counter[str] = Counter()
    for file in sorted((home / "logs").glob("lotline.jsonl*")):
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if told["event"] == "document begun":
                begun[told["document"]] += 1
    outcome.again += sum(n - 1 for n in begun.values())
    outcome.most_again = max([outcome.most_again, *(n - 1 for n in begun.values())])


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
    parser.add_argument("--plain", action="store_true", help="a run without Prefect and its readers alone")
    asked = parser.parse_args()
    parcels, log = asked.parcels.absolute(), asked.log.absolute() if asked.log else None

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        count = multiply(asked.folder, place / "inbox", asked.documents)
        if asked.plain:
            outcome = harness(place / "inbox", parcels, log, place, asked.kills, asked.seed)
        else:
            outcome = served(place / "inbox", parcels, log, place, asked.kills, asked.seed, say)
    victims = ", ".join(f"{name} {n}" for name, n in sorted(outcome.killed.items()))
    say(f"{count} documents, {outcome.killed.total()} kills ({victims}), {outcome.runs} runs")
    say(f"files of the export that differ: {len(outcome.differing)} {outcome.differing}")
    say(f"documents begun again: {outcome.again}, of one at most {outcome.most_again}")
    raise SystemExit(1 if outcome.differing else 0)


if __name__ == "__main__":
    main()
