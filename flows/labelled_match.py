"""Rows of an export and labelled records of the same file, brought together by what they say, and judged field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from records.vocabulary import Kind

Row = Mapping[str, str]
Truth = Mapping[str, Any]

KEYS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "inspection": ("parcel_id", "inspection_date", "result"),
    "violation": ("parcel_id", "inspection_date", "status", "code"),
    "tax": ("parcel_id", "fiscal_year", "tax_type", "total"),
    "water": ("parcel_id", "period_end", "consumption", "amount"),
}
FIELDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "inspection": (*KEYS["inspection"], "inspection_type", "inspector", "case_number", "unit"),
    "violation": (*KEYS["violation"], "category", "correct_by", "unit", "description", "location"),
    "tax": (*KEYS["tax"], "account", "owner", "code", "principal", "interest", "fees", "as_of_date"),
    "water": (*KEYS["water"], "account", "meter", "period_start", "previous_reading", "current_reading", "unit", "read_type"),
}
_NUMBERS = frozenset(
    {"fiscal_year", "total", "principal", "interest", "fees", "consumption", "amount", "previous_reading", "current_reading"}
)
_WORDS = frozenset({"description", "location", "owner", "inspector"})
SAME_WORDS: Final = 85
"""Token-set likeness (0..100) from which two texts say the same."""
LEAST: Final = 1.0
"""Likeness from which a row may be a labelled record at all: two agreeing facts or one telling one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A row with its labelled record; one of them None where the other has no partner."""

    file: str
    key: tuple[str, int]  # the labelled record: file and number in it
    row: Row | None
    truth: Truth | None
    fields: Mapping[str, bool]
    right: bool

    @property
    def released(self) -> bool:
        return self.row is not None and self.row.get("state") == "accepted"

    @property
    def confidence(self) -> float:
        """As exported; one half where none was measured."""
        try:
            return float((self.row or {}).get("confidence") or 0.5)
        except ValueError:
            return 0.5


def match(
    kind: Kind, file: str, rows: Sequence[Row], truths: Sequence[Truth], ignorable: Sequence[Truth] = ()
) -> list[Pair]:
    """Every row and every labelled record of one file once, the best assignment first. A row that is rather one of
    ``ignorable`` is left out, unless it was released as a finding."""
    everything = [*truths, *ignorable]
    likeness = np.array([[_alike(kind, r, t) for t in everything] for r in rows]).reshape(len(rows), len(everything))
    found: dict[int, int] = {}
    for i, j in zip(*linear_sum_assignment(likeness, maximize=True), strict=True):
        if likeness[i, j] >= LEAST:
            found[int(i)] = int(j)
    pairs: list[Pair] = []
    for i, row in enumerate(rows):
        at = found.get(i)
        if at is not None and at >= len(truths):
            asserted = row.get("state") == "accepted" and not (kind == "violation" and row.get("status") == "corrected")
            if asserted:
                pairs.append(Pair(file, (file, -1 - i), row, None, {}, False))
            continue
        truth = None if at is None else truths[at]
        fields = {} if truth is None else judged(kind, row, truth)
        right = truth is not None and all(_key_right(kind, name, row, truth, fields) for name in KEYS[kind])
        pairs.append(Pair(file, (file, -1 - i if at is None else at), row, truth, fields, right))
    taken = set(found.values())
    pairs += [Pair(file, (file, j), None, t, {}, False) for j, t in enumerate(truths) if j not in taken]
    return pairs


def judged(kind: Kind, row: Row, truth: Truth) -> dict[str, bool]:
    """Field -> right, for fields where either side has a value."""
    return {
        name: _field_right(name, row, truth)
        for name in FIELDS[kind]
        if row.get(name) or truth.get(name) not in (None, "") or (name == "code" and _codes_of(truth))
    }


def _key_right(kind: Kind, name: str, row: Row, truth: Truth, fields: Mapping[str, bool]) -> bool:
    if kind == "violation" and name == "code" and not row.get("code"):
        # Nothing was cited and nothing assigned: then the category has to be right.
        return not truth.get("code") and _category_right(row, truth)
    return fields.get(name, True)


def _field_right(name: str, row: Row, truth: Truth) -> bool:
    ours, theirs = row.get(name) or "", truth.get(name)
    if name == "parcel_id":
        if theirs:
            return _squeeze(ours) == _squeeze(str(theirs))
        return not ours or (row.get("state") != "accepted" and ours in (truth.get("parcel_alt") or []))
    if name == "code" and ("status" in row or "category" in row):
        return _code_right(ours, truth)
    if name == "category":
        return _category_right(row, truth)
    if name == "correct_by":
        return ours in {str(d or "") for d in (theirs, *(truth.get("correct_by_alt") or []))}
    if name in _NUMBERS:
        return _number(ours) == _number(theirs)
    if name in _WORDS:
        return fuzz.token_set_ratio(ours.lower(), str(theirs or "").lower()) >= SAME_WORDS if ours and theirs else False
    return _squeeze(ours) == _squeeze(str(theirs or ""))


def _category_right(row: Row, truth: Truth) -> bool:
    return bool(row.get("category")) and row["category"] in {truth.get("category"), *(truth.get("category_alt") or [])}


def _codes_of(truth: Truth) -> list[str]:
    some = [truth.get("code"), truth.get("code_inferred"), *(truth.get("codes") or []), *(truth.get("code_alt") or [])]
    return [c for c in some if c]


def _code_right(ours: str, truth: Truth) -> bool:
    """Every section given is one that was cited or may be assigned; paragraphs have to agree where both name one."""
    given = [c for c in re.split(r"\s*;\s*", ours) if c]
    if not given:
        return not truth.get("code")
    return all(any(_same_section(c, allowed) for allowed in _codes_of(truth)) for c in given)


def _same_section(a: str, b: str) -> bool:
    (section_a, paragraph_a), (section_b, paragraph_b) = _section(a), _section(b)
    return section_a == section_b and (paragraph_a == paragraph_b or not paragraph_a or not paragraph_b)


def _section(code: str) -> tuple[str, str]:
    bare = re.sub(r"[^A-Z0-9.()]", "", code.upper())
    found = re.match(r"(.*?)((?:\([A-Z0-9]+\))*)$", bare)
    return (found.group(1).rstrip("."), found.group(2)) if found else (bare, "")


def _alike(kind: Kind, row: Row, truth: Truth) -> float:
    """How much a row looks like a labelled record: what tells records of its kind apart counts most."""

    def same(name: str) -> float:
        if not row.get(name) or truth.get(name) in (None, ""):
            return 0.0
        return float(_field_right(name, row, truth))

    def words(name: str, scorer: Callable[..., float] = fuzz.token_set_ratio) -> float:
        return float(scorer((row.get(name) or "").lower(), str(truth.get(name) or "").lower())) / 100

    if kind == "inspection":
        return 0.9 * same("inspection_date") + 0.9 * same("parcel_id") + 0.6 * words("address_as_written", fuzz.token_sort_ratio)
    if kind == "violation":
        text = words("description")
        return (1.6 * text if text >= 0.6 else 0.0) + 0.5 * same("code") + 0.2 * same("category") + 0.2 * same("page")
    if kind == "tax":
        return same("total") + 0.6 * (same("fiscal_year") + same("account") + same("parcel_id")) + 0.2 * same("page")
    return 0.7 * (same("meter") + same("account") + same("period_end") + same("amount")) + 0.2 * same("parcel_id")


def _squeeze(text: str) -> str:
    return re.sub(r"[\s#]+", "", text).upper()


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value).replace(",", "").replace("$", ""))
    except InvalidOperation:
        return None
