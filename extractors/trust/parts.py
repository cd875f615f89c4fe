"""The parts of a confidence as numbers: how a field was read, found and checked, and what the record as a whole shows.

Beside each part stands what is believed of it before any row is seen, in log-odds per unit; only parts named here are used. Data
may change how much a part counts but never its sign: well-read words can't speak against a value, and no sample may teach that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from records.record import Extraction, Record
from records.routing import required_fields

FIELD_BELIEF: Final[Mapping[str, float]] = {
    "reading": 3.0, "finding": 2.5, "is_ocr": -0.5, "agreed": 0.7, "disputed": -1.5, "repaired": -0.5, "inherited": -0.2,
    "inferred": -0.5, "handwritten": -2.0, "alternatives": -0.5, "doubted": -2.0, "certain": 1.0, "mean_conf": 1.0,
    "min_conf": 0.5, "guess_margin": 0.5, "section_matches_meaning": 0.5, "log_agrees": 1.0, "log_differs": -1.5,
    "worn": -0.5, "page_disputed": -1.0,
}  # fmt: skip
FIELD_START: Final = -2.0
"""Log-odds of a field none of whose parts speak for it."""

RECORD_BELIEF: Final[Mapping[str, float]] = {
    "weakest": 0.5, "together": 0.7, "findings": 0.3, "mean_conf": 0.5, "min_conf": 0.5, "list_structure": 0.5,
    "header_known": 0.5, "head_finding": 0.5, "sums_ok": 1.0, "subtotal_ok": 0.5, "row_conf_vs_neighbours": 1.0, "missing": -9.0,
    "no_parcel": -4.0, "several_parcels": -1.5, "doubts": -0.7, "handwritten_share": -3.0, "loose": -0.5, "unsure_tick": -2.0,
    "is_ocr": -0.3, "section_matches_meaning": 0.3, "code_repaired": -0.5, "cited": 0.3,
    "unexplained": -0.7, "written_on": -1.0, "bare": -1.5, "meaning": 0.5, "log_names_one": -4.0, "worn": -1.0,
    "page_disputed": -2.0, "says_defect": 1.0, "few_say_defects": -1.5, "head_found": 1.5,
}  # fmt: skip
RECORD_START: Final = -1.0

CODE_BELIEF: Final[Mapping[str, float]] = {
    "field": 0.5, "code_likely": 1.0, "code_ahead": 1.0, "code_named_first": 1.0, "code_known": 1.0, "code_specific": 1.0,
    "says_defect": 1.0,
}  # fmt: skip
"""Of a section that the machine assigned; see ``extractors.language.grounds``."""
CODE_START: Final = 0.0

MOST_DOUBTS: Final = 4
"""More doubts than this say nothing new."""
_SUREST, _LEAST_SURE = 6.0, -5.0
"""Log-odds beyond which one field's own confidence is not believed."""


def key_fields(record: Record) -> tuple[str, ...]:
    """The fields whose confidence makes the record's: those it can't be released without, and a section that was cited. A
    section that the machine assigned is a claim of its own."""
    names = required_fields(record)
    return (*names, "code") if record.kind == "violation" and record.text("code_basis") != "inferred" else names


def field_parts(record: Record, name: str) -> list[float]:
    """The parts of one field's confidence in the order of ``FIELD_BELIEF``. What was not measured counts as half."""
    found = record.fields[name]
    flags = set(found.flags)
    on_its_code = name in ("code", "category", "code_title")
    parts: dict[str, float] = {
        "reading": _known(found.reading),
        "finding": _known(found.finding),
        "is_ocr": is_ocr(record),
        "agreed": float("agreed" in flags),
        "disputed": float("disputed" in flags),
        "repaired": float(any("repair" in f or "guess" in f or "differs" in f for f in flags)),
        "inherited": float("inherited" in flags),
        "inferred": float("inferred" in flags),
        "handwritten": float("handwritten" in flags),
        "alternatives": float(bool(found.alternatives)),
        "doubted": float(any(r.field == name for r in record.reasons)),
        "certain": float("certain" in flags),
        "log_agrees": float("log_agrees" in flags),
        "log_differs": float("log_differs" in flags),
        "worn": _worn(record),
        "page_disputed": _feature(record, "page_disputed", 0.0),
        "mean_conf": _feature(record, "mean_conf", 1.0),
        "min_conf": _feature(record, "min_conf", 1.0),
        "guess_margin": _feature(record, "guess_margin", 1.0) if on_its_code and _assigned(record) else 1.0,
        "section_matches_meaning": _feature(record, "section_matches_meaning", 1.0) if on_its_code else 1.0,
    }
    return [parts[part] for part in FIELD_BELIEF]


def record_parts(record: Record, sure: Mapping[str, float], findings: Sequence[float] = ()) -> list[float]:
    """The parts of a record's confidence in the order of ``RECORD_BELIEF``. ``sure``: its fields' confidence; ``findings``: that
    of the status of a visit's findings, on which its result rests."""
    keys = [sure[name] for name in key_fields(record) if name in sure]
    together = math.prod(keys) if keys else 0.01
    several = any(r.field == "parcel_id" and r.code == "ambiguous" for r in record.reasons)
    missing = [n for n in required_fields(record) if record.value(n) is None]
    parts: dict[str, float] = {
        "weakest": log_odds(min(keys, default=0.01)),
        "together": log_odds(together),
        "findings": log_odds(min(findings, default=1.0)),
        "missing": float(sum(n != "parcel_id" for n in missing)),
        "no_parcel": float("parcel_id" in missing and not several),
        "several_parcels": float("parcel_id" in missing and several),
        "doubts": float(min(MOST_DOUBTS, len(record.reasons))),
        "is_ocr": is_ocr(record),
        "meaning": _feature(record, "guess_score", 1.0),
        "log_names_one": float("parcel_id" in missing and _flagged(record, "parcel_id", "log_names_one")),
        "worn": _worn(record),
        "says_defect": _feature(record, "says_defect", 1.0),
        "few_say_defects": 1 - _feature(record, "say_defects", 1.0),
        "head_found": min(1.0, _feature(record, "head_found", 8.0) / 8),
    }
    return [parts[part] if part in parts else _feature(record, part, 0.0) for part in RECORD_BELIEF]


def code_parts(record: Record, sure: Mapping[str, float]) -> list[float]:
    """The parts of the confidence in an assigned section, in the order of ``CODE_BELIEF``. ``sure``: the fields' confidence."""
    field = log_odds(sure.get("code", sure.get("category", 0.5)))
    return [field if part == "field" else _feature(record, part, _CODE_UNTOLD.get(part, 1.0)) for part in CODE_BELIEF]


_CODE_UNTOLD: Final = {"code_likely": -1.0}


def measured(record: Record) -> bool:
    """Whether reading and finding of all that the record can't do without were measured."""
    found = [e for n in required_fields(record) if (e := record.fields.get(n)) is not None and e.value is not None]
    return all(e.reading is not None and e.finding is not None for e in found)


def is_ocr(record: Record) -> float:
    """1.0 where the words came from OCR: some of them were read with less than certainty."""
    told = record.features.get("is_ocr")
    if told is not None:
        return float(told)
    return float(any(e.reading is not None and e.reading < 1.0 for e in _valued(record)))


def log_odds(p: float) -> float:
    """The log-odds of a probability, cut off where nothing measured could bear it."""
    p = min(1 - 1e-9, max(1e-9, p))
    return max(_LEAST_SURE, min(_SUREST, math.log(p / (1 - p))))


def _valued(record: Record) -> list[Extraction]:
    return [e for e in record.fields.values() if e.value is not None]


def _assigned(record: Record) -> bool:
    code = record.fields.get("code") or record.fields.get("category")
    return code is not None and (record.text("code_basis") == "inferred" or "inferred" in code.flags)


def _worn(record: Record) -> float:
    """How far the page's words were from being read with certainty, in tenths: 0 on clean text, 3 and more on poor copies."""
    return min(5.0, 10 * (1 - _feature(record, "page_conf", 1.0)))


def _flagged(record: Record, name: str, flag: str) -> bool:
    found = record.fields.get(name)
    return found is not None and flag in found.flags


def _known(part: float | None) -> float:
    return 0.5 if part is None else part


def _feature(record: Record, name: str, otherwise: float) -> float:
    value = record.features.get(name, otherwise)
    return value if math.isfinite(value) else otherwise
