from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.checks import check_report
from extractors.confidence import Calibration, Logistic, Model, gates, load_models, sureness, with_confidence
from extractors.trust.parts import FIELD_BELIEF, RECORD_BELIEF, record_parts
from records.document import Document, SourceFile
from records.links import Link
from records.record import Reason, Record, Report
from records.routing import Gate, required_fields, route
from tests.crossing.made import PLACE, fields

TAX = Record(
    "tax", "tax/1/0",
    fields(parcel_id="4-3", fiscal_year=2019, tax_type="real_estate", principal=Decimal("10.00"), interest=Decimal("1.50"),
           total=Decimal("11.50"), as_of_date=date(2019, 6, 30)),
    PLACE, record_id="t", confidence=0.99,
)  # fmt: skip
GATE = Gate("tax", 0.9)


def checked(record: Record) -> Record:
    document = Document(SourceFile("0" * 64, "a.pdf", 1), ())
    return check_report(Report(0, "tax_delinquency", (1,), (), (record,)), document).records[0]


def test_a_complete_strong_record_is_released() -> None:
    assert route(checked(TAX), GATE).state == "accepted"


@pytest.mark.parametrize("name", ["parcel_id", "fiscal_year", "tax_type", "total"])
def test_a_record_without_a_required_field_never_leaves(name: str) -> None:
    without = replace(TAX, fields={n: e for n, e in TAX.fields.items() if n != name})
    found = route(without, GATE)
    assert found.state == "in_review"
    assert name in {r.field for r in found.reasons}


def test_what_was_not_measured_waits() -> None:
    assert route(replace(TAX, confidence=None), GATE).state == "in_review"
    assert route(TAX, Gate("tax", None)).state == "in_review"


def test_a_vehicle_needs_no_parcel() -> None:
    car = replace(TAX, fields={**TAX.fields, **fields(tax_type="motor_vehicle_excise")})
    car = replace(car, fields={n: e for n, e in car.fields.items() if n != "parcel_id"})
    assert route(checked(car), GATE).state == "accepted"


def test_a_possible_copy_waits_with_the_difference() -> None:
    found = route(TAX, GATE, Link("t", "possible_copy_of", "u", "the Word file says otherwise"))
    assert found.state == "in_review"
    assert "the Word file says otherwise" in {r.detail for r in found.reasons}


def test_parts_that_do_not_make_the_total_are_a_question() -> None:
    odd = replace(TAX, fields={**TAX.fields, **fields(total=Decimal("12.50"))})
    assert [(r.field, r.code) for r in checked(odd).reasons] == [("total", "check")]


def test_a_handwritten_value_is_never_released() -> None:
    by_hand = TAX.having(replace(TAX.fields["total"], flags=("handwritten",)))
    assert route(checked(by_hand), GATE).state == "in_review"


def test_an_unmeasured_part_leaves_the_confidence_unmeasured() -> None:
    model = Calibration(claims={"tax": Model("tax", Logistic(0.0, (0.0,) * len(RECORD_BELIEF)), {})})
    assert with_confidence(TAX, model).confidence is not None
    unknown = TAX.having(replace(TAX.fields["total"], reading=None))
    assert with_confidence(unknown, model).confidence is None


@given(st.floats(0, 1), st.booleans())
def test_no_doubted_record_is_released_however_confident(confidence: float, doubted: bool) -> None:
    record = replace(TAX, confidence=confidence)
    if doubted:
        record = record.doubting(Reason("parcel_id", "ambiguous", "two parcels fit"))
    released = route(record, GATE).state == "accepted"
    assert released == (confidence >= 0.9 and not doubted)


@given(st.lists(st.floats(-50, 50), min_size=len(RECORD_BELIEF), max_size=len(RECORD_BELIEF)), st.floats(-50, 50))
def test_a_probability_stays_one(weights: list[float], intercept: float) -> None:
    assert 0 <= Logistic(intercept, tuple(weights)).probability(record_parts(TAX, {"total": 1.0, "parcel_id": 0.0})) <= 1


def test_every_field_has_a_confidence_of_its_own_and_the_worse_read_the_less() -> None:
    worse = TAX.having(replace(TAX.fields["total"], reading=0.2))
    fields = sureness(worse, load_models()).fields
    assert set(fields) == set(TAX.fields)
    assert fields["total"] < sureness(TAX, load_models()).fields["total"]


@pytest.mark.parametrize("name", ["reading", "finding"])
def test_better_parts_never_lower_a_confidence(name: str) -> None:
    """The sign of what is believed is kept whatever a sample says."""
    for part in FIELD_BELIEF:
        at = list(FIELD_BELIEF).index(part)
        assert all(m.weights[at] * FIELD_BELIEF[part] >= 0 for m in load_models().fields.values())
    low, high = (TAX.having(replace(TAX.fields["total"], **{name: p})) for p in (0.3, 0.9))
    below, above = (with_confidence(r, load_models()).confidence for r in (low, high))
    assert below is not None and above is not None and below <= above


def test_a_code_that_the_machine_assigned_has_a_gate_of_its_own() -> None:
    finding = Record(
        "violation", "violation/0/0",
        fields(parcel_id="4-3", inspection_date=date(2019, 3, 4), status="open", category="pests", code="105 CMR 410.550",
               code_basis="inferred"),
        PLACE, record_id="v", confidence=0.99,
    )  # fmt: skip
    gate = Gate("violation", 0.9, 0.95)
    assert route(finding, gate, fields={"code": 0.97}).state == "accepted"
    doubted = route(finding, gate, fields={"code": 0.93})
    assert [(r.field, r.code) for r in doubted.reasons] == [("code", "weak")]
    assert route(finding, Gate("violation", 0.9, None), fields={"code": 0.99}).state == "in_review"
    cited = finding.having(*fields(code_basis="cited").values())
    assert route(cited, gate, fields={"code": 0.5}).state == "accepted"


def test_a_closed_gate_lets_nothing_through_and_says_why() -> None:
    model = Calibration(claims={"tax": Model("tax", Logistic(9.0, (0.0,) * len(RECORD_BELIEF)), {0.02: 0.9})})
    shut = gates(model, {"tax": 0.02}, closed=["tax"])["tax"]
    assert [r.code for r in route(replace(TAX, confidence=1.0), shut).reasons] == ["gate_closed"]


def test_required_fields_are_those_a_row_is_worthless_without() -> None:
    assert required_fields(TAX) == ("parcel_id", "fiscal_year", "tax_type", "total")


def test_a_stricter_city_gets_a_stricter_gate_and_what_was_not_measured_stays_shut() -> None:
    model = Model("tax", None, {0.01: 0.97, 0.05: 0.9})
    assert [model.least(share) for share in (0.05, 0.04, 0.01, 0.001)] == [0.9, 0.97, 0.97, None]
    assert gates(Calibration(claims={"tax": model}), {"tax": 0.02})["tax"] == Gate("tax", 0.97, None)
    assert gates(Calibration(claims={"tax": model}), {})["tax"] == Gate("tax", None, None)


def test_a_section_that_was_not_read_as_one_is_asked_about() -> None:
    violation = Record(
        "violation", "violation/0/0",
        fields(parcel_id="4-3", inspection_date=date(2019, 3, 4), status="open", category="pests", code="105 CMR 410.500",
               code_basis="inferred", description="41O,550 rear 410-551 hall"),
        PLACE, record_id="v",
    )  # fmt: skip
    assert ("code", "check") in {(r.field, r.code) for r in checked(violation).reasons}


@pytest.mark.parametrize(("confidence", "least", "said"), [
    (0.8979, 0.9, "0.898 is under 0.900"), (0.8996, 0.9, "0.8996 is under 0.9000"), (0.42, 0.9, "0.42 is under 0.90"),
])  # fmt: skip
def test_nobody_is_told_that_a_number_is_under_itself(confidence: float, least: float, said: str) -> None:
    waits = route(replace(TAX, confidence=confidence), Gate("tax", least))
    assert [r.detail for r in waits.reasons] == [f"confidence {said}"]
