"""Backup and restore of a home: one file with everything that can't be made again. The OCR cache can."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from flows.home import Home
from records.errors import SetupError, StoreError
from store import Store

_DATABASE = "lotline.db"
_DUMP = "lotline.pgdump"
_SMALL = ("lotline.toml", "registers.json", "watchdog.json", "ledger-nights.json")
_FOLDERS = ("patterns", "uploads", "redactions")


def back_up(home: Home, file: Path) -> str:
    """Writes the backup and checks it. Works while others read and write. Raises SetupError or StoreError."""
    if file.exists():
        raise SetupError(f"{file} exists already: choose another name, so that no older backup is lost.")
    with tempfile.TemporaryDirectory(dir=home.folder) as scratch:
        folder = Path(scratch)
        copied = _save_database(home, folder)
        beside = file.with_name(f".{file.name}.partial")
        try:
            with tarfile.open(beside, "w:gz") as archive:
                archive.add(folder / copied, copied)
                for name in (*_SMALL, *_FOLDERS):
                    if (home.folder / name).exists():
                        archive.add(home.folder / name, name)
            beside.rename(file)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise StoreError(f"{file} could not be written ({error.strerror}): free some space, or choose another.") from error
    return f"{file}: {file.stat().st_size / 1e6:.1f} MB. Keep it on another machine; lotline --home NEW restore brings it back."


def bring_back(home: Home, file: Path) -> str:
    """Puts a backup into a home that holds no database yet. Raises SetupError before anything is touched."""
    sqlite = home.sqlite_file
    if sqlite is not None and sqlite.exists():
        raise SetupError(f"{home.folder} holds a database already: name an empty folder with --home.")
    with tempfile.TemporaryDirectory(dir=home.folder) as scratch:
        folder = Path(scratch)
        try:
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")
        except (OSError, tarfile.TarError, EOFError) as error:
            raise SetupError(f"{file} is no backup that can be read ({error}): take another one.") from error
        if sqlite is not None:
            if not (folder / _DATABASE).is_file():
                raise SetupError(f"{file} holds a PostgreSQL database: set LOTLINE_DATABASE to an empty one, then restore again.")
            _check(folder / _DATABASE)
        else:
            if not (folder / _DUMP).is_file():
                raise SetupError(f"{file} holds an SQLite database: leave LOTLINE_DATABASE out, then restore again.")
            _postgres("pg_restore", home, "--no-owner", "--exit-on-error", str(folder / _DUMP))
        for name in (_DATABASE, *_SMALL, *_FOLDERS):
            if (folder / name).exists() and not (home.folder / name).exists():
                shutil.move(folder / name, home.folder / name)
    with Store.open(home.database) as store:
        runs = len(store.runs())
    return f"{home.folder}: restored, with {runs} runs in its history. The next run goes on from there."


def _save_database(home: Home, folder: Path) -> str:
    if home.sqlite_file is None:
        _postgres("pg_dump", home, "--format=custom", f"--file={folder / _DUMP}")
        return _DUMP
    with Store.open(home.database) as store:
        store.backup(folder / _DATABASE)
    _check(folder / _DATABASE)
    return _DATABASE


def _check(database: Path) -> None:
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        said = connection.execute("PRAGMA integrity_check").fetchone()
        connection.close()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"the database in the backup is damaged ({error}): take another one") from error
    if said != ("ok",):
        raise StoreError(f"the database in the backup is damaged ({said}): take another one")


def _postgres(program: str, home: Home, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise SetupError(f"{program} is not installed: sudo apt-get install postgresql-client")
    url = home.database.replace("postgresql+psycopg://", "postgresql://")
    done = subprocess.run((program, f"--dbname={url}", *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise StoreError(f"{program} failed: {done.stderr.strip()[-500:]}")
