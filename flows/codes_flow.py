"""The code book's jobs on the whole database: list what was met, make the sheet, take over the answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.bundle import make_bundle
from flows.codes import Seen, seen_codes
from flows.codes_answers import keep_answers, list_answers, read_answers
from flows.codes_sheet import as_csv, as_pdf, asks
from flows.home import Home
from flows.preview import own_folder
from flows.registers import Registers, load_registers
from flows.say import Tell
from records.document import SourceFile
from records.errors import SetupError
from records.export import ExportRecord
from store import Store


@dataclass(frozen=True)
class Met:
    """The code book of a home, with the rows it was made from."""

    seen: list[Seen]
    records: tuple[ExportRecord, ...]
    registers: Registers


def codes_met(home: Home) -> Met:
    """Every code on everything read so far and in the parcel file. Raises SetupError where nothing was read yet."""
    registers = load_registers(home, None, None)
    with Store.open(home.database) as store:
        return _met(store, registers)


def write_sheet(home: Home, out: Path) -> tuple[Path, Path, int]:
    """Writes the sheet as PDF and CSV and returns their places and the number of questions."""
    registers = load_registers(home, None, None)
    stem = out.with_suffix("") if out.suffix.lower() in (".pdf", ".csv") else out
    if not stem.parent.is_dir():
        raise SetupError(f"There is no folder {stem.parent}: make it, or name another place for the sheet.")
    with Store.open(home.database) as store:
        met = _met(store, registers)
        some = asks(store, met.seen, met.records, registers.rules, list_answers(own_folder(home)))
    pdf, filled = stem.parent / f"{stem.name}.pdf", stem.parent / f"{stem.name}.csv"
    as_pdf(some, pdf, registers.city.name)
    filled.write_text("\ufeff" + as_csv(some), encoding="utf-8")  # the mark tells a spreadsheet that it is UTF-8
    return pdf, filled, len(some)


def import_answers(home: Home, file: Path, by: str, tell: Tell, workers: int | None = None) -> tuple[int, int]:
    """Keeps the answers in the city's own patterns and works through what they change; (answers, documents)."""
    from flows.preview_apply import bring_up_to_date

    answers = read_answers(file, by=by, on=None)
    load_registers(home, None, None)  # nothing is kept where the rest is not in order
    keep_answers(own_folder(home), answers)
    done = bring_up_to_date(home, tell, said=[f"codes: {file.name}", f"by: {by}"], command="codes", workers=workers)
    return len(answers), done.documents - len(done.problems)


def _met(store: Store, registers: Registers) -> Met:
    sources = [SourceFile(d, paths[0], 0) for d, paths in store.paths().items() if paths]
    if not sources:
        raise SetupError("Nothing was read yet: run lotline run INPUT... first.")
    records = make_bundle(store, sources, registers, {}).records
    return Met(seen_codes(records, registers.parcels, registers.rules), records, registers)
