"""Runs the examples and counter-examples that pattern files carry, so that a clerk who changes one sees at once what breaks.

Files whose rules were always tried on texts keep their own form (``{text, codes}``, plain lines). Everywhere else an example is
``{<question>: "what is printed", is: "what it means"}`` and a counter-example the same question with nothing found, or with
``is_not``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from extractors.forms.overlay import plain
from extractors.forms.recognise import fit
from extractors.language.citations import parse_citations
from extractors.language.codebook import code_title
from extractors.language.dates import parse_date, parse_deadline
from extractors.language.findings import is_negated
from extractors.language.meaning import assign
from extractors.language.places import find_location
from extractors.language.sentences import sentences
from extractors.parcels.address import parse_addresses, unit_key
from extractors.parcels.wording import wording as address_wording
from extractors.pattern_files import PatternFile, Place, walk
from extractors.reports.kinds import kind_of
from extractors.reports.wording import wording
from extractors.rulebook import RuleBook
from extractors.tables.naming import role_of
from extractors.tables.said_once import year_told
from extractors.tables.tax import tax_rules
from extractors.tables.values import first_date
from extractors.tables.water import unit_in, water_rules
from records.errors import PatternError

Answer = Callable[[RuleBook, str], str]
MONDAY = date(2019, 4, 29)
"""The day on which the reports of examples with deadlines are dated."""


def failures(file: PatternFile, rules: RuleBook) -> list[PatternError]:
    """Every example of a file that does not come out as it says. ``rules``: this file's layer and those under it."""
    return [file.error(at, says) for at, says in tried(file, rules) if says]


def tried(file: PatternFile, rules: RuleBook) -> Iterator[tuple[Place, str]]:
    """Every example with what is wrong about it, '' where it holds."""
    path = PurePosixPath(file.name)
    layout = path.stem if path.parent.name == "layouts" else ""
    for place, value in walk(file.data):
        if not place or place[-1] not in ("examples", "counter_examples") or not isinstance(value, list):
            continue
        wanted = place[-1] == "examples"
        for i, example in enumerate(value):
            at = (*place, i)
            if layout:
                yield at, _of_layout(layout, example, wanted, rules)
            elif isinstance(example, str):
                yield at, _of_line(path.stem, file.data, place, example, wanted, rules)
            elif isinstance(example, Mapping):
                yield at, _of_question(path.stem, example, wanted, rules)
            else:
                yield at, "an example is a text, or a question with its answer."


def _of_line(section: str, data: Mapping[str, Any], place: Place, text: str, wanted: bool, rules: RuleBook) -> str:
    """A plain line: what it must (or must not) be follows from where it stands."""
    if section == "negation":
        return _verdict(text, "nothing wrong" if is_negated(text, rules) else "something wrong",
                        "nothing wrong" if wanted else "something wrong", True)  # fmt: skip
    if section == "citations":
        return _verdict(text, ", ".join(c.code for c in parse_citations(text, rules=rules)), "", True)
    if section in ("dates", "deadlines"):
        found = parse_date(text, rules=rules) if section == "dates" else parse_deadline(text, MONDAY, rules=rules)
        return _verdict(text, "" if found is None else found.isoformat(), "", True)
    if section == "locations":
        return _verdict(text, find_location(text, rules=rules)[0], "", True)
    if section == "phrases" and place[0] == "rules":
        rule = data["rules"][place[1]]
        guess = assign(text, department=rule.get("department", "inspectional_services"), rules=rules)
        return _verdict(text, f"{guess.code} {guess.category}", f"{rule['code']} {rule['category']}", wanted)
    if section in _GROUPS and place[0] == _GROUPS[section][0]:
        return _verdict(text, _GROUPS[section][1](rules, text), data[str(place[0])][place[1]]["id"], wanted)
    if section == "labels" and place[0] == "case_id":
        found_id = wording(rules).case_id.search(text)
        return _verdict(text, "a number" if found_id else "none", "a number", wanted)
    return "no such examples are known here; write {question: \"…\", is: \"…\"}."


def _of_question(section: str, example: Mapping[str, Any], wanted: bool, rules: RuleBook) -> str:
    own = _OWN.get(section)
    if own is not None and "text" in example:
        key, answer = own
        expected = example.get(key, "")
        expected = "; ".join(expected) if isinstance(expected, list) else expected
        return _verdict(example["text"], answer(rules, example["text"]), expected, True)
    asked = [k for k in example if k not in ("is", "is_not", "day")]
    questions = {q for s, q in ASK if s == section}
    if len(asked) != 1 or asked[0] not in questions:
        return f"ask one question of these: {', '.join(sorted(questions)) or 'none is known for this file'}."
    text = str(example[asked[0]])
    got = ASK[section, asked[0]](rules, f"{text}@{example['day']}" if "day" in example else text)
    if "is_not" in example:
        return _verdict(text, got, str(example["is_not"]), False)
    return _verdict(text, got, str(example.get("is", "")), wanted or "is" not in example)


def _of_layout(layout: str, example: Any, wanted: bool, rules: RuleBook) -> str:
    """Whether a text is recognised as the layout; samples are read by the command, which may open files."""
    if not isinstance(example, Mapping) or "text" not in example:
        return ""
    found = fit(layout, rules.layouts()[layout], f" {plain(example['text'])} ")
    if found.fits == wanted:
        return ""
    return f"{example['text'][:60]!r} should {'' if wanted else 'not '}be recognised as {layout}: {found.why()}."


def _verdict(text: str, got: str, expected: str, same: bool) -> str:
    if (got == expected) == same:
        return ""
    if same:
        return f"{text[:70]!r} should be {expected or 'nothing'!r}, but is read as {got or 'nothing'!r}."
    return f"{text[:70]!r} should not be {expected!r}, but is."


def _codes(rules: RuleBook, text: str) -> str:
    return "; ".join(c.code for c in parse_citations(text, rules=rules))


def _date(rules: RuleBook, text: str) -> str:
    found = parse_date(text, rules=rules)
    return "" if found is None else found.isoformat()


def _deadline(rules: RuleBook, text: str) -> str:
    found = parse_deadline(text, MONDAY, rules=rules)
    return "" if found is None else found.isoformat()


def _title(rules: RuleBook, text: str) -> str:
    code, _, on = text.partition("@")
    return code_title(code, date.fromisoformat(on) if on else None, rules)


def _list_year(rules: RuleBook, text: str) -> str:
    return str(year_told(text, tax_rules(rules).list_year) or "")


def _as_of(rules: RuleBook, text: str) -> str:
    for pattern, _ in tax_rules(rules).as_of:
        for found in pattern.finditer(text):
            if (day := first_date(text[found.end() : found.end() + 24])) is not None:
                return day.isoformat()
    return ""


def _tax_type(rules: RuleBook, text: str) -> str:
    compiled = tax_rules(rules)
    named = next((t for p, t in compiled.phrases if re.search(rf"\b{re.escape(p)}\b", plain(text))), "")
    return compiled.types.get(text.upper()) or named


def _register(kind: str) -> Answer:
    def answer(rules: RuleBook, text: str) -> str:
        bare = re.sub(r"[^a-z0-9#]", "", text.lower())
        names: Mapping[str, list[str]] = rules.section("registers")[kind]
        return next((f for f, forms in names.items() if bare in {re.sub(r"[^a-z0-9#]", "", n.lower()) for n in forms}), "")

    return answer


def _street(rules: RuleBook, text: str) -> str:
    found = parse_addresses(text, words=address_wording(rules.layers))
    return f"{found[0].street} {found[0].suffix}".strip() if found else ""


def _unit(rules: RuleBook, text: str) -> str:
    words = address_wording(rules.layers)
    found = parse_addresses(text, words=words)
    return unit_key(found[0].unit, words) if found else ""


def _alias(rules: RuleBook, text: str) -> str:
    squeezed = re.sub(r"\W", "", text.upper())
    return address_wording(rules.layers).aliases.get(squeezed, "")


def _heading(rules: RuleBook, text: str) -> str:
    known = wording(rules)
    for name, pattern in (("unit", known.unit_heading), ("floor", known.floor_heading), ("common", known.common_heading)):
        if pattern.search(text):
            return name
    return ""


def _label(rules: RuleBook, text: str) -> str:
    found = wording(rules).field_of(text)
    return found[0] if found else ""


def _mark(rules: RuleBook, text: str) -> str:
    return {True: "ticked", False: "empty", None: ""}[wording(rules).mark_of(text)]


def _said(section: str) -> Answer:
    def answer(rules: RuleBook, text: str) -> str:
        return next((c["meaning"] for c in rules.section(section)["codes"] if c["id"].upper() == text.upper()), "")

    return answer


def _sentences(rules: RuleBook, text: str) -> str:
    return " | ".join(text[a:b].strip() for a, b in sentences(text, rules))


_OWN: Mapping[str, tuple[str, Answer]] = {
    "citations": ("codes", _codes), "dates": ("date", _date), "deadlines": ("date", _deadline),
    "locations": ("location", lambda rules, text: find_location(text, rules=rules)[0]),
}  # fmt: skip
_GROUPS: Mapping[str, tuple[str, Answer]] = {
    "inspection_types": ("types", lambda rules, text: wording(rules).type_of(text) or ""),
    "results": ("results", lambda rules, text: wording(rules).result_of(text) or ""),
    "statuses": ("statuses", lambda rules, text: wording(rules).status_of(text) or ""),
}
ASK: Mapping[tuple[str, str], Answer] = {
    ("checklists", "column"): lambda rules, text: wording(rules).check_column(text) or "",
    ("checklists", "mark"): _mark,
    ("checklists", "question"): lambda rules, text: "trouble" if wording(rules).asks_for_trouble(text) else "",
    ("checklists", "remark"): lambda rules, text: "nothing" if wording(rules).says_nothing(text) else "",
    ("document_kinds", "page"): lambda rules, text: kind_of(text, wording(rules)).doc_type,
    ("document_kinds", "boilerplate"): lambda rules, text: "yes" if wording(rules).boilerplate.search(text) else "",
    ("labels", "label"): _label,
    ("registers", "parcels"): _register("parcels"),
    ("registers", "log"): _register("log"),
    ("related_codes", "code"): _title,
    ("report_tables", "column"): lambda rules, text: wording(rules).table_column(text) or "",
    ("report_tables", "heading"): _heading,
    ("report_tables", "letter"): lambda rules, text: wording(rules).status_letter(text) or "",
    ("report_tables", "visit"): lambda rules, text: "visit" if wording(rules).visit_heading.match(text) else "",
    ("sanitary_code", "code"): _title,
    ("sanitary_code_2023", "code"): _title,
    ("sentences", "text"): _sentences,
    ("shorthand", "word"): lambda rules, text: "ordinary" if text.lower() in rules.section("shorthand")["ordinary"] else "",
    ("streets", "address"): _street,
    ("streets", "alias"): _alias,
    ("tax", "column"): lambda rules, text: role_of(text, tax_rules(rules).grammar.known) or "",
    ("tax", "tax_type"): _tax_type,
    ("tax", "code"): lambda rules, text: tax_rules(rules).codes.get(text.upper(), ""),
    ("tax", "as_of"): _as_of,
    ("tax", "list_year"): _list_year,
    ("units", "address"): _unit,
    ("use_codes", "code"): _said("use_codes"),
    ("water", "column"): lambda rules, text: role_of(text, water_rules(rules).grammar.known) or "",
    ("water", "unit"): lambda rules, text: unit_in(text, water_rules(rules).units) or "",
    ("water", "read_type"): lambda rules, text: water_rules(rules).read_types.get(text.lower(), ""),
}
"""(file, question) -> how it is answered."""
