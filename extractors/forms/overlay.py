"""A layout's words, and what people said about codes, laid over the general wording of a section.

A layout counts only on paper on which it was recognised, so that ``ST`` may be a street on one list and a status on another.
Pure functions on the plain data of pattern files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

LISTS = {"tax_delinquency": "tax", "water_usage": "water"}
"""Kinds of list and the section that holds their columns."""
SIGN_WEIGHT = "20"
"""A recognised layout outweighs every other sign of what a page is."""
ROLES = {"parcel_id": "parcel", "parcel_as_written": "parcel", "address": "location", "year": "fiscal_year", "type": "tax_type"}
"""Names of the exports that the columns of lists go by another name for."""
SAID = "said"
"""Certainty of a meaning that a person gave."""


def with_form(section: str, data: dict[str, Any], form: str, layout: Mapping[str, Any]) -> dict[str, Any]:
    """The section's data with what the layout says of it on top."""
    kind = str(layout.get("doc_type", ""))
    if section == "document_kinds":
        return _with_signs(data, form, kind, layout)
    if section == LISTS.get(kind):
        return _with_list(section, data, form, layout)
    if kind.endswith("_inspection"):
        return _with_report(section, data, layout)
    return data


def with_answers(section: str, data: dict[str, Any], answers: Mapping[str, Any], form: str = "") -> dict[str, Any]:
    """The section's data with people's answers on top: those about every list, or (``form``) about one layout alone."""
    if section not in ("tax", "water", "use_codes", "shorthand"):
        return data
    for answer in answers.get("columns", ()):
        if answer.get("domain") == section and answer.get("list", "") == form and "columns" in data:
            data = {**data, "columns": retitled(data["columns"], {answer["heading"]: answer["is"]})}
    for answer in answers.get("answers", ()):
        domain = {"use_codes": "use"}.get(section, section)
        if answer.get("domain") == domain and answer.get("list", "") == form:
            data = _with_meaning(section, data, answer["column"], answer["code"], answer.get("meaning", ""), answer.get("is", ""))
    return data


def retitled(columns: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> dict[str, list[str]]:
    """Column headings by role, where ``titles`` (heading -> role) wins over what a heading was taken for."""
    moved = {plain(heading) for heading in titles}
    kept = {role: [h for h in headings if plain(h) not in moved] for role, headings in columns.items()}
    for heading, role in titles.items():
        kept.setdefault(ROLES.get(role, role), []).append(heading)
    return kept


def plain(text: str) -> str:
    """Words without case, dots and double blanks: headings and labels are compared like this."""
    return re.sub(r"\s+", " ", re.sub(r"[.:,*_|\"']+", " ", text.lower())).strip()


def headings_of(layout: Mapping[str, Any]) -> list[str]:
    """The printed words by which a layout is known besides its titles: its columns and labels."""
    named = layout.get("recognised_by", {}).get("headings")
    return list(named) if named else [*layout.get("columns", {}), *layout.get("labels", {})]


def _with_signs(data: dict[str, Any], form: str, kind: str, layout: Mapping[str, Any]) -> dict[str, Any]:
    words = [_loose(w) for w in layout.get("recognised_by", {}).get("words", ())]
    heads = [_loose(h) for h in headings_of(layout) if len(plain(h)) > 1]
    signs = []
    if words:
        signs.append("|".join(words))
    if len(heads) > 1:
        either = "|".join(heads)
        signs.append(rf"(?:{either}).{{0,300}}?(?:{either})")
    made = [{"id": f"layout {form}", "weight": SIGN_WEIGHT, "regex": "|".join(f"(?:{s})" for s in signs)}]
    kinds = [{**k, "signs": [*made, *k["signs"]]} if k["id"] == kind and signs else k for k in data["kinds"]]
    return {**data, "kinds": kinds}


def _loose(phrase: str) -> str:
    """A phrase as a pattern: any blanks and dots between its words."""
    words = [re.escape(w) for w in plain(phrase).split()]
    return r"(?<!\w)" + r"[\s.:,*_|]+".join(words) + r"(?!\w)"


def _with_list(section: str, data: dict[str, Any], form: str, layout: Mapping[str, Any]) -> dict[str, Any]:
    data = {**data, "columns": retitled(data["columns"], {**layout.get("columns", {}), **layout.get("labels", {})})}
    data["version"] = f"{data.get('version', '1')}+{form}"
    data["total_words"] = [*data["total_words"], *map(plain, layout.get("totals", ()))]
    if "recap_titles" in data:
        data["recap_titles"] = [*data["recap_titles"], *map(plain, layout.get("skip", ()))]
    titles = list(layout.get("recognised_by", {}).get("words", ()))
    if "as_of" in layout and "as_of" in data:
        phrases = "|".join(_loose(w) for w in layout["as_of"])
        data["as_of"] = [*data["as_of"], {"id": form, "pattern": rf"(?:{phrases})\W{{0,3}}", "weight": "4"}]
    if "tax_type" in layout and "tax_types" in data:
        data["tax_types"] = _each(data["tax_types"], layout["tax_type"], "phrases", titles)
    if "unit" in layout and "units" in data:
        data["units"] = _each(data["units"], layout["unit"], "words", titles)
    for column, meanings in layout.get("codes", {}).items():
        for code, meaning in ((c, m) for c, m in meanings.items() if m):
            data = _with_meaning(section, data, ROLES.get(column, column), code, meaning, meaning)
    return data


def _with_meaning(section: str, data: dict[str, Any], column: str, code: str, meaning: str, is_: str) -> dict[str, Any]:
    """What a code of one column means: in words, or (``is_``) as one of our own kinds."""
    if section == "tax" and column == "tax_type":
        if is_ in {t["id"] for t in data["tax_types"]}:
            return {**data, "tax_types": _moved(data["tax_types"], is_, "codes", code)}
        return data
    if section == "water" and column == "read_type":
        if is_ in {t["id"] for t in data["read_types"]}:
            return {**data, "read_types": _moved(data["read_types"], is_, "words", code)}
        return data
    if section == "tax" and column == "code" and is_ in {t["id"] for t in data["tax_types"]}:
        data = {**data, "code_types": {**data.get("code_types", {}), code.upper(): is_}}
        meaning = meaning if meaning != is_ else is_.replace("_", " ").capitalize()
    if not meaning or "codes" not in data:
        return data
    others = [c for c in data["codes"] if c["id"].upper() != code.upper()]
    return {**data, "codes": [*others, {"id": code, "meaning": meaning, "certainty": SAID}]}


def _each(entries: Sequence[Mapping[str, Any]], id_: str, key: str, more: Sequence[str]) -> list[dict[str, Any]]:
    return [{**e, key: [*e[key], *more]} if e["id"] == id_ else dict(e) for e in entries]


def _moved(entries: Sequence[Mapping[str, Any]], id_: str, key: str, word: str) -> list[dict[str, Any]]:
    """The word in the list of entry ``id_`` and in no other's."""
    kept = [{**e, key: [w for w in e[key] if w.upper() != word.upper()]} for e in entries]
    return _each(kept, id_, key, [word])


def _with_report(section: str, data: dict[str, Any], layout: Mapping[str, Any]) -> dict[str, Any]:
    codes = layout.get("codes", {})
    if section == "labels" and layout.get("labels"):
        return {**data, "fields": _relabelled(data["fields"], layout["labels"])}
    if section == "report_tables" and layout.get("columns"):
        return {**data, "columns": _relabelled(data["columns"], layout["columns"])}
    for name, key, column in (("statuses", "statuses", "status"), ("inspection_types", "types", "inspection_type"),
                              ("results", "results", "result")):  # fmt: skip
        if section == name and codes.get(column):
            first = [{"id": is_, "regexes": [rf"^\W*{re.escape(code)}\W*$"]} for code, is_ in codes[column].items()]
            return {**data, key: [*first, *data[key]]}
    return data


def _relabelled(fields: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    moved = {plain(label) for label in labels}
    kept = [{**f, "labels": [n for n in f["labels"] if plain(n) not in moved]} for f in fields]
    ids = {f["id"] for f in kept}
    for label, field in labels.items():
        if field not in ids:
            kept.append({"id": field, "labels": []})
            ids.add(field)
        next(f for f in kept if f["id"] == field)["labels"].append(label)
    return kept
