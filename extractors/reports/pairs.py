"""Label and value, wherever a form puts them: beside each other, several on a line, stacked, in cells, in form fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.language.dates import find_dates
from extractors.reports.address import find_address, find_person
from extractors.reports.pieces import Piece, row_texts
from extractors.reports.text import NOTHING, Text, plain, segments
from extractors.reports.wording import Wording
from extractors.rulebook import RuleBook
from records.document import Table

LONGEST_LABEL = 6  # words
_LABELLED = re.compile(r":(?!\d\d)")  # a colon that belongs to no time of day


@dataclass(frozen=True)
class Pair:
    """One labelled value. ``sure`` says how exactly the label was known; ``how`` how the two stand to each other."""

    field: str
    label: str
    value: Text
    sure: float
    how: str
    index: int  # block where it stands


def pairs_of(pieces: Sequence[Piece], known: Wording, skip_rows: dict[int, int], rules: RuleBook) -> list[Pair]:
    """All labelled values. ``skip_rows``: for a table that holds findings, the row its list begins at (block -> row)."""
    out: list[Pair] = []
    for i, piece in enumerate(pieces):
        if piece.table is not None:
            out += _in_table(piece, known, skip_rows.get(piece.index, len(piece.table.rows)))
            continue
        found = in_line(piece.text, known, piece.index)
        below = pieces[i + 1] if i + 1 < len(pieces) else None
        if found and below is not None and below.table is None and found[-1].field in _DAYS:
            found[-1] = _broken_day(found[-1], below.text, known, rules)
        for pair in found:
            if not pair.value and below is not None and below.table is None and pair.field != "ends":
                pair = _from_below(pair, piece.text, below.text, known)
            out.append(pair)
        if not found and below is not None and below.table is None:
            out += _label_row(piece, below, known)
    out = [_about_a_place(p) for p in _still_to_come(out)]
    for piece in {p.page.number: p for p in pieces}.values():
        for field in piece.page.fields:
            named = known.field_of(field.name.replace("_", " "))
            words = [w for w in piece.page.words if w.box is not None and _inside(w.box.centre_x, w.box.centre_y, field.box)]
            if named and field.value.strip() and words:
                value = Text(tuple(words), (piece.page.number,) * len(words))
                out.append(Pair(named[0], field.name, value, named[1], "form field", piece.index))
    return out


_SUBJECT = frozenset({"subject", "subj", "regarding", "in re"})


def _about_a_place(pair: Pair) -> Pair:
    """What a letter or memo is about, where that is a place ("Subject: 22 Walnut St., second floor apartment")."""
    span = find_address(pair.value.text, bare=True) if plain(pair.label) in _SUBJECT and pair.value else None
    if span is None:
        return pair
    value = pair.value if span[0] <= 2 else pair.value.cut(span[0], len(pair.value.text))
    return replace(pair, field="address", value=value, sure=0.9 if span[0] <= 2 else 0.8)


def _broken_day(pair: Pair, below: Text, known: Wording, rules: RuleBook) -> Pair:
    """A day whose end stands in the next line ("Date: Mon 22 Oct / 2018, 11:05 Type: …")."""
    if not pair.value or find_dates(pair.value.text, None, rules):
        return pair
    rest = below.pick(range(min(3, len(below.words))))
    joined = pair.value + rest
    found = find_dates(joined.text, None, rules)
    return replace(pair, value=joined) if found and found[0].start < len(pair.value.text) else pair


def _still_to_come(pairs: list[Pair]) -> list[Pair]:
    """A bare "Re-inspection:" beside the deadline ("To be corrected by: 5/25 Reinspection: 5/28") names a visit to come."""
    due = {p.index for p in pairs if p.field == "deadline"}
    return [
        replace(p, field="other_date") if p.field == "reinspection_date" and {p.index - 1, p.index, p.index + 1} & due else p
        for p in pairs
    ]


def _inside(x: float, y: float, box: object) -> bool:
    from records.document import Box

    assert isinstance(box, Box)
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def in_line(text: Text, known: Wording, index: int) -> list[Pair]:
    """Labels within one line, each with what follows it up to the next label."""
    words = text.words
    parts = segments(text)
    segment_of: list[int] = [n for n, part in enumerate(parts) for _ in part.words]
    marks: list[tuple[int, int, str, float]] = []  # first and last word of the label, field, sureness
    last_end = -1
    for i, word in enumerate(words):
        bare = word.text.rstrip()
        if not bare.endswith((":", ";")) and not (i + 1 < len(words) and words[i + 1].text == ":"):
            glued = _glued(text, i, known) if ":" in bare.strip(":") else None
            if glued is None:
                continue
        best: tuple[int, str, float] | None = None
        for j in range(max(last_end + 1, i - LONGEST_LABEL + 1), i + 1):
            if segment_of[j] != segment_of[i]:
                continue
            named = known.field_of(" ".join(w.text for w in words[j : i + 1]))
            if named is not None and (best is None or named[1] > best[2] or named[1] == best[2] < 1.0):
                best = (j, *named)
        if best is None and segment_of[i] != (segment_of[i - 1] if i else -1) and bare.endswith(":"):
            best = (i, "ends", 0.5)
        if best is None and bare.endswith(":") and (i == 0 or segment_of[max(last_end + 1, 0)] == segment_of[i]):
            start = next(
                (j for j in range(i, max(last_end, i - LONGEST_LABEL), -1) if j == 0 or segment_of[j - 1] != segment_of[j]), None
            )
            if start is not None and words[start].text[:1].isupper():
                best = (start, "ends", 0.5)
        if best is not None:
            marks.append((best[0], i, best[1], best[2]))
            last_end = i
    if not marks:
        return _without_colon(text, known, index)
    out = []
    for n, (start, end, field, sure) in enumerate(marks):
        stop = marks[n + 1][0] if n + 1 < len(marks) else len(words)
        value = list(range(end + 1, stop))
        while value and words[value[0]].text in {":", "-", "–"}:
            value = value[1:]
        label = " ".join(w.text for w in words[start : end + 1])
        out.append(Pair(field, label, text.pick(value), sure, "beside", index))
    return out


def _glued(text: Text, i: int, known: Wording) -> str | None:
    """A label typed without a blank before its value ("Date:4/3/2019"): the field, if the front part is a label."""
    front = text.words[i].text.split(":", 1)[0]
    named = known.field_of(front)
    return named[0] if named is not None and named[1] == 1.0 else None


_DAYS = frozenset({"inspection_date", "reinspection_date", "original_date", "date", "deadline", "other_date"})
_WORDS_TOO = frozenset(
    ["to", "from", "in", "by", "on", "at", "re", "use", "why", "when", "where", "place", "day", "kind", "present", "map", "lot",
     "street", "floor", "building", "title", "time"]
)  # fmt: skip
"""Labels that are words of any sentence as well: only with a colon."""


def _several(text: Text, known: Wording, index: int) -> list[Pair]:
    """A line that begins with a label and holds more of them, all without colons ("Address 9 Elm St Unit 4 Date 3/4/19"):
    labels are written large, known to the letter, and each has a value after it."""
    words = text.words
    marks: list[tuple[int, int, str]] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_LABEL - 1, len(words) - at), 0, -1):
            label = " ".join(w.text for w in words[at : at + length])
            named = known.field_of(label) if label[:1].isupper() and not label.endswith((",", ";")) else None
            if named is not None and named[1] == 1.0 and plain(label) not in _WORDS_TOO:
                marks.append((at, at + length, named[0]))
                at += length - 1
                break
        at += 1
    fields = {field for _, _, field in marks}
    if (
        len(fields) < 2
        or len(fields & {"address", "inspection_date", "date", "inspector", "case", "type"}) < 1
        or marks[0][0] > 0
    ):
        return []
    stops = [start for start, _, _ in marks[1:]] + [len(words)]
    out = [
        Pair(field, text.pick(range(start, end)).text, text.pick(range(end, stop)), 0.9, "beside", index)
        for (start, end, field), stop in zip(marks, stops, strict=True)
    ]
    return out if all(pair.value for pair in out) else []


def _without_colon(text: Text, known: Wording, index: int) -> list[Pair]:
    """A label at the line's beginning set off by a wide blank, or a record's label followed by its number."""
    if several := _several(text, known, index):
        return several
    parts = segments(text)
    out = []
    for n, part in enumerate(parts[:-1]):
        named = known.field_of(part.text)
        if (
            named is not None
            and named[1] == 1.0
            and named[0] not in {"ends", "remarks"}
            and known.field_of(parts[n + 1].text) is None
        ):
            out.append(Pair(named[0], part.text, parts[n + 1], 0.8, "beside", index))
    if not out and len(text.words) >= 2:
        for length in range(min(4, len(text.words) - 1), 0, -1):
            named = known.field_of(" ".join(w.text for w in text.words[:length]))
            rest = text.pick(range(length, len(text.words)))
            if named is None or named[1] < 1.0:
                continue
            if named[0] == "case" and known.case_id.search(rest.text):
                out.append(Pair("case", text.words[0].text, rest, 0.9, "beside", index))
            elif named[0] == "address" and rest.text[:1].isdigit() and length <= 3:
                out.append(Pair("address", text.words[0].text, rest, 0.8, "beside", index))
            elif named[0] in _DAYS - {"reinspection_date"} and re.match(r"\d", rest.text) and len(rest.words) <= 4:
                out.append(Pair(named[0], text.pick(range(length)).text, rest, 0.85, "beside", index))
            elif named[0] == "inspector" and find_person(rest.text) is not None and len(rest.words) <= 4:
                out.append(Pair("inspector", text.words[0].text, rest, 0.85, "beside", index))
            break
    return out


def _from_below(pair: Pair, line: Text, below: Text, known: Wording) -> Pair:
    """The value of a label that stands above it."""
    label = next((s for s in segments(line) if plain(pair.label) in plain(s.text)), line)
    if in_line(below, known, 0):
        return pair
    for part in segments(below):
        if part.x0 is not None and label.x0 is not None and abs(part.x0 - label.x0) < 25:
            return Pair(pair.field, pair.label, part, pair.sure * 0.9, "above", pair.index)
    return pair


def _label_row(piece: Piece, below: Piece, known: Wording) -> list[Pair]:
    """A row of bare labels with a row of values under it (boxed forms)."""
    parts = segments(piece.text)
    if len(parts) == 1:
        return _stacked(piece, below, known)
    named = [(part, known.field_of(part.text)) for part in parts]
    if len([1 for _, n in named if n is not None and n[1] == 1.0]) < 2 or len(parts) < 2:
        return []
    out = []
    values = segments(below.text)
    for n, (part, name) in enumerate(named):
        if name is None or part.x0 is None:
            continue
        limit = next((p.x0 for p, _ in named[n + 1 :] if p.x0 is not None), 1e9)
        under = [v for v in values if v.x0 is not None and part.x0 - 12 <= v.x0 < limit - 6]
        value = NOTHING
        for one in under:
            value = value + one
        out.append(Pair(name[0], part.text, value, name[1] * 0.9, "above", piece.index))
    return out


def _stacked(piece: Piece, below: Piece, known: Wording) -> list[Pair]:
    """A bare label alone in its line over its value alone in the next (a form with its labels above the boxes)."""
    label, value = piece.text, below.text
    name = known.field_of(label.text)
    unfit = {"ends", "remarks", "other_date", "deadline"}
    if name is None or name[1] < 1.0 or name[0] in unfit or ":" in value.text[:-1].split(" ", 1)[0]:
        return []
    named = known.field_of(value.text)
    if named is not None and named[1] == 1.0:
        return []
    figures = any(c.isdigit() for c in value.text)
    fits = figures if name[0] not in {"inspector", "type", "result"} else len(value.words) <= 5 and not figures
    near = label.x0 is None or value.x0 is None or abs(label.x0 - value.x0) < 20
    return [Pair(name[0], label.text, value, 0.9, "above", piece.index)] if fits and near and len(value.words) <= 9 else []


def _in_table(piece: Piece, known: Wording, stop: int) -> list[Pair]:
    table = piece.table
    assert isinstance(table, Table)
    out: list[Pair] = []
    rows = [row_texts(row, piece.page) for row in table.rows[:stop]]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            cell = table.rows[r][c]
            found = [p for line in _lines(piece, r, c) for p in in_line(line, known, piece.index)]
            if len(cell.lines) > 1 and len(found) == 1 and not found[0].value:
                rest = _lines(piece, r, c)[1:]
                joined = NOTHING
                for line in rest:
                    joined = joined + line
                out.append(Pair(found[0].field, found[0].label, joined, found[0].sure, "above in cell", piece.index))
                continue
            if len(cell.lines) > 1 and not found:
                lines = _lines(piece, r, c)
                named = known.field_of(lines[0].text)
                if named is not None and named[1] == 1.0:
                    joined = NOTHING
                    for line in lines[1:]:
                        joined = joined + line
                    out.append(Pair(named[0], lines[0].text, joined, 0.95, "above in cell", piece.index))
                    continue
            if not found and text:
                named = known.field_of(text.text)
                found = [Pair(named[0], text.text, NOTHING, named[1], "cell", piece.index)] if named and named[1] == 1.0 else []
            for pair in found:
                if not pair.value and pair.field != "ends" and len(found) == 1:
                    pair = _neighbour(pair, rows, r, c, known)
                out.append(pair)
    return out


def _lines(piece: Piece, r: int, c: int) -> list[Text]:
    from extractors.reports.text import of_line

    assert piece.table is not None
    return [of_line(line, piece.page.number) for line in piece.table.rows[r][c].lines]


def _neighbour(pair: Pair, rows: list[list[Text]], r: int, c: int, known: Wording) -> Pair:
    """The value of a label that fills its cell: the cell on the right, else the one below."""
    right = rows[r][c + 1] if c + 1 < len(rows[r]) else NOTHING
    if right and known.field_of(right.text) is None and not _LABELLED.search(right.text):
        return Pair(pair.field, pair.label, right, pair.sure, "cell on the right", pair.index)
    below = rows[r + 1][c] if r + 1 < len(rows) and c < len(rows[r + 1]) else NOTHING
    labelled = not right or known.field_of(right.text) is not None  # a row of labels has its values in the row below
    if below and known.field_of(below.text) is None and not _LABELLED.search(below.text) and labelled:
        return Pair(pair.field, pair.label, below, pair.sure * 0.95, "cell below", pair.index)
    return pair
