"""What an inspector wrote by hand on a report: notes beside a typed finding, and lines that no record explains.

Nothing written by hand leaves without a person: a note makes its finding a question, and so does every line left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from extractors.reports.items import Item
from extractors.reports.pieces import Piece, all_texts
from extractors.reports.text import Text, segments
from extractors.reports.wording import Wording
from records.document import Box, Page
from records.record import Evidence, Reason, Record

_LEAST = (20.0, 8.0)  # points of a region of writing that counts
_SIGNED = 78  # likeness (0..100) of a signature to the inspector's name
MOSTLY = 0.5  # share of handwritten words from which a text counts as written by hand
_DAY = r"[\dOIl|]{1,2}\s?[-/.]\s?[\dOIl|]{1,2}(?:\s?[-/.]\s?[\dOIl|]{2,4})?"
_NOTED = re.compile(
    r"(?P<said>\b(?:n[o0]t|still|now|all)?\s?(?:yet|[o0]k(?:ay)?|d[o0]ne|fixed|repaired|removed|replaced|same|"
    r"c[o0]rr(?:\W?d|\w{0,3}\s?ted)|c[o0]mpl\w*|abated|cleared|closed|open)\b)"
    rf"\W{{0,3}}(?P<day>{_DAY})(?:\W{{0,3}}(?P<who>[A-Za-z]{{2,3}}))?(?!\w)",
    re.IGNORECASE,
)
_INITIALLED = re.compile(r"(?<=[.;]\s)(?P<said>(?:[A-Za-z']{1,9}\s+){0,3})(?P<day>\d{1,2}[-/]\d{1,2})\s+(?P<who>[A-Za-z]{2})\b")
_PUT_RIGHT = re.compile(
    r"^\W*(?:ok(?:ay)?|corr\W?d|corr\w*|done|fixed|compl\w*|repaired|removed|replaced|abated|cleared|closed)\b", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|still|same|open|no)\b", re.IGNORECASE)
_NO_FINDING = re.compile(
    r"\b(?:in )?error\b|\bnot (?:this|there|in this|ours?|applicable)\b|\bn/?a\b|\bwrong (?:apt|unit)\b", re.IGNORECASE
)


def with_added(item: Item) -> Item:
    """The item with what was added by hand beside it taken off its text into ``added``.

    Handwritten words among printed ones are a note; so are a word of outcome, a date and initials, which the page's
    reading may have taken for print."""
    text = item.text
    share = text.share("handwritten")
    if item.added or share > MOSTLY or not text:
        return item
    added = text.only("handwritten")
    rest = text.without("handwritten")
    noted = _NOTED.search(rest.text) or _INITIALLED.search(rest.text)
    if noted is not None and noted.start() > 0 and item.structure >= 0.5:
        note = rest.cut(noted.start(), noted.end())
        if noted["who"] or _stands_apart(rest, note):
            added = added + note
            rest = rest.pick([i for i, w in enumerate(rest.words) if not any(w is n for n in note.words)])
    return replace(item, text=rest, added=added) if added and rest else item


def _stands_apart(text: Text, note: Text) -> bool:
    """Whether a wide blank lies between the note and the words before it."""
    return any(part.words and part.words[0] is note.words[0] for part in segments(text, 1.2)[1:])


def status_of_note(note: Text, known: Wording) -> str | None:
    """What a note beside a finding says became of it; "none" where it says that there was no such finding."""
    words = note.text.replace("0", "o") if re.search(r"[A-Za-z]0|0[A-Za-z]", note.text) else note.text
    if _NO_FINDING.search(words):
        return "none"
    if _NOT.search(words):
        return "open"
    if _PUT_RIGHT.search(words):
        return "corrected"
    return known.status_of(words)


def among_hand(items: Sequence[Item]) -> list[Item]:
    """Items of the same kind of list as a handwritten one beside them are doubted with it: print is not written between."""
    out = list(items)
    for i, item in enumerate(items):
        if item.structure >= 1 or item.text.share("handwritten") > 0:
            continue
        near = [n for n in (*items[max(0, i - 1) : i], *items[i + 1 : i + 2]) if n.rule == item.rule]
        if any(n.text.share("handwritten") > MOSTLY for n in near):
            out[i] = replace(item, text=replace(item.text, words=tuple(replace(w, handwritten=True) for w in item.text.words)))
    return out


def unexplained(
    pieces: Sequence[Piece], records: Iterable[Record], pages: Iterable[Page], signer: str = ""
) -> tuple[Reason, ...]:
    """A question for every handwritten line, and every region of writing without words, that no record shows as its own.
    ``signer``: the inspector, whose signature is none."""
    shown: list[tuple[int | None, Box]] = []
    for record in records:
        for evidence in (record.anchor, *(f.evidence for f in record.fields.values())):
            shown += [(evidence.page, box) for box in evidence.boxes]
    asked: list[Reason] = []
    taken: list[tuple[int | None, Box]] = list(shown)
    for text in all_texts(pieces):
        hand = text.only("handwritten")
        box = hand.box
        if not hand or box is None or not any(c.isalnum() for c in hand.text):
            continue
        if signer and fuzz.ratio(hand.text.lower(), signer.lower()) >= _SIGNED:
            taken.append((hand.page, box))
            continue  # the inspector's signature is no finding
        if not any(page == hand.page and _covers(place, box) for page, place in shown):
            at = replace(hand.evidence(), text=hand.text)
            asked.append(Reason("handwriting", "handwritten", "written by hand, and part of no record: is it a finding?", at))
        taken.append((hand.page, box))
    for page in pages:
        blind = tuple(
            region
            for region in page.handwriting
            if region.width >= _LEAST[0] and region.height >= _LEAST[1] and not any(
                n == page.number and _covers(b, region) for n, b in taken
            )
        )  # fmt: skip
        if blind:
            why = "something is written here by hand that could not be read"
            asked.append(Reason("handwriting", "handwritten", why, Evidence(page.number, blind, "")))
    return tuple(asked)


def _covers(place: Box, box: Box) -> bool:
    wide = min(place.x1, box.x1) - max(place.x0, box.x0)
    tall = min(place.bottom, box.bottom) - max(place.top, box.top)
    return wide > 0 and tall > 0 and wide * tall > 0.4 * max(1.0, box.area)
