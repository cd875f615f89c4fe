"""Two columns of running text, and what only looks like them."""

from __future__ import annotations

from extractors.layout import blocks
from records.document import Line, Page
from tests.layout.test_blocks import words

SIDEBAR = [
    "Owner of record",
    "Estate of M. Levine",
    "Somerville MA",
    "Property in violation",
    "8 Union Street",
    "Inspection",
    "by D. Whitcomb",
]
LETTER = [
    f"the {n} thing that our inspector found there" for n in ("first", "second", "third", "fourth", "fifth", "sixth", "last")
]


def page(left: list[str], right: list[str], pace: float) -> Page:
    made = words(
        40, 40, "Notice of violation of the sanitary code over the whole width of the sheet to its edge on the right hand side"
    )
    for n, (a, b) in enumerate(zip(left, right, strict=True)):
        made += words(40, 80 + 14 * n, a) + words(260, 80 + pace * n, b)
    return Page(1, 612, 792, "text_layer", tuple(made))


def texts(one: Page) -> list[str]:
    return [b.text for b in blocks(one) if isinstance(b, Line)]


def test_a_sidebar_is_read_before_the_letter_beside_it() -> None:
    assert texts(page(SIDEBAR, LETTER, pace=17))[1:] == [*SIDEBAR, *LETTER]


def test_labels_and_values_in_rows_stay_beside_each_other() -> None:
    labels, values = ["Owner"] * 7, [f"value {n}" for n in range(7)]
    assert texts(page(labels, values, pace=14))[1:] == [f"{a} {b}" for a, b in zip(labels, values, strict=True)]


def test_columns_of_amounts_are_a_list() -> None:
    left, right = (
        [f"{n} {n}0.00 {n}1.00 {n}2.00 {n}3.00" for n in range(1, 8)],
        [f"{n}.00 {n}.50 {n}.70 1.00 2.00" for n in range(1, 8)],
    )
    assert all(any(a.split()[0] in line.split() for line in texts(page(left, right, pace=17))) for a in left)
    assert texts(page(left, right, pace=17))[1:] != [*left, *right]
