"""Check-lists of which each line begins or ends with one box: only the ticked lines are findings, and of each what is written
behind the printed item. A legend may turn it round ("check what is in compliance")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.reports.items import Item
from extractors.reports.pieces import Piece
from extractors.reports.text import NOTHING, Text, segments
from extractors.reports.ticks import mark_in
from extractors.reports.wording import Wording

_FEWEST = 4  # lines with a box, or it is no check-list
_BOX = re.compile(r"^(?:[\[({|]\s?[^\w\s]{0,2}[xXvV✓✔✗✘×]?\s?[\])}|]|[☐☒☑□■✓✔✗✘▢❑❏◻⊠🗹]|_+[xXvV✓]?_+)$")
_CODE = re.compile(r"\b4[1Il]0\W{0,2}\d{3}")
_GAP = 0.6  # of a word's height: what stands wider apart may begin a column
_COLUMN = 14.0  # points by which a heading may stand left of its items' words
_LONGEST_HEADING = 8  # words
_NEAR = 4.0  # points by which a column's words may differ
# "Check each item that passes": a tick then says that all is well.
_TICK_IS_WELL = re.compile(
    r"\b(?:x|check(?:ed|s)?|tick(?:ed)?|mark(?:ed)?|✓|✔)\b[^.]{0,40}\b(?:complies|in compliance|ok|satisfactory|passe[sd]|"
    r"acceptable|no violation|compliant)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Line:
    """One item with its box; ``code`` is the section that a heading over its column cites."""

    piece: Piece
    ticked: bool
    text: Text
    code: Text = NOTHING


def split_box_lines(pieces: Sequence[Piece], known: Wording) -> tuple[list[Piece], list[Item]]:
    """The pieces that are no such lines, and the items of the ticked ones."""
    lines = [line for p in pieces if p.table is None for line in _lines(p, known)]
    states = Counter(line.ticked for line in lines)
    if len(lines) < _FEWEST or not states[True] or not states[False]:
        return list(pieces), []
    well = any(_TICK_IS_WELL.search(p.text.text) for p in pieces if p.table is None)
    found = [line for line in lines if line.ticked is not well]
    column = _remarks_at(found)
    headings = _headings(pieces, lines)
    found = [replace(line, code=_headed(line, headings)) for line in found]
    items = [item for line in found if (item := _item(line, column, well)) is not None]
    held = {id(line.piece) for line in lines} | {id(piece) for piece, _ in headings}
    return [p for p in pieces if id(p) not in held], items


def _lines(piece: Piece, known: Wording) -> list[_Line]:
    """The items of a line: one, or one in each column of a list set side by side."""
    words = piece.text.words
    boxes = [i for i, w in enumerate(words) if not w.text.isalnum() and _BOX.match(w.text)]
    if len(boxes) > 1 and boxes[0] == 0:
        parts = [piece.text.pick(range(a, b)) for a, b in pairwise([*boxes, len(words)])]
        read = [_read(replace(piece, text=part), known) for part in parts]
        if all(read):
            return [replace(line, piece=piece) for line in read if line is not None]
    one = _read(piece, known)
    return [one] if one is not None else []


def _headings(pieces: Sequence[Piece], lines: Sequence[_Line]) -> list[tuple[Piece, list[Text]]]:
    """Lines right over those with boxes, of which each part begins where a column of boxes does: what the items are about."""
    held = {id(line.piece) for line in lines}
    starts = {round(line.text.x0 or 0.0) for line in lines} | {round(line.piece.text.x0 or 0.0) for line in lines}
    out = []
    for piece, below in pairwise(pieces):
        if id(piece) in held or id(below) not in held or piece.table is not None or re.search(r"[.;]\W*$", piece.text.text):
            continue
        parts = segments(piece.text, 1.6)
        near = all(any(abs((part.x0 or 0.0) - x) <= _COLUMN for x in starts) for part in parts)
        if near and all(len(part.words) <= _LONGEST_HEADING for part in parts):
            out.append((piece, parts))
    return out


def _headed(line: _Line, headings: Sequence[tuple[Piece, list[Text]]]) -> Text:
    """The one section that the heading over the item's column cites; a range of them cites none."""
    top, left = line.piece.text.box, line.text.x0
    if top is None or left is None:
        return NOTHING
    over = [
        part
        for piece, parts in headings
        if piece.page is line.piece.page and (box := piece.text.box) is not None and box.top < top.top
        for part in parts
        if -_COLUMN <= left - (part.x0 or 0.0) <= 2 * _COLUMN
    ]
    if not over:
        return NOTHING
    cited = [i for i, w in enumerate(over[-1].words) if _CODE.search(w.text)]
    single = len(cited) == 1 and not re.search(r"\d\s*[-–]\s*\.?\d|\bto\b|,", over[-1].pick(cited).text)
    return over[-1].pick(cited) if single else NOTHING


def _read(piece: Piece, known: Wording) -> _Line | None:
    words = piece.text.words
    for first, last, rest in (
        (0, 1, range(1, len(words))),
        (0, 2, range(2, len(words))),
        (len(words) - 1, len(words), range(len(words) - 1)),
        (len(words) - 2, len(words), range(len(words) - 2)),
    ):
        box = " ".join(w.text for w in words[max(0, first) : last])
        if len(rest) < 1 or first < 0 or not _BOX.match(box):
            continue
        mark = mark_in(box, known)
        text = piece.text.pick(list(rest))
        if mark is not None and re.search(r"[A-Za-z]{3}", text.text):
            return _Line(piece, mark, text)
    return None


def _remarks_at(lines: Sequence[_Line]) -> float | None:
    """Where the remarks begin, if they stand in a column of their own."""
    starts: list[float] = []
    for line in lines:
        words = line.text.words
        for left, right in pairwise(words):
            if left.box is None or right.box is None or _CODE.search(left.text):
                continue
            if right.box.x0 - left.box.x1 > _GAP * right.box.height:
                starts.append(right.box.x0)
    counts = {x: sum(abs(x - other) <= _NEAR for other in starts) for x in starts}
    best = max(counts, key=lambda x: (counts[x], x), default=None)
    return best if best is not None and counts[best] >= max(2, 0.5 * len(lines)) else None


def _item(line: _Line, column: float | None, well: bool) -> Item | None:
    words = line.text.words
    code = next((i for i, w in enumerate(words[:4]) if _CODE.search(w.text)), None)
    cited = line.text.pick([code]) if code is not None else line.code
    rest = [i for i in range(len(words)) if i != code]
    said = [i for i in rest if column is not None and (b := words[i].box) is not None and b.x0 >= column - _NEAR]
    label = line.text.pick([i for i in rest if i not in said])
    text = line.text.pick(said) if said else label
    if not text:
        return None
    return Item(text, 1.0, "us-ma/checklists/line@1", code=cited, label=label.text, tick="unsure" if well else "glyph")
