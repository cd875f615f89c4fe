"""Findings each on a card of its own: the same few labels (location, code, condition, correct by) come again for every finding,
in the cells of a form with the label over its value, or in lines ("Code: 410.500  Correct by: 6/13", or with a wide blank for
the colon)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractors.reports.items import Item
from extractors.reports.pieces import Piece
from extractors.reports.text import NOTHING, Text, of_line, segments
from extractors.reports.wording import Wording

_LONGEST_LABEL = 4  # words
_FEWEST = 2  # cards, or it is no list of them
_OF_THE_HEAD = frozenset(
    ["inspection_date", "date", "inspector", "case", "ends", "type", "address", "reinspection_date", "original_date", "result"]
)
_BOTH = frozenset({"location", "unit", "deadline", "status", "number", "code", "violation"})
_BLANK = 0.8  # of a word's height: a wider one parts a label from its value where no colon does
_NUMBERED = re.compile(
    r"\W*(?:violation|item|finding|deficiency|condition)\s*(?:no\.?|#)?\s*(\d{1,3})(?:\s*(?:of|/)\s*\d{1,3})?\W*",
    re.IGNORECASE,
)


@dataclass
class _Card:
    values: dict[str, Text] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return (
            bool(self.values.get("violation") or self.values.get("remarks")) and len([v for v in self.values.values() if v]) > 1
        )


def split_cards(pieces: Sequence[Piece], known: Wording) -> tuple[list[Piece], list[Item]]:
    """The pieces that belong to no card, and the cards' items."""
    cards: list[_Card] = []
    current = _Card()
    for piece in pieces:
        for part in _parts(piece):
            read = _read(part, known, piece.table is None)
            if not read and piece.table is None and current.values and current.pieces[-1] is not piece:
                role = next(reversed(current.values))
                if role in {"violation", "remarks"} and re.match(r"\W*[a-z]", part.text):  # the condition runs on
                    current.values[role] = current.values[role] + part
                    current.pieces.append(piece)
                    continue
            for role, value in read:
                if role == "head" or role in current.values:
                    current = _Card()
                if role == "head":
                    continue
                if not current.values:
                    cards.append(current)
                current.values[role] = value
                if not any(p is piece for p in current.pieces):
                    current.pieces.append(piece)
    whole = [c for c in cards if c.whole]
    if len(whole) < _FEWEST:
        return list(pieces), []
    held = {id(p) for c in whole for p in c.pieces}
    return [p for p in pieces if id(p) not in held], [_item(c) for c in whole]


def _parts(piece: Piece) -> Iterator[Text]:
    """A line, or what stands in each cell (its lines joined)."""
    if piece.table is None:
        yield piece.text
        return
    for row in piece.table.rows:
        for cell in row:
            text = NOTHING
            for line in cell.lines:
                text = text + of_line(line, piece.page.number)
            if text:
                yield text


def _read(text: Text, known: Wording, line: bool) -> list[tuple[str, Text]]:
    """Labels of a line or cell with their values, in order. In a line a colon ends a label, in a cell its own words do."""
    words = text.words
    marks: list[tuple[int, int, str]] = []
    for end in range(len(words)):
        if not words[end].text.endswith(":"):
            continue
        low = marks[-1][1] + 1 if marks else 0
        for start in range(max(low, end - _LONGEST_LABEL + 1), end + 1):
            role = _role(" ".join(w.text for w in words[start : end + 1]), known, start == low)
            if role is not None:
                marks.append((start, end, role))
                break
    if not marks and not line:
        for length in range(min(_LONGEST_LABEL, len(words) - 1), 0, -1):
            label = " ".join(w.text for w in words[:length])
            role = _role(label, known, True)
            if role is not None and label.isupper():
                marks = [(0, length - 1, role)]
                break
    if not marks and line:
        return _spaced(text, known)
    if not marks or marks[0][0] > 2:
        return []
    out = []
    for n, (_, end, role) in enumerate(marks):
        stop = marks[n + 1][0] if n + 1 < len(marks) else len(words)
        out.append((role, text.pick(range(end + 1, stop))))
    return out


def _spaced(text: Text, known: Wording) -> list[tuple[str, Text]]:
    """Labels of a line without colons, each parted from its value by a wide blank; a line that only counts ("Violation 2 of 4")
    begins a card."""
    if _NUMBERED.fullmatch(text.text):
        return [("number", text.pick([i for i, w in enumerate(text.words) if w.text[0].isdigit()]))]
    parts = segments(text, _BLANK)
    first, rest = text.pick(range(1)), text.pick(range(1, len(text.words)))
    if known.check_column(first.text) == "remarks" and re.match(r"[A-Z0-9]", rest.text):
        return [("remarks", rest)]
    out: list[tuple[str, Text]] = []
    n = 0
    while n + 1 < len(parts):
        label = parts[n].text
        ignored = known.table_column(label) == "ignore"
        role = _role(label, known, n == 0) if len(parts[n].words) <= _LONGEST_LABEL and not ignored else None
        if role is None and known.check_column(label) == "remarks":
            role = "remarks"
        if role is not None:
            out.append((role, parts[n + 1]))
        n += 2 if role is not None or ignored else 1
    if out and len(parts) % 2 and out[-1][0] in {"remarks", "violation"}:
        out[-1] = (out[-1][0], out[-1][1] + parts[-1])  # a blank within the sentence
    return out


def _role(label: str, known: Wording, first: bool) -> str | None:
    column = known.table_column(label)
    named = known.field_of(label)
    if column in _BOTH and (column not in {"status"} or named is None or named[0] != "result" or not first):
        return column
    return "head" if named is not None and named[1] == 1.0 and named[0] in _OF_THE_HEAD else None


def _item(card: _Card) -> Item:
    said = card.values
    number = re.match(r"\W*(\d{1,3})\b", said.get("number", NOTHING).text)
    unit = said.get("unit", NOTHING).text.strip(" .#:")
    return Item(
        said.get("violation") or said["remarks"], 1.0, "us-ma/report_tables/card@1", int(number[1]) if number else None,
        said.get("location", NOTHING), said.get("code", NOTHING), said.get("status", NOTHING), said.get("deadline", NOTHING),
        unit=unit or None,
    )  # fmt: skip
