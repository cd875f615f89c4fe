"""Cells that a first reading left out or ran together, worn lines and leaders, on pictures drawn here."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.read import cells
from extractors.read.cells import cut_at_lines, letter_height, with_unread
from extractors.read.ruling import dark_pixels, find_rules, without_rules
from records.document import Box, Word

SCALE = 300 / 72


def _page(rows: int = 8, columns: int = 6) -> tuple[np.ndarray, list[Word]]:
    page = np.full((1000, 1900), 255, np.uint8)
    words = []
    for row in range(rows):
        for column in range(columns):
            x, y = 80 + column * 300, 120 + row * 80
            cv2.putText(page, "4821.07", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2, cv2.LINE_AA)
            words.append(Word("4821.07", Box(x, y - 24, x + 135, y + 2), 0.95))
    return page, words


def _reads_all_as(text: str, sheets: list[np.ndarray]):
    """A reader that sees one word wherever ink stands on the sheet."""

    def read(sheet: np.ndarray) -> list[Word]:
        sheets.append(sheet)
        joined = cv2.dilate((sheet < 128).astype(np.uint8), np.ones((3, 15), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
        return [Word(text, Box(x + 7, y, x + w - 7, y + h), 0.9) for x, y, w, h, _ in stats[1:].tolist()]

    return read


def test_a_column_left_out_is_read_from_one_sheet_and_lands_in_its_rows() -> None:
    page, words = _page()
    known = [w for i, w in enumerate(words) if i % 6 != 2]
    sheets: list[np.ndarray] = []
    found = with_unread(known, page, dark_pixels(page), [], letter_height(dark_pixels(page), SCALE), SCALE, _reads_all_as("2018.55", sheets))
    added = [w for w in found if w.text == "2018.55"]
    assert len(sheets) == 1 and sheets[0].size < page.size / 2
    assert len(added) == 8
    for word, missed in zip(sorted(added, key=lambda w: w.box.top), [w for i, w in enumerate(words) if i % 6 == 2], strict=True):
        assert word.box.overlap(missed.box) > 0.5


def test_a_page_read_whole_is_not_read_again() -> None:
    page, words = _page()
    sheets: list[np.ndarray] = []
    assert with_unread(words, page, dark_pixels(page), [], letter_height(dark_pixels(page), SCALE), SCALE, _reads_all_as("x1", sheets)) == words
    assert not sheets


def test_a_word_over_a_line_is_read_as_two_cells() -> None:
    page, words = _page()
    cv2.line(page, (370, 60), (370, 760), 0, 3)
    line = Box(369, 60, 372, 760)
    torn = Word("4821.07-4821.07", Box(80, 96, 515, 122), 0.5)
    sheets: list[np.ndarray] = []
    level = page.copy()
    level[:, 366:375] = 255
    found = with_unread([torn, *words[2:]], level, dark_pixels(level), [line], letter_height(dark_pixels(level), SCALE), SCALE, _reads_all_as("77.01", sheets))
    assert torn not in found
    assert sorted(round(w.box.x0, -2) for w in found if w.text == "77.01") == [100, 400]


def test_figures_and_letters_over_a_line_are_cut_at_it() -> None:
    word = Word("82A", Box(100, 10, 130, 22), 0.9)
    left, right = cut_at_lines([word], [Box(118, 0, 119, 100)])
    assert (left.text, right.text) == ("82", "A")
    assert cut_at_lines([word], [Box(200, 0, 201, 100)]) == [word]


def test_a_dotted_upright_is_a_line_and_figures_beside_it_stay() -> None:
    page = np.full((900, 1200), 255, np.uint8)
    for y in (100, 200, 300, 400, 500, 600):
        cv2.line(page, (100, y), (1000, y), 0, 3)
        cv2.putText(page, "1940", (500, y + 70), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3, cv2.LINE_AA)
    for y in range(100, 600, 9):
        page[y : y + 5, 610:613] = 0
    dark = dark_pixels(page)
    rules, mask = find_rules(dark, SCALE)
    assert any(r.height > 250 and 605 <= r.centre_x <= 618 for r in rules)
    cleared = without_rules(page, mask, dark)
    assert (cleared[310:590, 606:618] > 200).all()
    assert (cleared[320:375, 500:596] < 128).sum() > 0.9 * (page[320:375, 500:596] < 128).sum()


def test_leaders_are_taken_out_and_points_stay() -> None:
    page = np.full((400, 1600), 255, np.uint8)
    cv2.putText(page, "SMITH JOHN", (60, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3, cv2.LINE_AA)
    cv2.putText(page, "1,204.50", (1200, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3, cv2.LINE_AA)
    for x in range(340, 1160, 10):
        cv2.circle(page, (x, 198), 2, 0, -1)
    dark = dark_pixels(page)
    _, mask = find_rules(dark, SCALE)
    cleared = without_rules(page, mask, dark)
    assert (cleared[190:205, 345:1150] < 128).sum() == 0
    assert (cleared[:, 1190:] < 128).sum() == (page[:, 1190:] < 128).sum()


def test_the_bar_of_bold_letters_is_no_line() -> None:
    page = np.full((300, 800), 255, np.uint8)
    cv2.rectangle(page, (100, 100), (260, 130), 0, -1)  # letters so bold that they touch
    page[105:112:3, 100:260] = 255
    rules, _ = find_rules(dark_pixels(page), SCALE)
    assert not [r for r in rules if 100 < r.top < 128]


def test_short_words_of_figures_and_letters_are_told() -> None:
    assert cells._is_mixed("4A") and cells._is_mixed("S11")
    assert not any(cells._is_mixed(t) for t in ("1940", "RE", "A", "4821.07", "12345B"))
