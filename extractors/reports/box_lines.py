"""Check-lists of which each line begins or ends with one box: only the ticked lines are findings, and of each what is written
behind the printed item. A legend may turn it round ("check what is in compliance")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.reports.items import Item
from extractors.reports.pieces import Piece
from extractors.reports.text import NOTHING, Text
from extractors.reports.ticks import mark_in
from extractors.reports.wording import Wording

_FEWEST = 4  # lines with a box, or it is no check-list
_BOX = re.compile(r"^(?:[\[({|]\s?[^\w\s]{0,2}[xXvV✓✔✗✘×]?\s?[\])}|]|[☐☒☑□■✓✔✗✘▢❑❏◻⊠🗹]|_+[xXvV✓]?_+)$")
_CODE = re.compile(r"\b4[1Il]0\W{0,2}\d{3}")
_GAP = 0.6  # of a word's height: what stands wider apart may begin a column
_NEAR = 4.0  # points by which a column's words may differ
# "Check each item that passes": a tick then says that all is well.
_TICK_IS_WELL = re.compile(
    r"\b(?:x|check(?:ed|s)?|tick(?:ed)?|mark(?:ed)?|✓|✔)\b[^.]{0,40}\b(?:complies|in compliance|ok|satisfactory|passe[sd]|"
    r"acceptable|no violation|compliant)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Line:
    piece: Piece
    ticked: bool
    text: Text


def split_box_lines(pieces: Sequence[Piece], known: Wording) -> tuple[list[Piece], list[Item]]:
    """The pieces that are no such lines, and the items of the ticked ones."""
    lines = [line for p in pieces if p.table is None and (line := _read(p, known)) is not None]
    states = Counter(line.ticked for line in lines)
    if len(lines) < _FEWEST or not states[True] or not states[False]:
        return list(pieces), []
    well = any(_TICK_IS_WELL.search(p.text.text) for p in pieces if p.table is None)
    found = [line for line in lines if line.ticked is not well]
    column = _remarks_at(found)
    items = [item for line in found if (item := _item(line, column, well)) is not None]
    held = {id(line.piece) for line in lines}
    return [p for p in pieces if id(p) not in held], items


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
    cited = line.text.pick([code]) if code is not None else NOTHING
    rest = [i for i in range(len(words)) if i != code]
    said = [i for i in rest if column is not None and (b := words[i].box) is not None and b.x0 >= column - _NEAR]
    label = line.text.pick([i for i in rest if i not in said])
    text = line.text.pick(said) if said else label
    if not text:
        return None
    return Item(text, 1.0, "us-ma/checklists/line@1", code=cited, label=label.text, tick="unsure" if well else "glyph")
