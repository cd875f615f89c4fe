"""The same page as scanners, faxes and phones store it: whatever the encoding, the resolution and the turn, its words are read."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from extractors.read import ReadSettings
from extractors.read.reader import read_file
from records.document import Document, SourceFile
from records.errors import DocumentError

_LINES = ["Inspection Report", "Address: 29 County Road", "Date: October 1, 2018", "Handrail loose at rear stairs"]
_WORDS = {"Inspection", "County", "29", "2018", "Handrail", "stairs"}


def _sheet(dpi: int) -> Image.Image:
    page = Image.new("L", (round(8.5 * dpi), 11 * dpi), 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=14 * dpi / 72)
    for n, line in enumerate(_LINES * 3):
        draw.text((dpi, (1 + 0.45 * n) * dpi), line, 0, font=font)
    return page


def _read(path: Path) -> Document:
    data = path.read_bytes()
    return read_file(path, SourceFile(hashlib.sha256(data).hexdigest(), path.name, len(data)), ReadSettings(second_voice=False))


def _pdf(path: Path, streams: list[tuple[bytes, dict[str, object]]]) -> None:
    """A page of pictures one below the other, each with its own encoding."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    names: dict[str, Any] = {}
    drawn = b""
    high = 792 / len(streams)
    for n, (data, about) in enumerate(streams):
        names[f"/I{n}"] = pdf.make_stream(data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, **about)
        drawn += f"q 612 0 0 {high} 0 {792 - (n + 1) * high} cm /I{n} Do Q ".encode()
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(names))
    page.Contents = pdf.make_stream(drawn)
    pdf.save(path)


def _jpeg(page: Image.Image, **said: object) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=85, **said)
    return out.getvalue()


def _group4(page: Image.Image) -> bytes:
    """The bare code of a fax of group 4, ink as 1."""
    out = io.BytesIO()
    ImageOps.invert(page).convert("1").save(out, "TIFF", compression="group4", tiffinfo={278: page.height})
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        assert isinstance(tiff, TiffImageFile)
        (offset,), (count,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return out.getvalue()[offset : offset + count]


def _about(page: Image.Image, filter_: str, space: str = "DeviceGray", bits: int = 8, **more: object) -> dict[str, object]:
    return {
        "Width": page.width, "Height": page.height, "BitsPerComponent": bits,
        "ColorSpace": pikepdf.Name("/" + space), "Filter": pikepdf.Name("/" + filter_), **more,
    }  # fmt: skip


def _cmyk_jpeg(path: Path) -> None:
    page = _sheet(200).convert("RGB").convert("CMYK")
    _pdf(path, [(_jpeg(page), _about(page, "DCTDecode", "DeviceCMYK"))])


def _ccitt(path: Path) -> None:
    page = _sheet(200)
    how = pikepdf.Dictionary(K=-1, Columns=page.width, Rows=page.height)
    _pdf(path, [(_group4(page), _about(page, "CCITTFaxDecode", bits=1, DecodeParms=how))])


def _jbig2(path: Path) -> None:
    """Page information, then one region whose code is that of a fax."""
    page = _sheet(200)
    size = struct.pack(">II", page.width, page.height)
    info = size + struct.pack(">IIBH", 0, 0, 0, 0)
    region = size + struct.pack(">IIB", 0, 0, 0) + b"\x01" + _group4(page)
    parts = [struct.pack(">IBBBI", n, kind, 0, 1, len(d)) + d for n, (kind, d) in enumerate([(48, info), (38, region)])]
    _pdf(path, [(b"".join(parts), _about(page, "JBIG2Decode", bits=1))])


def _strips(path: Path) -> None:
    page = _sheet(200)
    cuts = [page.crop((0, y, page.width, y + 220)) for y in range(0, 2200, 220)]
    _pdf(path, [(_jpeg(cut), _about(cut, "DCTDecode")) for cut in cuts])


@pytest.mark.parametrize("make", [_cmyk_jpeg, _ccitt, _jbig2, _strips])
def test_pictures_in_a_pdf(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "a.pdf")
    (page,) = _read(tmp_path / "a.pdf").pages
    assert page.text_source == "ocr"
    assert {w.text for w in page.words} >= _WORDS


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_turn_that_a_phone_notes_is_undone(orientation: int, tmp_path: Path) -> None:
    turned = _sheet(150).rotate({3: 180, 6: 90, 8: -90}[orientation], expand=True)
    exif = Image.Exif()
    exif[274] = orientation
    (tmp_path / "a.jpg").write_bytes(_jpeg(turned, exif=exif.tobytes(), dpi=(150, 150)))
    (page,) = _read(tmp_path / "a.jpg").pages
    assert page.turn == 0 and page.width < page.height
    assert {w.text for w in page.words} >= _WORDS


@pytest.mark.parametrize(("dpi", "name", "how"), [
    (100, "a.png", {}), (600, "a.tif", {"compression": "group4"}), (2400, "a.tif", {"compression": "group4"}), (1200, "a.jpg", {}),
])  # fmt: skip
def test_any_resolution(dpi: int, name: str, how: dict[str, Any], tmp_path: Path) -> None:
    page = _sheet(min(dpi, 300))
    page = page.convert("1") if name.endswith("tif") else page
    size = (round(8.5 * dpi), 11 * dpi)
    (page if page.size == size else page.resize(size, Image.Resampling.NEAREST)).save(tmp_path / name, dpi=(dpi, dpi), **how)
    (read,) = _read(tmp_path / name).pages
    assert (round(read.width), round(read.height)) == (612, 792)
    assert {w.text for w in read.words} >= _WORDS


def test_frames_of_a_tiff_are_pages_whatever_their_colours(tmp_path: Path) -> None:
    frames = [_sheet(150), _sheet(150).convert("RGB").convert("CMYK"), Image.new("L", (1275, 1650), 255)]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:], dpi=(150, 150))
    first, second, blank = _read(tmp_path / "a.tif").pages
    assert {w.text for w in first.words} >= _WORDS and {w.text for w in second.words} >= _WORDS
    assert not blank.words and "blank" in blank.reason


def test_what_would_not_fit_into_memory_is_refused_by_its_header(tmp_path: Path) -> None:
    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + b"\0\0\0\0")
    with pytest.raises(DocumentError, match=r"more than a scanned page has|damaged"):
        _read(path)
