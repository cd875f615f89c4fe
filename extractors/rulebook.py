"""Loads the wording that rules rest on: YAML files of a state layer and, over it, of a city.

``<layer>/<name>.yml`` is data that a clerk may edit; ``<layer>/layouts/<name>.yml`` describes one list or report as it is
printed (see ``extractors.forms``); ``<layer>/codes.yml`` holds what people said that codes mean. A layer is a folder beside
the code, or any other folder named by its path. Strings are strict: an unquoted ``0123``, ``no`` or ``2019-04-29`` would
silently become a number, False or a date in YAML, so such a value is refused with its line.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from extractors.forms.overlay import with_answers, with_form
from extractors.pattern_files import PatternFile, lay, merge, parse
from records.errors import PatternError

__all__ = [
    "DEFAULT_LAYERS", "RuleBook", "layer_dir", "layer_files", "load_layers", "merge", "models_hash",
    "parse_strict", "pattern_dir", "rulebook_hash", "section_names",
]  # fmt: skip

DEFAULT_LAYERS: tuple[str, ...] = ("us-ma", "chelsea")
LAYOUTS = "layouts"
ANSWERS = "codes"


def pattern_dir() -> Path:
    """The folder of the layers: ``LOTLINE_PATTERNS`` where a city keeps its own, else the one beside the code."""
    own = os.environ.get("LOTLINE_PATTERNS")
    return Path(own) if own else Path(__file__).resolve().parent.parent / "patterns"


def load_layers(name: str, layers: Sequence[str] = DEFAULT_LAYERS) -> list[dict[str, Any]]:
    """The documents ``<layer>/<name>.yml`` of those layers that have one, base first.

    Raises PatternError if no layer has it or one is not valid.
    """
    paths = [_layer_dir(layer) / f"{name}.yml" for layer in layers]
    found = [p for p in paths if p.is_file()]
    if not found:
        known = ", ".join(section_names(layers)) or "none"
        where = f"{pattern_dir()} ({', '.join(layers)})"
        raise PatternError(f"No pattern file {name}.yml under {where}; there are: {known}.")
    return [dict(_file(p).data) for p in found]


def section_names(layers: Sequence[str] = DEFAULT_LAYERS) -> list[str]:
    """Names of all pattern files of the layers, without layouts."""
    return sorted({p.stem for layer in layers for p in _layer_dir(layer).glob("*.yml")})


def layer_files(layer: str) -> list[PatternFile]:
    """All files of one layer as read, its layouts too, in order of name. Raises PatternError at the first that is wrong."""
    folder = _layer_dir(layer)
    return [_file(p) for glob in ("*.yml", f"{LAYOUTS}/*.yml") for p in sorted(folder.glob(glob))]


def layer_dir(layer: str) -> Path:
    """The folder of a layer. Raises PatternError if there is none."""
    return _layer_dir(layer)


def rulebook_hash(layers: Sequence[str] = DEFAULT_LAYERS) -> str:
    """SHA-256 over names and bytes of the layers' files; part of every fingerprint of what was extracted."""
    digest = hashlib.sha256()
    for layer in layers:
        _digest(digest, _layer_dir(layer), "*.yml")
        _digest(digest, _layer_dir(layer), f"{LAYOUTS}/*.yml")
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
    """The pattern files of some layers at one moment; small, hashable and cheap to send to a worker process.

    ``forms`` are the layouts that were recognised on the paper in hand: their words count only there.
    """

    layers: tuple[str, ...]
    hash: str
    forms: tuple[str, ...] = ()

    @classmethod
    def load(cls, layers: Sequence[str] = DEFAULT_LAYERS) -> RuleBook:
        """The rule book of these layers (base first). Sections are read when first asked for; see :meth:`check`."""
        return cls(tuple(layers), rulebook_hash(layers))

    def section(self, name: str) -> dict[str, Any]:
        """The merged content of ``<name>.yml``: a later layer's entry with the same ``id`` replaces the earlier one, other
        list items are appended, mappings are merged, single values replaced; what a layer's ``remove`` names is taken out
        first. What people said about codes, and the recognised layouts, lie on top. Treat it as read-only."""
        return _section(name, self.layers, self.hash, self.forms)

    def names(self) -> list[str]:
        """All sections there are."""
        return section_names(self.layers)

    def layouts(self) -> Mapping[str, Mapping[str, Any]]:
        """The layouts of all layers by id; a city's file with the id of a state's is laid over it."""
        return _layouts(self.layers, self.hash)

    def under(self, *forms: str) -> RuleBook:
        """The same rules for paper on which these layouts were recognised."""
        return self if forms == self.forms else replace(self, forms=forms)

    def check(self) -> None:
        """Read every file, so that a wrong one is named before any document is."""
        for name in self.names():
            self.section(name)
        self.layouts()


def parse_strict(text: str, file: str) -> dict[str, Any]:
    """One YAML document whose scalars are all strings; ``file`` is only named in errors."""
    return dict(parse(text, file).data)


def _layer_dir(layer: str) -> Path:
    if "/" in layer or os.sep in layer:
        folder = Path(layer)
        if not folder.is_dir():
            raise PatternError(f"There is no pattern folder {folder}: check city.patterns in lotline.toml.")
        return folder
    folder = pattern_dir() / layer
    if not re.fullmatch(r"[\w-]+", layer) or not folder.is_dir():
        raise PatternError(f"No pattern layer '{layer}' under {pattern_dir()}: check city.patterns in lotline.toml.")
    return folder


def _digest(digest: Any, folder: Path, glob: str) -> None:
    for path in sorted(folder.glob(glob)):
        if path.is_file():
            digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0".encode())
            state = path.stat()
            digest.update(_digest_of(path, state.st_mtime_ns, state.st_size))


@cache
def _digest_of(path: Path, _modified: int, _size: int) -> bytes:
    """Asked for with every address: an edited file is a new entry, as below."""
    return hashlib.sha256(path.read_bytes()).digest()


def _file(path: Path) -> PatternFile:
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _modified: int) -> PatternFile:
    """``_modified`` makes an edited file a new cache entry."""
    inside = path.parent.name == LAYOUTS
    layer = path.parent.parent.name if inside else path.parent.name
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PatternError(f"{path} is not UTF-8 text ({error}): save it as UTF-8.") from error
    return parse(text, f"{layer}/{LAYOUTS}/{path.name}" if inside else f"{layer}/{path.name}")


@cache
def _merged(name: str, layers: tuple[str, ...], _hash: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for document in load_layers(name, layers):
        merged = lay(merged, document)
    return merged


@cache
def _section(name: str, layers: tuple[str, ...], hash_: str, forms: tuple[str, ...]) -> dict[str, Any]:
    data = _merged(name, layers, hash_)
    if name != ANSWERS and ANSWERS in section_names(layers):
        data = with_answers(name, data, _merged(ANSWERS, layers, hash_))
    for form in forms:
        data = with_form(name, data, form, _layouts(layers, hash_)[form])
    return data


@cache
def _layouts(layers: tuple[str, ...], _hash: str) -> dict[str, Mapping[str, Any]]:
    known: dict[str, Mapping[str, Any]] = {}
    for layer in layers:
        for path in sorted((_layer_dir(layer) / LAYOUTS).glob("*.yml")):
            data = _file(path).data
            known[path.stem] = lay(dict(known.get(path.stem, {})), data)
    return known
