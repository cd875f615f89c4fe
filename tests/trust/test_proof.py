"""Bounds: the textbook values, what sharing documents costs, and what a target takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from extractors.trust.gates import gate
from records.proof import checks_needed, design_effect, lower_bound, percent, prove, upper_bound


@given(st.integers(0, 400), st.integers(1, 2000))
def test_bounds_are_those_of_clopper_and_pearson(wrong: int, checked: int) -> None:
    wrong = min(wrong, checked - 1)
    assert upper_bound(wrong, checked) == pytest.approx(beta.ppf(0.95, wrong + 1, checked - wrong), abs=1e-6)
    assert lower_bound(wrong, checked) == pytest.approx(beta.ppf(0.05, wrong, checked - wrong + 1) if wrong else 0, abs=1e-6)


def test_no_error_in_598_checks_proves_half_a_percent_and_one_in_597_does_not() -> None:
    assert checks_needed(0.005) == 598
    assert checks_needed(0.02) == 149
    assert upper_bound(0, 598) <= 0.005 < upper_bound(0, 597)


@given(st.floats(0.002, 0.2), st.integers(0, 10), st.floats(1, 4))
def test_the_checks_needed_are_the_fewest(target: float, wrong: int, effect: float) -> None:
    n = checks_needed(target, wrong, effect)
    assert upper_bound(wrong / effect, n / effect) <= target
    assert upper_bound(wrong / effect, (n - 1) / effect) > target


def test_rows_that_share_a_document_prove_less() -> None:
    apart = prove((True, f"d{i}") for i in range(150))
    together = prove((True, f"d{i % 5}") for i in range(150))
    assert apart.bound == pytest.approx(0.0198, abs=1e-4)
    assert together.bound > 2 * apart.bound
    assert apart.says() == "0 wrong of 150 checked: at most 2.0 %"


def test_errors_that_come_by_the_document_are_seen_to_do_so() -> None:
    scattered = [(i % 10 != 0, f"d{i // 10}") for i in range(200)]
    clustered = [(i // 10 not in (3, 7), f"d{i // 10}") for i in range(200)]
    assert design_effect(clustered) > 5 > design_effect(scattered)


def test_nothing_checked_is_nothing_proven() -> None:
    nothing = prove([])
    assert nothing.bound == 1.0 and not nothing.meets(0.5) and nothing.says() == "nothing checked yet"


def test_a_target_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        checks_needed(0.0)


def test_shares_are_read_as_people_write_them() -> None:
    assert [percent(p) for p in (0.02, 0.0031, 0.0)] == ["2.0 %", "0.31 %", "0.0 %"]


def test_a_gate_stands_where_the_bound_keeps_the_target() -> None:
    rows = [(0.95, i % 8 != 0, f"a{i}") for i in range(80)] + [(0.99, True, f"b{i}") for i in range(400)]
    found = gate(rows, 0.02)
    assert found.least is not None and 0.95 < found.least <= 0.99
    assert found.proven and found.proof.bound <= 0.02


def test_a_gate_on_too_few_rows_says_that_it_is_not_proven() -> None:
    found = gate([(0.99, True, f"d{i}") for i in range(40)], 0.005)
    assert found.least == 0.9 and not found.proven


def test_where_even_the_surest_rows_are_wrong_nothing_leaves() -> None:
    assert gate([(0.99, i % 2 == 0, f"d{i}") for i in range(100)], 0.02).least is None
