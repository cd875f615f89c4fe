"""Tesseract as two interchangeable engines: in this process (tesserocr, about 0.7 times the processor time) and by its command
(pytesseract), which takes over where the first is not installed. Both give the same words but for noise."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from records.document import Box, Word
from records.errors import DocumentError, MissingEngine

if TYPE_CHECKING:  # a run that has nothing to read asks for the version alone, and should not load what pictures need
    from extractors.read.page_image import Gray

# Tesseract's OpenMP threads cost up to three times the processor time of one and never pay on pages.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

Engine = Literal["auto", "tesserocr", "pytesseract"]

_REMEDY = "sudo apt-get install tesseract-ocr tesseract-ocr-eng"
_WORD = 5  # the level of a word's row in Tesseract's table


def read_words(image: Gray, scale: float, mode: int, seconds: float = 120, engine: Engine = "auto") -> list[Word]:
    """Words in pixels of ``image`` (``scale`` pixels per point), read in one of Tesseract's page segmentation modes.

    Raises DocumentError if Tesseract fails or takes more than ``seconds``, MissingEngine if it isn't there."""
    if image.size == 0:
        return []
    if chosen(engine) == "tesserocr":
        return _words(_in_process(image, scale, mode, seconds))
    return _words(_by_command(image, scale, mode, seconds))


@cache
def chosen(engine: Engine) -> Literal["tesserocr", "pytesseract"]:
    """The engine that ``auto`` stands for on this machine. Raises MissingEngine with the remedy."""
    if engine != "pytesseract" and importlib.util.find_spec("tesserocr") is not None:
        tessdata()
        return "tesserocr"
    if engine == "tesserocr":
        raise MissingEngine("the engine 'tesserocr' is asked for but not installed: pip install tesserocr, or set it to 'auto'")
    if shutil.which("tesseract") is None:
        raise MissingEngine(f"Tesseract is not installed, so scans can't be read: {_REMEDY}")
    return "pytesseract"


@cache
def engine_version(engine: Engine = "auto") -> str:
    """Engine, its version and the language data it reads with. Raises MissingEngine with the remedy."""
    if chosen(engine) == "tesserocr":
        name = f"tesserocr {version('tesserocr')}"
    else:
        said = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, timeout=20, check=False)
        name = (said.stdout or said.stderr).splitlines()[0].strip()
    data = hashlib.sha256((tessdata() / "eng.traineddata").read_bytes()).hexdigest()[:8]
    return f"{name} eng {data}"


@cache
def tessdata() -> Path:
    """The folder of Tesseract's language data: what TESSDATA_PREFIX names, else what the ``tesseract`` command uses.

    Raises MissingEngine where there is none with English."""
    named = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(named), Path(named) / "tessdata"] if named else []
    if shutil.which("tesseract") is not None:
        asked = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=20, check=False)
        first = (asked.stdout or asked.stderr).partition("\n")[0]
        folders += [Path(first.split('"')[1])] if first.count('"') >= 2 else []
    elif not folders:
        raise MissingEngine(f"Tesseract is not installed, so scans can't be read: {_REMEDY}")
    for folder in folders:
        if (folder / "eng.traineddata").is_file():
            return folder
    raise MissingEngine(f"Tesseract's English data is missing, so scans can't be read: {_REMEDY}")


def _dpi(scale: float) -> int:
    return round(scale * 72)


def _in_process(image: Gray, scale: float, mode: int, seconds: float) -> str:
    """Tesseract's table. A hang in layout analysis, which heeds no deadline, is for the limits of the process to end."""
    api = _api(mode)
    try:
        # Same pixels, same words: nothing learnt on one page may colour the next.
        api.ClearAdaptiveClassifier()
        _show(api, image, scale)
        if not api.Recognize(timeout=max(1, round(seconds * 1000))):
            raise DocumentError(f"OCR failed or took more than {seconds} s")
        return str(api.GetTSVText(0))
    except RuntimeError as err:
        raise DocumentError(f"OCR failed: {err}"[:200]) from err
    finally:
        api.Clear()


def _show(api: Any, image: Gray, scale: float) -> None:
    height, width = image.shape
    api.SetImageBytes(image.tobytes(), width, height, 1, width)
    api.SetSourceResolution(_dpi(scale))


def _by_command(image: Gray, scale: float, mode: int, seconds: float) -> str:
    pytesseract = importlib.import_module("pytesseract")
    try:
        said = pytesseract.image_to_data(
            image, lang="eng", config=f"--psm {mode} --dpi {_dpi(scale)} -c preserve_interword_spaces=1", timeout=seconds
        )
    except RuntimeError as err:
        # pytesseract raises a bare RuntimeError for a time-out and a subclass for Tesseract's own failures.
        raise DocumentError(f"OCR failed or took more than {seconds} s: {err}"[:200]) from err
    return str(said)


def _words(table: str) -> list[Word]:
    words: list[Word] = []
    for row in table.splitlines():
        cells = row.split("\t", 11)
        if len(cells) < 12 or cells[0] != str(_WORD) or not cells[11].strip():
            continue
        x, y, w, h = (float(c) for c in cells[6:10])
        sure = float(cells[10])
        if sure >= 0:
            words.append(Word(cells[11].strip(), Box(x, y, x + w, y + h), round(sure / 100, 4)))
    return words


def _api(mode: int) -> Any:
    api = _loaded()
    api.SetPageSegMode(mode)
    return api


@cache
def _loaded() -> Any:
    """One engine per process: loading its data costs as much as reading some lines."""
    tesserocr = importlib.import_module("tesserocr")
    try:
        api = tesserocr.PyTessBaseAPI(path=f"{tessdata()}/", lang="eng", psm=3)
    except RuntimeError as err:
        raise MissingEngine(f"Tesseract's data for English can't be loaded: {_REMEDY}") from err
    api.SetVariable("preserve_interword_spaces", "1")
    return api
