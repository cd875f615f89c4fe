"""Check-lists and tables laid out in ways of their own: what their columns and marks mean, not how they look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from extractors.reports.classes import with_classes
from extractors.reports.found import Found, Head
from extractors.reports.items import Item
from extractors.reports.pieces import Piece
from extractors.reports.table_columns import Columns, columns_in
from extractors.reports.table_items import items_of_table
from extractors.reports.text import NOTHING, Text
from extractors.reports.unit_matrix import split_matrices
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.document import Box, Page, Table, Word
from tests.reports.test_check_lists_of_boxes import cell

RULES = RuleBook.load()
KNOWN = wording(RULES)


def _table(*rows: Sequence[str | None]) -> Table:
    """A cell of None is not there: the one above stands beside this row too. A row of one cell spans the table."""
    wide = max(map(len, rows))
    made = [
        [cell(r, 0, str(row[0]), wide)] if len(row) == 1 else [cell(r, c, t) for c, t in enumerate(row) if t is not None]
        for r, row in enumerate(rows)
    ]
    return Table(tuple(map(tuple, made)), Box(0, 0, 100.0 * wide, 20.0 * len(rows)))


def _read(table: Table) -> tuple[Columns, list[Item]]:
    columns = columns_in(table, KNOWN)
    assert columns is not None
    return columns, items_of_table(Piece(Page(1, 612, 792, "text_layer", ()), 0, NOTHING, table), columns, KNOWN)[0]


def _found(table: Table) -> list[str]:
    columns, items = _read(table)
    assert columns.checklist
    return [i.text.text for i in items]


def test_a_stroke_of_any_shape_is_a_tick_where_each_row_has_one_mark() -> None:
    """The numbers' column is headed "No", which is an answer elsewhere; remarks beside what is well are no findings."""
    table = _table(
        ("No", "Element", "S", "U", "NA", "Section", "Notes"),
        ("1", "Chimney", "¥", "", "", "", ""),
        ("2", "Gutters", "", "/", "", "410.500", "downspout gone"),
        ("3", "Porch", "/", "", "", "", "painted in May"),
        ("4", "Hall lights", "", "v", "", "410.254", ""),
        ("5", "Screens", "", "", "v", "", "not the season"),
    )
    assert _found(table) == ["downspout gone", "Hall lights"]


def test_the_finding_itself_may_stand_where_a_tick_would() -> None:
    table = _table(
        ("Check", "OK", "Deficient"),
        ("Alarm panel", "X", ""),
        ("Standpipe", "", "Cap missing at the front siamese"),
        ("Drills", "X", ""),
        ("Exits", "", "none"),
    )
    assert _found(table) == ["Cap missing at the front siamese"]


@pytest.mark.parametrize("words", [("PASSED", "FAILED", "NOT OBSERVED"), ("Sat", "Unsat", "N/A"), ("OK", "Deficient", "Skipped")])
def test_answers_in_words(words: tuple[str, str, str]) -> None:
    well, bad, unseen = words
    table = _table(
        ("Check point", "Status", "Note to owner"),
        ("Handrails", bad, "Loose at the bottom post"),
        ("Alarms", well, "Dated 2016"),
        ("Rodents", unseen, ""),
        ("Posting", bad, ""),
    )
    assert _found(table) == ["Loose at the bottom post", "Posting"]


def test_what_became_of_a_violation_is_no_check_lists_answer() -> None:
    table = _table(
        ("Violation", "Code", "Result"),
        ("Loose handrail", "410.503", "Pass"),
        ("No heat in bedroom", "410.201", "Fail"),
        ("Torn screens", "410.551", "Pass"),
    )
    columns, items = _read(table)
    assert not columns.checklist
    assert items[0].status_text.text == "Pass"
    assert len(items) == 3


def test_yes_means_trouble_where_the_item_asks_for_it() -> None:
    table = _table(
        ("Item", "Yes", "No", "Comments"),
        ("Do the windows lock?", "X", "", ""),
        ("Any leaks under the sink?", "X", "", "drips at the trap"),
        ("Evidence of mice?", "", "X", ""),
        ("Is the place free of rubbish?", "", "X", "bags on the porch"),
        ("Heat in every room?", "", "X", ""),
    )
    assert _found(table) == ["drips at the trap", "bags on the porch", "Heat in every room?"]


def test_an_explanation_asked_for_the_noes_leaves_no_doubt() -> None:
    table = _table(
        ("Question", "Yes", "No", "If no, explain"),
        ("Rubbish stored properly?", "", "No", "piled in the driveway"),
        ("Pests under control?", "Yes", "", "a mouse last winter"),
        ("Alarms on each level?", "Yes", "", ""),
    )
    assert _found(table) == ["piled in the driveway"]


def test_days_and_chapter_of_a_fire_form() -> None:
    columns, items = _read(_table(
        ("Check", "Y", "N", "Details", "527 CMR 1.00", "Days"),
        ("Exits clear", "", "N", "pallets at the rear door", "14.4", "1"),
        ("Exit lights", "Y", "", "", "", ""),
        ("Hood cleaned", "", "N", "sticker of 2017", "s. 50", "14"),
        ("Alarm test", "Y", "", "8/18", "", ""),
    ))  # fmt: skip
    assert columns.chapter == "527 CMR 1.00"
    assert [(i.code.text, i.deadline_text.text) for i in items] == [("527 CMR 1.00 s. 14.4", "1"), ("527 CMR 1.00 s. 50", "14")]


def test_a_room_stands_beside_several_rows_or_over_them() -> None:
    _, beside = _read(_table(
        ("Room", "Finding", "105 CMR", "Days"),
        ("Kitchen", "Gasket of the refrigerator split", "410.351", "30"),
        (None, "Cabinet door missing", "410.500", "30"),
        ("Bath", "Shower head leaks", "410.351", "30"),
    ))  # fmt: skip
    assert [i.location.text for i in beside] == ["Kitchen", "Kitchen", "Bath"]
    _, under = _read(_table(
        ("Violation", "Code", "Remark"),
        ("BEDROOM (REAR)",),
        ("Sash lock missing", "410.480", ""),
        ("KITCHEN",),
        ("Hood fan dead", "410.280", ""),
    ))  # fmt: skip
    assert [(i.text.text, i.location.text) for i in under] == [
        ("Sash lock missing", "BEDROOM (REAR)"), ("Hood fan dead", "KITCHEN"),
    ]  # fmt: skip


def test_of_several_visits_the_last_says_what_became_of_each() -> None:
    _, items = _read(_table(
        ("#", "Violation", "Section", "Visit 1", "Visit 2", "Visit 3"),
        ("1", "Circuit trips with the microwave", "105 CMR 410.255", "O", "C", "C"),
        ("2", "Hole cut in the closet ceiling", "105 CMR 410.500", "O", "O", "O"),
        ("3", "Rear door lacks a latch", "105 CMR 410.480", "O", "O", "C"),
        ("4", "Mice at the radiator pipes", "105 CMR 410.550", "-", "O", "P"),
    ))  # fmt: skip
    assert [KNOWN.status_letter(i.status_text.text) for i in items] == ["corrected", "open", "corrected", "open"]


def test_the_time_that_a_class_is_given() -> None:
    head = Head({"inspection_date": Found(date(2018, 9, 27), NOTHING, 1.0, "")}, [], [])
    said = _text("Class I correct in 24 hours, Class II in 5 days, Class III in 30 days, all from receipt of this sheet.")
    items = [Item(_text(f"finding {g}"), 1.0, "row", grade=_text(g)) for g in ("I", "Il", "III", "lll", "IV")]
    assert [i.deadline for i in with_classes(items, [said], head, RULES)] == [
        date(2018, 9, 28), date(2018, 10, 2), date(2018, 10, 27), date(2018, 10, 27), None,
    ]  # fmt: skip


def _text(words: str) -> Text:
    parts = tuple(Word(w, None) for w in words.split())
    return Text(parts, (1,) * len(parts))


def test_a_column_for_each_apartment() -> None:
    table = _table(
        ("", "Apt 1", "Apt 2", "Common"),
        ("Heat", "ok", "none in the rear room", ""),
        ("Bath", "tub needs caulking", "ok", ""),
        ("Hall", "", "", "not seen, locked"),
    )
    assert columns_in(table, KNOWN) is None
    rest, items = split_matrices([Piece(Page(1, 612, 792, "text_layer", ()), 0, NOTHING, table)], KNOWN)
    assert rest == []
    assert [(i.text.text, i.unit, i.room.text) for i in items] == [
        ("none in the rear room", "2", ""), ("tub needs caulking", "1", "Bath"),
    ]  # fmt: skip


def test_a_row_for_each_apartment() -> None:
    table = _table(
        ("", "Kitchen", "Bath"),
        ("Unit A", "burner knob missing", "ok"),
        ("Unit B", "fine", "wall tile loose"),
    )
    _, items = split_matrices([Piece(Page(1, 612, 792, "text_layer", ()), 0, NOTHING, table)], KNOWN)
    assert [(i.text.text, i.unit, i.room.text) for i in items] == [
        ("burner knob missing", "A", "Kitchen"), ("wall tile loose", "B", "Bath"),
    ]  # fmt: skip


def test_a_short_list_of_letters_words_and_sections_needs_no_heading() -> None:
    columns, items = _read(_table(
        ("(a)", "CO alarm lacking on the second floor", "MGL c.148 s.26F1/2"),
        ("(b)", "Alarm in the cellar does not sound", "MGL c.148 s.26F"),
    ))  # fmt: skip
    assert not columns.checklist
    assert [(i.text.text, i.code.text) for i in items][1] == ("Alarm in the cellar does not sound", "MGL c.148 s.26F")
