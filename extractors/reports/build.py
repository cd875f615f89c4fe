"""Items become records: sentence read, section and category told, status, place and deadline settled, doubts named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from extractors.language.citations import Citation, findings_cited, parse_citations
from extractors.language.codebook import exists
from extractors.language.dates import find_dates, find_deadline, parse_deadline
from extractors.language.findings import Finding, FindingContext, read_findings
from extractors.language.meaning import CodeGuess, assign, categorise
from extractors.language.places import is_object
from extractors.reports.by_hand import status_of_note, with_added
from extractors.reports.found import Found, Head
from extractors.reports.items import Item
from extractors.reports.list_items import title_only, titles_of
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook
from records.record import Evidence, Extraction, Reason, Record, Value

_EARLIER = re.compile(r"\b(?:has|have|had) (?:since )?been (?:corrected|repaired|fixed|abated)\b", re.IGNORECASE)
_LEAD = re.compile(r"(?:(?:inspector )?(?:observed|found|noted)(?: that)?|at (?:the )?time of inspection,?)\s+", re.IGNORECASE)
ENOUGH = 0.35  # a guessed section is written only from this score on; below it the category alone
LOOSE_ENOUGH = 0.3  # a line that is not itemised is a finding only if it means one
CITED_OK = 0.98
# The chapter's figure may stick to the section's ("Chapter2410.505").
_GARBLED = re.compile(
    r"(?:(?<!\d)|(?<=[A-Za-z]\d)|(?<=[A-Za-z]\s\d))4[1lI|][0OoQ]\W{1,3}(\d{3})(?!\d)((?:\s?\([A-Za-z0-9]{1,3}\))*)"
)
VERSION = "@1"


def records_of_item(item: Item, key: str, head: Head, department: str, known: Wording, rules: RuleBook) -> list[Record]:
    """The records of one item: usually one, several where a sentence holds several findings, none where it holds none.

    Findings struck out or quoted from before are records marked ``ignorable``."""
    item = with_added(item)
    struck = item.text.share("struck")
    if struck > 0.6 or (struck > 0.2 and item.added and status_of_note(item.added, known) == "none"):
        return [replace(_record(item, None, item.text, key, head, department, known, rules), ignorable="struck out by hand")]
    source = item.text.without("struck") if struck else item.text
    context = FindingContext(head.day(), department, item.label, item.terse, _one(item))
    found = read_findings(source.text, context)
    out: list[Record] = []
    for n, finding in enumerate(found):
        own = f"{key}.{n}" if len(found) > 1 else key
        record = _record(item, finding, source, own, head, department, known, rules)
        remark = item.loose and not item.terse and item.structure == 0
        put_right = finding.status == "corrected" or known.status_of(item.status_text.text) == "corrected"
        if finding.quoted or (remark and (put_right or _EARLIER.search(finding.description))):
            record = replace(record, ignorable="quoted as corrected earlier")
        elif finding.negated:
            continue
        elif not record.text("code_as_written") and not re.search(r"[A-Za-z]{3}", finding.description):
            continue  # a speck or a stray letter
        elif len(found) > 1 and any(title_only(finding.description, c.code, c.raw, rules) for f in found for c in f.citations):
            continue  # the section's printed title, not what was found
        elif item.loose and not record.text("code_as_written") and record.features["guess_score"] < LOOSE_ENOUGH:
            continue
        out.append(record)
    marked = bool(item.code or item.tick)
    if not found and item.structure == 1 and (marked or (item.number is not None and len(source.words) >= 2)):
        out.append(_record(item, None, source, key, head, department, known, rules))
    return out


def _one(item: Item) -> bool:
    """Whether a table's row names a single section: then what stands in it is one finding."""
    said = item.code.text
    return said != "" and len(re.findall(r"\d{3}(?!\d)", said)) <= 2 and not re.search(r"[;&,]| and ", said)


def _record(
    item: Item, finding: Finding | None, source: Text, key: str, head: Head, department: str, known: Wording, rules: RuleBook
) -> Record:
    day = head.day()
    start, end = (finding.start, finding.end) if finding is not None else (0, len(source.text))
    part = source.cut(start, end) or source
    description = finding.description if finding is not None else source.text
    description, start = _without_title(description, start, code_of(item, finding, source, day, rules), rules)
    part = source.cut(start, end) or part
    own = finding.location if finding is not None else ""
    place = item.location or (NOTHING if own and not is_object(own, rules) else item.room)
    location = place.text.strip(" -–:") or own or ""
    fields: dict[str, Extraction] = {}

    def put(
        name: str,
        value: Value | None,
        text: Text,
        finding_score: float,
        rule: str,
        flags: tuple[str, ...] = (),
        alternatives: tuple[str, ...] = (),
    ) -> None:
        if value is None or value == "":
            return
        marks = (*flags, *(("handwritten",) if text.share("handwritten") > 0 else ()))
        fields[name] = Extraction(name, value, text.evidence(), text.reading, finding_score, rule + VERSION, marks, alternatives)

    citations, cited_text = _cited(item, finding, source, day, rules)
    guess = assign(description, location, item.label, department, day, rules)
    reasons: list[Reason] = []
    code = "; ".join(dict.fromkeys(c.code for c in citations))
    raw = "; ".join(dict.fromkeys(c.raw for c in citations)) or item.code.text.strip(" _-–—")
    put(
        "description",
        description,
        part,
        0.97 if item.structure == 1 else 0.9 if item.structure else 0.75,
        "us-ma/findings/description",
    )
    if code:
        put(
            "code",
            code,
            cited_text,
            CITED_OK,
            "us-ma/findings/cited",
            ("ocr_repair",) if any(c.repaired for c in citations) else (),
        )
        put("code_basis", "cited", cited_text, CITED_OK, "us-ma/findings/cited")
        if "410." in code and not all(exists(c.code, day, rules) for c in citations if c.code.startswith("105 CMR 410")):
            reasons.append(
                Reason("code", "unknown_code", f"{raw} is not a section of the edition in force on {day or 'an unknown day'}")
            )
    elif raw and any(c.isdigit() for c in raw):
        put("code_basis", "cited", item.code, 0.5, "us-ma/findings/cited")
        reasons.append(Reason("code", "unknown_code", f"a section is cited but could not be read: {raw}"))
    elif guess.code and guess.score >= ENOUGH:
        put(
            "code",
            guess.code,
            part,
            guess.score,
            "us-ma/meaning/assigned",
            ("inferred",),
            tuple(c for c, _ in guess.alternatives),
        )
        put("code_basis", "inferred", part, guess.score, "us-ma/meaning/assigned", ("inferred",))
    put("code_as_written", raw, cited_text or item.code, CITED_OK, "us-ma/findings/cited")
    category = categorise(description, code, location, item.label, department, day, rules) if code else guess.category
    put("category", category, part, 0.9 if code else max(0.3, guess.score), "us-ma/meaning/category")
    put("location", location, place if place else part, 0.95 if place else 0.8, "us-ma/findings/location")
    unit = (finding.unit if finding is not None and finding.unit else None) or item.unit
    if (
        finding is not None
        and unit == finding.unit
        and len(unit or "") == 1
        and not re.search(rf"\b(?:apt|apartment|unit)\b\W*#?{re.escape(unit or '')}\b", source.text, re.IGNORECASE)
    ):
        unit = item.unit
    put("unit", unit, part, 0.9, "us-ma/findings/unit")
    status, status_text = _status(item, finding, known)
    put(
        "status",
        status,
        status_text or part,
        0.97 if item.status_text else 0.93,
        "us-ma/statuses/word" if status_text else "us-ma/statuses/default",
    )
    said = bool(status_text) or (finding is not None and finding.status is not None)
    if not said and head.value("inspection_type") == "reinspection":
        # A re-inspection is about what became of each finding: where that was not understood, "open" would be a guess.
        reasons.append(Reason("status", "weak", "the re-inspection does not clearly say what became of this finding"))
    due, due_text = _deadline(item, finding, status, head, rules)
    put("correct_by", due, due_text or part, 0.95 if due_text else 0.9, "us-ma/findings/deadline")
    if status == "corrected" and (when := find_dates((status_text or NOTHING).text, day, rules)):
        put("corrected_date", when[0].value, status_text or part, 0.9, "us-ma/statuses/date")
    elif status == "corrected" and head.value("inspection_type") == "reinspection" and day is not None:
        put("corrected_date", day, status_text or part, 0.7, "us-ma/statuses/visit")
    for name in ("inspection_date", "address_as_written"):
        if (one := head.found.get("address" if name == "address_as_written" else name)) is not None:
            fields[name] = as_extraction(name, one)
    if item.unit == "":
        fields.setdefault(
            "unit",
            Extraction(
                "unit", None, part.evidence(), part.reading, 0.9, "us-ma/report_tables/common" + VERSION, ("common_area",)
            ),
        )
    if item.tick == "unsure":
        reasons.append(Reason("description", "ambiguous", "it is not clear whether this box is ticked"))
    if item.text.share("handwritten") > 0:
        reasons.append(Reason("description", "handwritten", "read from handwriting; a person has to confirm it"))
    if item.added:
        reasons.append(Reason("status", "handwritten", f'beside it stands a note by hand: "{item.added.text}"'))
    features = _features(item, part, code, citations, guess, day, rules)
    features["bare"] = float(_bare(description, code, item.label, rules))
    anchor = part.evidence()
    if anchor.page is None:
        anchor = Evidence(None, (), part.text, part.anchor)
    return Record("violation", key, fields, anchor, reasons=tuple(reasons), features=features)


def code_of(item: Item, finding: Finding | None, source: Text, day: date | None, rules: RuleBook) -> str:
    cited = _cited(item, finding, source, day, rules)[0]
    return cited[0].code if cited else ""


def _without_title(description: str, start: int, code: str, rules: RuleBook) -> tuple[str, int]:
    """The description without the section's own title in front of it ("Smoke Detectors: no alarm in hall")."""
    if not code:
        return description, start
    plain = re.sub(r"[^a-z]", " ", description.lower())
    for title in sorted(titles_of(code, rules), key=len, reverse=True):
        match = re.match(r"\s*" + r"\s+".join(map(re.escape, title.split())), plain)
        rest = description[match.end() :] if match is not None else ""
        if match is not None and len(rest.split()) >= 2:
            inner = rest.lstrip(" .:;,-–—")
            lead = _LEAD.match(inner)
            inner = inner[lead.end() :] if lead is not None else inner
            return inner, start + len(description) - len(inner)
    return description, start


def _cited(
    item: Item, finding: Finding | None, source: Text, day: date | None, rules: RuleBook
) -> tuple[tuple[Citation, ...], Text]:
    """The sections cited for this finding, and the words that cite them."""
    if item.code:
        column = findings_cited(parse_citations(_as_code(item.code.text), day, rules)) or _slipped(item.code.text, day, rules)
        if column:
            return column, item.code
    own = (
        findings_cited(tuple(finding.citations))
        if finding is not None
        else findings_cited(parse_citations(source.text, day, rules))
    )
    if not own:
        return (), NOTHING
    words = NOTHING
    for citation in own:
        at = source.text.find(citation.raw)
        part = source.cut(at, at + len(citation.raw)) if at >= 0 else source.cut(citation.start, citation.end)
        words = words + part
    return own, words or source


def _as_code(text: str) -> str:
    """A code column's text: figures alone are a section there ("410 . 482" broken over lines, "482" under "105 CMR 410.")."""
    text = re.sub(r"\s+", " ", text).strip()
    alone = re.fullmatch(r"\W{0,2}([1-9]\d\d(?:\s?\([A-Za-z0-9]{1,3}\))*)\W?", text)
    return f"105 CMR 410.{alone[1]}" if alone is not None else text


def _slipped(text: str, day: date | None, rules: RuleBook) -> tuple[Citation, ...]:
    """A section in a code column that OCR garbled around its figures ("410 351", "$410 .501(B).", "©1050 *4AR410.505"):
    nothing but a section stands there, so the figures are enough if they name one. Always marked as repaired."""
    found = _GARBLED.search(text)
    if found is None:
        return ()
    read = parse_citations(f"105 CMR 410.{found[1]}{found[2]}", day, rules)
    return tuple(replace(c, raw=found[0], repaired=True) for c in read)


def _status(item: Item, finding: Finding | None, known: Wording) -> tuple[str, Text]:
    if item.status_text:
        found = known.status_of(item.status_text.text)
        if found is not None:
            return found, item.status_text
        mark = known.mark_of(item.status_text.text)
        answer = item.status_text.text.strip(" .").lower()
        if mark is None and (letter := known.status_letter(item.status_text.text)) is not None:
            return letter, item.status_text
        if mark is True or answer in {"yes", "y"}:
            return "corrected", item.status_text
        if mark is False or answer in {"no", "n"}:
            return "open", item.status_text
    if item.added and (noted := status_of_note(item.added, known)) in {"open", "corrected"}:
        return str(noted), item.added
    if finding is not None and finding.status == "corrected":
        return "corrected", NOTHING
    return "open", NOTHING


def _deadline(item: Item, finding: Finding | None, status: str, head: Head, rules: RuleBook) -> tuple[date | None, Text]:
    base = head.letter_date or head.day()
    if item.deadline_text:
        day = parse_deadline(item.deadline_text.text, base, rules)
        if day is None and (dates := find_dates(item.deadline_text.text, base, rules)):
            day = dates[0].value
        if day is None and (days := re.fullmatch(r"\W*(\d{1,2})\s*(?:d|day|days)?\W*", item.deadline_text.text, re.IGNORECASE)):
            day = parse_deadline(f"within {days[1]} days", base, rules)
        return day, item.deadline_text
    if finding is not None and finding.correct_by is not None:
        return finding.correct_by, NOTHING
    if status == "open" and item.status_text:
        found = find_deadline(item.status_text.text, base, rules)
        if found is not None:
            return found.value, item.status_text
        dates = find_dates(item.status_text.text, base, rules)
        if dates and base is not None and dates[-1].value > base:
            return dates[-1].value, item.status_text
        return item.extended, NOTHING
    return (item.deadline, NOTHING) if status == "open" or item.deadline else (None, NOTHING)


def _features(
    item: Item, part: Text, code: str, citations: tuple[Citation, ...], guess: CodeGuess, day: date | None, rules: RuleBook
) -> dict[str, float]:
    reading = part.reading
    margin = guess.score - _runner_up(guess)
    agrees = float(bool(code) and bool(guess.code) and guess.code.split("(")[0] in code) if guess.code else 0.0
    return {
        "min_conf": reading if reading is not None else 0.0,
        "mean_conf": part.mean_reading,
        "cited": float(bool(citations)),
        "code_exists": float(
            bool(citations) and all(exists(c.code, day, rules) or not c.code.startswith("105 CMR 410") for c in citations)
        ),
        "code_repaired": float(any(c.repaired for c in citations)),
        "guess_score": guess.score,
        "guess_margin": margin,
        "section_matches_meaning": agrees,
        "handwritten_share": part.share("handwritten"),
        "list_structure": item.structure,
        "has_location": float(bool(item.location)),
        "words": float(min(len(part.words), 30)),
        "unsure_tick": float(item.tick == "unsure"),
        "loose": float(item.loose),
    }


def _bare(description: str, code: str, label: str, rules: RuleBook) -> bool:
    """Whether the finding says no more than its form prints: the item's own label, or the section and its title."""
    letters = re.sub(r"[^a-z]+", " ", description.lower()).strip()
    printed = re.sub(r"[^a-z]+", " ", label.lower()).strip()
    return letters == printed or bool(code and title_only(description, code, "", rules))


def _runner_up(guess: CodeGuess) -> float:
    return max((score for _, score in guess.alternatives), default=0.0)


def as_extraction(name: str, one: Found) -> Extraction:
    """A value of the head as a field of a record."""
    marks = (*one.flags, *(("handwritten",) if one.text.share("handwritten") > 0 else ()))
    return Extraction(
        name, one.value, one.text.evidence(), one.text.reading, round(one.finding, 4), one.rule, marks, one.alternatives
    )
