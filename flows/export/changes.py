"""A delivery as changes against the one before: rows added, changed and withdrawn, each with its cause."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flows.export.package import Keyed, compared, key_of
from flows.export.profiles import Profile
from flows.export.ready import Cause

ChangeKind = Literal["added", "changed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs. ``row`` are its cells in the order of the file's header: as it stands now, a withdrawn one as it
    stood."""

    kind: ChangeKind
    cause: str
    key: tuple[str, ...]
    row: tuple[str, ...]


def changes(
    profile: Profile, causes: Callable[[], Mapping[str, Cause]], old: Path | None, new: Path
) -> dict[str, list[Change]]:
    """Per file with a key, what differs between the export folders ``old`` (None: there was none) and ``new``. ``causes`` gives
    those of all records by id; it is asked only where something differs."""
    found: dict[str, list[Change]] = {}
    for file in profile.files:
        if key_of(file):
            before, after = compared(file, old, new)
            found[file.name] = list(_of_file(before, after, file.header, causes())) if before or after else []
    return found


def write_changes(folder: Path, profile: Profile, found: Mapping[str, Sequence[Change]]) -> dict[str, int]:
    """A CSV per file: change, cause, then the file's own columns. Answers rows per file."""
    counts: dict[str, int] = {}
    for file in profile.files:
        if file.name not in found:
            continue
        with (folder / file.name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(("change", "cause", *file.header))
            writer.writerows((change.kind, change.cause, *change.row) for change in found[file.name])
        counts[file.name] = len(found[file.name])
    return counts


def _of_file(before: Keyed, after: Keyed, header: Sequence[str], causes: Mapping[str, Cause]) -> Iterator[Change]:
    for key, row in after.items():
        was = before.get(key)
        if was is None:
            yield Change("added", _added(_cause(key, causes)), key, row)
        elif was != row:
            differing = [name for name, a, b in zip(header, was, row, strict=True) if a != b]
            yield Change("changed", _changed(_cause(key, causes), differing), key, row)
    for key, row in before.items():
        if key not in after:
            cause = _cause(key, causes)
            yield Change("withdrawn", "no longer found" if cause is None else cause.gone, key, row)


def _cause(key: Sequence[str], causes: Mapping[str, Cause]) -> Cause | None:
    """Why a row came, changed or went, from the record that its key names."""
    return next((cause for part in key if (cause := causes.get(part)) is not None), None)


def _added(cause: Cause | None) -> str:
    if cause is None:
        return "new"
    return "released by a person" if cause.by_person else "newly read, or sure enough now"


def _changed(cause: Cause | None, columns: Sequence[str]) -> str:
    by = "decided by a person" if cause is not None and cause.by_person else "read or worked out anew"
    return f"{by}: {', '.join(columns)}"
