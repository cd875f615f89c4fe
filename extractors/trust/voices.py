"""Whether two engines that read independently agree on the words behind a value: the plainest evidence of a good reading."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from records.document import Box, Document, Page
from records.record import Extraction, Record

AGREED, DISPUTED = "agreed", "disputed"

Heard = Mapping[int, Sequence[tuple[float, Box, bool]]]
"""Page -> words that two engines were asked about, by the height of their middle."""


def heard(document: Document, pages: Sequence[int]) -> Heard:
    """The words of these pages on which a second engine was heard."""
    found: dict[int, list[tuple[float, Box, bool]]] = {}
    for page in document.pages:
        if page.number not in pages:
            continue
        words = [
            (w.box.centre_y, w.box, w.agreement) for w in page.words if w.box is not None and w.agreement is not None
        ]  # fmt: skip
        if words:
            found[page.number] = sorted(words, key=lambda w: w[0])
    return found


def page_features(pages: Sequence[Page]) -> Mapping[str, float]:
    """How worn the pages look to the engines: ``page_conf``, the mean confidence of their words; ``page_disputed``, the share
    of words on which a second engine was heard and read something else. Clean text gives 1 and 0."""
    words = [w for page in pages for w in page.words if len(w.text) > 1]
    known = [w.confidence for w in words if w.confidence is not None]
    asked = [w.agreement for w in words if w.agreement is not None]
    return {
        "page_conf": round(sum(known) / len(known), 4) if known else 1.0,
        "page_disputed": round(asked.count(False) / len(words), 4) if words else 0.0,
    }


def with_voices(record: Record, words: Heard) -> Record:
    """The record with the flag ``disputed`` on every value of which the engines read a word differently, ``agreed`` on those
    of which they read alike all words that both were asked about."""
    if not words:
        return record
    fields = {name: _flagged(e, words.get(e.evidence.page or 0, ())) for name, e in record.fields.items()}
    return replace(record, fields=fields)


def _flagged(e: Extraction, words: Sequence[tuple[float, Box, bool]]) -> Extraction:
    said = [agrees for box in e.evidence.boxes for agrees in _within(box, words)]
    if not said or AGREED in e.flags or DISPUTED in e.flags:
        return e
    return replace(e, flags=(*e.flags, AGREED if all(said) else DISPUTED))


def _within(box: Box, words: Sequence[tuple[float, Box, bool]]) -> list[bool]:
    first = bisect_left(words, box.top, key=lambda w: w[0])
    last = bisect_left(words, box.bottom, lo=first, key=lambda w: w[0])
    return [agrees for _, word, agrees in words[first:last] if box.x0 - 1 <= word.centre_x <= box.x1 + 1]
