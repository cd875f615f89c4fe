"""Lines that say what became of the findings listed below them ("The following have been corrected:")."""

from __future__ import annotations

import re

from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording

_ABOUT_A_LIST = re.compile(r"\b(?:following|these|those|below|items?|violations?|conditions?|deficienc\w+)\b", re.IGNORECASE)
_WANTED = re.compile(
    r"\b(?:to be|must|shall|should|will|need(?:s|ed)?|required?|until|unless|if|by|within|please)\b", re.IGNORECASE
)
_FOLLOWING = re.compile(r"\bfollowing\b", re.IGNORECASE)
_LONGEST_OF_FOLLOWING = 40
_LONGEST, _BARE = 14, 3  # words of the clause before the colon; fewer need not say that they head a list


def status_heading(text: Text, known: Wording) -> Text:
    """The clause at the end of a paragraph that gives the items below it their status; empty where there is none."""
    if not text.text.rstrip().endswith(":"):
        return NOTHING
    start = max((m.end() for m in re.finditer(r"[.;!?]\s+", text.text)), default=0)
    clause = text.text[start:]
    words = clause.split()
    longest = _LONGEST_OF_FOLLOWING if _FOLLOWING.search(clause) else _LONGEST
    if len(words) > longest or _WANTED.search(clause) or known.status_of(clause) is None:
        return NOTHING
    return text.cut(start, len(text.text)) if len(words) <= _BARE or _ABOUT_A_LIST.search(clause) else NOTHING
