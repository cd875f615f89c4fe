"""Loads the wording that rules rest on: YAML files of a state layer and, over it, a city layer.

``patterns/<layer>/<name>.yml`` is data that a clerk may edit. Strings are strict: an unquoted ``0123``, ``no``
or ``2019-04-29`` would silently become a number, False or a date in YAML, so such a value is refused with its line.
All errors are :class:`records.errors.PatternError` and name file and line.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from records.errors import PatternError

DEFAULT_LAYERS: tuple[str, ...] = ("us-ma", "chelsea")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING_TAG = "tag:yaml.org,2002:str"
_KINDS = {"bool": "a yes/no", "int": "a number", "float": "a number", "timestamp": "a date", "null": "nothing"}
# Keys whose strings are regular expressions, wherever they stand: they are compiled when the file is loaded.
_REGEX_KEYS = frozenset({"regex", "regexes", "pattern", "pattern_regex"})
# What every entry of a list must say, by file name and list: the code that reads them relies on it.
_ENTRY_KEYS: dict[tuple[str, str], frozenset[str]] = {
    ("phrases", "rules"): frozenset({"id", "code", "category", "alternatives", "all", "priority"}),
    ("sanitary_code", "sections"): frozenset({"id", "title", "label", "kind", "category"}),
    ("sanitary_code_2023", "sections"): frozenset({"id", "title", "kind", "old"}),
    ("related_codes", "codes"): frozenset({"id", "prefix", "title", "category"}),
    ("negation", "readings"): frozenset({"id", "regex", "low", "high"}),
}
Place = tuple[str | int, ...]


def pattern_dir() -> Path:
    """The folder of the layers: ``LOTLINE_PATTERNS`` where a city keeps its own, else the one beside the code."""
    own = os.environ.get("LOTLINE_PATTERNS")
    return Path(own) if own else Path(__file__).resolve().parent.parent / "patterns"


def load_layers(name: str, layers: Sequence[str] = DEFAULT_LAYERS) -> list[dict[str, Any]]:
    """The documents ``patterns/<layer>/<name>.yml`` of those layers that have one, base first.

    Raises PatternError if no layer has it or one is not valid.
    """
    paths = [_layer_dir(layer) / f"{name}.yml" for layer in layers]
    found = [p for p in paths if p.is_file()]
    if not found:
        known = ", ".join(section_names(layers)) or "none"
        where = f"{pattern_dir()} ({', '.join(layers)})"
        raise PatternError(f"No pattern file {name}.yml under {where}; there are: {known}.")
    return [_read(p, p.stat().st_mtime_ns) for p in found]


def section_names(layers: Sequence[str] = DEFAULT_LAYERS) -> list[str]:
    """Names of all pattern files of the layers."""
    return sorted({p.stem for layer in layers for p in _layer_dir(layer).glob("*.yml")})


def rulebook_hash(layers: Sequence[str] = DEFAULT_LAYERS) -> str:
    """SHA-256 over names and bytes of the layers' files; part of every fingerprint of what was extracted."""
    digest = hashlib.sha256()
    for layer in layers:
        _digest(digest, _layer_dir(layer), "*.yml")
    return digest.hexdigest()


def models_hash() -> str:
    """SHA-256 over the trained artefacts under ``patterns/models``."""
    digest = hashlib.sha256()
    folder = pattern_dir() / "models"
    if folder.is_dir():
        _digest(digest, folder, "**/*")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The pattern files of some layers at one moment; small, hashable and cheap to send to a worker process."""

    layers: tuple[str, ...]
    hash: str

    @classmethod
    def load(cls, layers: Sequence[str] = DEFAULT_LAYERS) -> RuleBook:
        """The rule book of these layers (base first). Sections are read when first asked for; see :meth:`check`."""
        return cls(tuple(layers), rulebook_hash(layers))

    def section(self, name: str) -> dict[str, Any]:
        """The merged content of ``<name>.yml``: a later layer's entry with the same ``id`` replaces the earlier one,
        other list items are appended, mappings are merged, single values replaced. Treat it as read-only."""
        return _merged(name, self.layers, self.hash)

    def names(self) -> list[str]:
        """All sections there are."""
        return section_names(self.layers)

    def check(self) -> None:
        """Read every file, so that a wrong one is named before any document is."""
        for name in self.names():
            self.section(name)


def merge(base: Any, over: Any) -> Any:
    """``over`` laid on ``base`` by the rules of :meth:`RuleBook.section`."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{k: merge(base[k], v) if k in base else v for k, v in over.items()}}
    if isinstance(base, list) and isinstance(over, list):
        replaced = {e["id"]: e for e in over if isinstance(e, dict) and "id" in e}
        merged = [replaced.pop(e["id"], e) if isinstance(e, dict) and "id" in e else e for e in base]
        rest = [e for e in over if not (isinstance(e, dict) and "id" in e) or e["id"] in replaced]
        return merged + [e for e in rest if e not in base]
    return over


def parse_strict(text: str, file: str) -> dict[str, Any]:
    """One YAML document whose scalars are all strings; ``file`` is only named in errors."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise PatternError(f"{file}{line}: not YAML ({getattr(error, 'problem', error)}).") from error
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise PatternError(f"{file} line 1: the file must be a mapping of names to values.")
    lines: dict[Place, int] = {}
    data = _plain(node, file, (), lines)
    _check_common(data, file, lines)
    _check_entries(data, file, lines)
    return dict(data)


def _layer_dir(layer: str) -> Path:
    folder = pattern_dir() / layer
    if not re.fullmatch(r"[\w-]+", layer) or not folder.is_dir():
        raise PatternError(f"No pattern layer '{layer}' under {pattern_dir()}: check city.patterns in lotline.toml.")
    return folder


def _digest(digest: Any, folder: Path, glob: str) -> None:
    for path in sorted(folder.glob(glob)):
        if path.is_file():
            digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())


@cache
def _read(path: Path, _modified: int) -> dict[str, Any]:
    """``_modified`` makes an edited file a new cache entry."""
    return parse_strict(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")


@cache
def _merged(name: str, layers: tuple[str, ...], _hash: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for document in load_layers(name, layers):
        merged = merge(merged, document)
    return merged


def _plain(node: yaml.Node, file: str, place: Place, lines: dict[Place, int]) -> Any:
    line = node.start_mark.line + 1
    lines[place] = line
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _plain(key_node, file, (*place, "key"), lines)
            if key in result:
                raise PatternError(f"{file} line {key_node.start_mark.line + 1}: '{key}' is there twice.")
            result[key] = _plain(value_node, file, (*place, key), lines)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, file, (*place, i), lines) for i, child in enumerate(node.value)]
    if node.tag != _STRING_TAG:
        kind = _KINDS.get(node.tag.rpartition(":")[2], "not text")
        raise PatternError(f"{file} line {line}: {node.value!r} would be read as {kind}; put it in quotes.")
    return str(node.value)


def _check_common(data: Any, file: str, lines: dict[Place, int]) -> None:
    """What holds in every file: ids are unique within their list, regular expressions compile, examples are lists."""
    for place, value in _walk(data, ()):
        line = lines.get(place, 1)
        if isinstance(value, list):
            ids = [e["id"] for e in value if isinstance(e, dict) and "id" in e]
            for twice in {i for i in ids if ids.count(i) > 1}:
                raise PatternError(f"{file} line {line}: the id '{twice}' is there twice.")
        key = place[-1] if place and isinstance(place[-1], str) else place[-2] if len(place) > 1 else ""
        if isinstance(value, str) and key in _REGEX_KEYS:
            try:
                re.compile(value)
            except re.error as error:
                raise PatternError(f"{file} line {line}: {value!r} is no regular expression ({error}).") from error
        if key in {"examples", "counter_examples"} and place[-1] == key and not isinstance(value, list):
            raise PatternError(f"{file} line {line}: {key} must be a list.")


def _check_entries(data: dict[str, Any], file: str, lines: dict[Place, int]) -> None:
    stem = Path(file).stem
    for (name, key), needed in _ENTRY_KEYS.items():
        for i, entry in enumerate(data.get(key, ()) if name == stem else ()):
            missing = sorted(needed - entry.keys()) if isinstance(entry, dict) else sorted(needed)
            if missing:
                line = lines.get((key, i), 1)
                raise PatternError(f"{file} line {line}: an entry of '{key}' lacks {', '.join(missing)}.")


def _walk(data: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _walk(value, (*place, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _walk(value, (*place, i))
