"""What the cells of a check-list's answer columns say: a stroke or letter of whatever shape, a word ("FAILED"), an answer to a
question, or the finding itself written where a tick would stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.reports.ticks import mark_in
from extractors.reports.wording import Wording
from records.document import Cell

ANSWERS = frozenset({"pass", "fail", "na"})
_SHORT = 3  # letters of a mark made by pen
_MOSTLY = 0.8
_FEWEST = 3


def one_mark_a_row(rows: Sequence[Sequence[Cell]], roles: dict[int, str], known: Wording) -> bool:
    """Whether each row holds one short mark in one of its answer columns: then whatever stands in the column for what is wrong
    is a tick, however it was drawn ("/", "v", "¥"). Printed boxes in the other columns would not leave them blank."""
    answers = {c for c, role in roles.items() if role in ANSWERS}
    if len(answers) < 2:
        return False
    marked = [[c.text for c in row if c.column in answers and c.text.strip()] for row in rows if len(row) > 2]
    marked = [said for said in marked if said]
    single = sum(len(said) == 1 and len(said[0].replace(" ", "")) <= _SHORT for said in marked)
    return len(marked) >= _FEWEST and single >= _MOSTLY * len(marked)


def answer_in(text: str, known: Wording) -> str | None:
    """``pass``, ``fail`` or ``na`` where a cell answers in a word or a known letter ("FAILED", "N/A", "Satisfactory")."""
    if not text.strip() or len(text.split()) > _SHORT or (known.mark_of(text) is not None and len(text.strip()) > 1):
        return None
    said = known.check_column(text)
    return said if said in ANSWERS else None


def is_sentence(text: str, known: Wording) -> bool:
    """Whether a cell of a tick column holds words of its own and no mark, answer or empty remark."""
    letters = re.sub(r"[^A-Za-z]", "", text)
    return len(letters) >= 6 and mark_in(text, known) is None and answer_in(text, known) is None and not known.says_nothing(text)


def answer_columns(table_rows: Sequence[Sequence[Cell]], known: Wording) -> list[int]:
    """Columns of which nearly every filled cell answers in a word, both that something is well and that it is not."""
    said: dict[int, list[str | None]] = {}
    for row in table_rows:
        for cell in row:
            if cell.text.strip() and len(row) > 1:
                said.setdefault(cell.column, []).append(answer_in(cell.text, known))
    out = []
    for column, answers in sorted(said.items()):
        told = [a for a in answers if a is not None]
        if len(told) >= _FEWEST and len(told) >= _MOSTLY * len(answers) and set(told) & {"pass", "na"}:
            out.append(column)
    return out


def in_words_of_yes(texts: Sequence[str]) -> bool:
    """Whether all answers are yes or no."""
    plain = {t.strip(" .").lower() for t in texts if t.strip()}
    return bool(plain) and plain <= {"yes", "no", "y", "n", "n/a", "na"}
