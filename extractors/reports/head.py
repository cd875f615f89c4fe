"""The head of a report: which property, when, who, why, under which number, with the outcome the report itself states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.language.dates import find_dates
from extractors.language.sentences import sentences
from extractors.reports.address import NOT_NAMES, clean_unit, find_address, find_person, unit_of
from extractors.reports.found import Found, Head
from extractors.reports.pairs import Pair, pairs_of
from extractors.reports.paragraphs import paragraphs
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.stamped import own_dates, stamps_of
from extractors.reports.text import Text
from extractors.reports.ticks import ticked_words
from extractors.reports.titled import titled_person
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

TERSE_TOP = 7  # lines at the top of a note without labels in which its head stands
_INSPECTED = re.compile(r"\binspect(?:ion|ed)\b|\bvisit(?:ed)?\b|\bsurvey(?:ed)?\b", re.IGNORECASE)
_MADE = re.compile(
    r"\b(?:made|conducted|performed|carried out|done|inspected|visited|took place|completed|held)\b", re.IGNORECASE
)
# The line that a fax machine prints over a page says when it was sent, not when anybody inspected.
_SENT = re.compile(
    r"\bfax\b.*\b\d{1,3}\s?/\s?\d{1,3}\W*$|\d{1,2}:\d{2}.*\bfax\b|\bfax\b.*\d{1,2}:\d{2}|\d{1,2}:\d{2}.*\bP(?:age|g)?\.?\s?\d{1,3}(?:\s?/\s?\d{1,3})?\W*$",
    re.IGNORECASE,
)
_LATER = re.compile(r"\b(?:will be|to be|hearing|re-?inspect\w* (?:will|on or after)|previous|prior|original)\b", re.IGNORECASE)
_TIME = re.compile(r"\b\d{1,2}[:.]?\d{0,2}\s?[ap]\.?m\b\.?|\b\d{1,2}:\d{2}\b", re.IGNORECASE)


_STAMPED = 0.4  # a date where a stamp is: below what counts as found


def read_head(pieces: Sequence[Piece], known: Wording, rules: RuleBook, skip_rows: dict[int, int]) -> Head:
    """The head of the report on these pieces."""
    head = Head(pairs=pairs_of(pieces, known, skip_rows), ticks={p.page.number: p.page.ticks for p in pieces})
    head.stamps = stamps_of(pieces, known)
    head.labels = tuple(sorted({p.field for p in head.pairs if p.field != "ends"}))
    for pair in head.pairs:
        _take(head, pair, known, rules)
    _ids(head, pieces, known)
    _sentences(head, pieces, known, rules)
    if "address" not in head.found or "inspection_date" not in head.found:
        _top_of_note(head, pieces, known, rules)
    _titles(head, pieces, known)
    _signature(head, pieces, known)
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
    if pair.field == "address" and value:
        cut = _address(value, known, labelled=True)
        if cut is not None:
            generic = 0.03 if plain_label(pair.label) in {"location", "building", "street", "property", "re", "site"} else 0.0
            head.offer("address", Found(cut.text.strip(" ,;"), cut, 0.98 * sure - generic, _rule(pair)))
    elif pair.field == "unit" and value:
        unit = clean_unit(value.text)
        if unit and len(unit) <= 14:
            head.offer("unit", Found(unit, value, 0.97 * sure, _rule(pair)))
    elif pair.field in {"inspection_date", "reinspection_date", "original_date", "date"} and value:
        dates, stamped = own_dates(value, find_dates(value.text, None, rules), head.stamps)
        if dates:
            part = value.cut(dates[0].start, dates[0].end)
            weight = _STAMPED if stamped else {"date": 0.88}.get(pair.field, 0.98)
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
    if not re.search(r"\d", text[start:stop]) and not find_address(text[start:stop], bare=True):
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
        words = [w for w in text.split() if re.fullmatch(r"[A-Za-z][A-Za-z.'’-]+", w)]
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


def _sentences(head: Head, pieces: Sequence[Piece], known: Wording, rules: RuleBook) -> None:
    """Statements of running text: "An inspection … was made on 4/3/2019 by Inspector J. Rivera"."""
    for text, start, end in _statements(pieces, rules):
        sentence = text.text[start:end]
        if known.type_statements.search(sentence):
            head.offer("inspection_type", Found("complaint", text.cut(start, end), 0.92, "us-ma/inspection_types/statement@1"))
        if not _INSPECTED.search(sentence):
            continue
        if head.value("inspection_type") is None and (kind := known.type_of(sentence)) in {
            "complaint",
            "certificate",
            "quarterly",
        }:
            head.offer("inspection_type", Found(kind, text.cut(start, end), 0.9, "us-ma/inspection_types/sentence@1"))
        if not _MADE.search(sentence):
            continue
        dates = [d for d in find_dates(sentence, None, rules) if not _LATER.search(sentence[max(0, d.start - 30) : d.start])]
        again = re.search(r"\bre-?\s?inspect", sentence, re.IGNORECASE)
        if dates:
            one = dates[0]
            part = text.cut(start + one.start, start + one.end)
            name = "reinspection_date" if again else "inspection_date"
            head.offer(
                name, Found(one.value, part, 0.95, "us-ma/labels/inspection_sentence@1", ("ocr_repair",) if one.repaired else ())
            )
            found_by = re.search(r"\b(?:by|inspector|officer)\s+(?=[A-Z])", sentence, re.IGNORECASE) or re.search(
                r"\d,?\s+(?=[A-Z]\.\s?[A-Z]|[A-Z][a-z]+ [A-Z])", sentence
            )
            if found_by is not None:
                span = find_person(sentence[found_by.end() :])
                if span is not None and span[0] < 14:
                    person = text.cut(start + found_by.end() + span[0], start + found_by.end() + span[1])
                    head.offer("inspector", Found(person.text.strip(" ,."), person, 0.9, "us-ma/labels/inspector_sentence@1"))
        where = re.search(r"\b(?:at|of|located at|known as)\s+(?=\d)", sentence)
        if where is not None and (span := find_address(sentence[where.end() :])) and span[0] == 0:
            part = text.cut(start + where.end(), start + where.end() + span[1])
            head.offer("address", Found(part.text.strip(" ,."), part, 0.85, "us-ma/labels/address_sentence@1"))


def _statements(pieces: Sequence[Piece], rules: RuleBook) -> Iterator[tuple[Text, int, int]]:
    """Sentences of the running text, across the lines they are broken over."""
    for paragraph in paragraphs(pieces):
        for start, end in sentences(paragraph.text.text, rules):
            yield paragraph.text, start, end


def _top_of_note(head: Head, pieces: Sequence[Piece], known: Wording, rules: RuleBook) -> None:
    """The first lines of a note without labels: date, address, number, name and reason in any order."""
    lines = [p for p in pieces if p.table is None][:TERSE_TOP]
    last = -1
    for n, piece in enumerate(lines):
        text = piece.text
        rest = text.text
        if _SENT.search(rest):
            continue
        if re.match(r"\s*(?:[-*•–·>]|\d{1,2}[.)])\s*\w", rest) and n > 0:
            break
        taken: list[tuple[int, int]] = []
        number = known.case_id.search(rest)
        if number is not None:
            taken.append(number.span())
        follows = re.match(r"\W*f/?u\b|\W*follow", rest, re.IGNORECASE)
        dates, stamped = own_dates(text, () if follows else find_dates(rest, None, rules), head.stamps)
        if stamped and not known.case_id.search(rest) and not find_address(rest):
            continue  # an office stamp over the note's head
        if dates and "inspection_date" not in head.found:
            part = text.cut(dates[0].start, dates[0].end)
            head.offer(
                "inspection_date",
                Found(
                    dates[0].value,
                    part,
                    _STAMPED if stamped else 0.8 if n < 3 else 0.6,
                    "us-ma/labels/note_date@1",
                    _flags(dates[0].repaired, stamped),
                ),
            )
        taken += [(d.start, d.end) for d in dates]
        blank = _blanked(rest, taken)
        if "address" not in head.found:
            span = find_address(blank, bare=bool(dates) or n < 2)
            if span is not None and not any(w in rest.lower() for w in known.office_words):
                part = text.cut(*span)
                head.offer("address", Found(blank[span[0] : span[1]].strip(" ,;("), part, 0.8, "us-ma/labels/note_address@1"))
                taken.append(span)
                last = n
        if (dates or number) and (last < 0 or n <= last + 2):  # a date further down is a follow-up, no head
            last = max(last, n)
    if last < 0 or "address" not in head.found:
        return
    head.terse = True
    for n, piece in enumerate(lines[: last + 2]):
        text = piece.text
        blank = _blanked(
            text.text,
            [(d.start, d.end) for d in find_dates(text.text, None, rules)]
            + [m.span() for m in _TIME.finditer(text.text)]
            + [m.span() for m in known.case_id.finditer(text.text)],
        )
        address = find_address(blank, bare=True)
        if address is not None:
            blank = _blanked(blank, [address])
        kind = known.type_of(blank)
        person = find_person(blank)
        if (n > last and not (person or kind)) or (re.match(r"\s*(?:[-*•–·>]|\d{1,2}[.)])\s*\w", text.text) and n):
            break
        if kind is not None and len(blank.split()) <= 8:
            head.offer("inspection_type", Found(kind, text, 0.85, "us-ma/inspection_types/note@1"))
            last = max(last, n)
        if person is not None and "inspector" not in head.found and len(blank.split()) <= 8:
            part = text.cut(*person)
            head.offer("inspector", Found(blank[person[0] : person[1]].strip(" ,"), part, 0.75, "us-ma/labels/note_inspector@1"))
            last = max(last, n)
    head.body_from = max(head.body_from, lines[min(last, len(lines) - 1)].index + 1)


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with spans blanked out, all else in its place."""
    out = text
    for a, b in spans:
        out = out[:a] + " " * (b - a) + out[b:]
    return out


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
    if "inspector" in head.found:
        return
    lines = [p.text for p in pieces if p.table is None]
    for n, text in enumerate(lines):
        title = re.sub(r"[^a-z ]+", " ", text.text.lower()).strip()
        span = find_person(text.text)
        if span is not None and span[0] < 12 and any(t in title for t in known.titles) and len(text.words) <= 8:
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


def _unit(head: Head) -> None:
    if "unit" in head.found or "address" not in head.found:
        return
    address = head.found["address"]
    unit = unit_of(str(address.value))
    if unit:
        head.offer("unit", Found(unit, address.text, 0.9 * address.finding, "us-ma/labels/unit_in_address@1"))
