from datetime import date

from extractors.crossing import copies, histories, visits_of
from records.links import History
from tests.crossing.made import visit

FIRST, SECOND, THIRD = date(2018, 9, 3), date(2018, 9, 20), date(2018, 10, 9)
FINDINGS = [("Smoke detector missing in rear hall", "open"), ("Kitchen faucet leaks", "open")]


def lives(*files: object) -> dict[str, History]:
    visits = visits_of(files)  # type: ignore[arg-type]
    return {h.record_id: h for h in histories(visits, copies(visits))}


def test_a_reinspection_speaks_of_the_first_citation() -> None:
    again = [("Smoke detector missing in rear hall", "corrected"), ("Kitchen faucet leaks", "open")]
    found = lives(visit("a", FIRST, FINDINGS), visit("b", SECOND, again, kind="reinspection", original=FIRST))
    assert found["b:0"] == History("b:0", FIRST, SECOND, "a:0")
    assert found["b:1"] == History("b:1", FIRST, None, "a:1")
    assert found["a:0"] == History("a:0", FIRST, SECOND, "")


def test_every_further_visit_points_to_the_first_record() -> None:
    second = [("Smoke detector missing in rear hall", "open"), ("Kitchen faucet leaks", "corrected")]
    third = [("Smoke detector missing in rear hall", "corrected")]
    found = lives(
        visit("a", FIRST, FINDINGS),
        visit("b", SECOND, second, kind="reinspection", original=FIRST),
        visit("c", THIRD, third, kind="reinspection", original=FIRST),
    )
    assert found["c:0"].repeat_of == "a:0"
    assert found["a:0"].corrected_date == THIRD
    assert found["a:1"].corrected_date == SECOND


def test_a_lone_reinspection_dates_its_findings_by_the_visit_it_names() -> None:
    found = lives(visit("b", SECOND, FINDINGS, kind="reinspection", original=FIRST))
    assert found["b:0"] == History("b:0", FIRST, None, "")


def test_a_new_complaint_at_the_same_place_cites_anew() -> None:
    found = lives(visit("a", FIRST, FINDINGS), visit("b", THIRD, FINDINGS, case="BHI-18-0200", kind="complaint"))
    assert found["b:0"] == History("b:0", THIRD, None, "")
