"""What a preview of changed patterns costs beside reading the same documents:

    python -m benchmarks.preview [--corpus FOLDER] [--documents 1000] [--work FOLDER]

The corpus's own files are read once from scratch, OCR and all; that is what reading costs. Then the same home takes in copies of
them, whose bytes differ and whose pages don't, until it holds so many documents; their OCR comes from the cache, so reading
``--documents`` is reckoned as the first figure times their number over the number of files. Each preview is then a whole
command, start included, in processor seconds of all its processes. What it would say is checked by what must come out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import engines, stock
from benchmarks.engines import ONE_THREAD, ROOT, Registers
from benchmarks.markdown import head
from benchmarks.measure import Cost, cost_of

CHANGES: dict[str, tuple[str, str]] = {
    "a phrase for a thing": ("phrases", 'groups:\n  stove: ["cooking hob"]\n'),
    "a word of negation": ("negation", 'all_well: ["in apple pie order"]\n'),
    "a label of reports": ("labels", 'fields:\n  - {id: "inspection_date", labels: ["walk through took place"]}\n'),
    "a heading of tax lists": ("tax", 'columns:\n  total: ["to be collected"]\n'),
    "the title of a section": (
        "sanitary_code",
        'sections:\n  - {id: "410.280", title: "Air", label: "Ventilation", kind: "finding", category: "ventilation"}\n',
    ),
    "a street name (all documents)": ("streets", 'words:\n  GREAT: ["GRTE"]\n'),
}  # fmt: skip
"""Name -> (pattern file, what a city lays over it). The last can be felt on any paper."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    ask = argparse.ArgumentParser(description="Preview of changed patterns beside reading the documents.")
    ask.add_argument("--corpus", type=Path, default=ROOT / "samples")
    ask.add_argument("--documents", type=int, default=1000)
    ask.add_argument("--work", type=Path, help="folder for what is made meanwhile; default: a temporary one")
    chosen = ask.parse_args(arguments)
    if chosen.work:
        chosen.work.mkdir(parents=True, exist_ok=True)
        lines = measured(chosen.corpus.absolute(), chosen.documents, chosen.work.absolute())
    else:
        with tempfile.TemporaryDirectory(prefix="lotline-bench-") as folder:
            lines = measured(chosen.corpus.absolute(), chosen.documents, Path(folder))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def measured(corpus: Path, documents: int, work: Path) -> list[str]:
    """The table, and what it rests on."""
    registers, files = Registers.of(corpus), stock.files_of(corpus)
    home, inbox = work / "home", work / "inbox"
    stock.copies(files, len(files), inbox)
    reading = engines.lotline_run(inbox, registers, home, 1)
    stock.copies(files, documents, inbox)
    filled = engines.lotline_run(inbox, registers, home, 1)
    if reading.code or filled.code:
        return [f"the run failed with code {reading.code or filled.code}: {(reading if reading.code else filled).said[-500:]}"]
    whole = reading.cpu * documents / len(files)
    rows = [
        f"Reading {len(files)} files from scratch: {reading.cpu:.1f} CPU s; {documents} documents: {whole:.0f} CPU s.",
        "",
        *head("changed", "would come out otherwise", "CPU s", "wall s", "÷ reading"),
    ]  # fmt: skip
    for name, (file, text) in CHANGES.items():
        cost = previewed(home, work, file, text)
        if cost.code:
            rows.append(f"| {name} | failed with code {cost.code}: {cost.said[-200:]} | | | |")
            continue
        touched = json.loads(cost.said)["touched"]
        rows.append(f"| {name} | {touched} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.cpu / whole:.4f} |")
    return rows


def previewed(home: Path, work: Path, file: str, text: str) -> Cost:
    """One ``lotline preview`` of a folder that holds this one file."""
    folder = work / f"changed-{file}"
    folder.mkdir(exist_ok=True)
    (folder / f"{file}.yml").write_text(text, encoding="utf-8")
    command: list[str | Path] = [
        sys.executable, "-m", "flows.cli", "--home", home, "preview", "--patterns", folder, "--workers", "1", "--json",
    ]  # fmt: skip
    return cost_of(command, env=ONE_THREAD, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
