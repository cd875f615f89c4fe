"""The pattern files that what is stored was found with, kept in the home folder: a clerk edits files where they lie, and a
preview has to know what they said before."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

from extractors.rulebook import LAYOUTS, RuleBook, layer_dir
from flows.fingerprints import Fingerprints, beside_patterns
from flows.home import Home
from flows.registers import Registers

_FOLDER, _NAMES = "patterns-used", "used.json"


def keep_rules(home: Home, registers: Registers, prints: Fingerprints) -> None:
    """Copies the pattern files of a run that was done. Without the copy a preview is slower, not wrong: where it can't be
    made, nothing is said."""
    folder = home.folder / _FOLDER
    beside = beside_patterns(registers.settings, registers.city, registers.files)
    about = {"outcome": prints.outcome, "beside": beside, "layers": [layer_dir(n).name for n in registers.city.patterns]}
    if _about(folder) == about:
        return
    with contextlib.suppress(OSError):
        shutil.rmtree(folder, ignore_errors=True)
        for n, name in enumerate(registers.city.patterns):
            layer, place = layer_dir(name), folder / str(n) / layer_dir(name).name
            (place / LAYOUTS).mkdir(parents=True)
            for file in (*layer.glob("*.yml"), *(layer / LAYOUTS).glob("*.yml")):
                shutil.copy(file, place / file.relative_to(layer))
        (folder / _NAMES).write_text(json.dumps(about), encoding="utf-8")


def rules_used(home: Home, now: Registers, outcome: str) -> RuleBook | None:
    """The rules under which outcomes of this fingerprint were found, where nothing but pattern files has changed since."""
    folder = home.folder / _FOLDER
    about = _about(folder)
    if about.get("outcome") != outcome or about.get("beside") != beside_patterns(now.settings, now.city, now.files):
        return None
    layers = about.get("layers")
    assert isinstance(layers, list)
    return RuleBook.load(tuple(str(folder / str(n) / name) for n, name in enumerate(layers)))


def _about(folder: Path) -> dict[str, object]:
    try:
        about = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}
