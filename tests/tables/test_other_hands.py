"""Lists as other offices print them: short forms, two things in one column, totals without the word, notices in paragraphs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from extractors.parcels.mapblock import id_key
from extractors.tables.naming import role_of
from extractors.tables.notices import parcels_in, sums_of
from extractors.tables.tax import tax_rules
from extractors.tables.water import water_rules
from tests.tables.test_lists import RULES, page, read, right


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("TAXYR", "fiscal_year"), ("OWN1", "owner"), ("BILLNO", "account"), ("OTH_CHG", "fees"), ("Year-Bill", "fiscal_year+account"),
        ("Assessed Owner / Location", "owner+location"), ("M/L", "parcel"), ("FY17", None), ("Telephone", None),
    ],
)  # fmt: skip
def test_what_a_heading_of_taxes_says(label: str, role: str | None) -> None:
    assert role_of(label, tax_rules(RULES).grammar.known) == role


@pytest.mark.parametrize(
    ("label", "role"),
    [("RD_DT_CUR", "period_end"), ("RD_PRV", "previous_reading"), ("MTR_SER", "meter"), ("Prev Rdg", "previous_reading"),
     ("Acct / meter", "account+meter"), ("Last yr", "ignore")],
)  # fmt: skip
def test_what_a_heading_of_readings_says(label: str, role: str) -> None:
    assert role_of(label, water_rules(RULES).grammar.known) == role


def test_year_and_bill_in_one_column_and_tax_and_status_in_another() -> None:
    head = [(20, "Parcel"), (80, "Owner"), (200, "Year-Bill"), (290, "Kind"), right(420, "Tax"), right(520, "Total")]
    report = read(page(
        [(20, "Unpaid taxes through June 30, 2019")], head,
        [(20, "4-3"), (80, "SMITH JOHN"), (200, "2018-61912"), (290, "RE / TT"), right(420, "90.00"), right(520, "100.00")],
        [(20, "4-9"), (80, "DIAZ ANA"), (200, "2017-61154"), (290, "WS"), right(420, "60.00"), right(520, "70.00")],
    ))  # fmt: skip
    found = [tuple(r.text(n) for n in ("fiscal_year", "account", "tax_type", "code")) for r in report.records]
    assert found == [("2018", "61912", "real_estate", "TT"), ("2017", "61154", "water_sewer_lien", "")]


def test_map_and_lot_in_columns_of_their_own_and_the_place_under_the_owner() -> None:
    head = [(20, "Map"), (70, "Lot"), (120, "Owner / Location"), (290, "Yr"), right(420, "Base"), right(520, "Due")]
    report = read(page(
        [(20, "Tax title accounts, balances through June 30, 2019")], head,
        [(20, "3"), (70, "8"), (120, "TORRES LUIS"), (290, "2015"), right(420, "90.00"), right(520, "100.00")],
        [(120, "60 Beacon St"), (290, "2017"), right(420, "60.00"), right(520, "70.00")],
    ))  # fmt: skip
    found = [tuple(r.text(n) for n in ("parcel_as_written", "owner", "fiscal_year", "tax_type")) for r in report.records]
    assert found == [("3-8", "TORRES LUIS", "2015", "real_estate"), ("3-8", "TORRES LUIS", "2017", "real_estate")]
    assert report.records[1].text("location") == "60 Beacon St"


def test_a_list_by_map_and_lot_that_names_no_tax_is_real_estate_for_a_person_to_confirm() -> None:
    head = [(20, "Parcel"), (80, "Owner"), (200, "FY"), right(420, "Interest"), right(520, "Total")]
    report = read(page(
        [(20, "Open balances, figured to February 15, 2019")], head,
        [(20, "4-3"), (80, "SMITH JOHN"), (200, "2018"), right(420, "10.00"), right(520, "100.00")],
        [(20, "4-9"), (80, "DIAZ ANA"), (200, "2017"), right(420, "20.00"), right(520, "70.00")],
    ))  # fmt: skip
    assert {r.text("tax_type") for r in report.records} == {"real_estate"}
    assert all(any(x.field == "tax_type" and x.code == "weak" for x in r.reasons) for r in report.records)
    assert {r.value("as_of_date") for r in report.records} == {date(2019, 2, 15)}


def test_a_sum_without_the_word_is_no_row() -> None:
    head = [(20, "Bill no"), (80, "Owner"), (200, "FY"), (260, "Type"), right(420, "Tax"), right(520, "To pay")]
    report = read(page(
        [(20, "Open balances as of February 15, 2019")], head,
        [(20, "4301"), (80, "SMITH JOHN"), (200, "2018"), (260, "RE"), right(420, "90.00"), right(520, "100.00")],
        [(20, "4302"), (80, "SMITH JOHN"), (200, "2019"), (260, "RE"), right(420, "60.00"), right(520, "70.00")],
        [(80, "To clear this property"), right(520, "170.00")],
    ))  # fmt: skip
    assert [r.value("total") for r in report.records] == [Decimal("100.00"), Decimal("70.00")]
    assert not report.reasons


def test_of_two_columns_named_read_the_left_one_is_the_earlier() -> None:
    head = [(20, "Acct"), (80, "Meter"), (150, "From"), right(260, "Read"), (290, "To"), right(400, "Read"), right(460, "Used"), right(540, "Charge")]
    report = read(page(
        [(20, "Readings for attorneys (usage in CCF)")], head,
        [(20, "627486"), (80, "88745054"), (150, "01/09/19"), right(260, "3834"), (290, "04/08/19"), right(400, "3840"), right(460, "6"), right(540, "14.25")],
        [(20, "386250"), (80, "83776663"), (150, "01/10/19"), right(260, "3252"), (290, "04/09/19"), right(400, "3256"), right(460, "4"), right(540, "57.00")],
    ), water=True)  # fmt: skip
    found = [tuple(r.text(n) for n in ("previous_reading", "current_reading", "consumption")) for r in report.records]
    assert found == [("3834", "3840", "6"), ("3252", "3256", "4")]


def test_a_notice_in_paragraphs_is_a_row_for_each_parcel_and_year() -> None:
    report = read(page(
        [(20, "Notice of tax taking. On Thursday, the 9th day of May, 2019, at ten o'clock A.M. I intend to take")],
        [(20, "MURPHY ANTHONY & DIAZ ANA. Land and building at 29 Ash St, Map 2 Lot 28, containing 6,356 sq. ft.")],
        [(20, "2018 tax $4,314.17, interest $725.16, costs $5.00, total $5,044.33. ESTATE OF KEVIN KIM. Land")],
        [(20, "at 19 Carroll St, Map 8 Lot 3. 2016 tax $2,427.22, interest $530.09, costs $20.00, total")],
        [(20, "$2,977.31. 2018 tax $10.00, interest $1.00, costs $2.00, total $13.00.")],
    ))  # fmt: skip
    found = [tuple(r.text(n) for n in ("parcel_as_written", "owner", "fiscal_year", "total")) for r in report.records]
    assert found == [
        ("2-28", "MURPHY ANTHONY & DIAZ ANA", "2018", "5044.33"), ("8-3", "ESTATE OF KEVIN KIM", "2016", "2977.31"),
        ("8-3", "ESTATE OF KEVIN KIM", "2018", "13.00"),
    ]  # fmt: skip
    assert {r.value("as_of_date") for r in report.records} == {date(2019, 5, 9)}


def test_parcels_and_sums_in_words() -> None:
    text = "the land at 135 Arlington St, being lot 19 on Assessors map 2. Amount due $805.58."
    assert [p[2] for p in parcels_in(text)] == ["2-19"]
    assert [s.parts for s in sums_of(text, 40, len(text))] == [{"total": Decimal("805.58")}]
    assert parcels_in("the map of the lot was drawn in 2018") == []


def test_an_id_with_sub_numbers_of_nought_is_map_and_lot() -> None:
    assert id_key("003.0-0008-0000.0") == ("3", "8")
    assert id_key("026.0-0011-0203.0") == ("26", "11", "203")
