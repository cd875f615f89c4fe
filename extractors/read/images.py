"""TIFF, PNG and JPEG files as pages: size in points from the stated resolution, fax pixels made square, EXIF turns undone."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from extractors.read.large_pictures import bounded
from extractors.read.ocr import read_image
from extractors.read.page_image import Gray
from extractors.read.progress import begin_page
from extractors.read.settings import ReadSettings
from extractors.read.stamps import without_stamps
from records.document import Document, Page, SourceFile
from records.errors import DocumentError

_LETTER = (612.0, 792.0)
_FAX_WIDTHS = (1640, 1780)  # pixels; 1728 by the standard
_FAX_COARSE = (0.57, 0.67)  # height by width of a Letter or A4 page of 98 lines per inch
_HONEST_DPI = (60.0, 2500.0)
_ORIENTATION = 274  # the EXIF tag; from 5 on the picture lies on its side


def read_picture(path: Path, source: SourceFile, kind: str, settings: ReadSettings) -> Document:
    """Every frame is a page. Raises DocumentError for pictures that are damaged or larger than the limits."""
    pages: list[Page] = []
    problems: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large pictures and odd tags; limits are checked here
        try:
            picture = Image.open(path, formats=["TIFF", "PNG", "JPEG"])
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as err:
            raise DocumentError(f"this picture is damaged and can't be opened ({err})"[:300]) from err
        with picture:
            count = min(getattr(picture, "n_frames", 1), settings.max_pages + 1)
            for index in range(min(count, settings.max_pages)):
                try:
                    begin_page(index + 1, count)
                    picture.seek(index)
                    pages.append(_read_frame(picture, index + 1, settings))
                except EOFError:
                    break
                except (DocumentError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as err:
                    problems.append(f"page {index + 1}: {err}")
    if not pages:
        raise DocumentError(f"this picture can't be read: {problems[0] if problems else 'it has no pages'}"[:300])
    if count > settings.max_pages:
        problems.append(f"only the first {settings.max_pages} pages were read")
    return Document(source, tuple(pages), kind, len(pages) + len(problems), "; ".join(problems[:5]))


def _read_frame(picture: Image.Image, number: int, settings: ReadSettings) -> Page:
    dpi_x, dpi_y = _resolution(picture)
    picture, by = bounded(picture, settings)
    dpi_x, dpi_y = dpi_x / by, dpi_y / by
    try:
        upright = ImageOps.exif_transpose(picture) or picture
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, ZeroDivisionError):
        upright = picture  # a broken EXIF block says nothing about the pixels
    if upright.size != picture.size and upright.size == picture.size[::-1]:
        dpi_x, dpi_y = dpi_y, dpi_x
    image = _pixels(upright)
    height, width = image.shape[:2]
    size = (width * 72 / dpi_x, height * 72 / dpi_y)
    scale = settings.dpi / 72
    across, down = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    if across * down > settings.max_pixels:
        scale *= (settings.max_pixels / (across * down)) ** 0.5
        across, down = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    if (across, down) != (width, height):
        shrink = across * down < width * height
        method = cv2.INTER_AREA if shrink else cv2.INTER_CUBIC
        image = np.asarray(cv2.resize(image, (across, down), interpolation=method), dtype=np.uint8)
    plain, stamped = without_stamps(image, scale)
    seen = read_image(plain, scale, settings)
    size = seen.size or size
    return Page(
        number=number,
        width=round(size[0], 2),
        height=round(size[1], 2),
        text_source="ocr" if seen.words else "none",
        words=seen.words,
        rules=seen.rules,
        ticks=seen.ticks,
        reason="; ".join(r for r in ("picture", stamped, seen.reason) if r),
        ink=seen.ink,
        handwriting=seen.handwriting,
        turn=seen.turn,
        lie=seen.lie,
    )


def frame_size(picture: Image.Image) -> tuple[float, float]:
    """Width and height in points of the frame as a viewer shows it."""
    width, height = picture.size
    dpi_x, dpi_y = _resolution(picture)
    size = (width * 72 / dpi_x, height * 72 / dpi_y)
    return size[::-1] if picture.getexif().get(_ORIENTATION, 1) >= 5 else size


def _resolution(picture: Image.Image) -> tuple[float, float]:
    """Pixels per inch across and down; where the file says nothing credible, such that a Letter page results. A fax has half
    as many lines as a page of its width would, and is often kept without a word on that."""
    if picture.mode == "1" and _FAX_WIDTHS[0] <= picture.size[0] <= _FAX_WIDTHS[1]:
        share = picture.size[1] / picture.size[0]
        if _FAX_COARSE[0] <= share <= _FAX_COARSE[1]:
            return 204, 98
    said: Any = picture.info.get("dpi")
    low, high = _HONEST_DPI
    try:
        dpi_x, dpi_y = float(said[0]), float(said[1])
        if low <= dpi_x <= high and low <= dpi_y <= high and 0.4 <= dpi_x / dpi_y <= 2.6 and not _is_screen(dpi_x, picture):
            return dpi_x, dpi_y
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        pass
    width, height = picture.size
    letter = _LETTER if height >= width else _LETTER[::-1]
    dpi = max(width / letter[0], height / letter[1]) * 72
    return dpi, dpi


def _is_screen(dpi: float, picture: Image.Image) -> bool:
    """Cameras write 72 or 96 without meaning it: the page would then be larger than a poster."""
    return dpi <= 96 and max(picture.size) / dpi > 20


def _pixels(picture: Image.Image) -> Gray:
    """Grey, or red, green and blue where the picture has colours."""
    if picture.mode.startswith("I;16") or picture.mode in {"I", "F"}:
        deep = np.asarray(picture, dtype=np.float32)
        top = float(deep.max()) or 1.0
        return np.asarray(deep * (255.0 / (65535.0 if top > 255 else 255.0)), dtype=np.uint8)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        picture = Image.alpha_composite(paper, clear)
    plain = picture.mode in {"1", "L", "LA"}
    return np.asarray(picture.convert("L" if plain else "RGB"), dtype=np.uint8).copy()
