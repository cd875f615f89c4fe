"""Documents that somebody labelled: a folder of JSON files, one per document, or one CSV of labelled rows.

JSON: ``{"file", "layout", "condition", "duplicate_of" or "rescan_of", "reports": [{"inspection", "violations", "taxes", "water",
"ignorable"}]}``, fields named as in the exports. CSV: the columns of an export (any of them) with ``source_file`` and ``kind``
(inspection, violation, tax, water); ``layout`` and ``condition`` where known.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from records.errors import SetupError
from records.vocabulary import KINDS, Kind

Truth = Mapping[str, Any]
_KEY: Mapping[Kind, str] = {"violation": "violations", "tax": "taxes", "water": "water"}
_OF_THE_VISIT = ("parcel_id", "parcel_alt", "inspection_date", "unit", "address_as_written")
_COPY = ("duplicate_of", "rescan_of")


@dataclass(frozen=True)
class Labelled:
    """Labelled documents by their path as exports write it."""

    documents: Mapping[str, Truth]

    @cached_property
    def originals(self) -> tuple[str, ...]:
        """Files that are no copies of others, in order."""
        return tuple(sorted(f for f in self.documents if self.original(f) == f))

    def original(self, file: str) -> str | None:
        """The file that stands for this one; None for one that is not labelled."""
        seen: set[str] = set()
        while file in self.documents and file not in seen:
            seen.add(file)
            other = next((self.documents[file][k] for k in _COPY if self.documents[file].get(k)), None)
            if other is None or other not in self.documents:
                return file
            file = other
        return None

    def about(self, file: str) -> Truth:
        """Layout and condition of a file, where labelled."""
        return self.documents[file]

    def records(self, file: str, kind: Kind) -> list[Truth]:
        """The labelled records of a file, each with what its visit says of all."""
        found: list[Truth] = []
        for report in self.documents[file].get("reports") or []:
            visit = report.get("inspection") or {}
            if kind == "inspection":
                found += [visit] if visit else []
            elif kind == "violation":
                found += [{**_shared(visit), **v} for v in report.get("violations") or []]
            else:
                found += report.get(_KEY[kind]) or []
        return found

    def ignorable(self, file: str, kind: Kind) -> list[Truth]:
        """What stands on the paper but is no record of it: struck out, or quoted as corrected earlier."""
        if kind not in ("violation", "tax"):
            return []
        return [
            {**_shared(report.get("inspection") or {}), **entry} if kind == "violation" else entry
            for report in self.documents[file].get("reports") or []
            for entry in report.get("ignorable") or []
            if ("fiscal_year" in entry or "total" in entry) == (kind == "tax")
        ]


def load_labelled(place: Path) -> Labelled:
    """Labels from a folder (or its ``truth`` folder) or a CSV. Raises SetupError that says what is wrong with which file."""
    if place.is_dir():
        folder = place / "truth" if (place / "truth").is_dir() else place
        documents: dict[str, Truth] = {}
        for path in sorted(folder.glob("*.json")):
            truth = _json(path)
            documents[str(truth["file"])] = truth
        if not documents:
            raise SetupError(f"{folder} holds no labelled documents (*.json with a \"file\"): name the folder of your labels.")
        return Labelled(documents)
    if place.is_file():
        return Labelled(_from_csv(place))
    raise SetupError(f"There is no {place}: name a folder of labels or a CSV of labelled rows.")


def _json(path: Path) -> Truth:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise SetupError(f"{path} can't be read as JSON ({error}): correct it or take it out of the folder.") from error
    if not isinstance(data, dict) or not data.get("file"):
        raise SetupError(f'{path} names no "file": add the labelled document\'s path as exports write it.')
    return data


def _from_csv(path: Path) -> dict[str, Truth]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows: Sequence[Mapping[str, str]] = list(csv.DictReader(file))
    if not rows or not {"source_file", "kind"} <= rows[0].keys():
        raise SetupError(f"{path} needs the columns source_file and kind ({', '.join(KINDS)}) and a row per labelled record.")
    reports: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
    about: dict[str, dict[str, str]] = defaultdict(dict)
    for number, row in enumerate(rows, 2):
        if row["kind"] not in KINDS:
            raise SetupError(f"{path}, line {number}: the kind '{row['kind']}' is unknown; it is one of {', '.join(KINDS)}.")
        values = {k: v or None for k, v in row.items() if k not in ("source_file", "kind", "layout", "condition")}
        kept = reports[row["source_file"]]
        if row["kind"] == "inspection":
            kept["visits"].append(values)
        else:
            kept[_KEY[row["kind"]]].append(values)
        about[row["source_file"]] |= {k: row[k] for k in ("layout", "condition") if row.get(k)}
    return {
        name: {
            "file": name,
            **about[name],
            "reports": [
                {"inspection": None, **{k: v for k, v in kept.items() if k != "visits"}},
                *({"inspection": visit} for visit in kept.get("visits", [])),
            ],
        }
        for name, kept in reports.items()
    }


def _shared(visit: Truth) -> dict[str, Any]:
    return {name: visit.get(name) for name in _OF_THE_VISIT}
