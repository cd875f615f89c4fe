"""Small files that would hurt a careless reader: each ends as a reason, soon and within its memory."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from extractors.read import ReadSettings
from extractors.read.child import read_in_child
from extractors.read.progress import begin_page, watched
from extractors.read.reader import read_file
from flows.collect import collect, same_bytes
from records.document import Document, SourceFile
from records.errors import DocumentError

SETTINGS = ReadSettings(soffice=False)
SECONDS, MEGABYTES = 60, 1500


def attempt(path: Path) -> Document:
    """Read in a child; the time limit is part of every test."""
    began = time.monotonic()
    data = path.read_bytes()
    document = read_in_child(path, SourceFile(hashlib.sha256(data).hexdigest(), path.name, len(data)), SETTINGS, SECONDS, MEGABYTES)
    assert time.monotonic() - began < SECONDS + 5  # what is stopped at the limit takes a moment to end
    return document


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * 300_000_000)


def entity_bomb(path: Path) -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    xml = f'<!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><w:document xmlns:w="x">&e9;</w:document>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", xml)


def pixel_bomb(path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""))


def stream_bomb(path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    once = zlib.compress(b"q Q " * 100_000_000, 9)
    page.Contents = pdf.make_stream(once, Filter=pikepdf.Name.FlateDecode)
    pdf.save(path, compress_streams=False)


def page_loop(path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    data = io.BytesIO()
    pdf.save(data, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    kids = data.getvalue()
    start = kids.index(b"/Kids [ ") + len(b"/Kids [ ")
    end = kids.index(b" ]", start)
    tree = kids.rindex(b" 0 obj", 0, start)
    number = kids[kids.rindex(b"\n", 0, tree) + 1 : tree]
    path.write_bytes(kids[:start] + (number + b" 0 R").ljust(end - start) + kids[end:])


def cut_off(path: Path) -> None:
    data = io.BytesIO()
    Image.effect_noise((300, 300), 80).save(data, "TIFF")
    path.write_bytes(data.getvalue()[:5000])


def frames_in_a_ring(path: Path) -> None:
    data = io.BytesIO()
    Image.new("L", (20, 20), 255).save(data, "TIFF")
    raw = bytearray(data.getvalue())
    first = struct.unpack("<I", raw[4:8])[0]
    entries = struct.unpack("<H", raw[first : first + 2])[0]
    raw[first + 2 + 12 * entries : first + 6 + 12 * entries] = struct.pack("<I", first)
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (zip_bomb, "a.docx"), (entity_bomb, "a.docx"), (pixel_bomb, "a.png"), (page_loop, "a.pdf"), (cut_off, "a.tif"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_a_reason(make: object, name: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / name)
    document = attempt(tmp_path / name)
    assert document.failure
    assert not any(p.words for p in document.pages)


@pytest.mark.parametrize(("make", "name"), [(stream_bomb, "a.pdf"), (frames_in_a_ring, "a.tif")])
def test_what_is_large_or_endless_ends(make: object, name: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / name)
    assert len(attempt(tmp_path / name).pages) <= SETTINGS.max_pages


def test_a_page_that_is_left_out_says_why_and_the_others_are_read(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    for _ in range(3):
        pdf.add_blank_page()
    pdf.save(tmp_path / "a.pdf")
    begun: list[tuple[int, int]] = []
    with watched(lambda number, of: begun.append((number, of)), {2: "took too long"}):
        document = read_file(tmp_path / "a.pdf", SourceFile("0" * 64, "a.pdf", 1), SETTINGS)
    assert begun == [(1, 3), (3, 3)]
    assert len(document.pages) == 3
    assert "page 2: took too long" in document.failure


def test_outside_a_watch_pages_are_begun_in_silence() -> None:
    begin_page(1, 1)
    with watched(lambda number, of: None, {1: "no"}), pytest.raises(DocumentError, match="no"):
        begin_page(1, 1)
    begin_page(1, 1)


def test_a_file_that_changes_or_goes_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4 as found")
    (found,) = collect([file], 1000)
    assert same_bytes(file, found.source)
    with file.open("ab") as more:
        more.write(b" and more")
    assert not same_bytes(file, found.source)
    file.unlink()
    assert not same_bytes(file, found.source)
    os.mkfifo(file)
    assert not same_bytes(file, found.source)  # and does not wait for a writer


def test_names_and_kinds_of_entries_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    deep = tmp_path
    for _ in range(6):
        deep /= "d" * 60
        deep.mkdir()
    (deep / "deep.txt").write_text("text", encoding="utf-8")
    (tmp_path / "two\nlines.txt").write_text("text", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe9d.txt")).write_text("text", encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # the address of a socket must be short
        try:
            server.bind("s.pdf")
        finally:
            os.chdir(here)
        found = {f.source.path: f.problem for f in collect([tmp_path], 1000)}
    assert "socket" in found["s.pdf"]
    assert found["two\nlines.txt"] == ""
    assert found["b\ufffdd.txt"] == ""
    assert sum(path.endswith("deep.txt") and not problem for path, problem in found.items()) == 1
    assert not any(path.startswith("folder.pdf") for path in found)
