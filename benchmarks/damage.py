"""What copiers, faxes, phones and years do to a page, one effect a function. Pictures are grey at 300 dpi unless a function
says otherwise; ``strength`` runs from 1 (common) to 3 (as bad as it is still readable by a person)."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.read.page_image import Gray, gray

Rng = np.random.Generator


def _noise(shape: tuple[int, ...], rng: Rng, blur: float) -> np.ndarray:
    """Smooth noise of mean 0 and deviation 1; ``blur`` in pixels."""
    factor = max(1.0, blur / 2)
    small = (max(2, round(shape[0] / factor)), max(2, round(shape[1] / factor)))
    coarse = cv2.GaussianBlur(rng.standard_normal(small).astype(np.float32), (0, 0), max(0.5, blur / factor))
    field = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6))


def _clip(image: np.ndarray) -> Gray:
    return np.asarray(np.clip(image, 0, 255), dtype=np.uint8)


def sensor(image: Gray, rng: Rng, deviation: float = 3.0, blur: float = 0.7) -> Gray:
    """Soft optics and the noise of a scanner's or camera's sensor."""
    soft = cv2.GaussianBlur(image, (0, 0), blur).astype(np.float32)
    return _clip(soft + rng.standard_normal(image.shape).astype(np.float32) * deviation)


def toned(image: Gray, paper: float, ink: float) -> Gray:
    """White and black become the greys ``paper`` and ``ink``."""
    return _clip(ink + image.astype(np.float32) * (paper - ink) / 255)


def turned(image: Gray, degrees: float, fill: int = 255) -> Gray:
    """Turned counter-clockwise about the middle, the sheet's size kept."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return gray(cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=fill))


def speckled(image: Gray, rng: Rng, strength: int) -> Gray:
    """Specks of toner and dust, dark ones mostly, of one to five pixels."""
    out = image.copy()
    height, width = image.shape
    for _ in range(int(250 * strength**1.6)):
        x, y, size = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(1, 3 + strength))
        cv2.ellipse(out, (x, y), (size, max(1, size - 1)), float(rng.integers(180)), 0, 360, int(rng.integers(0, 90)), -1)
    return out


def shaded_edges(image: Gray, rng: Rng, strength: int) -> Gray:
    """Black borders where the copier's lid stood open, and the grey shadow of a book's spine."""
    out = image.astype(np.float32)
    height, width = image.shape
    for side in rng.permutation(4)[: 1 + strength]:
        depth = int(rng.uniform(0.005, 0.014) * strength * width)
        wave = (np.abs(_noise((1, max(height, width)), rng, 200)[0]) * 0.3 + 0.7) * depth
        for i in range(max(height, width)):
            reach = int(wave[i])
            if side == 0 and i < width:
                out[:reach, i] = 15
            elif side == 1 and i < width:
                out[height - reach :, i] = 15
            elif side == 2 and i < height:
                out[i, :reach] = 15
            elif side == 3 and i < height:
                out[i, width - reach :] = 15
    fall = np.exp(-np.arange(width) / (0.02 * width * strength))
    out *= 1 - 0.5 * (fall[::-1] if rng.random() < 0.5 else fall)[None, :]
    return _clip(out)


def bloated(image: Gray, rng: Rng, strength: int) -> Gray:
    """A copy of a copy: letters swell or thin out, hard black and white, patches where the drum lost its toner."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.0 + 0.4 * strength).astype(np.float32)
    level = 150 + (rng.uniform(8, 20) * strength if rng.random() < 0.7 else -rng.uniform(3, 8) * strength)
    soft += _noise(image.shape, rng, 2) * 9 * strength
    weak = _noise(image.shape, rng, 60)
    soft += np.where(weak > 2.3 - 0.2 * strength, (weak - 1.9) * 90, 0)
    return np.where(soft < level, 0, 255).astype(np.uint8)


def pale(image: Gray, rng: Rng, strength: int) -> Gray:
    """Toner that runs out: grey print, paler in streaks down the sheet."""
    streak = np.clip(_noise((1, image.shape[1]), rng, 60)[0] * 0.1 + 0.2 + 0.15 * strength, 0.05, 0.85)
    return _clip(255 - (255 - image.astype(np.float32)) * (1 - streak)[None, :])


def bled_through(image: Gray, other: Gray, strength: int) -> Gray:
    """The back of the sheet shows, mirrored and soft."""
    back = cv2.GaussianBlur(np.ascontiguousarray(other[:, ::-1]), (0, 0), 2.0).astype(np.float32)
    return _clip(image.astype(np.float32) - (255 - back) * (0.1 + 0.09 * strength))


def folded(image: Gray, rng: Rng, strength: int) -> Gray:
    """Creases across or down, dark on one side and bright on the other."""
    out = image.astype(np.float32)
    height, width = image.shape
    for _ in range(strength):
        at = rng.uniform(0.2, 0.8)
        if rng.random() < 0.7:
            distance = np.arange(height)[:, None] - at * height - np.linspace(0, rng.uniform(-20, 20), width)[None, :]
        else:
            distance = np.arange(width)[None, :] - at * width - np.linspace(0, rng.uniform(-20, 20), height)[:, None]
        out -= 60 * strength * np.exp(-(distance**2) / 8) + 22 * strength * np.exp(-np.maximum(distance, 0) / 60) * (distance > 0)
    return _clip(out)


def ringed(image: Gray, rng: Rng, strength: int) -> Gray:
    """Coffee: a ring with a darker rim, some drops, on the print."""
    height, width = image.shape
    yy, xx = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    stain = np.zeros(yy.shape, np.float32)
    wave = _noise(stain.shape, rng, 40)
    for _ in range(strength):
        cx, cy, r = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height, rng.uniform(350, 560)
        d = np.hypot(xx - cx, (yy - cy) * rng.uniform(0.92, 1.08)) + 10 * wave
        stain += 70 * np.exp(-((d - r) ** 2) / 260) + 18 * (d < r)
    return _clip(image.astype(np.float32) - cv2.resize(stain, (width, height)) * (0.7 + 0.25 * strength))


def punched(image: Gray, rng: Rng) -> Gray:
    """Three holes at the left edge, the scanner's dark lid behind them."""
    out = image.copy()
    height, width = image.shape
    x = int(rng.uniform(0.045, 0.06) * width)
    for y in (0.1, 0.5, 0.9):
        cv2.circle(out, (x, int(y * height)), 45, int(rng.integers(60, 190)), -1)
        cv2.circle(out, (x, int(y * height)), 45, 40, 3)
    return out


def stamp_of(rng: Rng) -> Gray:
    """A stamp's ink as grey on white, about 2.4 by 1.1 inches, uneven as rubber prints, askew."""
    face = np.full((380, 760), 255, np.uint8)
    cv2.rectangle(face, (20, 20), (740, 360), 0, 9)
    word = str(rng.choice(["RECEIVED", "FILED", "COPY", "RECEIVED"]))
    cv2.putText(face, word, (int(380 - 33 * len(word)), 150), cv2.FONT_HERSHEY_DUPLEX, 3.2, 0, 9, cv2.LINE_AA)
    date = f"{rng.choice(['JAN', 'APR', 'AUG', 'NOV'])} {rng.integers(10, 28)} 20{rng.integers(17, 20)}"
    cv2.putText(face, date, (170, 240), cv2.FONT_HERSHEY_DUPLEX, 2.0, 0, 5, cv2.LINE_AA)
    cv2.putText(face, "CLERK'S OFFICE", (170, 325), cv2.FONT_HERSHEY_DUPLEX, 1.6, 0, 5, cv2.LINE_AA)
    patchy = np.clip(0.8 + 0.3 * _noise(face.shape, rng, 12), 0.25, 1.0)
    return turned(_clip(255 - (255 - face.astype(np.float32)) * patchy), float(rng.uniform(-9, 9)))


def on_desk(image: Gray, rng: Rng, strength: int) -> Gray:
    """The sheet photographed by hand on a desk: perspective, a turn, uneven light, a shadow, soft focus."""
    height, width = image.shape
    margin = rng.uniform(0.02, 0.09 + 0.03 * strength)
    lean = 0.012 + 0.016 * strength
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inner = corners * (1 - 2 * margin) + margin * np.array([width, height])
    inner += rng.uniform(-1, 1, (4, 2)) * lean * width
    angle = np.deg2rad(rng.uniform(-2.5, 2.5) * strength)
    centre = inner.mean(axis=0)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = ((inner - centre) @ spin.T * rng.uniform(0.94, 1.0) + centre).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    grain = _noise((height, width), rng, 6) * 7 + _noise((1, width), rng, 25) * 9
    desk = rng.uniform(50, 125) + grain
    sheet = cv2.warpPerspective(toned(image, 238, 35), matrix, (width, height), flags=cv2.INTER_AREA).astype(np.float32)
    mask = cv2.warpPerspective(np.full(image.shape, 255, np.uint8), matrix, (width, height)).astype(np.float32) / 255
    soft = np.roll(cv2.GaussianBlur(mask, (0, 0), 18), (14, 14), (0, 1))
    out = sheet * mask + desk * (1 - 0.45 * soft) * (1 - mask)
    yy, xx = np.mgrid[0:1:height * 1j, 0:1:width * 1j].astype(np.float32)  # fmt: skip
    slope = rng.uniform(-1, 1, 2)
    light = 1 - 0.1 * strength * (0.5 + 0.5 * (slope[0] * (xx - 0.5) + slope[1] * (yy - 0.5)))
    if strength > 1:
        edge = (xx - rng.uniform(0.2, 0.8)) * rng.uniform(-1, 1) + (yy - rng.uniform(0.2, 0.8)) * rng.uniform(-1, 1)
        light *= 1 - 0.16 * strength / (1 + np.exp(-edge * 40))
    return sensor(_clip(out * light), rng, 2.0 + 1.5 * strength, 0.6 + 0.35 * strength)


def bent(image: Gray, rng: Rng, strength: int) -> Gray:
    """A sheet that does not lie flat: its lines rise and fall by up to some 2 mm a strength."""
    height, width = image.shape
    x = np.linspace(0, 1, width, dtype=np.float32)
    wave = 12 * strength * np.sin(np.pi * (x * rng.uniform(0.8, 1.6) + rng.uniform(0, 1)))
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    return gray(cv2.remap(image, xx, yy + wave[None, :], cv2.INTER_LINEAR, borderValue=255))


def squeezed(image: Gray, quality: int) -> Gray:
    """Through JPEG at ``quality``."""
    return gray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE))


def faxed(image: Gray, rng: Rng, strength: int, lines_per_inch: int) -> Gray:
    """One bit a pixel at 204 by ``lines_per_inch``, with specks and lost lines. Takes 300 dpi, gives the fax's own pixels."""
    height, width = image.shape
    size = (round(width * 204 / 300), round(height * lines_per_inch / 300))
    small = cv2.resize(cv2.GaussianBlur(image, (0, 0), 0.8), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small += _noise(small.shape, rng, 1.2) * 10 * strength
    out = np.where(small < 140, 0, 255).astype(np.uint8)
    specks = rng.random(out.shape) < 0.0003 * strength
    out[specks] = 0
    for _ in range(2 * strength):
        y, x = int(rng.integers(size[1])), int(rng.integers(size[0] // 2))
        out[y : y + 1, x : x + int(rng.integers(30, 300))] = 0 if rng.random() < 0.4 else 255
    return out
