"""The sheet in a photograph: its four corners against a darker ground, and the picture of the sheet alone, as if it had been
scanned. Found on a small copy of the picture; where there is no clear sheet, nothing is done."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from extractors.read.page_image import Gray, gray, greys_at, shrunk

_LONG_SIDE = 800  # pixels of the small copy
_LEAST_SHARE = 0.3  # of the picture that a sheet fills
_LEAST_CONTRAST = 22.0  # greys between sheet and ground, along each side
_PAPERS = ((612.0, 792.0), (612.0, 1008.0))  # points: Letter, Legal
_SAME_ASPECT = 0.08  # a photograph tells a sheet's proportions to about this

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``to_picture`` takes points of the sheet (72 per inch, origin its top left corner) to pixels of the picture."""

    width: float
    height: float
    to_picture: Matrix

    def cut(self, image: Gray, scale: float) -> Gray:
        """The sheet as a picture of ``scale`` pixels per point."""
        to_points = np.diag([1 / scale, 1 / scale, 1.0])
        size = (round(self.width * scale), round(self.height * scale))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return gray(cv2.warpPerspective(image, self.to_picture @ to_points, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def find_sheet(image: Gray, scale: float) -> Sheet | None:
    """The sheet of a photograph or of a scan on a dark lid; None where the page fills the picture or no clear sheet is seen.
    ``scale`` (pixels per point) says how large an unusual sheet is."""
    factor = min(1.0, _LONG_SIDE / max(image.shape))
    small = shrunk(image, factor)
    frame = np.concatenate([small[:3].ravel(), small[-3:].ravel(), small[:, :3].ravel(), small[:, -3:].ravel()])
    bright = greys_at(small, 90)[0]
    if float(np.percentile(frame, 40)) > bright - _LEAST_CONTRAST:
        return None  # paper up to the edge of the picture
    plain = gray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8)))  # print and rules go
    plain = gray(cv2.GaussianBlur(plain, (0, 0), 1.5))
    corners = _corners(plain)
    if corners is None or not _stands_out(plain, corners):
        return None
    corners = _drawn_in(corners, 1.5) / factor
    return _sheet_of(corners, scale)


def _corners(plain: Gray) -> Matrix | None:
    """Top left, top right, bottom right, bottom left."""
    _, mask = cv2.threshold(plain, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    area = float(cv2.contourArea(hull))
    if not _LEAST_SHARE * mask.size <= area <= 0.985 * mask.size or cv2.contourArea(outline) < 0.93 * area:
        return None
    four = None
    around = cv2.arcLength(hull, True)
    for part in (0.01, 0.015, 0.02, 0.03, 0.045):
        rough = cv2.approxPolyDP(hull, part * around, True)
        if len(rough) <= 4:
            four = rough
            break
    if four is None or len(four) != 4:
        return None
    fitted = _fitted(four[:, 0].astype(np.float64), outline[:, 0].astype(np.float64))
    if fitted is None or not 0.95 < cv2.contourArea(fitted.astype(np.float32)) / area < 1.06:
        return None
    return _in_order(fitted)


def _fitted(corners: Matrix, outline: Matrix) -> Matrix | None:
    """Corners sharpened: a line through the outline's points along each side, and where those lines meet."""
    lines = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (b - a) / max(1e-6, float(np.hypot(*(b - a))))
        long = float(np.hypot(*(b - a)))
        from_a = outline - a
        place, off = from_a @ along, np.abs(from_a[:, 0] * along[1] - from_a[:, 1] * along[0])
        near = outline[(place > 0.08 * long) & (place < 0.92 * long) & (off < max(4.0, 0.015 * long))]
        if long < 40 or len(near) < 20:
            return None
        vx, vy, x, y = (float(v) for v in cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel())
        lines.append((vy, -vx, vy * x - vx * y))
    met = []
    for first, second in zip([lines[-1], *lines[:-1]], lines, strict=True):
        system = np.array([first[:2], second[:2]])
        if abs(float(np.linalg.det(system))) < 0.3:  # sides that hardly meet
            return None
        met.append(np.linalg.solve(system, np.array([first[2], second[2]])))
    return np.array(met)


def _in_order(corners: Matrix) -> Matrix:
    """Clockwise as seen, from the corner that lies nearest to the picture's top left."""
    middle = corners.mean(axis=0)
    turned = corners[np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))]
    return np.asarray(np.roll(turned, -int(np.argmin(turned.sum(axis=1))), axis=0))


def _stands_out(plain: Gray, corners: Matrix) -> bool:
    """The ground is darker along each side that lies within the picture, and at least three sides do."""
    height, width = plain.shape
    middle = corners.mean(axis=0)
    seen = 0
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        points = a + (b - a) * np.linspace(0.08, 0.92, 40)[:, None]
        out = np.array([(b - a)[1], -(b - a)[0]]) / float(np.hypot(*(b - a)))
        if out @ (points.mean(axis=0) - middle) < 0:
            out = -out
        outer, inner = points + 7 * out, points - 7 * out
        within = (outer[:, 0] >= 0) & (outer[:, 0] < width) & (outer[:, 1] >= 0) & (outer[:, 1] < height)
        if within.mean() < 0.5:
            continue
        seen += 1
        steps = _at(plain, inner[within]) - _at(plain, outer[within])
        if float(np.percentile(steps, 25)) < _LEAST_CONTRAST:
            return False
    return seen >= 3


def _at(image: Gray, points: Matrix) -> Matrix:
    x = np.clip(points[:, 0].round().astype(int), 0, image.shape[1] - 1)
    y = np.clip(points[:, 1].round().astype(int), 0, image.shape[0] - 1)
    return np.asarray(image[y, x], dtype=np.float64)


def _drawn_in(corners: Matrix, by: float) -> Matrix:
    """Moved towards the middle, so that no rim of the ground stays."""
    middle = corners.mean(axis=0)
    away = corners - middle
    return np.asarray(corners - by * 1.4 * away / np.maximum(1.0, np.hypot(away[:, 0], away[:, 1]))[:, None])


def _sheet_of(corners: Matrix, scale: float) -> Sheet:
    """A sheet of a common size where its proportions are those of one; else as large as it is in the picture."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    across, down = float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2
    lying = across > down
    proportion = max(across, down) / min(across, down)
    paper = min(_PAPERS, key=lambda p: abs(p[1] / p[0] / proportion - 1))
    if abs(paper[1] / paper[0] / proportion - 1) <= _SAME_ASPECT:
        width, height = paper[::-1] if lying else paper
    else:
        width, height = across / scale, down / scale
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return Sheet(width, height, np.asarray(cv2.getPerspectiveTransform(flat, corners.astype(np.float32))))
