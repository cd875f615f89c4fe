"""Tesseract in process and by its command: the same words, the same limits."""

import cv2
import numpy as np
import pytest

from extractors.read import engine
from records.errors import DocumentError, MissingEngine

SCALE = 300 / 72
LINES = ("NOTICE OF VIOLATION", "410.482 Smoke detector missing in hall", "Principal 4821.07 interest 16.20", "Fiscal year 2018")


def _page() -> np.ndarray:
    page = np.full((900, 1400), 255, np.uint8)
    for row, text in enumerate(LINES):
        cv2.putText(page, text, (80, 160 + 150 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3, cv2.LINE_AA)
    return page


def _has(name: engine.Engine) -> bool:
    try:
        return engine.chosen(name) == name
    except MissingEngine:
        return False


@pytest.mark.parametrize("name", ["tesserocr", "pytesseract"])
def test_both_engines_read_words_in_their_places(name: engine.Engine) -> None:
    if not _has(name):
        pytest.skip(f"{name} is not installed")
    words = engine.read_words(_page(), SCALE, 6, 60, name)
    assert " ".join(w.text for w in words) == " ".join(LINES)
    code = next(w for w in words if w.text == "410.482")
    assert code.box is not None and 250 < code.box.top < 320 and 60 < code.box.x0 < 100
    assert (code.confidence or 0) > 0.7


@pytest.mark.skipif(not _has("tesserocr"), reason="tesserocr is not installed")
def test_a_deadline_is_kept_and_the_engine_works_on() -> None:
    with pytest.raises(DocumentError, match="more than"):
        engine.read_words(np.tile(_page(), (3, 2)), SCALE, 6, 0.001, "tesserocr")
    assert engine.read_words(_page(), SCALE, 6)


def test_without_tesserocr_the_command_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert engine.chosen.__wrapped__("auto") == "pytesseract"
    with pytest.raises(MissingEngine, match="pip install tesserocr"):
        engine.chosen.__wrapped__("tesserocr")


def test_without_data_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingEngine, match="apt-get install tesseract-ocr"):
        engine.tessdata.__wrapped__()
