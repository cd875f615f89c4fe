"""The log of what ran: a line of JSON per event in ``HOME/logs``, without anything that a document says.

A line names a document by the beginning of its hash, never by its file: names of files hold addresses and people. Facts are
numbers and words of the program; an error is told by its type and the lines of code it passed, never by its message, which may
quote a page.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

FOLDER = "logs"
FILE = "lotline.jsonl"
_LONGEST = 5_000_000  # bytes of one file
_KEPT = 10  # older files
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_HELD = "(held back)"
_ROOT = str(Path(__file__).resolve().parents[1]) + os.sep
_FRAMES = 6

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Logbook:
    """Events of one home. ``run`` is the id of the run that they belong to."""

    home: Path
    run: str = ""

    def note(
        self, event: str, *, level: Level = "info", document: str = "", error: BaseException | None = None,
        counts: Mapping[str, int] | None = None, **facts: int | float | str,
    ) -> None:  # fmt: skip
        """Adds a line. ``document`` is its sha256. Texts that are no single word of the program are held back. A log that can't
        be written stops no work."""
        line: dict[str, object] = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "event": event}
        if self.run:
            line["run"] = self.run
        if document:
            line["document"] = document[:16]
        line |= {name: _safe(value) for name, value in {**(counts or {}), **facts}.items()}
        if error is not None:
            line |= {"error": type(error).__name__, "where": where(error)}
        line["pid"] = os.getpid()
        with contextlib.suppress(OSError):  # a full disk: the run says so itself
            _add(self.home / FOLDER, json.dumps(line) + "\n")


def where(error: BaseException) -> str:
    """The last lines of our own code that an error passed, innermost first, as ``module:line``."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{f.filename.removeprefix(_ROOT)}:{f.lineno}" for f in frames if f.filename.startswith(_ROOT)]
    return " < ".join(reversed(ours[-_FRAMES:]))


def about(error: BaseException, what: str, document: str) -> str:
    """One line for the readers' own log, which holds no message either."""
    return f"{what} {document[:16]}: {type(error).__name__} at {where(error)}"


def say_of_reader(line: str) -> None:
    """Into the log of the reading processes, which is their standard error."""
    sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {line}\n")


def _safe(value: int | float | str) -> int | float | str:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) or not value else _HELD
    return value


def _add(folder: Path, line: str) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes write, and one of them puts the full file aside
        file = folder / FILE
        if file.exists() and file.stat().st_size + len(line) > _LONGEST:
            _put_aside(file)
        with file.open("a", encoding="utf-8") as stream:
            stream.write(line)


def _put_aside(file: Path) -> None:
    """``lotline.jsonl`` becomes ``lotline.jsonl.1`` and so on; the oldest goes."""
    for number in range(_KEPT, 0, -1):
        older = file.with_name(f"{file.name}.{number}")
        if older.exists() and number == _KEPT:
            older.unlink()
        elif older.exists():
            older.rename(file.with_name(f"{file.name}.{number + 1}"))
    file.rename(file.with_name(f"{file.name}.1"))
