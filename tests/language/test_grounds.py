"""On what grounds a section is assigned where none is cited."""

import pytest

from extractors.language.grounds import grounds


def test_a_text_about_one_known_thing_stands_firm() -> None:
    said = grounds("Smoke detector missing", "rear hall", "smoke_co")
    assert said["code_ahead"] == 1.0 and said["code_named_first"] == 1.0 and said["code_known"] == 1.0
    assert said["code_likely"] > -0.7, said


def test_what_is_named_first_speaks_against_a_thing_beside_it() -> None:
    wrong, right = (grounds("Roaches behind stove", "", category) for category in ("kitchen", "pests"))
    assert wrong["code_named_first"] == 0.0 and right["code_named_first"] == 1.0


@pytest.mark.parametrize(("category", "other"), [("pests", "electrical"), ("pests", "lead")])
def test_the_classifier_is_a_second_voice(category: str, other: str) -> None:
    text = "Mouse droppings along the baseboard"
    assert grounds(text, "", category)["code_likely"] > grounds(text, "", other)["code_likely"]


def test_words_that_nobody_knows_are_counted() -> None:
    assert grounds("mous dry ithen qwzsk", "", "kitchen")["code_known"] < 0.8
