"""A delivery as changes against the one before: rows added, changed and withdrawn, each with its cause."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flows.export.package import key_of, keyed
from flows.export.profiles import Profile
from records.export import ExportBundle, ExportRecord, reason_words

ChangeKind = Literal["added", "changed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs. ``row`` is as it stands now; for a withdrawn one as it stood."""

    kind: ChangeKind
    cause: str
    key: tuple[str, ...]
    row: Mapping[str, str]


def changes(profile: Profile, bundle: ExportBundle, old: Path | None, new: Path) -> dict[str, list[Change]]:
    """Per file with a key, what differs between the export folders ``old`` (None: there was none) and ``new``."""
    causes = _Causes(bundle)
    found: dict[str, list[Change]] = {}
    for file in profile.files:
        key = key_of(file)
        if not key:
            continue
        before = keyed(old / file.name, key) if old is not None and (old / file.name).is_file() else {}
        after = keyed(new / file.name, key)
        found[file.name] = list(_of_file(before, after, causes))
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
            for change in found[file.name]:
                writer.writerow((change.kind, change.cause, *(change.row.get(h, "") for h in file.header)))
        counts[file.name] = len(found[file.name])
    return counts


def _of_file(
    before: Mapping[tuple[str, ...], Mapping[str, str]],
    after: Mapping[tuple[str, ...], Mapping[str, str]],
    causes: _Causes,
) -> Iterator[Change]:
    for key, row in after.items():
        if key not in before:
            yield Change("added", causes.of_added(key), key, row)
        elif before[key] != row:
            differing = [name for name in row if before[key].get(name) != row[name]]
            yield Change("changed", causes.of_changed(key, differing), key, row)
    for key, row in before.items():
        if key not in after:
            yield Change("withdrawn", causes.of_withdrawn(key), key, row)


class _Causes:
    """Why a row came, changed or went, from the record that its key names."""

    def __init__(self, bundle: ExportBundle) -> None:
        self._bundle = bundle
        self._standing = {r.id: r for r in bundle.standing}

    def of_added(self, key: Sequence[str]) -> str:
        record = self._record(key)
        if record is None:
            return "new"
        return "released by a person" if record.decided_by == "review" else "newly read, or sure enough now"

    def of_changed(self, key: Sequence[str], columns: Sequence[str]) -> str:
        record = self._record(key)
        by = "decided by a person" if record is not None and record.decided_by == "review" else "read or worked out anew"
        return f"{by}: {', '.join(columns)}"

    def of_withdrawn(self, key: Sequence[str]) -> str:
        record = self._record(key)
        if record is None:
            return "no longer found"
        if record.rejected:
            return "a person said that it is no record"
        if record.same_as:
            return f"repeats {record.same_as}"
        standing = self._standing.get(record.id, record)
        if standing.state == "in_review":
            return f"waits for a person: {reason_words(standing.reasons)}" if standing.reasons else "waits for a person"
        return "held back by the rules of this delivery"

    def _record(self, key: Sequence[str]) -> ExportRecord | None:
        return next((r for part in key if (r := self._bundle.by_id.get(part)) is not None), None)

