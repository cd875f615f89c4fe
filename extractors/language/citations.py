"""Citations of sections in every spelling people type, with the place they stand at.

The normal form of the State Sanitary Code is ``105 CMR 410.482(B)``; of others ``527 CMR 1.00 s.13.7``, ``248 CMR 10.07(8)(d)``,
``M.G.L. c.148 s.26F``. A bare number counts as a section only where it can be nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from extractors.language import codebook
from extractors.rulebook import RuleBook

_DIGIT = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "i": "1", "S": "5", "B": "8", "Z": "2"})
_NUM = r"[0-9OoQlI|SB]"
_PARAGRAPHS = r"(?:\s{0,2}[(\[{]\s?[A-Za-z0-9]{1,3}\s?[)\]}])*"
# 410, an optional slip of the separator, the section. Without "105 CMR" before it a separator is needed.
_SEPARATOR = r"\s?[.,:·\-–]\s?"
_CMR = r"1[0O]5\s*[.,-]?\s*C\s*\.?\s*M\s*\.?\s*R\s*\.?\s*[:,-]?\s*"
_SECTION = re.compile(
    rf"(?P<cmr>{_CMR})?(?P<mark>§{{1,2}}\s*|\bsec(?:t(?:ions?)?|s)?\b\.?\s*)?"
    rf"(?(cmr)|(?(mark)|(?<![\w$#.,/])(?<![\w)][-–])))(?P<base>4\s?[1lI|]\s?[0OoQ])(?:(?P<sep>{_SEPARATOR})|(?P<gap>\s?))"
    rf"(?P<number>{_NUM}{{1,3}})(?![0-9])(?P<letter>[A-P](?![A-Za-z0-9]))?(?P<paragraphs>{_PARAGRAPHS})",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"\s*(?P<join>,\s*and|,\s*&|,|;|/|&|\band\b|\bor\b|\bto\b|\bthru\b|\bthrough\b|[-–])\s*(?:(?:410|41O)\s?[.\-]\s?)?"
    rf"(?P<number>\d{{3}})(?![\d.])(?P<letter>[A-P](?![A-Za-z0-9]))?(?P<paragraphs>{_PARAGRAPHS})",
    re.IGNORECASE,
)
# The section alone, its chapter understood: "Sec 351", "§ 602(B)", and at the end of a note's line "(351)".
_ALONE = re.compile(
    rf"(?<![\w.])(?:(?P<mark>§{{1,2}}\s*|sec(?:t(?:ions?)?|s)?\b\.?\s*)(?P<number>[1-8]\d\d)|\(\s?(?P<bare>[1-8]\d\d))(?![\d.,/-]\d|\d|\s?%)"
    rf"(?P<letter>[A-P](?![A-Za-z0-9]))?(?P<paragraphs>{_PARAGRAPHS})(?(bare)\s?\)(?=\W*$))",
    re.IGNORECASE,
)
_OF_ANOTHER_LAW = re.compile(
    r"\b(?:c\.|ch\.|chap(?:ter)?|M\.?G\.?L|G\.\s?L|(?:527|780|248|521)\s?CMR|NFPA)[^.;]{0,24}$|\bc\.\s?\d{1,3}\w?,?\s*$",
    re.IGNORECASE,
)
_RANGE = frozenset({"-", "–", "to", "thru", "through"})
_OTHER_CMR = re.compile(
    r"\b(?P<title>105|248|527|780|521|310|454)\s*\.?\s*C\s*\.?\s*M\s*\.?\s*R\b\.?\s*(?:§\s*)?"
    r"(?P<number>\d{1,4}(?:\.\d{1,3})?)(?P<paragraphs>(?:\s?\([A-Za-z0-9]{1,3}\))*)"
    r"(?:\s*[,:]?\s*(?:s\.?|§{1,2}|sec(?:t(?:ion)?)?\.?)\s*(?P<section>\d{1,3}(?:\.\d{1,3})*))?",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"\b(?:M\s*\.?\s*G\s*\.?\s*L\b\.?|G\.\s*L\.|(?:Mass(?:achusetts)?\.?\s+)?General\s+Laws?)\s*,?\s*"
    r"(?:c(?:h(?:apter|ap)?)?\.?\s*)(?P<chapter>\d{1,3}[A-Z]?)"
    r"(?:\s*,?\s*(?:s{1,2}\.?|§{1,2}|sec(?:t(?:ions?)?)?\.?)\s*(?P<section>\d{1,3}[A-Z]{0,2}(?:\s?(?:1/2|½))?))?",
    re.IGNORECASE,
)
# Regulations of public health that inspectors cite beside the sanitary code (105 CMR): general procedures, recreational
# camps, family camp grounds, swimming pools, bathing beaches, lead, medical waste, food.
_CHAPTERS = frozenset({"400", "410", "420", "430", "435", "445", "460", "480", "590"})
# The chapter with one figure misread ("416.351", "105 CMR 440.504"): a citation only if 410 has the section.
_NEAR = re.compile(
    rf"(?P<cmr>{_CMR})?(?P<mark>§{{1,2}}\s*|\bsec(?:t(?:ions?)?|s)?\b\.?\s*)?(?<![\w$#.,/-])"
    rf"(?P<base>[1-9]10|4[0-9]0|41[0-9])(?P<sep>\.|\s?[.,]\s?)(?P<number>\d{{3}})(?![\d.,])(?P<letter>[A-P](?![A-Za-z0-9]))?"
    rf"(?P<paragraphs>{_PARAGRAPHS})",
    re.IGNORECASE,
)
# "527 CMR 1.00 §13.7", the sign read as a figure ("1.008 13.7", "1.008.14.14")
_SIGN_AS_FIGURE = re.compile(r"1\.00[85$6]")
_FIRE_SECTION = re.compile(r"\s*[,:.]?\s*(\d{1,2}\.\d{1,3}(?:\.\d{1,3})*)")
_TRAILING_NUMBER = re.compile(r"\s(\d{1,2})(?=\s*(?:$|[.;,)]))")
# "violation of", "Ch. 2," and the like right before a citation belong to it and not to what was found.
_LEAD = re.compile(r"(?:\b(?:Ch(?:apter|ap)?\.?\s*(?:2|II)\s*,?\s*))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited section. ``start`` and ``end`` are offsets of ``raw`` in the text; sections of a range or a list share the
    place of the whole. ``repaired``: characters were read as others. ``procedural``: a reference, no finding of its own."""

    code: str
    raw: str
    start: int
    end: int
    repaired: bool = False
    procedural: bool = False


def parse_citations(text: str, on: date | None = None, rules: RuleBook | None = None) -> tuple[Citation, ...]:
    """All citations in reading order. ``on`` is the inspection's date: it decides which sections exist."""
    found = [*_sanitary(text, on, rules), *_other(text), *_near(text, on, rules), *_alone(text, on, rules)]
    found.sort(key=lambda c: (c.start, c.end))
    kept: list[Citation] = []
    for citation in found:
        same_place = kept and (citation.start, citation.end) == (kept[-1].start, kept[-1].end)
        inside = kept and citation.start < kept[-1].end and not same_place
        if not inside and not any(k.code == citation.code and k.start == citation.start for k in kept):
            kept.append(citation)
    return tuple(kept)


def findings_cited(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """The citations that name a violation: procedural ones are left out where another is cited."""
    real = tuple(c for c in citations if not c.procedural)
    return real or citations


def _sanitary(text: str, on: date | None, rules: RuleBook | None) -> Iterator[Citation]:
    position = 0
    while match := _SECTION.search(text, position):
        position = match.end()
        number, repaired = _number(match)
        known = _known(f"410.{number}", on, rules)
        if len(number) < 3:
            number = number.ljust(3, "0")
            known = _known(f"410.{number}", on, rules) and (_marked(match) or text.strip() == match[0].strip())
            repaired = True
        if not known or not _plausible(text, match, rules):
            continue
        paragraphs = _paragraphs(match["letter"], match["paragraphs"])
        end = match.end()
        if match["paragraphs"] and (more := _TRAILING_NUMBER.match(text, end)):
            paragraphs += f"({more[1]})"
            end = more.end()
        codes = [f"410.{number}{paragraphs}"]
        while more := _NEXT.match(text, end):
            follows = f"410.{more['number']}"
            if not _known(follows, on, rules) or _counts_something(text, more.end(), rules):
                break
            if more["join"].lower() in _RANGE:
                between = codebook.sections_between(codes[-1][:7], follows, on, rules)
                codes.extend(c for c in between if c not in codes and c != codes[-1][:7])
            else:
                codes.append(follows)
            codes[-1] += _paragraphs(more["letter"], more["paragraphs"])
            end = more.end()
        position = end
        start = match.start() - (len(lead[0]) if (lead := _LEAD.search(text[: match.start()])) else 0)
        for code in codes:
            full = f"105 CMR {code}"
            yield Citation(full, text[start:end], start, end, repaired, codebook.procedural(full, on, rules))


def _near(text: str, on: date | None, rules: RuleBook | None) -> Iterator[Citation]:
    """Sections of 410 whose chapter has one wrong figure. Always repaired."""
    for match in _NEAR.finditer(text):
        if match["base"] in _CHAPTERS or match["number"] == "000" or not _known(f"410.{match['number']}", on, rules):
            continue
        if not _marked(match) and _counts_something(text, match.end(), rules):
            continue
        code = f"105 CMR 410.{match['number']}{_paragraphs(match['letter'], match['paragraphs'])}"
        yield Citation(code, match[0], match.start(), match.end(), True, codebook.procedural(code, on, rules))


def _alone(text: str, on: date | None, rules: RuleBook | None) -> Iterator[Citation]:
    """Sections cited by their own number, where the sanitary code has them and no other law is named before."""
    for match in _ALONE.finditer(text):
        number = match["number"] or match["bare"]
        if not _known(f"410.{number}", on, rules) or _OF_ANOTHER_LAW.search(text[: match.start()]):
            continue
        if _counts_something(text, match.end(), rules) or re.match(
            r"\s*(?:of|in)\s+(?:the\s+)?(?:chapter|general|housing act|act)\b", text[match.end() :], re.IGNORECASE
        ):
            continue
        code = f"105 CMR 410.{number}{_paragraphs(match['letter'], match['paragraphs'])}"
        yield Citation(
            code, match[0], match.start(), match.end(), match["bare"] is not None, codebook.procedural(code, on, rules)
        )


def _other(text: str) -> Iterator[Citation]:
    for match in _OTHER_CMR.finditer(text):
        if match["title"] == "105" and (match["number"].startswith("410") or len(match["number"].split(".")[0]) != 3):
            continue  # read above; regulations of public health have three figures
        if match["title"] == "105" and match["number"].split(".")[0] not in _CHAPTERS:
            continue  # no such regulation: the chapter was misread
        number, section, end = match["number"], match["section"], match.end()
        worn = match["title"] == "527" and _SIGN_AS_FIGURE.fullmatch(number) is not None
        number = "1.00" if worn else number
        code = f"{match['title']} CMR {number}" + "".join((match["paragraphs"] or "").split())
        if not section and number == "1.00" and (more := _FIRE_SECTION.match(text, end)):
            section, end = more[1], more.end()
        code += f" s.{section}" if section else ""
        yield Citation(code, text[match.start() : end], match.start(), end, worn)
    for match in _LAW.finditer(text):
        code = f"M.G.L. c.{match['chapter'].upper()}"
        if match["section"]:
            code += " s." + re.sub(r"\s", "", match["section"]).replace("½", "1/2").upper()
        yield Citation(code, match[0], match.start(), match.end())


def _number(match: re.Match[str]) -> tuple[str, bool]:
    raw = match["number"]
    plain = raw.translate(_DIGIT)
    base = re.sub(r"\s", "", match["base"]).translate(_DIGIT)
    separator = (match["sep"] or "").strip()
    return plain, plain != raw or base != re.sub(r"\s", "", match["base"]) or separator in {",", ":", "·"}


def _known(code: str, on: date | None, rules: RuleBook | None) -> bool:
    """Whether either edition has the section: which one was meant is the code book's question."""
    return codebook.load(rules).section(code, on) is not None


def _marked(match: re.Match[str]) -> bool:
    return bool(match["cmr"] or match["mark"])


def _plausible(text: str, match: re.Match[str], rules: RuleBook | None) -> bool:
    """Not a telephone number, an address, an amount or a reading."""
    if _marked(match):
        return True
    if match["sep"] is None:
        return False
    after = text[match.end() :]
    if re.match(r"[.,]?\d|\s?[-–]\s?\d{4}", after):
        return False
    separator = match["sep"].strip()
    if separator == "," and match["number"] == "000":
        return False
    if separator in {"-", "–"}:
        words = re.findall(r"(?<![0-9A-Za-z])[A-Za-z]+", after[:40])[:3]  # the "st" of "1st" is no street
        if any(w.lower() in _wording(rules)["street_words"] for w in words):
            return False
    return not _counts_something(text, match.end(), rules)


def _counts_something(text: str, end: int, rules: RuleBook | None) -> bool:
    after = re.match(r"\s*([A-Za-z]+|°)", text[end:])
    return bool(after) and after is not None and after[1].lower() in _wording(rules)["unit_words"]


def _paragraphs(letter: str | None, raw: str | None) -> str:
    parts = ([letter] if letter else []) + re.findall(r"[(\[{]\s?([A-Za-z0-9]{1,3})\s?[)\]}]", raw or "")
    if parts and parts[0].isalpha():
        parts[0] = parts[0].upper()
    return "".join(f"({p})" for p in parts)


@cache
def _wording(rules: RuleBook | None) -> dict[str, frozenset[str]]:
    data = (rules or RuleBook.load()).section("citations")
    return {key: frozenset(data[key]) for key in ("street_words", "unit_words")}
