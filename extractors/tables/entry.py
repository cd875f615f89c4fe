"""A line of a list, told apart: row, total, heading of a group, more of the row above, or text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from extractors.layout import Spot
from extractors.tables.stream import Row

Kind = Literal["row", "total", "group", "more", "text"]
Cells = dict[str, list[Spot]]


@dataclass(slots=True)
class Entry:
    """A line of a list and what it is: a row of values, a total, a group's heading, more of the row above, or text."""

    kind: Kind
    row: Row
    cells: dict[str, list[list[Spot]]] = field(default_factory=dict)  # role -> its columns' words (several fee columns)
    known: bool = True  # stands under a heading of its own page
    recap: bool = False  # part of a summary, whose rows are no records
    title: bool = False  # stands above the first heading of its page
    said: dict[str, str] = field(default_factory=dict)  # role -> what of its words is meant, where that is not all of them
    packed: set[str] = field(default_factory=set)  # roles that share a column with another

    def words(self, role: str) -> list[Spot]:
        return [s for cell in self.cells.get(role, []) for s in cell]

    def text(self, role: str) -> str:
        if role in self.said:
            return self.said[role]
        return " ".join(s.word.text for s in self.words(role)).strip(" |")

    def solid(self, role: str) -> str:
        """The text without specks: OCR "words" at its ends that hold no letter or digit ("%" and "&" mean something)."""
        if role in self.said:
            return self.said[role]
        words = [s.word.text for s in self.words(role)]
        if self.row.ocr:
            while words and not re.search(r"[^\W_]|%", words[0]):
                words.pop(0)
            while words and not re.search(r"[^\W_]|[)%&]", words[-1]):
                words.pop()
            if words and words[-1][-1] in ".,;:" and len(words[-1]) > 4:
                words[-1] = words[-1].rstrip(".,;:")
        return " ".join(words).strip(" |")
