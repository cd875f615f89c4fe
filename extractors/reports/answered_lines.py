"""Check-lists without a grid whose answers are words that stand one below the other ("FAIL", "PASSED", "NOT OBSERVED"): left of
each item, with what was found below it, or between the item and a note on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.reports.check_words import answer_in
from extractors.reports.items import Item
from extractors.reports.pieces import Piece
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from records.document import Word

_FEWEST = 3  # answers one below the other
_NEAR = 4.0  # points by which they may stand apart
_APART = 2.4  # line heights between a line and the next of the same item
_BESIDE = 1.2  # of a word's height: a wider blank begins the note
_CITED = re.compile(r"\bCMR\b|\b4[1Il]0\.\d{3}", re.IGNORECASE)
_SECTION = re.compile(r"\d{1,3}\.\d{1,3}\S*")
_DUE = re.compile(r"\b(?:due|by|before|within)\b", re.IGNORECASE)


@dataclass
class _Entry:
    """One item: its lines, and where its answer stands."""

    pieces: list[Piece]
    answer: str = ""
    label: Text = NOTHING
    code: Text = NOTHING
    deadline: Text = NOTHING
    said: Text = field(default=NOTHING)


def split_answered_lines(pieces: Sequence[Piece], known: Wording) -> tuple[list[Piece], list[Item]]:
    """The pieces that are no such lines, and the items that are answered with what means a violation."""
    at = _column(pieces, known)
    if at is None:
        return list(pieces), []
    entries = list(_entries(pieces, at, known))
    note = _note_at(entries, at)
    for entry in entries:
        _read(entry, at, note, known)
    answers = {e.answer for e in entries}
    if not answers & {"fail", "pass"} or len(answers - {""}) < 2:
        return list(pieces), []
    held = {id(p) for e in entries for p in e.pieces}
    items = [
        Item(
            e.said or e.label, 1.0, "us-ma/checklists/answered@1", code=e.code, deadline_text=e.deadline,
            label=e.label.text, tick="word",
        )
        for e in entries if e.answer == "fail" and (e.said or e.label)
    ]  # fmt: skip
    return [p for p in pieces if id(p) not in held], items


def _column(pieces: Sequence[Piece], known: Wording) -> float | None:
    """Where the answers stand: the place at which most lines have one, capital letters throughout."""
    places = [
        word.box.x0
        for piece in pieces
        if piece.table is None
        for word in piece.text.words
        if word.box is not None and _is_answer(word, known)
    ]
    counts = {x: sum(abs(x - other) <= _NEAR for other in places) for x in places}
    best = max(counts, key=lambda x: (counts[x], -x), default=None)
    return best if best is not None and counts[best] >= _FEWEST else None


def _is_answer(word: Word, known: Wording) -> bool:
    return len(word.text) >= 2 and word.text.isupper() and answer_in(word.text, known) is not None


def _entries(pieces: Sequence[Piece], at: float, known: Wording) -> Iterator[_Entry]:
    """Each line with an answer in the column, with the lines below it up to a blank."""
    current: _Entry | None = None
    for piece in pieces:
        box = piece.text.box if piece.table is None else None
        if box is None:
            if current is not None:
                yield current
            current = None
            continue
        answered = any(
            w.box is not None and abs(w.box.x0 - at) <= _NEAR and (_is_answer(w, known) or w.text.upper() == "NOT")
            for w in piece.text.words
        )
        last = current.pieces[-1].text.box if current is not None else None
        same = current is not None and current.pieces[-1].page is piece.page
        near = last is not None and same and 0 <= box.top - last.top < _APART * last.height
        if answered:
            if current is not None:
                yield current
            current = _Entry([piece])
        elif current is not None and near:
            current.pieces.append(piece)
        elif current is not None:
            yield current
            current = None
    if current is not None:
        yield current


def _note_at(entries: Sequence[_Entry], at: float) -> float | None:
    """Where the notes begin, if the answers have something on their left: else all that is right of them is the item."""
    if 2 * sum(any(_left(w, at) for w in e.pieces[0].text.words) for e in entries) < len(entries):
        return None
    starts = []
    for entry in entries:
        boxes = [w.box for w in entry.pieces[0].text.words if w.box is not None and w.box.x0 >= at - _NEAR]
        for left, right in pairwise(boxes):
            if right.x0 - left.x1 > _BESIDE * left.height:
                starts.append(right.x0)
                break
    return min(starts, default=1e9)


def _left(word: Word, at: float) -> bool:
    return word.box is not None and word.box.x1 < at


def _read(entry: _Entry, at: float, note: float | None, known: Wording) -> None:
    """Cut the entry's lines: label, answer, section and deadline, what is said."""
    answer = NOTHING
    for n, piece in enumerate(entry.pieces):
        words = piece.text.words
        left = [i for i, w in enumerate(words) if _left(w, at)]
        mine = [i for i, w in enumerate(words) if i not in left and (w.box is None or _of_answer(w, at, note, n, known))]
        rest = [i for i in range(len(words)) if i not in left and i not in mine]
        answer = answer + piece.text.pick(mine)
        if note is None:
            text = piece.text.pick(rest)
            if n == 0:
                entry.label = text
            else:
                _cut(entry, text, label=False)
            continue
        _cut(entry, piece.text.pick(left), label=True)
        entry.said = entry.said + piece.text.pick(rest)
    entry.answer = answer_in(answer.text, known) or ""
    if known.says_nothing(entry.said.text):
        entry.said = NOTHING


def _of_answer(word: Word, at: float, note: float | None, line: int, known: Wording) -> bool:
    assert word.box is not None
    if note is None:
        return line == 0 and abs(word.box.x0 - at) <= _NEAR
    return word.box.x0 < note - _NEAR


def _cut(entry: _Entry, text: Text, label: bool) -> None:
    """A line of an entry: a section with its title and a deadline, or words."""
    if _CITED.search(text.text) is None:
        entry.label, entry.said = (entry.label + text, entry.said) if label else (entry.label, entry.said + text)
        return
    words = text.words
    last = max((i for i, w in enumerate(words) if _SECTION.search(w.text)), default=len(words) - 1)
    first = next((i for i, w in enumerate(words) if _CITED.search(w.text) or w.text in {"105", "527"}), 0)
    due = next((i for i in range(last + 1, len(words)) if _DUE.fullmatch(words[i].text.strip(".:,"))), None)
    before = text.pick(range(first))
    entry.label, entry.said = (entry.label + before, entry.said) if label else (entry.label, entry.said + before)
    entry.code = entry.code + text.pick(range(first, last + 1))
    if due is not None:
        entry.deadline = text.pick(range(due, len(words)))
