"""The probability that a record is right, from parts kept apart: reading, finding, checking.

A small logistic model per kind, fitted on truth (``benchmarks/fit_confidence.py`` made the shipped one from
made-up documents: a prior, and the exports say so). Applying it needs no library, so that a re-run is cheap.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from extractors.rulebook import pattern_dir
from records.errors import PatternError
from records.record import Record
from records.routing import Gate, required_fields
from records.vocabulary import Kind

MODEL_FILE = "confidence.json"

COMMON = ("reading", "reading_mean", "finding", "finding_mean", "missing", "repaired", "doubts", "is_ocr")
"""Parts that every kind has: lowest and mean reading and finding over the required fields, how many of them are missing or
were repaired, how many doubts the checks raised, and whether the words came from OCR."""


@dataclass(frozen=True, slots=True)
class Model:
    """Logistic model of one kind: ``weights`` by part. ``gates`` says, for some shares of wrong records that a city may allow,
    the confidence from which records leave (None: not even the surest records were right often enough, so all wait)."""

    kind: Kind
    weights: Mapping[str, float]
    intercept: float
    gates: Mapping[float, float | None]

    def least(self, allowed: float) -> float | None:
        """The confidence asked for when ``allowed`` may be wrong: that of the nearest measured share that is no larger."""
        measured = [share for share in self.gates if share <= allowed + 1e-9]
        return self.gates[max(measured)] if measured else None

    def probability(self, parts: Mapping[str, float]) -> float:
        score = self.intercept + sum(weight * parts.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def parts_of(record: Record) -> dict[str, float]:
    """The numbers a record's confidence is made of: the common parts and the record's own features."""
    names = [*required_fields(record), "code"] if record.kind == "violation" else [*required_fields(record)]
    found = [record.fields[n] for n in names if n in record.fields and record.fields[n].value is not None]
    readings = [1.0 if e.reading is None else e.reading for e in found]
    findings = [0.5 if e.finding is None else e.finding for e in found]
    flags = {flag for e in found for flag in e.flags}
    own = {k: v for k, v in record.features.items() if math.isfinite(v)}
    return {
        **own,
        "reading": min(readings, default=0.0),
        "reading_mean": sum(readings) / len(readings) if readings else 0.0,
        "finding": min(findings, default=0.0),
        "finding_mean": sum(findings) / len(findings) if findings else 0.0,
        "missing": float(sum(record.value(n) is None for n in required_fields(record))),
        "repaired": float(any("repair" in flag or "guess" in flag for flag in flags)),
        "doubts": float(len(record.reasons)),
        "is_ocr": float(min(readings, default=1.0) < 1.0),
    }


def with_confidence(record: Record, models: Mapping[Kind, Model]) -> Record:
    """The record with its calibrated confidence; None where a required field's reading was not measured."""
    model = models.get(record.kind)
    unmeasured = any(
        (e := record.fields.get(n)) is not None and e.value is not None and (e.reading is None or e.finding is None)
        for n in required_fields(record)
    )
    if model is None or unmeasured:
        return replace(record, confidence=None)
    return replace(record, confidence=round(model.probability(parts_of(record)), 4))


def gates(models: Mapping[Kind, Model], allowed: Mapping[str, float]) -> dict[Kind, Gate]:
    """The gate of each kind that a model is there for. ``allowed``: share of wrong records by kind, from the city's settings."""
    return {kind: Gate(kind, model.least(allowed[kind]) if kind in allowed else None) for kind, model in models.items()}


@cache
def load_models() -> dict[Kind, Model]:
    """The fitted models of ``patterns/models``; none where the file is missing, and then every record waits for a person.

    Raises PatternError if the file is there but can't be used."""
    path = pattern_dir() / "models" / MODEL_FILE
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {
            kind: Model(kind, dict(m["weights"]), float(m["intercept"]), _shares(m["gates"]))
            for kind, m in data["models"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise PatternError(f"{path}: not a confidence model ({error}); run the fit again or restore the file.") from error


def _shares(gates: Mapping[str, float | None]) -> dict[float, float | None]:
    return {float(share): None if least is None else float(least) for share, least in gates.items()}
