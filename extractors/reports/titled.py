"""A person named by rank in running text: "Insp. Quill", "From: Insp. A. Quill", "A. Quill, Health Agent"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.reports.address import NOT_NAMES, find_person
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.text import Text


def _persons(text: str) -> Iterator[tuple[int, int]]:
    """All names of a text."""
    at = 0
    while (span := find_person(text[at:])) is not None:
        yield at + span[0], at + span[1]
        at += span[1]


_RANK = re.compile(r"\b(?:insp(?:ector)?|health agent|sanitarian|code officer)\b\.?\s+(?=[A-Z])", re.IGNORECASE)
_SHORT = re.compile(r"[A-Z]{1,3}\s+[A-Z][a-z]{2,}\b")  # "HG Sandoval"
_SURNAME = re.compile(r"[A-Z][a-z'’]{2,}(?:-[A-Z][a-z]+)?\b")


# "I, Ezekiel Thornbury, a housing inspector of the city", "Denise Agbayani, R.S.", "L. Fitzgibbon, Agent"
_AFTER = re.compile(
    r"\s*,\s*(?:(?:a|an|the|duly|authorized|appointed|senior|city|local|principal|assistant)\s+)*"
    r"(?:(?:housing|sanitary|health|code|building|fire|enforcement|prevention|environmental|public|rental)\s+)*"
    r"(?:inspector|sanitarian|agent|officer|R\.?\s?S\b|R\.?E\.?H\.?S|C\.?H\.?O)",
    re.IGNORECASE,
)


def titled_person(pieces: Sequence[Piece]) -> Text | None:
    """The first such name; None where nobody is named so."""
    for text in all_texts(pieces):
        for title in _AFTER.finditer(text.text):
            names = [s for s in _persons(text.text[: title.start()]) if s[1] == title.start()]
            if names:
                return text.cut(*names[-1])
    for text in all_texts(pieces):
        sworn = re.match(r"\W*I,\s+(?=[A-Z])", text.text)
        if sworn is not None and (span := find_person(text.text[sworn.end() :])) is not None and span[0] == 0:
            return text.cut(sworn.end(), sworn.end() + span[1])
    for text in all_texts(pieces):
        for rank in _RANK.finditer(text.text):
            rest = text.text[rank.end() :]
            span = find_person(rest)
            if (span is None or span[0] > 0) and (short := _SHORT.match(rest)) is not None:
                span = short.span()
            if span is None or span[0] > 0:
                alone = _SURNAME.match(rest)
                if alone is None or alone[0].lower() in NOT_NAMES or re.match(r"\s+[a-z]", rest[alone.end() :]):
                    continue
                span = alone.span()
            return text.cut(rank.end() + span[0], rank.end() + span[1])
    return None
