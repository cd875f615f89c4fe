"""Lists in other shapes: side by side, a column per year, records of two lines, leaders, headings that OCR garbled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from extractors.layout import Spot
from extractors.tables.entry import Entry
from extractors.tables.lost_headings import by_arithmetic
from extractors.tables.stream import Row, _without_leaders
from records.document import Box, Page, Word
from tests.tables.test_lists import page, read, right

TITLE = [(200, "Delinquent Real Estate Taxes as of June 30, 2019")]


def test_lists_side_by_side_are_read_one_after_the_other() -> None:
    head = [(o + x, t) for o in (0, 300) for x, t in ((20, "Parcel"), (80, "Owner"), (170, "FY"))] + [
        right(260, "Total"), right(560, "Total")
    ]  # fmt: skip
    lines = [
        [(20, f"4-{n}"), (80, "SMITH JOHN"), (170, "2018"), right(260, f"10{n}.00"),
         (320, f"7-{n}"), (380, "DIAZ ANA"), (470, "2017"), right(560, f"20{n}.00")]
        for n in range(4)
    ]  # fmt: skip
    report = read(page(TITLE, head, *lines))
    found = [(r.text("parcel_as_written"), r.value("fiscal_year"), r.value("total")) for r in report.records]
    assert found == [(f"4-{n}", 2018, Decimal(f"10{n}.00")) for n in range(4)] + [
        (f"7-{n}", 2017, Decimal(f"20{n}.00")) for n in range(4)
    ]
    assert all(r.anchor.box is not None and r.anchor.box.x1 < 300 for r in report.records[:4])


def test_each_year_of_a_row_is_a_row_and_their_sum_is_checked() -> None:
    head = [(20, "Parcel"), (80, "Owner"), right(300, "FY2017"), right(380, "FY2018"), right(460, "FY2019"), right(540, "Total")]
    report = read(
        page(
            TITLE,
            head,
            [(20, "4-3"), (80, "SMITH JOHN"), right(300, "100.00"), right(460, "50.00"), right(540, "150.00")],
            [(20, "4-9"), (80, "DIAZ ANA"), right(380, "70.00"), right(540, "70.00")],
            [(20, "5-1"), (80, "COLE MAY"), right(380, "70.00"), right(460, "5.00"), right(540, "99.00")],
        )
    )
    found = [(r.text("parcel_as_written"), r.value("fiscal_year"), r.value("total")) for r in report.records]
    assert found == [
        ("4-3", 2017, Decimal("100.00")), ("4-3", 2019, Decimal("50.00")), ("4-9", 2018, Decimal("70.00")),
        ("5-1", 2018, Decimal("70.00")), ("5-1", 2019, Decimal("5.00")),
    ]  # fmt: skip
    assert [r.features["subtotal_ok"] for r in report.records] == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert {r.value("tax_type") for r in report.records} == {"real_estate"}


@pytest.mark.parametrize("label", ["FY2017", "Fiscal Year 2017", "2017"])
def test_a_year_may_head_several_amounts_and_the_rest_is_the_row_s_sum(label: str) -> None:
    over = [(230, label), (390, label.replace("2017", "2018"))]
    head = [(20, "Parcel"), (80, "Owner"), right(250, "Tax"), right(320, "Interest"), right(410, "Tax"), right(480, "Interest"),
            right(570, "Total Due")]  # fmt: skip
    report = read(
        page(
            TITLE,
            over,
            head,
            [(20, "4-3"), (80, "SMITH JOHN"), right(250, "100.00"), right(320, "7.00"), right(410, "50.00"), right(480, "2.00"),
             right(570, "159.00")],
            [(20, "4-9"), (80, "DIAZ ANA"), right(410, "70.00"), right(480, "3.50"), right(570, "73.50")],
            [(20, "5-1"), (80, "COLE MAY"), right(410, "70.00"), right(480, "3.50"), right(570, "99.00")],
        )
    )  # fmt: skip
    names = ("parcel_as_written", "fiscal_year", "principal", "interest", "total")
    found = [tuple(r.text(n) for n in names) for r in report.records]
    assert found == [
        ("4-3", "2017", "100.00", "7.00", "107.00"), ("4-3", "2018", "50.00", "2.00", "52.00"),
        ("4-9", "2018", "70.00", "3.50", "73.50"), ("5-1", "2018", "70.00", "3.50", ""),
    ]  # fmt: skip
    assert report.records[0].fields["total"].flags == ("summed",)
    assert len(report.records[0].fields["total"].evidence.boxes) == 2
    assert [r.detail for r in report.reasons if r.field == "total"]


def test_records_of_two_lines() -> None:
    head = [(20, "Parcel No"), (90, "Owner Name"), (250, "Year"), (300, "Type"), right(420, "Principal"), right(500, "Total")]
    below = [(20, "Bill No"), (90, "Property Location"), (250, "Status"), right(420, "Fees")]
    report = read(
        page(
            TITLE,
            head,
            below,
            [(20, "4-3"), (90, "SMITH JOHN"), (250, "2018"), (300, "RE"), right(420, "100.00"), right(500, "110.00")],
            [(20, "4471"), (90, "12 ELM ST"), (250, "TT"), right(420, "10.00")],
            [(20, "4-9"), (90, "DIAZ ANA"), (250, "2017"), (300, "RE"), right(420, "50.00"), right(500, "50.00")],
            [(20, "4480"), (90, "14 ELM ST")],
        )
    )
    first, second = report.records
    assert (first.text("account"), first.text("location"), first.text("code")) == ("4471", "12 ELM ST", "TT")
    assert first.value("fees") == Decimal("10.00") and first.features["sums_ok"] == 1.0
    assert (second.text("account"), second.text("location"), second.value("fees")) == ("4480", "14 ELM ST", None)
    assert first.anchor.box is not None and first.anchor.box.height > 20  # both lines


def test_a_heading_that_means_kind_or_amount_means_what_stands_below() -> None:
    head = [(20, "Yr"), (50, "Typ"), (90, "Bill No"), (150, "Owner"), right(330, "Tax"), right(400, "Int"), right(480, "Amount Due")]
    row = [(20, "18"), (50, "RE"), (90, "4471"), (150, "SMITH JOHN")]
    report = read(page(TITLE, head, *[[*row, right(330, "100.00"), right(400, "5.00"), right(480, "105.00")]] * 3))
    assert {(r.value("tax_type"), r.value("principal"), r.value("interest")) for r in report.records} == {
        ("real_estate", Decimal("100.00"), Decimal("5.00"))
    }


@pytest.mark.parametrize("lost", ["Bill #", "FY", "Principal"])
def test_a_column_whose_heading_was_lost_is_told_by_what_stands_below(lost: str) -> None:
    labels = [(20, "Parcel"), (90, "Bill #"), (150, "Owner"), (260, "FY"), (300, "Type"), right(420, "Principal"),
              right(480, "Interest"), right(560, "Total Due")]  # fmt: skip
    rows = [
        [(20, f"4-{n}"), (90, f"44{n}1"), (150, "SMITH JOHN"), (260, "18"), (300, "RE"), right(420, "100.00"),
         right(480, "5.00"), right(560, "105.00")]
        for n in range(8)
    ]  # fmt: skip
    made = page(TITLE, [label for label in labels if label[1] != lost], *rows)
    report = read(replace(made, text_source="ocr", words=tuple(replace(w, confidence=0.9) for w in made.words)))
    assert len(report.records) == 8
    for n, record in enumerate(report.records):
        assert (record.text("parcel_as_written"), record.text("account")) == (f"4-{n}", f"44{n}1")
        assert (record.value("fiscal_year"), record.value("principal")) == (2018, Decimal("100.00"))
        assert (record.value("interest"), record.value("total")) == (Decimal("5.00"), Decimal("105.00"))


def test_leaders_part_words_and_are_none_themselves() -> None:
    made: Page = page([(20, "ANA.......2016"), (200, "........"), (300, "J.R. 4.50")])
    from extractors.layout import text_lines

    texts = [s.word.text for s in _without_leaders(text_lines(made)[0])]
    assert texts == ["ANA", "2016", "J.R.", "4.50"]
    row = Row(1, list(_without_leaders(text_lines(made)[0])), False, False)
    assert row.spots[0].x1 < row.spots[1].x0


def test_counts_lose_their_specks_and_other_cells_keep_theirs() -> None:
    from extractors.layout.specks import tidied
    from records.document import Cell, Line, Table

    def cell(row: int, column: int, *texts: str) -> Cell:
        return Cell(row, column, (Line(tuple(Word(t, Box(0, 0, 9, 9), 0.5) for t in texts)),))

    counts = [("441°",), (".626",), ("+=", "862"), ("17",), ("1,031",), ("9",), ("12",), ("5",), ("7",), ("8",)]
    table = Table(tuple((cell(i, 0, "(a)"), cell(i, 1, *texts)) for i, texts in enumerate(counts)))
    assert [row[1].text for row in tidied(table).rows] == ["441", "626", "862", "17", "1,031", "9", "12", "5", "7", "8"]
    assert {row[0].text for row in tidied(table).rows} == {"(a)"}


@pytest.mark.parametrize("lost", ["previous_reading", "current_reading", "consumption"])
def test_a_reading_s_column_without_its_heading_is_told_by_sums(lost: str) -> None:
    entries = []
    for n, (previous, used) in enumerate(((100, 12), (112, 9), (2120, 15), (310, 77), (387, 5), (40, 61), (101, 8))):
        texts = {"account": f"{n}-11", "previous_reading": str(previous), "current_reading": str(previous + used)}
        texts["consumption"] = str(used)
        spots = {role: _spot(text, 100 + 80 * i, 10 * n) for i, (role, text) in enumerate(texts.items())}
        cells = {role: [[spot]] for role, spot in spots.items() if role != lost}
        cells["account"][0].append(spots[lost])  # it fell to a neighbour
        entries.append(Entry("row", Row(1, list(spots.values()), True, False), cells))
    by_arithmetic(entries)
    assert [int(e.text("current_reading")) - int(e.text("previous_reading")) for e in entries] == [
        int(e.text("consumption")) for e in entries
    ]
    assert [e.text("account") for e in entries] == [f"{n}-11" for n in range(7)]


def _spot(text: str, edge: float, y: float) -> Spot:
    return Spot(Word(text, Box(edge - 6 * len(text), y, edge, y + 8), 0.9), edge - 6 * len(text), edge, y + 4, 8)
