"""How a pattern file is read and how one is laid over another: strict strings, every value's line, merging, taking away.

Pure: text in, plain data out. Errors are :class:`records.errors.PatternError` and name file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from records.errors import PatternError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING_TAG = "tag:yaml.org,2002:str"
_KINDS = {"bool": "a yes/no", "int": "a number", "float": "a number", "timestamp": "a date", "null": "nothing"}
# Keys whose strings are regular expressions, wherever they stand: they are compiled when the file is loaded.
_REGEX_KEYS = frozenset({"regex", "regexes", "pattern", "pattern_regex"})
# What every entry of a list must say, by file name and list: the code that reads them relies on it.
_ENTRY_KEYS: dict[tuple[str, str], frozenset[str]] = {
    ("phrases", "rules"): frozenset({"id", "code", "category", "alternatives", "all", "priority"}),
    ("sanitary_code", "sections"): frozenset({"id", "title", "label", "kind", "category"}),
    ("sanitary_code_2023", "sections"): frozenset({"id", "title", "kind", "old"}),
    ("related_codes", "codes"): frozenset({"id", "prefix", "title", "category"}),
    ("negation", "readings"): frozenset({"id", "regex", "low", "high"}),
}
REMOVE = "remove"
"""The part of a city's file that takes words of the state's file away: same shape, lists of what is to go."""

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class PatternFile:
    """One file as read: its name for messages ("us-ma/tax.yml"), its content, and the line of every value in it."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the value at ``place``, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, place: Place, says: str) -> PatternError:
        """An error that names file and line."""
        return PatternError(f"{self.name} line {self.line(place)}: {says}")


def parse(text: str, name: str) -> PatternFile:
    """One YAML document whose scalars are all strings; ``name`` is only used in errors."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise PatternError(f"{name}{line}: not YAML ({getattr(error, 'problem', error)}).") from error
    if node is None:
        return PatternFile(name, {})
    if not isinstance(node, yaml.MappingNode):
        raise PatternError(f"{name} line 1: the file must be a mapping of names to values.")
    lines: dict[Place, int] = {}
    data = _plain(node, name, (), lines)
    file = PatternFile(name, dict(data), lines)
    _check_common(file)
    _check_entries(file)
    return file


def merge(base: Any, over: Any) -> Any:
    """``over`` laid on ``base``: an entry with the same ``id`` replaces the earlier one, other list items are appended,
    mappings are merged, single values replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{k: merge(base[k], v) if k in base else v for k, v in over.items()}}
    if isinstance(base, list) and isinstance(over, list):
        replaced = {e["id"]: e for e in over if isinstance(e, dict) and "id" in e}
        merged = [replaced.pop(e["id"], e) if isinstance(e, dict) and "id" in e else e for e in base]
        rest = [e for e in over if not (isinstance(e, dict) and "id" in e) or e["id"] in replaced]
        return merged + [e for e in rest if e not in base]
    return over


def lay(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A layer's file laid on those before it: what it takes away goes first, then it is merged."""
    taken = over.get(REMOVE)
    left = without(base, taken) if taken is not None else base
    merged = merge(left, {k: v for k, v in over.items() if k != REMOVE})
    return dict(merged)


def without(base: Any, taken: Any) -> Any:
    """``base`` without what ``taken`` names: list items, entries of lists by their id, and within mappings the same."""
    if isinstance(base, dict) and isinstance(taken, dict):
        return {k: without(v, taken[k]) if k in taken else v for k, v in base.items()}
    if isinstance(base, list) and isinstance(taken, list):
        gone = {t["id"] if isinstance(t, dict) and "id" in t else t for t in taken if isinstance(t, (str, dict))}
        return [e for e in base if (e.get("id") if isinstance(e, dict) else e) not in gone]
    return base


def walk(data: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value with its place, outermost first."""
    yield place, data
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from walk(value, (*place, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from walk(value, (*place, i))


def _plain(node: yaml.Node, file: str, place: Place, lines: dict[Place, int]) -> Any:
    line = node.start_mark.line + 1
    lines[place] = line
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _plain(key_node, file, (*place, "key"), lines)
            if key in result:
                raise PatternError(f"{file} line {key_node.start_mark.line + 1}: '{key}' is there twice.")
            result[key] = _plain(value_node, file, (*place, key), lines)
            lines[(*place, key)] = key_node.start_mark.line + 1  # a list below its name is looked for at the name
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, file, (*place, i), lines) for i, child in enumerate(node.value)]
    if node.tag != _STRING_TAG:
        kind = _KINDS.get(node.tag.rpartition(":")[2], "not text")
        raise PatternError(f"{file} line {line}: {node.value!r} would be read as {kind}; put it in quotes.")
    return str(node.value)


def _check_common(file: PatternFile) -> None:
    """What holds in every file: ids are unique within their list, regular expressions compile, examples are lists."""
    for place, value in walk(file.data):
        if isinstance(value, list):
            ids = [e["id"] for e in value if isinstance(e, dict) and "id" in e]
            for twice in {i for i in ids if ids.count(i) > 1}:
                raise file.error(place, f"the id '{twice}' is there twice.")
        key = place[-1] if place and isinstance(place[-1], str) else place[-2] if len(place) > 1 else ""
        if isinstance(value, str) and key in _REGEX_KEYS:
            try:
                re.compile(value)
            except re.error as error:
                raise file.error(place, f"{value!r} is no regular expression ({error}).") from error
        if key in {"examples", "counter_examples"} and place[-1] == key and not isinstance(value, list):
            raise file.error(place, f"{key} must be a list.")


def _check_entries(file: PatternFile) -> None:
    stem = file.name.rpartition("/")[2].removesuffix(".yml")
    for (name, key), needed in _ENTRY_KEYS.items():
        for i, entry in enumerate(file.data.get(key, ()) if name == stem else ()):
            missing = sorted(needed - entry.keys()) if isinstance(entry, dict) else sorted(needed)
            if missing:
                raise file.error((key, i), f"an entry of '{key}' lacks {', '.join(missing)}.")
