"""The inspection's date: never a stamp's, raised by what agrees with it, questioned by what can't be true beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from records.document import Box, Line, Page, Word
from tests.reports.test_own_layouts import page, read, split


def scanned(made: Page, score: float = 0.95) -> Page:
    """The page as OCR hands it in."""
    blocks = tuple(Line(tuple(replace(w, confidence=score) for w in b.words)) for b in made.blocks if isinstance(b, Line))
    return replace(made, text_source="ocr", words=tuple(w for b in blocks for w in b.words), blocks=blocks)


def stamped(made: Page, y: float) -> Page:
    """An office stamp in two lines at the right, of taller letters."""
    words = [Word("RECEIVED", Box(380, y, 520, y + 22), 0.9)]
    day = [Word(t, Box(390 + 45 * i, y + 26, 430 + 45 * i, y + 42), 0.9) for i, t in enumerate(("NOV", "14", "2018"))]
    more = (Line(tuple(words)), Line(tuple(day)))
    return replace(made, words=(*made.words, *words, *day), blocks=(*more, *made.blocks))


NOTE = ["17 Larch St #2", "10/2/18 M. Dunn", "- broken window in kitchen", "- no smoke detector in hall"]


def test_a_stamp_over_a_note_is_not_the_day_of_the_visit() -> None:
    visit, _ = split(read(stamped(scanned(page(NOTE)), 20.0))[0][0])
    assert visit.value("inspection_date") == date(2018, 10, 2)


def test_a_stamps_date_alone_is_asked_about() -> None:
    lines = ["Housing Inspection Report", "Address: 17 Larch St #2", "Inspector: M. Dunn", "1. Broken window in kitchen 410.501"]
    visit, _ = split(read(stamped(scanned(page(lines)), 20.0))[0][0])
    assert visit.value("inspection_date") is None or any(r.field == "inspection_date" for r in visit.reasons)


LETTER = [
    "{letter}", "Jane Roe", "Property: 14 Elm Street", "Case No.: HSG-19-0042", "Dear Ms. Roe:",
    "On {day} an inspection of the above dwelling was conducted by Inspector A. Quill.",
    "The following violations must be corrected within 30 days, no later than {due}:",
    "1) 105 CMR 410.500 - Hole in kitchen ceiling", "Respectfully,", "A. Quill",
]  # fmt: skip


def letter(day: str, sent: str, due: str) -> tuple[str, list[str]]:
    made = page([t.format(letter=sent, day=day, due=due) for t in LETTER])
    visit, found = split(read(made)[0][0])
    flags = visit.fields["inspection_date"].flags
    doubts = [r.code for record in (visit, *found) for r in record.reasons if r.field == "inspection_date"]
    return ("agreed" if "agreed" in flags else ""), doubts


def test_an_order_that_counts_back_to_the_day_confirms_it() -> None:
    assert letter("3/5/2019", "March 6, 2019", "4/4/2019") == ("agreed", [])


def test_a_letter_from_before_the_visit_is_a_question_for_every_record() -> None:
    agreed, doubts = letter("8/5/2019", "March 6, 2019", "4/4/2019")
    assert not agreed and doubts.count("conflict") >= 2


def test_the_record_number_of_a_later_year_is_a_question() -> None:
    agreed, doubts = letter("3/5/2016", "March 6, 2016", "4/4/2017")
    assert not agreed and "conflict" in doubts


def test_a_label_torn_off_by_a_stamp_still_names_its_field() -> None:
    lines = ["Housing Inspection Report", "ddress: 5 Birch Rd", "of Inspection: 5/7/2019", "spector: D. Fox", "1. Broken window 410.501"]  # fmt: skip
    visit, _ = split(read(scanned(page(lines)))[0][0])
    assert (visit.text("address_as_written"), visit.value("inspection_date"), visit.text("inspector")) == (
        "5 Birch Rd", date(2019, 5, 7), "D. Fox",
    )  # fmt: skip
