"""The export of everything in the database, or of one parcel or time, under a profile."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from extractors.parcels.mapblock import id_key
from flows.bundle import make_bundle
from flows.crossings import cross_all
from flows.export.folder import check_place
from flows.export.writer import write_export
from flows.home import Home
from flows.registers import load_registers
from records.document import SourceFile
from records.errors import SetupError
from records.export import ExportBundle, document_id
from store import Store

SOURCES = "sources.csv"


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for: records of these ``parcels`` and ``days``; ``sources``: also the list of files to pull."""

    parcels: tuple[str, ...] = ()
    days: tuple[date | None, date | None] = (None, None)
    sources: bool = False

    @property
    def period(self) -> tuple[date, date] | None:
        """The days, open ends filled in; None for all."""
        return None if self.days == (None, None) else (self.days[0] or date.min, self.days[1] or date.max)


def export_all(
    home: Home, out: Path, *, profile: str, parcels: Path | None, log: Path | None, include_review: bool, part: Part | None = None
) -> list[str]:
    """Writes the records to ``out`` and returns the names of the files. Raises SetupError where nothing fits."""
    check_place(out)
    part = part or Part()
    registers = load_registers(home, parcels, log)
    with Store.open(home.database) as store:
        whole = cross_all(store, registers.city) or store.whole()
        sources = [SourceFile(d.sha256, path, d.size) for d in whole.documents for path in d.paths]
        if not sources:
            raise SetupError("Nothing was read yet: run lotline run INPUT... first.")
        bundle = make_bundle(store, sources, registers, registers.versions(), part.period, whole)
    if part.parcels:
        bundle = of_parcels(bundle, part.parcels)
    write_export(out, bundle, include_review, profile, registers.city.patterns)
    if part.sources:
        _write_sources(out / SOURCES, bundle, include_review)
    return sorted(f.name for f in out.iterdir() if f.is_file())


def of_parcels(bundle: ExportBundle, wanted: Sequence[str]) -> ExportBundle:
    """The bundle of these parcels alone: their records, the documents that hold them, their rows of the permit log.

    Raises SetupError for a parcel that neither the parcel file nor a record knows.
    """
    keys = {id_key(p): p for p in wanted}
    known = {id_key(p.parcel_id) for p in bundle.parcels} | {id_key(r.values.get("parcel_id", "")) for r in bundle.records}
    unknown = sorted(text for key, text in keys.items() if key not in known)
    if unknown:
        raise SetupError(f"There is no parcel {', '.join(unknown)}: check the id in the parcel file.")
    records = tuple(
        r for r in bundle.records
        if id_key(r.values.get("parcel_id", "")) in keys or id_key(r.parcel_id_current) in keys
    )  # fmt: skip
    ids, shas = {r.id for r in records}, {r.sha256 for r in records}
    return replace(
        bundle,
        records=records,
        documents=tuple(d for d in bundle.documents if d.sha256 in shas),
        questions=tuple(q for q in bundle.questions if q.sha256 in shas),
        ledger=tuple(e for e in bundle.ledger if e.inspection_id in ids),
        parcels=tuple(p for p in bundle.parcels if id_key(p.parcel_id) in keys),
    )


def _write_sources(path: Path, bundle: ExportBundle, include_review: bool) -> None:
    """The files to pull for a records request, with the pages that speak of it."""
    pages: dict[tuple[str, str], set[int]] = defaultdict(set)
    records: dict[tuple[str, str], int] = defaultdict(int)
    for r in bundle.standing:
        if r.state == "in_review" and not include_review:
            continue
        key = (r.source_file, document_id(r.sha256))
        records[key] += 1
        if r.record.anchor.page is not None:
            pages[key].add(r.record.anchor.page)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(("source_file", "document_id", "pages", "records"))
        for (source, document), count in sorted(records.items()):
            writer.writerow((source, document, " ".join(map(str, sorted(pages[source, document]))), count))
