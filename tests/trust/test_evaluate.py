"""A city scores its own labels: what counts as found and right, slices, comparison of two runs."""

import csv
import json
from pathlib import Path

import pytest

from flows.evaluate import evaluate
from flows.labelled import load_labelled
from flows.labelled_match import match
from records.columns import COLUMNS
from records.errors import SetupError
from records.export import TABLE_OF
from records.vocabulary import KINDS

FINDINGS = [("Smoke detector missing in rear hall", "105 CMR 410.482"), ("Kitchen faucet leaks at base", "105 CMR 410.351")]


def labels(folder: Path) -> Path:
    truth = folder / "truth"
    truth.mkdir(parents=True)
    violations = [
        {"code": code, "category": "other", "description": text, "status": "open", "page": 1, "correct_by": None}
        for text, code in FINDINGS
    ]
    visit = {"parcel_id": "4-3", "inspection_date": "2019-03-04", "result": "violations", "address_as_written": "12 Elm St"}
    struck = {"description": "Broken pane in the attic window", "reason": "struck"}
    data = {
        "file": "a.pdf", "layout": "letter", "condition": "digital",
        "reports": [{"inspection": visit, "violations": violations, "taxes": [], "water": [], "ignorable": [struck]}],
    }  # fmt: skip
    (truth / "a.json").write_text(json.dumps(data))
    (truth / "copy.json").write_text(json.dumps({"file": "b.pdf", "rescan_of": "a.pdf", "reports": []}))
    return folder


def export(folder: Path, rows: list[dict[str, str]]) -> Path:
    folder.mkdir()
    for kind in KINDS:
        name = f"{TABLE_OF[kind]}.csv"
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS[name], restval="")
            writer.writeheader()
            if kind == "violation":
                writer.writerows(rows)
    return folder


def row(text: str, code: str = "", state: str = "accepted", file: str = "a.pdf", **more: str) -> dict[str, str]:
    base = {"parcel_id": "4-3", "inspection_date": "2019-03-04", "status": "open", "category": "other", "page": "1"}
    return {**base, "source_file": file, "description": text, "code": code, "state": state, "confidence": "0.9", **more}


def test_found_right_and_released_are_told_apart(tmp_path: Path) -> None:
    rows = [row(*FINDINGS[0]), row(FINDINGS[1][0], "105 CMR 410.500", "in_review"), row("Nothing of the kind stands there")]
    score = evaluate(load_labelled(labels(tmp_path / "l")), export(tmp_path / "e", rows)).slices["violation"]
    assert (score.true, score.rows, score.found, score.right) == (2, 3, 2, 1)
    assert (score.released, score.released_right) == (2, 1)


@pytest.mark.parametrize(
    ("code", "right"),
    [("105 CMR 410.482", True), ("105 CMR 410.482(A)", True), ("105 CMR 410.351", False), ("", False),
     ("105 CMR 410.482; 105 CMR 410.351", False)],
)  # fmt: skip
def test_a_cited_section_has_to_be_given_and_right(code: str, right: bool) -> None:
    truth = {"parcel_id": "4-3", "inspection_date": "2019-03-04", "status": "open", "description": FINDINGS[0][0], "code": FINDINGS[0][1]}
    assert match("violation", "a.pdf", [row(FINDINGS[0][0], code)], [truth])[0].right == right


def test_where_none_was_cited_the_category_or_a_section_that_may_be_assigned_will_do() -> None:
    truth = {
        "parcel_id": "4-3", "inspection_date": "2019-03-04", "status": "open", "description": FINDINGS[0][0], "code": None,
        "code_inferred": "105 CMR 410.482", "category": "smoke_co",
    }  # fmt: skip
    assert match("violation", "a", [row(FINDINGS[0][0], "", category="smoke_co")], [truth])[0].right
    assert match("violation", "a", [row(FINDINGS[0][0], "105 CMR 410.482", category="other")], [truth])[0].right
    assert not match("violation", "a", [row(FINDINGS[0][0], "", category="pests")], [truth])[0].right


def test_a_copy_counts_with_its_original_and_struck_findings_count_nowhere(tmp_path: Path) -> None:
    rows = [row(*FINDINGS[0]), row(*FINDINGS[0], file="b.pdf"), row("Broken pane in the attic window", state="in_review")]
    score = evaluate(load_labelled(labels(tmp_path / "l")), export(tmp_path / "e", rows)).slices["violation"]
    assert (score.true, score.rows, score.found) == (2, 2, 1)
    asserted = [row("Broken pane in the attic window")]
    assert evaluate(load_labelled(tmp_path / "l"), export(tmp_path / "f", asserted)).slices["violation"].rows == 1


def test_two_runs_are_compared_field_by_field(tmp_path: Path) -> None:
    before = export(tmp_path / "before", [row(*FINDINGS[0]), row(*FINDINGS[1], parcel_id="9-9")])
    now = export(tmp_path / "now", [row(FINDINGS[0][0], "105 CMR 410.500"), row(*FINDINGS[1])])
    found = evaluate(load_labelled(labels(tmp_path / "l")), now, before)
    assert found.changes["violation"]["code"] == (0, 1)
    assert found.changes["violation"]["parcel_id"] == (1, 0)
    assert found.changes["violation"]["right"] == (1, 1)
    told = "\n".join(found.lines())
    assert "code +0 -1" in told and "a.pdf: 1 of 3 right" in told
    assert "violation, layout letter" in told and "violation, condition digital" in told


def test_labels_may_be_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "source_file,kind,parcel_id,inspection_date,status,description,code\n"
        f"a.pdf,violation,4-3,2019-03-04,open,{FINDINGS[0][0]},{FINDINGS[0][1]}\n"
    )
    found = evaluate(load_labelled(path), export(tmp_path / "e", [row(*FINDINGS[0])]))
    assert found.slices["violation"].right == 1 and found.fields["violation"]["code"] == (1, 1)
    path.write_text("source_file,kind\na.pdf,garage\n")
    with pytest.raises(SetupError, match="line 2: the kind 'garage'"):
        load_labelled(path)
    with pytest.raises(SetupError, match="There is no"):
        load_labelled(tmp_path / "nowhere")


def test_an_export_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is missing"):
        evaluate(load_labelled(labels(tmp_path / "l")), tmp_path)
