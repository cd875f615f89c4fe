"""OCR results on disk, by everything they depend on: a second reading of the same pixels costs nothing."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

from extractors.read.page_image import Gray


def key_of(image: Gray, scale: float, *parts: str) -> str:
    """A hash of pixels, their shape and ``parts`` (engine, versions, settings)."""
    digest = hashlib.sha256(repr((image.shape, round(scale, 4), parts)).encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def load(folder: Path | None, key: str) -> Any:
    """What was kept under ``key``; None where there is nothing or it is damaged."""
    if folder is None:
        return None
    try:
        return json.loads(zlib.decompress((folder / key[:2] / key).read_bytes()))
    except (OSError, zlib.error, ValueError):
        return None


def keep(folder: Path | None, key: str, value: Any) -> None:
    """Writes beside and swaps in, so that a killed run leaves no half file. A full disk is no reason to lose a reading."""
    if folder is None:
        return
    try:
        place = folder / key[:2]
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place)
        with os.fdopen(handle, "wb") as file:
            file.write(zlib.compress(json.dumps(value).encode(), 6))
        Path(name).replace(place / key)
    except OSError:
        return
