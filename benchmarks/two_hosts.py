"""Two hosts share the work on one PostgreSQL; one of them is lost, and nothing with it.

    python -m benchmarks.two_hosts [--corpus samples] [--pages 80] [--documents 60] [--rounds 2]

``share``: wall time of one host with one reader and of two such hosts over the same scanned pages, beside the bare ``tesseract``
command with one and two processes on the same pages' pictures, in turns. ``lost``: a Prefect server, a worker on each host, one
backfill that asks the other host to join; when both are at work, one host's processes are all killed at once. Needs root.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks import stock
from benchmarks.city import make_reports
from benchmarks.engines import ONE_THREAD, Registers, tesseract
from benchmarks.hosts import OURS, Host, two_hosts
from benchmarks.kills import differences
from benchmarks.markdown import head
from benchmarks.postgres import Server, postgres
from benchmarks.served import ROOT, Served, free_port

Say = Callable[[str], None]


def share(
    hosts: tuple[Host, Host], server: Server, registers: Registers, corpus: Path, work: Path, pages: int, rounds: int, say: Say
) -> None:
    """The table of wall times, round by round, and the two ratios over all rounds."""
    documents, pictures = stock.scanned_pages(stock.scans(stock.files_of(corpus)), pages, work / "stock")
    inbox = documents[0].parent
    total: Counter[str] = Counter()
    for line in head("round", "1 host s", "2 hosts s", "tesseract 1 s", "tesseract 2 s"):
        say(line)
    for n in range(rounds):
        took = {
            "one": _runs(hosts[:1], server, inbox, registers, work / f"one-{n}"),
            "bare one": tesseract(pictures, 1).wall,
            "two": _runs(hosts, server, inbox, registers, work / f"two-{n}"),
            "bare two": tesseract(pictures, 2).wall,
        }
        total.update(took)  # type: ignore[arg-type]
        say(f"| {n + 1} | {took['one']:.1f} | {took['two']:.1f} | {took['bare one']:.1f} | {took['bare two']:.1f} |")
    gain, bare = total["one"] / total["two"], total["bare one"] / total["bare two"]
    say(f"\n{len(pictures)} pages: 2 hosts / 1 = {gain:.2f}, bare tesseract {bare:.2f}; against it {gain / bare:.2f}")


def _runs(hosts: tuple[Host, ...], server: Server, inbox: Path, registers: Registers, work: Path) -> float:
    """Seconds until a run on each of the hosts is done; each has a home of its own and all one database."""
    work.mkdir(parents=True)
    url = server.database(work.name.replace("-", "_"))
    log = ["--log", registers.log] if registers.log else []
    began = time.monotonic()
    started = [
        host.start(
            [sys.executable, "-m", "flows.cli", "--home", work / host.name, "run", inbox, "--parcels", registers.parcels, *log,
             "--out", work / f"{host.name}-out", "--include-review", "--workers", "1", "--plain"],
            {**ONE_THREAD, "LOTLINE_DATABASE": url}, work / f"{host.name}.log", ROOT,
        )
        for host in hosts
    ]  # fmt: skip
    codes = [process.wait() for process in started]
    seconds = time.monotonic() - began
    if any(codes):
        raise SystemExit(f"a run ended with {codes}; see {work}")
    outs = [work / f"{host.name}-out" for host in hosts]
    if len(outs) == 2 and differences(*outs):
        raise SystemExit(f"the two hosts' exports differ: {differences(*outs)}")
    return seconds


def lost(hosts: tuple[Host, Host], server: Server, registers: Registers, work: Path, documents: int, say: Say) -> bool:
    """A backfill on two hosts, of which the second is lost; whether the export is the undisturbed one."""
    inbox = work / "inbox"
    make_reports(registers.parcels, documents, inbox)
    log = ["--log", str(registers.log)] if registers.log else []
    calm = [sys.executable, "-m", "flows.cli", "--home", str(work / "calm"), "backfill", str(inbox), "--plain", *log]
    calm += ["--parcels", str(registers.parcels), "--out", str(work / "calm-out")]
    subprocess.run(calm, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LOTLINE_DATABASE": ""})
    home, port, url = work / "home", free_port(), server.database("lost")
    env = {
        "PREFECT_HOME": str(work / "prefect"), "PREFECT_API_URL": f"http://{OURS}:{port}/api", "LOTLINE_HOME": str(home),
        "LOTLINE_DATABASE": url, "PYTHONPATH": str(ROOT), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "2", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }  # fmt: skip
    city = Served(home, inbox, registers.parcels, registers.log, 1, "machines = 2\n", env, (port, 0), OURS)
    with (work / "server.log").open("ab") as output:
        prefect = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", OURS, "--port", str(port)],
            env={**os.environ, **env}, stdout=output, stderr=output, cwd=work, start_new_session=True,
        )  # fmt: skip
    try:
        city.settle_in()
        for host, pool in zip(hosts, ("lotline", "lotline-helpers"), strict=True):
            host.start([sys.executable, "-m", "prefect", "worker", "start", "--pool", pool], env, work / f"{host.name}.log", work)
        run = city.begin("lotline backfill/backfill")
        while len(by := _done_by(home)) < 2 or min(by.values()) < 3:
            if city.state(run) == "COMPLETED":
                raise SystemExit("the first host was done before the second had joined: take more documents")
            time.sleep(0.2)
        before = sum(_done_by(home).values())
        victims = hosts[1].lose()
        began = time.monotonic()
        say(f"{documents} documents: after {before} were done, by {len(by)} runs, a host with {victims} processes was lost")
        while (state := city.state(run)) not in ("COMPLETED", "FAILED", "CRASHED"):
            time.sleep(1)
        say(f"the other's run: {state} {time.monotonic() - began:.0f} s later")
    finally:
        prefect.terminate()
        prefect.wait()
    differ = differences(work / "calm-out", home / "exports" / "missing-year")
    begun = _events(home, "document begun")
    say(f"files of the export that differ: {len(differ)} {differ}; documents begun twice: {sum(n - 1 for n in begun.values())}")
    return not differ and state == "COMPLETED"


def _done_by(home: Path) -> Counter[str]:
    return _events(home, "document done", "run")


def _events(home: Path, event: str, what: str = "document") -> Counter[str]:
    file = home / "logs" / "lotline.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return Counter(told[what] for told in map(json.loads, lines) if told["event"] == event)


def main() -> None:
    """The command."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--corpus", type=Path, default=ROOT / "samples")
    ask.add_argument("--pages", type=int, default=80)
    ask.add_argument("--documents", type=int, default=60)
    ask.add_argument("--rounds", type=int, default=2)
    ask.add_argument("--only", choices=("share", "lost"))
    asked = ask.parse_args()
    registers = Registers.of(asked.corpus.absolute())

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    good = True
    with tempfile.TemporaryDirectory() as scratch, two_hosts() as hosts, postgres(OURS) as server:
        work = Path(scratch)
        if asked.only != "share":
            (work / "lost").mkdir()
            good = lost(hosts, server, registers, work / "lost", asked.documents, say)
        if asked.only != "lost":
            share(hosts, server, registers, asked.corpus.absolute(), work, asked.pages, asked.rounds, say)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
