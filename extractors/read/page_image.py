"""A page as a grey picture. The pixels are those of the page as shown."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

Gray = npt.NDArray[np.uint8]


def gray(array: Any) -> Gray:
    """What OpenCV returns, as the 8-bit grey that it is here."""
    return np.asarray(array, dtype=np.uint8)


def pieces(ink: Gray) -> list[tuple[int, int, int, int]]:
    """x, y, width and height of each piece of ink (not 0; corners join), at a fraction of what numbering its pixels costs."""
    outlines, nested = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if nested is None:
        return []
    boxes = (cv2.boundingRect(o) for o, kin in zip(outlines, nested[0], strict=True) if kin[3] < 0)
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in boxes]


def piece_at(ink: Gray, place: tuple[int, int, int, int]) -> npt.NDArray[np.bool_]:
    """The pixels of the piece that fills ``place`` from side to side, without others that reach into it."""
    x, y, w, h = place
    part = ink[y : y + h, x : x + w]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(part), connectivity=8)
    best = max(range(1, count), key=lambda i: (stats[i, 2] == w and stats[i, 3] == h, stats[i, 4]))
    return np.asarray(labels == best)


def render(page: pdfium.PdfPage, dpi: int, max_pixels: int) -> tuple[Gray, float]:
    """The page in grey with its form's fields drawn, and pixels per point (less than asked on huge pages)."""
    image, scale = _rendered(page, dpi, max_pixels, grayscale=True)
    if image.ndim == 3:
        image = image[:, :, 0]
    return np.ascontiguousarray(image), scale


def render_colours(page: pdfium.PdfPage, dpi: int, max_pixels: int) -> tuple[npt.NDArray[np.uint8], float]:
    """The same in red, green and blue."""
    image, scale = _rendered(page, dpi, max_pixels, rev_byteorder=True)
    return np.ascontiguousarray(image[:, :, :3]), scale


def _rendered(page: pdfium.PdfPage, dpi: int, max_pixels: int, **form: bool) -> tuple[npt.NDArray[np.uint8], float]:
    width, height = page.get_size()
    scale = dpi / 72
    area = max(1.0, width * scale) * max(1.0, height * scale)
    if area > max_pixels:
        scale *= (max_pixels / area) ** 0.5
    bitmap: Any = page.render(scale=scale, may_draw_forms=True, **form)
    image = np.array(bitmap.to_numpy(), dtype=np.uint8)
    bitmap.close()
    return image, scale
