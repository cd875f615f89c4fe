"""Visits and findings of all documents, keyed so that those of one case lie together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from records.document import TextSource
from records.record import Outcome, Record, Value

SAME_WORDS = 82
"""Token-sort likeness (0..100) from which two descriptions are the same finding retyped or re-read by OCR."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A document's outcome and where the document lies. ``values`` are settled values where a person decided."""

    sha256: str
    path: str
    text_source: TextSource
    media_type: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection with its findings. ``folder`` is the folder the file lies in, where the city files by permit record."""

    filed: Filed
    inspection: Record
    violations: tuple[Record, ...]

    @property
    def on(self) -> date | None:
        return as_date(self.inspection.value("inspection_date"))

    @property
    def original_on(self) -> date | None:
        return as_date(self.inspection.value("original_inspection_date"))

    @property
    def case(self) -> str:
        """The case the visit belongs to: as printed, else the permit record it was joined to."""
        return (self.inspection.text("case_number") or self.inspection.text("permit_record")).upper().replace(" ", "")

    @property
    def parcel(self) -> str:
        return self.inspection.text("parcel_id")

    @property
    def place(self) -> tuple[str, str]:
        """Parcel (or the address as written, where no parcel is known) and unit: where this visit was."""
        return self.parcel or squeeze(self.inspection.text("address_as_written")), squeeze(self.inspection.text("unit"))

    @property
    def is_reinspection(self) -> bool:
        return self.inspection.text("inspection_type") == "reinspection"


def as_date(value: Value | None) -> date | None:
    return value if isinstance(value, date) else None


def squeeze(text: str) -> str:
    """Letters and digits only, lower case."""
    return "".join(c for c in text.lower() if c.isalnum())


def visits_of(filed: Iterable[Filed]) -> list[Visit]:
    """Every visit of every document, in order of path and place in the file."""
    visits = []
    for document in sorted(filed, key=lambda f: (f.path, f.sha256)):
        records = document.outcome.records
        for inspection in (r for r in records if r.kind == "inspection" and not r.ignorable):
            findings = tuple(r for r in records if r.kind == "violation" and r.parent == inspection.record_id and not r.ignorable)
            visits.append(Visit(document, inspection, findings))
    return visits


def same_finding(a: Record, b: Record) -> float:
    """How much two violations look like one, 0..1; 0 where they can't be: other sections, or other words."""
    words = fuzz.token_sort_ratio(_words(a), _words(b)) / 100
    subset = fuzz.token_set_ratio(_words(a), _words(b)) / 100
    likeness = max(words, 0.9 * subset)
    code_a, code_b = _section(a), _section(b)
    if code_a and code_b:
        likeness += 0.1 if code_a == code_b else -0.15
    unit_a, unit_b = squeeze(a.text("unit")), squeeze(b.text("unit"))
    if unit_a and unit_b and unit_a != unit_b:
        return 0.0
    return max(0.0, min(1.0, likeness))


def _words(record: Record) -> str:
    description, location = record.text("description").lower(), record.text("location").lower()
    return description if location in description else f"{description} {location}"


def _section(record: Record) -> str:
    return record.text("code").split(";")[0].split("(")[0].strip()


def by_key(visits: Iterable[Visit]) -> Mapping[tuple[str, ...], list[Visit]]:
    """Visits that may belong together: by case, and by place."""
    groups: dict[tuple[str, ...], list[Visit]] = {}
    for visit in visits:
        keys: set[tuple[str, ...]] = set()
        if visit.case:
            keys.add(("case", visit.case))
        if visit.place[0]:
            keys.add(("place", visit.place[0]))
        for key in keys:
            groups.setdefault(key, []).append(visit)
    return groups
