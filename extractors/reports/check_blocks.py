"""Check-lists without a grid, in one block or several side by side: a heading line names the item and its answers, a mark stands
under one of them, and what is wrong is written on the line below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from operator import add

from extractors.reports.items import Item
from extractors.reports.pieces import Piece, row_texts
from extractors.reports.text import NOTHING, Text
from extractors.reports.wording import Wording
from records.document import Box

_AWAY = 14.0  # points between a mark and the middle of its heading
_INDENT = 6.0  # points left of a block's heading that its words may begin
_FEWEST = 3  # marked items
_RUNS_ON = 10.0  # points: a smaller blank over the edge of two blocks is a sentence's


@dataclass(frozen=True)
class _Block:
    """One block of columns: where it begins, and the middles of its answers."""

    x0: float
    answers: tuple[tuple[str, float], ...]


def split_check_blocks(pieces: Sequence[Piece], known: Wording) -> tuple[list[Piece], list[Item]]:
    """The pieces that are no such lines, and the items marked as wrong."""
    for at, piece in enumerate(pieces):
        blocks = _heading(piece, known) if piece.table is None else ()
        if not blocks:
            continue
        rest, items, marked = _below(pieces[at + 1 :], blocks, piece, known)
        if marked >= _FEWEST:
            return [*pieces[:at], *rest], items
    return list(pieces), []


def _heading(piece: Piece, known: Wording) -> tuple[_Block, ...]:
    """The blocks that a heading line names; every word of it must be one of their columns."""
    roles: list[tuple[str, Box]] = []
    for word in piece.text.words:
        role = known.check_column(word.text)
        if role is None or word.box is None:
            return ()
        roles.append((role, word.box))
    starts = [i for i, (role, _) in enumerate(roles) if role == "item"]
    if not starts or starts[0] != 0:
        return ()
    blocks = []
    for a, b in pairwise([*starts, len(roles)]):
        answers = tuple((role, box.centre_x) for role, box in roles[a + 1 : b] if role in {"pass", "fail", "na"})
        if {"pass", "fail"} - {role for role, _ in answers}:
            return ()
        blocks.append(_Block(roles[a][1].x0, answers))
    return tuple(blocks)


def _below(
    pieces: Sequence[Piece], blocks: Sequence[_Block], heading: Piece, known: Wording
) -> tuple[list[Piece], list[Item], int]:
    """What is left of the pieces under the heading, the items that are wrong, and how many were marked at all."""
    rest: list[Piece] = []
    open_: dict[int, tuple[str, Text, Text]] = {}
    done: list[tuple[str, Text, Text]] = []
    ended = False
    for piece in pieces:
        for line in _lines(piece):
            ended = ended or piece.page is not heading.page or _is_running(line, blocks)
            if ended:
                rest.append(piece if piece.table is None else replace(piece, text=line, table=None))
                continue
            for n, part in enumerate(_parts(line, blocks)):
                answer, words = _answer(part, blocks[n], piece, known)
                if answer and words:
                    if n in open_:
                        done.append(open_.pop(n))
                    open_[n] = (answer, words, NOTHING)
                elif words and n in open_:
                    was, label, said = open_[n]
                    open_[n] = (was, label, said + words)
    done += open_.values()
    items = [_item(label, said, known) for answer, label, said in done if answer == "fail"]
    return rest, items, len(done)


def _lines(piece: Piece) -> Iterator[Text]:
    """A line, or the rows of what was taken for a table because its words stand in columns."""
    if piece.table is None:
        yield piece.text
        return
    for row in piece.table.rows:
        line = reduce(add, row_texts(row, piece.page), NOTHING)
        if line:
            yield line


def _is_running(line: Text, blocks: Sequence[_Block]) -> bool:
    """Whether the line is a sentence across the blocks, under the list."""
    for left, right in pairwise(line.words):
        if left.box is None or right.box is None or right.box.x0 - left.box.x1 > _RUNS_ON:
            continue
        if any(left.box.x0 < block.x0 - _INDENT < right.box.x1 for block in blocks[1:]):
            return True
        if len(blocks) == 1 and left.box.x1 < blocks[0].answers[0][1] < right.box.x0 and len(line.words) > 8:
            return True
    return False


def _parts(line: Text, blocks: Sequence[_Block]) -> list[Text]:
    """The line's words by block."""
    ends = [*(b.x0 - _INDENT for b in blocks[1:]), 1e9]
    return [
        line.pick([i for i, w in enumerate(line.words) if w.box is not None and start <= w.box.x0 < end])
        for start, end in zip([-1e9, *ends], ends, strict=False)
    ]


def _answer(part: Text, block: _Block, piece: Piece, known: Wording) -> tuple[str, Text]:
    """Under which answer a mark stands, and the words beside it."""
    answer, words = "", []
    for i, word in enumerate(part.words):
        assert word.box is not None
        middle = word.box.centre_x
        near = min(block.answers, key=lambda a: abs(a[1] - middle))
        if known.mark_of(word.text) is not None and abs(near[1] - middle) <= _AWAY:
            answer = near[0] if known.mark_of(word.text) else answer
        else:
            words.append(i)
    return answer, part.pick(words)


def _item(label: Text, said: Text, known: Wording) -> Item:
    text = said if said and not known.says_nothing(said.text) else label
    return Item(text, 1.0, "us-ma/checklists/block@1", label=label.text, tick="glyph")
