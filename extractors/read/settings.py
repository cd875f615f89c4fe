"""What a reading depends on: limits and engines. Two readings with the same fingerprint of the same bytes are equal."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractors.read.engine import Engine, engine_version
from extractors.read.voice_model import voice_version
from records.errors import MissingEngine

READER_VERSION = "31"
"""Raise it whenever the same bytes would be read differently: stored readings are then made again."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Limits and choices of one reading. ``cache_dir`` holds OCR results; None = no cache."""

    dpi: int = 300
    tesseract_seconds: int = 120  # per call; a page takes 2 to 5 on a quiet machine
    max_pages: int = 600
    max_pixels: int = 30_000_000  # of one page image: A3 at 300 dpi has 17; two voices on 60 need more than 1 GB
    max_bytes: int = 250_000_000
    soffice: bool = True
    soffice_seconds: int = 40
    engine: Engine = "auto"  # Tesseract in this process where tesserocr is installed, else its command
    second_voice: bool = True  # words that Tesseract doubts or that decide a record are read twice, where the packages are there
    cache_dir: Path | None = None


def tesseract_version() -> str:
    """The Tesseract that reads scans on this machine, with its version. Raises MissingEngine with the remedy."""
    return engine_version()


def voice_of(settings: ReadSettings) -> str:
    """The second voice that a reading with these settings asks, with its version."""
    return voice_version() if settings.second_voice else "no second voice"


@cache
def soffice_path() -> str | None:
    """LibreOffice's command, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


def reader_fingerprint(settings: ReadSettings) -> str:
    """Names engine, versions and settings in one short hash; time-outs and the cache's place do not count."""
    try:
        engine = engine_version(settings.engine)
    except MissingEngine:
        engine = "no tesseract"
    parts = [
        READER_VERSION,
        engine,
        voice_of(settings),
        *(f"{p}={_package(p)}" for p in ("pypdfium2", "pikepdf", "opencv-python-headless", "python-docx", "openpyxl")),
        f"dpi={settings.dpi}",
        f"pages={settings.max_pages}",
        f"pixels={settings.max_pixels}",
        f"soffice={settings.soffice and soffice_path() is not None}",
    ]
    return "read-" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
