"""Tries pattern files: their schema, every example and counter-example, and the sample papers that layouts name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from extractors.forms.examples import failures, tried
from extractors.forms.recognise import fits
from extractors.forms.schema import faults
from extractors.parcels import Linker
from extractors.pattern_files import PatternFile, Place
from extractors.pipeline import process
from extractors.read import read_file
from extractors.read.settings import ReadSettings
from extractors.rulebook import LAYOUTS, RuleBook, layer_dir, layer_files
from records.document import Document, SourceFile
from records.errors import DocumentError, PatternError, SetupError
from records.record import Record
from records.settings import City
from records.settle import to_text

NAMES = {"parcel_id": "parcel_as_written", "parcel": "parcel_as_written", "address": "location"}
"""What a row of an example may say in place of the field as read: a sample has no parcel file beside it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was tried, and every fault by file and line."""

    files: int
    examples: int
    samples: int
    faults: tuple[str, ...]


def check(layers: Sequence[str], only: Path | None, settings: ReadSettings) -> Checked:
    """Tries the files of all layers; ``only`` names one file or one folder of them. Raises PatternError where a file can't be
    read at all, and SetupError where there is no such file."""
    layers, wanted = _with(layers, only)
    files = examples = samples = 0
    wrong: list[str] = []
    for n, layer in enumerate(layers):
        if wanted is not None and layer_dir(layer).resolve() not in (wanted, wanted.parent, wanted.parent.parent):
            continue
        rules = RuleBook.load(layers[: n + 1])
        for file in layer_files(layer):
            path = layer_dir(layer) / file.name.partition("/")[2]
            if wanted is not None and wanted.is_file() and path.resolve() != wanted:
                continue
            files += 1
            found = faults(file)
            wrong += [str(e) for e in found]
            if found:
                continue
            examples += sum(1 for _ in tried(file, rules))
            wrong += [str(e) for e in failures(file, rules)]
            if path.parent.name == LAYOUTS:
                for at, says in _samples(file, path, rules, settings):
                    samples += 1
                    wrong += [str(file.error(at, says))] if says else []
    if not files:
        raise SetupError(f"There are no pattern files in {only}: name a .yml file or a folder that holds some.")
    return Checked(files, examples, samples, tuple(wrong))


def _with(layers: Sequence[str], only: Path | None) -> tuple[tuple[str, ...], Path | None]:
    """The layers, with the folder that is asked about on top if it is none of them yet."""
    if only is None:
        return tuple(layers), None
    if not only.exists():
        raise SetupError(f"There is no file or folder {only}: check the path.")
    place = only.resolve()
    folder = place.parent if place.is_file() else place
    folder = folder.parent if folder.name == LAYOUTS else folder
    if folder in {layer_dir(layer).resolve() for layer in layers}:
        return tuple(layers), place
    return (*layers, str(folder)), place


def _samples(file: PatternFile, path: Path, rules: RuleBook, settings: ReadSettings) -> Iterator[tuple[Place, str]]:
    for key in ("examples", "counter_examples"):
        for i, example in enumerate(file.data.get(key, ())):
            if isinstance(example, Mapping) and "sample" in example:
                sample = path.parent / str(example["sample"])
                try:
                    yield (key, i), _tried(sample, path.stem, example, key == "examples", rules, settings)
                except DocumentError as error:
                    yield (key, i), f"the sample {example['sample']} can't be read: {error.reason}."


def _tried(sample: Path, form: str, example: Mapping[str, Any], wanted: bool, rules: RuleBook, settings: ReadSettings) -> str:
    """What is wrong with how a sample comes out; '' where all is as the example says."""
    if not sample.is_file():
        return f"there is no sample {sample.name} beside the file."
    document = _read(sample, sample.stat().st_mtime_ns, settings)
    ranked = fits(document, rules)
    best = next((f for f in ranked if f.fits), None)
    own = next(f for f in ranked if f.form == form)
    if not wanted:
        return f"{sample.name} must not be recognised as {form}, but is: {own.why()}." if best is own else ""
    if best is not own:
        return f"{sample.name} is not recognised as {form}: {own.why()}" + (f"; {best.form} fits better." if best else ".")
    outcome = process(document, rules, Linker((), (), City(patterns=rules.layers)))
    rows = [r for r in outcome.records if not r.ignorable]
    if example.get("rows") and len(rows) != int(example["rows"]):
        doubts = "; ".join(r.detail for report in outcome.reports for r in report.reasons)
        return f"{sample.name}: {len(rows)} rows were found, not {example['rows']}" + (f" ({doubts})." if doubts else ".")
    for row in example.get("has", ()):
        if not any(_is(r, row) for r in rows):
            return f"{sample.name}: no row is {dict(row)}; {_nearest(rows, row)}."
    return ""


def _is(record: Record, row: Mapping[str, str]) -> bool:
    return all(_text(record, name) == text for name, text in row.items())


def _text(record: Record, name: str) -> str:
    value = record.value(name)
    return to_text(record.value(NAMES[name]) if value is None and name in NAMES else value)


def _nearest(rows: Sequence[Record], row: Mapping[str, str]) -> str:
    """The row that agrees in most, told by what it says otherwise."""
    best = max(rows, key=lambda r: sum(_text(r, n) == t for n, t in row.items()), default=None)
    if best is None:
        return "no row was found"
    return "the nearest says " + ", ".join(f"{n} {_text(best, n) or 'nothing'}" for n, t in row.items() if _text(best, n) != t)


@cache
def _read(sample: Path, _modified: int, settings: ReadSettings) -> Document:
    size = sample.stat().st_size
    return read_file(sample, SourceFile("0" * 64, sample.name, size), settings)


def listing(layers: Sequence[str]) -> list[dict[str, Any]]:
    """Every pattern file with its layer, what it is about, how many entries and examples it holds. Raises PatternError."""
    told = []
    for n, layer in enumerate(layers):
        rules = RuleBook.load(layers[: n + 1])
        for file in layer_files(layer):
            data = file.data
            held = [v for k, v in data.items() if k not in ("examples", "counter_examples")]
            entries = sum(len(v) for v in held if isinstance(v, (list, dict)))
            try:
                examples = sum(1 for _ in tried(file, rules))
            except PatternError:
                examples = 0
            told.append({
                "layer": layer, "file": file.name, "about": str(data.get("about", "")), "entries": entries, "examples": examples,
                "kind": str(data.get("doc_type", "")),
            })  # fmt: skip
    return told
