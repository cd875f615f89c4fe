"""Two readings of the same print: pairing, choosing, and what a page becomes of both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.read.choosing import choose, decides, folded, paired, shape
from extractors.read.fusion import is_poor, merged
from extractors.read.second_voice import Token
from records.document import Box, Word

CROP = Box(100, 200, 700, 240)


def _words(*texts: str, sure: float = 0.6) -> list[Word]:
    words, x = [], 110.0
    for text in texts:
        words.append(Word(text, Box(x, 206, x + 16 * len(text), 234), sure))
        x += 16 * len(text) + 20
    return words


def _tokens(*texts: str, sure: float = 0.99) -> list[Token]:
    tokens, x = [], 18.0
    for text in texts:
        tokens.append(Token(text, x, x + 16 * (len(text) - 1), sure))
        x += 16 * len(text) + 20
    return tokens


def test_words_that_both_read_are_believed() -> None:
    found = merged(_words("Date:", "3/11/19"), _tokens("Date:", "3/11/19"), CROP)
    assert [(w.text, w.agreement) for w in found] == [("Date:", True), ("3/11/19", True)]
    assert all((w.confidence or 0) > 0.95 for w in found)


def test_a_difference_is_chosen_by_form_and_doubted() -> None:
    (word,) = merged(_words("4l0.4B2"), _tokens("410.482"), CROP)
    assert (word.text, word.agreement, word.other) == ("410.482", False, "4l0.4B2")
    assert (word.confidence or 0) < 0.95
    (kept,) = merged(_words("9/14/2018", sure=0.95), _tokens("9/74/2018", sure=0.8), CROP)
    assert (kept.text, kept.other) == ("9/14/2018", "9/74/2018")


def test_edges_and_dashes_are_no_difference() -> None:
    assert [w.agreement for w in merged(_words("Ave", "—", "Unit"), _tokens("Ave.", "-", "Unit"), CROP)] == [True] * 3


def test_words_run_together_are_parted_and_figures_are_not_cut() -> None:
    assert [w.text for w in merged(_words("ofthe"), _tokens("of", "the"), CROP)] == ["of", "the"]
    cut = [Word("410.", Box(110, 206, 160, 234), 0.5), Word("482", Box(166, 206, 210, 234), 0.5)]
    assert [w.text for w in merged(cut, _tokens("410.482"), CROP)] == ["410.482"]
    # a lost space of the second voice parts nothing that Tesseract parted
    assert [w.text for w in merged(_words("the", "owner"), _tokens("theowner"), CROP)] == ["the", "owner"]


def test_a_speck_goes_and_a_missed_word_comes_with_its_place() -> None:
    words = [Word(".", Box(104, 230, 107, 233), 0.2), *_words("Total")]
    tokens = [*_tokens("Total"), Token("4821.07", 300, 396, 0.98)]
    found = merged(words, tokens, CROP)
    assert [w.text for w in found] == ["Total", "4821.07"]
    added = found[1].box
    assert added is not None and 385 < added.x0 < 400 and 496 < added.x1 < 510
    assert found[1].agreement is False


def test_a_worn_initial_gets_its_letter_back() -> None:
    assert [w.text for w in merged([Word(".", Box(110, 206, 130, 234), 0.5)], _tokens("L"), CROP)] == ["L."]


def test_writing_by_hand_keeps_its_first_reading() -> None:
    word = Word("gnk", CROP, 0.3, handwritten=True)
    assert merged([word], _tokens("410.482"), CROP) == [word]


def test_a_page_is_poor_by_its_letters_not_by_its_specks() -> None:
    good = _words(*["violation"] * 40, sure=0.95)
    assert not is_poor([*good, *_words(*"abcdefgh", sure=0.1)])
    assert is_poor([*good, *_words(*["vlolatlon"] * 12, sure=0.3)])


@pytest.mark.parametrize("text", ["410.482", "(410.482(A))", "1,204.55", "3/11/2019", "BHI-18-0592", "28-31", "2nd", "$500.00"])
def test_forms_that_are_printed(text: str) -> None:
    assert shape(text) > shape(text.replace("1", "l").replace("2", "Z").replace("0", "O"))
    assert decides(text)


def test_a_date_that_is_none_is_unlikely() -> None:
    assert shape("9/74/2018") < 0.3 < shape("9/14/2018")


def test_a_word_known_from_the_page_wins() -> None:
    assert not choose("Wojciechowski", 0.7, "Wojc1echowski", 0.75).second
    assert choose("Fairvlew", 0.7, "Fairview", 0.7, {"fairview"}).second


def test_a_piece_of_a_line_is_no_figure() -> None:
    assert choose("ae", 0.4, "—", 0.6).second and not choose("X", 0.4, "—", 0.6).second
    assert not choose("|", 0.4, "1", 0.6).second
    assert choose("4,516.76", 0.68, "4516.76", 0.97) != choose("4,516.76", 0.68, "4,516.70", 0.97)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.text("abc1.", min_size=1, max_size=6), max_size=7), st.lists(st.text("abc1.", min_size=1, max_size=6), max_size=7))
def test_pairing_keeps_every_word_once_and_in_order(first: list[str], second: list[str]) -> None:
    pairs = paired(first, second)
    assert [i for p in pairs for i in p.first] == list(range(len(first)))
    assert [i for p in pairs for i in p.second] == list(range(len(second)))


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.text("abcdef", min_size=2, max_size=6), min_size=1, max_size=7))
def test_equal_readings_pair_one_to_one(texts: list[str]) -> None:
    assert all(len(p.first) == len(p.second) == 1 for p in paired(texts, texts))
    assert folded(texts[0]) == texts[0]
