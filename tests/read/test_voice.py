"""The second voice on lines of print drawn here."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from extractors.read import voice_model
from extractors.read.second_voice import Letter, Spoken, read_lines

needs_voice = pytest.mark.skipif(not voice_model.available(), reason="rapidocr or onnxruntime is not installed")


@pytest.fixture
def line() -> Callable[[str], np.ndarray]:
    def draw(text: str) -> np.ndarray:
        width = 60 + 24 * len(text)
        picture = np.full((56, width), 255, np.uint8)
        cv2.putText(picture, text, (20, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2, cv2.LINE_AA)
        return picture

    return draw


@needs_voice
def test_lines_are_read_in_the_order_given(line: Callable[[str], np.ndarray]) -> None:
    texts = ["410.482 Smoke detector missing", "2019-03-11", "Total due 4821.07 for fiscal year 2018"]
    spoken = read_lines([line(t) for t in texts])
    assert [s.text for s in spoken] == texts
    assert all(s.confidence > 0.9 for s in spoken)


@needs_voice
def test_words_have_places(line: Callable[[str], np.ndarray]) -> None:
    picture = line("Total 4821.07")
    total, amount = read_lines([picture])[0].tokens
    dark = np.flatnonzero((picture < 128).any(axis=0))
    gap = int(dark[int(np.argmax(np.diff(dark)))])  # the widest white stretch lies between the words
    assert (total.text, amount.text) == ("Total", "4821.07")
    assert total.x1 < gap + 24 < amount.x0 + 24
    assert abs(amount.x1 - dark[-1]) < 40


@needs_voice
def test_nothing_to_read_is_no_text() -> None:
    blank, sliver = np.full((40, 300), 255, np.uint8), np.zeros((2, 1), np.uint8)
    assert [s.text for s in read_lines([blank, sliver])] == ["", ""]


def test_without_the_packages_it_is_silent(line: Callable[[str], np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_model, "model_path", lambda: None)
    assert not voice_model.available()
    assert read_lines([line("4821.07")]) == [Spoken("", 0.0)]


def test_a_word_with_one_doubtful_letter_is_doubtful() -> None:
    letters = tuple(Letter(c, i, 0.2 if c == "8" else 1.0) for i, c in enumerate("410.482 ok"))
    first, second = Spoken("410.482 ok", 0.9, letters).tokens
    assert first.confidence < 0.6 and second.confidence == 1.0
