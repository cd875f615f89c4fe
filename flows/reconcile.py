"""Our violations held against what BuildingBlocks has already, before anything is delivered to it.

Its export is either wide (a row per parcel, a column per label, counts in a window of dates) or long (a row per event). Lines
before the header, ids guarded as ``="59-10"`` and ids taken for dates are all normal in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from extractors.parcels.mapblock import damaged, date_keys, id_key
from flows.home import Home
from flows.parcel_history import Life, lives_of
from flows.register_file import Table, read_table
from flows.registers import load_registers
from records.errors import SetupError
from store import Store

_PARCEL = re.compile(r"^(parcel[ _]?id|parcel|mbl|map[ _-]?lot)$", re.I)
_DAY = re.compile(r"^(event |inspection |violation )?date( cited)?$", re.I)
_LABEL = re.compile(r"^(category|violation( type)?|label|code title|type)$", re.I)
_PREFIX = re.compile(r"^(?P<dataset>.*violations?.*?) -{1,2} (?P<label>.+)$", re.I)
_A_DATE = re.compile(r"\b(\d{1,2})[-/](\d{1,2})[-/](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_MOST = 10
ODD = 3.0
"""A year's count this many times more or less than the mean of its neighbours is worth a question."""
_FEW = 5
"""Counts below this swing by chance."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the export holds: (parcel as written, label, year or None in a wide export) -> count."""

    counts: Mapping[tuple[str, str, int | None], int]
    days: frozenset[tuple[str, str, str]]  # parcel, label, ISO day; long exports only
    parcels: tuple[str, ...]
    window: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What stands out. ``unknown``: their parcels that the assessor's file does not have; ``repaired``: their ids that a
    spreadsheet had damaged; ``absent``: our parcels that they lack; ``twice``: our distinct violations that they hold already, by
    year; ``labels``: label -> year -> (theirs, ours); ``odd``: our yearly counts that stand out from the years around."""

    rows: int
    window: tuple[str, str] | None
    unknown: tuple[str, ...]
    repaired: int
    absent: tuple[str, ...]
    twice: Mapping[str, int]
    labels: Mapping[str, Mapping[str, tuple[int, int]]]
    odd: tuple[str, ...]
    not_ours: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Plain data for ``--json``."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The same for a person."""
        told = [f"{self.rows} rows" + (f", dates {self.window[0]} to {self.window[1]}" if self.window else ", no dates named")]
        told.append(f"Parcels the assessor's file does not have: {_some(self.unknown)}")
        if self.repaired:
            told.append(f"Parcel ids that a spreadsheet had turned into dates, read as what they were: {self.repaired}")
        told.append(f"Parcels with violations of ours that the export lacks: {_some(self.absent)}")
        held = ", ".join(f"{year}: {n}" for year, n in self.twice.items())
        told.append(f"Violations of ours that it seems to hold already: {held or 'none'}")
        told += [f"Look at {odd}" for odd in self.odd]
        if self.not_ours:
            told.append(f"Labels of theirs under which nothing of ours stands: {_some(self.not_ours)}")
        for label, years in self.labels.items():
            told.append(f"{label}: " + ", ".join(f"{year} theirs {a} ours {b}" for year, (a, b) in years.items()))
        return told


def reconcile_home(home: Home, export: Path, parcels: Path | None) -> Reconciled:
    """The export held against the database. Raises SetupError for a file that is no such export."""
    registers = load_registers(home, parcels, None)
    theirs, repaired = read_export(export, registers.parcel_ids)
    with Store.open(home.database) as store:
        return reconcile(theirs, lives_of(store), registers.parcel_ids, repaired)


def read_export(path: Path, known: frozenset[str]) -> tuple[Theirs, int]:
    """The export, ids written as the assessor writes them where one fits; how many had been damaged."""
    table = read_table(path, "BuildingBlocks export", lambda row: sum(map(_explains, row)))
    columns = {name: at for at, name in enumerate(table.columns)}
    id_at = next((at for name, at in columns.items() if _PARCEL.match(name.strip())), None)
    day_at = next((at for name, at in columns.items() if _DAY.match(name.strip())), None)
    label_at = next((at for name, at in columns.items() if _LABEL.match(name.strip())), None)
    wide = {at: found["label"].strip() for name, at in columns.items() if (found := _PREFIX.match(name))}
    if id_at is None or not (wide or (day_at is not None and label_at is not None)):
        raise SetupError(
            f"{path} has no column of parcel ids with columns 'Violations - <label>', or a date and a category: its columns are "
            f"{', '.join(table.columns[:12])}. Export violations from BuildingBlocks as CSV."
        )
    keys = {id_key(p): p for p in known}
    counts: Counter[tuple[str, str, int | None]] = Counter()
    days: set[tuple[str, str, str]] = set()
    parcels: list[str] = []
    repaired = 0
    for row in table.rows:
        written = row[id_at].strip()
        if not written:
            continue
        parcel = written if written in known else keys.get(id_key(written), written)
        if parcel not in known and damaged(written):
            parcel = next((keys[k] for k in date_keys(written) if k in keys), written)
            repaired += parcel in known
        parcels.append(parcel)
        for at, label in wide.items():
            if number := _count(row[at]):
                counts[parcel, label, None] += number
        if not wide and day_at is not None and label_at is not None and (on := _date(row[day_at])) is not None:
            counts[parcel, row[label_at].strip(), on.year] += 1
            days.add((parcel, row[label_at].strip(), on.isoformat()))
    return Theirs(counts, frozenset(days), tuple(parcels), _window(path, table, days)), repaired


def reconcile(theirs: Theirs, lives: Sequence[Life], known: frozenset[str], repaired: int = 0) -> Reconciled:
    """What stands out between their counts and our distinct violations at their first citation."""
    ours: Counter[tuple[str, str, int]] = Counter()
    twice: Counter[str] = Counter()
    left = Counter({(p, label): n for (p, label, year), n in theirs.counts.items() if year is None})
    for life in lives:
        if life.opened is None or not life.parcel_id:
            continue
        ours[life.parcel_id, life.label, life.opened.year] += 1
        inside = theirs.window is None or theirs.window[0] <= life.opened <= theirs.window[1]
        if (life.parcel_id, life.label, life.opened.isoformat()) in theirs.days:
            twice[str(life.opened.year)] += 1
        elif inside and left[life.parcel_id, life.label] > 0:
            left[life.parcel_id, life.label] -= 1
            twice[str(life.opened.year)] += 1
    labels = _by_label(theirs, ours)
    held = set(theirs.parcels)
    return Reconciled(
        len(theirs.parcels),
        None if theirs.window is None else (theirs.window[0].isoformat(), theirs.window[1].isoformat()),
        tuple(sorted({p for p in theirs.parcels if p not in known})),
        repaired,
        tuple(sorted({life.parcel_id for life in lives if life.parcel_id and life.parcel_id not in held})),
        dict(sorted(twice.items())),
        labels,
        _odd(theirs, labels),
        tuple(sorted(label for label, years in labels.items() if not any(b for _, b in years.values()))),
    )


def _by_label(theirs: Theirs, ours: Mapping[tuple[str, str, int], int]) -> dict[str, dict[str, tuple[int, int]]]:
    """Label -> year -> (theirs, ours); a wide export's counts stand under "all"."""
    table: dict[str, dict[str, list[int]]] = {}
    for (_, label, year), n in theirs.counts.items():
        table.setdefault(label, {}).setdefault("all" if year is None else str(year), [0, 0])[0] += n
    for (_, label, own_year), n in ours.items():
        table.setdefault(label or "no label", {}).setdefault(str(own_year), [0, 0])[1] += n
    return {label: {y: (a, b) for y, (a, b) in sorted(years.items())} for label, years in sorted(table.items())}


def _odd(theirs: Theirs, labels: Mapping[str, Mapping[str, tuple[int, int]]]) -> tuple[str, ...]:
    """Labels whose yearly count of ours is far from that of the years around it in their data."""
    span = 1.0 if theirs.window is None else max(1.0, (theirs.window[1] - theirs.window[0]).days / 365.25)
    found = []
    for label, years in labels.items():
        for year, (_, mine) in years.items():
            if not mine or year == "all":
                continue
            around = [a for y, (a, _) in years.items() if y != "all" and a and abs(int(y) - int(year)) <= 2 and y != year]
            usual = sum(around) / len(around) if around else years.get("all", (0, 0))[0] / span
            if max(mine, usual) >= _FEW and usual and not 1 / ODD <= mine / usual <= ODD:
                found.append(f"{label}: ours {mine} in {year}, theirs about {usual:.0f} a year")
    return tuple(found)


def _explains(cell: str) -> int:
    name = cell.strip()
    return int(any(p.match(name) for p in (_PARCEL, _DAY, _LABEL, _PREFIX)) or name.lower() == "address")


def _window(path: Path, table: Table, days: set[tuple[str, str, str]]) -> tuple[date, date] | None:
    """The dates the export speaks of: those of its events, else those named before its header or in it."""
    if days:
        some = sorted(day for _, _, day in days)
        return date.fromisoformat(some[0]), date.fromisoformat(some[-1])
    named = " ".join(table.columns)
    if path.suffix.lower() == ".csv":
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        named = " ".join(lines[: max(0, table.first_row - 2)]) + " " + named
    dates = [d for found in _A_DATE.finditer(named) if (d := _date(found.group())) is not None]
    return (min(dates), max(dates)) if len(dates) > 1 else None


def _date(text: str) -> date | None:
    found = _A_DATE.search(text)
    if found is None:
        return None
    month, day, year, y, m, d = found.groups()
    try:
        return date(int(year), int(month), int(day)) if year else date(int(y), int(m), int(d))
    except ValueError:
        return None


def _count(text: str) -> int:
    try:
        return int(float(text.replace(",", "") or 0))
    except ValueError:
        return 0


def _some(names: Sequence[str]) -> str:
    if not names:
        return "none"
    rest = len(names) - _MOST
    return f"{len(names)} ({', '.join(names[:_MOST])}{f', and {rest} more' if rest > 0 else ''})"
