"""The main job on all of samples/, as `make demo` runs it, against their truth."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.truth import Judged, judge, load_truth
from flows.home import open_home
from flows.run import Task, run_task
from store import Store, StoredDocument

SAMPLES = Path(__file__).parents[2] / "samples"
TRUTH = load_truth(SAMPLES)
TYPED = ("digital", "docx")
KEYS = ("violation_id", "tax_id", "usage_id")


class Ran:
    """One run over the samples: its store's documents by path, and its export."""

    def __init__(self, documents: list[StoredDocument], export: Path) -> None:
        self.documents = {path: d for d in documents for path in d.paths}
        self.export = export

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.export / name).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def judged(self, kind: str, *conditions: str) -> list[Judged]:
        return [
            j
            for path, d in self.documents.items()
            if d.outcome is not None and TRUTH[path]["condition"] in conditions
            for j in judge(d.outcome.records, TRUTH[path])
            if j.record.kind == kind
        ]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("golden")
    home = open_home(folder / "home")
    task = Task(
        home, (SAMPLES / "files",), SAMPLES / "parcels.csv", SAMPLES / "inspection_log.csv", folder / "export",
        include_review=True, workers=2, plain=True,
    )  # fmt: skip
    run_task(task, lambda done, total, path: None)
    with Store.open(home.database) as store:
        yield Ran(list(store.current()), folder / "export")


def test_every_file_is_accounted_for(ran: Ran) -> None:
    rows = ran.rows("documents.csv")
    assert sorted(r["source_file"] for r in rows) == sorted(p.name for p in (SAMPLES / "files").iterdir())
    assert all(r["reason"] for r in rows if r["state"] in ("rejected", "unreadable"))


def test_kinds_are_told(ran: Ran) -> None:
    said = {r["source_file"]: r["doc_type"] for r in ran.rows("documents.csv")}
    wrong = {name: said[name] for name, truth in TRUTH.items() if truth["doc_type"] != said[name] and not truth["handwriting"]}
    assert not wrong


def test_junk_yields_no_record(ran: Ran) -> None:
    junk = {name for name, truth in TRUTH.items() if truth["doc_type"] == "other"}
    tables = ("inspections.csv", "violations.csv", "tax_delinquencies.csv", "water_usage.csv")
    assert junk and not [r for t in tables for r in ran.rows(t) if r["source_file"] in junk]


@pytest.mark.parametrize(("kind", "least"), [("inspection", 0.95), ("violation", 0.93), ("tax", 0.99)])
def test_typed_documents_come_out_whole(ran: Ran, kind: str, least: float) -> None:
    found = ran.judged(kind, *TYPED)
    expected = sum(_count(truth, kind) for truth in TRUTH.values() if truth["condition"] in TYPED)
    right = sum(j.right for j in found)
    assert 2 * right / (len(found) + expected) >= least


def test_scanned_lists_come_out_right(ran: Ran) -> None:
    for kind, least in (("tax", 0.85), ("water", 0.85)):
        found = ran.judged(kind, "scan300", "scan200")
        assert found and sum(j.right for j in found) / len(found) >= least


def test_what_is_released_is_right(ran: Ran) -> None:
    released = defaultdict(list)
    for path, document in ran.documents.items():
        if document.outcome is None:
            continue
        for j in judge(document.outcome.records, TRUTH[path]):
            route = document.routes.get(j.record.record_id)
            if route is not None and route.state == "accepted":
                released[j.record.kind].append(j)
    assert {"inspection", "violation", "tax"} <= set(released)
    for kind, found in released.items():
        wrong = [(j.file, j.record.local_key) for j in found if not j.right]
        assert len(wrong) <= 0.02 * len(found), (kind, wrong)


def test_no_wrong_parcel_is_released(ran: Ran) -> None:
    for row in ran.rows("inspections.csv"):
        known = {(r["inspection"] or {}).get("parcel_id") for r in TRUTH[row["source_file"]]["reports"]}
        if row["state"] == "accepted":
            assert row["parcel_id"] in known


def test_nothing_written_by_hand_is_released(ran: Ran) -> None:
    by_hand = {name for name, truth in TRUTH.items() if truth["layout"] == "H13"}
    written = {v["description"] for n in by_hand for r in TRUTH[n]["reports"] for v in r["violations"] if v["handwritten"]}
    released = [r["description"] for r in ran.rows("violations.csv") if r["source_file"] in by_hand and r["state"] == "accepted"]
    assert not written & set(released)


def test_every_doubt_is_in_the_queue_with_words(ran: Ran) -> None:
    waiting = {
        r[key]
        for name, key in zip(("violations.csv", "tax_delinquencies.csv", "water_usage.csv"), KEYS, strict=True)
        for r in ran.rows(name)
        if r["state"] == "in_review"
    }
    queue = ran.rows("review_queue.csv")
    assert waiting <= {item["record_id"] for item in queue}
    assert all(len(item["reasons"]) > 5 for item in queue)


def _count(truth: dict[str, object], kind: str) -> int:
    reports = truth["reports"]
    assert isinstance(reports, list)
    if kind == "inspection":
        return sum(1 for r in reports if r["inspection"])
    return sum(len(r[{"violation": "violations", "tax": "taxes"}[kind]]) for r in reports)
