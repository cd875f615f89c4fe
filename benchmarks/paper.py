"""Paper made from digital documents: pictures of their pages as a copier, fax or phone would hand them in, with the words
that stand on them as truth. The same source, condition, strength and seed give the same pixels.

    python -m benchmarks.paper SRC.pdf OUT.pdf --condition photo --seed 3

OUT's ending picks the format: .pdf, .tif (all pages), .png or .jpg (first page). OUT.json beside it holds the truth:
per page its words as the text layer has them, line by line."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from benchmarks import damage as d
from extractors.read.lines import reading_order
from extractors.read.page_image import Gray, gray, render
from extractors.read.pdf_text import read_text_layer, view_of

Pixels = npt.NDArray[np.uint8]
Rng = np.random.Generator
_DPI = 300
_STAMP_INKS = ((70, 70, 160), (180, 50, 60), (40, 120, 80))


def _scan(image: Gray, rng: Rng, strength: int) -> Gray:
    level = d.turned(image, float(rng.uniform(-0.6, 0.6)) * strength)
    return d.sensor(d.toned(level, float(rng.uniform(238, 254)), float(rng.uniform(10, 45))), rng, 2.0 + strength)


def _skew(image: Gray, rng: Rng, strength: int) -> Gray:
    low, high = ((2, 5), (5, 10), (10, 15))[strength - 1]
    return d.sensor(d.turned(image, float(rng.uniform(low, high)) * float(rng.choice([-1, 1]))), rng)


def _photocopy(image: Gray, rng: Rng, strength: int) -> Gray:
    first = d.turned(image, float(rng.uniform(-1, 1)))
    copied = d.bloated(d.sensor(first, rng, 4.0), rng, strength)
    return d.speckled(d.shaded_edges(copied, rng, strength), rng, strength)


def _stained(image: Gray, rng: Rng, strength: int) -> Gray:
    marked = d.punched(d.ringed(_stamp_grey(image, rng), rng, strength), rng)
    return d.sensor(d.turned(marked, float(rng.uniform(-1, 1))), rng)


def _stamp_grey(image: Gray, rng: Rng, strength: int = 1) -> Gray:
    ink, (x, y) = d.stamp_of(rng), _place(image, rng)
    out = image.astype(np.float32)
    part = out[y : y + ink.shape[0], x : x + ink.shape[1]]
    part *= 1 - (255 - ink[: part.shape[0], : part.shape[1]]) / 255 * (0.35 + 0.12 * strength)
    return out.astype(np.uint8)


def _place(image: Gray, rng: Rng) -> tuple[int, int]:
    """Where a stamp would hide some print: in the fuller upper half."""
    height, width = image.shape
    return int(rng.uniform(0.05, 0.6) * width), int(rng.uniform(0.04, 0.35) * height)


def _low_resolution(image: Gray, rng: Rng, strength: int) -> Gray:
    factor = (150, 120, 100)[strength - 1] / _DPI
    return d.sensor(gray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)), rng, 2.0, 0.4)


CONDITIONS: dict[str, Callable[[Gray, Rng, int], Gray]] = {
    "clean": lambda i, r, s: i,
    "scan300": _scan,
    "scan200": lambda i, r, s: gray(cv2.resize(_scan(i, r, s), None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)),
    "skew": _skew,
    "turn90": lambda i, r, s: np.ascontiguousarray(np.rot90(_scan(i, r, s), 3)),
    "turn180": lambda i, r, s: np.ascontiguousarray(np.rot90(_scan(i, r, s), 2)),
    "turn270": lambda i, r, s: np.ascontiguousarray(np.rot90(_scan(i, r, s), 1)),
    "fax": lambda i, r, s: d.faxed(d.turned(i, float(r.uniform(-0.8, 0.8))), r, s, 196),
    "fax_coarse": lambda i, r, s: d.faxed(d.turned(i, float(r.uniform(-0.8, 0.8))), r, s, 98),
    "photocopy": _photocopy,
    "faded": lambda i, r, s: d.sensor(d.pale(i, r, s), r, 3.0),
    "speckle": lambda i, r, s: d.sensor(d.speckled(i, r, s), r),
    "edges": lambda i, r, s: d.sensor(d.shaded_edges(i, r, s), r),
    "bleed": lambda i, r, s: d.sensor(d.bled_through(d.toned(i, 245, 25), np.roll(i, 260, 0), s), r),
    "fold": lambda i, r, s: d.sensor(d.folded(d.toned(i, 245, 25), r, s), r),
    "coffee": lambda i, r, s: d.sensor(d.ringed(i, r, s), r),
    "punch": lambda i, r, s: d.sensor(d.punched(i, r), r),
    "stamp": _stamp_grey,
    "stained": _stained,
    "photo": d.on_desk,
    "bent": lambda i, r, s: d.on_desk(d.bent(i, r, s), r, 1),
    "jpeg": lambda i, r, s: d.squeezed(d.sensor(i, r, 4.0), (30, 15, 8)[s - 1]),
    "noise": lambda i, r, s: d.sensor(d.toned(i, 225, 60), r, 9.0 + 9 * s),
    "low_dpi": _low_resolution,
}
"""By name: from a grey page at 300 dpi, random numbers and strength 1 to 3 to its picture. ``stamp_colour`` and ``strips``
are known to ``make`` alone, since they need colour or several pictures a page."""

NAMES = (*CONDITIONS, "stamp_colour", "strips")


def degrade(page_image: Gray, condition: str, rng: Rng, strength: int = 1) -> Gray:
    """One page's picture as ``condition`` leaves it; its resolution is ``resolution(condition)``. Raises KeyError for an
    unknown condition."""
    return CONDITIONS[condition](page_image, rng, strength)


def resolution(condition: str, strength: int = 1) -> tuple[float, float]:
    """Pixels per inch across and down of what ``degrade`` gives."""
    if condition == "fax":
        return 204, 196
    if condition == "fax_coarse":
        return 204, 98
    if condition == "scan200":
        return 200, 200
    if condition == "low_dpi":
        return ((150, 120, 100)[strength - 1],) * 2
    return _DPI, _DPI


def _stamped_in_colour(image: Gray, rng: Rng, strength: int) -> Pixels:
    """A coloured stamp over black print, as a colour scanner sees it."""
    ink, (x, y) = d.stamp_of(rng), _place(image, rng)
    out = np.repeat(_scan(image, rng, 1)[:, :, None], 3, axis=2).astype(np.float32)
    part = out[y : y + ink.shape[0], x : x + ink.shape[1]]
    colour = np.array(_STAMP_INKS[int(rng.integers(len(_STAMP_INKS)))], np.float32) / 255
    cover = (255 - ink[: part.shape[0], : part.shape[1], None]) / 255 * (0.6 + 0.13 * strength)
    part *= 1 - cover * (1 - colour)
    return out.astype(np.uint8)


def words_of(source: Path) -> list[list[str]]:
    """The words of each page of a digital PDF, line by line."""
    found = []
    for page in pdfium.PdfDocument(source):
        layer = read_text_layer(page, view_of(page), [])
        found.append([w.text for w in reading_order(layer.words)])
    return found


def pictures(source: Path, condition: str, seed: int, strength: int = 1, pages: int = 50) -> list[Pixels]:
    """The first ``pages`` pages of a digital PDF as pictures of that condition."""
    pdf = pdfium.PdfDocument(source)
    pdf.init_forms()
    made: list[Pixels] = []
    for number in range(min(len(pdf), pages)):
        rng = np.random.default_rng([seed, number, *condition.encode()])
        image, _ = render(pdf[number], _DPI, 60_000_000)
        if condition == "stamp_colour":
            made.append(_stamped_in_colour(image, rng, strength))
        else:
            made.append(degrade(image, "scan300" if condition == "strips" else condition, rng, strength))
    return made


def make(source: Path, out: Path, condition: str, seed: int = 0, strength: int = 1, pages: int = 50) -> None:
    """Writes ``out`` and its truth. Raises ValueError for an ending that is not known."""
    dpi = resolution(condition, strength)
    made = pictures(source, condition, seed, strength, pages)
    out.parent.mkdir(parents=True, exist_ok=True)
    kind = out.suffix.lower()
    if kind == ".pdf":
        _write_pdf(out, made, dpi, bands=9 if condition == "strips" else 1)
    elif kind in {".tif", ".tiff"}:
        shots = [Image.fromarray(m) for m in made]
        if condition.startswith("fax"):
            shots = [s.convert("1") for s in shots]
        packing = "group4" if condition.startswith("fax") else "tiff_lzw"
        shots[0].save(out, dpi=dpi, save_all=True, append_images=shots[1:], compression=packing)
    elif kind in {".png", ".jpg", ".jpeg"}:
        Image.fromarray(made[0]).save(out, dpi=dpi, quality=80)  # PNG knows no quality and ignores it
    else:
        raise ValueError(f"{out.name}: give a name that ends in .pdf, .tif, .png or .jpg")
    truth = {"source": source.name, "condition": condition, "strength": strength, "seed": seed}
    words = words_of(source)[: len(made) if kind in {".pdf", ".tif", ".tiff"} else 1]
    out.with_name(out.name + ".json").write_text(json.dumps({**truth, "pages": words}), encoding="utf-8")


def _write_pdf(out: Path, made: Sequence[Pixels], dpi: tuple[float, float], bands: int) -> None:
    pdf = pikepdf.new()
    for pixels in made:
        height, width = pixels.shape[:2]
        size = (width * 72 / dpi[0], height * 72 / dpi[1])
        page = pdf.add_blank_page(page_size=size)
        edges = np.linspace(0, height, bands + 1).astype(int)
        images: dict[str, Any] = {}
        drawn = []
        for i in range(bands):
            band = pixels[edges[i] : edges[i + 1]]
            images[f"/I{i}"] = _image(pdf, band)
            low, tall = size[1] * (1 - edges[i + 1] / height), size[1] * band.shape[0] / height
            drawn.append(f"q {size[0]:.3f} 0 0 {tall:.3f} 0 {low:.3f} cm /I{i} Do Q")
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(images))
        page.Contents = pdf.make_stream("\n".join(drawn).encode())
    pdf.save(out, deterministic_id=True)


def _image(pdf: pikepdf.Pdf, pixels: Pixels) -> Any:
    """Black and white as it is, tones as JPEG, as scanners write them."""
    height, width = pixels.shape[:2]
    common = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": width, "Height": height}
    if pixels.ndim == 2 and np.isin(pixels[::7, ::7], (0, 255)).all():
        bits = np.packbits(pixels > 127, axis=1).tobytes()
        return pdf.make_stream(bits, **common, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=1)
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "JPEG", quality=82)
    space = pikepdf.Name.DeviceGray if pixels.ndim == 2 else pikepdf.Name.DeviceRGB
    return pdf.make_stream(
        packed.getvalue(), **common, ColorSpace=space, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paper", description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--condition", choices=NAMES, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strength", type=int, choices=(1, 2, 3), default=1)
    parser.add_argument("--pages", type=int, default=50)
    given = parser.parse_args(arguments)
    make(given.source, given.out, given.condition, given.seed, given.strength, given.pages)


if __name__ == "__main__":
    main()
