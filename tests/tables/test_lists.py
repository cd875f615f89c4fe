"""Lists read from made-up pages: what columns mean, what rows inherit, which lines are no rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from extractors.layout import blocks
from extractors.rulebook import RuleBook
from extractors.tables import extract_tax, extract_water
from records.document import Box, Document, Page, SourceFile, Word
from records.record import Report

RULES = RuleBook.load(("us-ma",))


def page(*lines: list[tuple[float, str]], struck: int = -1) -> Page:
    """A page from lines of (x, text): each text's words follow one another, 5 points a letter."""
    words = []
    for i, line in enumerate(lines):
        for x, text in line:
            for token in text.split():
                width = 5.0 * len(token)
                words.append(Word(token, Box(x, 40 + 14 * i, x + width, 50 + 14 * i), struck=i == struck))
                x += width + 3
    return Page(1, 792, 612, "text_layer", tuple(words))


def right(x: float, text: str) -> tuple[float, str]:
    return x - 5 * len(text), text


def read(made: Page, water: bool = False) -> Report:
    document = Document(SourceFile("0", "list.pdf", 1), (made,))
    report = Report(0, "water_usage" if water else "tax_delinquency", (1,), ())
    extract = extract_water if water else extract_tax
    return extract(document, report, {1: blocks(made)}, RULES)


HEAD = [(20, "MBLU"), (90, "Assessed"), (250, "Property"), (400, "Tax"), (440, "Typ"), (480, "Sts"), (520, "Unpaid"), (600, "Accrued"),
        (660, "Demand"), (720, "Amount")]  # fmt: skip
HEAD2 = [(90, "Owner"), (250, "Location"), (400, "Year"), (520, "Tax"), (600, "Int"), (720, "Due")]


def money(principal: str, interest: str, fees: str, total: str) -> list[tuple[float, str]]:
    return [right(x, t) for x, t in ((550, principal), (635, interest), (690, fees), (755, total)) if t]


def test_stacked_heading_inheritance_credit_and_total() -> None:
    report = read(
        page(
            [(200, "Delinquent taxes as of June 30, 2019")],
            HEAD,
            HEAD2,
            [
                (20, "4-3"),
                (90, "SMITH JOHN"),
                (250, "12 ELM ST"),
                (400, "2018"),
                (440, "RE"),
                (480, "TT"),
                *money("100.00", "5.00", "10.00", "115.00"),
            ],
            [(90, "C/O MARY JONES")],
            [(400, "2019"), (440, "PP"), (480, "PP"), *money("50.00", "", "0.00", "50.00")],
            [(90, "Total"), *money("150.00", "5.00", "10.00", "165.00")],
            [
                (20, "4-9"),
                (90, "TOTAL WINE LLC"),
                (250, "14 ELM ST"),
                (400, "FY19"),
                (440, "RE"),
                (480, "CR"),
                *money("(20.00)", "", "", "(20.00)"),
            ],
        )
    )
    first, second, third = report.records
    assert first.text("owner") == "SMITH JOHN"
    assert first.value("total") == Decimal("115.00")
    assert first.value("fees") == Decimal("10.00")
    assert first.anchor.box is not None and first.anchor.box.bottom > 100  # the C/O line belongs to the row
    assert (second.text("parcel_as_written"), second.text("owner")) == ("4-3", "SMITH JOHN")
    assert (second.value("tax_type"), second.text("code_meaning")) == ("personal_property", "Payment plan")
    assert second.value("interest") is None and second.value("fees") == Decimal("0.00")
    assert (third.value("fiscal_year"), third.value("total")) == (2019, Decimal("-20.00"))
    assert first.features["sums_ok"] == 1.0 and first.features["subtotal_ok"] == 1.0
    assert report.as_of == date(2019, 6, 30) and not report.reasons


def test_row_struck_out_is_no_record_and_wrong_sum_is_a_doubt() -> None:
    row = [(20, "4-3"), (90, "SMITH JOHN"), (250, "12 ELM ST"), (400, "2018"), (440, "RE")]
    report = read(
        page(HEAD, HEAD2, row + money("100.00", "5.00", "", "105.00"), row + money("70.00", "5.00", "", "99.00"), struck=2)
    )
    assert report.records[0].ignorable
    assert not report.records[1].ignorable
    assert [r.code for r in report.records[1].reasons] == ["check"]


def test_water_accounts_with_meters_below() -> None:
    head = [
        (20, "Meter #"),
        (100, "From"),
        (170, "To"),
        (250, "Previous"),
        (320, "Present"),
        (400, "Used"),
        (460, "Rd"),
        (520, "Current Charges"),
        (640, "Balance"),
    ]
    report = read(
        page(
            [(200, "Usage in hundred cubic feet (HCF)")],
            [(20, "Account 03-77"), (160, "5 ELM ST"), (300, "Parcel 4-3")],
            head,
            [
                (20, "M991"),
                (100, "09/18/17"),
                (170, "12/19/17"),
                (250, "9998"),
                (320, "3"),
                (400, "5"),
                (460, "E"),
                right(590, "42.75"),
                right(680, "99.00"),
            ],
            [
                (20, "M991"),
                (100, "12/19/17"),
                (170, "03/20/18"),
                (250, "3"),
                (320, "9"),
                (400, "7"),
                (460, "A"),
                right(590, "40.00"),
                right(680, "99.00"),
            ],
            [(20, "Account total"), (400, "12"), right(590, "82.75")],
        ),
        water=True,
    )
    first, second = report.records
    assert first.text("account") == "03-77" and first.text("parcel_as_written") == "4-3"
    assert (first.value("period_end"), first.value("amount")) == (date(2017, 12, 19), Decimal("42.75"))
    assert (first.value("unit"), first.value("read_type")) == ("CCF", "estimated")
    assert first.features["sums_ok"] == 1.0  # over the meter's roll-over
    assert "check" in [r.code for r in second.reasons]
