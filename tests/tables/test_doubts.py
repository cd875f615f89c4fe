"""Doubts about scanned rows: worse read than their neighbours, crossed, spoilt; and codes mended by look-alikes."""

from dataclasses import replace

from extractors.layout import Spot
from extractors.tables.doubts import compared, hardly_text, likely_code, lone_codes
from extractors.tables.stream import Row
from extractors.tables.sums import Counted
from records.document import Box, Page, Word
from records.record import Evidence, Extraction, Record
from tests.tables.test_lists import page, read, right

KNOWN = ("TT", "DEM", "PP", "FC", "BK")


def _counted(confidence: float, crossed: int = 0, code: str = "TT") -> Counted:
    spots = [
        Spot(Word("word", Box(x, 0, x + 9, 9), confidence, struck=n < crossed), x, x + 9, 4, 9)
        for n, x in enumerate(range(0, 100, 10))
    ]
    place = Evidence(1, (), "")
    fields = {"code": Extraction("code", code, place, 0.9, 1.0, "r@1")}
    return Counted(Record("tax", "tax/1", fields, place), Row(1, spots, True, False))


def test_a_row_far_worse_read_than_its_neighbours_is_doubted() -> None:
    rows = [_counted(0.92) for _ in range(6)]
    rows[3] = _counted(0.5)
    compared(rows)
    assert [bool(c.record.reasons) for c in rows] == [False, False, False, True, False, False]
    assert rows[3].record.features["row_conf_vs_neighbours"] < -0.4


def test_a_page_that_is_read_badly_throughout_accuses_no_row() -> None:
    rows = [_counted(0.6) for _ in range(6)]
    compared(rows)
    assert not any(c.record.reasons for c in rows)


def test_a_row_with_a_line_through_some_words_is_doubted() -> None:
    rows = [_counted(0.92), _counted(0.92, crossed=3), _counted(0.92)]
    compared(rows)
    assert "struck" in rows[1].record.reasons[0].detail


def test_spoilt_lines_are_told_from_read_ones() -> None:
    assert hardly_text(_counted(0.3).row)
    assert not hardly_text(_counted(0.9).row)


def test_codes_are_mended_only_where_one_known_code_fits() -> None:
    assert likely_code("1T", KNOWN) == "TT"
    assert likely_code("OEM", KNOWN) == "DEM"
    assert likely_code("XQ", KNOWN) is None


def test_a_lone_unknown_code_is_doubted_and_a_common_one_is_not() -> None:
    rows = [_counted(0.9, code="UG"), *(_counted(0.9, code="Z9") for _ in range(3)), _counted(0.9)]
    lone_codes(rows, KNOWN)
    assert [bool(c.record.reasons) for c in rows] == [True, False, False, False, False]


def _list_of(rows: int, amounts: dict[str, tuple[str, str]]) -> Page:
    """A scanned list; ``amounts``: of the first row, what was read and what the other engine read."""
    head = [(20, "Parcel"), (90, "Owner"), (200, "FY"), (240, "Type"), right(360, "Principal"), right(430, "Interest"), right(520, "Total Due")]
    lines = [[(20, f"4-{n}"), (90, "SMITH JOHN"), (200, "2018"), (240, "RE"), right(360, "100.00"), right(430, "5.00"), right(520, "105.00")]
             for n in range(rows)]  # fmt: skip
    made = page([(200, "Delinquent taxes as of June 30, 2019")], head, *lines)
    words, changed = [], set()
    for word in made.words:
        if word.text in amounts and word.text not in changed:
            changed.add(word.text)
            read, other = amounts[word.text]
            word = replace(word, text=read, other=other, agreement=False)
        words.append(replace(word, confidence=0.9))
    return replace(made, text_source="ocr", words=tuple(words))


def test_the_other_reading_is_taken_where_with_it_the_row_adds_up() -> None:
    first = read(_list_of(4, {"105.00": ("165.00", "105.00")})).records[0]
    assert str(first.value("total")) == "105.00"
    assert "ocr_repair" in first.fields["total"].flags and first.fields["total"].alternatives == ("165.00",)
    wrong = read(_list_of(4, {"105.00": ("165.00", "185.00")})).records[0]
    assert str(wrong.value("total")) == "165.00" and any(r.code == "check" for r in wrong.reasons)


def test_a_year_alone_in_a_long_list_is_doubted() -> None:
    records = read(_list_of(30, {"2018": ("2015", "")})).records
    assert [r.field for r in records[0].reasons] == ["fiscal_year"] and not records[1].reasons


def test_a_type_is_read_through_a_speck_or_by_the_other_engine() -> None:
    for said, other in (("ORE", ""), ("ee", "RE")):
        first = read(_list_of(4, {"RE": (said, other)})).records[0]
        assert first.value("tax_type") == "real_estate" and "ocr_repair" in first.fields["tax_type"].flags
