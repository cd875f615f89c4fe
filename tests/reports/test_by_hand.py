"""What is written by hand: notes beside typed findings, pages of notes, and lines that no record explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from extractors.reports.by_hand import status_of_note, with_added
from extractors.reports.items import Item
from extractors.reports.text import of_line
from extractors.reports.wording import wording
from records.document import Box, Line, Page
from tests.reports.test_own_layouts import RULES, line, page, read, split


def by_hand(made: Page, *starts: str) -> Page:
    """The page with the lines that begin so written by hand."""
    blocks = tuple(
        Line(tuple(replace(w, handwritten=True, confidence=0.9) for w in b.words))
        if isinstance(b, Line) and b.text.startswith(starts)
        else b
        for b in made.blocks
    )
    return replace(made, text_source="ocr", words=tuple(w for b in blocks if isinstance(b, Line) for w in b.words), blocks=blocks)


NOTES = ["5/13/2019  133 Chester Ave, Apt 3L", "BHI-19-0306 - J. Rivera", "no smoke det 2nd fl hall", "qrx wobble plaid", "call water dept"]


def test_every_line_of_a_note_is_a_record_or_a_question() -> None:
    report = read(by_hand(page(NOTES), ""))[0][0]
    visit, found = split(report)
    assert visit.value("inspection_date") == date(2019, 5, 13)
    assert [v.text("description") for v in found if v.text("category") == "smoke_co"] == ["no smoke det 2nd fl hall"]
    assert all(any(r.code == "handwritten" for r in v.reasons) for v in found)
    shown = " ".join(v.text("description") for v in found)
    asked = [r for r in report.reasons if r.code == "handwritten"]
    for text in ("qrx wobble plaid", "call water dept"):
        assert text in shown or any(r.at is not None and r.at.text == text and r.at.box is not None for r in asked)


def test_the_result_of_a_note_waits_for_a_person() -> None:
    visit, _ = split(read(by_hand(page(NOTES), ""))[0][0])
    assert any(r.field == "result" and r.code == "handwritten" for r in visit.reasons)


def test_a_region_that_could_not_be_read_is_a_question() -> None:
    made = replace(by_hand(page(NOTES), ""), handwriting=(Box(300, 500, 400, 520),))
    assert any("could not be read" in r.detail for r in read(made)[0][0].reasons)


TYPED = [
    "Housing Inspection Report", "Address: 29 County Road", "Date of inspection: 10/1/2018", "Inspector: L. Moss",
    "1. Mailbox lock broken. 105 CMR 410.480", "2. Rat runs in the back yard. 105 CMR 410.550",
]  # fmt: skip


def test_a_note_beside_a_typed_finding_says_what_became_of_it() -> None:
    made = page([*TYPED[:5], "2. Rat runs in the back yard.  corr'd 10/22 lm  105 CMR 410.550"])
    visit, found = split(read(made)[0][0])
    assert [v.text("status") for v in found] == ["open", "corrected"]
    assert found[1].text("description") == "Rat runs in the back yard"
    assert any(r.code == "handwritten" and r.field == "status" for r in found[1].reasons)
    assert visit.text("result") == "partial"
    assert not any(r.code == "handwritten" for r in found[0].reasons)  # print beside it is released


def test_handwritten_words_among_print_are_a_note() -> None:
    text = of_line(line("Window broken in kitchen not this apt", 100), 1)
    words = (*text.words[:4], *(replace(w, handwritten=True) for w in text.words[4:]))
    item = with_added(Item(replace(text, words=words), 1.0, "r", 1))
    assert (item.text.text, item.added.text) == ("Window broken in kitchen", "not this apt")
    assert status_of_note(item.added, wording(RULES)) == "none"


def test_what_notes_say() -> None:
    said = {"OK 10/1 jr": "corrected", "not corrected 10-1 JR": "open", "in error JR": "none", "complied 10-22": "corrected", "still": "open"}
    known = wording(RULES)
    assert {text: status_of_note(of_line(line(text, 10), 1), known) for text in said} == said


def test_two_visits_in_one_note() -> None:
    reports = read(by_hand(page([*NOTES[:3], "12 Sagamore Ave, Apt 6", "5/14/19", "BHI-19-0187", "toilet seat brkn bath"]), ""))[0]
    assert [r.records[0].text("address_as_written") for r in reports] == ["133 Chester Ave, Apt 3L", "12 Sagamore Ave, Apt 6"]
    assert [r.records[0].value("inspection_date") for r in reports] == [date(2019, 5, 13), date(2019, 5, 14)]
