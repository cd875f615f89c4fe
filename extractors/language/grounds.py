"""On what grounds a section was assigned to a finding that cites none: the parts of the confidence in it.

Rules look for words, and a text that speaks of two things, or of none, has words too. So a second voice is asked (the text
classifier), and the text is asked how far the winning rule stands above its rivals, whether it is about what is named first,
and how much of it the lexicon knows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from extractors.language.classifier import likelihood
from extractors.language.meaning import Lexicon, Rule, load, matching, plain
from extractors.rulebook import RuleBook

_LEAST_LIKELY: Final = 0.02
"""Under this share the classifier only says that it is another thing."""
_FAR: Final = 20
"""Steps of priority by which a rule stands clearly above another."""
_MOST_GROUPS: Final = 3


def grounds(
    description: str, location: str, category: str, department: str = "inspectional_services", rules: RuleBook | None = None
) -> dict[str, float]:
    """``code_likely``: log of the classifier's probability of ``category``; ``code_ahead``: how far its rule stands above those
    of other categories, 1 where there are none; ``code_named_first``: what is named first decides, in "roaches behind stove" the
    roaches; ``code_known``: share of the words that the lexicon knows; ``code_specific``: how many things the rule asks for."""
    lexicon = load(rules)
    text = plain(lexicon, description)
    found = matching(lexicon, description, f"{description} {location}", department)
    own, others = [r for r in found if r.category == category], [r for r in found if r.category != category]
    ahead = max((r.priority for r in own), default=0) - max((r.priority for r in others), default=0)
    words = re.findall(r"[a-z]{3,}", text)
    return {
        "code_likely": round(math.log(max(_LEAST_LIKELY, likelihood(text, category))), 4),
        "code_ahead": max(-1.0, min(1.0, ahead / _FAR)) if others else 1.0,
        "code_named_first": float(not others or (bool(own) and _first(own, text, lexicon) <= _first(others, text, lexicon))),
        "code_known": round(sum(w in lexicon.known for w in words) / max(1, len(words)), 4),
        "code_specific": round(min(_MOST_GROUPS, max((len(r.all) + len(r.place) for r in own), default=0)) / _MOST_GROUPS, 4),
    }


def _first(rules: Sequence[Rule], text: str, lexicon: Lexicon) -> int:
    """Where the first thing that one of the rules asks for is named."""
    return min((m.start() for r in rules for g in r.all if (m := lexicon.groups[g].search(text)) is not None), default=len(text))
