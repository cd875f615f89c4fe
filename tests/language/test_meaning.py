"""Assigned sections: every example of every rule of the lexicon, and what must not be mistaken."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractors.language.meaning import assign, categorise, load, plain
from extractors.rulebook import RuleBook
from records.vocabulary import CATEGORIES

LEXICON = RuleBook.load().section("phrases")
RULES = LEXICON["rules"]
EXAMPLES = [(r, e) for r in RULES for e in r.get("examples", ())]
COUNTER = [(r, e) for r in RULES for e in r.get("counter_examples", ())]


@pytest.mark.parametrize(("rule", "text"), EXAMPLES, ids=lambda v: v if isinstance(v, str) else v["id"])
def test_example(rule: dict[str, Any], text: str) -> None:
    guess = assign(text, department=rule.get("department", "inspectional_services"))
    assert (guess.code, guess.category) == (rule["code"], rule["category"])


@pytest.mark.parametrize(("rule", "text"), COUNTER, ids=lambda v: v if isinstance(v, str) else v["id"])
def test_counter_example(rule: dict[str, Any], text: str) -> None:
    assert assign(text, department=rule.get("department", "inspectional_services")).code != rule["code"]


def test_rules_name_known_groups_and_categories() -> None:
    for rule in RULES:
        assert rule["category"] in CATEGORIES
        for key in ("all", "place", "not"):
            assert set(rule.get(key, ())) <= set(LEXICON["groups"]), rule["id"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("smoek detecter misssing in hallway", "105 CMR 410.482"),
        ("handrial loose at rear stairs", "105 CMR 410.503"),
        ("cockroches in kit", "105 CMR 410.550"),
    ],
)
def test_slips_of_spelling(text: str, code: str) -> None:
    assert assign(text).code == code


def test_the_form_decides_where_the_remark_says_nothing() -> None:
    assert assign("rear unit, see photo", item_label="Smoke detectors").code == "105 CMR 410.482"
    assert assign("zzz qqq").code == ""


def test_category_of_a_broad_section_comes_from_the_words() -> None:
    assert categorise("toilet leaks at base", "105 CMR 410.351") == "plumbing"
    assert categorise("outlet has no cover", "105 CMR 410.351") == "electrical"
    assert categorise("zzz", "105 CMR 410.482") == "smoke_co"


def test_later_edition_numbers_its_own_way() -> None:
    assert assign("no smoke detector", on=date(2024, 1, 1)).code == "105 CMR 410.330"
    assert assign("no hot water", on=date(2024, 1, 1)).code == "105 CMR 410.150"


@pytest.mark.parametrize(
    ("short", "meant"),
    [("tlt", "toilet"), ("blr", "boiler"), ("brnrs", "burners"), ("wdw", "window"), ("hndrl", "handrail"), ("drpgs", "droppings"),
     ("snk", "sink"), ("dry", "dry"), ("lath", "lath"), ("xyz", "xyz")],
)  # fmt: skip
def test_words_shortened_by_leaving_out_vowels(short: str, meant: str) -> None:
    assert plain(load(), short) == meant
