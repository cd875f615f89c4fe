"""Scraps read into a picture are no words; print on white paper stays, however doubted."""

from __future__ import annotations

import numpy as np

from extractors.read.pictures import without_pictures
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
