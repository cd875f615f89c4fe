"""Lines that say who wrote a report: a name under it, a title under the name. They tell of no finding."""

from __future__ import annotations

import re

from extractors.reports.address import find_person
from extractors.reports.found import Head
from extractors.reports.text import Text
from extractors.reports.wording import Wording

_LONGEST = 7  # words
_INITIALS = re.compile(r"[A-Z]{2,5}(?:[/,][A-Z]{2,5})*")


def signature(text: Text, head: Head, known: Wording, last: bool) -> bool:
    """Whether a line holds nothing but a name ("- Anselm", "R. Achebe, RS"), a title, or both. ``last``: it stands at the end,
    where a name alone is a signature."""
    said = text.text.strip(" -–—_,.;")
    words = re.findall(r"[^\s,;/]+", said)
    if not words or len(words) > _LONGEST or any(c.isdigit() for c in said):
        return False
    inspector = {w.lower() for w in re.findall(r"[A-Za-z]{3,}", str(head.value("inspector") or ""))}
    span = find_person(said)
    named = said[slice(*span)] if span is not None and span[0] < 12 else ""
    if not named and words[0].lower() in inspector and len(words) <= 2:
        named = words[0]
    rest = said.replace(named, " ", 1) if named else said
    title = re.sub(r"[^a-z ]+", " ", rest.lower()).strip()
    left = [w for w in re.findall(r"[A-Za-z]+", rest) if not _INITIALS.fullmatch(w) and w.lower() not in known.ranks]
    titled = any(t == title or title.endswith(f" {t}") for t in known.titles)
    if not named:
        return titled and len(words) <= 5
    return (
        titled or (not left and last) or (not left and bool(inspector & {w.lower() for w in re.findall(r"[A-Za-z]{3,}", named)}))
    )
