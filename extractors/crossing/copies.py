"""The same report again: the Word original, the uploaded PDF, a re-scan of the paper. Counted once, best evidence kept.

Same case or place, same date, and findings that agree: one report. Where single findings differ (the PDF was corrected after
the Word file was saved), what the first says counts, and the other's differing rows wait for a person as ``possible_copy``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz

from extractors.crossing.cases import SAME_WORDS, Visit, by_key, same_finding, squeeze
from records.links import Link
from records.record import Record

AGREE = 0.6
"""Share of the shorter report's findings that must be in the other for two visits of one day and place to be one report.
Two inspectors at one address on one day write different findings; a copy with one line corrected still agrees."""

TORN = 90.0
"""Likeness (0..100) of a scrap's letters to a part of a finding from which the scrap is that finding again."""

BEST_EVIDENCE = {"text_layer": 0, "office": 0, "mixed": 1, "ocr": 2, "none": 3}


def copies(visits: Sequence[Visit]) -> tuple[Link, ...]:
    """Links from every record of a repeated report to its record in the report that counts."""
    counted: dict[int, int] = {}  # visits that count, by identity: their turn
    differing: dict[str, list[Record]] = {}  # by the inspection that counts: rows of its copies that it does not have
    links: dict[str, Link] = {}
    keyed = by_key(visits)
    for visit in sorted(visits, key=_rank):
        rivals = [v for group in (keyed.get(("case", visit.case), []), keyed.get(("place", visit.place[0]), [])) for v in group]
        fitting = {id(v): v for v in rivals if id(v) in counted and _may_be_same(v, visit)}
        originals = sorted(fitting.values(), key=lambda v: counted[id(v)])
        best = max(((pairing(o, visit), o) for o in originals), key=lambda p: p[0][0], default=None)
        if best is None or best[0][0] < AGREE:
            counted[id(visit)] = len(counted)
            continue
        (_, pairs), original = best
        known = differing.setdefault(original.inspection.record_id, [])
        for link in _links(original, visit, pairs, known):
            links.setdefault(link.record_id, link)
    return tuple(sorted(links.values(), key=lambda link: link.record_id))


def _rank(visit: Visit) -> tuple[int, int, str, str]:
    """Text before scan; of those the Word file before the PDF made of it, as it was written first; then by name."""
    office = 0 if visit.filed.text_source == "office" else 1
    return BEST_EVIDENCE[visit.filed.text_source], office, visit.filed.path, visit.inspection.record_id


def _may_be_same(a: Visit, b: Visit) -> bool:
    if a.filed.sha256 == b.filed.sha256 or a.on is None or a.on != b.on:
        return False
    if a.inspection.text("department") != b.inspection.text("department"):
        return False
    units = {squeeze(a.inspection.text("unit")), squeeze(b.inspection.text("unit"))} - {""}
    if len(units) > 1:
        return False
    return (a.case != "" and a.case == b.case) or a.place[0] == b.place[0]


def pairing(a: Visit, b: Visit) -> tuple[float, list[tuple[Record, Record]]]:
    """Share of the shorter list that is found in the other, and the pairs. Two visits without a finding agree wholly."""
    if not a.violations or not b.violations:
        return (1.0, []) if not a.violations and not b.violations else (0.0, [])
    from scipy.optimize import linear_sum_assignment  # only here: SciPy costs more than a night of few papers

    likeness = np.array([[same_finding(x, y) for y in b.violations] for x in a.violations])
    rows, columns = linear_sum_assignment(likeness, maximize=True)
    pairs = [(a.violations[i], b.violations[j]) for i, j in zip(rows, columns, strict=True) if likeness[i, j] * 100 >= SAME_WORDS]
    return len(pairs) / min(len(a.violations), len(b.violations)), pairs


def _links(original: Visit, copy: Visit, pairs: list[tuple[Record, Record]], known: list[Record]) -> list[Link]:
    """Links of one copy. A row that another copy already had differently from the original (``known``) is the same question
    again: the scan of a corrected PDF asks nothing new. Its own differing rows are added to ``known``."""
    links = [Link(copy.inspection.record_id, "same_as", original.inspection.record_id)]
    links += [Link(theirs.record_id, "same_as", ours.record_id) for ours, theirs in pairs]
    paired = {theirs.record_id for _, theirs in pairs}
    unpaired_ours = [v for v in original.violations if all(v is not ours for ours, _ in pairs)]
    for theirs in copy.violations:
        if theirs.record_id in paired:
            continue
        asked = next((k for k in known if same_finding(k, theirs) * 100 >= SAME_WORDS), None)
        if asked is not None:
            links.append(Link(theirs.record_id, "same_as", asked.record_id))
            continue
        torn = next((o for o in original.violations if _is_part_of(theirs, o)), None) if copy.filed.text_source == "ocr" else None
        if torn is not None:
            links.append(Link(theirs.record_id, "same_as", torn.record_id))
            continue
        known.append(theirs)
        nearest = max(unpaired_ours, key=lambda o: same_finding(o, theirs), default=None)
        where = f"{original.filed.path} is the same report"
        says = f", and says instead: {nearest.text('description')!r}" if nearest else ", and does not have this finding"
        links.append(Link(theirs.record_id, "possible_copy_of", original.inspection.record_id, where + says))
    return links


def _is_part_of(piece: Record, whole: Record) -> bool:
    """Whether a row of a scan is a torn-off piece of a finding: it cites no other section and its words are some of that
    finding's."""
    said, full = squeeze(piece.text("description")), squeeze(whole.text("description") + whole.text("code_as_written"))
    sections = {r.text("code").split(";")[0].split("(")[0].strip() for r in (piece, whole)} - {""}
    return 6 <= len(said) < len(full) and len(sections) <= 1 and fuzz.partial_ratio(said, full) >= TORN
