"""Fit the confidence models on labelled documents: ``python -m benchmarks.fit_confidence STORE TRUTH_FOLDER``.

STORE is the database of a ``lotline run`` over the labelled folder's ``files``. Only the tuning part is used (a file whose
name's SHA-256 is not divisible by three); the models are cross-validated with whole layouts left out (documents, where a kind
has too few layouts), the gate is set from those predictions alone, and weights, gate and figures are written to
``patterns/models/confidence.json`` with the hash of the data they came from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from benchmarks.truth import Judged, judge, load_truth
from extractors.confidence import MODEL_FILE, parts_of
from extractors.rulebook import pattern_dir
from records.vocabulary import KINDS
from store import Store

RELEASE = {"inspection": 0.98, "violation": 0.98, "tax": 0.995, "water": 0.995}
"""Share of released records that must be right in the cross-validated predictions, as DESIGN's default targets say."""

WEAKEST = 0.5
"""No record leaves under even odds, however good the kind looks as a whole."""


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


def fit(judged: list[Judged]) -> dict[str, object]:
    """One kind's model: weights on the raw parts, intercept, gate, and the cross-validated figures."""
    parts = [parts_of(j.record) for j in judged]
    names = sorted({n for p in parts for n in p})
    x = np.array([[p.get(n, 0.0) for n in names] for p in parts])
    y = np.array([float(j.right) for j in judged])
    layouts = sorted({j.layout for j in judged})
    groups = np.array([j.layout if len(layouts) > 2 else j.file for j in judged])
    if len(set(y)) < 2:
        # Nothing went wrong in all the labelled rows: the odds that a row is wrong are then bounded by about 3/n, no better.
        odds = float(np.log(max(len(y) / 3 - 1, 1e-3))) if y.all() else -5.0
        return {"weights": {}, "intercept": odds, "least": WEAKEST if y.all() else None, "figures": {"n": len(y)}}
    folds = min(5, len(set(groups)))
    predicted = np.zeros(len(y))
    for train, test in GroupKFold(folds).split(x, y, groups):
        predicted[test] = _predict(x[train], y[train], x[test])
    scaler = StandardScaler().fit(x)
    model = _logistic().fit(scaler.transform(x), y)
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    clear = np.array([not j.record.reasons for j in judged])
    return {
        "weights": {n: round(float(w), 5) for n, w in zip(names, weights, strict=True) if abs(w) > 1e-9},
        "intercept": round(intercept, 5),
        "least": None,
        "figures": {
            "n": len(y),
            "right": round(float(y.mean()), 4),
            "auc": round(float(roc_auc_score(y, predicted)), 4),
            "brier_skill": round(1 - float(((predicted - y) ** 2).mean()) / float(y.var()), 4),
            "left_out": "layout" if len(layouts) > 2 else "document",
        },
        "_predicted": (predicted, y, clear),
    }


def _logistic() -> LogisticRegression:
    return LogisticRegression(C=0.3, max_iter=5000)


def _predict(x: np.ndarray, y: np.ndarray, unseen: np.ndarray) -> np.ndarray:
    if len(set(y)) < 2:
        return np.full(len(unseen), y[0])
    scaler = StandardScaler().fit(x)
    return np.asarray(_logistic().fit(scaler.transform(x), y).predict_proba(scaler.transform(unseen))[:, 1])


def gate(predicted: np.ndarray, y: np.ndarray, clear: np.ndarray, target: float) -> tuple[float | None, dict[str, float]]:
    """The lowest confidence at which the released records (those without another reason to wait) are right often enough."""
    for least in [WEAKEST, *sorted({round(float(p), 3) for p in predicted if p > WEAKEST})]:
        released = clear & (predicted >= least)
        if released.sum() and y[released].mean() >= target:
            return least, {"released": int(released.sum()), "wrong": int((1 - y[released]).sum())}
    return None, {"released": 0, "wrong": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence models on labelled documents.")
    parser.add_argument("store", help="database of a run over the labelled files")
    parser.add_argument("truth", type=Path, help="folder with truth/*.json")
    arguments = parser.parse_args()
    with Store.open(arguments.store) as store:
        judged = collect(store, arguments.truth)
    by_kind = defaultdict(list)
    for j in judged:
        by_kind[j.record.kind].append(j)
    models = {}
    for kind in KINDS:
        if not by_kind[kind]:
            continue
        model = fit(by_kind[kind])
        held = model.pop("_predicted", None)
        if held is not None:
            model["least"], model["figures"]["released"] = gate(*held, RELEASE[kind])  # type: ignore[misc, index]
        models[kind] = model
    rows = sorted(f"{j.file} {j.record.kind} {j.record.local_key} {j.right}" for j in judged)
    data = {
        "made_by": "python -m benchmarks.fit_confidence",
        "data": "made-up documents, tuning part",
        "data_sha256": hashlib.sha256("\n".join(rows).encode()).hexdigest(),
        "models": models,
    }
    out = pattern_dir() / "models" / MODEL_FILE
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for kind, model in models.items():
        print(kind, model["least"], model["figures"])  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
