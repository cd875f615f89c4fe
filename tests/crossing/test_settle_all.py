from dataclasses import replace
from datetime import date

from extractors.confidence import Calibration, Logistic, Model
from extractors.crossing import Filed, cross
from extractors.trust.parts import RECORD_BELIEF
from records.record import Reason
from tests.crossing.made import visit

ALWAYS = Logistic(9.0, (0.0,) * len(RECORD_BELIEF))
SURE = Calibration(claims={kind: Model(kind, ALWAYS, {0.02: 0.9}) for kind in ("inspection", "violation")})
ALLOWED = {"inspection": 0.02, "violation": 0.02}
FINDINGS = [("Smoke detector missing in rear hall", "corrected"), ("Kitchen faucet leaks", "open")]


def states(filed: Filed) -> dict[str, str]:
    return {r.record_id: r.state for r in cross([filed], SURE, ALLOWED).routes}


def doubting(filed: Filed, field: str) -> Filed:
    report = filed.outcome.reports[0]
    first, second, third = report.records
    doubted = third.doubting(Reason(field, "weak", "hard to read"))
    return replace(filed, outcome=replace(filed.outcome, reports=(replace(report, records=(first, second, doubted)),)))


def test_a_clear_reinspection_leaves_whole() -> None:
    assert set(states(visit("a", date(2019, 3, 4), FINDINGS, kind="reinspection")).values()) == {"accepted"}


def test_the_result_of_a_reinspection_waits_for_its_findings() -> None:
    unsure = doubting(visit("a", date(2019, 3, 4), FINDINGS, kind="reinspection"), "status")
    assert states(unsure) == {"a:i": "in_review", "a:0": "accepted", "a:1": "in_review"}


def test_a_question_about_the_section_does_not_hold_the_result() -> None:
    unsure = doubting(visit("a", date(2019, 3, 4), FINDINGS, kind="reinspection"), "code")
    assert states(unsure)["a:i"] == "accepted"


def test_without_a_measured_model_everything_waits() -> None:
    filed = visit("a", date(2019, 3, 4), FINDINGS)
    assert {r.state for r in cross([filed], Calibration(), ALLOWED).routes} == {"in_review"}
