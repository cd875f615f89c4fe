"""A run that finds nothing new does nothing: what was exported last still lies there, and would come out the same.

What the last export to a place was made from is kept in the home's cache: the files of INPUT, every setting, rule and program it
depends on, the name of the database's state, and the hashes of what was written. Only where all of it is as it was, file by file
and byte by byte, is the work spared; in any doubt the run does it again, which gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.collect import Found
from flows.export.folder import MANIFEST, read_manifest
from flows.fingerprints import Fingerprints, rows_fingerprint
from flows.registers import remember
from flows.summary import Summary
from store import Store

if TYPE_CHECKING:
    from flows.run import Task


def last_answer(task: Task, prints: Fingerprints, found: Sequence[Found], store: Store, started: float) -> Summary | None:
    """The summary of the last run where this one would change nothing; None where there may be something to do."""
    if task.only is not None:
        return None
    try:
        kept: dict[str, Any] = json.loads(_place(task).read_text(encoding="utf-8"))
        summary = Summary.from_json(kept["summary"])
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or of another version: nothing depends on it
        return None
    if kept.get("from") != _origin(task, prints, found) or kept.get("state") != store.state():
        return None
    if kept.get("written") != _written(task.out):
        return None
    remember(task.home, task.parcels, task.log)
    return replace(summary, out=str(task.out), read_now=0, notes=(), seconds=round(time.monotonic() - started, 1))


def keep_answer(task: Task, prints: Fingerprints, found: Sequence[Found], state: str, summary: Summary) -> None:
    """Keeps what the export that was just written follows from. ``state`` is that of the database it was made of."""
    written = _written(task.out)
    if written is None:
        return
    kept = {"from": _origin(task, prints, found), "state": state, "written": written, "summary": summary.as_json()}
    place = _place(task)
    place.parent.mkdir(exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(kept), encoding="utf-8")
    half.replace(place)


def forget_answer(task: Task) -> None:
    """Before an export is written: what is known of the last one no longer holds."""
    _place(task).unlink(missing_ok=True)


def _place(task: Task) -> Path:
    return task.home.cache / "exports" / f"{_short(str(task.out.absolute()))}.json"


def _origin(task: Task, prints: Fingerprints, found: Sequence[Found]) -> str:
    """Of everything that rows and bytes follow from, but for the database."""
    parts: list[object] = [
        rows_fingerprint(prints), task.include_review, task.period, task.home.database,
        *((f.source.path, f.source.sha256, f.source.size, f.problem) for f in found),
    ]  # fmt: skip
    return _short(repr(parts))


def _written(out: Path) -> dict[str, str] | None:
    """Hash of every file of the export as it lies there; None where one is missing or is not what the manifest says."""
    manifest = read_manifest(out)
    if manifest is None:
        return None
    try:
        found = {name: _hash(out / name) for name in (*manifest["files"], MANIFEST, "delivery.json")}
    except OSError:
        return None
    whole = all(found[name] == fact["sha256"] for name, fact in manifest["files"].items())
    return found if whole and not any(_half_done(out)) else None


def _half_done(out: Path) -> Iterator[bool]:
    """A swap that was cut short is for the next export to put right."""
    for what in ("partial", "old"):
        yield (out.absolute().parent / f".{out.absolute().name}.{what}").exists()


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
