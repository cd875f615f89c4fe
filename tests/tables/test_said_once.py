"""What lists say once: the year in a title, the day of the amounts, the owner above a block; amounts that OCR broke."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extractors.tables.naming import role_of, synonyms
from tests.tables.test_lists import RULES, page, read, right

HEAD = [(20, "Parcel"), (80, "Owner"), right(300, "Tax"), right(360, "Int"), right(420, "Fees"), right(480, "Total")]


def row(parcel: str, *amounts: str) -> list[tuple[float, str]]:
    return [(20, parcel), (80, "SMITH JOHN"), *(right(x, t) for x, t in zip((300, 360, 420, 480), amounts, strict=True))]


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("DELINQUENT REAL ESTATE FISCAL YEAR 2018 - BALANCES AT 12/31/2018", 2018),
        ("Unpaid real estate taxes, FY17", 2017),
        ("Real estate taxes, fiscal years 2016 and 2017", None),
        ("Real estate taxes, FY2016 and FY2017", None),
    ],
)
def test_a_title_s_year_is_that_of_rows_which_print_none(title: str, year: int | None) -> None:
    report = read(page([(100, title)], HEAD, row("4-3", "100.00", "5.00", "1.00", "106.00"), row("4-9", "70.00", "", "", "70.00")))
    assert [r.value("fiscal_year") for r in report.records] == [year, year]


def test_an_amount_broken_at_its_point_is_one_amount() -> None:
    made = page(
        [(100, "Real estate taxes FY2018")], HEAD,
        *([(20, f"4-{n}"), (80, "SMITH JOHN"), (270, "3,599."), (301, "10"), right(360, "911.74"), right(420, "5.00"), (450, "4,515."), (481, "84")]
          for n in range(4)),
    )  # fmt: skip
    report = read(replace(made, text_source="ocr"))
    assert [(r.value("principal"), r.value("interest"), r.value("total")) for r in report.records] == [
        (Decimal("3599.10"), Decimal("911.74"), Decimal("4515.84"))
    ] * 4


def test_the_owner_above_a_labelled_block_is_its_owner_and_of_no_other() -> None:
    head = [(30, "FY"), (90, "Kind"), right(300, "Principal"), right(480, "Total")]
    lines: list[list[tuple[float, str]]] = [[(20, "Statement of delinquent accounts")], [(20, "As of the close of business 28 February 2019.")]]
    for owner, place, parcel in (("CREEK CORP", "183 Park St", "36-27"), ("GOLD MARY", "40 Palmer St", "35-20"), ("END LLC", "6 Ash St", "1-4")):
        lines += [
            [(20, owner)], [(20, f"Property: {place} Parcel ID: {parcel}")], head,
            [(30, "FY2015"), (90, "Real estate"), right(300, "836.78"), right(480, "836.78")],
            [(30, "FY2019"), (90, "Water/sewer lien"), right(300, "41.07"), right(480, "41.07")],
        ]  # fmt: skip
    report = read(page(*lines))
    found = [(r.text("owner"), r.text("location"), r.text("parcel_as_written"), r.value("as_of_date")) for r in report.records]
    told = date(2019, 2, 28)
    assert found == [
        *[("CREEK CORP", "183 Park St", "36-27", told)] * 2, *[("GOLD MARY", "40 Palmer St", "35-20", told)] * 2,
        *[("END LLC", "6 Ash St", "1-4", told)] * 2,
    ]  # fmt: skip
    assert [r.text("tax_type") for r in report.records] == ["real_estate", "water_sewer_lien"] * 3


def test_a_note_of_the_unit_is_no_column_and_account_and_meter_on_one_line_are_two() -> None:
    head = [(30, "Period"), right(200, "Previous"), right(260, "Present"), right(320, "Usage"), (350, "Read"), right(450, "Water+Sewer")]
    report = read(
        page(
            [(20, "Account ledger: water and sewer")],
            [(20, "Account 330-2718 Meter 61800442")],
            [(20, "270 Cary Avenue Ana A. and Blanca Romano")],
            [(20, "Usage in cubic feet")],
            head,
            [(30, "04/10/18 to 07/10/18"), right(200, "90400"), right(260, "94751"), right(320, "4351"), (350, "actual"), right(450, "646.12")],
            [(30, "07/10/18 to 10/09/18"), right(200, "94751"), right(260, "99868"), right(320, "5117"), (350, "actual"), right(450, "756.87")],
        ),
        water=True,
    )  # fmt: skip
    found = [(r.text("account"), r.text("meter"), r.text("location"), r.text("consumption"), r.text("unit"), r.text("amount"))
             for r in report.records]  # fmt: skip
    assert found == [
        ("330-2718", "61800442", "270 Cary Avenue", "4351", "CF", "646.12"),
        ("330-2718", "61800442", "270 Cary Avenue", "5117", "CF", "756.87"),
    ]
    assert [r.value("period_end") for r in report.records] == [date(2018, 7, 10), date(2018, 10, 9)]


@pytest.mark.parametrize("text", ["WATER+SEWER", "Water & Sewer", "water and sewer", "Water / Sewer"])
def test_two_things_may_be_joined_in_any_way(text: str) -> None:
    assert role_of(text, synonyms(RULES.section("water")["columns"])) == "amount"
