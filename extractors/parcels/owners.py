"""Whether two ways of writing an owner mean the same: order of names, trust and company words, slips of reading."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

_FILLER = re.compile(
    r"\b(?:TRS?|TRUSTEES?|ETAL|ET AL|ETUX|ET UX|LIFE EST(?:ATE)?|L/?E|C/O|ATTN|ESTATE OF|HEIRS OF|JR|SR|INC|LLC|CORP|THE|AND)\b"
)


def owner_agreement(one: str, other: str) -> float:
    """0..1; above 0.85 is agreement, below 0.5 is disagreement. 0 where one of them is blank."""
    left, right = _plain(one), _plain(other)
    if not left or not right:
        return 0.0
    whole = fuzz.token_sort_ratio(left, right)
    # A list cuts long names off: the shorter one, if it has two words, may lie inside the longer
    part = fuzz.token_set_ratio(left, right) if min(len(left.split()), len(right.split())) > 1 else 0.0
    return max(whole, part * 0.97) / 100


def _plain(owner: str) -> str:
    text = _FILLER.sub(" ", owner.upper().replace("&", " ").replace(".", ""))
    return re.sub(r"[^A-Z0-9 ]+", " ", text).strip()
