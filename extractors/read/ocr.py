"""One page picture to words: upright, level, cleaned, lines taken out, then Tesseract; boxes map back to the upright page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2

from extractors.read.cells import cut_at_lines, letter_height, with_unread
from extractors.read.clean import look_at
from extractors.read.engine import engine_version, read_words
from extractors.read.faint import without_show_through, without_stains_read
from extractors.read.fusion import fused, without_specks_read
from extractors.read.handwriting import with_handwriting
from extractors.read.lines import reading_order, strikes
from extractors.read.missed import with_missed
from extractors.read.ocr_cache import keep, key_of, load
from extractors.read.page_image import Gray, gray
from extractors.read.pictures import is_slide, painted_over, picture_share, without_pictures
from extractors.read.prepare import prepare, reads_well
from extractors.read.ruling import dark_pixels, find_rules, without_rules
from extractors.read.settings import READER_VERSION, ReadSettings, voice_of
from extractors.read.strokes import struck_words
from extractors.read.tick_boxes import SquareMark, find_squares
from extractors.read.typed_boxes import find_typed, without_false_rules
from records.document import Box, Tick, Word

cv2.setNumThreads(1)  # pages are read side by side in processes; threads of one cost more than they give

_BLOCK = 6  # Tesseract's mode for one block of even lines
_AS_TESSERACT_LIKES = 3  # its own layout analysis
_PARAGRAPHS = 4  # its mode for lines of any size in one column
_FEWEST_LEVEL = 10  # level lines of a page whose uprights would meet them, if it had a grid
_SLIDE_DPI = 110
_SCATTERED = 11  # Tesseract's mode for words that stand anywhere


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page picture holds, in points of the upright page."""

    words: tuple[Word, ...] = ()
    rules: tuple[Box, ...] = ()
    ticks: tuple[Tick, ...] = ()
    handwriting: tuple[Box, ...] = ()
    ink: float | None = None
    reason: str = ""
    turn: int = 0  # degrees clockwise by which the page was turned; boxes are of the page as it was read
    size: tuple[float, float] | None = None  # of the page as it was read
    lie: tuple[float, ...] = ()  # from it to the page as it came


def read_image(image: Gray, scale: float, settings: ReadSettings) -> Seen:
    """Reads a page picture of ``scale`` pixels per point. Blank pages and photographs are told apart without OCR.
    Raises DocumentError if Tesseract fails or takes too long, MissingEngine if it isn't there."""
    look = look_at(image, scale)
    if look.without_text:
        return Seen(ink=round(look.ink, 5), reason="photograph" if look.photograph else "blank")
    key = key_of(image, scale, READER_VERSION, engine_version(settings.engine), voice_of(settings), f"cv2 {cv2.__version__}")
    stored = load(settings.cache_dir, key)
    if stored is None:
        stored = _recognise(image, scale, settings)
        keep(settings.cache_dir, key, stored)
    return _seen(stored, look.ink)


def _recognise(image: Gray, scale: float, settings: ReadSettings, trusting: bool = True) -> dict[str, Any]:
    page = prepare(image, scale, settings, trusting)
    if is_slide(picture_share(page.level, page.scale)):
        return _as_it_is(image, scale, settings)
    level, scale, back = page.level, page.scale, page.back
    dark = dark_pixels(level)
    rules, mask = find_rules(dark, scale)
    squares = find_squares(level, dark, scale)
    typed = find_typed(level, dark, rules, mask, scale)
    rules = without_false_rules(rules, typed)
    squares += typed
    text_image = painted_over(_without_squares(without_rules(level, mask, dark), squares), level, scale)

    text_image, print_ = without_show_through(text_image, level, dark, scale)
    tall = letter_height(print_, scale)

    def read(picture: Gray, mode: int) -> list[Word]:
        return read_words(picture, scale, mode, settings.tesseract_seconds, settings.engine)

    words = without_pictures(read(text_image, _mode(rules, scale)), level, scale)
    if page.on_trust and not reads_well(words):
        return _recognise(image, scale, settings, trusting=False)
    words = with_unread(words, text_image, print_, rules, tall, scale, lambda sheet: read(sheet, _BLOCK))
    words = with_missed(words, text_image, print_, mask, scale, lambda rest: read(rest, _SCATTERED))
    words = without_pictures(words, level, scale)
    words, hands = with_handwriting(words, level, text_image, print_, mask, scale, settings.second_voice)
    crossing = [r for r in rules if _is_strike(r, rules, words)]
    by_hand, blind = struck_words(words, dark, rules, scale)
    words = [
        replace(w, struck=w.box is not None and (s or strikes(w.box, crossing))) for w, s in zip(words, by_hand, strict=True)
    ]
    words = without_stains_read(words, level)
    if settings.second_voice:
        # After what is told by Tesseract's own doubt (writing and strokes by hand), which the second voice would settle.
        words = fused(words, text_image, scale, rules)
    words = without_specks_read(cut_at_lines(words, rules))
    lines = [r for r in rules if r not in crossing]
    words = _with_squares(words, squares)
    return {
        "words": [
            [w.text, _flat(back(w.box)), w.confidence, w.handwritten, w.struck, w.agreement, w.other]
            for w in words
            if w.box is not None
        ],
        "rules": [_flat(back(r)) for r in lines],
        "ticks": [[_flat(back(s.box)), s.state] for s in squares],
        "hands": [_flat(back(h)) for h in (*hands, *blind)],
        "turn": page.turn,
        "said": page.said,
        "size": page.size,
        "lie": page.lie,
    }


def _as_it_is(image: Gray, scale: float, settings: ReadSettings) -> dict[str, Any]:
    """A slide or poster: what Tesseract reads in the picture as it came, without anything that is meant for print on paper. Its
    letters are large: of one slide's 156 words 93 were wrong at 300 dpi, 22 at 150, 6 at 100."""
    factor = min(1.0, _SLIDE_DPI / 72 / scale)
    shown = gray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)) if factor < 1 else image
    words = read_words(shown, scale * factor, _AS_TESSERACT_LIKES, settings.tesseract_seconds, settings.engine)
    size = [round(image.shape[1] / scale, 2), round(image.shape[0] / scale, 2)]
    unit = scale * factor
    placed = [(w, Box(w.box.x0 / unit, w.box.top / unit, w.box.x1 / unit, w.box.bottom / unit)) for w in words if w.box]
    return {
        "words": [[w.text, _flat(b), w.confidence, False, False, None, ""] for w, b in placed],
        "rules": [], "ticks": [], "hands": [], "turn": 0, "said": "a picture with words on it", "size": size, "lie": [],
    }  # fmt: skip


def _flat(box: Box) -> list[float]:
    return [box.x0, box.top, box.x1, box.bottom]


def _seen(stored: dict[str, Any], ink: float) -> Seen:
    words = [Word(text, Box(*box), sure, False, *marks) for text, box, sure, *marks in stored["words"]]
    turn = int(stored["turn"])
    said = [str(stored["said"])] if stored["said"] else []
    if not words:
        said.append("no words found")
    return Seen(
        words=reading_order(words),
        rules=tuple(Box(*b) for b in stored["rules"]),
        ticks=tuple(Tick(Box(*b), state) for b, state in stored["ticks"]),
        handwriting=tuple(Box(*b) for b in stored["hands"]),
        ink=round(ink, 5),
        reason="; ".join(said),
        turn=turn,
        size=(float(stored["size"][0]), float(stored["size"][1])),
        lie=tuple(float(v) for v in stored["lie"]),
    )


def _mode(rules: list[Box], scale: float) -> int:
    """A page with a ruled grid is read as one block (its lines are out, rows run across); others by Tesseract's own layout
    analysis, also those whose upright lines part columns of print: level lines are there too, but meet few of them."""
    upright = [r for r in rules if r.height > r.width and r.height > 40 * scale]
    if len(upright) < 3:
        return _PARAGRAPHS
    level = [r for r in rules if r.width > r.height]
    near = 1.5 * scale
    meetings = sum(
        one.x0 - near <= other.centre_x <= one.x1 + near and other.top - near <= one.centre_y <= other.bottom + near
        for one in level
        for other in upright
    )
    return _AS_TESSERACT_LIKES if len(level) >= _FEWEST_LEVEL and meetings <= len(upright) else _BLOCK


def _without_squares(image: Gray, squares: list[SquareMark]) -> Gray:
    """Paints tick boxes over: Tesseract reads them as letters that stick to their labels."""
    out = image.copy()
    for square in squares:
        box = square.box
        rim = max(3, round(0.1 * box.width))
        out[max(0, int(box.top) - rim) : int(box.bottom) + rim, max(0, int(box.x0) - rim) : int(box.x1) + rim] = 255
    return out


def _is_strike(rule: Box, rules: list[Box], words: list[Word]) -> bool:
    """A line by hand through words: it begins and ends about where the words do, and meets no other line."""
    if rule.width < 4 * rule.height:
        return False
    height = rule.centre_y
    crossed = [b for w in words if (b := w.box) is not None and b.top < height < b.bottom and strikes(b, [rule])]
    if not crossed:
        return False
    letter = sum(b.height for b in crossed) / len(crossed)
    if rule.x0 < min(b.x0 for b in crossed) - 3 * letter or rule.x1 > max(b.x1 for b in crossed) + 3 * letter:
        return False
    return not any(
        other.height > other.width
        and rule.x0 - letter <= other.centre_x <= rule.x1 + letter
        and other.top - 2 <= rule.centre_y <= other.bottom + 2
        for other in rules
    )


def _with_squares(words: list[Word], squares: list[SquareMark]) -> list[Word]:
    """Tick boxes as the glyphs that a text layer has for them, so that text and ticks tell the same. What OCR made of a
    box's remains (strokes that stick out of it, its rim) is no word."""
    glyphs = [Word("☒" if s.state else "☐", s.box, 0.9 if s.state is not None else 0.3) for s in squares]
    return [*(w for w in words if not any(_lies_in(w, s.box) for s in squares)), *glyphs]


def _lies_in(word: Word, square: Box) -> bool:
    """True for a mark of one or two characters most of which lies within half a side of the box's middle and rim."""
    box = word.box
    if box is None or len(word.text) > 2:
        return False
    reach = 0.35 * square.width
    wide = min(box.x1, square.x1 + reach) - max(box.x0, square.x0 - reach)
    tall = min(box.bottom, square.bottom + reach) - max(box.top, square.top - reach)
    if wide <= 0 or tall <= 0 or wide * tall < 0.75 * max(1.0, box.area):
        return False
    inside = min(box.x1, square.x1) - max(box.x0, square.x0)
    return inside > 0.4 * box.width or not any(c.isalnum() for c in word.text)
