"""List numbers of Word paragraphs: they are nowhere in the text, only in numbering.xml."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Gives the labels of list paragraphs, asked in document order (it counts as it goes)."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by numId
    abstract: dict[str, str] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: Any, styles: Any) -> Numbering:
        """From the root elements of numbering.xml and styles.xml (None where the file has none)."""
        self = cls()
        by_abstract: dict[str, dict[int, _Level]] = {}
        for item in numbering.findall(f"{_W}abstractNum") if numbering is not None else []:
            levels = {}
            for level in item.findall(f"{_W}lvl"):
                levels[int(level.get(f"{_W}ilvl") or 0)] = _Level(
                    _value(level, "numFmt", "decimal"), _value(level, "lvlText", ""), int(_value(level, "start", "1"))
                )
            by_abstract[item.get(f"{_W}abstractNumId") or ""] = levels
        for item in numbering.findall(f"{_W}num") if numbering is not None else []:
            number = item.get(f"{_W}numId") or ""
            abstract = _value(item, "abstractNumId", "")
            self.abstract[number] = abstract
            self.levels[number] = dict(by_abstract.get(abstract, {}))
            for override in item.findall(f"{_W}lvlOverride"):
                at = int(override.get(f"{_W}ilvl") or 0)
                start = override.find(f"{_W}startOverride")
                if start is not None and at in self.levels[number]:
                    old = self.levels[number][at]
                    self.levels[number][at] = _Level(old.form, old.text, int(start.get(f"{_W}val") or 1))
                    self.abstract[number] = f"{abstract}#{number}"  # counts on its own
        for style in styles.findall(f"{_W}style") if styles is not None else []:
            look = style.find(f"{_W}pPr/{_W}numPr")
            if look is not None and (number := _value(look, "numId", "0")) != "0":
                self.styles[style.get(f"{_W}styleId") or ""] = (number, int(_value(look, "ilvl", "0")))
        return self

    def label(self, paragraph: Any) -> str:
        """"1.", "(b)", "•" or '' for a paragraph that is no list item."""
        look = paragraph.find(f"{_W}pPr/{_W}numPr")
        if look is not None:
            number, level = _value(look, "numId", "0"), int(_value(look, "ilvl", "0"))
        else:
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            number, level = self.styles.get(style.get(f"{_W}val") if style is not None else "", ("0", 0))
        levels = self.levels.get(number, {})
        here = levels.get(level)
        if here is None:
            return ""
        if here.form == "bullet":
            return "•"
        if here.form == "none":
            return ""
        key = self.abstract.get(number, number)
        self.counts[key, level] = self.counts.get((key, level), here.start - 1) + 1
        for deeper in [k for k in self.counts if k[0] == key and k[1] > level]:
            del self.counts[deeper]

        def counter(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            form = levels[at].form if at in levels else "decimal"
            return _written(self.counts.get((key, at), levels[at].start if at in levels else 1), form)

        return re.sub(r"%(\d)", counter, here.text).strip()


def _value(parent: Any, name: str, default: str) -> str:
    element = parent.find(f"{_W}{name}")
    return (element.get(f"{_W}val") or default) if element is not None else default


def _written(n: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"} and n > 0:
        letter = chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"} and 0 < n < 4000:
        out = ""
        for value, sign in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
            ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"],
            strict=True,
        ):
            out += sign * (n // value)
            n %= value
        return out if form == "lowerRoman" else out.upper()
    return f"{n:02d}" if form == "decimalZero" else str(n)
