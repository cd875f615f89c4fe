"""Findings told in running text, by an inspector who wrote no list: the sentences that cite a section or mean one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from extractors.language.citations import parse_citations
from extractors.language.findings import is_negated, names_a_defect
from extractors.language.meaning import assign
from extractors.language.sentences import sentences
from extractors.reports.items import Item
from extractors.reports.text import Text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

ENOUGH = 0.5  # how surely a sentence of running text must mean a section to be a finding
ENOUGH_WITH_DEFECT = 0.35  # … if it names something wrong
PROSE = 30  # words; a paragraph of more, in several sentences, is read sentence by sentence
_ORDINAL = re.compile(
    r"\s*(?:first|second|third|fourth|fifth|sixth|finally|lastly|also|further|in addition)(?:ly)?,\s+", re.IGNORECASE
)
_FATE = re.compile(
    r"(?:now |since |all |not |still )?(?:complied|corrected|abated|done|fixed|repaired|open|resolved)\W*", re.IGNORECASE
)


def only_cited(text: str, rules: RuleBook) -> bool:
    """Whether a text is nothing but the sections it cites."""
    cited = parse_citations(text, None, rules)
    rest = text
    for one in reversed(cited):
        rest = rest[: one.start] + " " + rest[one.end :]
    return bool(cited) and not re.search(r"[A-Za-z]{4}", rest)


def is_prose(text: Text, rules: RuleBook) -> bool:
    """Whether a paragraph is a story and no single item."""
    return len(text.words) >= PROSE and sum(1 for a, b in sentences(text.text, rules) if len(text.text[a:b].split()) > 3) > 1


def told(
    text: Text, base: date | None, deadline: date | None, known: Wording, rules: RuleBook, cited: bool = False
) -> list[Item]:
    """The findings of a paragraph. ``cited``: it follows a list whose findings each cite a section, as one here would."""
    found = []
    for start, end in _whole(text.text, rules):
        lead = _ORDINAL.match(text.text, start, end)
        sentence = text.cut(lead.end() if lead is not None else start, end)
        if cited and not parse_citations(sentence.text, base, rules):
            continue
        if _is_finding(sentence.text, base, known, rules):
            found.append(Item(sentence, 0.0, "us-ma/lists/told@1", deadline=deadline, loose=True, told=True))
    return found


def _is_finding(sentence: str, base: date | None, known: Wording, rules: RuleBook) -> bool:
    if known.boilerplate.search(sentence) or known.visit_notes.search(sentence) or is_negated(sentence, rules):
        return False
    if parse_citations(sentence, base, rules):
        return True
    score = assign(sentence, on=base, rules=rules).score
    return score >= ENOUGH or (score >= ENOUGH_WITH_DEFECT and names_a_defect(sentence, rules))


def _whole(text: str, rules: RuleBook) -> Iterator[tuple[int, int]]:
    """Sentences; what follows a semicolon and only adds to it ("…; this is urgent (Sec. 410.503)") stays with it."""
    open_: tuple[int, int] | None = None
    for start, end in sentences(text, rules):
        adds = text[start:end].lstrip()[:1].islower() and not names_a_defect(text[start:end], rules)
        fate = _FATE.fullmatch(text[start:end].strip()) is not None  # what became of it: "… (105 CMR 410.250). Complied."
        bare = only_cited(text[start:end], rules)  # "… on the door of bedroom 3. Sec. 410.480."
        if open_ is not None and (fate or bare or (adds and text[: open_[1]].rstrip().endswith(";"))):
            open_ = (open_[0], end)
            continue
        if open_ is not None:
            yield open_
        open_ = (start, end)
    if open_ is not None:
        yield open_
