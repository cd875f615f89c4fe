"""Notes by hand cast doubt on the finding that they stand beside, and on no other."""

from __future__ import annotations

from extractors.reports.beside import hand_features, hands_on
from records.document import Box, Page, Word
from records.record import Evidence, Extraction, Reason, Record


def finding(top: float) -> Record:
    at = Evidence(1, (Box(72, top, 400, top + 10),), "Broken window")
    return Record("violation", f"v{top}", {"description": Extraction("description", "Broken window", at, 0.95, 0.9, "r")}, at)


def written(*said: tuple[str, float]) -> Page:
    words = tuple(Word(text, Box(420, top, 470, top + 11), 0.6, handwritten=True) for text, top in said)
    return Page(1, 612, 792, "ocr", words)


def test_only_the_finding_beside_the_note_is_doubted() -> None:
    hands = hands_on([written(("fixed", 201.0))])
    assert hand_features(finding(200.0), hands, [])["written_on"] == 1.0
    assert hand_features(finding(300.0), hands, [])["written_on"] == 0.0


def test_a_note_about_all_findings_is_beside_each() -> None:
    hands = hands_on([written(("all", 600.0), ("ok", 600.0))])
    assert hand_features(finding(200.0), hands, [])["written_on"] == 1.0


def test_an_open_question_counts_where_it_is_and_for_the_visit() -> None:
    asked = [Reason("handwriting", "handwritten", "", Evidence(1, (Box(420, 300, 470, 311),), ""))]
    visit = Record("inspection", "i", {}, Evidence(1, (), ""))
    assert [hand_features(r, hands_on([]), asked)["unexplained"] for r in (finding(300.0), finding(500.0), visit)] == [1, 0, 1]
