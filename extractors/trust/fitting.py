"""Learns confidence from judged rows, and measures how well, with whole layouts left out.

Weights are the most likely ones around a stated belief (a normal prior whose centre is what is believed, within its sign): a free
fit on a few hundred rows learns the sample's layouts, not readings. First all fields of reports together, and of lists, then
each field by itself around what all say, then the record from its fields and checks. scikit-learn leaves layouts out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

from extractors.confidence import ANY_FIELD, Calibration, Logistic, Model, field_model
from extractors.trust.parts import (
    CODE_BELIEF,
    CODE_START,
    FIELD_BELIEF,
    FIELD_START,
    RECORD_BELIEF,
    RECORD_START,
    code_parts,
    field_parts,
    key_fields,
    record_parts,
)
from records.record import Record
from records.trust import CLAIMS, Claim
from records.vocabulary import KINDS

Numbers = NDArray[Any]

SPREAD: Final = 2.0
"""How far, in log-odds, data may easily pull a weight of a field from what was believed."""
RECORD_SPREAD: Final = 1.0
"""The same for records, of which there are fewer: what a field is worth shows in thousands of fields, a record's parts don't."""
CODE_SPREAD: Final = 0.5
"""The same for assigned sections, of which few were ever wrong."""
FIELD_SPREAD: Final = 1.0
"""How far one field may easily differ from all fields together."""
FEWEST: Final = 30
"""Rows of a claim below which nothing is fitted: "not measured", and all of them wait for a person."""
FEWEST_OF_A_FIELD: Final = 20
FEWEST_OF_A_LAYOUT: Final = 10
"""Rows that make a layout one that can be left out: a few rows claimed from a stray document are none."""
MOST_FOLDS: Final = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One machine record that was judged. ``fields``: for those it has, whether they are right; empty for a record that is
    none on the paper. ``right``: per claim; ``whole``: all key fields, a machine-assigned section among them. ``findings``:
    the violations of a visit. ``clear``: nothing but its confidence could hold it."""

    record: Record
    fields: Mapping[str, bool]
    right: Mapping[Claim, bool]
    whole: bool
    layout: str
    document: str
    findings: tuple[Record, ...] = ()
    clear: bool = True


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was said of one case by models that had not seen its layout. ``confidence`` is what a route would carry."""

    case: Case
    confidence: float
    claims: Mapping[Claim, float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Models of all rows, and what models of other layouts said of each row."""

    calibration: Calibration
    predicted: tuple[Predicted, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)  # kind -> layout or document


def fit(cases: Sequence[Case], around: Calibration | None = None, fewest: int = FEWEST) -> Calibration:
    """Models of these rows; a claim with fewer than ``fewest`` rows gets none. ``around``: models of other rows, which then are
    what is believed before these are seen."""
    before = around or Calibration()
    fields = _fit_fields(cases, before)
    known = Calibration(fields=fields)
    claims: dict[Claim, Model] = {}
    for claim in CLAIMS:
        some = [c for c in cases if claim in c.right]
        if len(some) < fewest:
            continue
        of_code = claim == "code"
        parts = np.array([code_parts(c.record, _sure_fields(c.record, known)) if of_code else _parts(c, known) for c in some])
        right = np.array([float(c.right[claim]) for c in some])
        known_before = before.claims.get(claim)
        believed = _CODE if of_code else _RECORD
        centre = known_before.logistic if known_before is not None and known_before.logistic is not None else believed
        signs = list((CODE_BELIEF if of_code else RECORD_BELIEF).values())
        claims[claim] = Model(claim, _logistic(parts, right, centre, CODE_SPREAD if of_code else RECORD_SPREAD, signs), {})
    return Calibration(fields=fields, claims=claims)


def cross_validated(
    cases: Sequence[Case], around: Calibration | None = None, fewest: int = FEWEST, also: Sequence[Case] = ()
) -> Fitted:
    """Every row of a kind predicted by models fitted without its layout, or without its document where a kind has one layout.
    ``also``: rows that are learnt from and not measured, such as worn copies; those of a layout that is left out are too."""
    predicted: list[Predicted] = []
    left_out: dict[str, str] = {}
    for kind in KINDS:
        of_kind = [c for c in cases if c.record.kind == kind]
        if len(of_kind) < fewest:
            continue
        alike = [c for c in (*cases, *also) if field_model(c.record.kind, ANY_FIELD) == field_model(kind, ANY_FIELD)]
        sizes = Counter(c.layout for c in of_kind)
        by_layout = sum(size >= FEWEST_OF_A_LAYOUT for size in sizes.values()) > 1
        left_out[kind] = "layout" if by_layout else "document"
        groups = [c.layout if by_layout else c.document for c in of_kind]
        for test in _folds(groups):
            out = {groups[i] for i in test}
            train = [c for c in alike if (c.layout if by_layout else c.document) not in out]
            models = fit(train, around, min(fewest, FEWEST))
            predicted += [predict(of_kind[i], models) for i in test]
    return Fitted(fit((*cases, *also), around, fewest), tuple(predicted), left_out)


def measure(predicted: Sequence[tuple[float, bool]]) -> dict[str, float | int | None]:
    """How well confidence tells right from wrong: n, share right, area under the curve, Brier skill against that share."""
    p = np.array([x for x, _ in predicted])
    y = np.array([float(right) for _, right in predicted])
    mixed = len(set(y.tolist())) == 2
    return {
        "n": len(y),
        "wrong": int((1 - y).sum()),
        "auroc": round(float(roc_auc_score(y, p)), 4) if mixed else None,
        "brier_skill": round(1 - float(brier_score_loss(y, p)) / float(y.var()), 4) if mixed else None,
    }


def reliability(predicted: Sequence[tuple[float, bool]], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence said, share right, rows) of equally many rows each: the points of the plot."""
    ordered = sorted(predicted)
    size = max(1, -(-len(ordered) // bins))
    points = []
    for start in range(0, len(ordered), size):
        some = ordered[start : start + size]
        said = sum(p for p, _ in some) / len(some)
        points.append((round(said, 4), round(sum(r for _, r in some) / len(some), 4), len(some)))
    return points


def _folds(groups: Sequence[str]) -> Iterator[list[int]]:
    distinct = len(set(groups))
    if distinct < 2:
        yield list(range(len(groups)))
        return
    for _, test in GroupKFold(min(MOST_FOLDS, distinct)).split(groups, groups=groups):
        yield [int(i) for i in test]


def predict(case: Case, models: Calibration) -> Predicted:
    """What models that were fitted without this case say of it."""
    model = models.claims.get(case.record.kind)
    fields = _sure_fields(case.record, models)
    said: dict[Claim, float] = {}
    if model is not None and model.logistic is not None:
        said[case.record.kind] = model.logistic.probability(_parts(case, models))
    whole = said.get(case.record.kind, 0.0)
    if "code" in case.right or case.record.text("code_basis") == "inferred":
        said["code"] = models.code_confidence(case.record, fields)
        whole *= said["code"]
    return Predicted(case, whole, said)


def _fit_fields(cases: Sequence[Case], before: Calibration) -> dict[str, Logistic]:
    """Of reports and of lists, one model of all fields together, then one of each field around it."""
    rows: dict[str, list[list[float]]] = defaultdict(list)
    right: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        for name, ok in case.fields.items():
            model = field_model(case.record.kind, name)
            rows[model].append(field_parts(case.record, name))
            right[model].append(float(ok))
    models = dict(before.fields)
    for kind in ("inspection", "tax"):
        any_field = field_model(kind, ANY_FIELD)
        own = sorted(n for n in rows if n.split("/")[0] == any_field.split("/")[0])
        if sum(len(rows[n]) for n in own) < FEWEST:
            continue
        everything = np.array([parts for n in own for parts in rows[n]])
        answers = np.array([r for n in own for r in right[n]])
        pooled = _logistic(everything, answers, before.fields.get(any_field, _FIELD), SPREAD, _BELIEF)
        models[any_field] = pooled
        for name in own:
            if len(rows[name]) >= FEWEST_OF_A_FIELD:
                centre = before.fields.get(name, pooled)
                models[name] = _logistic(np.array(rows[name]), np.array(right[name]), centre, FIELD_SPREAD, _BELIEF)
    return models


def _parts(case: Case, models: Calibration) -> list[float]:
    fields = _sure_fields(case.record, models, set(key_fields(case.record)))
    below = [p for f in case.findings if (p := models.field_confidence(f, "status")) is not None]
    return record_parts(case.record, fields, below)


def _sure_fields(record: Record, models: Calibration, names: set[str] | None = None) -> dict[str, float]:
    wanted = {"code", "category"} if names is None else names
    return {n: p for n in sorted(wanted) if (p := models.field_confidence(record, n)) is not None}


_BELIEF = list(FIELD_BELIEF.values())
_FIELD = Logistic(FIELD_START, tuple(FIELD_BELIEF.values()))
_CODE = Logistic(CODE_START, tuple(CODE_BELIEF.values()))
_RECORD = Logistic(RECORD_START, tuple(RECORD_BELIEF.values()))


def _logistic(x: Numbers, y: Numbers, around: Logistic, spread: float, signs: Sequence[float]) -> Logistic:
    """Most likely intercept and weights around what is believed, each kept to its sign. Equal rows are counted once."""
    rows, inverse = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    count = np.bincount(inverse.ravel(), minlength=len(rows)).astype(float)
    full, sign = np.column_stack([np.ones(len(rows)), rows[:, :-1]]), 2 * rows[:, -1] - 1
    centre = np.array([around.intercept, *around.weights])

    def cost(w: Numbers) -> tuple[float, Numbers]:
        z = full @ w
        away = (w - centre) / spread
        value = float((count * np.logaddexp(0, -z * sign)).sum() + 0.5 * (away**2).sum())
        return value, full.T @ (count * (expit(z) - (sign + 1) / 2)) + away / spread

    bounds = [(None, None), *((0.0, None) if s > 0 else (None, 0.0) for s in signs)]
    found = minimize(cost, centre, jac=True, bounds=bounds, method="L-BFGS-B").x
    return Logistic(round(float(found[0]), 4), tuple(round(float(w), 4) for w in found[1:]))
