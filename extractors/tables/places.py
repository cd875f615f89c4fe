"""What is a place, what a parcel, what an owner, among words that no label tells apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.layout import Spot

PARCEL = re.compile(r"[A-Za-z]?\d{1,4}[A-Za-z]?(?:\s?[-/_.:]\s?\d{1,4}[A-Za-z]{0,2}){1,3}(?:[-/_.#]\w{1,5})?[/ ]*")
MAP_AND_LOT = re.compile(
    r"(?i)(?:assessors?'?\s+)?\bmap\W{0,3}(\d{1,4}[A-Z]?)\W{1,3}(?:(?:block|blk)\W{0,3}(\w{1,5})\W{1,3})?(?:lot|parcel)\W{0,3}"
    r"(\d{1,4}[A-Z]{0,2}(?:\s?-\s?\w{1,5})*)(?:\W{1,3}unit\W{0,3}(\w{1,5}))?(?!\w)"
)
"""A parcel in words: ``Map 26, Lot 11-203``."""
PLACE = re.compile(
    r"\d+[A-Za-z]{0,2}(?:\s?-\s?\d+[A-Za-z]?)?(?:\s1/2)?\s+[A-Za-z].*|.*\s\d+[A-Za-z]?(?:-\d+)?(?:\s1/2)?"
)
STREET_WORDS = (
    "ST|STREET|AVE?|AVENUE|RD|ROAD|LN|LANE|CT|COURT|PL|PLACE|TER|TERR|TERRACE|DR|DRIVE|BROADWAY|SQ|SQUARE|PK|PARK|HWY|WAY|"
    "PKWY|BLVD|CIR|ROW|WHARF"
)
STREET = re.compile(rf"\b(?:{STREET_WORDS})\b", re.IGNORECASE)
STREET_END = re.compile(
    rf"\b(?:{STREET_WORDS})\.?(?:\s+(?:\d[\d/ -]*[A-Z]?|#\s?\S+|(?:UNIT|APT)\s\S+|REAR|[NSEW]))?$", re.IGNORECASE
)
_FIRM = re.compile(
    r"\b(?:LLC|L\.L\.C|INC|CORP|CO|LP|LLP|LTD|TRUST|TRS?|TRUSTEES?|REALTY|ASSOC\w*|HOLDINGS|PROPERTIES|ETAL|ET AL|ETUX|"
    r"PARTNERS\w*|ESTATE|NOMINEE|DEVELOPMENT|CONDO\w*|BANK|CHURCH)\b",
    re.IGNORECASE,
)


def is_place(text: str) -> bool:
    """A number and a street, and no firm named after one ("605 Broadway LLC")."""
    return PLACE.fullmatch(text) is not None and STREET.search(text) is not None and not _FIRM.search(text)


def is_firm(text: str) -> bool:
    """Does the text name a firm, a trust or an estate?"""
    return _FIRM.search(text) is not None


def place_at(spots: Sequence[Spot]) -> int:
    """Where in words of an owner and a place the place begins: at the last house number from which on all is a street; the
    number of words where none begins."""
    texts = [s.word.text for s in spots]
    for at in range(len(spots) - 1, -1, -1):
        rest = " ".join(texts[at:])
        if re.match(r"\d", texts[at]) and is_place(rest) and STREET_END.search(rest):
            if at > 1 and texts[at - 1] == "-":
                continue  # the second number of a range
            return at
    return len(spots)
