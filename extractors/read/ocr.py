"""One page picture to words: upright, level, cleaned, lines taken out, then Tesseract; boxes map back to the page as shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytesseract

from extractors.read.clean import clean, lies_on_side, look_at, skew_of, turn_by
from extractors.read.handwriting import mark_handwriting
from extractors.read.lines import reading_order, strikes
from extractors.read.ocr_cache import keep, key_of, load
from extractors.read.page_image import Gray
from extractors.read.ruling import SquareMark, dark_pixels, find_rules, find_squares, without_rules
from extractors.read.settings import READER_VERSION, ReadSettings, tesseract_version
from records.document import Box, Tick, Word
from records.errors import DocumentError

# Tesseract's OpenMP threads cost up to three times the processor time of one and never pay on pages.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

_LEAST_CONFIDENCE = 0.0
_SURE_TURN = 2.0  # Tesseract's own orientation confidence


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page picture holds, in points of the page as shown."""

    words: tuple[Word, ...] = ()
    rules: tuple[Box, ...] = ()
    ticks: tuple[Tick, ...] = ()
    handwriting: tuple[Box, ...] = ()
    ink: float | None = None
    reason: str = ""


def read_image(image: Gray, scale: float, settings: ReadSettings) -> Seen:
    """Reads a page picture of ``scale`` pixels per point. Blank pages and photographs are told apart without OCR.
    Raises DocumentError if Tesseract fails or takes too long, MissingEngine if it isn't there."""
    look = look_at(image, scale)
    if look.blank:
        return Seen(ink=round(look.ink, 5), reason="blank")
    if look.photograph:
        return Seen(ink=round(look.ink, 5), reason="photograph")
    key = key_of(image, scale, READER_VERSION, tesseract_version(), f"cv2 {cv2.__version__}")
    stored = load(settings.cache_dir, key)
    if stored is None:
        stored = _recognise(image, scale, look.noise, settings)
        keep(settings.cache_dir, key, stored)
    return _seen(stored, look.ink)


def _recognise(image: Gray, scale: float, noise: float, settings: ReadSettings) -> dict[str, Any]:
    ready = clean(image, scale, noise)
    quarter = _quarter_turns(ready, scale, settings)
    upright = np.ascontiguousarray(np.rot90(ready, quarter))
    angle = skew_of(upright, scale)
    level = turn_by(upright, angle)
    dark = dark_pixels(level)
    rules, mask = find_rules(dark, scale)
    squares = find_squares(dark, scale)
    text_image = _without_squares(without_rules(level, mask, dark), squares)
    words = _tesseract(text_image, scale, rules, settings)
    words, hands = mark_handwriting(words, dark, mask, scale)
    struck = [strikes(w.box, [r for r in rules if r.width < 0.8 * level.shape[1]]) if w.box else False for w in words]
    lines = [r for r in rules if not _is_strike(r, words)]
    back = _mapper(image.shape, quarter, angle, scale)
    turned = []
    if quarter:
        turned.append(f"turned by {90 * quarter % 360} degrees to read it")
    return {
        "words": [
            [w.text, _flat(back(w.box)), w.confidence, w.handwritten, s]
            for w, s in zip(words, struck, strict=True)
            if w.box is not None
        ],
        "rules": [_flat(back(r)) for r in lines],
        "ticks": [[_flat(back(s.box)), s.state] for s in squares],
        "hands": [_flat(back(h)) for h in hands],
        "reason": "; ".join(turned),
    }


def _flat(box: Box) -> list[float]:
    return [box.x0, box.top, box.x1, box.bottom]


def _seen(stored: dict[str, Any], ink: float) -> Seen:
    words = [Word(text, Box(*box), conf, False, hand, struck) for text, box, conf, hand, struck in stored["words"]]
    return Seen(
        words=reading_order(words),
        rules=tuple(Box(*b) for b in stored["rules"]),
        ticks=tuple(Tick(Box(*b), state) for b, state in stored["ticks"]),
        handwriting=tuple(Box(*b) for b in stored["hands"]),
        ink=round(ink, 5),
        reason=stored["reason"] if words else "; ".join(r for r in (stored["reason"], "no words found") if r),
    )


def _tesseract(image: Gray, scale: float, rules: list[Box], settings: ReadSettings) -> list[Word]:
    """Words in pixels. A page with a ruled grid is read as one block (its lines are out, rows run across); others by
    Tesseract's own layout analysis."""
    upright_rules = sum(r.height > r.width and r.height > 40 * scale for r in rules)
    mode = 6 if upright_rules >= 3 else 4
    try:
        data = pytesseract.image_to_data(
            image,
            lang="eng",
            config=f"--psm {mode} --dpi {round(scale * 72)} -c preserve_interword_spaces=1",
            timeout=settings.tesseract_seconds,
            output_type=pytesseract.Output.DICT,
        )
    except RuntimeError as err:
        # pytesseract raises a bare RuntimeError for a time-out and a subclass for Tesseract's own failures.
        raise DocumentError(f"OCR failed or took more than {settings.tesseract_seconds} s: {err}"[:200]) from err
    words: list[Word] = []
    for text, conf, x, y, w, h in zip(
        data["text"], data["conf"], data["left"], data["top"], data["width"], data["height"], strict=True
    ):
        if text.strip() and float(conf) >= 0:
            words.append(Word(text.strip(), Box(float(x), float(y), float(x + w), float(y + h)), round(float(conf) / 100, 4)))
    return words


def _quarter_turns(image: Gray, scale: float, settings: ReadSettings) -> int:
    """Counter-clockwise quarter turns that make the text upright."""
    factor = min(1.0, 200 / 72 / scale)
    small = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    try:
        said = pytesseract.image_to_osd(
            small,
            config=f"--dpi {round(scale * factor * 72)} -c min_characters_to_try=20",
            timeout=settings.tesseract_seconds,
            output_type=pytesseract.Output.DICT,
        )
        turns, sure = int(said["rotate"]) // 90 % 4, float(said["orientation_conf"])
    except RuntimeError:
        turns, sure = 0, 0.0  # too few characters to tell; Tesseract reports that as an error
    if sure >= _SURE_TURN:
        return (4 - turns) % 4  # Tesseract says clockwise
    candidates = (1, 3) if lies_on_side(image, scale) else (0, 2)
    scores = {t: _strip_score(np.ascontiguousarray(np.rot90(small, t)), scale * factor, settings) for t in candidates}
    best = max(scores, key=lambda t: scores[t])
    return best if scores[best] > 1.2 * scores.get(0, 0.0) or 0 not in scores else 0


def _strip_score(image: Gray, scale: float, settings: ReadSettings) -> float:
    """How well the page's middle reads: the summed confidence of its words of three letters or more."""
    height = image.shape[0]
    try:
        data = pytesseract.image_to_data(
            image[height // 6 : height // 2],
            config=f"--psm 6 --dpi {round(scale * 72)}",
            timeout=settings.tesseract_seconds,
            output_type=pytesseract.Output.DICT,
        )
    except RuntimeError:
        return 0.0
    return sum(
        float(c) for t, c in zip(data["text"], data["conf"], strict=True) if len(t.strip()) >= 3 and t.strip().isalpha()
    )


def _without_squares(image: Gray, squares: list[SquareMark]) -> Gray:
    """Paints tick boxes over: Tesseract reads them as letters that stick to their labels."""
    out = image.copy()
    for square in squares:
        box = square.box
        out[max(0, int(box.top)) : int(box.bottom) + 1, max(0, int(box.x0)) : int(box.x1) + 1] = 255
    return out


def _is_strike(rule: Box, words: list[Word]) -> bool:
    """A line that runs through words is a correction by hand, not a ruling."""
    return rule.width > rule.height and any(w.box is not None and strikes(w.box, [rule]) for w in words)


def _mapper(shape: tuple[int, ...], quarter: int, angle: float, scale: float) -> Callable[[Box], Box]:
    """From pixels of the levelled page to points of the page as shown."""
    height, width = shape[0], shape[1]
    upright_height, upright_width = (height, width) if quarter % 2 == 0 else (width, height)
    inverse = cv2.invertAffineTransform(
        cv2.getRotationMatrix2D((upright_width / 2, upright_height / 2), angle, 1.0)
    )

    def back(box: Box) -> Box:
        x, y = box.centre_x, box.centre_y
        ux = float(inverse[0][0] * x + inverse[0][1] * y + inverse[0][2])
        uy = float(inverse[1][0] * x + inverse[1][1] * y + inverse[1][2])
        half_w, half_h = box.width / 2, box.height / 2
        if quarter == 1:  # np.rot90 once: shown (x, y) came to (y, width - x)
            ux, uy, half_w, half_h = width - uy, ux, half_h, half_w
        elif quarter == 2:
            ux, uy = width - ux, height - uy
        elif quarter == 3:
            ux, uy, half_w, half_h = uy, height - ux, half_h, half_w
        return Box(
            round((ux - half_w) / scale, 2),
            round((uy - half_h) / scale, 2),
            round((ux + half_w) / scale, 2),
            round((uy + half_h) / scale, 2),
        )

    return back
