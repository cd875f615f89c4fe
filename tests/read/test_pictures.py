"""Scraps read into a picture are no words; print on white paper stays, however doubted."""

from __future__ import annotations

import numpy as np

from extractors.read.pictures import is_slide, painted_over, picture_share, without_pictures
from records.document import Box, Word

SCALE = 300 / 72


def test_scraps_in_a_picture_are_dropped_and_print_stays() -> None:
    page = np.full((1600, 1200), 255, np.uint8)
    page[800:1500, 100:1100] = 120
    scrap = Word("ee!", Box(500, 1100, 560, 1130), 0.3)
    sure = Word("Exit", Box(600, 1100, 700, 1130), 0.95)
    whole = Word("410.450", Box(300, 1200, 420, 1230), 0.4)
    doubted = Word("rn", Box(200, 200, 240, 230), 0.2)
    assert without_pictures([scrap, sure, whole, doubted], page, SCALE) == [sure, whole, doubted]


def test_a_large_picture_is_painted_over_and_a_dark_heading_bar_is_not() -> None:
    page = np.full((3300, 2550), 255, np.uint8)
    page[200:270, 200:2300] = 20  # a bar of 17 points
    page[1500:2700, 400:1800] = 90
    out = painted_over(page, page, SCALE)
    assert (out[1700:2500, 600:1600] == 255).all()
    assert (out[200:270, 200:2300] == 20).all()
    assert (page[1700:2500, 600:1600] == 90).all()  # the page itself is not touched
    assert not is_slide(picture_share(page, SCALE))


def test_a_dark_page_is_a_slide() -> None:
    page = np.full((1200, 1600), 40, np.uint8)
    page[100:140, 200:1400] = 240
    assert is_slide(picture_share(page, SCALE))
    assert not is_slide(picture_share(np.full((1200, 1600), 255, np.uint8), SCALE))
