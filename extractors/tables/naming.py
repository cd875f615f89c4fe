"""What a heading of a list says, whichever way it is abbreviated: known phrases, their short forms ("Prev Rdg", "TAXYR"), and
two things in one column ("Acct / meter", "Year-Bill")."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

_FUZZY = 84.0  # OCR slips in a heading; short words must be exact
PACKED = "+"
"""Joins the roles of a column that holds two things: ``fiscal_year+account``."""

_PACKABLE = frozenset({"fiscal_year", "account", "owner", "location", "parcel", "meter", "tax_type", "code"})
_TELLING = (
    "fiscal_year", "interest", "fees", "owner", "location", "parcel", "total", "principal", "balance", "paid", "tax_type",
    "account",
)  # fmt: skip
_SHORT = {
    "acct": "account", "accr": "accrued", "addr": "address", "amt": "amount", "asmt": "assessment", "bal": "balance",
    "beg": "beginning", "cd": "code", "chg": "charge", "chgs": "charge", "comm": "committed", "cons": "consumption",
    "cur": "current", "curr": "current", "cust": "customer", "desc": "description", "dmd": "demand", "dt": "date",
    "est": "estimated", "fisc": "fiscal", "fy": "fiscal year", "int": "interest", "ln": "lien", "loc": "location",
    "mtr": "meter", "nbr": "number", "no": "number", "num": "number", "oth": "other", "own": "owner", "outst": "outstanding",
    "par": "parcel", "pen": "penalty", "pres": "present", "prev": "previous", "prv": "previous", "pri": "prior",
    "prin": "principal", "princ": "principal", "prop": "property", "qty": "quantity", "rd": "read", "rdg": "read",
    "reading": "read", "ser": "serial", "srv": "service", "stat": "status", "svc": "service", "serv": "service",
    "swr": "sewer", "tot": "total", "typ": "type", "usg": "usage", "wtr": "water", "yr": "year",
}  # fmt: skip


class Synonyms(dict[str, str]):
    """Phrase to role. ``full`` the same without short forms, in order; ``bags`` whatever the order of the words, for the names of
    a file's fields; ``words`` that phrases are made of."""

    def __init__(self, plain: Mapping[str, str]) -> None:
        super().__init__(plain)
        self.words = {w for p in plain for w in re.findall(r"[a-z]+", p)} | set(_SHORT)
        self.full: dict[str, str] = {}
        self.bags: dict[frozenset[str], str] = {}
        for phrase, role in plain.items():
            told = _full(phrase, frozenset())
            self.full.setdefault(" ".join(told), role)
            self.bags.setdefault(frozenset(told), role)


def synonyms(columns: Mapping[str, Sequence[str]]) -> Synonyms:
    """Phrase to role, from the ``columns`` of a pattern file."""
    plain = {normal(phrase): role for role, phrases in columns.items() for phrase in phrases}
    return Synonyms({_together(phrase): role for phrase, role in plain.items()} | plain)


def normal(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[.:,*_|\"']+", " ", text.lower())).strip()


def _together(plain: str) -> str:
    """However two things are said together: ``water & sewer``, ``water+sewer``, ``water and sewer`` are ``water/sewer``."""
    return re.sub(r"\s*(?:[+&/]|\band\b)\s*", "/", plain)


def _full(text: str, words: frozenset[str] | set[str]) -> list[str]:
    """The words of a label, short forms written out, run-together ones parted ("billno") if ``words`` are given; a number's sign
    and the word for it are one, plurals are singular."""
    out: list[str] = []
    for token in re.findall(r"[a-z]+|#", text.replace("&", " ")):
        for word in _parted(token, words):
            out += [_singular(w) for w in _SHORT.get(word, "number" if word == "#" else word).split()]
    return out


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _parted(token: str, words: frozenset[str] | set[str]) -> list[str]:
    if token in words or len(token) < 4:
        return [token]
    cut = max((i for i in range(2, len(token) - 1) if token[:i] in words and token[i:] in words), default=0)
    return [token[:cut], token[cut:]] if cut else [token]


def role_of(text: str, known: Mapping[str, str], ocr: bool = False) -> str | None:
    """The role a heading names; None for words that head nothing we know. Two roles joined by ``+`` where it names two things."""
    plain = normal(text)
    if not plain:
        return None
    without_brackets = re.sub(r"\s*\([^)]*\)", "", plain).strip()
    for form in (plain, plain.replace(" #", "").strip(), without_brackets, plain.replace("$", "").strip(), _together(plain)):
        if form in known:
            return known[form]
    if isinstance(known, Synonyms):
        role = _in_full(text, without_brackets, known) or _packed(without_brackets, known)
        if role is not None:
            return role
    if ocr and len(plain) >= 5:
        best = process.extractOne(plain, known.keys(), scorer=fuzz.ratio, score_cutoff=_FUZZY)
        if best is not None:
            return known[best[0]]
    return None


def _in_full(text: str, plain: str, known: Synonyms) -> str | None:
    told = _full(plain, known.words)
    if not told or not re.search(r"[a-z]{2}|#", plain) or re.search(r"\d(?!$)|(?:^|\W|\d)\d", plain):
        return None  # a number is a value, but for the one of a field's name ("OWN1")
    role = known.full.get(" ".join(told)) or known.full.get(" ".join(w for w in told if w != "number"))
    if role is None and "_" in text and " " not in text.strip():  # a field's name: its words stand in any order
        role = known.bags.get(frozenset(told))
    return role


def _packed(plain: str, known: Synonyms) -> str | None:
    """Two roles of one column, joined: ``Acct / meter``, ``Year-Bill``."""
    parts = re.split(r"\s*/\s*|\s*-\s*|\s*&\s*|\s+and\s+", plain)
    if len(parts) != 2 or not all(parts):
        return None
    one, other = (known.get(p) or _in_full(p, p, known) for p in parts)
    if one is None or other is None or one == other or not {one, other} <= _PACKABLE:
        return None
    return f"{one}{PACKED}{other}"


def told_by_words(text: str, known: Mapping[str, str]) -> str | None:
    """The role of a heading nobody listed ("Bill Yr"): that of its most telling word, where the words are
    known headings themselves. What a column measures (year, interest, charges, total) tells more than what it is about."""
    roles = {known[word] for word in normal(text).split() if word in known}
    return next((role for role in _TELLING if role in roles), None)
