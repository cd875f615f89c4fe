"""How many counts of town clerks' scanned result sheets stand in the right row and column.

``python -m benchmarks.clerk_scans FOLDER`` reads every PDF of the folder that has a truth file beside it (``*TOWN*.csv`` with
the columns town, ward, precinct, office, candidate, votes; the town's name is part of the PDF's name) and prints the share of
counts that stand in a table cell whose row is labelled with the candidate, within the office's part of the sheet, and whose
column is headed by the ward and precinct. The product knows nothing of elections: only its tables are looked at.

The truth may name candidates whom a sheet doesn't print; their names are printed as left out. A nought is right in an
empty cell too, since clerks leave those blank.
"""

# ruff: noqa: T201 - a command that prints its figures
from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from extractors.layout import blocks
from extractors.read import read_file
from extractors.read.settings import ReadSettings
from records.document import Document, SourceFile, Table

_SAME_NAME = 78.0
_WORDS_FOR = {
    "blank votes": ("blank", "blanks", "blank votes"),
    "all others": ("all others", "write in", "write in all others", "others"),
    "total votes cast": ("total", "totals", "total votes cast"),
}
Votes = dict[tuple[str, str], dict[str, set[int]]]
"""Office and candidate to ward-and-precinct to what may stand there (a sheet of two contests of one office has two)."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a table as read: its label and the text under each precinct's heading."""

    label: str
    under: dict[str, str]


@dataclass(slots=True)
class Score:
    """Counts in their place, all counts, and names that the sheet does not print."""

    right: int = 0
    counted: int = 0
    absent: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Lower case, letters and digits only."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def truth_of(path: Path) -> Votes:
    """The votes of a town's truth file."""
    votes: Votes = defaultdict(lambda: defaultdict(set))
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = (row["ward"] + row["precinct"]).upper()
            votes[row["office"], plain(row["candidate"])][place].add(int(row["votes"]))
    return votes


def rows_of(tables: Sequence[Table], places: frozenset[str]) -> Iterator[SheetRow]:
    """All rows of a page's tables under the heading that names the most precincts; a table without one keeps the last."""
    columns: dict[int, str] = {}
    for table in tables:
        for cells in table.rows:
            named = {c.column: p for c in cells if (p := _place(c.text)) in places}
            once = Counter(named.values())
            if sum(n == 1 for n in once.values()) > 0.6 * len(places):  # counts may look like precincts, but not each once
                columns = named
                continue
            label = " ".join(c.text for c in cells if columns and c.column < min(columns))
            yield SheetRow(plain(label), {columns[c.column]: c.text.strip() for c in cells if c.column in columns})


def _place(text: str) -> str:
    return re.sub(r"(?i)prec(?:inct)?|ward|[^0-9A-Z]", "", text.strip()).upper()


def score(votes: Votes, rows: Sequence[SheetRow]) -> Score:
    """Counts in their place among all that the sheet prints."""
    parts: list[list[SheetRow]] = [[]]
    for row in rows:
        parts[-1].append(row)
        if row.label in _WORDS_FOR["total votes cast"]:
            parts.append([])
    made = Score()
    for office in dict.fromkeys(o for o, _ in votes):
        names = [c for o, c in votes if o == office]
        people = [n for n in names if n not in _WORDS_FOR]
        part = max(parts, key=lambda p: sum(max((_alike(n, r.label) for r in p), default=0.0) for n in people))
        for name in names:
            counts = votes[office, name]
            if not any(v for found in counts.values() for v in found):
                continue  # a candidate without any vote has no row
            best = max(part, key=lambda r: _alike(name, r.label), default=None)
            if (best is None or _alike(name, best.label) < _SAME_NAME) and name not in _WORDS_FOR:
                made.absent += (name,)
                continue
            for place, may_be in counts.items():
                made.counted += 1
                said = "" if best is None or _alike(name, best.label) < _SAME_NAME else best.under.get(place, "")
                if said in {str(v) for v in may_be} or (not said and 0 in may_be):
                    made.right += 1
                else:
                    made.wrong += (f"{office}, {name}, {place}: {sorted(may_be)} read as '{said}'",)
    return made


def _alike(name: str, label: str) -> float:
    if name in _WORDS_FOR:
        return max(fuzz.ratio(word, label) for word in _WORDS_FOR[name])
    return fuzz.token_set_ratio(name, label) if len(label) > 3 else 0.0


def read_tables(path: Path) -> list[tuple[Table, ...]]:
    """The tables of each page of a file."""
    data = path.read_bytes()
    source = SourceFile(hashlib.sha256(data).hexdigest(), path.name, len(data))
    document: Document = read_file(path, source, ReadSettings())
    return [tuple(b for b in blocks(page) if isinstance(b, Table)) for page in document.pages]


def main(folder: Path) -> int:
    """Prints each town's share and the sum; 2 if the folder holds no sheets with truth."""
    right = counted = 0
    for truth in sorted(folder.glob("*.csv")):
        town = truth.stem.split("_")[-1]
        sheets = [p for p in sorted(folder.glob("*.pdf")) if town in p.name.lower()]
        votes = truth_of(truth)
        places = frozenset(place for counts in votes.values() for place in counts)
        rows = [row for sheet in sheets for tables in read_tables(sheet) for row in rows_of(tables, places)]
        if not rows:
            continue
        made = score(votes, rows)
        right, counted = right + made.right, counted + made.counted
        print(f"{town}: {made.right} of {made.counted} counts in the right row and column")
        for line in (*made.wrong, *(f"not printed on the sheet: {name}" for name in made.absent)):
            print(f"  {line}")
    if not counted:
        print("no sheets with truth in this folder", file=sys.stderr)
        return 2
    print(f"all: {right} of {counted} = {right / counted:.4f}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.clerk_scans FOLDER")
    sys.exit(main(Path(sys.argv[1])))
