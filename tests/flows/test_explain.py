"""lotline explain: what a file is, where each value stands, and what competed and lost, with the score or the missing sign."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.explaining import told
from extractors.parcels import Linker
from extractors.pipeline import process
from extractors.read import read_file
from extractors.read.settings import ReadSettings
from extractors.rulebook import DEFAULT_LAYERS, RuleBook
from records.document import SourceFile
from records.settings import City

SAMPLES = Path(__file__).parents[2] / "samples"
FOREIGN = SAMPLES / "foreign" / "patterns"


def lines_of(path: Path, layers: tuple[str, ...] = DEFAULT_LAYERS) -> str:
    document = read_file(path, SourceFile("0" * 64, path.name, path.stat().st_size), ReadSettings())
    rules = RuleBook.load(layers)
    found = told(document, process(document, rules, Linker((), (), City(patterns=layers))), rules)
    return "\n".join([*found.document, *(x for some in (*found.reports.values(), *found.records.values()) for x in some)])


def test_a_list_that_is_not_recognised_says_what_would_have_been_needed() -> None:
    text = lines_of(FOREIGN / "layouts" / "levy-roll.pdf")
    assert "tax_delinquency scores 0 of 3 needed (no sign of it; missing: title" in text
    assert "heading 'Bailiff' is known to no rule, by its values perhaps fees" in text
    assert "lotline patterns new FILE" in text


def test_a_layout_that_fits_and_one_that_does_not_say_why(tmp_path: Path) -> None:
    (tmp_path / "layouts").mkdir()
    other = 'doc_type: "water_usage"\nrecognised_by: {words: ["meter book", "ledger of readings"]}\n'
    (tmp_path / "layouts" / "meter-book.yml").write_text(other, encoding="utf-8")
    text = lines_of(FOREIGN / "layouts" / "levy-roll.pdf", (*DEFAULT_LAYERS, str(FOREIGN), str(tmp_path)))
    assert "layout levy-roll: recognised, 12 of 12 signs" in text
    assert "layout meter-book: not this one, 0 of 2 signs, 2 needed; missing 'meter book', 'ledger of readings'" in text
    assert "heading 'Roll Ref' is account" in text


@pytest.mark.parametrize(
    "says",
    [
        "fire_inspection scores 1 of 3 needed (label_inspector 1; missing: title",
        "result: none of its labels is there (result",
        "rule pests (pest) says pests 105 CMR 410.550: taken",
        "rule kitchen (kitchen_thing) says kitchen 105 CMR 410.100: lost: priority 72 under 92",
    ],
)
def test_a_report_tells_runners_up(says: str) -> None:
    assert says in lines_of(SAMPLES / "files" / "16 Fremont Ave. 05-23-19.pdf")


def test_a_code_with_two_meanings_says_which_was_taken() -> None:
    text = lines_of(SAMPLES / "files" / "delinquent_list_72.pdf")
    assert "could be the kind of tax personal property or payment plan; taken here: payment plan" in text
