"""All speed, memory and word-error figures in one run: ``make bench``, or

    python -m benchmarks.all [--corpus FOLDER] [--pages 500] [--documents 1000] [--others PYTHON] [--only PART...]

``--corpus`` is a folder with ``files``, ``truth``, ``parcels.csv`` and ``inspection_log.csv`` as ``samples/`` is.
``--others`` is the interpreter of an environment that has OCRmyPDF, unstructured and docling-parse; what is missing there is
named, and nothing is installed. Systems take turns on portions of the same files, so that a busy moment of the machine
falls on all of them; only ratios within one run mean anything. The tables go to standard output as Markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import engines, stock
from benchmarks.engines import Registers
from benchmarks.papers import papers
from benchmarks.scale import documents_table, memory_table
from benchmarks.speed import digital_table, scans_table
from benchmarks.word_error import by_lotline, by_tesseract, compare, table

PARTS = ("digital", "scans", "words", "documents", "memory")
CLEAN = frozenset({"scan300", "scan200", "tiff"})
HARD = frozenset({"fax", "photocopy", "photo", "stained"})
Say = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    ask = argparse.ArgumentParser(description="Speed, memory and word error of Lotline beside other systems, in one run.")
    ask.add_argument("--corpus", type=Path, default=engines.ROOT / "samples")
    ask.add_argument("--pages", type=int, default=500, help="pages of each kind (born-digital, scanned)")
    ask.add_argument("--hard-pages", type=int, default=100, help="faxes, copies, photographs and stained pages")
    ask.add_argument("--paper", nargs="+", choices=("clean", "hard"), default=("clean", "hard"), help="of the scanned pages")
    ask.add_argument("--slow-portions", type=int, help="portions that OCRmyPDF gets; default: all")
    ask.add_argument("--documents", type=int, default=1000, help="of the long run; the short one has a tenth")
    ask.add_argument("--others", type=Path, help="interpreter of the environment with the other systems")
    ask.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    ask.add_argument("--processes", nargs="+", type=int, choices=(1, 2), default=(2, 1), help="of the scanned pages")
    ask.add_argument("--portions", type=int, default=4, help="how often the systems take turns")
    ask.add_argument("--work", type=Path, help="folder for what is made meanwhile; default: a temporary one")
    chosen = ask.parse_args(arguments)

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    if chosen.work:
        chosen.work.mkdir(parents=True, exist_ok=True)
        _measure(chosen, chosen.work.absolute(), say)
    else:
        with tempfile.TemporaryDirectory(prefix="lotline-bench-") as folder:
            _measure(chosen, Path(folder), say)
    return 0


def _measure(chosen: argparse.Namespace, work: Path, say: Say) -> None:
    corpus: Path = chosen.corpus.absolute()
    registers = Registers.of(corpus)
    files = stock.files_of(corpus)
    others: Path | None = chosen.others.absolute() if chosen.others else None  # not resolved: a venv's python is a link
    if "digital" in chosen.only:
        typed = stock.born_digital(files)
        say(f"\n## Born-digital pages ({len(typed)} files in turn, at least {chosen.pages} pages)\n")
        _lines(digital_table(typed, chosen.pages, registers, work / "digital", others, chosen.portions), say)
    if "scans" in chosen.only:
        for name, scanned, pages in _papers(corpus, files, chosen):
            say(f"\n## {name} ({len(scanned)} files in turn, at least {pages} pages, 300 dpi)\n")
            place = work / name.replace(" ", "-").lower()
            _lines(
                scans_table(
                    scanned, pages, registers, place, others, chosen.portions, chosen.slow_portions, chosen.processes, _tell
                ),
                say,
            )
    if "words" in chosen.only and (corpus / "truth").is_dir():
        say("\n## Word error on scanned pages with truth\n")
        wanted = [p for p in papers(corpus, "all") if p.group != "digital"]
        by_name = {"tesseract": by_tesseract(), "lotline": by_lotline()}
        _lines(table(compare(wanted, by_name), list(by_name)), say)
    if "documents" in chosen.only:
        say(f"\n## Whole runs: {chosen.documents // 10} and {chosen.documents} one-page reports\n")
        _lines(documents_table(chosen.documents, registers, work / "documents"), say)
    if "memory" in chosen.only:
        say(f"\n## Memory of a worker that is never replaced, over {chosen.documents} documents\n")
        _lines(memory_table(chosen.documents, stock.born_digital(files), registers, work / "memory"), say)


def _papers(corpus: Path, files: Sequence[Path], chosen: argparse.Namespace) -> Iterator[tuple[str, Sequence[Path], int]]:
    """Scanned files in the groups that speed is asked of, where the corpus says what condition a paper is in."""
    scanned = stock.scans(files)
    conditions = stock.conditions(corpus)
    if not conditions:
        yield "Scanned pages", scanned, chosen.pages
        return
    for name, group, wanted, pages in (
        ("Clean scans", "clean", CLEAN, chosen.pages),
        ("Hard pages", "hard", HARD, chosen.hard_pages),
    ):
        some = [f for f in scanned if conditions.get(f) in wanted]
        if some and group in chosen.paper:
            yield name, some, pages


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _lines(lines: Sequence[str], say: Say) -> None:
    for line in lines:
        say(line)


if __name__ == "__main__":
    sys.exit(main())
