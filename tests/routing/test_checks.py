"""Checks that know the domain, each on a record where it must speak and one where it must not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extractors.checks import World, check_report
from records.document import Box, Document, Page, SourceFile, Word
from records.record import Evidence, Extraction, Record, Report
from tests.crossing.made import PLACE, fields

WORLD = World(date(2018, 7, 1), date(2019, 7, 31), {"4-3": 6, "4-4": 1})


def doubts(record: Record, world: World = WORLD) -> set[tuple[str, str]]:
    document = Document(SourceFile("0" * 64, "a.pdf", 1), ())
    report = Report(0, "housing_inspection", (1,), (), (record,))
    return {(r.field, r.code) for r in check_report(report, document, None, world).records[0].reasons}


def tax(**values: object) -> Record:
    whole = {
        "parcel_id": "4-3", "fiscal_year": 2019, "tax_type": "real_estate", "principal": Decimal("1000.00"),
        "interest": Decimal("100.00"), "total": Decimal("1100.00"), "as_of_date": date(2019, 6, 30),
    }  # fmt: skip
    return Record("tax", "tax/0", fields(**{**whole, **values}), PLACE)  # type: ignore[arg-type]


def visit(**values: object) -> Record:
    whole = {"parcel_id": "4-3", "inspection_date": date(2019, 3, 4), "result": "violations", "unit": "2"}
    return Record("inspection", "inspection/0", fields(**{**whole, **values}), PLACE)  # type: ignore[arg-type]


def finding(**values: object) -> Record:
    whole = {"parcel_id": "4-3", "inspection_date": date(2019, 3, 4), "status": "open", "category": "pests", "code_basis": "cited"}
    return Record("violation", "violation/0/0", fields(**{**whole, **values}), PLACE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("interest", "total", "asked"),
    [("150.00", "1150.00", False), ("400.00", "1400.00", True), ("-5.00", "995.00", True), ("164.00", "1164.00", False)],
)
def test_interest_no_law_allows_is_asked_about(interest: str, total: str, asked: bool) -> None:
    row = tax(interest=Decimal(interest), total=Decimal(total))
    assert (("interest", "check") in doubts(row)) == asked


@pytest.mark.parametrize(("year", "asked"), [(2019, False), (2020, False), (2023, True), (1979, True)])
def test_a_fiscal_year_that_does_not_fit_the_list_is_asked_about(year: int, asked: bool) -> None:
    assert (("fiscal_year", "check") in doubts(tax(fiscal_year=year, interest=Decimal("0.00"), total=Decimal("1000.00")))) == asked


@pytest.mark.parametrize(("total", "asked"), [("1100.00", False), ("1101.00", True)])
def test_parts_that_do_not_make_the_total_are_asked_about(total: str, asked: bool) -> None:
    assert (("total", "check") in doubts(tax(total=Decimal(total)))) == asked


@pytest.mark.parametrize(("start", "asked"), [(date(2019, 1, 1), False), (date(2019, 4, 2), True), (date(2015, 1, 1), True)])
def test_a_period_that_is_none_is_asked_about(start: date, asked: bool) -> None:
    values = {"parcel_id": "4-3", "period_start": start, "period_end": date(2019, 4, 1), "consumption": 12, "amount": Decimal("80.00")}
    assert (("period_end", "check") in doubts(Record("water", "water/0", fields(**values), PLACE))) == asked  # type: ignore[arg-type]


def test_interest_of_many_years_is_plausible() -> None:
    row = tax(fiscal_year=2012, interest=Decimal("900.00"), total=Decimal("1900.00"))
    assert ("interest", "check") not in doubts(row)


@pytest.mark.parametrize(("on", "asked"), [(date(2018, 8, 1), False), (date(2020, 3, 1), False), (date(2012, 1, 1), True)])
def test_a_day_far_outside_the_log_is_asked_about(on: date, asked: bool) -> None:
    assert (("inspection_date", "check") in doubts(visit(inspection_date=on))) == asked
    assert ("inspection_date", "check") not in doubts(visit(inspection_date=on), World())


@pytest.mark.parametrize(("unit", "parcel", "asked"), [("5", "4-3", False), ("9", "4-3", True), ("2L", "4-3", False), ("3", "4-4", False)])
def test_a_unit_beyond_those_of_the_parcel_is_asked_about(unit: str, parcel: str, asked: bool) -> None:
    assert (("unit", "check") in doubts(visit(unit=unit, parcel_id=parcel))) == asked


def test_a_section_of_the_other_edition_is_asked_about() -> None:
    assert ("code", "check") in doubts(finding(code="105 CMR 410.235"))
    assert ("code", "check") not in doubts(finding(code="105 CMR 410.351"))
    assert ("code", "check") in doubts(finding(code="105 CMR 410.351", inspection_date=date(2024, 3, 4)))
    assert ("code", "check") not in doubts(finding(code="105 CMR 410.351", inspection_date=date(2023, 4, 20)))


def test_a_deadline_before_the_inspection_is_asked_about() -> None:
    assert ("correct_by", "check") in doubts(finding(correct_by=date(2019, 3, 1)))
    assert ("correct_by", "check") not in doubts(finding(correct_by=date(2019, 4, 3)))


def page(lines: list[str], ink: float | None = None) -> Page:
    words: list[Word] = []
    for i, line in enumerate(lines):
        x = 72.0
        for text in line.split():
            words.append(Word(text, Box(x, 100 + 20 * i, x + 6 * len(text), 112 + 20 * i)))
            x += 6 * len(text) + 4
    return Page(1, 612, 792, "ocr", tuple(words), ink=ink)


def said(lines: list[str], told: list[str], ink: float | None = None) -> list[str]:
    """What is asked of a page whose records tell ``told``."""
    at = [Evidence(1, (Box(72, 0, 300, 10),), text) for text in told]
    records = tuple(
        Record("violation", f"violation/0/{i}", {"description": Extraction("description", text, at[i], 1.0, 1.0, "t")}, at[i])
        for i, text in enumerate(told)
    )
    document = Document(SourceFile("0" * 64, "a.pdf", 1), (page(lines, ink),))
    report = check_report(Report(0, "housing_inspection", (1,), (), records), document)
    return [r.detail for r in report.reasons if r.at is not None]


ITEMS = ["1. Smoke detector missing in rear hall", "2. Kitchen faucet leaks at base", "3. Window sash cord broken in bedroom"]


def test_a_numbered_item_that_no_record_tells_is_an_item_of_its_own() -> None:
    found = said(ITEMS, [ITEMS[0], ITEMS[2]])
    assert found == ["item 2 is printed here and in no record: '2. Kitchen faucet leaks at base'"]
    assert said(ITEMS, ITEMS) == []


def test_a_gap_in_the_numbers_is_asked_about() -> None:
    lines = [ITEMS[0], ITEMS[1], "4. Railing loose on the front porch"]
    assert said(lines, lines) == ["item 2 is followed by item 4: is there an item 3?"]


def test_a_section_in_no_record_is_an_item_of_its_own_but_a_forms_print_is_not() -> None:
    lines = [*ITEMS, "Tenant also reports mice in the pantry, 105 CMR 410.550"]
    assert [d[:33] for d in said(lines, ITEMS)] == ["410.550 is cited here and in no r"]
    assert said([*ITEMS, "Insects and rodents ☐ 410.550", "Toilet 410.150"], ITEMS) == []
    assert said([*ITEMS, "You may ask for a hearing within seven days under 410.850"], ITEMS) == []


def test_dark_places_without_words_are_asked_about() -> None:
    assert said(ITEMS, ITEMS, ink=0.1) and not said(ITEMS, ITEMS, ink=0.008)
    assert not said(ITEMS, ITEMS, ink=0.5)  # a photograph


@pytest.mark.parametrize(("agreement", "flag"), [(True, "agreed"), (False, "disputed"), (None, "")])
def test_two_engines_that_agree_or_not_are_heard(agreement: bool | None, flag: str) -> None:
    row = tax()
    first = replace(page(["x"]), words=(Word("100", Box(80, 74, 120, 82), agreement=agreement), Word("far", Box(80, 300, 120, 310), agreement=False)))
    document = Document(SourceFile("0" * 64, "a.pdf", 1), (first,))
    checked = check_report(Report(0, "tax_delinquency", (1,), (), (row,)), document).records[0]
    assert [f for f in checked.fields["total"].flags if f in ("agreed", "disputed")] == ([flag] if flag else [])
