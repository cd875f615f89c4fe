"""What the columns of a table of findings mean: told by their headings in any order, else by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.reports.check_words import ANSWERS, answer_columns, in_words_of_yes
from extractors.reports.ticks import like_an_empty_box, mark_in
from extractors.reports.wording import Wording
from records.document import Cell, Table, enclosing

_SECTION_LIKE = re.compile(r"\b4[1Il]0\W{0,2}\d{3}\b|\bC\.?M\.?R\b|\b(?:M\.?)?G\.?L\.?\b", re.IGNORECASE)
_ENUMERATED = re.compile(r"\W*(?:\d{1,2}|[a-z]|[ivx]{1,4})\W*", re.IGNORECASE)
_CHAPTER = re.compile(r"\b527\s*C\.?M\.?R\.?\s*1[.,]0?0?\b|\b527\s*C\.?M\.?R\b", re.IGNORECASE)
_DAY_LIKE = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.:-]\d{2,4}\b")


@dataclass(frozen=True)
class Columns:
    """What the columns of a table mean: role by column number; ``first`` is the first row below the heading. ``asked``: its
    answers are yes and no, which may mean either ("Any leaks?")."""

    roles: dict[int, str]
    first: int
    checklist: bool
    centres: tuple[tuple[str, float], ...] = ()  # middles of tick columns known from their headings alone
    asked: bool = False
    chapter: str = ""  # the chapter that the heading names for bare sections below it ("527 CMR 1.00")

    def of(self, role: str) -> int | None:
        return next((c for c, r in self.roles.items() if r == role), None)


def columns_in(table: Table, known: Wording) -> Columns | None:
    """The heading row of a table of findings, if it has one (headings may take two rows)."""
    for r in range(min(len(table.rows), 14)):
        for height in (1, 2):
            if r + height > len(table.rows):
                continue
            texts = _headings(table, table.rows[r : r + height])
            if height == 2 and len(table.rows[r]) < 2:
                continue
            chapter = next((named[0] for t in texts.values() if (named := _CHAPTER.search(t))), "")
            table_roles = _distinct({c: role for c, t in texts.items() if (role := _table_role(t, known))})
            check_roles = _check_roles(texts, table_roles, table, r + height, known)
            checks = set(check_roles.values())
            stray = _told_in_words(table_roles, check_roles, texts, table, r + height)
            if "fail" in checks and ("item" in checks or "pass" in checks) and len(checks) >= 3 and not stray:
                if "item" not in checks:
                    free = [c for c in range(min(check_roles)) if c not in check_roles]
                    check_roles = {**({free[0]: "item"} if free else {}), **check_roles}
                check_roles = _where_its_marks_stand(check_roles, table, r + height, known)
                return Columns(check_roles, r + height, True, (), _asked(check_roles, texts), chapter)
            if (worded := _answered_in_words(texts, table_roles, check_roles, table, r + height, known)) is not None:
                return replace(worded, chapter=chapter)
            names = set(table_roles.values()) - {"ignore"}
            enough = len(names) >= 2 or _cites_below(table_roles, table, r + height)
            listed = "violation" in names and enough and max(len(t) for t in texts.values()) < 60
            if listed and not _has_nameless_boxes(table, r + height, table_roles, known):
                return Columns(_completed(table_roles, table, r + height, texts, known), r + height, False, chapter=chapter)
        merged = _merged_heading(table, r, known)
        if merged is not None:
            return merged
    found = _by_content(table, known)
    if found is not None and found.first == 0 and sum(bool(_table_role(c.text, known)) for c in table.rows[0]) >= 2:
        return replace(found, first=1)  # a heading, of which enough was read to know it for one
    return found


def _check_roles(texts: dict[int, str], table_roles: dict[int, str], table: Table, first: int, known: Wording) -> dict[int, str]:
    """What the headings mean on a check-list. "No" over the items' numbers is no answer; a day to correct by may stand there."""
    roles: dict[int, str] = {}
    for column, text in texts.items():
        role = known.check_column(text) or _of_two(text, known.check_column, alike=True)
        below = [c.text for row in table.rows[first:] for c in row if c.column == column and c.text.strip()]
        if role in ANSWERS and _numbers(below):
            role = None
        if role is None and table_roles.get(column) in {"deadline", "number", "status"}:
            role = table_roles[column]
        if role is not None:
            roles[column] = role
    return _distinct(roles)


def _numbers(said: Sequence[str]) -> bool:
    """Whether a column's cells are the numbers of items, and no ticks misread for figures: hardly two are alike."""
    figures = [found[0] for t in said if (found := re.fullmatch(r"\W*(\d{1,3})\W*", t))]
    return len(figures) > 0.6 * len(said) > 0 and len(set(figures)) > 0.8 * len(figures)


def _asked(roles: dict[int, str], texts: dict[int, str]) -> bool:
    """Whether items are answered with yes and no; an explanation asked for the noes tells that each means something wrong."""
    answers = [texts.get(c, "") for c, role in roles.items() if role in {"pass", "fail"}]
    explained = any(re.search(r"\bif no\b", texts.get(c, ""), re.IGNORECASE) for c in roles)
    return in_words_of_yes(answers) and len(answers) == 2 and not explained


def _answered_in_words(
    texts: dict[int, str], table_roles: dict[int, str], checks: dict[int, str], table: Table, first: int, known: Wording
) -> Columns | None:
    """A check-list whose answers are words of one column ("PASSED", "N/A"). What became of violations is told in such words
    too: there the findings' column stands before the answers."""
    rows = table.rows[first:]
    for column in answer_columns(rows, known):
        heading = texts.get(column, "")
        before = [c for c in texts if c < column]
        item = next((c for c in before if checks.get(c) == "item"), None)
        if item is None and any(table_roles.get(c) == "violation" for c in before):
            continue
        said = [cell.text for row in rows for cell in row if cell.column == column]
        if known.status_of(heading) is not None and known.check_column(heading) is None:
            continue  # "Cured?", "Complied (Y/N)"
        if item is None and table_roles.get(column) != "status" and known.check_column(heading) is None:
            continue  # nothing names the columns
        words = {c: sum(len(cell.text) for row in rows for cell in row if cell.column == c) for c in _columns_of(rows)}
        if item is None:
            free = [c for c in words if c < column and checks.get(c) not in {"code", "deadline"} and words[c]]
            item = max(free, key=lambda c: words[c], default=None)
        if item is None:
            continue
        roles = {c: r for c, r in checks.items() if c not in {item, column} and r in {"code", "remarks", "deadline"}}
        right = [c for c in words if c > column and c not in roles and words[c] and table_roles.get(c) != "ignore"]
        if "remarks" not in roles.values() and right:
            roles[max(right, key=lambda c: words[c])] = "remarks"
        return Columns({**roles, item: "item", column: "answer"}, first, True, asked=in_words_of_yes(said))
    return None


def _columns_of(rows: Sequence[Sequence[Cell]]) -> list[int]:
    return sorted({cell.column for row in rows for cell in row})


def _cites_below(roles: dict[int, str], table: Table, first: int) -> bool:
    """Whether the findings' column, beside one that tells nothing of them (the remedy), holds cited sections."""
    cells = [c.text for row in table.rows[first:] for c in row if roles.get(c.column) == "violation" and c.text.strip()]
    cited = sum(_SECTION_LIKE.search(text) is not None for text in cells)
    return len(roles) > 1 and cited >= 2 and 2 * cited >= len(cells)


def _where_its_marks_stand(roles: dict[int, str], table: Table, first: int, known: Wording) -> dict[int, str]:
    """The roles, the ticks' column moved to the nameless one that holds the marks: a heading over no rule of its own may have
    been given to the wrong side of a speck, or to a column at the other end of a row that a stamp cut."""
    fail = next(c for c, role in roles.items() if role == "fail")
    free = {cell.column for row in table.rows[first:] for cell in row} - roles.keys()
    marks = {
        c: sum(_is_box(cell.text, known) for row in table.rows[first:] for cell in row if cell.column == c)
        for c in sorted({fail, *free}, key=lambda c: abs(c - fail))
    }
    best = max(marks, key=lambda c: marks[c])
    if 4 * marks[fail] > marks[best] or 4 * marks[best] < len(table.rows[first:]):
        return roles
    return {**{c: role for c, role in roles.items() if c != fail}, best: "fail"}


def _told_in_words(roles: dict[int, str], checks: dict[int, str], headings: dict[int, str], table: Table, first: int) -> bool:
    """Whether the findings stand in a column of sentences, and the "fail" column is a speck over it ("N") without a mark."""
    fail = next((c for c, role in checks.items() if role == "fail"), None)
    said = next((c for c, role in roles.items() if role == "violation" and c != fail), None)
    if fail is None or said is None or sum(map(str.isalnum, headings.get(fail, ""))) > 2:
        return False
    texts = {c: [cell.text for row in table.rows[first:] for cell in row if cell.column == c] for c in (fail, said)}
    marked = any(len(t.split()) == 1 and len(t) <= 3 for t in texts[fail])
    return not marked and 2 * sum(len(t.split()) >= 2 for t in texts[said]) > len(texts[said])


def _table_role(heading: str, known: Wording) -> str | None:
    """What a column's heading means; of two headings that were read as one, the first."""
    heading = re.sub(r"\s*\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b", "", heading)  # "Status 3/15" is a status
    words = heading.split()
    whole = known.table_column(heading)
    return whole if whole is not None or len(words) < 2 else _of_two(heading, known.table_column)


def _of_two(heading: str, role_of: Callable[[str], str | None], alike: bool = False) -> str | None:
    """Of two headings that were read as one, the first; ``alike``: where both mean the same ("Cite 527 CMR")."""
    words = heading.split()
    for at in range(len(words) - 1, 0, -1):
        first, second = role_of(" ".join(words[:at])), role_of(" ".join(words[at:]))
        if first is not None and second is not None and (first == second or not alike):
            return first
    return None


def _merged_heading(table: Table, r: int, known: Wording) -> Columns | None:
    """A check-list's heading read as one cell: its words name the columns, their places say where the ticks stand."""
    words = [w for cell in table.rows[r] for w in cell.words if w.box is not None]
    roles: list[tuple[str, float]] = []
    i = 0
    while i < len(words):
        for length in (4, 3, 2, 1):
            role = known.check_column(" ".join(w.text for w in words[i : i + length])) if i + length <= len(words) else None
            box = enclosing([w.box for w in words[i : i + length] if w.box is not None])
            if role is not None and box is not None:
                roles.append((role, box.centre_x))
                i += length
                break
        else:
            return None
    names = [name for name, _ in roles]
    width = columns_wide(table)
    if "fail" not in names or len(set(names)) < 3 or len(set(names)) != len(names) or width < 2:
        return None
    ticks = tuple(pair for pair in roles if pair[0] in {"pass", "fail", "na"})
    by_order = dict(enumerate(names)) if width == len(names) else {0: names[0], width - 1: names[-1]}
    return Columns(by_order, r + 1, True, ticks)


def columns_wide(table: Table) -> int:
    return max((cell.column + cell.column_span for row in table.rows for cell in row), default=0)


def _completed(roles: dict[int, str], table: Table, first: int, headings: dict[int, str], known: Wording) -> dict[int, str]:
    """Columns whose headings could not be read, told by what stands in them: sections, what became of each finding, and days
    where none is named."""
    said: dict[int, list[str]] = {}
    for row in table.rows[first:]:
        for cell in row:
            if cell.column not in roles and cell.column_span == 1 and cell.text.strip():
                said.setdefault(cell.column, []).append(cell.text)
    more = {**roles, **_last_visit(said, {c: h for c, h in headings.items() if c not in roles}, known)}
    for column, texts in sorted(said.items()):
        if column in more:
            continue
        heading = headings.get(column, "").strip(" .:_-")
        for role, pattern in (("code", _SECTION_LIKE), ("deadline", _DAY_LIKE)):
            readable = bool(re.search(r"\w{3}", heading)) and role == "deadline"
            if role not in more.values() and not readable and 2 * sum(bool(pattern.search(t)) for t in texts) > len(texts):
                more[column] = role
                break
        told = sum(len(t.split()) <= 5 and known.status_of(t) is not None for t in texts)
        if column not in more and "status" not in more.values() and 2 * told > len(texts):
            more[column] = "status"
    return more


def _last_visit(said: Mapping[int, Sequence[str]], headings: Mapping[int, str], known: Wording) -> dict[int, str]:
    """The column of the last visit of those that say letter by letter what became of each finding; earlier ones are past.
    Without headings, two such columns side by side that differ are visits."""
    lettered = [c for c, texts in said.items() if texts and all(t.strip(" -–—.") == "" or known.status_letter(t) for t in texts)]
    named = [c for c in lettered if known.visit_heading.match(headings.get(c, "") or "-")]
    visits = named or [c for c in lettered if not headings.get(c, "").strip() and {c - 1, c + 1} & set(lettered)]
    told = {known.status_letter(t) for c in visits for t in said[c]} - {None}
    if not visits or (not named and len(told) < 2):
        return {}
    return {**dict.fromkeys(visits, "ignore"), max(visits): "status"}


def _enumerated(table: Table) -> Columns | None:
    """A short list without headings: every row a number or letter, words, and a section."""
    if len(table.rows) < 2 or any(len(row) != 3 for row in table.rows):
        return None
    first, words, last = ([row[n].text for row in table.rows] for n in range(3))
    cited = all(_SECTION_LIKE.search(t) for t in last) and all(len(t.split()) >= 2 for t in words)
    if not cited or not all(_ENUMERATED.fullmatch(t) for t in first):
        return None
    row = table.rows[0]
    return Columns({row[0].column: "number", row[1].column: "violation", row[2].column: "code"}, 0, False)


def _by_content(table: Table, known: Wording) -> Columns | None:
    """A list whose headings were not read: told by a column of tick marks, or of sections beside one of sentences."""
    if (enumerated := _enumerated(table)) is not None:
        return enumerated
    width = max((cell.column for row in table.rows for cell in row), default=-1) + 1
    rows = [row for row in table.rows if len(row) > 1]
    if width < 3 or len(rows) < 4:
        return None
    texts = {c: [cell.text for row in rows for cell in row if cell.column == c and cell.text.strip()] for c in range(width)}
    filled = {c: t for c, t in texts.items() if t}

    def share(column: int, test: Callable[[str], bool]) -> float:
        values = texts[column]
        return sum(map(test, values)) / len(rows) if values else 0.0

    marks = [c for c, said in filled.items() if _is_mark_column(said, known) or _is_column_of_boxes(said, len(rows), known)]
    if len(marks) > 1:
        marks = [max(marks, key=lambda c: len(filled[c]))]
    codes = [c for c in filled if share(c, lambda t: bool(re.search(r"\b4[1Il]0\W{0,2}\d{3}\b|\bCMR\b", t))) > 0.6]
    lengths = {c: sum(len(t) for t in v) / len(v) for c, v in filled.items()}
    visits = _last_visit(filled, {}, known)
    if visits:
        marks = []
    if len(marks) == 1 and codes:
        words = [c for c in sorted(filled) if c not in marks and c not in codes]
        if words:
            label = max((c for c in words if c < marks[0]), key=lambda c: len(filled[c]), default=words[0])
            rest = [c for c in words if c > marks[0] and c != label]
            remarks = {max(rest, key=lambda c: sum(map(len, filled[c]))): "remarks"} if rest else {}
            return Columns(
                {label: "item", marks[0]: "fail", codes[0]: "code", **remarks}, _first_marked(table, marks[0], known), True
            )
    if codes and not marks:
        longest = max((c for c in filled if c not in codes), key=lambda c: lengths[c], default=None)
        if longest is not None and lengths[longest] > 14:
            roles = {longest: "violation", codes[0]: "code", **visits}
            for c in filled:
                if c in roles:
                    continue
                if share(c, lambda t: bool(re.fullmatch(r"\W*\d{1,2}\W*", t))) > 0.6:
                    roles[c] = "number"
                elif len(filled[c]) >= 2 and all(_DAY_LIKE.search(t) for t in filled[c]):
                    roles[c] = "deadline"
                elif share(c, lambda t: known.status_of(t) is not None) > 0.6:
                    roles[c] = "status"
                elif "location" not in roles.values() and 3 < lengths[c] < 40:
                    roles[c] = "location"
            return Columns(_distinct(roles), 0, False)
    return None


def _is_mark_column(said: Sequence[str], known: Wording) -> bool:
    """Do the filled cells of a column hold little but marks? Lines to write on may have been lost, so most may be blank."""
    marks = [mark_in(t, known) for t in said]
    found = sum(m is not None for m in marks)
    return found >= max(3, 0.6 * len(said)) and (True in marks or False in marks) and max(map(len, said)) < 24


def _has_nameless_boxes(table: Table, first: int, roles: dict[int, str], known: Wording) -> bool:
    """Does nearly every row hold a box in a column whose heading was not read? Then the rows are a form's, not an inspector's,
    and only ticked ones count, whatever "Viol." in the heading was taken for."""
    rows = [row for row in table.rows[first:] if len(row) > 2]
    for column in {cell.column for row in rows for cell in row} - roles.keys():
        said = [cell.text for row in rows for cell in row if cell.column == column and cell.text.strip()]
        boxed = bool(said) and (_is_mark_column(said, known) or _is_column_of_boxes(said, len(rows), known))
        if boxed and len(rows) >= 6 and 3 * len(said) > 2 * len(rows):
            return True
    return False


def _is_column_of_boxes(said: Sequence[str], rows: int, known: Wording) -> bool:
    """Do most rows hold what OCR makes of a typed box here ("fl", "0)", "[1")? Figures alone are the numbers of items."""
    boxes = [t for t in said if _is_box(t, known)]
    figures = sum(t.strip(".)#").isdigit() for t in boxes)
    return 2 * len(boxes) > rows and len(boxes) >= 0.8 * len(said) and 3 * figures < len(boxes)


def _is_box(text: str, known: Wording) -> bool:
    return mark_in(text, known) is not None or (len(text) <= 3 and like_an_empty_box(text))


def _first_marked(table: Table, column: int, known: Wording) -> int:
    """The first row with a mark: what stands above is the heading."""
    for r, row in enumerate(table.rows):
        if any(cell.column == column and mark_in(cell.text, known) is not None and len(row) > 2 for cell in row):
            return r
    return 0


def _headings(table: Table, rows: Sequence[Sequence[Cell]]) -> dict[int, str]:
    """Heading text by column. A heading row without ruling lines between its words is cut by the columns below it."""
    texts: dict[int, str] = {}
    spans = _spans(table)
    for row in rows:
        merged = [cell for cell in row if cell.column_span > 1 or len(row) == 1]
        if merged and len(spans) >= 3 and len(row) < len(spans) and all(w.box is not None for c in row for w in c.words):
            for word in (w for c in row for w in c.words):
                assert word.box is not None
                at = word.box.centre_x
                column = min(spans, key=lambda c: max(spans[c][0] - at, at - spans[c][1], 0.0))
                texts[column] = f"{texts.get(column, '')} {word.text}".strip()
            continue
        for cell in row:
            texts[cell.column] = f"{texts.get(cell.column, '')} {cell.text}".strip()
    return texts


def _spans(table: Table) -> dict[int, tuple[float, float]]:
    """Left and right edge of each column, from the rows that are cut most finely."""
    out: dict[int, tuple[float, float]] = {}
    widest = max((len(row) for row in table.rows), default=0)
    for row in table.rows:
        for cell in row:
            if len(row) == widest and cell.box is not None:
                old = out.get(cell.column, (cell.box.x0, cell.box.x1))
                out[cell.column] = (min(old[0], cell.box.x0), max(old[1], cell.box.x1))
    return out


def _distinct(roles: dict[int, str]) -> dict[int, str]:
    """A role only once: the first column keeps it."""
    seen: set[str] = set()
    out = {}
    for column, role in sorted(roles.items()):
        if role not in seen or role == "ignore":
            out[column] = role
            seen.add(role)
    return out
