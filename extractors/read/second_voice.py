"""A second reader of single lines beside Tesseract: PP-OCRv6 (small), whose weights the rapidocr package carries.

It errs in other places than Tesseract does, which makes agreement of the two worth more than either's own confidence. It reads
crops of one line each and costs about 4 ms of processor time per letter height of width, so it is asked where that pays.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extractors.read.page_image import Gray
from extractors.read.voice_model import available, model_path

_HEIGHT = 48  # pixels of a line, as the network was trained
_STEP = 8  # pixels across which the network says one letter or none
_NARROWEST, _WIDEST = 96, 3200  # pixels at that height; a line of a Letter page has some 1,800
_APART = 0.95  # of the crop's height, between the middles of two letters: no two letters of one word lie so
_BATCH_WIDTH = 6400  # summed pixels of one batch: bounds memory
_EXTRA = "¢£§°½¼¾é–—’‘“”•"


@dataclass(frozen=True, slots=True)
class Letter:
    """One character: where it lies across the crop (pixels of the crop) and how sure the reader is, 0 to 1."""

    text: str
    x: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Token:
    """Characters between two spaces; ``x0`` and ``x1`` are the middles of the first and the last in pixels of the crop."""

    text: str
    x0: float
    x1: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the second voice read in one crop. ``confidence`` is the mean over its letters, 0.0 for an empty line."""

    text: str
    confidence: float
    letters: tuple[Letter, ...] = ()

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The words with their places. A word is no surer than the mean of its letters and its least sure letter."""
        found: list[Token] = []
        run: list[Letter] = []
        for letter in (*self.letters, Letter(" ", 0.0, 0.0)):
            if not letter.text.isspace():
                run.append(letter)
                continue
            if run:
                sure = [x.confidence for x in run]
                text = "".join(x.text for x in run)
                found.append(Token(text, run[0].x, run[-1].x, round((sum(sure) / len(sure) + min(sure)) / 2, 4)))
            run = []
        return tuple(found)


def read_lines(crops: Sequence[Gray]) -> list[Spoken]:
    """Reads each crop (grey, dark on light, one line of text with little margin) in the order given.

    Raises nothing for an unreadable crop: its text is ''. Without the packages all texts are ''."""
    spoken = [Spoken("", 0.0)] * len(crops)
    usable = [i for i, crop in enumerate(crops) if crop.ndim == 2 and crop.shape[0] >= 4 and crop.shape[1] >= 2]
    if not usable or not available():
        return spoken
    ready = {i: _fitted(crops[i]) for i in usable}
    for batch in _batches({i: picture.shape[1] for i, picture in ready.items()}):
        width = max(ready[i].shape[1] for i in batch)
        block = np.zeros((len(batch), 3, _HEIGHT, width), np.float32)
        for row, i in enumerate(batch):
            block[row, :, :, : ready[i].shape[1]] = ready[i].astype(np.float32) / 127.5 - 1.0
        for i, chances in zip(batch, _network(block), strict=True):
            spoken[i] = _decoded(chances, ready[i].shape[1], crops[i].shape)
    return spoken


def _fitted(crop: Gray) -> Gray:
    height, width = crop.shape
    wide = int(np.clip(round(width * _HEIGHT / height), 8, _WIDEST))
    how = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (wide, _HEIGHT), interpolation=how), dtype=np.uint8)


def _batches(widths: dict[int, int]) -> Iterator[list[int]]:
    """Crops of like width together, since all of a batch cost as much as its widest."""
    batch: list[int] = []
    for i in sorted(widths, key=lambda k: (widths[k], k)):
        if batch and (widths[i] > 1.12 * widths[batch[0]] + 16 or widths[i] * (len(batch) + 1) > _BATCH_WIDTH):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _decoded(chances: npt.NDArray[np.float32], wide: int, shape: tuple[int, ...]) -> Spoken:
    """The likeliest letter of each step; the same letter in neighbouring steps is one. It tends to lose spaces where the white
    is wide, as between columns: letters further apart than the line is high are letters of two words."""
    height, crop_width = shape
    alphabet = _alphabet()[1]
    steps = chances.shape[0]
    used = min(steps, -(-wide // _STEP) + 1)
    best = chances[:used].argmax(axis=1)
    sure = chances[np.arange(used), best]
    letters: list[Letter] = []
    at = 0
    while at < used:
        end = at
        while end + 1 < used and best[end + 1] == best[at]:
            end += 1
        if best[at]:
            x = ((at + end + 1) / 2 * _STEP) * crop_width / max(1, wide)
            if letters and not letters[-1].text.isspace() and x - letters[-1].x > _APART * height:
                letters.append(Letter(" ", (x + letters[-1].x) / 2, 1.0))
            letters.append(Letter(alphabet[best[at]], min(x, float(crop_width)), round(float(sure[at : end + 1].max()), 4)))
        at = end + 1
    shown = [x.confidence for x in letters if not x.text.isspace()]
    text = " ".join("".join(x.text for x in letters).split())
    return Spoken(text, round(sum(shown) / len(shown), 4) if shown else 0.0, tuple(letters))


def _network(block: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Chances of the letters that an English page can hold, per crop and step."""
    columns = _alphabet()[0]
    chances = _session().run(None, {_session().get_inputs()[0].name: block})[0]
    picked = chances[:, :, columns[0]]
    return np.asarray(np.maximum(picked, chances[:, :, columns[1]]), dtype=np.float32)


@cache
def _session() -> Any:
    """The network, loaded once per process."""
    onnxruntime = importlib.import_module("onnxruntime")  # here, so that a run that meets no scan does without it
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # its pool keeps the memory of the widest page ever read
    return onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])


@cache
def _alphabet() -> tuple[tuple[list[int], list[int]], list[str]]:
    """Columns of the network's answer for the letters kept (as they are, and in the full-width form that it takes for the
    same sign), and those letters; the first is "no letter"."""
    known = ["", *_session().get_modelmeta().custom_metadata_map["character"].split("\n"), " "]
    place = {sign: i for i, sign in reversed(list(enumerate(known)))}
    kept = [sign for sign in (*map(chr, range(33, 127)), *_EXTRA) if sign in place]
    wide = {sign: place.get(chr(ord(sign) + 0xFEE0), place[sign]) if sign.isascii() else place[sign] for sign in kept}
    space = len(known) - 1
    return ([0, *(place[s] for s in kept), space], [0, *(wide[s] for s in kept), space]), ["", *kept, " "]
