"""Where a city's state lies: the home folder, its database, its cache."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from records.errors import StoreError

SETTINGS_NAME = "lotline.toml"


@dataclass(frozen=True, slots=True)
class Home:
    """``folder`` holds everything that Lotline keeps between runs; ``database`` is a SQLAlchemy URL."""

    folder: Path
    database: str

    @property
    def cache(self) -> Path:
        """OCR results and prepared registers: may be deleted at any time, only costs time."""
        return self.folder / "cache"

    @property
    def readers_log(self) -> Path:
        """What the reading processes say of broken files; for maintainers."""
        return self.folder / "readers.log"

    @property
    def settings(self) -> Path:
        return self.folder / SETTINGS_NAME

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file; None where it is on a server."""
        return Path(self.database.removeprefix("sqlite:///")) if self.database.startswith("sqlite:///") else None


def open_home(folder: Path | None = None) -> Home:
    """The home at ``folder``, else LOTLINE_HOME, else ~/.lotline; made if it is not there.

    Raises StoreError where it can't be written.
    """
    place = (folder or Path(os.environ.get("LOTLINE_HOME") or "~/.lotline")).expanduser().absolute()
    try:
        (place / "cache").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {place} can't be written ({error.strerror}): free it, or name another with --home or LOTLINE_HOME."
        ) from error
    return Home(place, os.environ.get("LOTLINE_DATABASE") or f"sqlite:///{place / 'lotline.db'}")
