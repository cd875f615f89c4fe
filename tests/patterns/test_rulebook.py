"""The pattern loader: strict strings, layers, errors that name file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.rulebook import RuleBook, load_layers, merge, parse_strict, rulebook_hash
from records.errors import PatternError


@pytest.mark.parametrize("bad", ["no", "0123", "2019-04-29", "1.5", "~", ""])
def test_values_yaml_would_change_are_refused_with_their_line(bad: str) -> None:
    with pytest.raises(PatternError, match=r"us-ma/x\.yml line 2"):
        parse_strict(f'a: "fine"\nb: {bad}\n', "us-ma/x.yml")


def test_an_entry_that_lacks_something_is_named_with_its_line() -> None:
    with pytest.raises(PatternError, match=r"phrases\.yml line 2.*lacks .*category"):
        parse_strict('rules:\n  - {id: "x", code: "105 CMR 410.482"}\n', "us-ma/phrases.yml")


def test_quoted_values_stay_as_written() -> None:
    assert parse_strict('code: "0123"\nflag: "no"\n', "x") == {"code": "0123", "flag": "no"}


@pytest.mark.parametrize(
    "text",
    ['a: "1"\na: "2"\n', 'rules:\n  - id: "x"\n  - id: "x"\n', 'regex: "(["\n', 'examples: "x"\n', '- "a"\n', "a: [\n"],
)
def test_what_is_wrong_in_any_file_is_refused(text: str) -> None:
    with pytest.raises(PatternError, match=r"f\.yml"):
        parse_strict(text, "f.yml")


def test_city_layer_over_state_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for layer, text in (
        ("state", 'words: ["a", "b"]\none: "1"\nrules:\n  - {id: "x", v: "s"}\n  - {id: "y", v: "s"}\n'),
        ("city", 'words: ["b", "c"]\none: "2"\nrules:\n  - {id: "y", v: "c"}\n  - {id: "z", v: "c"}\n'),
    ):
        (tmp_path / layer).mkdir()
        (tmp_path / layer / "n.yml").write_text(text)
    monkeypatch.setenv("LOTLINE_PATTERNS", str(tmp_path))
    book = RuleBook.load(("state", "city"))
    assert book.section("n") == {
        "words": ["a", "b", "c"],
        "one": "2",
        "rules": [{"id": "x", "v": "s"}, {"id": "y", "v": "c"}, {"id": "z", "v": "c"}],
    }
    assert len(load_layers("n", ("state", "city"))) == 2
    before = rulebook_hash(("state", "city"))
    (tmp_path / "city" / "n.yml").write_text('one: "3"\n')
    assert rulebook_hash(("state", "city")) != before
    assert RuleBook.load(("state", "city")).section("n")["one"] == "3"


def test_unknown_section_and_layer_name_the_remedy() -> None:
    with pytest.raises(PatternError, match="there are"):
        RuleBook.load().section("nowhere")
    with pytest.raises(PatternError, match=r"lotline\.toml"):
        RuleBook.load(("atlantis",))


def test_merge_replaces_single_values() -> None:
    assert merge({"a": {"b": "1", "c": "1"}}, {"a": {"b": "2"}}) == {"a": {"b": "2", "c": "1"}}


def test_every_pattern_file_is_valid() -> None:
    RuleBook.load().check()
