"""Where the second voice's weights lie and what they are called, asked without loading them."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_MODEL = "PP-OCRv6_rec_small.onnx"


def available() -> bool:
    """False where a package is missing: then nothing is read twice, and no word counts as agreed upon."""
    return importlib.util.find_spec("onnxruntime") is not None and model_path() is not None


def voice_version() -> str:
    """Names model and engine in one line; "no second voice" where there is none."""
    if not available():
        return "no second voice"
    return f"{_MODEL} rapidocr {_package('rapidocr')} onnxruntime {_package('onnxruntime')}"


@cache
def model_path() -> Path | None:
    """The file that the rapidocr package carries; its code is not loaded."""
    found = importlib.util.find_spec("rapidocr")
    for folder in (found.submodule_search_locations or ()) if found is not None else ():
        path = Path(folder) / "models" / _MODEL
        if path.is_file():
            return path
    return None


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
