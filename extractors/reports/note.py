"""How much of a bare note speaks of findings: the difference between an inspector's note and any other page with a date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.language.citations import parse_citations
from extractors.language.findings import is_negated
from extractors.language.meaning import assign
from extractors.language.sentences import sentences
from extractors.reports.build import LOOSE_ENOUGH
from extractors.reports.found import Head
from extractors.reports.paragraphs import paragraphs
from extractors.reports.pieces import Piece, running_text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

# Flyers and notices to residents speak of trash and detectors too, but ask for something: "Help us …", "Do not put … out".
_ASKS = re.compile(
    r"^\W*(?:please|help|keep|bring|join|call|visit|remember|do not|don't|never|always|make sure|be sure)\b"
    r"|\b(?:you|your|us|our|we)\b",
    re.IGNORECASE,
)


def speaks_of_findings(pieces: Sequence[Piece], head: Head, known: Wording, rules: RuleBook) -> int:
    """Number of the note's sentences that cite a section or mean one."""
    count = 0
    for paragraph in paragraphs([p for p in pieces if p.index >= head.body_from]):
        for start, end in sentences(paragraph.text.text, rules):
            text = paragraph.text.text[start:end]
            if known.visit_notes.search(text) or known.boilerplate.search(text) or is_negated(text, rules):
                continue
            if _ASKS.search(text):
                continue
            if parse_citations(text, head.day(), rules) or assign(text, on=head.day(), rules=rules).score >= LOOSE_ENOUGH:
                count += 1
    return count


def sections_cited(pieces: Sequence[Piece], rules: RuleBook) -> int:
    """Number of different sections of the sanitary code that are cited."""
    cited = {c.code for line in running_text(pieces).split("\n") for c in parse_citations(line, None, rules)}
    return sum(code.startswith("105 CMR 410.") for code in cited)


def cites_the_code(pieces: Sequence[Piece], rules: RuleBook) -> bool:
    """Whether a section of the sanitary code is cited anywhere."""
    return any(c.code.startswith("105 CMR 410.") for p in pieces for c in parse_citations(p.text.text, None, rules))
