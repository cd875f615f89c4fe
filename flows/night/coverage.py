"""What is still missing of a time, and whom to ask for it: the ledger by month, letters per inspector, the vendor's export."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.bundle import make_bundle
from flows.home import Home
from flows.night.ledger_nights import Change, counts_of, since_last_night
from flows.night.settings import load_night
from flows.registers import Registers, load_registers
from records.cells import guarded
from records.document import SourceFile
from records.errors import SetupError
from records.export import ExportBundle, ExportRecord, LedgerEntry, document_id
from store import Store

_STRAY = ("inspection_date", "address_as_written", "parcel_id", "inspector", "inspection_type")
_NO_NAME = "(no inspector named)"


@dataclass(frozen=True, slots=True)
class Coverage:
    """``months``: month -> state -> log rows; ``since``: what changed since last night, None before a first one; ``strays``:
    visits that were read and that no row of the log explains."""

    months: Mapping[str, Mapping[str, int]]
    since: Change | None
    missing: tuple[LedgerEntry, ...]
    strays: tuple[ExportRecord, ...]
    log_through: date | None
    days: tuple[date, date]


def coverage(home: Home, days: tuple[date | None, date | None] = (None, None)) -> Coverage:
    """The ledger of ``days`` (default: the city's gap) as it stands now. Raises SetupError where no log is known."""
    folders = load_night(home).folders
    registers = load_registers(home, folders.parcels, folders.log)
    if not registers.log:
        raise SetupError("There is no permit log to compare with: name it with --log in the next run, or set folders.log.")
    bundle = _bundle(home, registers)
    period = (days[0] or registers.city.gap_from, days[1] or registers.city.gap_to)
    entries = [e for e in bundle.ledger if e.log.opened and period[0] <= e.log.opened <= period[1]]
    strays = tuple(sorted(
        (r for r in bundle.standing if r.kind == "inspection" and not r.values.get("permit_record")),
        key=lambda r: (r.values.get("inspection_date", ""), r.source_file, r.id),
    ))  # fmt: skip
    since = since_last_night(home, bundle.ledger, period)
    missing = tuple(e for e in entries if e.state in ("without_document", "unreadable"))
    return Coverage(counts_of(entries), since, missing, strays, bundle.log_through, period)


def write_requests(found: Coverage, folder: Path, city: str) -> list[Path]:
    """``missing-year.csv``, ``no-log-row.csv`` (visits that no row of the log explains), a letter per inspector with what to
    ask for, and the text of a request for the vendor's export."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "missing-year.csv"]
    with written[0].open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(("record_no", "record_type", "opened", "address", "unit", "inspector", "state", "attachments"))
        for e in found.missing:
            row = (e.log.record_no, e.log.record_type, e.log.opened or "", e.log.address, e.log.unit, e.log.inspector, e.state)
            writer.writerow([*(guarded(str(v)) for v in row), guarded("; ".join(e.log.attachments))])
    written.append(folder / "no-log-row.csv")
    with written[-1].open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow((*_STRAY, "state", "document_id", "source_file"))
        for r in found.strays:
            told = (r.values.get(name, "") for name in _STRAY)
            writer.writerow([*(guarded(v) for v in told), r.state, document_id(r.sha256), guarded(r.source_file)])
    per: dict[str, list[LedgerEntry]] = defaultdict(list)
    for e in found.missing:
        per[e.log.inspector or _NO_NAME].append(e)
    for inspector, entries in sorted(per.items()):
        path = folder / f"ask {re.sub(r'[^A-Za-z0-9 .-]', '_', inspector)}.txt"
        path.write_text(_letter(inspector, entries, found.days), encoding="utf-8")
        written.append(path)
    written.append(folder / "request to the vendor.txt")
    written[-1].write_text(_vendor(found, city), encoding="utf-8")
    return written


def _bundle(home: Home, registers: Registers) -> ExportBundle:
    with Store.open(home.database) as store:
        sources = [SourceFile(d.sha256, path, d.size) for d in store.current() for path in d.paths]
        return make_bundle(store, sources, registers, {})


def _letter(inspector: str, entries: Sequence[LedgerEntry], days: tuple[date, date]) -> str:
    lines = [
        f"To: {inspector}",
        "",
        f"The permit system has these inspections of yours from {days[0]} to {days[1]}, but no report that can be read.",
        "Please send the Word file, the PDF or the paper of each. Notes in pencil are welcome too. Where there never was a",
        "report, please say so beside the line.",
        "",
    ]
    for e in sorted(entries, key=lambda e: (e.log.opened or date.min, e.log.record_no)):
        unit = f", unit {e.log.unit}" if e.log.unit else ""
        what = "its file can't be read" if e.state == "unreadable" else "no report"
        lines.append(f"  [ ] {e.log.opened}  {e.log.record_no:<14} {e.log.address}{unit}  ({e.log.record_type}; {what})")
    return "\n".join([*lines, "", f"{len(entries)} in all.", ""])


def _vendor(found: Coverage, city: str) -> str:
    numbers = sorted(e.log.record_no for e in found.missing)
    return "\n".join([
        f"The City of {city} asks for a bulk export of the documents in its permit system.",
        "",
        f"Records opened from {found.days[0]} to {found.days[1]}, all types, with:",
        "  1. every file attached to each record, in one folder per record that is named by the record number, under the file's",
        "     own name (files of the same name numbered, none left out or overwritten), with its time of upload;",
        "  2. one CSV of the records: record number, type, date opened, status, address, unit, inspector, parcel number,",
        "     and the names of the attached files;",
        "  3. the number of records and of files, so that both sides can see that nothing is missing.",
        "",
        "The files are the city's own records (M.G.L. c. 66). Please say what form and size the export will have.",
        "",
        f"{len(numbers)} records whose documents we could not find so far:",
        *(f"  {n}" for n in numbers),
        "",
    ])  # fmt: skip
