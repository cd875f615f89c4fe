"""Which documents first: by the month that the permit log, the file's name or its age tells, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from records.parcel import LogRow

_YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH_FIRST = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])[-_.](0?[1-9]|[12]\d|3[01])[-_.](20\d\d|\d\d)(?!\d)")


class Calendar:
    """Tells the day that a file most likely speaks of, from the log's rows and its own name."""

    def __init__(self, log: Iterable[LogRow]) -> None:
        self._records: dict[str, date] = {}
        self._names: dict[str, set[date]] = {}
        for row in log:
            if row.opened is None:
                continue
            self._records.setdefault(row.record_no.casefold(), row.opened)
            for name in row.attachments:
                self._names.setdefault(PurePosixPath(name).name.casefold(), set()).add(row.opened)

    def day_of(self, path: str) -> date | None:
        """Of a file at ``path`` (relative to its INPUT): by the record whose folder it lies in, the one row that names it,
        or a date in its name; None where nothing tells."""
        place = PurePosixPath(path)
        for part in (*reversed(place.parts[:-1]), place.stem):
            if (day := self._records.get(part.casefold())) is not None:
                return day
        named = self._names.get(place.name.casefold(), set())
        return next(iter(named)) if len(named) == 1 else _day_in(place.stem)


def oldest_first(
    files: Sequence[tuple[str, Path]], log: Iterable[LogRow], since: date, until: date
) -> tuple[list[int], list[int]]:
    """(places in ``files`` to work on, oldest month first, those of unknown month last; places that speak of other times).

    ``files``: relative path and file. Within a month the order is that of the paths, so that a resumed night goes on where
    the last one stopped.
    """
    calendar = Calendar(log)
    known: list[tuple[tuple[int, int], str, int]] = []
    unknown: list[tuple[float, str, int]] = []
    other: list[int] = []
    for i, (path, file) in enumerate(files):
        day = calendar.day_of(path)
        if day is None:
            unknown.append((_age(file), path, i))
        elif since <= day <= until:
            known.append(((day.year, day.month), path, i))
        else:
            other.append(i)
    return [i for *_, i in sorted(known)] + [i for *_, i in sorted(unknown)], other


def _day_in(stem: str) -> date | None:
    found = [_day(y, m, d) for y, m, d in _YEAR_FIRST.findall(stem)]
    found += [_day(y if len(y) == 4 else f"20{y}", m, d) for m, d, y in _MONTH_FIRST.findall(stem)]
    return next((day for day in found if day is not None), None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return datetime.strptime(f"{year}-{int(month):02}-{int(day):02}", "%Y-%m-%d").date()
    except ValueError:
        return None


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0  # gone since it was found; reading it will say so
