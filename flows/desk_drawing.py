"""Draws pages in a child process. A module of its own, so that the child starts without what only the desk needs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from extractors.read.page_view import view_page
from extractors.read.settings import ReadSettings
from records.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Drawing:
    """One page to be drawn, and the files it goes to."""

    source: Path
    page: int
    dpi: int
    target: Path


def prepare_drawing(settings: object) -> Callable[[Drawing], str]:
    """For a child process: draws pages; answers '' or why it could not. Foreign files may crash it; never the desk."""
    assert isinstance(settings, ReadSettings)

    def draw(job: Drawing) -> str:
        try:
            view = view_page(job.source, job.page, job.dpi, settings)
        except DocumentError as error:
            return error.reason
        except (OSError, ValueError, MemoryError) as error:
            return f"the page can't be drawn ({error})"[:300]
        job.target.parent.mkdir(parents=True, exist_ok=True)
        _write(job.target, view.image)
        _write(job.target.with_suffix(".json"), json.dumps([view.width, view.height, view.pages]).encode())
        return ""

    return draw


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.{threading.get_ident()}.part")
    beside.write_bytes(data)
    beside.replace(path)
