"""Which pages make which report, in a pile scanned in one go."""

from __future__ import annotations

from dataclasses import replace

from records.document import Page
from tests.reports.test_own_layouts import page, read


def first(number: int, address: str, case: str, day: str = "3/5/2019", name: str = "A. Quill") -> Page:
    return page([
        "Housing Inspection Report", f"Address: {address}", f"Case no: {case}", f"Date of inspection: {day}", f"Inspector: {name}",
        "1. No smoke detector in hall 105 CMR 410.482", "2. Window broken in kitchen 105 CMR 410.501",
    ], number)  # fmt: skip


def more(number: int, *extra: str, start: int = 3) -> Page:
    return page([*extra, f"{start}. Mice in pantry 105 CMR 410.550", f"{start + 1}. Loose railing at porch 105 CMR 410.503"], number)


def pages_of(*pages: Page) -> list[tuple[int, ...]]:
    return [r.pages for r in read(*pages)[0]]


def test_blank_backs_and_pages_without_a_head() -> None:
    blank = Page(2, 612, 792, "none", ())
    assert pages_of(first(1, "4 Elm St", "HS-19-0001"), blank, more(3), first(4, "9 Oak St", "HS-19-0002")) == [(1, 3), (4,)]


def test_a_page_before_its_first_page_goes_to_the_report_it_names() -> None:
    stray = more(2, "Case no: HS-19-0002")
    assert pages_of(first(1, "4 Elm St", "HS-19-0001"), stray, first(3, "9 Oak St", "HS-19-0002")) == [(1,), (3, 2)]


def test_same_address_on_two_days_is_two_reports() -> None:
    made = pages_of(first(1, "4 Elm St", "HS-19-0001"), first(2, "4 Elm St", "HS-19-0001", "4/9/2019"))
    assert made == [(1,), (2,)]


def test_same_inspector_same_day_two_houses() -> None:
    assert pages_of(first(1, "4 Elm St", "HS-19-0001"), first(2, "31 Vale St", "HS-19-0007")) == [(1,), (2,)]


def test_a_cut_that_nothing_decides_is_a_question() -> None:
    lone = replace(more(2, start=8), text_source="ocr")
    reports, _ = read(first(1, "4 Elm St", "HS-19-0001"), lone, replace(first(3, "9 Oak St", "HS-19-0002"), text_source="ocr"))
    asked = [r for report in reports for r in report.reasons if "may belong" in r.detail]
    assert sorted(n for r in reports for n in r.pages) == [1, 2, 3]
    assert all(r.at is not None and r.at.page == 2 for r in asked)
    assert asked


def test_a_report_that_lacks_pages_says_so() -> None:
    two_of_three = replace(first(1, "4 Elm St", "HS-19-0001")), more(2, "Page 2 of 3")
    reports, _ = read(*two_of_three)
    assert "2 of 3 pages are here" in {r.detail for report in reports for r in report.reasons}
    reports, _ = read(first(1, "4 Elm St", "HS-19-0001"), more(2, "Page 2 of 2"))
    assert not [r for report in reports for r in report.reasons if "pages are here" in r.detail]
