"""Pictures of more dots than a page is read with, such as a sheet scanned at 1,200 or 2,400 dpi: brought to a smaller size band
by band, so that they never lie in memory twice. What could not even lie there once is refused by its header."""

from __future__ import annotations

import math

import cv2
import numpy as np
from PIL import Image

from extractors.read.settings import ReadSettings
from records.errors import DocumentError

_ROOM = 600_000_000  # bytes of a frame as Pillow unpacks it: a letter page of 2,400 dpi in black and white
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}  # of a dot; 4 for others
_BAND = 512  # lines of the small picture at a time
_ORIENTATION = 274  # the EXIF tag

Image.MAX_IMAGE_PIXELS = _ROOM  # Pillow refuses from twice that; ours is the stricter limit


def bounded(picture: Image.Image, settings: ReadSettings) -> tuple[Image.Image, int]:
    """The frame, at a whole fraction of its size if it has more dots than three pages may have, and that fraction's divisor (1:
    as it is). Raises DocumentError for a frame that would not fit into memory, or that has no dots."""
    width, height = picture.size
    most = 3 * settings.max_pixels
    if 0 < width * height <= most:
        return picture, 1
    jpeg = picture.format == "JPEG" and width * height <= 8 * _ROOM // 4  # which can be unpacked at an eighth
    if width < 1 or height < 1 or not (jpeg or width * height * _BYTES.get(picture.mode, 4) <= _ROOM):
        raise DocumentError(f"the picture claims {width} x {height} pixels, more than a scanned page has")
    by = math.ceil(math.sqrt(width * height / most))
    if jpeg:
        turned = picture.getexif().get(_ORIENTATION)
        picture.draft(None, (width // by, height // by))
        if picture.size[0] * picture.size[1] > most:
            raise DocumentError(f"the picture claims {width} x {height} pixels, more than a scanned page has")
        picture.getexif()[_ORIENTATION] = turned or 1
        return picture, max(1, round(width / picture.size[0]))
    return _shrunk(picture, by), by


def _shrunk(picture: Image.Image, by: int) -> Image.Image:
    width, height = picture.size[0] // by, picture.size[1] // by
    plain = picture.mode in {"1", "L"}
    out = np.empty((height, width) if plain else (height, width, 3), np.uint8)
    for top in range(0, height, _BAND):
        rows = min(_BAND, height - top)
        band = picture.crop((0, top * by, width * by, (top + rows) * by)).convert("L" if plain else "RGB")
        out[top : top + rows] = cv2.resize(np.asarray(band), (width, rows), interpolation=cv2.INTER_AREA)
    small = Image.fromarray(out)
    turned = picture.getexif().get(_ORIENTATION)
    if turned:
        small.getexif()[_ORIENTATION] = turned
    return small
