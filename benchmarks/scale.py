"""Runs of many documents: how time grows, what a second run costs, what a worker holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import engines
from benchmarks.city import make_reports
from benchmarks.engines import ONE_THREAD, Registers
from benchmarks.markdown import head
from benchmarks.measure import cost_of
from benchmarks.stock import copies


def documents_table(documents: int, registers: Registers, work: Path) -> list[str]:
    """A first run on a tenth and on all of the documents with 1 and 2 workers, and a second run with nothing new."""
    reports = make_reports(registers.parcels, documents, work / "all")
    few = work / "few"
    few.mkdir(exist_ok=True)
    for report in reports[: documents // 10]:
        (few / report.name).hardlink_to(report)
    rows = head(
        "documents", "workers", "CPU s", "wall s", "CPU ms / document", "second run: CPU s", "second ÷ first", "peak MB in all"
    )
    each: dict[tuple[int, int], float] = {}
    for folder, count in ((few, documents // 10), (work / "all", documents)):
        for workers in (1, 2):
            home = work / f"home-{count}-{workers}"
            first = engines.lotline_run(folder, registers, home, workers)
            again = engines.lotline_run(folder, registers, home, workers)
            failed = f" ended with code {first.code or again.code}" if first.code or again.code else ""
            rows.append(
                f"| {count} | {workers} | {first.cpu:.1f} | {first.wall:.1f} | {1000 * first.cpu / count:.1f} | {again.cpu:.2f} "
                f"| {again.cpu / first.cpu:.3f} | {first.family_mb:.0f} |{failed}"
            )
            each[count, workers] = first.cpu / count
    ratio = each[documents, 1] / each[documents // 10, 1]
    rows += ["", f"CPU time of a document among {documents} ÷ among {documents // 10}: {ratio:.2f}"]
    return rows


def memory_table(documents: int, files: Sequence[Path], registers: Registers, work: Path) -> list[str]:
    """Resident memory of one worker after a tenth and after all of the documents: typed reports and the corpus's own
    born-digital files in turn, long tables among them."""
    reports = make_reports(registers.parcels, documents - documents // 2, work / "reports")
    own = copies(files, documents // 2, work / "own") if files else []
    mixed = [f for pair in zip(reports, own, strict=False) for f in pair] or reports
    listing = work / "documents.txt"
    listing.write_text("\n".join(map(str, mixed)), encoding="utf-8")
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.worker_memory", listing, registers.parcels]
    if registers.log is not None:
        command.append(registers.log)
    cost = cost_of(command, env=ONE_THREAD, cwd=engines.ROOT)
    if cost.code:
        return [f"failed with code {cost.code}: {cost.said[-300:]}"]
    held = json.loads(cost.said.strip().splitlines()[-1])
    early, late = held[len(held) // 10 - 1], held[-1]
    return [
        *head("documents", "resident MB"),
        f"| {len(held) // 10} | {early:.0f} |", f"| {len(held)} | {late:.0f} |", f"| growth | {late - early:.0f} |",
    ]  # fmt: skip
