"""A calibration with all that makes it believable: where its rows come from, their hash, how well it did on layouts it had not
seen, and the plot of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractors.confidence import Calibration, Model
from extractors.trust.fitting import FEWEST, Case, Fitted, cross_validated, measure, reliability
from extractors.trust.gates import ALLOWED, Measured, gate
from extractors.trust.parts import CODE_BELIEF, FIELD_BELIEF, RECORD_BELIEF
from records.proof import percent
from records.trust import CLAIM_WORDS, CLAIMS, Claim


@dataclass(frozen=True, slots=True)
class Made:
    """A calibration and its measurements. ``figures``: per claim n, wrong, AUROC, Brier skill, what was left out; ``points``:
    per claim (said, right, rows); ``gates``: per claim and allowed share."""

    calibration: Calibration
    made_by: str
    rows: int
    documents: int
    layouts: int
    figures: Mapping[Claim, Mapping[str, Any]]
    points: Mapping[Claim, Sequence[tuple[float, float, int]]]
    gates: Mapping[Claim, Mapping[float, Measured]]

    def lines(self) -> list[str]:
        """The figures in plain words, a line each."""
        told = [f"{self.rows} rows of {self.documents} documents in {self.layouts} layouts, {self.calibration.origin}."]
        for claim, f in self.figures.items():
            skill = f"AUROC {f['auroc']}, Brier skill {f['brier_skill']}" if f["auroc"] is not None else "nothing to tell apart"
            told.append(f"{CLAIM_WORDS[claim]}: {f['n']} rows, {f['wrong']} wrong; {skill} (left out: {f['left_out']})")
            for allowed, m in self.gates[claim].items():
                where = "closed" if m.least is None else f"from {m.least:.3f}"
                proven = "" if m.least is None else f": {m.proof.says()}{'' if m.proven else ', not proven'}"
                told.append(f"    {percent(allowed)} allowed: {where}{proven}")
        kept = [CLAIM_WORDS[c] for c in CLAIMS if c not in self.figures and c in self.calibration.claims]
        if kept:
            told.append(f"Too few judged rows, the confidence from before stays: {', '.join(kept)}.")
        absent = [CLAIM_WORDS[c] for c in CLAIMS if c not in self.calibration.claims]
        if absent:
            told.append(f"Not measured, too few judged rows: {', '.join(absent)}. They wait for a person.")
        return told


def calibrate(
    cases: Sequence[Case],
    origin: str,
    made_by: str,
    around: Calibration | None = None,
    fewest: int = FEWEST,
    also: Sequence[Case] = (),
) -> Made:
    """Fits, leaves layouts out to measure, and sets the gates. ``around``: models that are believed before these rows are seen;
    a claim with fewer than ``fewest`` rows keeps those. ``also``: rows that are learnt from, not measured."""
    fitted = cross_validated(cases, around, fewest, also)
    said = {claim: _said(fitted, claim) for claim in CLAIMS}
    gates = {
        claim: {allowed: gate(_clear(fitted, claim), allowed) for allowed in ALLOWED}
        for claim in CLAIMS
        if claim in fitted.calibration.claims and said[claim]
    }
    claims = {
        claim: Model(claim, model.logistic, {share: m.least for share, m in gates[claim].items()})
        for claim, model in fitted.calibration.claims.items()
        if claim in gates
    }
    rows = sorted(f"{c.document} {c.record.kind} {c.record.local_key} {c.whole}" for c in (*cases, *also))
    digest = hashlib.sha256("\n".join(rows).encode("utf-8", "backslashreplace")).hexdigest()
    return Made(
        replace(fitted.calibration, claims={**(around.claims if around else {}), **claims}, origin=origin, data=digest),
        made_by,
        len(cases),
        len({c.document for c in cases}),
        len({c.layout for c in cases}),
        {c: {**measure(said[c]), "left_out": fitted.left_out.get("violation" if c == "code" else c, "")} for c in claims},
        {c: reliability(said[c]) for c in claims},
        gates,
    )


def as_json(made: Made) -> dict[str, Any]:
    """Models, gates, figures and the hash of the rows, as ``confidence.json`` holds them."""
    calibration = made.calibration
    return {
        "made_by": made.made_by,
        "origin": calibration.origin,
        "data_sha256": calibration.data,
        "rows": made.rows,
        "documents": made.documents,
        "layouts": made.layouts,
        "parts": {"field": list(FIELD_BELIEF), "record": list(RECORD_BELIEF), "code": list(CODE_BELIEF)},
        "fields": {n: {"intercept": m.intercept, "weights": m.weights} for n, m in sorted(calibration.fields.items())},
        "claims": {
            claim: {
                **({} if model.logistic is None else {"intercept": model.logistic.intercept, "weights": model.logistic.weights}),
                "gates": {str(share): least for share, least in model.gates.items()},
                **({} if claim not in made.figures else {
                    "at": {str(share): _gate(m) for share, m in made.gates[claim].items()},
                    "figures": dict(made.figures[claim]),
                    "reliability": made.points[claim],
                }),
            }
            for claim, model in calibration.claims.items()
        },
    }


def _said(fitted: Fitted, claim: Claim) -> list[tuple[float, bool]]:
    """(said, right) of every row: for a kind the exported confidence against all key fields, for codes their own."""
    if claim == "code":
        return [(p.claims["code"], p.case.right["code"]) for p in fitted.predicted if "code" in p.case.right]
    return [(p.confidence, p.case.whole) for p in fitted.predicted if p.case.record.kind == claim]


def _clear(fitted: Fitted, claim: Claim) -> list[tuple[float, bool, str]]:
    """(confidence the gate looks at, right, document) of rows that nothing else would hold."""
    return [
        (p.claims["code"] if claim == "code" else p.confidence, p.case.right[claim], p.case.document)
        for p in fitted.predicted
        if claim in p.case.right and p.case.clear
    ]


def _gate(m: Measured) -> dict[str, object]:
    return {
        "released": m.proof.checked, "wrong": m.proof.wrong, "bound": round(m.proof.bound, 5),
        "effect": round(m.proof.effect, 2), "proven": m.proven,
    }  # fmt: skip
