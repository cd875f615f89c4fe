"""Writes an export: a folder of CSVs with schema and manifest (and a workbook), swapped in whole.

The same bundle gives the same bytes in every file but ``delivery.json``, which alone holds times and what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractors.rulebook import DEFAULT_LAYERS
from flows.export.bulk import write_table
from flows.export.delivery import Delivery
from flows.export.folder import MANIFEST, read_manifest, recover, replace_folder
from flows.export.package import data_package, differences, fact, manifest, write_json
from flows.export.privacy import Held, guard
from flows.export.profiles import Profile, ProfileFile, load_profile
from flows.export.ready import Ready
from flows.export.tables import Sheet, Tables
from records.columns import TABLES
from records.errors import SetupError
from records.export import ExportBundle


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What was written: rows per file, accepted rows held back by reason, documents per state, changes since last time."""

    folder: Path
    profile: str
    rows: Mapping[str, int]
    held_back: Mapping[str, int]
    document_states: Mapping[str, int]
    changes: Mapping[str, Mapping[str, int]]
    manifest_sha256: str
    personal: tuple[Held, ...] = ()  # rows held back for what stands in them


def write_export(
    out: Path, bundle: ExportBundle | Tables | Ready, include_review: bool, profile: str = "internal",
    layers: Sequence[str] = DEFAULT_LAYERS,
) -> ExportSummary:  # fmt: skip
    """Write the export of ``bundle`` under ``profile`` to the folder ``out``, replacing an export that lies there.

    Raises SetupError (StoreError where the disk is full); an earlier export in ``out`` is untouched then.
    """
    chosen = load_profile(profile, layers)
    if include_review and chosen.audience != "inside":
        raise SetupError(f"The profile '{profile}' leaves the city: rows that wait for review can't be part of it.")
    tables = bundle if isinstance(bundle, Ready | Tables) else Tables(bundle)
    delivery = Delivery(tables, chosen.rules)
    out = out.absolute()
    recover(out)
    sheets: dict[str, Sheet] = {}
    personal: list[Held] = []
    for file in chosen.files:
        sheets[file.name], stays = guard(file, _sheet(file, delivery, include_review), chosen.audience)
        personal += stays
    held = dict(delivery.held_back) if any(f.table.name not in TABLES for f in chosen.files) else {}
    for stay in personal:
        held[f"row with a {stay.looks_like}"] = held.get(f"row with a {stay.looks_like}", 0) + 1
    before = out if read_manifest(out) else None
    changes: dict[str, dict[str, int]] = {}
    hashes: dict[str, str] = {}

    def write(folder: Path) -> None:
        facts = _write_tables(folder, chosen, sheets)
        write_json(folder / "datapackage.json", data_package(chosen, facts))
        facts["datapackage.json"] = fact(folder / "datapackage.json")
        write_json(folder / MANIFEST, manifest(chosen, tables, include_review, facts, held))
        hashes["manifest"] = fact(folder / MANIFEST)["sha256"]
        if before is not None:
            changes.update(differences(chosen, before, folder))
        write_json(folder / "delivery.json", {
            "written_at": datetime.now(UTC).isoformat(timespec="seconds"), "manifest_sha256": hashes["manifest"],
            "replaces": fact(before / MANIFEST)["sha256"] if before else None, "changes": changes,
        })  # fmt: skip

    replace_folder(out, write)
    states = dict(Counter(tables.sheet("documents", include_review).column("state")))
    counts = {name: sheet.count for name, sheet in sheets.items()}
    return ExportSummary(out, profile, counts, held, states, changes, hashes["manifest"], tuple(personal))


def write_profile(
    out: Path, bundle: ExportBundle | Tables | Ready, profile: str, layers: Sequence[str] = DEFAULT_LAYERS
) -> ExportSummary:
    """A delivery: accepted rows only, in the form that ``profile`` describes."""
    return write_export(out, bundle, include_review=False, profile=profile, layers=layers)


def _sheet(file: ProfileFile, delivery: Delivery, include_review: bool) -> Sheet:
    if file.table.name not in TABLES:
        return Sheet.of(file.table.name, delivery.rows(file.table.name))
    sheet = delivery.tables.sheet(file.table.name, include_review)
    wanted = {c.source.name for c in file.columns} - {c.name for c in file.table.columns}
    return delivery.with_register(sheet) if wanted else sheet


def _write_tables(folder: Path, profile: Profile, rows: Mapping[str, Sheet]) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    sheets = {}
    for file in profile.files:
        cells = file.cells(rows[file.name])
        facts[file.name] = write_table(folder / file.name, file.header, cells)
        sheets[file.name.removesuffix(".csv")[:31]] = (file.header, cells)
    if profile.workbook:
        from flows.export.workbook import write_workbook  # most deliveries have none

        books = {name: (header, list(zip(*cells, strict=True))) for name, (header, cells) in sheets.items()}
        write_workbook(folder / "lotline.xlsx", books)
        facts["lotline.xlsx"] = fact(folder / "lotline.xlsx")
    return facts
