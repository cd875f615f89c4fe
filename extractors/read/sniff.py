"""What a file is, by its first bytes: a name proves nothing (a .pdf may be a Word file, a .doc an RTF)."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from records.errors import DocumentError

_MAX_UNPACKED = 400_000_000  # bytes a zip-based office file may unpack to
_MAX_RATIO = 300  # of one large member; text compresses about 10:1, a bomb 1000:1
_HEAD = 2048


def open_checked(path: Path, max_bytes: int) -> bytes:
    """The first bytes of a regular, non-empty file of bearable size. Raises DocumentError with the reason."""
    try:
        info = path.lstat()
    except (OSError, ValueError) as err:
        raise DocumentError(f"the file can't be opened: {getattr(err, 'strerror', None) or err}") from err
    if stat.S_ISLNK(info.st_mode):
        raise DocumentError("this is a link to another place, not a file; copy the file itself into the folder")
    if not stat.S_ISREG(info.st_mode):
        raise DocumentError("this is not a regular file")
    if info.st_size == 0:
        raise DocumentError("the file is empty (0 bytes); it may have been cut off while copying")
    if info.st_size > max_bytes:
        raise DocumentError(f"the file is too large: {info.st_size / 1e6:.0f} MB, at most {max_bytes / 1e6:.0f} MB")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as err:
        raise DocumentError(f"the file can't be read: {err.strerror}") from err


def media_type(path: Path, head: bytes) -> str:
    """One of pdf docx xlsx xls doc rtf tiff png jpeg csv txt. Raises DocumentError naming what else it seems to be."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(path)
    if head.startswith(b"{\\rtf"):
        return "rtf"
    for magic, name in _FOREIGN:
        if head.startswith(magic) or (magic == b"ftyp" and head[4:8] == magic):
            raise DocumentError(f"this is {name}, which Lotline does not read; save it as PDF")
    if _is_text(head):
        return "csv" if path.suffix.lower() in {".csv", ".tsv", ".tab"} else "txt"
    if path.suffix.lower() == ".pdf":
        raise DocumentError("this is no PDF: its first 1,024 bytes hold no %PDF mark; it may be damaged")
    raise DocumentError("this kind of file is not known; Lotline reads PDF, images, Word, Excel, CSV and text")


_MAGIC = (
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
)
_FOREIGN = (
    (b"ftyp", "a phone picture or video (HEIC/MP4)"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"<?xml", "an XML or SVG file"),
    (b"<svg", "an SVG drawing"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"II+\x00", "a BigTIFF picture"),
    (b"%!PS", "a PostScript file"),
)


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as err:
        raise DocumentError("this office file or archive is damaged: its zip directory can't be read") from err
    if any(m.flag_bits & 1 for m in members):
        raise DocumentError("this archive is encrypted; save it without a password")
    if sum(m.file_size for m in members) > _MAX_UNPACKED or any(
        m.file_size > 20_000_000 and m.file_size > _MAX_RATIO * max(1, m.compress_size) for m in members
    ):
        raise DocumentError("this file unpacks to more than an honest document holds; it was not opened")
    names = {m.filename for m in members}
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(n.startswith("word/") for n in names) or "[Content_Types].xml" in names:
        raise DocumentError("this office file has no document inside, or is of a kind that Lotline does not read")
    raise DocumentError("this is a zip archive, which Lotline does not read; put its files into the folder")


def _ole_kind(path: Path) -> str:
    # Stream names lie in the directory as UTF-16; finding them as bytes needs no OLE library.
    with path.open("rb") as file:
        data = file.read(64_000_000)

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise DocumentError("this office file is encrypted; save it without a password")
    if has("WordDocument"):
        return "doc"
    if has("Workbook") or has("Book"):
        return "xls"
    raise DocumentError("this old office file is neither a Word document nor an Excel sheet")


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\x00" in head:
        return False
    control = sum(b < 32 and b not in (9, 10, 12, 13, 26) for b in head)
    return control <= len(head) // 200
