"""What people said about codes, columns and lists: read from a filled sheet, kept in the city's own pattern layer."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from extractors.pattern_files import parse
from records.errors import SetupError
from records.vocabulary import READ_TYPES, TAX_TYPES

FILE = "codes.yml"
COLUMNS = ("nr", "kind", "domain", "column", "code", "list", "rows", "dollars", "example", "question", "guess", "yes_no",
           "answer", "said_by", "said_on")  # fmt: skip
NEEDED = ("kind", "domain", "column", "code", "yes_no", "answer")
YES, NO = ("yes", "y", "ja", "x", "true"), ("no", "n", "false")
KINDS_OF = {("tax", "tax_type"): TAX_TYPES, ("water", "read_type"): READ_TYPES}
"""Columns whose codes mean one of our own kinds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``kind``: about a code, a column's heading, or a list as a whole. ``is_``: one of our own names, where the
    answer is one; ``meaning``: in the words of who said it."""

    kind: str
    domain: str
    column: str
    code: str
    meaning: str
    is_: str
    said_by: str
    said_on: date
    list_: str = ""

    @property
    def id(self) -> str:
        return "|".join((self.domain, self.column, self.code, self.list_)).rstrip("|")


def read_answers(path: Path, by: str, on: date | None) -> list[Answer]:
    """The answers of a filled sheet; rows left empty are no answers. Raises SetupError naming the row that is wrong."""
    if not path.is_file():
        raise SetupError(f"There is no file {path}: check the path.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SetupError(f"{path} is no CSV file in UTF-8 ({error}): save the sheet as CSV again.") from error
    missing = [c for c in NEEDED if rows and c not in rows[0]]
    if missing or not rows:
        lacks = ", ".join(missing) or "rows"
        raise SetupError(f"{path} is no sheet of codes (lacks {lacks}): make one with lotline codes sheet.")
    found = [a for n, row in enumerate(rows, 2) if (a := _answer(path, n, row, by, on)) is not None]
    if not found:
        raise SetupError(f"{path} holds no answers: fill in yes_no or answer, then import it again.")
    return found


def _answer(path: Path, n: int, row: Mapping[str, str], by: str, on: date | None) -> Answer | None:
    cell = {k: _unguarded((v or "").strip()) for k, v in row.items() if k}
    said, words = cell["yes_no"].lower(), cell["answer"]
    if not said and not words:
        return None
    if said and said not in (*YES, *NO):
        raise SetupError(f"{path} row {n}: yes_no is '{cell['yes_no']}'; write yes or no, or leave it empty.")
    guess = cell.get("guess", "")
    if cell["kind"] == "list":
        words = words or ("yes" if said in YES else "no")
    elif not words:
        if said in NO:
            return None  # the guess is wrong, and nobody has said what is right: it stays unknown
        if not guess:
            raise SetupError(f"{path} row {n}: 'yes' to no guess; write what {cell['code']} means under answer.")
        words = guess
    return Answer(
        cell["kind"], cell["domain"], cell["column"], cell["code"], words, _own_name(path, n, cell, words),
        cell.get("said_by") or by, _day(path, n, cell.get("said_on", "")) or on or date.today(), cell.get("list", ""),
    )  # fmt: skip


def _unguarded(text: str) -> str:
    """Without the sign that keeps a spreadsheet from running a cell."""
    return text[1:] if re.match(r"'[=+\-@\t]", text) else text


def _own_name(path: Path, n: int, cell: Mapping[str, str], words: str) -> str:
    """The answer as one of our own names: a kind of tax, a way of reading, a column."""
    slug = re.sub(r"[^a-z]+", "_", words.lower()).strip("_").removesuffix("_tax").removesuffix("_taxes")
    if cell["kind"] == "column":
        return slug
    names = KINDS_OF.get((cell["domain"], cell["column"]))
    if names is None:  # a status code may also be a kind of tax (PP)
        return slug if cell["domain"] == "tax" and slug in TAX_TYPES else ""
    near = next((name for name in names if slug == name or name.startswith(slug) or slug.startswith(name)), "")
    if not near:
        known = ", ".join(names)
        raise SetupError(f"{path} row {n}: '{words}' is no kind that the data knows for {cell['column']}; write one of {known}.")
    return near


def _day(path: Path, n: int, text: str) -> date | None:
    if not text:
        return None
    try:
        month = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
        return date(int(month[3]), int(month[1]), int(month[2])) if month else date.fromisoformat(text)
    except ValueError:
        raise SetupError(f"{path} row {n}: said_on '{text}' is no date; write it like 2026-03-31.") from None


def keep_answers(folder: Path, answers: Sequence[Answer]) -> Path:
    """Adds answers to the layer's ``codes.yml``; a later answer to the same question takes the place of the earlier one."""
    place = folder / FILE
    kept = _kept(place)
    for answer in answers:
        kept[answer.kind, answer.id] = answer
    folder.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".tmp")
    beside.write_text(answers_yaml(kept.values()), encoding="utf-8")
    beside.replace(place)
    return place


def _kept(place: Path) -> dict[tuple[str, str], Answer]:
    if not place.is_file():
        return {}
    data = parse(place.read_text(encoding="utf-8"), f"{place.parent.name}/{FILE}").data
    def made(kind: str, entry: Mapping[str, str], column: str, code: str, meaning: str) -> Answer:
        said_on = date.fromisoformat(entry["said_on"])
        is_, list_ = entry.get("is", ""), entry.get("list", "")
        return Answer(kind, entry.get("domain", ""), column, code, meaning, is_, entry["said_by"], said_on, list_)

    found = [
        *(made("code", a, a["column"], a["code"], a.get("meaning", "")) for a in data.get("answers", ())),
        *(made("column", a, "", a["heading"], a["is"]) for a in data.get("columns", ())),
        *(made("list", a, a["question"], "", a["answer"]) for a in data.get("lists", ())),
    ]
    return {(a.kind, a.id): a for a in found}


def list_answers(folder: Path) -> list[Answer]:
    """What was said about lists as a whole."""
    return [a for a in _kept(folder / FILE).values() if a.kind == "list"]


def answers_yaml(answers: Iterable[Answer]) -> str:
    """The content of ``codes.yml``, in a fixed order."""
    lines = ["# What people said that codes, columns and lists mean. Written by lotline codes import; may be edited.",
             'about: "Answers about codes"']  # fmt: skip
    every = sorted(answers, key=lambda a: (a.kind, a.id))
    for kind, key in (("code", "answers"), ("column", "columns"), ("list", "lists")):
        some = [a for a in every if a.kind == kind]
        if some:
            lines.append(f"{key}:")
        for a in some:
            who = {"list": a.list_, "said_by": a.said_by, "said_on": a.said_on.isoformat()}
            if kind == "code":
                told = {"domain": a.domain, "column": a.column, "code": a.code, "meaning": a.meaning, "is": a.is_}
            elif kind == "column":
                told = {"domain": a.domain, "heading": a.code, "is": a.is_}
            else:
                told = {"domain": a.domain, "question": a.column, "answer": a.meaning}
            held = ", ".join(f"{k}: {_quoted(v)}" for k, v in {"id": a.id, **told, **who}.items() if v)
            lines.append(f"  - {{{held}}}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = re.sub(r"\s+", " ", text)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
