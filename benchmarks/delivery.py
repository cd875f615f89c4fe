"""A delivery beside pandas: ``python -m benchmarks.delivery [--rows 100000] [--profile opengov] [--home FOLDER]``.

A home is filled with reports and tax lists that differ in day, case and account, after a hundred typed reports and a list that
are really read. Then the same rows leave twice: by ``lotline deliver``, whole processes, and by pandas alone, which has them
in a data frame and writes the same files. Processor seconds; their ratio is printed, with what each step takes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks import engines
from benchmarks.city import make_reports
from benchmarks.engines import ONE_THREAD, Registers
from benchmarks.markdown import head
from benchmarks.measure import Cost, cost_of
from records.document import SourceFile
from records.record import Outcome, Record
from store import Store

_LIST = "delinquent_list_72.pdf"
_PANDAS = """
import sys, time, resource
import pandas as pd
source, target = sys.argv[1:3]
import pathlib
frames = {p.name: pd.read_csv(p, dtype=str, keep_default_na=False) for p in sorted(pathlib.Path(source).glob("*.csv"))}
began = time.process_time()
for name, frame in frames.items():
    frame.to_csv(pathlib.Path(target) / name, index=False, lineterminator="\\r\\n")
if len(sys.argv) > 3:
    with pd.ExcelWriter(pathlib.Path(target) / "rows.xlsx") as book:
        for name, frame in frames.items():
            frame.to_excel(book, sheet_name=name[:31], index=False)
print(time.process_time() - began)
"""


def fill(home: Path, registers: Registers, rows: int, say: Callable[[str], None]) -> int:
    """Brings the home to at least so many records; answers how many it holds."""
    inbox = home.with_name(home.name + "-inbox")
    make_reports(registers.parcels, 100, inbox)
    shutil.copy(engines.ROOT / "samples" / "files" / _LIST, inbox)
    read = engines.lotline_run(inbox, registers, home, 2)
    if read.code:
        raise RuntimeError(read.said[-500:])
    with Store.open(home / "lotline.db") as store:
        run_id = store.start_run("benchmark", [], "")
        known = [d for d in store.current() if d.outcome is not None and d.outcome.records]
        prints = {d.sha256: d.fingerprint for d in known}
        count = sum(len(d.outcome.records) for d in known if d.outcome is not None)
        turn = 0
        # Half reports, half lists: a list holds hundreds of rows, a report a handful.
        made = {"report": 0, "list": 0}
        while count < rows:
            turn += 1
            for document in known:
                assert document.outcome is not None
                kind = "list" if document.path == _LIST else "report"
                if count >= rows or (kind == "list" and made["list"] > made["report"]):
                    continue
                sha256 = hashlib.sha256(f"{document.sha256}{turn}".encode()).hexdigest()
                outcome = _another(document.outcome, turn)
                store.register([SourceFile(sha256, f"{turn:05d}/{document.path}", document.size)], run_id)
                store.save_reading(
                    sha256, "benchmark", b"", "", pages=document.pages, text_source=document.text_source,
                    media_type=document.media_type,
                )  # fmt: skip
                store.save_outcome(sha256, prints[document.sha256], outcome)
                made[kind] += len(outcome.records)
                count += len(outcome.records)
        store.finish_run(run_id, {}, "completed")
    say(f"{count} records: {made['report']} of reports, {made['list']} of lists, and those read")
    return count


def _another(outcome: Outcome, turn: int) -> Outcome:
    """The same papers of another case, day and account."""
    return replace(
        outcome, reports=tuple(replace(r, records=tuple(_shifted(x, turn) for x in r.records)) for r in outcome.reports)
    )


def _shifted(record: Record, turn: int) -> Record:
    fields = dict(record.fields)
    for name, found in record.fields.items():
        value = found.value
        if isinstance(value, date) and name == "inspection_date":
            value = value + timedelta(days=turn)
        elif name in ("case_number", "account") and value:
            value = f"{value}-{turn}"
        fields[name] = replace(found, value=value)
    return replace(record, fields=fields)


def measure(home: Path, registers: Registers, profile: str, work: Path, turns: int = 3) -> Iterator[str]:
    """The table and the ratio."""
    out = work / "deliveries"
    command: list[str | Path] = [
        sys.executable, "-m", "flows.cli", "--home", home, "deliver", profile, "--out", out, "--accept-counts", "benchmark",
    ]  # fmt: skip
    env = {**ONE_THREAD, "LOTLINE_HOME": str(home)}
    first = cost_of(command, env=env, cwd=work)
    if first.code:
        raise RuntimeError(first.said[-800:])
    ours, theirs, writing = Cost(), Cost(), 0.0
    (work / "pandas").mkdir(exist_ok=True)
    book = ["xlsx"] if (out / profile / "lotline.xlsx").exists() else []
    for _ in range(turns):  # in turns, so that a busy moment falls on both
        ours.add(cost_of(command, env=env, cwd=work))
        alone = cost_of([sys.executable, "-c", _PANDAS, out / profile, work / "pandas", *book], env=ONE_THREAD)
        writing += float(alone.said.strip().splitlines()[-1])
        theirs.add(alone)
    files = list((out / profile).glob("*.csv"))
    rows = sum(_rows(p) for p in files)
    yield from head("what", "rows", "CPU s", "wall s", "peak MB")
    for name, cost, times in (
        ("lotline deliver, rows not worked out before", first, 1),
        ("lotline deliver", ours, turns),
        ("pandas: read the rows, write the same files", theirs, turns),
    ):
        yield f"| {name} | {rows} | {cost.cpu / times:.2f} | {cost.wall / times:.2f} | {cost.family_mb:.0f} |"
    yield f"| of that, writing alone | {rows} | {writing / turns:.2f} | | |"
    yield ""
    yield f"deliver ÷ pandas: {ours.cpu / theirs.cpu:.2f}; ÷ its writing alone: {ours.cpu / writing:.2f}"


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    ask = argparse.ArgumentParser(description="A delivery beside pandas writing the same rows.")
    ask.add_argument("--rows", type=int, default=100_000)
    ask.add_argument("--profile", default="opengov")
    ask.add_argument("--home", type=Path, help="where the filled home is, or is to be kept; default: a temporary folder")
    chosen = ask.parse_args(arguments)

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="lotline-delivery-") as folder:
        home: Path = chosen.home.absolute() if chosen.home else Path(folder) / "home"
        registers = Registers.of(engines.ROOT / "samples")
        if not (home / "lotline.db").is_file():
            home.parent.mkdir(parents=True, exist_ok=True)
            fill(home, registers, chosen.rows, say)
        for line in measure(home, registers, chosen.profile, Path(folder)):
            say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
