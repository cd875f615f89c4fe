"""Reports of layouts made up for these tests: other labels, headings, bullets and column names than any sample has."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from extractors.layout import blocks
from extractors.reports import classify_and_split, extract_inspections
from extractors.reports.address import clean_unit, find_address, unit_of
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.document import Box, Cell, Document, Line, Page, SourceFile, Table, Word
from records.record import Record, Report

RULES = RuleBook.load()
WIDTH = 5.5  # points per character


def line(text: str, y: float, x: float = 72.0) -> Line:
    """Words at even spacing; two blanks make a wide gap."""
    words = []
    for part in text.split(" "):
        if part:
            words.append(Word(part, Box(x, y, x + WIDTH * len(part), y + 10)))
        x += WIDTH * len(part) + (4 if part else 14)
    return Line(tuple(words))


def page(lines: list[str], number: int = 1) -> Page:
    made = tuple(line(t.lstrip(), 60 + 14 * i, 72 + 6 * (len(t) - len(t.lstrip()))) for i, t in enumerate(lines))
    return Page(number, 612, 792, "text_layer", tuple(w for ln in made for w in ln.words), blocks=made)


def table(rows: list[list[str]], y: float = 300.0) -> Table:
    return Table(
        tuple(
            tuple(
                Cell(
                    r,
                    c,
                    (line(t, y + 14 * r, 72 + 90 * c),) if t else (),
                    Box(72 + 90 * c, y + 14 * r, 160 + 90 * c, y + 14 * r + 13),
                )
                for c, t in enumerate(row)
            )
            for r, row in enumerate(rows)
        )
    )


def read(*pages: Page) -> tuple[list[Report], str]:
    document = Document(SourceFile("0" * 64, "a.pdf", 1), pages)
    layout = {p.number: blocks(p) for p in pages}
    reports, why = classify_and_split(document, layout, RULES)
    return [extract_inspections(document, r, layout, RULES) if r.doc_type.endswith("inspection") else r for r in reports], why


def split(report: Report) -> tuple[Record, list[Record]]:
    return report.records[0], [r for r in report.records[1:] if not r.ignorable]


LETTER = [
    "Town of Anywhere Board of Health",
    "March 6, 2019",
    "Jane Roe",
    "9 Faraway Road, Boston, MA 02118",
    "Premises: 14-16 Elm Street, Apt. 2R",
    "Our File: HSG-19-0042",
    "Dear Ms. Roe:",
    "On March 5, 2019 an inspection of the above dwelling was conducted by Inspector A. Quill.",
    "The following violations were found and must be corrected within 24 hours:",
    "1) 105 CMR 410.482 - No smoke detector in rear hall",
    "The following violations must be corrected within 30 days:",
    "2) 105 CMR 410.500 - Hole in kitchen ceiling",
    "You have the right to request a hearing.",
    "Respectfully,",
    "A. Quill",
]


def test_letter_with_grouped_deadlines() -> None:
    reports, _ = read(page(LETTER))
    visit, found = split(reports[0])
    assert visit.value("inspection_date") == date(2019, 3, 5)
    assert visit.text("address_as_written") == "14-16 Elm Street, Apt. 2R"
    assert visit.text("unit") == "2R"
    assert visit.text("inspector") == "A. Quill"
    assert visit.text("case_number") == "HSG-19-0042"
    assert visit.text("result") == "violations"
    assert [v.text("code") for v in found] == ["105 CMR 410.482", "105 CMR 410.500"]
    due = [v.value("correct_by") for v in found]
    assert all(isinstance(d, date) for d in due) and due[0] < due[1]  # type: ignore[operator]
    assert all(v.parent == visit.local_key for v in found)


def test_table_with_other_headings_and_units() -> None:
    made = page(["Housing Inspection Report", "Site Address: 7 Oak Ave", "Inspected on: 10/2/2018", "Inspected by: B. Lane"])
    rows = [
        ["Fix By", "Unit", "Sec.", "Condition Observed", "Room"],
        ["10/9/2018", "3", "410.550", "Mice droppings on shelf", "Pantry"],
        ["10/3/2018", "", "410.482", "Smoke alarm missing", "Stairway"],
    ]
    made = Page(1, 612, 792, "text_layer", made.words, blocks=(*made.blocks, table(rows)))
    visit, found = split(read(made)[0][0])
    assert visit.value("inspection_date") == date(2018, 10, 2)
    assert [(v.text("code"), v.text("unit"), v.text("location"), v.value("correct_by")) for v in found] == [
        ("105 CMR 410.550", "3", "Pantry", date(2018, 10, 9)),
        ("105 CMR 410.482", "", "Stairway", date(2018, 10, 3)),
    ]


def test_reinspection_takes_its_own_date_and_statuses() -> None:
    reports, _ = read(page([
        "NOTICE OF RE-INSPECTION", "Property Address: 3 Pine St #4", "Original inspection: 1/4/2019", "Date of re-inspection: 2/6/2019", "Inspector: C. Moss",
        "1. Leaking faucet in bathroom (410.351) -- Abated", "2. Broken window in kitchen (410.501) -- Still open", ]))  # fmt: skip
    visit, found = split(reports[0])
    assert visit.value("inspection_date") == date(2019, 2, 6)
    assert visit.value("original_inspection_date") == date(2019, 1, 4)
    assert (visit.text("inspection_type"), visit.text("result")) == ("reinspection", "partial")
    assert [v.text("status") for v in found] == ["corrected", "open"]


def test_only_ticked_items_are_violations() -> None:
    made = page(["Dwelling Inspection Checklist", "Address: 5 Birch Rd", "Date: 5/7/2019", "Inspector: D. Fox"])
    rows = [
        ["Item", "OK", "Fail", "Section", "Comments"],
        ["Smoke alarms", "X", "", "410.482", "tested"],
        ["Handrails", "", "X", "410.503", ""],
        ["Screens", "", "[X]", "410.551", "torn screen in bedroom"],
    ]
    made = Page(1, 612, 792, "text_layer", made.words, blocks=(*made.blocks, table(rows)))
    _, found = split(read(made)[0][0])
    assert [(v.text("description"), v.text("code")) for v in found] == [
        ("Handrails", "105 CMR 410.503"),
        ("torn screen in bedroom", "105 CMR 410.551"),
    ]


def test_no_entry_has_no_violations() -> None:
    visit, found = split(
        read(
            page(
                [
                    "Housing Inspection Report",
                    "Address: 8 Ash Ct",
                    "Inspection date: 6/1/2019",
                    "Inspector: E. Ray",
                    "No one home, no access. Left card.",
                ]
            )
        )[0][0]
    )
    assert (visit.text("result"), found) == ("no_entry", [])


def test_two_visits_on_a_page() -> None:
    reports, _ = read(page(["4/3/19  12 Maple St, Apt 1", "- no smoke detector in hall", "- mice in kitchen", "- 410.500 hole in wall",
                            "4/3/19  15 Maple St", "- 410.351 sink leaks", "4/4/19  90 Cedar Ave", "- roaches in kitchen", "- 410.482 smoke alarm missing"]))  # fmt: skip
    assert len(reports) >= 2
    assert split(reports[0])[0].text("address_as_written") == "12 Maple St, Apt 1"


def test_pages_out_of_order_are_one_report() -> None:
    second = page(["3. 410.551 - Torn screen in bedroom", "Sincerely,", "A. Quill", "Page 2 of 2"], 1)
    first = page([*LETTER[:-3], "Page 1 of 2"], 2)
    reports, _ = read(second, first)
    assert [r.pages for r in reports] == [(2, 1)]
    assert [v.text("code") for v in split(reports[0])[1]][-1] == "105 CMR 410.551"


def test_a_letter_about_inspections_is_none() -> None:
    reports, why = read(page(["May 1, 2019", "Dear Hiring Manager:", "I am applying for the position of Housing Inspector at 12 Main Street.",
                              "I corrected violations of 105 CMR 410.482 and worked with every inspector since 2009."]))  # fmt: skip
    assert not reports and why


def test_labels_forgive_one_letter_and_no_more() -> None:
    known = wording(RULES)
    assert known.field_of("lnspector") == ("inspector", known.field_of("lnspector")[1])  # type: ignore[index]
    assert known.field_of("late") is None
    assert known.status_of("Not yet corrected") == "open"
    assert known.result_of("No violations noted in bathroom.") is None


def test_unit_forms() -> None:
    assert [
        unit_of(a) for a in ("31 Tremont, Apt. 3L", "7 Elm St.-2B", "9 Oak Ave #103", "65 Lawrence st - 1st fl.", "12-16 Elm St")
    ] == ["3L", "2B", "103", "1st floor", ""]
    assert clean_unit("Apt #4") == "4" and clean_unit("____") == "" and clean_unit("N/A") == ""


@given(st.integers(1, 999), st.sampled_from(["Elm", "County", "Grand View"]), st.sampled_from(["St", "Ave.", "Road", "ter"]))
def test_an_address_is_found_anywhere(number: int, street: str, suffix: str) -> None:
    address = f"{number} {street} {suffix}"
    text = f"visit to {address} (see file)"
    span = find_address(text)
    assert span is not None and text[span[0] : span[1]].rstrip(".") == address.rstrip(".")


def test_a_reinspection_that_says_nothing_of_a_finding_leaves_its_status_open_to_question() -> None:
    reports, _ = read(page(["REINSPECTION NOTICE", "Property: 234 Cedar Ave", "Reinspected on: 02/20/2019 (first inspection 01/15/2019)", "Inspector: M. Silva",
                            "1. Bathroom sink drain leaks (410.351) - Corrected", "2. Rear door deadbolt missing (410.480)"]))  # fmt: skip
    _, violations = split(reports[0])
    assert [v.text("status") for v in violations] == ["corrected", "open"]
    assert [any(r.field == "status" for r in v.reasons) for v in violations] == [False, True]


def test_findings_told_in_running_text_are_found_and_what_is_well_is_not() -> None:
    reports, _ = read(page(["HOUSING INSPECTION RECORD", "Premises: 91 Cedar Ave    Apartment: 3R", "Date of inspection: 11/07/2018", "Inspector: P. Okafor",
                            "The inspector found no heat in the living room. The kitchen window sash is rotted.",
                            "Smoke detectors were tested and working. There are mouse droppings behind the stove."]))  # fmt: skip
    _, violations = split(reports[0])
    assert [v.text("category") for v in violations] == ["heat", "structural", "pests"]
