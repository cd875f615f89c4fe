"""What lies beside the CSVs so that a stranger can use and check them: Table Schema, manifest, differences to the last time."""

from __future__ import annotations

import csv
import filecmp
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.export.folder import PRODUCT
from flows.export.profiles import Profile, ProfileColumn, ProfileFile
from flows.export.ready import Ready
from flows.export.tables import Tables
from records.columns import Column
from records.trust import CLAIMS

_TYPES = {
    "text": "string", "path": "string", "id": "string", "choice": "string", "bbox": "string", "date": "date",
    "money": "number", "number": "number", "confidence": "number", "integer": "integer",
}  # fmt: skip
_BBOX_PATTERN = r"-?\d+\.\d -?\d+\.\d -?\d+\.\d -?\d+\.\d"
csv.field_size_limit(2**31 - 1)


def data_package(profile: Profile, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``datapackage.json``: a resource per CSV with its schema, hash and size (``facts`` by file name)."""
    return {
        "name": f"{PRODUCT}-{profile.name}".lower().replace("_", "-"),
        "title": f"Lotline export, profile {profile.name}",
        "resources": [
            {
                "name": file.name.removesuffix(".csv").lower(), "type": "table", "path": file.name, "scheme": "file",
                "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "description": file.table.meaning,
                "hash": f"sha256:{facts[file.name]['sha256']}", "bytes": facts[file.name]["bytes"],
                "dialect": {"csv": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True}},
                "schema": _schema(file, profile.files),
            }
            for file in profile.files
        ],
    }  # fmt: skip


def manifest(
    profile: Profile, made_of: Tables | Ready, include_review: bool, facts: Mapping[str, Mapping[str, Any]],
    held_back: Mapping[str, int],
) -> dict[str, Any]:  # fmt: skip
    """``manifest.json``: what is in the folder and what made it. Holds no time: same inputs, same bytes."""
    made = made_of.provenance
    return {
        "product": PRODUCT, "format": 1, "profile": profile.name, "include_review": include_review,
        "files": {name: dict(fact) for name, fact in sorted(facts.items())},
        "rulebook_sha256": made.rulebook_hash, "versions": dict(sorted(made.versions.items())),
        "calibration": made.calibration,
        "proof": {claim: made.standing.get(claim) or made.proof.get(claim, "unproven") for claim in CLAIMS},
        "held_back": dict(sorted(held_back.items())),
        "log_complete_through": made_of.log_through.isoformat() if made_of.log_through else None,
    }  # fmt: skip


def differences(profile: Profile, old: Path, new: Path) -> dict[str, dict[str, int]]:
    """Per file, the rows added, changed and withdrawn since the export in ``old``, by primary key."""
    result: dict[str, dict[str, int]] = {}
    for file in profile.files:
        key = key_of(file)
        if not key or not (old / file.name).is_file():
            continue
        before, after = compared(file, old, new)
        result[file.name] = {
            "added": len(after.keys() - before.keys()),
            "changed": sum(before[k] != row for k, row in after.items() if k in before),
            "withdrawn": len(before.keys() - after.keys()),
        }
    return result


Keyed = dict[tuple[str, ...], tuple[str, ...]]
"""Rows by their key."""


def compared(file: ProfileFile, old: Path | None, new: Path) -> tuple[Keyed, Keyed]:
    """The rows of a file before and after, both under the header that it has now. Files that are the same to the byte, as they
    are on most nights, are not read."""
    there = old is not None and (old / file.name).is_file()
    if there and old is not None and filecmp.cmp(old / file.name, new / file.name, shallow=False):
        return {}, {}
    key, header = key_of(file), file.header
    before = _keyed(old / file.name, key, header) if there and old is not None else {}
    return before, _keyed(new / file.name, key, header)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def fact(path: Path, rows: int | None = None) -> dict[str, Any]:
    """Hash and size of a written file, and its rows where it is a table."""
    with path.open("rb") as stream:
        found: dict[str, Any] = {"sha256": hashlib.file_digest(stream, "sha256").hexdigest(), "bytes": path.stat().st_size}
    return found if rows is None else {**found, "rows": rows}


def _schema(file: ProfileFile, files: Sequence[ProfileFile]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(c) for c in file.columns], "missingValues": [""]}
    if key := key_of(file):
        schema["primaryKey"] = key
    headers = {c.source.name: c.header for c in file.columns if not c.converted}
    links = []
    for column, table, there in file.table.refers:
        target = next((f for f in files if f.table.name == table), None)
        other = {c.source.name: c.header for c in target.columns if not c.converted} if target else {}
        if target and column in headers and there in other:
            resource = target.name.removesuffix(".csv").lower()
            links.append({
                "fields": [headers[column]], "reference": {"resource": resource, "fields": [other[there]]},
            })  # fmt: skip
    if links:
        schema["foreignKeys"] = links
    return schema


def _field(column: ProfileColumn) -> dict[str, Any]:
    source = column.source
    field: dict[str, Any] = {
        "name": column.header, "type": "string" if column.converted else _TYPES[source.type],
        "description": source.meaning,
    }  # fmt: skip
    if limits := _limits(source, column.converted):
        field["constraints"] = limits
    return field


def _limits(source: Column, converted: bool) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if source.required else {}
    if converted:
        return limits
    if source.choices:
        limits["enum"] = list(source.choices)
    if source.type == "confidence":
        limits.update(minimum=0, maximum=1)
    if source.type == "bbox":
        limits["pattern"] = _BBOX_PATTERN
    return limits


def key_of(file: ProfileFile) -> list[str]:
    """Headers of the file's primary key; none where the profile leaves a part of it out."""
    headers = {c.source.name: c.header for c in file.columns}
    return [headers[k] for k in file.table.key] if all(k in headers for k in file.table.key) else []


def _keyed(path: Path, key: Sequence[str], header: Sequence[str]) -> Keyed:
    """The rows of a written CSV by their key, their cells in the order of ``header``; a column it does not have is blank."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        found = next(rows, [])
        at = {name: i for i, name in enumerate(found)}
        if found == list(header):
            keys = [at[k] for k in key]
            return {tuple([row[i] for i in keys]): tuple(row) for row in rows if len(row) == len(found)}
        places = [at.get(name) for name in header]
        keys = [list(header).index(k) for k in key]
        moved = (tuple("" if i is None or i >= len(row) else row[i] for i in places) for row in rows)
        return {tuple([row[i] for i in keys]): row for row in moved}
