"""The parts of a confidence, and calibrations of another version."""

import json

import pytest

from extractors.confidence import Calibration, Logistic, Model, load_models, read_calibration
from extractors.rulebook import pattern_dir
from extractors.trust.parts import CODE_BELIEF, CODE_START, FIELD_BELIEF, RECORD_BELIEF, code_parts, field_parts, record_parts
from records.errors import PatternError
from records.record import Evidence, Extraction, Record

PLACE = Evidence(1, (), "")


def finding(*flags: str, **features: float) -> Record:
    one = Extraction("inspection_date", "2019-03-04", PLACE, 0.9, 0.9, "test@1", flags)
    return Record("violation", "violation/0/0", {"inspection_date": one}, PLACE, features=features)


@pytest.mark.parametrize("flag", ["log_agrees", "log_differs", "agreed", "certain"])
def test_a_flag_is_a_part_of_its_field(flag: str) -> None:
    parts = dict(zip(FIELD_BELIEF, field_parts(finding(flag), "inspection_date"), strict=True))
    assert parts[flag] == 1.0
    assert dict(zip(FIELD_BELIEF, field_parts(finding(), "inspection_date"), strict=True))[flag] == 0.0


def test_print_taken_for_findings_shows_in_the_parts() -> None:
    record = finding(says_defect=0.0, say_defects=0.25, head_found=4.0, page_conf=0.8)
    parts = dict(zip(RECORD_BELIEF, record_parts(record, {}), strict=True))
    assert (parts["says_defect"], parts["few_say_defects"], parts["head_found"]) == (0.0, 0.75, 0.5)
    assert parts["worn"] == pytest.approx(2.0)


def test_a_blank_parcel_that_the_log_names_is_no_open_question() -> None:
    blank = Extraction("parcel_id", None, PLACE, 0.9, 0.5, "test@1", ("log_names_one",))
    record = finding().having(blank)
    assert dict(zip(RECORD_BELIEF, record_parts(record, {}), strict=True))["log_names_one"] == 1.0


def shipped() -> dict:  # type: ignore[type-arg]
    return dict(json.loads((pattern_dir() / "models" / "confidence.json").read_text(encoding="utf-8")))


def test_a_calibration_from_before_a_part_was_known_still_holds() -> None:
    data = shipped()
    last = data["parts"]["record"].pop()
    for name, claim in data["claims"].items():
        if "weights" in claim and name != "code":  # assigned sections have parts of their own
            claim["weights"].pop()
    old = read_calibration(json.dumps(data), "an older one")
    model = old.claims["violation"].logistic
    assert model is not None
    assert model.weights[list(RECORD_BELIEF).index(last)] == 0.0


def test_a_calibration_of_parts_nobody_knows_is_refused() -> None:
    data = shipped()
    data["parts"]["field"][0] = "moon_phase"
    with pytest.raises(PatternError, match="moon_phase"):
        read_calibration(json.dumps(data), "a strange one")


def test_the_shipped_models_know_reports_and_lists_apart() -> None:
    fields = load_models().fields
    assert {"report/inspection_date", "list/total", "report/*", "list/*"} <= fields.keys()


def test_an_assigned_section_is_judged_on_its_own_grounds() -> None:
    model = Model("code", Logistic(CODE_START, tuple(CODE_BELIEF.values())), {})
    calibration = Calibration(claims={"code": model})
    firm = finding(code_likely=-0.1, code_ahead=1.0, code_named_first=1.0, code_known=1.0, code_specific=0.67, says_defect=1.0)
    weak = finding(code_likely=-2.5, code_ahead=0.2, code_named_first=0.0, code_known=0.5, code_specific=0.33, says_defect=1.0)
    fields = {"code": 0.9}
    assert calibration.code_confidence(firm, fields) > 0.95 > 0.7 > calibration.code_confidence(weak, fields)
    assert Calibration().code_confidence(weak, fields) == 0.9  # a calibration from before: the field's own confidence
    assert len(code_parts(weak, {})) == len(CODE_BELIEF)
