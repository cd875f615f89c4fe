"""Doubts about scanned rows: worse read than their neighbours, crossed, spoilt; and codes mended by look-alikes."""

from extractors.layout import Spot
from extractors.tables.doubts import compared, hardly_text, likely_code, lone_codes
from extractors.tables.stream import Row
from extractors.tables.sums import Counted
from records.document import Box, Word
from records.record import Evidence, Extraction, Record

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
