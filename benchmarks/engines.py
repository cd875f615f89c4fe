"""The systems that are put side by side, each as the command a person would type."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Cost, cost_of

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Registers:
    """The parcel file and log that belong to a corpus."""

    parcels: Path
    log: Path | None

    @classmethod
    def of(cls, corpus: Path) -> Registers:
        log = corpus / "inspection_log.csv"
        return cls(corpus / "parcels.csv", log if log.is_file() else None)


def lotline_run(folder: Path, registers: Registers, home: Path, workers: int) -> Cost:
    """``lotline run`` on a folder: read, extract, link, compare, export."""
    command: list[str | Path] = [
        sys.executable, "-m", "flows.cli", "--home", home, "run", folder, "--parcels", registers.parcels,
        "--out", home.with_name(home.name + "-out"), "--include-review", "--workers", str(workers), "--plain", "--json",
    ]  # fmt: skip
    if registers.log is not None:
        command += ["--log", registers.log]
    return cost_of(command, env=ONE_THREAD, cwd=home.parent)


def tesseract(pictures: Sequence[Path], processes: int) -> Cost:
    """The bare command on each picture, so many at a time; its memory is that of the largest one times their number."""
    began = time.monotonic()

    def one(picture: Path) -> tuple[float, float]:
        process = subprocess.Popen(
            ["tesseract", str(picture), "stdout"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **ONE_THREAD},
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024

    with ThreadPoolExecutor(processes) as crew:
        found = list(crew.map(one, pictures))
    largest = max((mb for _, mb in found), default=0.0)
    return Cost(time.monotonic() - began, sum(cpu for cpu, _ in found), largest * processes, largest)


def ocrmypdf(documents: Sequence[Path], out: Path, jobs: int, python: Path | None) -> Cost | None:
    """OCRmyPDF as it comes, pages of a file in parallel; None where it is not installed."""
    beside = python.parent / "ocrmypdf" if python else None
    program = str(beside) if beside and beside.is_file() else shutil.which("ocrmypdf")
    if program is None:
        return None
    out.mkdir(parents=True, exist_ok=True)
    total = Cost()
    for document in documents:
        command: list[str | Path] = [
            program, "--quiet", "--force-ocr", "--output-type", "pdf", "--optimize", "0", "--jobs", str(jobs),
            document, out / document.name,
        ]  # fmt: skip
        total.add(cost_of(command, env=ONE_THREAD))
    return total


@dataclass(slots=True)
class TextRead:
    """What a text reader did in the time between its first and its last file."""

    pages: int = 0
    words: int = 0
    failed: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    largest_mb: float = 0.0

    def add(self, other: TextRead) -> None:
        self.pages, self.words, self.failed = self.pages + other.pages, self.words + other.words, self.failed + other.failed
        self.wall, self.cpu = self.wall + other.wall, self.cpu + other.cpu
        self.largest_mb = max(self.largest_mb, other.largest_mb)


def text_reader(name: str, documents: Sequence[Path], work: Path, python: Path | None) -> TextRead | str:
    """Its figures, or why there are none."""
    listing = work / "documents.txt"
    listing.write_text("\n".join(str(d) for d in documents), encoding="utf-8")
    own = name.startswith(("lotline", "pdfplumber")) or python is None
    interpreter = Path(sys.executable) if own or python is None else python
    cost = cost_of(
        [interpreter, ROOT / "benchmarks" / "text_readers.py", name, listing],
        env={"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"},
    )
    if cost.code == 3:
        return "not installed"
    if cost.code:
        return f"failed with code {cost.code}: {cost.said.strip().splitlines()[-1:]}"
    said = json.loads(cost.said.strip().splitlines()[-1])
    return TextRead(said["pages"], said["words"], said["failed"], said["wall"], said["cpu"], cost.largest_mb)
