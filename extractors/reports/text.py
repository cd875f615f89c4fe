"""Pieces of a page's text that remember their words: every value cut out of them can show where it stands."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from records.document import Box, Line, Word, enclosing
from records.record import Evidence


@dataclass(frozen=True)
class Text:
    """Words in reading order with the page and anchor each came from; ``text`` joins them with single blanks."""

    words: tuple[Word, ...]
    pages: tuple[int, ...]  # page of each word
    anchor: str = ""

    @cached_property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts, at = [], 0
        for word in self.words:
            starts.append(at)
            at += len(word.text) + 1
        return tuple(starts)

    def __bool__(self) -> bool:
        return bool(self.words)

    def __add__(self, other: Text) -> Text:
        return Text(self.words + other.words, self.pages + other.pages, self.anchor or other.anchor)

    def cut(self, start: int, end: int) -> Text:
        """The words that lie (even partly) in ``text[start:end]``."""
        keep = [i for i, at in enumerate(self._starts) if at < end and at + len(self.words[i].text) > start]
        return self.pick(keep)

    def pick(self, keep: Sequence[int]) -> Text:
        return Text(tuple(self.words[i] for i in keep), tuple(self.pages[i] for i in keep), self.anchor)

    @property
    def page(self) -> int | None:
        return self.pages[0] if self.pages else None

    @property
    def box(self) -> Box | None:
        return enclosing([w.box for w, p in zip(self.words, self.pages, strict=True) if w.box is not None and p == self.page])

    @property
    def x0(self) -> float | None:
        return next((w.box.x0 for w in self.words if w.box is not None), None)

    @property
    def x1(self) -> float | None:
        ends = [w.box.x1 for w in self.words if w.box is not None]
        return max(ends) if ends else None

    @property
    def reading(self) -> float | None:
        """Lowest word confidence; None where the engine did not say."""
        scores = [w.confidence for w in self.words if any(c.isalnum() for c in w.text)]
        known = [s for s in scores if s is not None]
        return min(known) if known and len(known) == len(scores) else (None if scores else 1.0)

    @property
    def mean_reading(self) -> float:
        known = [w.confidence for w in self.words if w.confidence is not None]
        return sum(known) / len(known) if known else 0.0

    def share(self, mark: str) -> float:
        """Share of words marked ``handwritten`` or ``struck``."""
        return sum(getattr(w, mark) for w in self.words) / len(self.words) if self.words else 0.0

    def without(self, mark: str) -> Text:
        return self.pick([i for i, w in enumerate(self.words) if not getattr(w, mark)])

    def only(self, mark: str) -> Text:
        return self.pick([i for i, w in enumerate(self.words) if getattr(w, mark)])

    def evidence(self, start: int | None = None, end: int | None = None) -> Evidence:
        """Where the text (or a part of it) stands, a box per line, on the page where it begins."""
        part = self if start is None or end is None else self.cut(start, end)
        boxes: list[Box] = []
        for word, page in zip(part.words, part.pages, strict=True):
            if word.box is None or page != part.page:
                continue
            if boxes and abs(boxes[-1].centre_y - word.box.centre_y) < 0.6 * max(word.box.height, 1.0):
                boxes[-1] = enclosing([boxes[-1], word.box]) or word.box
            else:
                boxes.append(word.box)
        return Evidence(part.page, tuple(boxes), part.text, self.anchor)


def of_line(line: Line, page: int) -> Text:
    return Text(line.words, (page,) * len(line.words), line.anchor)


def of_lines(lines: Iterable[Line], page: int, anchor: str = "") -> Text:
    joined = Text((), (), anchor)
    for line in lines:
        joined = joined + of_line(line, page)
    return joined


NOTHING = Text((), ())


def plain(text: str) -> str:
    """Lower case, letters and digits with single blanks: how labels are compared."""
    text = text.lower().replace("re-insp", "reinsp").replace("no.", "no ").replace("’", "'")
    return re.sub(r"\s+", " ", re.sub(r"[^a-z0-9#/'&-]+", " ", text)).strip(" -/")


def segments(text: Text, gap: float = 1.6) -> list[Text]:
    """Cut where a blank is wider than ``gap`` times the words' height: columns of a form line."""
    if not text.words or any(w.box is None for w in text.words):
        return [text] if text else []
    cuts = [0]
    for i, (left, right) in enumerate(zip(text.words, text.words[1:], strict=False), start=1):
        assert left.box is not None and right.box is not None
        if right.box.x0 - left.box.x1 > gap * max(4.0, min(left.box.height, right.box.height)):
            cuts.append(i)
    cuts.append(len(text.words))
    return [text.pick(range(a, b)) for a, b in itertools.pairwise(cuts)]
