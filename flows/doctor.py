"""Looks at everything that Lotline depends on and names the remedy for each thing that is not as it should be."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flows.home import Home
from records.errors import LotlineError

_ROOM_NEEDED = 2 << 30  # bytes: a year of page images in the OCR cache and one export beside another
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs"})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``warning``: work goes on without it, less well."""

    name: str
    state: Literal["ok", "warning", "missing"]
    says: str
    remedy: str = ""


def examine(home: Home, parcels: Path | None = None, log: Path | None = None) -> list[Check]:
    """All checks, in order of how much fails without them. Never raises: what goes wrong is a check's answer."""
    return [
        *_tesseract(),
        *_soffice(),
        *_fonts(),
        _asked("patterns", _patterns),
        _asked("settings", lambda: _settings(home)),
        *_database(home),
        _room(home),
        *_registers(home, parcels, log),
    ]


def _asked(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", ask())
    except LotlineError as error:
        return Check(name, "missing", "not usable", str(error))


def _tesseract() -> Iterator[Check]:
    if shutil.which("tesseract") is None:
        remedy = "sudo apt-get install tesseract-ocr tesseract-ocr-eng"
        yield Check("Tesseract", "missing", "not installed, so scans can't be read", remedy)
        return
    version = _said("tesseract", "--version").splitlines()
    yield Check("Tesseract", "ok", version[0] if version else "installed")
    languages = set(_said("tesseract", "--list-langs").split())
    if "eng" in languages:
        yield Check("Tesseract data: eng", "ok", "English")
    else:
        yield Check("Tesseract data: eng", "missing", "not installed (English)", "sudo apt-get install tesseract-ocr-eng")


def _soffice() -> Iterator[Check]:
    command = shutil.which("soffice") or shutil.which("libreoffice")
    if command is None:
        yield Check(
            "LibreOffice", "warning", "not installed: .doc and .rtf can't be read, Word files have no page images",
            "sudo apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui",
        )  # fmt: skip
    else:
        yield Check("LibreOffice", "ok", command)


def _fonts() -> Iterator[Check]:
    if shutil.which("fc-list") is None:
        return
    families = _said("fc-list", ":", "family").lower()
    wanted = (("liberation", "arial"), ("carlito", "calibri"), ("caladea", "cambria"))
    if all(any(name in families for name in either) for either in wanted):
        yield Check("Fonts", "ok", "for page images of Word files")
    else:
        remedy = "sudo apt-get install fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea"
        yield Check("Fonts", "warning", "common office fonts are missing: page images of Word files break elsewhere", remedy)


def _patterns() -> str:
    from extractors.rulebook import RuleBook

    rules = RuleBook.load()
    rules.check()
    return f"{len(rules.names())} pattern files of {', '.join(rules.layers)}, version {rules.hash[:12]}"


def _settings(home: Home) -> str:
    from flows.city import load_city

    if not home.settings.exists():
        return f"none of your own yet ({home.settings}): the built-in ones of Chelsea are used; lotline init drafts yours"
    return f"{load_city(home.settings).name}, {home.settings}"


def _database(home: Home) -> Iterator[Check]:
    file = home.sqlite_file
    if file is not None:
        kind = _file_system(file.parent)
        if kind in _NETWORK_FILE_SYSTEMS:
            yield Check(
                "Database place", "missing", f"{file.parent} is a network share ({kind}), where SQLite loses data",
                "put it on a local disk with --home, or use PostgreSQL: LOTLINE_DATABASE=postgresql+psycopg://...",
            )  # fmt: skip
    yield _asked("Database", lambda: _opened(home))


def _opened(home: Home) -> str:
    from store import Store

    with Store.open(home.database):
        return f"{home.sqlite_file or home.database.rpartition('@')[2]}, tables up to date"


def _room(home: Home) -> Check:
    free = shutil.disk_usage(home.folder).free
    says = f"{free / (1 << 30):.1f} GB free in {home.folder}"
    if free >= _ROOM_NEEDED:
        return Check("Disk", "ok", says)
    return Check("Disk", "missing", says, f"free some space there (the cache {home.cache} may be deleted), or move --home")


def _registers(home: Home, parcels: Path | None, log: Path | None) -> Iterator[Check]:
    from flows.city import load_city, load_log, load_parcels

    if parcels is not None:
        file = parcels
        yield _asked("Parcel file", lambda: f"{len(load_parcels(file, load_city(home.settings)))} rows in {file.name}")
    if log is not None:
        rows = log
        yield _asked("Permit log", lambda: f"{len(load_log(rows, load_city(home.settings)))} rows in {rows.name}")


def _file_system(folder: Path) -> str:
    """The type of the file system that holds ``folder``; '' where the system does not say."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best = ("", "")
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = line.split()
        if len(parts) > 2 and folder.resolve().is_relative_to(parts[1]) and len(parts[1]) >= len(best[0]):
            best = (parts[1], parts[2])
    return best[1]


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout or done.stderr
