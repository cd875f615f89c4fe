"""Findings of running text: numbered orders under headings with a deadline, bullets, a note's bare lines, remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rapidfuzz import fuzz

from extractors.language import codebook
from extractors.language.citations import Citation, parse_citations
from extractors.language.dates import find_deadline
from extractors.language.findings import names_a_defect
from extractors.language.places import only_place
from extractors.reports.deadlines import for_some_only
from extractors.reports.found import Head
from extractors.reports.items import Item
from extractors.reports.paragraphs import BULLET, NUMBERED, Paragraph, paragraphs
from extractors.reports.pieces import Piece
from extractors.reports.prose import is_prose, told
from extractors.reports.signatures import signature
from extractors.reports.status_headings import status_heading
from extractors.reports.table_items import unit_heading
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook

_CORRECT = re.compile(r"\b(?:correct\w*|compl(?:y|ied|ete\w*)|repair\w*|abate\w*|remed\w+|fix\w*)\b", re.IGNORECASE)
_LIST_FOLLOWS = re.compile(
    r"\b(?:following|below|listed|these|list of)\b.{0,60}\b(?:violations?|conditions?|deficienc\w+|"
    r"items?)\b|\bviolations?\b.{0,60}(?:observed|found|noted|follow\w*|cited)\b|^\W*violations?\W*$|"
    r"\b(?:status of)\b",
    re.IGNORECASE,
)
_DIRECT = re.compile(
    r"^\W*(?:not (?:yet )?(?:corrected|complied|done|fixed|repaired|abated)|corrected|complied|still\b|"
    r"abated|cured|fixed|new(?=\W*$|,|\s+(?:violation|item))|open\b|closed\b|ok\b|done\b|in compliance|"
    r"no change|partial|non-?compli|resolved|cleared|satisfied|extension (?:to|until|granted|given|of)|"
    r"uncorrected|repaired|remains|violation remains|completed?)",
    re.IGNORECASE,
)
# "410.351 - open electrical junction box": a word of the finding, where more of a sentence follows it
_DESCRIBES = re.compile(
    r"^\W*(?:open|new|closed|partial|ok|done|fixed|completed?)\s+(?!(?:as|since|at|on|per|until|by|for|violation|item)\b)[a-z]{2}"
)
# The status in its own letters at the end, the dash before it worn off ("... behind the building NOT CORRECTED")
_AT_END = re.compile(
    r"(?<=[a-z0-9).,%'’])\W{0,3}\s\W{0,2}(?P<status>(?:[A-Z]\s)?(?:N[O0]T\W{1,2})?(?:[A-Z]\s)?"
    r"(?:CORRECTED|COMPLIED|ABATED|RESOLVED)|STILL OPEN"
    r"|(?:Not|Still)\s(?:corrected|complied|abated|open)|Corrected|Complied|Abated)\W*$"
)


# "New at this visit: …": what a re-inspection found beside the items of its order
_NEW = re.compile(
    r"\W*(?:new|additional)\s*(?:violations?|items?|findings?|conditions?)?\s*"
    r"(?:(?:(?:found |noted )?(?:at|on)|since)\s+(?:this|the|today's)\s+(?:re-?)?(?:visit|inspection)|today|noted|found|seen)?"
    r"\s*:\s*(?=\S)",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"\border(?:ed)?\b.{0,80}\b(?:correct|repair|abate|remedy)\b.{0,40}\bwithin\b", re.IGNORECASE)
SOME_ITEM = Item(Text((), ()), 0.0, "")
"""Stands for what is neither a numbered item nor a set phrase."""


_CLOSING = 40  # words of a paragraph that says that all is corrected, with the signature that may be joined to it


@dataclass
class Listed:
    """What the running text held: items, statements (for the visit's outcome), a deadline for all, paragraphs left over."""

    items: list[Item] = field(default_factory=list)
    statements: list[Text] = field(default_factory=list)
    closing_deadline: tuple[date, Text] | None = None
    left: list[Text] = field(default_factory=list)
    last_statement: int = 0


def items_of_lines(pieces: Sequence[Piece], head: Head, known: Wording, rules: RuleBook, has_table: bool) -> Listed:
    """Items of all lines. ``has_table``: the report's findings stand in a table, so bare lines are no findings."""
    out = Listed()
    base = head.letter_date or head.day()
    labelled = {p.index: p for p in head.pairs if p.value and p.field != "remarks" and p.sure > 0.5}
    remarks = {p.index: p for p in head.pairs if p.field == "remarks" and p.how == "beside"}
    body_from = _body_from(pieces, head, known)
    section = head.terse
    deadline: date | None = None
    pending: tuple[date, Text] | None = None
    unit: str | None = None
    room = NOTHING  # the heading of the room that the items below are in
    of_all = NOTHING  # what the line above the list says of all its items
    signed = False
    last_numbered: Paragraph | None = None
    unfinished = False  # the line before is an order whose deadline was not read with it
    before: Item | None = SOME_ITEM  # the numbered item that was read last; None: a set phrase was
    over = NOTHING  # the section in a line of its own that the bullets below it come under
    read = paragraphs([p for p in pieces if p.index >= 0])
    for n, paragraph in enumerate(read):
        text = paragraph.text.text
        if paragraph.structure == 0 and _only_cited(text, base, rules):
            below = read[n + 1] if n + 1 < len(read) else None
            if below is not None and below.structure > 0 and not parse_citations(below.text.text, base, rules):
                over, section = paragraph.text, True
                continue
            paragraph = replace(paragraph, structure=1.0)  # … over what was found
        over = over if paragraph.structure > 0 else NOTHING
        if paragraph.page == pieces[0].page.number and paragraph.index < body_from:
            of_all = status_heading(paragraph.text, known) or of_all
            section = section or bool(of_all)
            out.statements.append(paragraph.text)
            continue
        if paragraph.index in remarks and paragraph.structure == 0:
            said = _after_label(paragraph.text, remarks[paragraph.index].label)
            if known.boilerplate.search(said.text) and not re.search(r"\b410[.-][1-6]\d\d\b", said.text):
                out.statements.append(said)
                continue
            out.items += [Item(said, 0.0, "us-ma/labels/remarks@1", loose=True, terse=False)] if said else []
            out.statements.append(said)
            continue
        if paragraph.structure < 1 and (fresh := _NEW.match(text)) is not None:
            said = paragraph.text.cut(fresh.end(), len(text))
            out.items += told(said, base, deadline, known, rules) if said else []
            out.statements.append(paragraph.text)
            continue
        if (place := room_heading(paragraph.text, rules)) is not None and paragraph.structure < 1:
            if not unit_heading(text, known):  # a room, or a common area; "Apartment 3" is none
                room = place
            if unit_heading(text, known) is None:
                continue
        if paragraph.structure < 1 and (said_of_all := status_heading(paragraph.text, known)):
            of_all, section = said_of_all, True
            out.statements.append(paragraph.text)
            continue
        heading = unit_heading(text, known) if paragraph.structure < 1 else None
        if heading is not None and not parse_citations(text, base, rules):
            unit, room = heading, (place or NOTHING) if heading == "" else NOTHING
            continue
        order = (
            _order(text, paragraph, base, rules) if paragraph.structure == 0 or not parse_citations(text, base, rules) else None
        )
        if order is None and unfinished and paragraph.structure == 0 and len(text.split()) <= 8:
            torn = find_deadline(text, base, rules)  # the order's end, that a speck cut off from it
            order = (torn.value, True) if torn is not None and torn.start <= 2 else None
        unfinished = order is None and paragraph.structure == 0 and bool(_UNFINISHED.search(text))
        if order is not None:
            value, _follows = order
            deadline = value
            pending = (value, paragraph.text) if value is not None else None
            section = True
            out.statements.append(paragraph.text)
            out.left.append(paragraph.text)  # an order in prose may tell what it is about, if no list does
            continue
        if paragraph.structure == 0 and text.lower().strip(" ,.") in known.sign_offs:
            signed = True
        if (
            paragraph.structure < 1
            and (out.items or section)
            and signature(paragraph.text, head, known, _signs(paragraph, read[n + 1 :], rules))
        ):
            out.statements.append(paragraph.text)
            continue
        if paragraph.structure == 0 and out.items and _continues(out.items[-1], paragraph, out, last_numbered, known, rules):
            out.items[-1] = split_status(replace(out.items[-1], text=out.items[-1].text + paragraph.text), known)
            continue
        if _broken_off(paragraph, head):
            # A line that OCR left apart from the one before it: of an order's set phrases, or of the item above.
            if before is not None and out.items and before is out.items[-1]:
                out.items[-1] = replace(out.items[-1], text=out.items[-1].text + paragraph.text)
                before = out.items[-1]
                continue
            if before is None and out.statements:
                out.statements.append(paragraph.text)
                continue
        before = None
        if paragraph.structure == 0 and not has_table and not signed and is_prose(paragraph.text, rules):
            cited = sum(i.structure > 0 and bool(i.code or parse_citations(i.text.text, base, rules)) for i in out.items)
            more = told(paragraph.text, base, deadline, known, rules, cited > 1) if section else []
            out.items += more
            (out.statements if more else out.left).append(paragraph.text)
            if more:
                before = SOME_ITEM
                continue
        if paragraph.structure < 1 and (known.boilerplate.search(text) or signed):
            out.statements.append(paragraph.text)
            section = section or bool(_LIST_FOLLOWS.search(text))
            continue
        if paragraph.index in labelled and paragraph.structure == 0:
            continue
        if known.visit_notes.search(text) and not parse_citations(text, base, rules):
            out.statements.append(paragraph.text)
            out.left.append(paragraph.text)
            continue
        status = known.result_of(text) if paragraph.structure < 1 else None
        longest = _CLOSING if status == "corrected" else 16
        if status is not None and len(text.split()) <= longest and not parse_citations(text, base, rules):
            if unit is None:  # under a unit's heading it says nothing of the other units
                out.statements.append(paragraph.text)
            continue
        if (
            paragraph.structure == 1
            or (paragraph.structure == 0.5 and (section or not has_table))
            or (section and not has_table)
            or head.terse
        ):
            if paragraph.structure == 1 and known.boilerplate.search(text) and not parse_citations(text, base, rules):
                out.statements.append(paragraph.text)
                continue
            pending = None
            last_numbered = paragraph
            item = _item(paragraph, head, known, deadline, unit, room)
            if over and not parse_citations(text, base, rules):
                item = replace(item, code=over)
            out.items.append(replace(item, status_text=of_all, loose=False) if of_all and not item.status_text else item)
            before = out.items[-1] if paragraph.structure == 1 else SOME_ITEM
        elif paragraph.lines or text:
            out.left.append(paragraph.text)
            out.statements.append(paragraph.text)
    if pending is not None:
        out.closing_deadline = pending
    stated = {known.result_of(statement.text) for statement in out.statements}
    listed = any(item.structure > 0 or item.told for item in out.items)
    if not listed and not has_table and not stated & {"no_violations", "no_entry"}:
        left = {id(text): text for text in out.left}
        out.items += [item for text in left.values() for item in told(text, base, deadline, known, rules)]
    return out


def _signs(paragraph: Paragraph, below: Sequence[Paragraph], rules: RuleBook) -> bool:
    """Whether a name alone in this line would be a signature: hardly anything stands below, and it names nothing wrong."""
    return len(below) < 2 and paragraph.structure == 0 and not names_a_defect(paragraph.text.text, rules)


def _only_cited(text: str, base: date | None, rules: RuleBook) -> bool:
    """Whether a line is nothing but one section of the sanitary code."""
    cited = parse_citations(text, base, rules)
    if len(cited) != 1 or not re.match(r"105 CMR 410\.[1-7]", cited[0].code):
        return False
    return not re.search(r"[A-Za-z0-9]{2}", text[: cited[0].start] + text[cited[0].end :])


def _broken_off(paragraph: Paragraph, head: Head) -> bool:
    """Whether a plain paragraph begins in the middle of a sentence."""
    text = paragraph.text
    return (
        paragraph.structure == 0 and not head.terse and text.share("handwritten") == 0 and not text.anchor
        and re.match(r"[a-z]{2,}[^:]*$|\([a-z0-9]", text.text, re.IGNORECASE if text.text[:1] == "(" else 0) is not None
    )  # fmt: skip


def _continues(item: Item, paragraph: Paragraph, out: Listed, first: Paragraph | None, known: Wording, rules: RuleBook) -> bool:
    """Is a plain paragraph the text of a numbered item whose own line only names the section ("1. 410.254 - Lighting")?"""
    if first is None or item.structure < 1 or item.loose:
        return False
    cited = parse_citations(item.text.text, None, rules)
    return bool(cited) and (
        title_only(item.text.text, cited[0].code, cited[0].raw, rules) or _of_another_law(item.text.text, cited[0])
    )


def _of_another_law(text: str, cited: Citation) -> bool:
    """Whether a section of another law and its title, every word written large, are all that a line holds."""
    words = [w for w in re.findall(r"[A-Za-z]+", text.replace(cited.raw, " ")) if len(w) > 3]
    return not cited.code.startswith("105 CMR 410") and len(words) <= 5 and all(w[0].isupper() for w in words)


def title_only(text: str, code: str, raw: str, rules: RuleBook) -> bool:
    """Does the text say no more than the section and its title?"""
    rest = re.sub(r"[^a-z ]+", " ", text.replace(raw, " ").lower()).split()
    return not rest or any(fuzz.token_sort_ratio(" ".join(rest), t) >= 85 for t in titles_of(code, rules))


def titles_of(code: str, rules: RuleBook) -> list[str]:
    """The section's titles, plain and in lower case."""
    section = codebook.load(rules).section(code, None)
    found = {codebook.code_title(code, None, rules), *((section.title, section.label) if section is not None else ())}
    return [re.sub(r"\s+", " ", re.sub(r"[^a-z ]+", " ", t.lower())).strip() for t in found if len(t) > 4]


def room_heading(text: Text, rules: RuleBook) -> Text | None:
    """A line that is nothing but a place ("KITCHEN", "Rear hall:"): a heading of what was found there."""
    said = re.sub(r"[()]", " ", text.text).strip(" :.-–—")
    said = re.sub(r"\s+", " ", said)
    plain = said.istitle() or said.isupper() or said[:1].isupper() or text.text.rstrip().endswith(":")
    if not plain or len(said.split()) > 4 or not re.search(r"[A-Za-z]{3}", said) or not only_place(said, rules):
        return None
    return text.pick([i for i, w in enumerate(text.words) if re.search(r"\w", w.text)])


def _item(
    paragraph: Paragraph, head: Head, known: Wording, deadline: date | None, unit: str | None, room: Text = NOTHING
) -> Item:
    terse = head.terse and paragraph.structure < 1
    item = Item(
        paragraph.text,
        paragraph.structure,
        "us-ma/lists/numbered@1" if paragraph.structure == 1 else "us-ma/lists/line@1",
        paragraph.number,
        room=room,
        deadline=deadline,
        unit=unit,
        terse=terse,
        loose=paragraph.structure == 0,
    )
    return split_status(item, known)


def split_status(item: Item, known: Wording) -> Item:
    """The item with the status at its end ("… — Corrected 10/1/18") taken off into ``status_text``."""
    text = item.text.text
    best = -1
    for separator in known.separators:
        at = text.find(separator)
        while at >= 0:
            tail = text[at + len(separator) :]
            if _DIRECT.match(tail) and not _DESCRIBES.match(tail) and known.status_of(tail) is not None:
                best = at if best < 0 else min(best, at)
            at = text.find(separator, at + 1)
    if best < 0 and not item.status_text and (worn := _AT_END.search(text)) is not None:
        best = worn.start("status")
    if best <= 0:
        return item
    first = item.text.cut(0, best)
    rest = item.text.pick(range(len(first.words), len(item.text.words)))
    first = first.pick([i for i, w in enumerate(first.words) if i < len(first.words) - 1 or any(c.isalnum() for c in w.text)])
    return replace(item, text=first, status_text=rest) if first else item


def _is_listed(text: str) -> bool:
    """A numbered or bulleted line that cites a section."""
    return (NUMBERED.match(text) or BULLET.match(text)) is not None and re.search(r"\b410\W{1,2}\d{3}\b", text) is not None


def _order(text: str, paragraph: Paragraph, base: date | None, rules: RuleBook) -> tuple[date | None, bool] | None:
    """A heading that orders what follows to be put right, with its deadline; None if the paragraph is none."""
    if not _CORRECT.search(text) or for_some_only(text) or (paragraph.structure == 1 and len(text) > 140):
        return None
    found = find_deadline(text, base, rules)
    ordering = re.search(
        r"\b(?:following|violations?|items?|conditions?|to be|order(?:ed)?|must|shall|within|by)\b", text, re.IGNORECASE
    )
    if found is None or not ordering or re.search(r"\bhearing\b|\bgiven until\b", text, re.IGNORECASE):
        return None
    if paragraph.structure == 0 and (
        text.rstrip().endswith((":", "."))
        or paragraph.lines > 1
        or re.search(r"\bto be corrected|\bmust be corrected|\bcorrect(ed)? (with)?in\b", text, re.IGNORECASE)
    ):
        return found.value, text.rstrip().endswith(":")
    return None


def _after_label(text: Text, label: str) -> Text:
    at = text.text.find(label)
    return text.cut(at + len(label) + 1, len(text.text)) if at >= 0 else text


def _body_from(pieces: Sequence[Piece], head: Head, known: Wording) -> int:
    """The block at which the body begins: after a note's head, after the salutation or the labels of a form."""
    start = head.body_from
    if head.terse:
        return start
    first_page = pieces[0].page.number if pieces else 0
    labels = [p.index for p in head.pairs if p.field not in {"remarks", "ends", "deadline"}]
    listed = [p.index for p in pieces if p.page.number == first_page and p.table is None and _is_listed(p.text.text)]
    if labels and sum(i < labels[0] for i in listed) > 1:
        return start  # the form's head stands below its list
    for piece in pieces:
        if piece.table is None and piece.page.number == first_page and re.match(r"\W*dear\b", piece.text.text, re.IGNORECASE):
            return piece.index + 1
    first = next((i for i in listed if labels and i > labels[0]), None)  # a label below the list ("Repairs due:") is no head's
    top = [i for i in labels if i <= (labels[0] + 14 if labels else 0) and (first is None or i < first)]
    return max([start, *(i + 1 for i in top)]) if labels else start
