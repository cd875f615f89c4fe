"""What free text may hold that should not leave the city: numbers and addresses of people."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Area not 000, 666 or 9xx, group not 00, serial not 0000 (20 CFR 422.103). Nine digits without separators are account
# numbers far more often and are not taken for one.
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\d-])(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])")

SOCIAL_SECURITY = "social security number"
_LOOKS: Mapping[str, re.Pattern[str]] = {SOCIAL_SECURITY: _SSN, "e-mail address": _MAIL, "telephone number": _PHONE}


def looks_personal(text: str) -> str:
    """What ``text`` holds of that kind, in words; '' for nothing."""
    return next((name for name, pattern in _LOOKS.items() if pattern.search(text)), "") if len(text) > 5 else ""
