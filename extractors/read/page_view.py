"""A page as a person sees it, in colour, for the desk. Boxes of the readers lie on it: same size in points, same way up."""

from __future__ import annotations

import io
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError

from extractors.read.office import convert, has_outside_links
from extractors.read.pdf_text import view_of
from extractors.read.settings import ReadSettings
from extractors.read.sniff import media_type, open_checked
from records.errors import DocumentError

_QUALITY = 80
_MAX_PIXELS = 16_000_000


@dataclass(frozen=True, slots=True)
class PageView:
    """``image`` is a WebP picture; ``width`` and ``height`` of the page in points; ``pages`` of the whole file."""

    image: bytes
    width: float
    height: float
    pages: int


def view_page(path: Path, number: int, dpi: int, settings: ReadSettings) -> PageView:
    """Page ``number`` (from 1) of a PDF, picture or Word file. Word files are rendered once; their PDF is kept in the cache.

    Raises DocumentError for a file without pages to show (a spreadsheet, a text) or one that can't be opened.
    """
    kind = media_type(path, open_checked(path, settings.max_bytes))
    if kind == "pdf":
        return _of_pdf(path, number, dpi)
    if kind in {"tiff", "png", "jpeg"}:
        return _of_picture(path, number, dpi, settings)
    if kind in {"docx", "doc", "rtf"}:
        return _of_pdf(_rendered(path, settings), number, dpi)
    raise DocumentError("this file has no pages to show, only cells or lines")


def _of_pdf(path: Path, number: int, dpi: int) -> PageView:
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as err:
        raise DocumentError(f"this PDF can't be opened ({err})") from err
    try:
        pdf.init_forms()
        count = len(pdf)
        if not 1 <= number <= count:
            raise DocumentError(f"there is no page {number}: the file has {count}")
        page = pdf[number - 1]
        width, height = view_of(page).size
        scale = min(dpi / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap: Any = page.render(scale=scale, may_draw_forms=True)
        picture = bitmap.to_pil()
        return PageView(_webp(picture), round(width, 2), round(height, 2), count)
    except pdfium.PdfiumError as err:
        raise DocumentError(f"page {number} of this PDF can't be drawn ({err})") from err
    finally:
        pdf.close()


def _of_picture(path: Path, number: int, dpi: int, settings: ReadSettings) -> PageView:
    from extractors.read.images import frame_size  # late: it brings the engines along, which no PDF needs here
    from extractors.read.large_pictures import bounded

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large pictures and odd tags; limits are checked here
        try:
            with Image.open(path, formats=["TIFF", "PNG", "JPEG"]) as picture:
                count = getattr(picture, "n_frames", 1)
                if not 1 <= number <= count:
                    raise DocumentError(f"there is no page {number}: the file has {count}")
                picture.seek(number - 1)
                width, height = frame_size(picture)
                small, _ = bounded(picture, settings)
                upright = ImageOps.exif_transpose(small) or small
                scale = min(dpi / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
                wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
                shown = upright.convert("RGB").resize(wanted, Image.Resampling.LANCZOS)
                return PageView(_webp(shown), width, height, count)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as err:
            raise DocumentError(f"this picture can't be shown ({err})"[:300]) from err


def _rendered(path: Path, settings: ReadSettings) -> Path:
    """LibreOffice's PDF of a Word file, made once. The cache names files by their path's own name: it is the hash."""
    if settings.cache_dir is None:
        raise DocumentError("no cache folder is set, so Word files can't be rendered")
    stat = path.stat()
    kept = settings.cache_dir / "rendered" / f"{stat.st_size:x}-{stat.st_mtime_ns:x}-{stat.st_ino:x}.pdf"
    if kept.is_file():
        return kept
    if has_outside_links(path):
        raise DocumentError("this Word file refers to something outside itself and is not rendered")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lotline-") as folder:
        made = convert(path, "pdf", Path(folder), settings.soffice_seconds)
        beside = kept.with_suffix(".part")
        beside.write_bytes(made.read_bytes())
        beside.replace(kept)
    return kept


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()
