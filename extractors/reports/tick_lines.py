"""Check-lists without a grid: each line is a row of boxes with short labels (S, V, NA) and the item they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from extractors.reports.items import Item
from extractors.reports.pieces import Piece, row_texts
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording

_SHORT = 3  # letters of a box's label; what OCR adds to one included
_Boxes = tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class _Entry:
    """One item of a line: its boxes in order, each with the label beside it, and its text."""

    boxes: _Boxes
    label: Text


def split_tick_lines(
    pieces: Sequence[Piece], known: Wording, tables: Container[tuple[int, int]] = ()
) -> tuple[list[Piece], list[Item]]:
    """The pieces that are no such lines, and the items whose violation box is ticked. ``tables`` names (page and index) the
    tables that were understood otherwise. Which box of a row means a violation
    is told by the labels of all rows together, since a single letter is easily misread. Fewer than three rows are none."""
    read = [(piece, [e for text in _lines(piece, tables) for e in _entries(text, known)]) for piece in pieces]
    entries = [entry for _, found in read for entry in found]
    sizes = Counter(len(entry.boxes) for entry in entries)
    if not sizes or sizes.most_common(1)[0][1] < 3:
        return list(pieces), []
    size = sizes.most_common(1)[0][0]
    fail = _fail_position([e for e in entries if len(e.boxes) == size], size, known)
    if fail is None:
        return list(pieces), []
    rest = [p for p, found in read if p.table is not None or not any(len(e.boxes) == size for e in found)]
    items = []
    for entry in entries:
        if len(entry.boxes) != size or not entry.boxes[fail][0] or not entry.label:
            continue
        sure = sum(ticked for ticked, _ in entry.boxes) == 1
        items.append(
            Item(entry.label, 1.0, "us-ma/checklists/ticked@1", label=entry.label.text, tick="drawn" if sure else "unsure")
        )
    return rest, items


def _lines(piece: Piece, tables: Container[tuple[int, int]]) -> list[Text]:
    """The lines of a piece; boxes side by side may have been taken for a table, whose rows are lines then."""
    if piece.table is None:
        return [piece.text]
    if (piece.page.number, piece.index) in tables:
        return []
    rows = (row_texts(row, piece.page) for row in piece.table.rows)
    return [reduce(add, texts, NOTHING) for texts in rows]


def _entries(text: Text, known: Wording) -> list[_Entry]:
    """Runs of two or more boxes with a short label each, and the words that follow the run."""
    words = text.words
    marks = [known.mark_of(w.text) if not w.text.isascii() and not w.text.isalnum() else None for w in words]
    found: list[_Entry] = []
    i = 0
    while i < len(words):
        boxes: list[tuple[bool, str]] = []
        while i < len(words) and marks[i] is not None:
            label = words[i + 1].text if i + 1 < len(words) and marks[i + 1] is None else ""
            if len(label.strip(" .:/")) > _SHORT:
                label = ""
            boxes.append((bool(marks[i]), label))
            i += 2 if label else 1
            if i + 1 < len(words) and marks[i] is None and marks[i + 1] is not None and len(words[i].text) <= 2:
                i += 1  # a speck between two boxes
        start = i
        while i < len(words) and marks[i] is None:
            i += 1
        if len(boxes) >= 2:
            keep = [k for k in range(start, i) if any(c.isalnum() for c in words[k].text) or start < k < i - 1]
            found.append(_Entry(tuple(boxes), text.pick(keep) if keep else NOTHING))
        elif i == start:
            i += 1
    return [e for e in found if any(label for _, label in e.boxes)]


def _fail_position(entries: Sequence[_Entry], size: int, known: Wording) -> int | None:
    votes: Counter[tuple[int, str]] = Counter()
    for entry in entries:
        for position, (_, label) in enumerate(entry.boxes):
            role = _role(label, known)
            if role is not None:
                votes[(position, role)] += 1
    best = {role: max(range(size), key=lambda p: votes[(p, role)]) for role in ("pass", "fail", "na")}
    seen = {role for role, position in best.items() if votes[(position, role)] >= 2}
    if "fail" not in seen or not seen & {"pass", "na"}:
        return None
    return best["fail"]


def _role(label: str, known: Wording) -> str | None:
    """The meaning of a box's label; a letter that OCR saw twice ("Ss", "Vv") counts once."""
    plain = label.strip(" .:|_-").lower()
    if len(plain) == 2 and plain[0] == plain[1]:
        plain = plain[0]
    return known.check_column(plain) if plain else None
