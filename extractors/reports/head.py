"""The head of a report: which property, when, who, why, under which number, with the outcome the report itself states."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.language.dates import find_dates
from extractors.reports.address import NOT_NAMES, NUMBERLESS, clean_unit, find_address, find_person, unit_of
from extractors.reports.found import Found, Head
from extractors.reports.note_head import STAMPED, read_note
from extractors.reports.pairs import Pair, pairs_of
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.said_head import read_sentences, speaks_of_inspection
from extractors.reports.stamped import own_dates, stamps_of
from extractors.reports.text import Text
from extractors.reports.ticks import ticked_words
from extractors.reports.titled import titled_person
from extractors.reports.visit_told import visit_in, visit_is_told, visit_told
from extractors.reports.wording import Wording
from extractors.reports.worn_head import mend
from extractors.rulebook import RuleBook

_NO_STREET = 0.7  # of the weight of what a label of the address names, where it reads like none ("Dwelling: 2 family")
_NEXT_PERSON = re.compile(
    r"(?<=[a-z0-9])\.\s+(?=(?:owner|tenant|occupant|landlord|complainant|inspected|inspector)\b)", re.IGNORECASE
)
_RANK_AND_BADGE = re.compile(
    r"^\W*(?:(?:insp|inspector|officer)\b\.?\s*)?(?:(?:no\.?|#|badge)?\s*\d{1,4}\s+)?", re.IGNORECASE
)  # what stands before a name: "INSP 14"
_NUMBER_LOST = 0.6  # a labelled street whose house number was not read: a person is asked
_SIGNED = 0.85  # how sure a name over a title is


def read_head(pieces: Sequence[Piece], known: Wording, rules: RuleBook, skip_rows: dict[int, int]) -> Head:
    """The head of the report on these pieces."""
    head = Head(pairs=pairs_of(pieces, known, skip_rows, rules), ticks={p.page.number: p.page.ticks for p in pieces})
    head.stamps = stamps_of(pieces, known)
    head.labels = tuple(sorted({p.field for p in head.pairs if p.field != "ends"}))
    for pair in head.pairs:
        _take(head, pair, known, rules)
    _ids(head, pieces, known)
    read_sentences(head, pieces, known, rules)
    visit_told(head, pieces, rules, known)
    if "address" not in head.found or not ("inspection_date" in head.found or visit_is_told(head)):
        read_note(head, pieces, known, rules)
    _titles(head, pieces, known)
    mend(head, pieces, known, rules)
    _signature(head, pieces, known)
    _sender(head, pieces)
    if "inspector" not in head.found and (named := titled_person(pieces)) is not None:
        head.offer("inspector", Found(named.text.strip(" ,.;"), named, 0.75, "us-ma/labels/titled@1"))
    _unit(head)
    return head


def _flags(repaired: bool, stamped: bool) -> tuple[str, ...]:
    return (*(("ocr_repair",) if repaired else ()), *(("stamped",) if stamped else ()))


def _rule(pair: Pair) -> str:
    return f"us-ma/labels/{pair.field}@1 ({pair.how})"


def _take(head: Head, pair: Pair, known: Wording, rules: RuleBook) -> None:
    value, sure = pair.value, pair.sure
    if pair.field == "unit" and re.search(r"\d\s?/\s?\d", value.text):
        return  # "Last certificate for this unit: 6/2/2012"
    if pair.field == "address" and value:
        cut = _address(value, known, labelled=True)
        if cut is not None:
            generic = 0.03 if plain_label(pair.label) in {"location", "building", "street", "property", "re", "site"} else 0.0
            weight = 0.98 * sure - generic if any(c.isdigit() for c in cut.text) else _NUMBER_LOST
            weight *= 1.0 if find_address(cut.text, bare=True) or weight == _NUMBER_LOST else _NO_STREET
            head.offer("address", Found(cut.text.strip(" ,;"), cut, weight, _rule(pair)))
    elif pair.field == "unit" and value:
        unit = clean_unit(value.text)
        if unit and len(unit) <= 14:
            head.offer("unit", Found(unit, value, 0.97 * sure, _rule(pair)))
    elif pair.field in {"inspection_date", "reinspection_date", "original_date", "date"} and value:
        dates, stamped = own_dates(value, find_dates(value.text, None, rules), head.stamps)
        if dates:
            part = value.cut(dates[0].start, dates[0].end)
            weight = STAMPED if stamped else {"date": 0.88}.get(pair.field, 0.98)
            flags = _flags(dates[0].repaired, stamped)
            name = "inspection_date" if pair.field == "date" else pair.field
            head.offer(name, Found(dates[0].value, part, weight * sure, _rule(pair), flags))
        elif pair.field == "inspection_date" and _options(value.text, known) == 1 and (kind := known.type_of(value.text)):
            head.offer("inspection_type", Found(kind, value, 0.85 * sure, _rule(pair)))  # "Inspection: routine"
    elif pair.field == "inspector" and value:
        head.offer("inspector", _person(value, known, 0.97 * sure, _rule(pair), labelled=True))
    elif pair.field == "case" and value:
        number = known.case_id.search(value.text)
        if number is not None:
            head.offer("case_number", Found(_case(number[1]), value.cut(*number.span()), 0.98 * sure, _rule(pair)))
        elif (plain_number := re.match(r"\s*#?\s*([A-Z0-9][A-Z0-9-]{3,14})\b", value.text)) and any(
            c.isdigit() for c in plain_number[1]
        ):
            head.offer("case_number", Found(plain_number[1], value.cut(*plain_number.span(1)), 0.9 * sure, _rule(pair)))
    elif pair.field == "type" and value:
        ticked = ticked_words(value, known, head.ticks.get(value.page or 0, ()))
        kind = _ticked_type(ticked, known) if ticked is not None else known.type_of(value.text)
        if ticked is None and _options(value.text, known) > 1:
            return
        if kind is not None:
            head.offer("inspection_type", Found(kind, ticked or value, 0.97 * sure, _rule(pair)))
        elif ticked is not None or value.text.strip(" _"):
            head.offer("inspection_type", Found("other", ticked or value, 0.6, _rule(pair)))
    elif pair.field == "result" and value:
        ticked = ticked_words(value, known, head.ticks.get(value.page or 0, ()))
        outcome = known.result_of((ticked or value).text)
        if outcome is not None and (ticked is not None or _options(value.text, known) <= 1):
            head.offer("result", Found(outcome, ticked or value, 0.95 * sure, _rule(pair)))


def _ticked_type(ticked: Text, known: Wording) -> str | None:
    """The type named by the words right after the mark; later words belong to the next choice."""
    prefixes = [" ".join(w.text for w in ticked.words[:n]) for n in range(1, len(ticked.words) + 1)]
    return next((kind for p in prefixes if (kind := known.type_of(p)) is not None), None)


def _options(text: str, known: Wording) -> int:
    """How many different inspection types a text names: more than one is a printed choice, not an answer."""
    return len({name for name, patterns in known.types if any(p.search(text) for p in patterns) and name != "other"})


def plain_label(label: str) -> str:
    return re.sub(r"[^a-z]+", " ", label.lower()).strip()


def _case(number: str) -> str:
    return re.sub(r"\s+", "", number).replace("–", "-").replace("—", "-").upper()


def _address(value: Text, known: Wording, labelled: bool) -> Text | None:
    """The address within a labelled value, without lead-in words ("Property located at")."""
    text = value.text
    start = 0
    for lead in known.lead_ins:
        if text[start:].lower().lstrip().startswith(lead + " ") or text[start:].lower().lstrip().startswith(lead + ":"):
            start += len(text[start:]) - len(text[start:].lstrip()) + len(lead)
            while start < len(text) and text[start] in " :,-–":
                start += 1
            break
    rest = text[start:]
    stop = len(text)
    number = known.case_id.search(rest)
    if number is not None:
        stop = start + number.start()
        while stop > start and text[stop - 1] in " (,-–":
            stop -= 1
    told = _NEXT_PERSON.search(text[start:stop])
    if told is not None:  # "Premises 9 Elm Street, Apt. 5. Owner J. Reyes."
        stop = start + told.start()
    numbered = re.search(r"\d", text[start:stop]) or find_address(text[start:stop], bare=True)
    if not numbered and not (labelled and NUMBERLESS.match(text[start:stop])):
        return None
    cut = value.cut(start, stop)
    if any(word in cut.text.lower() for word in known.office_words) and find_address(cut.text) is None:
        return None
    return cut if cut and re.search(r"[A-Za-z]{2}", cut.text) else None


def _person(value: Text, known: Wording, finding: float, rule: str, labelled: bool = False) -> Found | None:
    """The inspector's name in a value, rank kept ("Lt. R. Quigley"), titles and dates after it left out."""
    text = value.text
    span = find_person(text)
    if span is None:
        text = _RANK_AND_BADGE.sub("", text) if labelled else text
        words = [w for w in text.split() if re.fullmatch(r"[A-Za-z][A-Za-z.'’-]*", w)]
        office = {w.lower().strip(".,") for w in words} & NOT_NAMES
        if labelled and not office and 1 <= len(words) <= 3 and len(words) == len(text.split()):
            return Found(text.strip(" ,;"), value, finding * 0.85, rule)
        return None
    start, end = span
    before = text[:start].split()
    while (
        before
        and before[-1].lower().strip(".,") in known.ranks
        and before[-1].lower().strip(".,") not in {"inspector", "insp", "mr", "ms", "mrs", "officer"}
    ):
        start = text.rindex(before[-1], 0, start)
        before = before[:-1]
    if labelled and len(before) > 3:
        return None
    part = value.cut(start, end)
    return Found(part.text.strip(" ,;/"), part, finding, rule)


def _ids(head: Head, pieces: Sequence[Piece], known: Wording) -> None:
    """A record number anywhere: its shape says what it is."""
    for text in all_texts(pieces):
        number = known.case_id.search(text.text)
        if number is not None and re.match(r"[A-Z]{2,4}[-–—]", number[1]):
            head.offer("case_number", Found(_case(number[1]), text.cut(*number.span()), 0.93, "us-ma/labels/case_id@1"))


def _titles(head: Head, pieces: Sequence[Piece], known: Wording) -> None:
    """The report's title says why the visit was made, where nothing else does."""
    for piece in [p for p in pieces if p.table is None][:8]:
        titled = re.search(r"\b(?:report|memo\w*|form|notice|checklist)\b", piece.text.text, re.IGNORECASE)
        kind = known.type_of(piece.text.text)
        # "Smoke and Carbon Monoxide Inspection (26F)" is titled by its law; "Re-inspection: 5/20" is no title.
        by_law = kind == "smoke_co" and ":" not in piece.text.text
        if kind in (None, "other") or not (titled or by_law) or len(piece.text.words) > 14:
            continue
        if not re.search(r"\bcomplaint/", piece.text.text, re.IGNORECASE):
            weight = 0.99 if kind == "reinspection" else 0.7
            head.offer("inspection_type", Found(kind, piece.text, weight, "us-ma/inspection_types/title@1"))


def _signature(head: Head, pieces: Sequence[Piece], known: Wording) -> None:
    """A name over a title ("J. Rivera / Sanitary Inspector"), or the last line's name."""
    if "inspector" in head.found and head.found["inspector"].finding >= _SIGNED:
        return
    lines = [p.text for p in pieces if p.table is None]
    for n, text in enumerate(lines):
        title = re.sub(r"[^a-z ]+", " ", text.text.lower()).strip()
        span = find_person(text.text)
        after = text.text[span[1] :].lower().lstrip(" ,-–") if span is not None else ""
        titled = len(text.words) <= 8 or (span is not None and span[0] < 3 and after.startswith(known.titles))
        if span is not None and span[0] < 12 and any(t in title for t in known.titles) and titled:
            part = text.cut(*span)
            head.offer("inspector", Found(part.text.strip(" ,"), part, 0.85, "us-ma/labels/signature@1"))
        elif n and title in known.titles:
            above = next((t for t in reversed(lines[max(0, n - 3) : n]) if find_person(t.text)), None)
            if above is not None and len(above.words) <= 5:
                span = find_person(above.text)
                assert span is not None
                part = above.cut(*span)
                head.offer("inspector", Found(part.text.strip(" ,"), part, 0.9, "us-ma/labels/signature@1"))
        elif n and lines[n - 1].text.lower().strip(" ,.") in known.sign_offs and span is not None and len(text.words) <= 5:
            part = text.cut(*span)
            head.offer("inspector", Found(part.text.strip(" ,"), part, 0.8, "us-ma/labels/signature@1"))


def _sender(head: Head, pieces: Sequence[Piece]) -> None:
    """Who sent a mail that tells of a visit without saying whose ("Inspected unit 2 today", "Went to 9 Elm St")."""
    sent = next((p for p in head.pairs if plain_label(p.label) == "from" and p.value), None)
    if "inspector" in head.found or sent is None or (span := find_person(sent.value.text)) is None or span[0] > 12:
        return
    if any(speaks_of_inspection(p.text.text) or visit_in(p.text.text) for p in pieces if p.table is None):
        part = sent.value.cut(*span)
        head.offer("inspector", Found(part.text.strip(" ,."), part, 0.8, "us-ma/labels/sender@1"))


def _unit(head: Head) -> None:
    if "unit" in head.found or "address" not in head.found:
        return
    address = head.found["address"]
    unit = unit_of(str(address.value))
    if unit:
        head.offer("unit", Found(unit, address.text, 0.9 * address.finding, "us-ma/labels/unit_in_address@1"))
