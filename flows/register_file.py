"""Reads a table that a city exported, CSV or spreadsheet, as text: encodings, lines before the header, double headers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from records.errors import SetupError

_SPREADSHEETS = {".xlsx", ".xlsm", ".xls"}
_LOOKED_AT = 30  # rows in which the header must stand


@dataclass(frozen=True, slots=True)
class Table:
    """Column names and rows of text. ``first_row`` is the 1-based row of the file where ``rows`` begins."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int


def read_table(path: Path, what: str, is_header: Callable[[Sequence[str]], int]) -> Table:
    """The table in ``path``. ``is_header`` counts the columns that a row of names explains; the best row of the first 30
    is the header. ``what`` names the file in errors ("parcel file")."""
    if path.is_dir():
        raise SetupError(f"The {what} {path} is a folder: name the file in it.")
    if not path.is_file():
        raise SetupError(f"The {what} {path} is not there. Check the path.")
    cells = _spreadsheet(path, what) if path.suffix.lower() in _SPREADSHEETS else _delimited(path, what)
    if not cells:
        raise SetupError(f"The {what} {path} is empty. Export it again from the city's system.")
    scores = [is_header(row) for row in cells[:_LOOKED_AT]]
    at = scores.index(max(scores)) if max(scores) > 0 else next((i for i, r in enumerate(cells) if sum(map(bool, r)) > 1), 0)
    columns = _named_apart(cells[at])
    rows = [tuple((row + [""] * len(columns))[: len(columns)]) for row in cells[at + 1 :]]
    return Table(columns, tuple(rows), at + 2)


def _delimited(path: Path, what: str) -> list[list[str]]:
    raw = path.read_bytes()
    if raw.startswith(b"%PDF") or raw.startswith(b"PK\x03\x04") or b"\x00\x00\x00" in raw[:200]:
        raise SetupError(f"The {what} {path} is not a CSV or Excel file. Export it as one of these.")
    text = _decoded(raw)
    delimiter = max(",;\t|", key=lambda d: sum(min(line.count(d), 50) for line in text.splitlines()[:_LOOKED_AT]))
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise SetupError(f"The {what} {path} can't be read as CSV ({error}). Export it again.") from error
    return [[_plain(cell) for cell in row] for row in rows]


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what Excel on Windows writes


def _spreadsheet(path: Path, what: str) -> list[list[str]]:
    import pandas as pd  # only here: most registers are CSV, and every run would pay for it

    try:
        sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=str, keep_default_na=False)
    except (ValueError, OSError, BadZipFile, KeyError) as error:
        raise SetupError(f"The {what} {path} can't be read as a spreadsheet ({error}). Save it again or as CSV.") from error
    widest = max(sheets.values(), key=len, default=None)
    if widest is None:
        return []
    return [[_plain(str(cell)) for cell in row] for row in widest.itertuples(index=False, name=None)]


def _plain(cell: str) -> str:
    """Without a spreadsheet's guard around text: ``="59-10"``."""
    text = cell.strip()
    guarded = re.fullmatch(r'=\s*"(.*)"', text)
    return guarded[1].strip() if guarded else text


def _named_apart(header: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    names = []
    for place, name in enumerate(header):
        name = name.strip() or f"column {place + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
