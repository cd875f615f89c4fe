"""docs/patterns.md and docs/codes.md can be followed: every command in order, with the answers the pages tell people to give."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from flows.cli import app
from flows.home import open_home
from store import Store

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
ROLL = SAMPLES / "foreign" / "patterns" / "layouts" / "levy-roll.pdf"


def commands_of(name: str) -> list[list[str]]:
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("    lotline ")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clerk's folder: an inbox with the roll and a known list, parcels, and a folder of changes."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "inbox").mkdir()
    (folder / "changes").mkdir()
    for place in (folder, folder / "inbox"):
        shutil.copy(ROLL, place / "levy-roll.pdf")
    shutil.copy(SAMPLES / "files" / "delinquent_list_72.pdf", folder / "inbox")
    shutil.copy(SAMPLES / "parcels.csv", folder)
    page = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")
    block = re.search(r"^    columns:\n      total: .*?(?=^\S)", page, re.MULTILINE | re.DOTALL)
    assert block is not None
    (folder / "changes" / "tax.yml").write_text(re.sub(r"^    ", "", block[0], flags=re.MULTILINE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def lotline(desk: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(desk / "home"), *arguments])


def test_the_guide_brings_the_foreign_list_in(desk: Path) -> None:
    said: dict[str, str] = {}
    for arguments in commands_of("patterns.md"):
        done = lotline(desk, *arguments)
        assert done.exit_code == 0, (arguments, done.output, done.exception)
        said.setdefault(" ".join(arguments[:2]), done.output)
        if arguments[:2] == ["patterns", "new"]:
            _answer(desk / "home" / "patterns" / "layouts" / "levy-roll.yml")
    assert "heading 'Outst'g' is known to no rule" in said["explain levy-roll.pdf"]
    assert "all hold" in said["patterns check"]
    assert "Rows gained: 38 tax" in said["preview"]
    with (desk / "everything" / "tax_delinquencies.csv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["source_file"] == "levy-roll.pdf"]
    assert len(rows) == 38
    assert {r["tax_type"] for r in rows} == {"real_estate", "personal_property", "water_sewer_lien"}
    assert {r["as_of_date"] for r in rows} == {"2019-06-30"}
    assert "layout levy-roll: recognised" in lotline(desk, "explain", "inbox/levy-roll.pdf").output


def _answer(file: Path) -> None:
    """The two lines that the page says are missing, found on the page itself."""
    page, text = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8"), file.read_text(encoding="utf-8")
    for code, kind in re.findall(r'^    "(\w\w)": "(\w+)"$', page, re.MULTILINE):
        assert f'"{code}": ""' in text
        text = text.replace(f'"{code}": ""', f'"{code}": "{kind}"')
    file.write_text(text, encoding="utf-8")


def test_the_meeting_is_held_and_applies_to_history(desk: Path) -> None:
    for arguments in commands_of("codes.md"):
        done = lotline(desk, *arguments)
        assert done.exit_code == 0, (arguments, done.output, done.exception)
        if arguments[:2] == ["codes", "sheet"]:
            _fill(desk / "meeting.csv")
    with Store.open(open_home(desk / "home").database) as store:
        meanings = {
            r.text("code_meaning")
            for d in store.current() if d.outcome for r in d.outcome.records if r.text("code").upper() == "TT"
        }  # fmt: skip
        assert any(run.command == "codes" for run in store.runs())
    assert meanings == {"In tax title since the taking"}
    seen = json.loads(lotline(desk, "codes", "--json").output)
    tt = next(s for s in seen if s["code"] == "TT" and s["column"] == "code")
    assert (tt["state"], tt["said_by"]) == ("known", "Pat Lee, assessor")
    assert lotline(desk, "export", "--out", "after", "--include-review").exit_code == 0
    with (desk / "after" / "codebook.csv").open(encoding="utf-8", newline="") as stream:
        row = next(r for r in csv.DictReader(stream) if r["code"] == "TT")
    assert (row["meaning"], row["said_by"]) == ("In tax title since the taking", "Pat Lee, assessor") and row["said_on"]


def _fill(file: Path) -> None:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {r["kind"] for r in rows} >= {"code", "list"}
    for row in rows:
        if row["code"] == "TT":
            row["answer"] = "In tax title since the taking"
        elif row["column"] == "totals include interest":
            row["yes_no"] = "yes"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_failed_check_ends_with_the_code_of_wrong_patterns(desk: Path) -> None:
    (desk / "bad").mkdir()
    (desk / "bad" / "tax.yml").write_text('columns:\n  totl: ["x"]\nexamples:\n  - {column: "Bill", is: "total"}\n', encoding="utf-8")
    done = lotline(desk, "patterns", "check", "bad")
    assert done.exit_code == 4
    shown = json.loads(lotline(desk, "patterns", "check", "bad", "--json").output)
    assert shown["faults"] == ["bad/tax.yml line 4: 'Bill' should be 'total', but is read as 'account'."]
