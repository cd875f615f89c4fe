"""What a line above a list says of all its items, and papers that are never thrown away unseen."""

from __future__ import annotations

import pytest

from extractors.reports.kinds import kind_of
from extractors.reports.status_headings import status_heading
from extractors.reports.text import Text
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from records.document import Word

KNOWN = wording(RuleBook.load())


def said(text: str) -> Text:
    words = tuple(Word(w, None) for w in text.split())
    return Text(words, (1,) * len(words))


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("You were ordered to correct five violations. The following have been corrected:", "corrected"),
        ("The following remain uncorrected:", "open"),
        ("These items have been abated:", "corrected"),
        ("Still outstanding:", "open"),
        ("The following must be corrected:", None),
        ("Violations to be corrected within 30 days:", None),
        ("Corrected by:", None),
        ("The following have been corrected.", None),
    ],
)
def test_a_heading_gives_its_items_their_status(line: str, status: str | None) -> None:
    found = status_heading(said(line), KNOWN)
    assert (KNOWN.status_of(found.text) if found else None) == status


@pytest.mark.parametrize(
    ("sentence", "result"),
    [
        ("We looked again on May 2 and found that all of those violations have been corrected.", "corrected"),
        ("All of the conditions listed above were abated.", "corrected"),
        ("Rent may be withheld until all of these violations have been corrected.", None),
        ("I saw nothing in the apartment that does not comply with the code.", "no_violations"),
    ],
)
def test_what_is_said_of_all_findings_is_the_visit_s_result(sentence: str, result: str | None) -> None:
    assert KNOWN.result_of(sentence) == result


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("RE-INSPECTION SLIP\n9 Oak St\nRail loose at porch 410.503", "housing_inspection"),
        ("9 Oak St unit by unit\nInspected\n11/5/2018\nInspector\nA. Bell\nOven door falls open\n410.100", "housing_inspection"),
        ("Tanks last inspected by the state in 2018. See 410.351", "other"),
        ("PLANNING BOARD\nMeeting of May 7, 2019\n9 Oak Street: the owner asks for a variance for a porch", "other"),
    ],
)
def test_a_paper_that_tells_a_visit_and_cites_is_a_report(page: str, kind: str) -> None:
    assert kind_of(page, KNOWN).doc_type == kind
