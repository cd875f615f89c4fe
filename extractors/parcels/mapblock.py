"""Parcel ids (map-lot, with block or unit) in every form in which offices and spreadsheets write them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

Key = tuple[str, ...]

_MONTH = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_MONTHS = {m: i for i, m in enumerate(_MONTH.split("|"), 1)}
_DAY_MONTH = re.compile(rf"^(\d{{1,2}})[-/ ]({_MONTH})[A-Z]*$")
_MONTH_YEAR = re.compile(rf"^({_MONTH})[A-Z]*[-/ ](\d{{1,4}})$")
_DAY_MONTH_YEAR = re.compile(rf"^(\d{{1,2}})[-/ ]({_MONTH})[A-Z]*[-/ ](\d{{2,4}})$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?$")
_US = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})(?: 0?0:00(?::00)?)?$")
_LABELS = re.compile(
    r"\b(?:ASSESSORS?|PARCEL|PAR|ID|MBLU|MBL|MAP|BLOCK|BLK|LOT|UNIT|M|B|L|U)\b[\s.:#]*|\b(?:MAP|LOT|BLK|[MBLU])[.:]?(?=\d)"
)
_DOTTED = re.compile(r"^\d+\.\d+(?:-\d+(?:\.\d+)?)+$")
_CONFUSED = str.maketrans("OQDILSZBG", "000115286")
_PLAIN_DASHES = {ord(c): "-" for c in "‐‑‒–—−"}


class ParcelIndex:
    """The known ids by what they mean: ``059-0010`` and ``59/10`` are one key."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._by_key: dict[Key, list[str]] = defaultdict(list)
        self._by_glued: dict[Key, list[str]] = defaultdict(list)
        self._by_look: dict[str, list[str]] = defaultdict(list)
        for known in ids:
            key = id_key(known)
            self._by_key[key].append(known)
            self._by_glued[_glued(key)].append(known)
            self._by_look[_look(known)].append(known)

    def exact(self, key: Key) -> list[str]:
        """Ids with this key; more than one only if the file itself holds two spellings."""
        return self._by_key.get(key, []) or self._by_glued.get(_glued(key), [])

    def alike(self, text: str) -> list[str]:
        """Ids that look the same once letters and figures that readers confuse are taken as one (l/1, O/0, S/5)."""
        return self._by_look.get(_look(text), [])


def id_key(text: str) -> Key:
    """The parts of an id, leading zeros and labels dropped; empty parts too (``59/ 10/ / /``)."""
    plain = _unwrapped(text).upper()
    if _DOTTED.match(plain):  # 003.0-0008-0000.0: sub-numbers of nought and a unit of nought are none
        plain = re.sub(r"-0+$", "", re.sub(r"\.0+(?=-|$)", "", plain))
    bare = _LABELS.sub(" ", plain) if re.search(r"[A-Z]", plain) else plain
    return tuple(re.sub(r"^0+(?=\d)", "", part) for part in re.findall(r"[0-9A-Z]+", bare))


def read_parcel_id(text: str, known: ParcelIndex) -> tuple[list[str], tuple[str, ...]]:
    """The known ids that ``text`` may be, and flags. No flag: as written. ``repaired_id``: a spreadsheet's date or a slip
    of reading was undone; then and where there are several the owner or the address must decide. Empty: none is known."""
    plain = _unwrapped(text)
    if not re.search(r"\d", plain):
        return [], ()
    found = known.exact(id_key(plain))
    if found:
        return list(found), ()
    dated = [i for key in date_keys(plain) for i in known.exact(key)]
    if dated:
        return list(dict.fromkeys(dated)), ("repaired_id", "spreadsheet_date")
    alike = known.alike(plain)
    return list(alike), ("repaired_id", "ocr_repair") if alike else ()


def date_keys(text: str) -> list[Key]:
    """What was typed before a spreadsheet took it for a date, likeliest first; [] if it is no date.

    A spreadsheet reads ``5-17`` as 17 May of the current year (shown ``17-May``), ``5-37`` as May 1937 (shown ``May-37``,
    stored 1937-05-01) and ``8-3-2`` as 3 August 2002. One set to day first reads ``17-5`` as 17 May.
    """
    plain = _unwrapped(text).upper().strip()
    if found := _DAY_MONTH.match(plain):
        day, month = str(int(found[1])), str(_MONTHS[found[2]])
        return [(month, day), (day, month)]
    if found := _MONTH_YEAR.match(plain):
        return [(str(_MONTHS[found[1]]), str(int(found[2][-2:])))]
    when: date | None = None
    try:
        if found := _ISO.match(plain):
            when = date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _US.match(plain):
            when = date(int(found[3]), int(found[1]), int(found[2]))
        elif found := _DAY_MONTH_YEAR.match(plain):
            year = int(found[3])
            when = date(year if year > 99 else year + (2000 if year < 30 else 1900), _MONTHS[found[2]], int(found[1]))
        elif re.fullmatch(r"[1-5]\d{4}(?:\.0)?", plain):
            when = date(1899, 12, 30) + timedelta(days=int(plain[:5]))
    except ValueError:
        return []
    if when is None:
        return []
    mm, dd, yy = str(when.month), str(when.day), str(when.year % 100)
    if when.year < 2000:
        return [(mm, yy)] if when.day == 1 else [(mm, dd, yy)]
    keys: list[Key] = [(mm, dd), (dd, mm)] if mm != dd else [(mm, dd)]
    if when.year < 2030:
        keys.append((mm, dd, yy))
    return keys


def damaged(text: str) -> bool:
    """Whether a spreadsheet has turned this id into a date that shows as one ("3-Apr", "2019-04-03 00:00:00")."""
    plain = _unwrapped(text).upper().strip()
    return any(p.match(plain) for p in (_DAY_MONTH, _MONTH_YEAR, _DAY_MONTH_YEAR, _ISO, _US))


def _unwrapped(text: str) -> str:
    """Without a spreadsheet's text guards: ``="59-10"``, ``'59-10``."""
    plain = text.strip().translate(_PLAIN_DASHES)
    if found := re.match(r'^=\s*"(.*)"$', plain):
        plain = found[1]
    return plain.strip().strip("'\"").strip()


def _glued(key: Key) -> Key:
    """``43-14-A`` and ``43-14A`` as one: a part of letters alone belongs to the part before it."""
    parts: list[str] = []
    for part in key:
        if parts and part.isalpha() and parts[-1].isdigit():
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def _look(text: str) -> str:
    parts = re.findall(r"[0-9A-Z|!]+", _unwrapped(text).upper().replace("|", "1").replace("!", "1"))
    return "-".join(p.translate(_CONFUSED).lstrip("0") or "0" for p in parts)
