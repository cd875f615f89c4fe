"""A page as a grey picture. The pixels are those of the page as shown."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

Gray = npt.NDArray[np.uint8]
_FEW_PIECES = 65_000  # as many as 16 bits can number


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


def numbered(ink: Gray) -> tuple[int, npt.NDArray[Any], npt.NDArray[Any]]:
    """The pieces of ink (not 0; corners join): one more than there are, each pixel's piece from 1 on (0 = paper), and x, y,
    width, height and area of each. Numbers of 16 bits, where they suffice, cost less than half of what longer ones do."""
    met = cv2.dilate(ink, np.ones((1, 3), np.uint8))[:-1]  # ink above, or beside that
    first = cv2.countNonZero(ink[0]) + cv2.countNonZero(cv2.subtract(ink[1:], met))  # each piece's first pixel is among these
    kind = cv2.CV_16U if first < _FEW_PIECES else cv2.CV_32S
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, kind, cv2.CCL_SPAGHETTI)
    return count, labels, stats


def halved(ink: Gray, least: int) -> Gray:
    """Ink (0 or 255) at half the size: 1 where more than ``least`` of 255 of the four pixels is ink."""
    small = cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return gray(cv2.threshold(small, least, 1, cv2.THRESH_BINARY)[1])


def shrunk(image: Gray, factor: float) -> Gray:
    """The picture at ``factor`` (at most 1) of its size, by halves first, which cost next to nothing."""
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    while min(image.shape[0] / size[1], image.shape[1] / size[0]) >= 2 and min(image.shape[:2]) > 1:
        image = gray(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return image if image.shape[1::-1] == size else gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def greys_at(image: Gray, *percents: float) -> list[float]:
    """The greys below which these percents of the pixels lie, by counting; no pixel is moved."""
    counts = np.cumsum(cv2.calcHist([image], [0], None, [256], [0, 256]).ravel())
    return [float(np.searchsorted(counts, p / 100 * counts[-1])) for p in percents]


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
