"""What a changed pattern needs to stand on a paper before it can be felt there."""

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.rulebook import RuleBook, pattern_dir
from flows.preview_regex import literals_of
from flows.preview_words import Paper, needs_of


def changed(folder: Path, name: str, text: str) -> RuleBook:
    """The shipped layers with a city's file over them."""
    layer = folder / "city"
    layer.mkdir(exist_ok=True)
    (layer / f"{name}.yml").write_text(text, encoding="utf-8")
    return RuleBook.load(("us-ma", "chelsea", str(layer)))


def meets(needs: object, *words: str) -> bool:
    assert isinstance(needs, tuple)
    return Paper(words).meets(needs)


def test_a_new_phrase_is_felt_where_its_words_stand_also_worn_or_shortened(tmp_path: Path) -> None:
    found = needs_of(RuleBook.load(), changed(tmp_path, "phrases", 'groups:\n  stove: ["cooking hob"]\n'))
    assert found.keys() == {"phrases"}
    for words in (("cooking", "hob"), ("Cookin9", "hob"), ("COOKINGHOB",), ("c00king", "hobs"), ("coo-", "king", "hob")):
        assert meets(found["phrases"], *words), words
    for words in (("smoke", "detector"), ("cooking", "gas"), ("hobby", "horse"), ()):
        assert not meets(found["phrases"], *words), words


def test_a_rule_needs_a_word_of_each_of_its_groups(tmp_path: Path) -> None:
    rule = (
        'rules:\n  - {id: "new", code: "105 CMR 410.500", category: "structural", alternatives: [], priority: "1",'
        ' all: ["exit_sign", "meter_socket"]}\n'
    )
    found = needs_of(RuleBook.load(), changed(tmp_path, "phrases", rule))
    assert meets(found["phrases"], "exit", "sign", "and", "meter", "socket") and not meets(found["phrases"], "exit", "sign")


def test_a_section_is_felt_where_it_is_cited_or_assigned(tmp_path: Path) -> None:
    entry = 'sections:\n  - {id: "410.482", title: "Alarms", label: "Alarms", kind: "finding", category: "smoke_co"}\n'
    found = needs_of(RuleBook.load(), changed(tmp_path, "sanitary_code", entry))
    for words in (("410.482(A)",), ("410.100,", ".482"), ("no", "smoke", "detector")):
        assert meets(found["sanitary_code"], *words), words
    assert not meets(found["sanitary_code"], "410.351", "leak", "under", "sink")


def test_a_word_that_goes_is_felt_as_one_that_comes(tmp_path: Path) -> None:
    found = needs_of(RuleBook.load(), changed(tmp_path, "tax", 'remove:\n  columns:\n    fees: ["lien"]\n'))
    assert meets(found["tax"], "Lien") and not meets(found["tax"], "Interest")


@pytest.mark.parametrize(("name", "text"), [
    ("streets", 'words:\n  GREAT: ["GRT"]\n'),
    ("statuses", 'separators: ["~"]\n'),
    ("results", 'results:\n  - {id: "no_entry", regexes: ["\\\\b\\\\d+x?\\\\b"]}\n'),
])  # fmt: skip
def test_where_nothing_can_be_said_everything_is_looked_at(tmp_path: Path, name: str, text: str) -> None:
    assert needs_of(RuleBook.load(), changed(tmp_path, name, text))[name] is None


def test_another_order_can_be_felt_anywhere(tmp_path: Path) -> None:
    shutil.copytree(pattern_dir() / "us-ma", tmp_path / "us-ma")
    file = tmp_path / "us-ma" / "inspection_types.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["types"].reverse()
    file.write_text(yaml.safe_dump(data, default_style='"', allow_unicode=True), encoding="utf-8")
    after = RuleBook.load((str(tmp_path / "us-ma"), "chelsea"))
    assert needs_of(RuleBook.load(), after) == {"inspection_types": None}


def test_what_no_record_comes_from_touches_nothing(tmp_path: Path) -> None:
    assert needs_of(RuleBook.load(), changed(tmp_path, "shorthand", 'ordinary: ["abc"]\n')) == {}


@pytest.mark.parametrize(("pattern", "literals"), [
    (r"\bre[-]?\s?insp", {"insp"}),
    (r"\b(complaint|call) (taken|received)\b", {"taken", "received"}),
    (r"\b(smoke|\d+)\b", set()),
    (r"(?:no )?access", {"access"}),
])  # fmt: skip
def test_literals_that_a_pattern_cannot_do_without(pattern: str, literals: set[str]) -> None:
    assert literals_of(pattern) == literals


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"\A\b(?:re[- ]?)?inspect(?:ion|ed) (?:of|at) (?:the )?(?:premises|property)\Z"))
def test_whatever_a_pattern_matches_holds_one_of_them(text: str) -> None:
    literals = literals_of(r"\b(?:re[- ]?)?inspect(?:ion|ed) (?:of|at) (?:the )?(?:premises|property)")
    assert any(literal in text for literal in literals)
