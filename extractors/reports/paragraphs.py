"""Lines joined to paragraphs the way a typist broke them: numbers and bullets begin one, a full line runs on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from extractors.reports.pieces import Piece
from extractors.reports.text import Text, segments

NUMBERED = re.compile(r"^\s*\(?(\d{1,2})\s?[.):]\)?(?=\s|[A-Za-z§])")
BULLET = re.compile(r"^\s*(?:[-*•–—·»>►▪◦●○▲△◆■□+~]|o(?=\s)|\(?[a-z]\)|\[\s?\])\s*(?=\S)")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with its number or bullet taken off; ``structure`` 1 numbered, 0.5 bullet, 0 plain."""

    text: Text
    structure: float
    number: int | None
    index: int  # block of its first line
    page: int
    lines: int


def paragraphs(pieces: Sequence[Piece]) -> list[Paragraph]:
    """Paragraphs of the lines (tables are left out), in order."""
    out: list[Paragraph] = []
    right = _right_margin(pieces)
    pitch = _pitch(pieces)
    right_by_hand = _end_by_hand(pieces)
    letters = _lettered(pieces)
    previous: Piece | None = None
    for piece in pieces:
        if piece.table is not None or not piece.text:
            previous = None
            continue
        number, bullet = NUMBERED.match(piece.text.text), BULLET.match(piece.text.text)
        if (
            number is not None
            and previous is not None
            and not re.search(r"[.:;)]\s*$", previous.text.text)
            and re.match(r"\s*\(\d+\)\s+[a-z]", piece.text.text)
        ):
            number = None  # "within seven / (7) days"
        letter = letters.get(id(piece)) if number is None else None
        bullet = letter[0] if letter is not None else bullet
        fresh = previous is None or number is not None or bullet is not None or not out
        if not fresh and previous is not None and _runs_on(previous, piece, right, pitch, out[-1].structure, right_by_hand):
            last = out[-1]
            out[-1] = Paragraph(last.text + piece.text, last.structure, last.number, last.index, last.page, last.lines + 1)
        else:
            mark = number or bullet
            text = piece.text.cut(mark.end(), len(piece.text.text)) if mark is not None else piece.text
            if (
                mark is not None
                and text.words
                and piece.text.text[mark.end() - 1 : mark.end()] not in {" ", ""}
                and text.text == piece.text.text
            ):
                text = _unglue(text, mark.end())
            out.append(
                Paragraph(
                    text,
                    1.0 if number else 0.5 if bullet else 0.0,
                    int(number[1]) if number else letter[1] if letter is not None else None,
                    piece.index,
                    piece.page.number,
                    1,
                )
            )
        previous = piece
    return [p for p in out if p.text]


_LETTER = re.compile(r"^\s*\(?([A-Za-z]|[ivxIVX]{2,5})[.)]\)?(?=\s+\S)")
_ROMAN = {r: n for n, r in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], 1)}


def _lettered(pieces: Sequence[Piece]) -> dict[int, tuple[re.Match[str], int]]:
    """Lines that letters number ("a.", "(b)", "C.", "(iv)") with their place in the row; a letter alone is somebody's initial."""
    found = [(p, m) for p in pieces if p.table is None and (m := _LETTER.match(p.text.text)) is not None]
    for count in (_ROMAN, {chr(96 + n): n for n in range(1, 27)}):
        out = {id(p): (m, count[m[1].lower()]) for p, m in found if m[1].lower() in count}
        places = [n for _, n in out.values()]
        if len(places) > 1 and all(b - a == 1 for a, b in itertools.pairwise(places)):
            return out
    return {}


def _unglue(text: Text, length: int) -> Text:
    """A bullet typed against its word ("-junk") is cut off the word, whose box stays."""
    first = text.words[0]
    return Text((replace(first, text=first.text[length:].lstrip() or first.text), *text.words[1:]), text.pages, text.anchor)


def _right_margin(pieces: Sequence[Piece]) -> float:
    """Where lines end: at the longest line, or where the left margin's twin would be on a page of short lines. Dirt at the
    edges of a scan, read as a letter or two, is no line."""
    lines = [p for p in pieces if p.table is None]
    told = [p for p in lines if len(re.findall(r"[A-Za-z]{2,}", p.text.text)) >= 3]
    lines = told if len(told) >= 3 else lines
    left = min((x for p in lines if (x := p.text.x0) is not None), default=0.0)
    return max([p.text.x1 or 0.0 for p in lines] + [p.page.width - left - 30 for p in lines[:1]], default=0.0)


def _pitch(pieces: Sequence[Piece]) -> float:
    tops = [p.text.box.centre_y for p in pieces if p.table is None and p.text.box is not None]
    gaps = [b - a for a, b in itertools.pairwise(tops) if 3 < b - a < 40]
    return median(gaps) if gaps else 14.0


def _bold(text: Text) -> bool:
    return text.share("bold") > 0.7


def _goes_on_by_hand(first: Text, last: Text, right: float) -> bool:
    """A handwritten line goes on in the next one only if it was full: notes are a line each. What stands far to the right
    of its line (a section at the end of an arrow) does not fill it."""
    if first.share("handwritten") <= 0.5 or last.x0 is None or first.x0 is None or last.words[0].box is None:
        return False
    end = segments(first, 2.0)[0].x1 or 0.0
    tall = last.words[0].box.height
    return bool(re.match(r"[a-z(]", last.text)) and end + last.words[0].box.width > right and last.x0 > first.x0 + 0.3 * tall


def _end_by_hand(pieces: Sequence[Piece]) -> float:
    """Where handwritten lines end: at the longest."""
    hand = [p.text for p in pieces if p.table is None and p.text.share("handwritten") > 0.5]
    return max((segments(t, 2.0)[0].x1 or 0.0 for t in hand), default=0.0)


def _runs_on(above: Piece, below: Piece, right: float, pitch: float, structure: float, right_by_hand: float) -> bool:
    """Does ``below`` continue the paragraph of ``above``? It does if its first word would not have fitted above."""
    if above.page.number != below.page.number:
        return bool(re.match(r"[a-z(]", below.text.text)) and not re.search(r"[.:]\s*$", above.text.text)
    first, last = above.text, below.text
    if last.share("handwritten") > 0.5:
        return _goes_on_by_hand(first, last, right_by_hand)
    if first.anchor or last.anchor:
        return first.anchor == last.anchor  # an office file knows its paragraphs
    if first.box is None or last.box is None or first.x1 is None or last.x0 is None or first.x0 is None:
        return False  # an office paragraph is one line already
    if last.box.centre_y - first.box.centre_y > 1.5 * max(pitch, first.box.height):
        return False
    if (
        re.search(r"[.:]\)?\s*$", first.text)
        and below.text.text[:1].isupper()
        and (
            below.text.text.isupper()
            or (structure and last.x0 <= first.x0 + 2 and NUMBERED.match(first.text))
            or _bold(below.text) != _bold(first)
        )
    ):
        return False  # a heading or a new paragraph at the margin
    if re.search(r"[.:)]\s*$", first.text) and re.match(r"[A-Z][^:.]{1,45}:(?:\s|$)", below.text.text):
        return False  # "Remarks: …"
    word = below.text.words[0].box
    assert word is not None
    fits = first.x1 + word.width + 4 < right - 6
    if structure and last.x0 < first.x0 - 4 and not NUMBERED.match(above.text.text) and not BULLET.match(above.text.text):
        return False
    if fits:
        return bool(re.search(r"[,(&]$|\b(?:and|of|the|in|to|with|no|CMR|Sec\.?|105)$", first.text)) and last.x0 >= first.x0 - 4
    return True
