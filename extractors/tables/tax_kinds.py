"""Which tax a row is of: as its column, its section or its title says, or by what the whole list is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.layout import Spot
from extractors.tables.naming import normal
from extractors.tables.stream import Row
from extractors.tables.sums import Counted
from extractors.tables.values import looks_like_money
from records.record import Extraction, Reason

Phrases = Sequence[tuple[str, str]]
"""Words and the kind of tax they name, longest first."""

_TITLE_ROWS = 12
_MOSTLY = 0.4  # share of a line that the name of a tax takes where the line says little more
_KEYED = 0.8  # share of the rows keyed by map and lot in a list of taxes on land
_GUESSED = 0.6  # finding of a kind that nothing on the list names


def bare(text: str) -> str:
    """An abbreviation without the specks around it, in capitals."""
    return re.sub(r"^[^A-Z0-9]+|[^A-Z0-9]+$", "", text.upper())


def kinds_named(text: str, phrases: Phrases) -> list[str]:
    """The kinds of tax that a text names, in the order of the longest words; words within longer ones count once."""
    plain, found = normal(text), []
    for phrase, kind in phrases:
        plain, hits = re.subn(rf"\b{re.escape(phrase)}\b", " | ", plain)
        if hits:
            found.append(kind)
    return list(dict.fromkeys(found))


def kind_of_words(text: str, phrases: Phrases) -> str | None:
    """The kind that the longest known words of a text name."""
    return next(iter(kinds_named(text, phrases)), None) if text else None


def mostly(text: str, kind: str, phrases: Phrases) -> bool:
    """Does the line say little more than the name of this kind of tax (so that no firm's name is taken for one)?"""
    plain = normal(text)
    return any(t == kind and p in plain and len(p) >= _MOSTLY * len(plain) for p, t in phrases)


def kind_of_lists(rows: Sequence[Row], phrases: Phrases) -> str | None:
    """The kind that the first of the titles to name one names; None where it names several."""
    for row in rows[:_TITLE_ROWS]:
        kinds = kinds_named(row.text, phrases)
        if kinds and not any(looks_like_money(s.word.text, row.ocr) for s in row.spots):
            return kinds[0] if len(kinds) == 1 else None
    return None


def kind_written(
    written: str, words: Sequence[Spot], ocr: bool, types: Mapping[str, str], phrases: Phrases
) -> tuple[str | None, bool]:
    """The kind that a row's own cell says, and whether a slip of OCR had to be undone."""
    kind = types.get(bare(written)) or kind_of_words(written, phrases)
    if kind is None:  # specks of OCR beside the abbreviation
        kind = next((k for s in words if (k := types.get(bare(s.word.text)))), None)
    if kind is not None or not ocr:
        return kind, False
    # The other engine's reading, or a speck read as one more letter.
    tries = [t for s in words for t in (bare(s.word.other), bare(s.word.text)[1:]) if len(t) > 1]
    kind = next((k for t in tries if (k := types.get(t))), None)
    return kind, kind is not None


def taken_for_land(rows: Sequence[Counted], printed: Sequence[Row], phrases: Phrases, rule: str) -> None:
    """A list keyed by map and lot that names no kind of tax anywhere is of real estate, most likely: a person confirms it."""
    if not rows or any("tax_type" in c.record.fields or "tax_type_as_written" in c.record.fields for c in rows):
        return
    keyed = sum("parcel_as_written" in c.record.fields for c in rows)
    if keyed < _KEYED * len(rows) or any(kinds_named(r.text, phrases) for r in printed if len(r.spots) < _TITLE_ROWS):
        return
    for counted in rows:
        record = counted.record
        place = record.fields.get("parcel_as_written") or next(iter(record.fields.values()))
        made = Extraction("tax_type", "real_estate", place.evidence, place.reading, _GUESSED, rule, ("inferred",))
        left = tuple(r for r in record.reasons if (r.field, r.code) != ("tax_type", "missing"))
        doubt = Reason("tax_type", "weak", "no kind of tax is named; keyed by map and lot, so taken for real estate")
        counted.record = replace(record.having(made), reasons=(*left, doubt))
