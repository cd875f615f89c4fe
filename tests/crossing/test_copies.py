from datetime import date

from extractors.crossing import copies, visits_of
from tests.crossing.made import visit

DAY = date(2018, 9, 3)
FINDINGS = [
    ("Smoke detector missing in rear hall", "open"),
    ("Kitchen faucet leaks", "open"),
    ("Handrail loose on porch", "open"),
]


def test_a_scan_of_the_same_report_is_counted_once_with_the_text_as_evidence() -> None:
    scanned = [
        ("Smoke detector misslng in rear hall", "open"),
        ("Kitchen faucet leaks", "open"),
        ("Handrail loose on porch", "open"),
    ]
    links = copies(visits_of([visit("a-scan", DAY, scanned, text_source="ocr"), visit("b-typed", DAY, FINDINGS)]))
    assert {(link.record_id, link.relation, link.other_id) for link in links} == {
        ("a-scan:i", "same_as", "b-typed:i"), ("a-scan:0", "same_as", "b-typed:0"),
        ("a-scan:1", "same_as", "b-typed:1"), ("a-scan:2", "same_as", "b-typed:2"),
    }  # fmt: skip


def test_a_line_that_differs_waits_for_a_person_and_shows_the_difference() -> None:
    changed = [FINDINGS[0], FINDINGS[1], ("Radiator cold in bedroom", "open")]
    links = {k.record_id: k for k in copies(visits_of([visit("a", DAY, FINDINGS), visit("b", DAY, changed)]))}
    assert links["b:2"].relation == "possible_copy_of"
    assert "Handrail loose on porch" in links["b:2"].detail
    assert links["b:1"].relation == "same_as"


def test_another_day_another_unit_or_another_story_is_another_report() -> None:
    typed = visit("a", DAY, FINDINGS)
    others = [
        visit("b", date(2018, 9, 4), FINDINGS),
        visit("c", DAY, FINDINGS, unit="3"),
        visit("d", DAY, [("Rats in the yard", "open"), ("No heat in bedroom", "open")]),
    ]
    assert copies(visits_of([typed, *others])) == ()


def test_the_order_of_the_files_changes_nothing() -> None:
    files = [visit(n, DAY, FINDINGS, text_source=s) for n, s in (("a", "ocr"), ("b", "text_layer"), ("c", "ocr"))]
    assert copies(visits_of(files)) == copies(visits_of(files[::-1]))
    assert {k.other_id for k in copies(visits_of(files)) if k.record_id.endswith(":i")} == {"b:i"}


def test_the_scan_of_a_corrected_report_asks_nothing_new() -> None:
    changed = [FINDINGS[0], FINDINGS[1], ("Radiator cold in bedroom", "open")]
    typed, corrected = visit("a", DAY, FINDINGS, text_source="office"), visit("b", DAY, changed)
    files = [typed, corrected, visit("c", DAY, changed, text_source="ocr")]
    links = {k.record_id: (k.relation, k.other_id) for k in copies(visits_of(files))}
    assert links["b:2"] == ("possible_copy_of", "a:i")
    assert links["c:2"] == ("same_as", "b:2")


def test_a_torn_line_of_a_scan_is_no_finding_of_its_own() -> None:
    torn = [*FINDINGS[:2], ("Handrail loose", "open"), ("rear hall", "open")]
    scanned = copies(visits_of([visit("a", DAY, FINDINGS), visit("b", DAY, torn, text_source="ocr")]))
    links = {k.record_id: (k.relation, k.other_id) for k in scanned}
    assert links["b:3"] == ("same_as", "a:0")
    typed = {k.record_id: k.relation for k in copies(visits_of([visit("a", DAY, FINDINGS), visit("b", DAY, torn)]))}
    assert typed["b:3"] == "possible_copy_of"  # a typed line is not torn by a scanner
