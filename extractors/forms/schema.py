"""What each kind of pattern file may hold. A misspelt key or a text where a list belongs is named with file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from extractors.forms.formats import CHOICES
from extractors.forms.overlay import ROLES
from extractors.pattern_files import REMOVE, PatternFile, Place
from records.errors import PatternError
from records.vocabulary import CATEGORIES, INSPECTION_TYPES, READ_TYPES, RESULTS, STATUSES, TAX_TYPES, WATER_UNITS

Fault = tuple[Place, str]
Check = Callable[[Any, Place], Iterator[Fault]]


def text(value: Any, at: Place) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield at, "a text in quotes belongs here."


def number(value: Any, at: Place) -> Iterator[Fault]:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        yield at, f"{value!r}: a number in quotes belongs here."


def day(value: Any, at: Place) -> Iterator[Fault]:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        yield at, f"{value!r}: a date like \"2019-06-30\" belongs here."


def anything(value: Any, at: Place) -> Iterator[Fault]:
    return iter(())


def one_of(names: Sequence[str]) -> Check:
    def check(value: Any, at: Place) -> Iterator[Fault]:
        if value not in names:
            near = get_close_matches(str(value), names, 1)
            hint = f" Did you mean '{near[0]}'?" if near else f" Known are: {', '.join(names)}."
            yield at, f"'{value}' is not known here.{hint}"

    return check


def or_open(item: Check) -> Check:
    """What may still be left open: an empty text."""
    return lambda value, at: iter(()) if value == "" else item(value, at)


def listed(item: Check) -> Check:
    def check(value: Any, at: Place) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield at, "a list in square brackets belongs here."
            return
        for i, one in enumerate(value):
            yield from item(one, (*at, i))

    return check


def named(item: Check, names: Sequence[str] | None = None) -> Check:
    """A mapping whose keys are free, or one of ``names``."""

    def check(value: Any, at: Place) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield at, "names with values belong here."
            return
        for key, one in value.items():
            if names is not None:
                yield from ((at_, says) for at_, says in one_of(names)(key, (*at, key)))
            yield from item(one, (*at, key))

    return check


def holds(needed: Mapping[str, Check], may: Mapping[str, Check] | None = None) -> Check:
    """A mapping with these keys and no other."""
    known = {**needed, **(may or {})}

    def check(value: Any, at: Place) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield at, f"names with values belong here: {', '.join(known)}."
            return
        missing = [k for k in needed if k not in value]
        if missing:
            yield at, f"lacks {', '.join(missing)}."
        for key, one in value.items():
            if key not in known:
                yield from one_of(sorted(known))(key, (*at, key))
            else:
                yield from known[key](one, (*at, key))

    return check


WORDS = listed(text)
TRIED: Mapping[str, Check] = {"about": text, "notes": text, "examples": listed(anything), "counter_examples": listed(anything)}
_LABELLED = listed(holds({"id": text, "labels": WORDS}, {"words": listed(WORDS)}))
_GROUPS = listed(holds({"id": text, "regexes": WORDS}, {k: TRIED[k] for k in ("examples", "counter_examples")}))
_SIGN = holds({"id": text, "weight": number, "regex": text}, {"unless": text})
_CATEGORY = one_of(CATEGORIES)
_TYPE = one_of(TAX_TYPES)

SECTIONS: Mapping[str, Check] = {
    "checklists": holds({}, {
        "columns": _LABELLED, "marks": named(WORDS, ("ticked", "empty")), "empty_remarks": WORDS, "well": text,
        "asks_for_trouble": text, "asks_whether_free": text, **TRIED}),
    "citations": holds({}, {"section_words": WORDS, "street_words": WORDS, "unit_words": WORDS, **TRIED}),
    "codes": holds({}, {
        "answers": listed(holds(
            {"id": text, "domain": text, "column": text, "code": text, "said_by": text, "said_on": day},
            {"meaning": text, "is": text, "list": text, "note": text})),
        "columns": listed(holds(
            {"id": text, "domain": text, "heading": text, "is": text, "said_by": text, "said_on": day},
            {"list": text, "note": text})),
        "lists": listed(holds(
            {"id": text, "question": text, "answer": text, "said_by": text, "said_on": day},
            {"domain": text, "list": text, "note": text})),
        **TRIED}),
    "dates": holds({}, {"years": named(number), "months": named(WORDS), **TRIED}),
    "deadlines": holds({}, {
        "at_once": holds({"words": WORDS, "days": number}), "before_date": WORDS, "before_span": WORDS, "numbers": named(WORDS),
        "units": named(WORDS), "not_after": WORDS, **TRIED}),
    "document_kinds": holds({}, {
        "kinds": listed(holds({"id": text, "least": number, "signs": listed(_SIGN)})), "junk": listed(_SIGN),
        "continuation": text, "boilerplate": WORDS, "visit_notes": WORDS, **TRIED}),
    "inspection_types": holds({}, {"types": _GROUPS, "statements": WORDS, **TRIED}),
    "labels": holds({}, {
        "fields": _LABELLED, "lead_ins": WORDS, "office_words": WORDS, "stamp_words": WORDS,
        "titles": WORDS, "ranks": WORDS, "sign_offs": WORDS,
        "case_id": holds({"regex": text}, {"examples": WORDS, "counter_examples": WORDS}), **TRIED}),
    "locations": holds({}, {
        **dict.fromkeys(("prepositions", "relative_prepositions", "objects", "verbs", "qualifiers", "floors", "ordinals", "rooms",
                         "sides", "distances"), WORDS), **TRIED}),
    "negation": holds({}, {
        **dict.fromkeys(("all_well", "all_well_of", "gone", "remarks", "not_well", "defects", "exceptions", "corrected", "open",
                         "earlier", "lead_ins", "remedies"), WORDS),
        "readings": listed(holds({"id": text, "regex": text, "low": number, "high": number})), **TRIED}),
    "phrases": holds({}, {
        "abbreviations": named(text), "groups": named(WORDS), "ordinary_words": WORDS,
        "rules": listed(holds(
            {"id": text, "code": text, "category": _CATEGORY, "alternatives": WORDS, "all": WORDS, "priority": number},
            {"department": text, "not": WORDS, "place": WORDS, "examples": WORDS, "counter_examples": WORDS})), **TRIED}),
    "profiles": holds({}, {"profiles": named(anything), **TRIED}),
    "registers": holds({}, {"parcels": named(WORDS), "log": named(WORDS), **TRIED}),
    "related_codes": holds({}, {
        "codes": listed(holds({"id": text, "prefix": text, "title": text, "category": _CATEGORY})), **TRIED}),
    "report_tables": holds({}, {
        "columns": _LABELLED, "unit_heading": text, "floor_heading": text, "common_heading": text, "visit_heading": text,
        "status_letters": named(WORDS, ("open", "corrected")), **TRIED}),
    "results": holds({}, {"results": _GROUPS, "part_only": text, **TRIED}),
    "rulebook": holds({"layer": text}, {"over": text, **TRIED}),
    "sanitary_code": holds({}, {
        "edition": text, "first_day": text, "last_day": text, "other_label": text,
        "sections": listed(holds({"id": text, "title": text, "label": text, "kind": text, "category": _CATEGORY})), **TRIED}),
    "sanitary_code_2023": holds({}, {
        "edition": text, "first_day": text, "last_day": text,
        "sections": listed(holds({"id": text, "title": text, "kind": text, "old": text}, {"paragraphs": named(text)})), **TRIED}),
    "sentences": holds({}, {"ends": WORDS, "abbreviations": WORDS, **TRIED}),
    "shorthand": holds({}, {"ordinary": WORDS, **TRIED}),
    "statuses": holds({}, {"statuses": _GROUPS, "separators": WORDS, **TRIED}),
    "streets": holds({}, {
        **dict.fromkeys(("suffixes", "numbered", "words", "aliases"), named(WORDS)), "states": WORDS, **TRIED}),
    "tax": holds({}, {
        "version": text, "columns": named(WORDS),
        **dict.fromkeys(("total_words", "care_of", "recap_titles", "legend_titles"), WORDS),
        "as_of": listed(holds({"id": text, "pattern": text, "weight": number})),
        "list_year": listed(holds({"id": text, "pattern": text})),
        "tax_types": listed(holds({"id": _TYPE, "codes": WORDS, "phrases": WORDS})), "code_types": named(_TYPE),
        "codes": listed(holds({"id": text, "meaning": text}, {"certainty": one_of(("recall", "read", "said"))})), **TRIED}),
    "units": holds({}, {
        **dict.fromkeys(("designators", "floor_words", "rear", "buildings", "whole_building"), WORDS),
        "floors": named(WORDS), "parts": named(WORDS), **TRIED}),
    "use_codes": holds({}, {"codes": listed(holds({"id": text, "meaning": text}, {"certainty": text})), **TRIED}),
    "water": holds({}, {
        "version": text, "columns": named(WORDS), "total_words": WORDS,
        "units": listed(holds({"id": one_of(WATER_UNITS), "words": WORDS})),
        "read_types": listed(holds({"id": one_of(READ_TYPES), "words": WORDS})), **TRIED}),
}  # fmt: skip

_TAX_FIELDS = ("parcel", "account", "owner", "location", "fiscal_year", "tax_type", "code", "description", "principal",
               "committed", "paid", "interest", "fees", "total", "balance", "count", "ignore", *ROLES)  # fmt: skip
_WATER_FIELDS = ("account", "meter", "location", "owner", "parcel", "period_start", "period_end", "period", "previous_reading",
                 "current_reading", "consumption", "unit", "read_type", "amount", "water_charge", "sewer_charge", "balance",
                 "days", "ignore", "parcel_id", "parcel_as_written", "address")  # fmt: skip
_REPORT_COLUMNS = ("number", "location", "violation", "code", "deadline", "status", "unit", "ignore")
_REPORT_LABELS = ("address", "unit", "inspection_date", "reinspection_date", "original_date", "date", "inspector", "case", "type",
                  "result", "ends")  # fmt: skip
_RECOGNISED = holds({}, {"words": WORDS, "headings": WORDS, "least": number, "not_if": WORDS})
_FORMATS = holds({}, {**{name: one_of(choices) for name, choices in CHOICES.items()}, "credits": text})
_ROW = named(text)
_LAYOUT_TRIED: Mapping[str, Check] = {
    "about": text, "notes": text,
    "examples": listed(holds({}, {"text": text, "sample": text, "rows": or_open(number), "has": listed(_ROW)})),
    "counter_examples": listed(holds({}, {"text": text, "sample": text})),
}  # fmt: skip
_BASE: Mapping[str, Check] = {"recognised_by": _RECOGNISED, "formats": _FORMATS, **_LAYOUT_TRIED}
_LIST: Mapping[str, Check] = {**_BASE, "totals": WORDS, "skip": WORDS}
LAYOUTS: Mapping[str, Check] = {
    "tax_delinquency": holds({"doc_type": text}, {
        **_LIST, "columns": named(one_of(_TAX_FIELDS)), "labels": named(one_of(_TAX_FIELDS)), "as_of": WORDS, "tax_type": _TYPE,
        "codes": holds({}, {"tax_type": named(or_open(_TYPE)), "code": named(text)})}),
    "water_usage": holds({"doc_type": text}, {
        **_LIST, "columns": named(one_of(_WATER_FIELDS)), "labels": named(one_of(_WATER_FIELDS)), "unit": one_of(WATER_UNITS),
        "codes": holds({}, {"read_type": named(or_open(one_of(READ_TYPES)))})}),
    **{kind: holds({"doc_type": text}, {
        **_BASE, "columns": named(one_of(_REPORT_COLUMNS)), "labels": named(one_of(_REPORT_LABELS)),
        "codes": holds({}, {"status": named(one_of(STATUSES)), "inspection_type": named(one_of(INSPECTION_TYPES)),
                            "result": named(one_of(RESULTS))})})
       for kind in ("housing_inspection", "fire_inspection")},
}  # fmt: skip


def faults(file: PatternFile) -> list[PatternError]:
    """Everything in a file that its kind does not allow, by line."""
    path = PurePosixPath(file.name)
    data = {k: v for k, v in file.data.items() if k != REMOVE}
    if path.parent.name == "layouts":
        found = list(_layout(data))
    elif path.stem in SECTIONS:
        found = list(SECTIONS[path.stem](data, ()))
    else:
        found = list(one_of(sorted(SECTIONS))(path.stem, ()))
    if REMOVE in file.data and not isinstance(file.data[REMOVE], Mapping):
        found.append(((REMOVE,), "names with what is to be taken away belong here."))
    errors = [file.error(at, says) for at, says in found]
    return sorted(errors, key=lambda e: (_line_of(e), str(e)))


def _layout(data: Mapping[str, Any]) -> Iterator[Fault]:
    kind = data.get("doc_type")
    if kind is None and set(data) <= {"recognised_by", "columns", "labels", "codes", *_LAYOUT_TRIED}:
        return  # a city's changes to a layout of the state; what it becomes is checked by its examples
    if kind not in LAYOUTS:
        yield ("doc_type",), f"doc_type must be one of {', '.join(LAYOUTS)}."
        return
    yield from LAYOUTS[str(kind)](data, ())
    if len(data.get("columns", {})) + len(data.get("labels", {})) + len(data.get("recognised_by", {}).get("words", ())) < 2:
        yield (), "names too little to recognise it by: give words of its title, columns or labels."


def _line_of(error: PatternError) -> int:
    found = re.search(r" line (\d+):", str(error))
    return int(found[1]) if found else 0
