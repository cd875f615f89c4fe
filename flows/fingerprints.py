"""Whether anything must be done at all: short hashes of what a reading and an outcome depend on.

Cheap on purpose: neither Prefect nor spaCy is imported, and parcel files are hashed, not parsed.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import extractors
import flows
import records
import store
from extractors.read.settings import ReadSettings, reader_fingerprint, tesseract_version
from extractors.rulebook import models_hash, rulebook_hash
from records.errors import MissingEngine
from records.settings import City

_LIBRARIES = ("numpy", "scipy", "rapidfuzz", "scikit-learn", "sqlalchemy")
"""What compares, settles and stores is built on these."""
RETRY = "retry-"
"""Before the fingerprint of an outcome that only ran out of time: never current, so the next run tries again."""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """``reading`` of a document as read, ``outcome`` of what was found in it."""

    reading: str
    outcome: str


def fingerprints(settings: ReadSettings, city: City, registers: Sequence[Path]) -> Fingerprints:
    """Of readings and outcomes made now. ``registers``: parcel file and log, by content. Of the city's settings only what
    ``City`` holds counts: where mail goes changes no value."""
    reading = reader_fingerprint(settings)
    parts = [reading, rulebook_hash(city.patterns), models_hash(), code_hash(), repr(city), *(_content(f) for f in registers)]
    return Fingerprints(reading, "find-" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:16])


def beside_patterns(settings: ReadSettings, city: City, registers: Sequence[Path]) -> str:
    """Of all that an outcome follows from but for the pattern files: where it is the same, they are the whole difference."""
    parts = [reader_fingerprint(settings), models_hash(), code_hash(), repr(replace(city, patterns=()))]
    return hashlib.sha256("|".join([*parts, *(_content(f) for f in registers)]).encode()).hexdigest()[:16]


def rows_fingerprint(prints: Fingerprints) -> str:
    """Of all that rows and bytes of an export follow from, but for the database and what was asked for."""
    libraries = map(_version, _LIBRARIES)
    parts = [prints.reading, prints.outcome, tesseract_or_none(), hash_of_code(flows, store), sys.version, *libraries]
    return "rows-" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def tesseract_or_none() -> str:
    """The Tesseract that reads scans here, for the manifest."""
    try:
        return tesseract_version()
    except MissingEngine:
        return "not installed"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"


def code_hash() -> str:
    """Of the source of everything that finds values, so that no release forgets to raise a version number."""
    return hash_of_code(extractors, records)


@cache
def hash_of_code(*packages: ModuleType) -> str:
    """Of the source of these packages."""
    digest = hashlib.sha256()
    for package in packages:
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "-"
