"""Distinct violations: ``python -m benchmarks.distinct EXPORT TRUTH_FOLDER``.

A violation cited at a first visit and spoken of again at re-inspections, in a Word file and in its scan, is one violation.
Truth names it by ``distinct_id``; an export by the row itself or, where it repeats an earlier one, by ``repeat_of``. A distinct
violation of the export is right if all its rows match truth of one ``distinct_id`` that no other claims. Precision is over the
export's distinct violations, recall over truth's.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

LEAST_LIKENESS = 60
"""Token-set likeness (0..100) of descriptions from which a row and a truth violation may be one."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Distinct:
    """Counts behind precision and recall."""

    claimed: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.claimed if self.claimed else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 0.0


def distinct(rows: Sequence[Row], truth: Mapping[str, Sequence[Row]]) -> Distinct:
    """``rows`` of violations.csv against truth violations by file."""
    by_file: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_file[row["source_file"]].append(row)
    identity: dict[str, str] = {}
    for file, ours in by_file.items():
        theirs = truth.get(file, ())
        likeness = np.array([[_likeness(o, t) for t in theirs] for o in ours]).reshape(len(ours), len(theirs))
        for i, j in zip(*linear_sum_assignment(likeness, maximize=True), strict=True):
            if likeness[i, j] >= LEAST_LIKENESS:
                identity[ours[i]["violation_id"]] = theirs[j]["distinct_id"]
    clusters: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        clusters[row["repeat_of"] or row["violation_id"]].add(identity.get(row["violation_id"], ""))
    single = [next(iter(found)) for found in clusters.values() if len(found) == 1 and "" not in found]
    right = [name for name in single if sum(name in found for found in clusters.values()) == 1]
    everything = {t["distinct_id"] for theirs in truth.values() for t in theirs}
    return Distinct(len(clusters), len(right), len(everything))


def _likeness(row: Row, truth: Row) -> float:
    same_unit = 5.0 if (truth.get("unit") or "").lower() == row["unit"].lower() else 0.0
    return fuzz.token_set_ratio(row["description"].lower(), truth["description"].lower()) + same_unit


def main() -> None:
    parser = argparse.ArgumentParser(description="Precision and recall of distinct violations.")
    parser.add_argument("export", type=Path)
    parser.add_argument("truth", type=Path, help="folder with truth/*.json")
    arguments = parser.parse_args()
    with (arguments.export / "violations.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    truth = {}
    for path in sorted((arguments.truth / "truth").glob("*.json")):
        labelled = json.loads(path.read_text(encoding="utf-8"))
        truth[labelled["file"]] = [v for report in labelled["reports"] for v in report["violations"]]
    found = distinct(rows, truth)
    print(f"distinct violations: precision {found.precision:.4f}, recall {found.recall:.4f} "  # noqa: T201
          f"({found.right} right of {found.claimed} claimed and {found.true} true)")  # fmt: skip


if __name__ == "__main__":
    main()
