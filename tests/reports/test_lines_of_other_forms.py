"""Check-lists and cards set without ruling lines: told by what stands below what."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.reports.answered_lines import split_answered_lines
from extractors.reports.box_lines import split_box_lines
from extractors.reports.cards import split_cards
from extractors.reports.check_blocks import split_check_blocks
from extractors.reports.pieces import Piece
from extractors.reports.text import of_line
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.document import Box, Line, Page, Word

KNOWN = wording(RuleBook.load())
PAGE = Page(1, 612, 792, "text_layer", ())


def _pieces(lines: Sequence[tuple[float, Sequence[tuple[float, str]]]]) -> list[Piece]:
    """Lines of parts: how far down each stands, and where each of its parts begins."""
    out = []
    for n, (top, parts) in enumerate(lines):
        words = []
        for x, text in parts:
            for part in text.split():
                words.append(Word(part, Box(x, top, x + 5 * len(part), top + 10)))
                x += 5 * len(part) + 3
        out.append(Piece(PAGE, n, of_line(Line(tuple(words)), 1)))
    return out


def test_an_answer_before_each_card() -> None:
    pieces = _pieces([
        (60, [(60, "Checklist results")]),
        (100, [(60, "FAIL"), (110, "Egress")]),
        (112, [(110, "Second door nailed shut")]),
        (124, [(110, "105 CMR 410.450 Means of Egress · due Jun 6, 2019")]),
        (150, [(60, "PASS"), (110, "Alarms")]),
        (162, [(110, "On every level")]),
        (188, [(60, "FAIL"), (110, "Plumbing")]),
        (200, [(110, "Toilet runs")]),
        (240, [(60, "SKIP"), (110, "Cellar")]),
        (252, [(110, "Locked")]),
        (320, [(60, "Inspector: V. Low")]),
    ])  # fmt: skip
    rest, items = split_answered_lines(pieces, KNOWN)
    assert [p.index for p in rest] == [0, 10]
    assert [(i.label, i.text.text, i.code.text, i.deadline_text.text) for i in items] == [
        ("Egress", "Second door nailed shut", "105 CMR 410.450", "due Jun 6, 2019"), ("Plumbing", "Toilet runs", "", ""),
    ]  # fmt: skip


def test_an_answer_between_the_item_and_its_note() -> None:
    pieces = _pieces([
        (100, [(60, "Bath surfaces"), (180, "FAILED"), (280, "Caulk along the tub open, wall")]),
        (113, [(60, "105 CMR 410.504"), (280, "behind is wet")]),
        (130, [(60, "Windows"), (180, "PASSED")]),
        (150, [(60, "Rodents"), (180, "NOT"), (280, "")]),
        (163, [(60, "105 CMR 410.550"), (180, "OBSERVED")]),
        (180, [(60, "Posting"), (180, "FAILED")]),
    ])  # fmt: skip
    rest, items = split_answered_lines(pieces, KNOWN)
    assert rest == []
    assert [(i.label, i.text.text, i.code.text) for i in items] == [
        ("Bath surfaces", "Caulk along the tub open, wall behind is wet", "105 CMR 410.504"), ("Posting", "Posting", ""),
    ]  # fmt: skip


def test_capitals_in_running_lines_are_no_answers() -> None:
    pieces = _pieces([(100 + 12 * n, [(60, "OK"), (80, "to enter at any time")]) for n in range(4)])
    assert split_answered_lines(pieces, KNOWN)[1] == []


def test_two_columns_of_boxes_under_headings() -> None:
    """A heading that cites one section cites it for the items below; one with a range of sections does not."""
    pieces = _pieces([
        (80, [(58, "Egress 410.450-.452"), (315, "Alarms 410.482")]),
        (92, [(58, "☐"), (70, "Second exit missing"), (315, "☒"), (328, "Detector missing — hall")]),
        (104, [(58, "☒"), (70, "Exit blocked"), (315, "☐"), (328, "Alarm missing")]),
        (120, [(58, "Pests 410.550")]),
        (132, [(58, "☐"), (70, "Roaches")]),
        (144, [(58, "☒"), (70, "Mice")]),
        (180, [(58, "The owner was told by telephone.")]),
    ])  # fmt: skip
    rest, items = split_box_lines(pieces, KNOWN)
    assert [p.index for p in rest] == [6]
    assert [(i.text.text, i.code.text) for i in items] == [
        ("Detector missing — hall", "410.482"), ("Exit blocked", ""), ("Mice", "410.550"),
    ]  # fmt: skip


def test_two_blocks_of_items_side_by_side() -> None:
    """What is wrong stands under its item; a remark on what is well is no finding, and the sentence under the list no remark."""
    pieces = _pieces([
        (80, [(40, "ITEM"), (140, "OK"), (170, "DEF"), (312, "ITEM"), (412, "OK"), (440, "DEF")]),
        (95, [(40, "Stove"), (142, "X"), (312, "Entry lock"), (444, "X")]),
        (110, [(324, "strike plate loose (480)")]),
        (125, [(40, "Sink"), (174, "X"), (312, "CO alarm"), (414, "X")]),
        (140, [(52, "hose leaks"), (324, "plug in")]),
        (155, [(40, "Fan"), (174, "X")]),
        (180, [(40, "All other work is due October 14, 2018, the owner was told of it by telephone")]),
    ])  # fmt: skip
    rest, items = split_check_blocks(pieces, KNOWN)
    assert [p.index for p in rest] == [6]
    assert sorted((i.label, i.text.text) for i in items) == [
        ("Entry lock", "strike plate loose (480)"), ("Fan", "Fan"), ("Sink", "hose leaks"),
    ]  # fmt: skip


def test_cards_whose_labels_have_no_colon() -> None:
    card = [
        [(60, "Code"), (180, "105 CMR 410.351"), (310, "Status"), (420, "Open")],
        [(60, "Due"), (180, "06/05/2019"), (310, "Responsible"), (420, "Owner")],
        [(60, "Comment"), (120, "Gas connector kinked flat")],
    ]
    lines = [[(60, "Violation 1 of 2")], *card, [(60, "Violation 2 of 2")], *card]
    rest, items = split_cards(_pieces([(100 + 14 * n, parts) for n, parts in enumerate(lines)]), KNOWN)
    assert rest == []
    assert [(i.number, i.text.text, i.code.text, i.status_text.text, i.deadline_text.text) for i in items] == [
        (n, "Gas connector kinked flat", "105 CMR 410.351", "Open", "06/05/2019") for n in (1, 2)
    ]
