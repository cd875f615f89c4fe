"""Every rule file keeps to its schema and carries examples and counter-examples that hold."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from extractors.forms.examples import failures, tried
from extractors.forms.schema import SECTIONS, faults
from extractors.pattern_files import PatternFile, parse, walk
from extractors.rulebook import DEFAULT_LAYERS, RuleBook, layer_files

FILES = [(layer, file) for layer in DEFAULT_LAYERS for file in layer_files(layer)]
NO_RULES = {"profiles", "rulebook"}  # forms of delivery, and a layer's name


@pytest.mark.parametrize(("layer", "file"), FILES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_a_shipped_file_keeps_to_its_schema_and_its_examples_hold(layer: str, file: PatternFile) -> None:
    rules = RuleBook.load(DEFAULT_LAYERS[: DEFAULT_LAYERS.index(layer) + 1])
    assert [str(e) for e in faults(file)] == []
    assert [str(e) for e in failures(file, rules)] == []
    if PurePosixPath(file.name).stem not in NO_RULES:
        kinds = {place[-1] for place, value in walk(file.data) if place and value and place[-1] in ("examples", "counter_examples")}
        assert kinds == {"examples", "counter_examples"}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("c/tax.yml", 'colums:\n  fees: ["x"]\n', r"c/tax\.yml line 1: 'colums' is not known here\. Did you mean 'columns'"),
        ("c/tax.yml", 'columns:\n  fees: "x"\n', r"line 2: a list"),
        ("c/tax.yml", 'tax_types:\n  - {id: "realestate", codes: ["R"], phrases: []}\n', r"line 2: .*Did you mean 'real_estate'"),
        ("c/statutes.yml", 'a: "b"\n', r"'statutes' is not known here\. Did you mean 'statuses'"),
        ("c/layouts/x.yml", 'doc_type: "tax"\n', r"line 1: doc_type must be one of"),
        ("c/layouts/x.yml", 'doc_type: "tax_delinquency"\ncolumns:\n  "Roll": "acount"\n  "Due": "total"\n', r"line 3: .*'account'"),
        ("c/layouts/x.yml", 'doc_type: "tax_delinquency"\ncolumns: {"Roll": "account"}\n', r"too little to recognise"),
        ("c/layouts/x.yml", 'doc_type: "water_usage"\ncolumns: {"a": "meter", "b": "amount"}\nformats: {dates: "European"}\n', r"line 3"),
        ("c/codes.yml", 'answers:\n  - {id: "a", domain: "tax", column: "code", code: "Q", said_by: "x", said_on: "soon"}\n', r"line 2.*a date"),
    ],
)  # fmt: skip
def test_what_a_file_must_not_hold_is_named_with_its_line(name: str, text: str, says: str) -> None:
    found = faults(parse(text, name))
    assert found
    assert re.search(says, str(found[0]))


def test_an_example_that_does_not_hold_is_named_with_its_line() -> None:
    file = parse('examples:\n  - {column: "Bill #", is: "total"}\ncounter_examples:\n  - {column: "Bill #"}\n', "us-ma/tax.yml")
    first, second = failures(file, RuleBook.load())
    assert "us-ma/tax.yml line 2: 'Bill #' should be 'total', but is read as 'account'" in str(first)
    assert "line 4" in str(second)


def test_an_unknown_question_lists_those_there_are() -> None:
    (one,) = failures(parse('examples:\n  - {colour: "red", is: "x"}\n', "us-ma/tax.yml"), RuleBook.load())
    assert "as_of, code, column, list_year, tax_type" in str(one)


def test_examples_of_every_form_are_run() -> None:
    counted = sum(len(list(tried(file, RuleBook.load()))) for _, file in FILES)
    assert counted > 400
    assert set(SECTIONS) >= {PurePosixPath(f.name).stem for _, f in FILES}


def test_every_rule_of_findings_carries_both() -> None:
    rules = next(f for _, f in FILES if f.name == "us-ma/phrases.yml").data["rules"]
    assert [r["id"] for r in rules if not (r.get("examples") and r.get("counter_examples"))] == []
