"""RECEIVED stamps that lie over print: where a framed stamp's ink can be told from the print by its colour, the stamp is left
out of the picture that is read, so that the print under it stands free. Stamps on blank paper stay, and so do grey ones: pale
print in a ruled table looks the same, and washing that away is worse than a word under a stamp that can't be read."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extractors.read.page_image import Gray, gray

Colours = npt.NDArray[np.uint8]

_SMALL = 100.0  # dots per inch of the copy that stamps are looked for on
_LONGEST, _TALLEST = 4.6, 2.6  # inches; a larger frame is a form's
_SHORTEST, _LOWEST = 1.0, 0.35
_COLOURED = 24  # difference of the strongest and weakest channel of a coloured ink
_LEAST_INK = 0.0003  # of the page
_PRINT = 95  # grey of print that is darker than any stamp
_JOINS = 17  # pixels of the small copy: rubber prints with gaps
_ON_FRAME = 0.8  # of a side that is inked


def without_stamps(image: Colours, scale: float) -> tuple[Gray, str]:
    """A picture in grey or in red, green and blue, as grey, coloured framed stamps over print left out, and that in words
    ('' where there was none). ``scale`` in pixels per point."""
    if image.ndim == 2:
        return image, ""
    plain = gray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    step = max(1, round(scale * 72 / _SMALL))
    small = gray(cv2.blur(np.ascontiguousarray(image[::step, ::step]), (2, 2)))
    tone = np.median(small[::8, ::8].reshape(-1, 3), axis=0)
    channels = [cv2.add(c, int(tone.max() - t)) for c, t in zip(cv2.split(small), tone, strict=True)]  # type: ignore[call-overload]
    brightest, darkest = _extremes(channels)
    ink = (cv2.subtract(brightest, darkest) > _COLOURED).astype(np.uint8)
    said = ""
    for x0, y0, x1, y1 in _framed(ink, (brightest < _PRINT).astype(np.uint8)):
        rows, columns = slice(int(y0) * step, int(y1) * step), slice(int(x0) * step, int(x1) * step)
        light, dark = _extremes(list(cv2.split(image[rows, columns])))
        # The channel that the stamp's ink reflects best, lifted by how coloured it is: ink becomes paper, black stays.
        lifted = light.astype(np.int16) + 2 * np.maximum(0, light.astype(np.int16) - dark - 10)
        plain[rows, columns] = np.minimum(lifted, 255).astype(np.uint8)
        said = "a coloured stamp over print was left out"
    return plain, said


def _extremes(channels: list[Any]) -> tuple[Gray, Gray]:
    red, green, blue = channels
    return gray(cv2.max(cv2.max(red, green), blue)), gray(cv2.min(cv2.min(red, green), blue))


def _framed(ink: npt.NDArray[np.uint8], print_: npt.NDArray[np.uint8]) -> list[tuple[float, float, float, float]]:
    """Bounds of framed stamps that print shines through, in pixels of the small copy: ink along three
    sides at least of a rectangle, however it is turned."""
    if ink.mean() < _LEAST_INK or ink.mean() > 0.25:
        return []
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_JOINS, _JOINS), np.uint8))
    outlines: Any = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    found = []
    for outline in outlines:
        rectangle = cv2.minAreaRect(outline)
        long, short = max(rectangle[1]) / _SMALL, min(rectangle[1]) / _SMALL
        if not (_SHORTEST <= long <= _LONGEST and _LOWEST <= short <= _TALLEST):
            continue
        if _sides(ink, cv2.boxPoints(rectangle)) < 3:
            continue
        x, y, w, h = cv2.boundingRect(outline)
        if print_[y : y + h, x : x + w].sum() >= 40:
            found.append((max(0.0, x - 2.0), max(0.0, y - 2.0), x + w + 2.0, y + h + 2.0))
    return found


def _sides(ink: npt.NDArray[np.uint8], corners: Any) -> int:
    """How many sides of the rectangle are inked."""
    near = cv2.dilate(ink, np.ones((7, 7), np.uint8))
    sides = 0
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        points = a + (b - a) * np.linspace(0.04, 0.96, 60)[:, None]
        x = np.clip(points[:, 0].round().astype(int), 0, ink.shape[1] - 1)
        y = np.clip(points[:, 1].round().astype(int), 0, ink.shape[0] - 1)
        sides += float(near[y, x].mean()) >= _ON_FRAME
    return sides
