"""How pages are read, where a city sets it itself: the section ``[reader]`` of ``lotline.toml`` and ``--set reader.dpi=400``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from extractors.read.settings import ReadSettings
from records.errors import SetupError

SECTION = "reader"
KEYS: Mapping[str, type] = {
    f.name: bool if f.type == "bool" else int for f in fields(ReadSettings) if f.type in ("int", "bool") and f.init
}
"""What may be set, and as what."""


def parse_pairs(pairs: Sequence[str]) -> dict[str, int | bool]:
    """``reader.dpi=400`` as a setting. Raises SetupError for anything else."""
    found: dict[str, int | bool] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        key = name.strip().removeprefix(f"{SECTION}.")
        if not name.startswith(f"{SECTION}.") or key not in KEYS or not text.strip():
            known = ", ".join(f"{SECTION}.{k}" for k in sorted(KEYS))
            raise SetupError(f"--set {pair}: write it as NAME=VALUE with one of {known}.")
        found[key] = _value(f"--set {pair}", key, text.strip())
    return found


def read_settings(settings: Path, cache: Path) -> ReadSettings:
    """The reader's settings of a home, with the OCR cache in it. Raises SetupError that names the setting."""
    base = ReadSettings(cache_dir=cache)
    if not settings.is_file():
        return base
    given = tomllib.loads(settings.read_text(encoding="utf-8")).get(SECTION, {})
    return having(base, {key: _value(f"{settings}: {SECTION}.{key}", key, value) for key, value in given.items()})


def having(base: ReadSettings, given: Mapping[str, int | bool]) -> ReadSettings:
    """The settings with some set."""
    return replace(base, **given)  # type: ignore[arg-type]  # keys and types were checked by _value


def remember(settings: Path, given: Mapping[str, int | bool], city: str) -> None:
    """Writes the settings into ``lotline.toml``, other lines left as they are."""
    text = settings.read_text(encoding="utf-8") if settings.is_file() else f'[city]\nname = "{city}"\n'
    if not re.search(rf"^\[{SECTION}\]\s*$", text, re.MULTILINE):
        text = text.rstrip("\n") + f"\n\n[{SECTION}]\n"
    head, mark, rest = text.partition(f"[{SECTION}]\n")
    body, following = _until_next_section(rest)
    for key, value in given.items():
        line = f"{key} = {str(value).lower()}\n"
        body, replaced = re.subn(rf"^{key}\s*=.*\n?", line, body, flags=re.MULTILINE)
        body = body if replaced else line + body
    settings.write_text(head + mark + body + following, encoding="utf-8")


def _until_next_section(text: str) -> tuple[str, str]:
    found = re.search(r"^\[", text, re.MULTILINE)
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def _value(where: str, key: str, value: object) -> int | bool:
    if key not in KEYS:
        raise SetupError(f"{where}: unknown; known are {', '.join(sorted(KEYS))}. Correct or delete it.")
    text = str(value).lower()
    if KEYS[key] is bool and text in ("true", "false", "yes", "no"):
        return text in ("true", "yes")
    if KEYS[key] is int and re.fullmatch(r"\d+", text) and int(text) > 0:
        return int(text)
    raise SetupError(f"{where}: must be {'true or false' if KEYS[key] is bool else 'a whole number above 0'}.")
