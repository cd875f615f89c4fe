"""Word error of the bare Tesseract command and of Lotline's reading on the same pages.

    python -m benchmarks.word_error FOLDER... [--part tuning|heldout|all] [--only GLOB] [--pages] [--json FILE]

A word counts as right where the page has it, as often as the page has it, wherever the engine put it: engines differ in the
order in which they read columns, and none of that is an error in a word. On pages whose truth names every word the error is
max(missed, invented) / words (a misread word is both, and counts once); where the truth names some words only, it is
missed / words. Tesseract is the command as installed, with its defaults and ``OMP_THREAD_LIMIT=1``, on the page's picture.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.papers import Paper, papers, pictures, tokens
from extractors.read import ReadSettings, read_file
from records.document import SourceFile
from records.errors import DocumentError

Words = Mapping[int, Counter[str]]
Engine = Callable[[Paper], Words]


@dataclass(slots=True)
class Tally:
    """Words of the truth, and those missed or invented."""

    words: int = 0
    errors: int = 0

    @property
    def share(self) -> float:
        return self.errors / self.words if self.words else 0.0

    def add(self, other: Tally) -> None:
        self.words += other.words
        self.errors += other.errors


def errors_on(paper: Paper, read: Words) -> dict[int, Tally]:
    """By page of the truth."""
    out = {}
    for number, truth in paper.words.items():
        got = sum(read.values(), Counter()) if number == 0 else read.get(number, Counter())
        missed, invented = (truth - got).total(), (got - truth).total()
        out[number] = Tally(truth.total(), max(missed, invented) if paper.whole else missed)
    return out


def by_tesseract(cache: Path | None = None) -> Engine:
    """The bare command. ``cache`` keeps its answers by picture: it does not change while we do."""

    def read(paper: Paper) -> Words:
        found: dict[int, Counter[str]] = {}
        with tempfile.TemporaryDirectory() as folder:
            for number, picture in pictures(paper, Path(folder)):
                found[number] = Counter(tokens(_tesseract(picture, cache)))
        return found

    return read


def by_lotline(settings: ReadSettings | None = None) -> Engine:
    """Lotline's reading of the file itself. A page that it declares blank or unreadable has no words."""
    chosen = settings or ReadSettings()

    def read(paper: Paper) -> Words:
        data = paper.file.read_bytes()
        source = SourceFile(hashlib.sha256(data).hexdigest(), paper.file.name, len(data))
        try:
            document = read_file(paper.file, source, chosen)
        except DocumentError:
            return {}
        return {p.number: Counter(t for w in p.words for t in tokens(w.text)) for p in document.pages}

    return read


def _tesseract(picture: Path, cache: Path | None) -> str:
    kept = cache / hashlib.sha256(picture.read_bytes()).hexdigest() if cache else None
    if kept is not None and kept.is_file():
        return kept.read_text(encoding="utf-8")
    said = subprocess.run(
        ["tesseract", str(picture), "stdout"],
        capture_output=True, check=False, env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    text = said.stdout.decode("utf-8", "replace")
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text, encoding="utf-8")
    return text


def compare(
    wanted: Sequence[Paper], engines: Mapping[str, Engine], each: Callable[[str], None] | None = None
) -> dict[str, dict[str, Tally]]:
    """Tallies by group and engine; ``each`` hears of every page."""
    sums: dict[str, dict[str, Tally]] = defaultdict(lambda: {name: Tally() for name in engines})
    for paper in wanted:
        found = {name: errors_on(paper, engine(paper)) for name, engine in engines.items()}
        for number in paper.words:
            for name, tallies in found.items():
                sums[paper.group][name].add(tallies[number])
            if each is not None:
                row = "  ".join(f"{name} {t[number].share:6.3f}" for name, t in found.items())
                each(f"{row}  of {next(iter(found.values()))[number].words:5} words  {paper.file.name} p{number or '*'}")
    return dict(sums)


def table(sums: Mapping[str, Mapping[str, Tally]], names: Sequence[str]) -> list[str]:
    """Markdown: a row per group and one for all; the last column is the last engine's error over the first's."""
    total = {name: Tally() for name in names}
    for tallies in sums.values():
        for name in names:
            total[name].add(tallies[name])
    rows = [("| paper | words | " + " | ".join(names) + " | ratio |"), "|---|---|" + "---|" * (len(names) + 1)]
    for group, tallies in [*sorted(sums.items()), ("all", total)]:
        first, last = tallies[names[0]], tallies[names[-1]]
        ratio = f"{last.errors / first.errors:.2f}" if first.errors else "-"
        shares = " | ".join(f"{tallies[name].share:.4f}" for name in names)
        rows.append(f"| {group} | {first.words} | {shares} | {ratio} |")
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    ask = argparse.ArgumentParser(description="Word error of the bare Tesseract command and of Lotline on the same pages.")
    ask.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    ask.add_argument("--part", choices=("tuning", "heldout", "all"), default="tuning", help="of a labelled folder")
    ask.add_argument("--only", default="*", help="file names or conditions to take, e.g. 'fax' or 'copier*'")
    ask.add_argument("--digital", action="store_true", help="also files that were never on paper")
    ask.add_argument("--pages", action="store_true", help="print every page (not of the held-out part)")
    ask.add_argument("--cache", type=Path, help="folder that keeps Tesseract's answers")
    ask.add_argument("--json", type=Path)
    chosen = ask.parse_args(arguments)
    if chosen.pages and chosen.part != "tuning" and any((f / "truth").is_dir() for f in chosen.folders):
        ask.error("single pages of the held-out part are not shown: leave out --pages")
    wanted = [
        p
        for folder in chosen.folders
        for p in papers(folder, chosen.part)
        if (chosen.digital or p.group != "digital")
        and (fnmatch.fnmatch(p.file.name, chosen.only) or fnmatch.fnmatch(p.group, chosen.only))
    ]
    engines = {"tesseract": by_tesseract(chosen.cache), "lotline": by_lotline()}

    def show(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    sums = compare(wanted, engines, show if chosen.pages else None)
    for line in table(sums, list(engines)):
        show(line)
    if chosen.json:
        plain = {g: {n: asdict(t) for n, t in row.items()} for g, row in sums.items()}
        chosen.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
