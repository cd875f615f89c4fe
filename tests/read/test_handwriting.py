"""Writing by hand is told from print by the shape of its ink, read by the second voice, and marked."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.read import handwriting
from extractors.read.hand_shapes import FEATURES, runs_of_ink
from extractors.read.handwriting import with_handwriting
from extractors.read.page_image import Gray
from extractors.read.ruling import dark_pixels
from extractors.read.second_voice import Letter, Spoken
from records.document import Box, Word

SCALE = 300 / 72
PRINT = ["Housing Inspection Report", "Premises 29 County Road", "Visited October 1, 2018", "Inspector L. Marrero", "Mailbox lock is broken"]
HAND = ["mouse droppings sink", "buzzer out", "no smoke detector", "hole in wall"]


def sheet(printed: list[str], hand: list[str]) -> tuple[Gray, list[Word]]:
    """A page with printed lines, and under them lines in a shaky script; Tesseract would have read the print."""
    picture = Image.new("L", (1700, 1500), 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(46)
    words: list[Word] = []
    for n, text in enumerate(printed):
        x = 150.0
        for part in text.split():
            draw.text((x, 80 + 90 * n), part, 20, font)
            left, top, right, bottom = draw.textbbox((x, 80 + 90 * n), part, font)
            words.append(Word(part, Box(left, top, right, bottom), 0.96))
            x += draw.textlength(part + " ", font)
    image = np.array(picture)
    shake = np.random.default_rng(4)
    for n, text in enumerate(hand):  # joined loops and sticks of uneven height: no letters, but the ink of a quick hand
        x, y = 180.0, 700.0 + 120 * n
        for word in text.split():
            points = []
            for _ in word:
                tall = float(shake.choice([26, 30, 34, 62])) * float(shake.uniform(0.8, 1.2))
                wide = float(shake.uniform(16, 30))
                turn = np.linspace(0, 2 * np.pi, 14)
                points += [(x + wide * t / 6.3 + 9 * np.sin(t), y - tall / 2 * (1 - np.cos(t)) + shake.normal(0, 1.5)) for t in turn]
                x, y = x + wide, y + float(shake.normal(0, 2.5))
            cv2.polylines(image, [np.array(points, np.int32)], False, 110, 3, cv2.LINE_AA)
            x += 34
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0), dtype=np.uint8), words


def read(printed: list[str], hand: list[str], voice: bool = True) -> tuple[list[Word], list[Box]]:
    image, words = sheet(printed, hand)
    dark = dark_pixels(image)
    return with_handwriting(words, image, image, dark, np.zeros_like(dark), SCALE, voice)


def test_a_note_is_marked_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = tuple(Letter(c, 10.0 * i, 0.9) for i, c in enumerate("no detector"))
    monkeypatch.setattr(handwriting, "voice_available", lambda: True)
    monkeypatch.setattr(handwriting, "read_lines", lambda crops: [Spoken("no detector", 0.9, letters)] * len(crops))
    words, regions = read([], HAND)
    assert len(regions) >= 3
    assert all(w.handwritten and w.box is not None for w in words)
    assert [w.text for w in words[:2]] == ["no", "detector"]
    assert all(w.confidence == 0.9 for w in words)


def test_print_is_left_as_it_was_read() -> None:
    words, regions = read(PRINT, [])
    assert [w.text for w in words] == [w for text in PRINT for w in text.split()]
    assert not any(w.handwritten for w in words)
    assert regions == []


def test_without_the_second_voice_regions_are_still_known() -> None:
    _, regions = read([], HAND, voice=False)
    assert len(regions) >= 3


def test_a_blank_page_has_no_runs() -> None:
    blank = np.full((400, 400), 255, np.uint8)
    dark = dark_pixels(blank)
    runs = runs_of_ink(blank, dark, np.zeros_like(dark), [], SCALE)
    assert len(runs) == 0 and runs.shapes.shape == (0, len(FEATURES))


def test_print_taken_for_writing_on_a_well_read_page_stays_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handwriting, "voice_available", lambda: True)
    monkeypatch.setattr(handwriting, "_chances", lambda runs: np.full(len(runs), 0.9))
    monkeypatch.setattr(handwriting, "read_lines", lambda crops: [Spoken("zzz", 0.9, (Letter("z", 5.0, 0.9),) * 3)] * len(crops))
    words, regions = read(PRINT, [])
    assert sorted(w.text for w in words) == sorted(w for text in PRINT for w in text.split())
    assert regions == []
    assert not any(w.handwritten for w in words)


@pytest.mark.parametrize(("other", "sure", "wanted"), [("ctof", 0.6, "object"), ("abject", 0.95, "abject"), ("an object", 0.6, "an object")])
def test_a_sure_word_stands_unless_the_other_voice_is_as_sure(other: str, sure: float, wanted: str) -> None:
    first = [Word("object", Box(10, 0, 90, 20), 0.97), Word("xx", Box(100, 0, 300, 20), 0.2)]
    second = [Word(other, Box(12, 0, 92, 20), sure), Word("kitchen", Box(100, 0, 300, 20), 0.8)]
    assert [w.text for w in handwriting._believed(first, second)] == [wanted, "kitchen"]
