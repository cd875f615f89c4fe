"""A labelled folder (``truth/*.json`` as in ``samples/``) against the records of a store: which are right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from records.record import Record
from records.vocabulary import Kind

Truth = Mapping[str, Any]
TRUTH_KEY: Mapping[Kind, str] = {"violation": "violations", "tax": "taxes", "water": "water"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A machine record and what truth says of it. ``right``: all key fields; ``fields``: of those it has, which are right; a
    record that matches no truth is wrong and has none. ``code_right``: of a section or category that the machine assigned."""

    record: Record
    right: bool
    layout: str
    condition: str
    file: str
    fields: Mapping[str, bool] = field(default_factory=dict)
    right_but_for_code: bool = False


def load_truth(folder: Path) -> dict[str, Truth]:
    """Truth by the file's name relative to the labelled folder's ``files``."""
    found = {}
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        found[truth["file"]] = truth
    return found


def judge(records: Sequence[Record], truth: Truth) -> list[Judged]:
    """Every record of one document, matched to truth by best assignment within its kind."""
    judged: list[Judged] = []
    for kind in ("inspection", "violation", "tax", "water"):
        ours = [r for r in records if r.kind == kind and not r.ignorable]
        theirs = _truth_of(truth, kind)
        true_ones = len(theirs)
        theirs += _ignorable(truth, kind)
        likeness = np.array([[_likeness(kind, r, t) for t in theirs] for r in ours]).reshape(len(ours), len(theirs))
        rows, columns = linear_sum_assignment(likeness, maximize=True)
        pair = {int(i): theirs[int(j)] for i, j in zip(rows, columns, strict=True) if likeness[i, j] >= 1}
        beside = {int(i) for i, j in zip(rows, columns, strict=True) if likeness[i, j] >= 1 and j >= true_ones}
        for i, r in enumerate(ours):
            if i in beside and kind == "violation" and r.text("status") == "corrected":
                continue  # quoted as corrected earlier, and said so: neither right nor wrong
            if i in beside:
                del pair[i]
            true = pair.get(i)
            if true is None:
                judged.append(Judged(r, False, truth["layout"], truth["condition"], truth["file"]))
                continue
            fields, whole = verdicts(r, true), right(kind, r, true)
            but_for_code = whole if kind != "violation" else all(
                fields.get(n, not true.get(n)) for n in ("parcel_id", "inspection_date", "status")
            )  # fmt: skip
            judged.append(Judged(r, whole, truth["layout"], truth["condition"], truth["file"], fields, but_for_code))
    return judged


def right(kind: Kind, record: Record, truth: Truth) -> bool:
    """All key fields right. A parcel that truth leaves open is right only when we leave it open too."""
    if record.text("parcel_id") != (truth.get("parcel_id") or ""):
        return False
    if kind == "inspection":
        return all(record.text(n) == str(truth.get(n) or "") for n in ("inspection_date", "result"))
    if kind == "violation":
        same = all(record.text(n) == str(truth.get(n) or "") for n in ("inspection_date", "status"))
        return same and _code_right(record, truth)
    if kind == "tax":
        same = record.text("fiscal_year") == str(truth["fiscal_year"]) and record.text("tax_type") == truth["tax_type"]
        return same and _number(record, "total") == _decimal(truth["total"])
    return record.text("period_end") == str(truth["period_end"] or "") and all(
        _number(record, n) == _decimal(truth[n]) for n in ("consumption", "amount")
    )


def verdicts(record: Record, truth: Truth) -> dict[str, bool]:
    """Which of the values that the record has are right, for fields that have one right answer."""
    said: dict[str, bool] = {}
    for name, found in record.fields.items():
        if found.value is None:
            continue
        if name == "code":
            said[name] = _code_right(record, truth)
        elif name == "category":
            said[name] = record.text(name) in {truth.get(name), *(truth.get("category_alt") or [])}
        elif name == "correct_by":
            said[name] = record.text(name) in {str(d or "") for d in (truth.get(name), *(truth.get("correct_by_alt") or []))}
        elif name in NUMBERS:
            said[name] = _number(record, name) == _decimal(truth.get(name))
        elif name in EXACT:
            said[name] = record.text(name) == str(truth.get(name) or "")
    return said


NUMBERS = ("total", "amount", "consumption", "principal", "interest", "fees", "previous_reading", "current_reading")
EXACT = (
    "parcel_id", "inspection_date", "status", "result", "inspection_type", "inspector", "case_number", "unit", "fiscal_year",
    "tax_type", "as_of_date", "account", "meter", "period_start", "period_end", "read_type",
)  # fmt: skip


def _truth_of(truth: Truth, kind: Kind) -> list[Truth]:
    found = []
    for report in truth["reports"]:
        visit = report.get("inspection") or {}
        if kind == "inspection":
            found += [visit] if visit else []
        elif kind == "violation":
            found += [{**{n: visit.get(n) for n in ("parcel_id", "inspection_date")}, **v} for v in report["violations"]]
        else:
            found += report[TRUTH_KEY[kind]]
    return found


def _ignorable(truth: Truth, kind: Kind) -> list[Truth]:
    """What stands on the paper and is no record: findings quoted as corrected earlier, rows and findings struck out by hand."""
    found: list[Truth] = []
    for report in truth["reports"]:
        for entry in report.get("ignorable") or ():
            if kind == ("tax" if "total" in entry else "violation"):
                visit = report.get("inspection") or {}
                blank = {"total": None, "fiscal_year": None, "description": "", "code": None, "category": None}
                found.append({**blank, **{n: visit.get(n) for n in ("parcel_id", "inspection_date")}, **entry})
    return found


def _likeness(kind: Kind, record: Record, truth: Truth) -> float:
    def same(name: str) -> float:
        return float(record.text(name) != "" and record.text(name) == str(truth.get(name)))

    if kind == "inspection":
        address = fuzz.token_sort_ratio(record.text("address_as_written").lower(), (truth["address_as_written"] or "").lower())
        return 1.2 * same("inspection_date") + same("parcel_id") + address / 100
    if kind == "violation":
        words = fuzz.token_set_ratio(record.text("description").lower(), (truth["description"] or "").lower()) / 100
        return (words if words >= 0.6 else 0.0) * 1.7 + 0.5 * float(_code_right(record, truth)) + 0.2 * same("page")
    if kind == "tax":
        total = float(_number(record, "total") == _decimal(truth["total"]))
        return total + 0.6 * same("fiscal_year") + 0.6 * same("account") + 0.6 * same("parcel_id") + 0.2 * same("tax_type")
    amount = float(_number(record, "amount") == _decimal(truth["amount"]))
    return 0.7 * same("meter") + 0.7 * same("account") + 0.7 * same("period_end") + 0.7 * amount


def _code_right(record: Record, truth: Truth) -> bool:
    codes = [c for c in record.text("code").split("; ") if c]
    if not codes:
        categories = {truth.get("category"), *(truth.get("category_alt") or [])}
        return truth.get("code") is None and record.text("category") in categories
    allowed = [truth.get("code"), truth.get("code_inferred"), *(truth.get("codes") or []), *(truth.get("code_alt") or [])]
    return all(any(_fits(c, a) for a in allowed if a) for c in codes)


def _fits(ours: str, theirs: str) -> bool:
    a, b = (re.sub(r"[\s.,]+", "", c).upper() for c in (ours, theirs))
    bare_a, bare_b = (re.sub(r"(\([A-Z0-9]+\))+$", "", c) for c in (a, b))
    return bare_a == bare_b and (a in (b, bare_a) or b == bare_b)


def _number(record: Record, name: str) -> Decimal | None:
    value = record.value(name)
    return value if isinstance(value, Decimal) else None if value is None else Decimal(str(value))


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
