"""One violation from first citation to correction, over the initial report and the re-inspections of its case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from extractors.crossing.cases import SAME_WORDS, Visit, by_key, same_finding
from records.links import History, Link
from records.record import Record


def histories(visits: Sequence[Visit], links: Sequence[Link]) -> tuple[History, ...]:
    """First citation, repeats and correction of every counted violation.

    Only a re-inspection speaks of earlier findings: an initial report months later cites anew. A re-inspection whose first
    report is not at hand dates its findings by the original inspection that it names.
    """
    copied = {link.record_id for link in links}
    counted = [v for v in visits if v.inspection.record_id not in copied and v.on is not None]
    counted.sort(key=lambda v: (v.on or date.min, v.is_reinspection, v.filed.path))
    keyed = by_key(counted)
    first: dict[str, tuple[Record, date]] = {}  # violation -> the record that first cited it, and when
    corrected: dict[str, date] = {}
    for visit in counted:
        assert visit.on is not None
        earlier = _earlier(visit, keyed)
        known = {v.record_id: v for e in earlier for v in e.violations} if visit.is_reinspection else {}
        match = _match(visit.violations, [v for v in known.values() if first[v.record_id][0] is v])
        for violation in visit.violations:
            origin = match.get(violation.record_id)
            if origin is not None:
                first[violation.record_id] = (origin, first[origin.record_id][1])
            else:
                cited = visit.original_on if visit.is_reinspection and visit.original_on else visit.on
                first[violation.record_id] = (violation, cited)
            if violation.text("status") == "corrected":
                corrected.setdefault(first[violation.record_id][0].record_id, visit.on)
    return tuple(
        History(
            record_id,
            first_cited_date=cited,
            corrected_date=corrected.get(origin.record_id),
            repeat_of="" if origin.record_id == record_id else origin.record_id,
        )
        for record_id, (origin, cited) in sorted(first.items())
    )


def _earlier(visit: Visit, keyed: Mapping[tuple[str, ...], list[Visit]]) -> list[Visit]:
    """Visits before this one of the same case, or of the same place where the dates say so."""
    assert visit.on is not None
    together = list(keyed.get(("case", visit.case), [])) if visit.case else []
    for other in keyed.get(("place", visit.place[0]), []):
        same_unit = other.place[1] == visit.place[1]
        fits_original = visit.original_on is not None and other.on == visit.original_on
        if all(other is not t for t in together) and same_unit and (fits_original or not (visit.case and other.case)):
            together.append(other)
    return [v for v in together if v is not visit and v.on is not None and v.on < visit.on]


def _match(now: Sequence[Record], before: Sequence[Record]) -> dict[str, Record]:
    if not now or not before:
        return {}
    from scipy.optimize import linear_sum_assignment  # only here: SciPy costs more than a night of few papers

    likeness = np.array([[same_finding(a, b) for b in before] for a in now])
    rows, columns = linear_sum_assignment(likeness, maximize=True)
    return {now[i].record_id: before[j] for i, j in zip(rows, columns, strict=True) if likeness[i, j] * 100 >= SAME_WORDS}
