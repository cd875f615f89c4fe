"""The text classifier: asked only where rules are silent or at odds, and never enough to make a finding of a line."""

import hashlib
import json

import pytest

from benchmarks.train_findings import bank
from extractors.language.classifier import likeliest
from extractors.language.meaning import assign, load, plain, says_defect
from extractors.reports.build import ENOUGH, LOOSE_ENOUGH
from extractors.rulebook import RuleBook, pattern_dir


@pytest.mark.parametrize(
    ("text", "category"),
    [("needles and vomit in stairwell", "sanitation"), ("work order ignored", "permits"), ("photocell set wrong", "lighting")],
)
def test_what_no_rule_places_is_told_by_its_words(text: str, category: str) -> None:
    said, sure = likeliest(plain(load(), text))
    assert said == category
    assert 0.3 < sure <= 1


def test_a_rule_that_speaks_alone_is_never_overruled() -> None:
    rules = RuleBook.load().section("phrases")["rules"]
    for rule in rules:
        if rule.get("department", "") == "fire":
            continue
        for example in rule["examples"]:
            alone = assign(example, rules_alone=True)
            if alone.score == 0.95:
                assert assign(example) == alone, example


def test_the_classifier_makes_no_finding_and_no_section() -> None:
    guess = assign("unintelligible wibble of dust registers")
    assert guess.code == ""
    assert guess.score < LOOSE_ENOUGH < ENOUGH


def test_a_fire_officer_s_finding_is_not_asked_about() -> None:
    assert assign("registers blow nothing but dust", department="fire").category == "other"


def test_the_weights_say_what_they_were_made_from() -> None:
    about = json.loads((pattern_dir() / "models" / "findings" / "provenance.json").read_text(encoding="utf-8"))
    rows = bank(RuleBook.load())
    text = "\n".join(f"{category}\t{phrase}" for phrase, category in rows)
    made_from = hashlib.sha256(text.encode()).hexdigest()
    assert about["data_sha256"] == made_from, "the lexicon has changed since: python -m benchmarks.train_findings"
    assert about["rows"] == len(rows)


@pytest.mark.parametrize("text", ["no light in hall", "mice", "oven door broken", "junk in driveway", "receptacle loose in wall"])
def test_a_defect_is_named(text: str) -> None:
    assert says_defect(text)


@pytest.mark.parametrize("text", ["Kitchen facilities", "Hot water", "Outlets / light fixtures", "Heating", "Locks"])
def test_a_thing_alone_is_no_defect(text: str) -> None:
    assert not says_defect(text)
