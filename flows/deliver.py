"""The export of everything in the database, under a profile."""

from __future__ import annotations

from pathlib import Path

from flows.bundle import make_bundle
from flows.crossings import cross_all
from flows.export.folder import check_place
from flows.export.writer import write_export
from flows.home import Home
from flows.registers import load_registers
from records.document import SourceFile
from records.errors import SetupError
from store import Store


def export_all(
    home: Home, out: Path, *, profile: str, parcels: Path | None, log: Path | None, include_review: bool
) -> list[str]:
    """Writes all documents' records to ``out`` and returns the names of the files."""
    check_place(out)
    registers = load_registers(home, parcels, log)
    with Store.open(home.database) as store:
        cross_all(store, registers.city)
        sources = [SourceFile(d.sha256, path, d.size) for d in store.current() for path in d.paths]
        if not sources:
            raise SetupError("Nothing was read yet: run lotline run INPUT... first.")
        bundle = make_bundle(store, sources, registers, registers.versions())
    write_export(out, bundle, include_review, profile, registers.city.patterns)
    return sorted(f.name for f in out.iterdir() if f.is_file())
