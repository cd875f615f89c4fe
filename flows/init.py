"""A city's first minutes: which columns mean what, ten rows as Lotline understands them, and a ``lotline.toml``."""

from __future__ import annotations

from pathlib import Path

from flows.city import draft_mapping, load_city, preview
from flows.home import Home
from records.errors import SetupError


def draft(home: Home, parcels: Path, log: Path | None, name: str, force: bool, inbox: Path | None = None) -> str:
    """Writes the settings and returns what a person should look at. Raises SetupError rather than replace settings."""
    if home.settings.exists() and not force:
        raise SetupError(f"{home.settings} is there already: change it by hand, or give --force to draft it anew.")
    text = draft_mapping(parcels, log, name, inbox)
    beside = home.settings.with_suffix(".toml.partial")
    beside.write_text(text, encoding="utf-8")
    beside.replace(home.settings)
    rows = preview(parcels, log, load_city(home.settings))
    return f"{text}\n{rows}\nWritten to {home.settings}: look at the rows above; where one is wrong, correct the column there."
