"""Shortcuts of picture work that must say the same as the long way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.read.hand_shapes import _medians, _off_lines
from extractors.read.missed import with_missed
from extractors.read.page_image import Gray, greys_at, halved, numbered, shrunk
from extractors.read.prepare import reads_well
from records.document import Box, Word


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5])
def test_pieces_have_the_numbers_that_the_long_way_gives(share: float) -> None:
    """At 0.2 there are more pieces than 16 bits can number."""
    ink = (np.random.default_rng(7).random((900, 1100)) < share).astype(np.uint8)
    count, labels, stats = numbered(ink)
    expected, long, sizes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    assert count == expected
    assert (labels == long).all()
    assert (stats == sizes).all()


def test_shrinking_by_halves_keeps_size_and_tone() -> None:
    page = np.full((1100, 850), 240, np.uint8)
    page[300:500, 200:600] = 20
    small = shrunk(page, 0.23)
    assert small.shape == (253, 196)
    assert abs(float(small.mean()) - float(page.mean())) < 1.5
    assert shrunk(page, 1.0) is page


def test_greys_are_counted_as_they_are_sorted() -> None:
    page = np.random.default_rng(3).integers(0, 256, (200, 300)).astype(np.uint8)
    found = greys_at(page, 5, 50, 95)
    assert np.allclose(found, np.percentile(page, (5, 50, 95)), atol=1.0)


def test_half_of_a_thin_line_is_still_ink() -> None:
    ink = np.zeros((40, 40), np.uint8)
    ink[10] = 255
    assert halved(ink, 90)[5].all()
    assert not halved(ink, 200).any()


def test_a_page_reads_well_only_by_words() -> None:
    words = [Word("inspection", None, 0.95), Word("street", None, 0.96), Word("heating", None, 0.95)] * 5
    assert reads_well(words)
    assert not reads_well([Word("uonsadsu", None, 0.9), Word("xqzzk", None, 0.8)] * 5)
    assert not reads_well(words[:2])


def test_medians_and_lines_of_groups_are_those_of_each_group() -> None:
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1, 2, 3], [1, 2, 7, 12])
    values = rng.random(len(group))
    assert np.allclose(_medians(values, group, 4), [np.median(values[group == g]) for g in range(4)])
    across = rng.random(len(group)) * 100
    away, slope = _off_lines(across, 3 + 0.25 * across, group, np.ones(4))
    assert np.allclose(slope, [0, 0, 0.25, 0.25])
    assert np.allclose(away, 0, atol=1e-9)


def test_only_what_was_left_out_is_shown_to_the_second_look() -> None:
    scale = 300 / 72
    page: Gray = np.full((1200, 1200), 255, np.uint8)
    words = []
    for line in range(6):
        top = 100 + 150 * line
        for column in range(3):
            x = 80 + 160 * column
            words.append(Word("word", Box(x, top, x + 120, top + 40), 0.95))
            page[top - 12 : top + 45, x - 12 : x + 130] = 0  # ink that reaches over its word's box
        for letter in range(4):
            page[top : top + 36, 800 + 40 * letter : 822 + 40 * letter] = 0
    shown: list[Gray] = []

    def read(rest: Gray) -> list[Word]:
        shown.append(rest)
        return [Word("left", Box(800, 100, 942, 136), 0.9)]

    dark = np.where(page < 128, 255, 0).astype(np.uint8)
    found = with_missed(words, page, dark, np.zeros_like(page), scale, read)
    assert [w.text for w in found if w not in words] == ["left"]
    assert (shown[0][:, :700] == 255).all()
    assert (shown[0][100:136, 800:822] == 0).all()
