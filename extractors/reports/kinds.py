"""What a page is: signs from titles, labels, citations and sentences add up; each is named, so that a clerk sees why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.reports.wording import Wording
from records.vocabulary import DocType

NOTHING_KNOWN = ("no labels or statements of a report",)
"""Why a page is none of ours though nothing says what else it is."""
TOP_SHARE = 250  # characters of the page's beginning: what it calls itself there counts twice


@dataclass(frozen=True)
class Kind:
    """The likeliest kind with its score and reasons; ``other`` with the reason why nothing fits."""

    doc_type: DocType
    score: float
    why: tuple[str, ...]


def kind_of(text: str, known: Wording, findings: bool = False) -> Kind:
    """The kind of a text (a page or a whole report). ``findings``: its layout holds a table or list of findings."""
    flat = re.sub(r"[ \t]+", " ", text)
    if len(re.findall(r"\w{2,}", flat)) < 3:
        return Kind("other", 0.0, ("no text",))
    best = Kind("other", 0.0, ())
    for name, (least, signs) in known.kinds.items():
        hits = [s for s in signs if s.seen(flat)]
        score = sum(s.weight for s in hits) + (1.0 if findings and hits and name.endswith("inspection") else 0.0)
        if score >= least and score > best.score:
            best = Kind(_doc_type(name), score, tuple(f"{s.id} ({s.weight:g})" for s in hits))
    against = [s for s in known.junk if s.seen(flat)]
    penalty = sum(s.weight * (2 if s.pattern.search(flat[:TOP_SHARE]) else 1) for s in against)
    if best.doc_type == "other":
        return Kind("other", 0.0, (against[0].id,) if against else NOTHING_KNOWN)
    if penalty and best.score - penalty < 3.0:
        return Kind("other", best.score - penalty, (against[0].id,))
    return best


def _doc_type(name: str) -> DocType:
    kinds: dict[str, DocType] = {
        "housing_inspection": "housing_inspection", "fire_inspection": "fire_inspection",
        "tax_delinquency": "tax_delinquency", "water_usage": "water_usage",
    }  # fmt: skip
    return kinds.get(name, "other")
