"""Fit the confidence models on labelled documents: ``python -m benchmarks.fit_confidence STORE FOLDER [STORE FOLDER ...]``.

STORE is the database of a ``lotline run`` over the labelled FOLDER's ``files``. A third of the documents (those whose name's
SHA-256 is divisible by three) is held out; the models are cross-validated with whole layouts left out (documents, where a kind
has too few layouts), the gate is set from those predictions alone, and weights, gate and figures are written to
``patterns/models/confidence.json`` with the hash of the data they came from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from benchmarks.truth import Judged, judge, load_truth
from extractors.confidence import MODEL_FILE, parts_of
from extractors.rulebook import pattern_dir
from records.vocabulary import KINDS
from store import Store

Parts = NDArray[Any]

ALLOWED = (0.005, 0.01, 0.02, 0.05)
"""Shares of wrong records among the released for which a gate is measured; a city names its own in ``lotline.toml``."""

WEAKEST = 0.9
"""No record leaves under nine to one, however good the kind looks as a whole."""

PRIOR = {
    "reading": 3.0, "reading_mean": 1.0, "mean_conf": 2.0, "min_conf": 1.0, "finding": 2.0, "finding_mean": 1.0, "cited": 0.5,
    "code_exists": 0.5, "section_matches_meaning": 1.0, "guess_score": 0.5, "guess_margin": 0.5, "list_structure": 0.5,
    "header_label_known": 0.5, "head_finding": 0.5, "header_known": 0.5, "sums_ok": 2.0, "subtotal_ok": 0.5,
    "row_conf_vs_neighbours": 1.0, "missing": -3.0, "doubts": -1.5, "repaired": -0.5, "repairs": -0.5, "is_ocr": -0.5,
    "handwritten_share": -3.0, "code_repaired": -0.5, "loose": -0.5, "unsure_tick": -2.0, "terse": 0.0,
}  # fmt: skip
"""What is believed before any row is seen, in log-odds per unit of a part, and the only parts used. A weight may grow on data but
never changes its sign: well-read words can't speak against a record, and no labelled layout may teach that."""

SPREAD = 2.0
"""How far, in log-odds, data may easily pull a weight from what was believed."""


def held_out(name: str) -> bool:
    """A third of the documents, chosen by name, is never fitted on."""
    return int(hashlib.sha256(Path(name).name.encode()).hexdigest(), 16) % 3 == 0


def collect(store: Store, folder: Path) -> list[Judged]:
    """All records of the tuning part's originals, judged."""
    truths = load_truth(folder)
    judged: list[Judged] = []
    for document in store.current():
        name = min(document.paths)
        truth = truths.get(name)
        if truth is None or document.outcome is None:
            continue
        original = truth.get("duplicate_of") or truth.get("rescan_of") or truth["file"]
        if not held_out(original):
            judged += judge(document.outcome.records, truth)
    return judged


def fit(judged: list[Judged]) -> dict[str, Any]:
    """One kind's model: weights on the raw parts, intercept, gate, and the cross-validated figures."""
    x = np.array([[parts_of(j.record).get(n, 0.0) for n in PRIOR] for j in judged])
    y = np.array([float(j.right) for j in judged])
    layouts = {j.layout for j in judged}
    by = "layout" if len(layouts) > 2 else "document"
    groups = np.array([j.layout if by == "layout" else j.file for j in judged])
    predicted = np.zeros(len(y))
    for train, test in GroupKFold(min(8, len(set(groups)))).split(x, y, groups):
        predicted[test] = _probability(_weights(x[train], y[train]), x[test])
    weights = _weights(x, y)
    mixed = len(set(y)) == 2
    figures = {
        "n": len(y),
        "right": round(float(y.mean()), 4),
        "auc": round(float(roc_auc_score(y, predicted)), 4) if mixed else None,
        "brier_skill": round(1 - float(((predicted - y) ** 2).mean()) / float(y.var()), 4) if mixed else None,
        "left_out": by,
    }
    clear = np.array([not j.record.reasons for j in judged])
    measured = {str(allowed): gate(predicted, y, clear, 1 - allowed) for allowed in ALLOWED}
    return {
        "weights": {n: round(float(w), 4) for n, w in zip(PRIOR, weights[1:], strict=True) if w},
        "intercept": round(float(weights[0]), 4),
        "gates": {allowed: least for allowed, (least, _) in measured.items()},
        "figures": {**figures, "at": {allowed: released for allowed, (_, released) in measured.items()}},
    }


def _weights(x: Parts, y: Parts) -> Parts:
    """Most likely intercept and weights, believed to lie around PRIOR and bound to its signs."""
    prior = np.array([0.0, *PRIOR.values()])
    full = np.column_stack([np.ones(len(x)), x])

    def cost(w: Parts) -> tuple[float, Parts]:
        z = full @ w
        away = (w - prior) / SPREAD
        value = float(np.logaddexp(0, -z * (2 * y - 1)).sum() + 0.5 * (away**2).sum())
        return value, full.T @ (expit(z) - y) + away / SPREAD

    bounds = [(None, None), *((0.0, None) if p > 0 else (None, 0.0) for p in PRIOR.values())]
    return np.asarray(minimize(cost, prior, jac=True, bounds=bounds, method="L-BFGS-B").x)


def _probability(weights: Parts, x: Parts) -> Parts:
    return np.asarray(expit(weights[0] + x @ weights[1:]))


def gate(predicted: Parts, y: Parts, clear: Parts, target: float) -> tuple[float | None, dict[str, int]]:
    """The lowest confidence at which the released records (those without another reason to wait) are right often enough."""
    for least in [WEAKEST, *sorted({round(float(p), 3) for p in predicted if p > WEAKEST})]:
        released = clear & (predicted >= least)
        if released.any() and y[released].mean() >= target:
            return least, {"released": int(released.sum()), "wrong": int((1 - y[released]).sum())}
    return None, {"released": 0, "wrong": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence models on labelled documents.")
    parser.add_argument("pairs", nargs="+", help="database of a run over labelled files, then their folder (with truth/*.json)")
    pairs = parser.parse_args().pairs
    judged: list[Judged] = []
    for database, folder in zip(pairs[::2], pairs[1::2], strict=True):
        with Store.open(database) as store:
            judged += collect(store, Path(folder))
    by_kind = defaultdict(list)
    for j in judged:
        by_kind[j.record.kind].append(j)
    models = {kind: fit(by_kind[kind]) for kind in KINDS if by_kind[kind]}
    rows = sorted(f"{j.file} {j.record.kind} {j.record.local_key} {j.right}" for j in judged)
    data = {
        "made_by": "python -m benchmarks.fit_confidence",
        "data": "made-up documents; a third of them held out",
        "data_sha256": hashlib.sha256("\n".join(rows).encode()).hexdigest(),
        "models": models,
    }
    out = pattern_dir() / "models" / MODEL_FILE
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for kind, model in models.items():
        print(kind, model["gates"], model["figures"])  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
