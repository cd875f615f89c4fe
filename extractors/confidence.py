"""The probability that a value, and a record, is right, from parts kept apart: reading, finding, checking.

Small logistic models, fitted on rows that were judged: ``extractors.trust.fitting`` makes them, from made-up documents (the
shipped ones: a prior, and the exports say so) or from a city's own decisions (``lotline calibrate``). Applying them needs no
library, so that a re-run is cheap.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from extractors.rulebook import pattern_dir
from extractors.trust.parts import (
    CODE_BELIEF,
    FIELD_BELIEF,
    RECORD_BELIEF,
    code_parts,
    field_parts,
    key_fields,
    measured,
    record_parts,
)
from records.errors import PatternError
from records.record import Record
from records.routing import CLOSED, Gate
from records.trust import CLAIMS, Claim
from records.vocabulary import KINDS, Kind

MODEL_FILE = "confidence.json"
ANY_FIELD = "*"
"""The model of fields of which too few were seen for one of their own."""


def field_model(kind: Kind, name: str) -> str:
    """What the model of a field is called. Rows of lists and findings of reports are read in such different ways that what is
    learnt from thousands of amounts in columns says nothing of a date in a letter."""
    return f"{'report' if kind in ('inspection', 'violation') else 'list'}/{name}"


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights in the order of the parts they weigh."""

    intercept: float
    weights: tuple[float, ...]

    def probability(self, parts: Sequence[float]) -> float:
        score = self.intercept + sum(w * p for w, p in zip(self.weights, parts, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of one claim. ``gates`` says, for some shares of wrong records that a city may allow, the confidence from
    which records leave (None: not even the surest records were right often enough, so all wait)."""

    claim: Claim
    logistic: Logistic | None
    gates: Mapping[float, float | None]

    def least(self, allowed: float) -> float | None:
        """The confidence asked for when ``allowed`` may be wrong: that of the nearest measured share that is no larger."""
        known = [share for share in self.gates if share <= allowed + 1e-9]
        return self.gates[max(known)] if known else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """All models, and where they come from: ``origin`` in words, ``data`` the hash of the rows they were fitted on."""

    fields: Mapping[str, Logistic] = field(default_factory=dict)
    claims: Mapping[Claim, Model] = field(default_factory=dict)
    origin: str = ""
    data: str = ""

    def field_confidence(self, record: Record, name: str) -> float | None:
        """How sure one field is; None where reading or finding of it was not measured, or nothing was fitted."""
        found = record.fields.get(name)
        model = next((m for n in (name, ANY_FIELD) if (m := self.fields.get(field_model(record.kind, n))) is not None), None)
        if model is None or found is None or found.value is None or found.reading is None or found.finding is None:
            return None
        return model.probability(field_parts(record, name))


    def code_confidence(self, record: Record, fields: Mapping[str, float]) -> float:
        """How sure a section is that the machine assigned; ``fields``: the confidence of the record's fields."""
        model = self.claims.get("code")
        if model is None or model.logistic is None:
            return fields.get("code", fields.get("category", 1.0))
        return model.logistic.probability(code_parts(record, fields))


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure a record is (None = not measured), and each of its fields as far as measured."""

    record: float | None
    fields: Mapping[str, float]


def sureness(record: Record, calibration: Calibration, findings: Sequence[Record] = ()) -> Sure:
    """The calibrated confidence of a record and of its fields. ``findings``: the violations of a visit."""
    fields = {}
    for name in record.fields:
        sure = calibration.field_confidence(record, name)
        if sure is not None:
            fields[name] = sure
    assigned = record.text("code_basis") == "inferred"
    if assigned and "code" in fields:
        fields["code"] = calibration.code_confidence(record, fields)
    model = calibration.claims.get(record.kind)
    if model is None or model.logistic is None or not measured(record):
        return Sure(None, _rounded(fields))
    seen = {name: fields[name] for name in key_fields(record) if name in fields}
    below = [p for f in findings if (p := calibration.field_confidence(f, "status")) is not None]
    together = model.logistic.probability(record_parts(record, seen, below))
    if assigned:
        together *= fields.get("code", fields.get("category", 1.0))
    return Sure(round(together, 4), _rounded(fields))


def with_confidence(record: Record, calibration: Calibration, findings: Sequence[Record] = ()) -> Record:
    """The record with its calibrated confidence; None where a required field's reading was not measured."""
    return replace(record, confidence=sureness(record, calibration, findings).record)


def parts_of(record: Record, calibration: Calibration | None = None) -> dict[str, float]:
    """The numbers a record's confidence is made of, by name; those of the shipped models where none are given."""
    known = load_models() if calibration is None else calibration
    sure = {n: p for n in key_fields(record) if (p := known.field_confidence(record, n)) is not None}
    return dict(zip(RECORD_BELIEF, record_parts(record, sure), strict=True))


def gates(calibration: Calibration, allowed: Mapping[str, float], closed: Sequence[Claim] = ()) -> dict[Kind, Gate]:
    """The gate of each kind that a model is there for. ``allowed``: share of wrong records by claim, from the city's settings;
    ``closed``: claims whose gate a breach has closed."""

    def least(claim: Claim) -> float | None:
        if claim in closed:
            return CLOSED
        model = calibration.claims.get(claim)
        return model.least(allowed[claim]) if model is not None and claim in allowed else None

    return {kind: Gate(kind, least(kind), least("code")) for kind in KINDS if kind in calibration.claims}


@cache
def load_models() -> Calibration:
    """The shipped models of ``patterns/models``; none where the file is missing, and then every record waits for a person.

    Raises PatternError if the file is there but can't be used."""
    path = pattern_dir() / "models" / MODEL_FILE
    return read_calibration(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else Calibration()


def read_calibration(text: str, where: str) -> Calibration:
    """Models from JSON; ``where`` names it in messages. Raises PatternError where this version can't use them."""
    try:
        data = json.loads(text)
        of_fields, of_records, of_codes = (data["parts"].get(name, []) for name in ("field", "record", "code"))
        if gone := {*of_fields} - FIELD_BELIEF.keys() | {*of_records} - RECORD_BELIEF.keys() | {*of_codes} - CODE_BELIEF.keys():
            raise ValueError(f"made by another version, of parts this one does not know: {', '.join(sorted(gone))}")
        parts = (of_records, of_codes)
        return Calibration(
            fields={name: _logistic(m, of_fields, list(FIELD_BELIEF)) for name, m in data["fields"].items()},
            claims={c: _model(c, data["claims"][c], parts[c == "code"]) for c in CLAIMS if c in data["claims"]},
            origin=data["origin"],
            data=data["data_sha256"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise PatternError(f"{where}: not a confidence model ({error}); run the fit again or restore it.") from error


def _model(claim: Claim, data: Mapping[str, Any], parts: Sequence[str]) -> Model:
    known = list(CODE_BELIEF if claim == "code" else RECORD_BELIEF)
    logistic = None if "weights" not in data else _logistic(data, parts, known)
    shares = {float(share): None if least is None else float(least) for share, least in data["gates"].items()}
    return Model(claim, logistic, shares)


def _logistic(data: Mapping[str, Any], parts: Sequence[str], now: Sequence[str]) -> Logistic:
    """A model fitted on ``parts``, in the order of those known now: one that came later weighs nothing until the next fit."""
    weights = dict(zip(parts, (float(w) for w in data["weights"]), strict=True))
    return Logistic(float(data["intercept"]), tuple(weights.get(part, 0.0) for part in now))


def _rounded(fields: Mapping[str, float]) -> dict[str, float]:
    return {name: round(p, 4) for name, p in fields.items()}
