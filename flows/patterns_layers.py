"""Which folders of patterns a city uses: those it names, and its own beside ``lotline.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

OWN = "patterns"
"""The city's own layer: this folder beside ``lotline.toml``, outside the installed program, laid over all others."""


def own_layers(folder: Path, named: Sequence[str]) -> tuple[str, ...]:
    """The layers in order, base first. A name with a slash is a folder, relative to ``folder``; the city's own comes last."""
    layers = [str((folder / name).resolve()) if "/" in name or "\\" in name else name for name in named]
    own = folder / OWN
    if own.is_dir() and str(own.resolve()) not in layers:
        layers.append(str(own.resolve()))
    return tuple(layers)
