"""From one item of a report (list item, table cell, remark, note line, sentence) to its findings.

A finding is what is wrong, as written, without number, citation, deadline and what became of it; those are told apart here.
What says that nothing is wrong comes back as ``negated``, what is quoted from an earlier order as ``quoted``: the caller
sees both and decides; nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from extractors.language.citations import Citation, parse_citations
from extractors.language.dates import FoundDate, find_deadline
from extractors.language.meaning import assign
from extractors.language.places import find_location, only_place
from extractors.rulebook import RuleBook

Span = tuple[int, int]
_NUMBERING = re.compile(r"\s*(?:(?:item|no\.?|#)\s*)?(?:\(?\d{1,2}\s?[.):]+(?!\d)|\(?[a-z]\)|[-*•·–—▪☐☒]+)\s*", re.IGNORECASE)
_UNIT = r"(?:unit|apt|apartment|apts|units)\b\.?\s*(?:\#|no\.?)?\s*(?P<unit>\d{1,4}\s?-?[A-Z]{0,2}|[A-Z]\d{0,2})\b"
_UNIT_FIRST = re.compile(rf"\s*(?:in\s+)?{_UNIT}\s*[:\-–—,]+\s*", re.IGNORECASE)
_UNIT_INSIDE = re.compile(rf"(?<!\w){_UNIT}", re.IGNORECASE)
# What stands around a citation and goes with it.
_BEFORE_CITATION = re.compile(
    r"(?:[(\[]|(?<!\w)(?:in\s+violation\s+of|violates|violations?\s+of|see|per|as\s+per|under|pursuant\s+to|ref\.?|code|section|sec\.?))"
    r"[\s:,]*$",
    re.IGNORECASE,
)
# "Repair", "to be removed", "(" right before a deadline say no more than the deadline does.
_DEADLINE_OPENER = re.compile(
    r"(?:(?<!\w)(?:(?:to|must|shall|should|will)\s+be\s*(?:\w+ed\s+)?|(?:repair|correct|replace|remove|fix|complete|abate)\s+))?[(\[–—-]?\s*$",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[-–—,;:(|]\s*(\d{1,2}\s?-?(?:hours?|hrs?|days?))\s*[!.)]*\s*$", re.IGNORECASE)
_TITLE = 5  # words: no more are the title of a section
_EDGES = " \t\n-–—:;,.()[]*•&+|"
# Weak joints ("and") split only what would be assigned to different sections; strong ones also like findings.
_STRONG = re.compile(r"\s\+\s|;\s+|(?<=[a-z)])\.\s+(?=[A-Z])|\n+(?=\s*[-*•])")
_COMMA = re.compile(r",\s+")  # parts only what is well from what is not
_WEAK = re.compile(r",?\s+(?:and|also|&|plus)\s+|,\s+(?=no\s|missing\s|broken\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FindingContext:
    """What is known of the report and the item. ``item_label``: the form's own wording (check-list line, table column);
    ``terse``: an inspector's notes, without prepositions. ``one``: the form gives it one section, so that it is one finding."""

    report_date: date | None = None
    department: str = "inspectional_services"
    item_label: str | None = ""
    terse: bool = False
    one: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``start``/``end`` are offsets into the item's text, around all of ``description``. ``status`` is open,
    corrected or None (not said); ``unit`` is '' where none is named."""

    description: str
    start: int
    end: int
    citations: tuple[Citation, ...] = ()
    location: str = ""
    unit: str = ""
    status: str | None = None
    correct_by: date | None = None
    negated: bool = False
    quoted: bool = False


@dataclass(slots=True)
class _Cut:
    """Spans of the text that are not description."""

    spans: list[Span] = field(default_factory=list)
    cited: list[Span] = field(default_factory=list)  # those that are citations

    def covers(self, start: int, end: int) -> bool:
        return any(a < end and start < b for a, b in self.spans)

    def blanked(self, text: str) -> str:
        """The text with blanks where the spans are, the citations' own figures with them."""
        return "".join(" " if any(a <= i < b for a, b in self.spans) else c for i, c in enumerate(text))

    def rest(self, text: str, start: int, end: int) -> tuple[str, int, int]:
        """What is left of ``text[start:end]`` with its outer offsets."""
        kept = [i for i in range(start, end) if not any(a <= i < b for a, b in self.spans)]
        while kept and text[kept[0]] in _EDGES and not _opens(text, kept):
            kept.pop(0)
        while kept and text[kept[-1]] in _EDGES and not _closes(text, kept):
            kept.pop()
        if not kept:
            return "", start, start
        words = "".join(text[i] if n == 0 or kept[n - 1] == i - 1 else " " + text[i] for n, i in enumerate(kept))
        words = re.sub(r"\(\s*\)|\[\s*\]", " ", words)
        words = re.sub(r"\s+([,.;])", r"\1", " ".join(words.split()))
        return re.sub(r",(?:\s*,)+", ",", words), kept[0], kept[-1] + 1


def read_findings(text: str, context: FindingContext, rules: RuleBook | None = None) -> tuple[Finding, ...]:
    """The findings of one item, in order; empty only for a text without words."""
    wording = _wording(rules)
    citations = parse_citations(text, context.report_date, rules)
    cut = _Cut()
    start = match.end() if (match := _NUMBERING.match(text)) else 0
    unit = ""
    if match := _UNIT_FIRST.match(text, start):
        unit, start = _unit(match), match.end()
    for citation in citations:
        lead = _BEFORE_CITATION.search(text[: citation.start])
        cut.spans.append((lead.start() if lead else citation.start, citation.end))
        cut.cited.append(cut.spans[-1])
    _cut_remedies(text, start, wording, cut)
    quoted, status = _fate(text, start, wording, cut)
    due = None if quoted else _deadline(text, context, cut, rules)
    _cut_lead_in(text, start, wording, cut)
    if not unit and (match := _UNIT_INSIDE.search(text, start)) and not cut.covers(match.start(), match.end()):
        unit = _unit(match)
    found = []
    whole = context.one or _cited_once(cut.blanked(text), citations)
    for a, b in [(start, len(text))] if whole else _parts(text, start, len(text), cut, context, rules):
        description, first, last = cut.rest(text, a, b)
        if not re.search(r"\w", description) or only_place(description, rules):
            inside = tuple(c for c in citations if a <= c.start < b)
            if not inside or (status == "corrected" and not description):
                continue
            description = text[start:b].strip(_EDGES)
            first, last = text.find(description, start), text.find(description, start) + len(description)
        place, _, _ = find_location(description, context.terse, rules)
        if not place and only_place(cut.rest(text, a, b)[0], rules):
            place = cut.rest(text, a, b)[0]
        own = tuple(c for c in citations if a <= c.start < b or (a == start and c.start < a))
        well = is_negated(description, rules) or (context.terse and _measures_well(description, wording))
        negated = well and not own
        found.append(Finding(description, first, last, own, place, unit, status, due, negated, quoted))
    return tuple(found)


def _cited_once(text: str, citations: Sequence[Citation]) -> bool:
    """Whether one citation closes the item, and with it all that is said before: "… snapped off; the oven does not light.
    105 CMR 410.100(A)"."""
    places = {(c.start, c.end) for c in citations if not c.procedural}
    return len(places) == 1 and not re.search(r"[A-Za-z]{3}", text[next(iter(places))[1] :])


def is_negated(text: str, rules: RuleBook | None = None) -> bool:
    """Whether a text says that something is as it should be, and names nothing that is not."""
    wording = _wording(rules)
    if wording.exceptions.search(text):
        return False
    if (gone := wording.gone.search(text)) is not None and not wording.defects.search(text[gone.end() :]):
        return True
    if wording.remark.search(text) is not None and not wording.defects.search(text) and not parse_citations(text, None, rules):
        return True
    cleared = [m for m in wording.all_well.finditer(text) if not wording.not_well.search(text[: m.start()])]
    if not cleared:
        return False
    rest = text
    for match in reversed(cleared):
        rest = rest[: match.start()] + " " + rest[match.end() :]
    return not wording.defects.search(rest)


def names_a_defect(text: str, rules: RuleBook | None = None) -> bool:
    """Whether a text names something wrong."""
    return _wording(rules).defects.search(text) is not None


def _measures_well(text: str, wording: _Wording) -> bool:
    """Whether a note is just a measurement within what the code asks for ("HW 122")."""
    if wording.defects.search(text):
        return False
    return any((m := regex.match(text)) is not None and low <= int(m[1]) <= high for regex, low, high in wording.readings)


def _fate(text: str, start: int, wording: _Wording, cut: _Cut) -> tuple[bool, str | None]:
    """Whether it is quoted from an earlier order, and what became of it; its words are cut from the description."""
    if first := wording.status_first.match(text, start):
        cut.spans.append((first.start(), first.end()))
        return False, "corrected" if first["good"] else "open"
    earlier = wording.earlier.search(text)
    if still := wording.open.search(text):
        cut.spans.append((still.start(), len(text)))
        return False, "open"
    if put_right := wording.corrected.search(text):
        cut.spans.append((put_right.start(), len(text)))
        if earlier:
            cut.spans.append((0, earlier.end()))
        return earlier is not None, "corrected"
    return False, None


def _deadline(text: str, context: FindingContext, cut: _Cut, rules: RuleBook | None) -> date | None:
    found: FoundDate | None = find_deadline(text, context.report_date, rules)
    if found is None:
        return _at_the_end(text, context, cut, rules)
    start = found.start
    if opener := _DEADLINE_OPENER.search(text[:start]):
        start = opener.start()
    cut.spans.append((start, found.end))
    return found.value


def _at_the_end(text: str, context: FindingContext, cut: _Cut, rules: RuleBook | None) -> date | None:
    """A span alone behind the item's last comma or dash: "… needs key from inside - 410.480, 24 hours!"."""
    tail = _TAIL.search(text)
    if tail is None or context.report_date is None:
        return None
    value = find_deadline(f"within {tail[1]}", context.report_date, rules)
    if value is None:
        return None
    cut.spans.append((tail.start(), len(text)))
    return value.value


def _cut_remedies(text: str, start: int, wording: _Wording, cut: _Cut) -> None:
    """Sentences that say what is to be done are cut where the rest says what is wrong, and not only which section it is."""
    spans = [found.span() for found in wording.remedy.finditer(text, start)]
    rest = _Cut([*cut.spans, *spans]).rest(text, start, len(text))[0]
    if spans and not rest.istitle() and (wording.defects.search(rest) or len(rest.split()) > _TITLE):
        cut.spans += spans


def _cut_lead_in(text: str, start: int, wording: _Wording, cut: _Cut) -> None:
    position = start
    while position < len(text):
        ends = [b for a, b in cut.spans if a <= position < b]
        if ends:
            position = max(ends)
        elif text[position] in _EDGES:
            position += 1
        elif match := wording.lead_in.match(text, position):
            cut.spans.append((position, match.end()))
            position = match.end()
        else:
            return


def _parts(text: str, start: int, end: int, cut: _Cut, context: FindingContext, rules: RuleBook | None) -> list[Span]:
    """The item split where each part is a finding of its own: it names something wrong, and means a section."""
    for joint in (_STRONG, _WEAK, _COMMA):
        for match in joint.finditer(text, start, end):
            if cut.covers(match.start(), match.end()):
                continue
            left, right = cut.rest(text, start, match.start())[0], cut.rest(text, match.end(), end)[0]
            if _each_cites(text, cut, start, match, end) or _separate(left, right, joint, context, rules):
                return [
                    *_parts(text, start, match.start(), cut, context, rules),
                    *_parts(text, match.end(), end, cut, context, rules),
                ]
    return [(start, end)]


def _each_cites(text: str, cut: _Cut, start: int, joint: re.Match[str], end: int) -> bool:
    """Whether what stands before a joint closes with its own citation, and what follows has words and a citation too."""
    before = [s for s in cut.cited if start <= s[0] and s[1] <= joint.start()]
    after = [s for s in cut.cited if joint.end() <= s[0] and s[1] <= end]
    if not before or not after or re.search(r"\w", text[before[-1][1] : joint.start()]):
        return False
    words = cut.rest(text, start, joint.start())[0], cut.rest(text, joint.end(), after[0][0])[0]
    return all(len(re.findall(r"[A-Za-z]{2,}", part)) >= 2 for part in words)


def _separate(left: str, right: str, joint: re.Pattern[str], context: FindingContext, rules: RuleBook | None) -> bool:
    wording = _wording(rules)
    strong = joint is _STRONG
    if is_negated(left, rules) != is_negated(right, rules):
        other = right if is_negated(left, rules) else left
        return bool(wording.defects.search(other)) and bool(assign(other, department=context.department, rules=rules).code)
    if joint is _COMMA or not (wording.defects.search(left) and wording.defects.search(right)):
        return False
    one, two = (assign(part, department=context.department, rules=rules) for part in (left, right))
    if not one.code or not two.code:
        return False
    if "permits" in {one.category, two.category}:  # the missing permit of the very work named beside it
        return False
    if strong:
        return len(right.split()) >= 3
    return one.code != two.code and one.category != two.category and len(right.split()) >= 2


def _unit(match: re.Match[str]) -> str:
    return match["unit"].replace(" ", "").upper()


def _opens(text: str, kept: list[int]) -> bool:
    return text[kept[0]] == "(" and any(text[i] == ")" for i in kept)


def _closes(text: str, kept: list[int]) -> bool:
    character = text[kept[-1]]
    if character == ".":  # "2nd fl." and "per ten." are abbreviations that end a line
        return re.search(r"\b(?:fl|rm|st|ten|occ|apt|dept)\.$", text[: kept[-1] + 1], re.IGNORECASE) is not None
    return character == ")" and any(text[i] == "(" for i in kept)


@dataclass(frozen=True, slots=True)
class _Wording:
    all_well: re.Pattern[str]
    not_well: re.Pattern[str]
    defects: re.Pattern[str]
    exceptions: re.Pattern[str]
    corrected: re.Pattern[str]
    open: re.Pattern[str]
    status_first: re.Pattern[str]
    earlier: re.Pattern[str]
    lead_in: re.Pattern[str]
    readings: tuple[tuple[re.Pattern[str], int, int], ...]
    gone: re.Pattern[str]
    remark: re.Pattern[str]
    remedy: re.Pattern[str]


def _any(words: list[str]) -> str:
    parts = []
    for word in sorted(words, key=len, reverse=True):
        body = re.escape(word.rstrip("*")).replace(r"\ ", r"\s+")
        parts.append(body + (r"\w*" if word.endswith("*") else ""))
    return "|".join(parts)


@cache
def _wording(rules: RuleBook | None) -> _Wording:
    data = (rules or RuleBook.load()).section("negation")
    flags = re.IGNORECASE
    # What became of a finding stands apart: after a dash, a full stop, a colon, in brackets or on a line of its own.
    apart = r"(?:\s[-–—]+\s?|[—–]\s*|[.:;(\[|]\s*|\n\s*|\s{3,})(?:status\s*:?\s*)?(?:now\s+|all\s+|since\s+)?"
    after = r"(?=\s*(?:$|[-–—.,;:)\]|]|on\s|by\s|at\s|per\s|as\s|\d|verified|today|owner|see))"
    corrected, still = _any(data["corrected"]), _any(data["open"])
    return _Wording(
        re.compile(rf"(?<![\w-])(?:(?:{_any(data['all_well_of'])})\s[^,;.]*|(?:{_any(data['all_well'])})(?![\w-]))", flags),
        re.compile(rf"(?<!\w)(?:{_any(data['not_well'])})\s+(?:\w+\s+)?$", flags),
        re.compile(rf"(?<!\w)(?:{_any(data['defects'])})(?!\w)", flags),
        re.compile(rf"(?<!\w)(?:{_any(data['exceptions'])})(?!\w)", flags),
        re.compile(rf"{apart}(?:{corrected}){after}", flags),
        re.compile(rf"{apart}(?:{still}){after}", flags),
        re.compile(rf"\s*(?:(?P<good>{corrected})|{still})\s*[-–—:]+\s*", flags),
        re.compile(rf"(?<!\w)(?:{_any(data['earlier'])})(?!\w)(?:[^:–—]{{0,40}}?(?::|\s[-–—]\s))?", flags),
        re.compile(rf"(?:{_any(data['lead_ins'])})(?!\w)[\s,:]*", flags),
        tuple((re.compile(r["regex"], flags), int(r["low"]), int(r["high"])) for r in data["readings"]),
        re.compile(rf"(?<!\w)(?:{_any(data['gone'])})(?!\w)", flags),
        re.compile(rf"(?<!\w)(?:{_any(data['remarks'])})(?!\w)", flags),
        re.compile(rf"(?<=[.;)\]])\s+(?:the\s+)?(?:{_any(data['remedies'])})(?!\w)[^.;]*(?:[.;]|$)", flags),
    )
