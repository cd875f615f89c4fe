"""A cell's value as Excel shows it under its number format (the formats that lists use; ECMA-376 part 1, 18.8.30)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_DATE_TOKEN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|AM/PM|A/P|y+|m+|d+|h+|s+|.', re.IGNORECASE | re.DOTALL)
_EXCEL_DEFAULT_DATE = "m/d/yyyy"


def shown(value: Any, code: str, epoch: datetime | None) -> str:
    """The text on screen. Strings stay exactly as they are; ``epoch`` is the workbook's day 0 for times that count days."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime, date)):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        return _date(moment, code)
    if isinstance(value, time):
        return _date(datetime.combine(epoch or datetime(1899, 12, 30), value), code)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, (int, float, Decimal)):
        return _number(value, code)
    return str(value)


def _section(code: str, negative: bool, zero: bool) -> tuple[str, bool]:
    """The part of the format that applies, and whether it shows the sign itself."""
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    if negative and len(parts) > 1:
        return parts[1], True
    if zero and len(parts) > 2:
        return parts[2], True
    return parts[0], False


def _date(moment: datetime, code: str) -> str:
    code = _section(code, False, False)[0]
    if code.lower() in {"general", "@", ""} or not re.search("[ymdhs]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", code), re.I):
        code = _EXCEL_DEFAULT_DATE
    if code in {"mm-dd-yy", "m/d/yy"}:  # format 14 is stored so and shown in the reader's locale
        code = _EXCEL_DEFAULT_DATE
    tokens = _DATE_TOKEN.findall(code)
    twelve = any(t.upper() in {"AM/PM", "A/P"} for t in tokens)
    out: list[str] = []
    last_letter = ""
    for i, token in enumerate(tokens):
        low = token.lower()
        if token.startswith("[") or token in {"_", "*"}:
            continue
        if token.startswith('"'):
            out.append(token[1:-1])
        elif token.startswith("\\"):
            out.append(token[1:])
        elif low in {"am/pm", "a/p"}:
            out.append("AM" if moment.hour < 12 else "PM")
        elif low[0] in "ymdhs" and set(low) == {low[0]}:
            follows = next((t.lower()[0] for t in tokens[i + 1 :] if t.lower()[0] in "ymdhs"), "")
            out.append(_part(moment, low, last_letter == "h" or follows == "s", twelve))
            last_letter = low[0]
        else:
            out.append(token)
    return "".join(out).strip()


def _part(moment: datetime, token: str, minutes: bool, twelve: bool) -> str:
    letter, n = token[0], len(token)
    if letter == "y":
        return f"{moment.year:04d}" if n > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and not minutes:
        name = _MONTHS[moment.month - 1]
        return {1: str(moment.month), 2: f"{moment.month:02d}", 3: name[:3], 5: name[0]}.get(n, name)
    if letter == "d":
        name = _DAYS[moment.weekday()]
        return {1: str(moment.day), 2: f"{moment.day:02d}", 3: name[:3]}.get(n, name)
    value = {"m": moment.minute, "h": (moment.hour % 12 or 12) if twelve else moment.hour, "s": moment.second}[letter]
    return f"{value:02d}" if n > 1 else str(value)


def _number(value: int | float | Decimal, code: str) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return str(value)
    section, signed = _section(code, exact < 0, exact == 0)
    plain = re.sub(r'\[\$([^\]-]*)[^\]]*\]', r"\1", section)
    plain = re.sub(r"\[[^\]]*\]|_.|\*.", "", plain)
    digits = re.search(r"[0#?][0#?,]*(?:\.[0#?]*)?", re.sub(r'"[^"]*"', lambda m: " " * len(m.group()), plain))
    if section.lower() in {"general", "@", ""} or (digits is None and not plain.strip()):
        return _general(exact)
    if digits is None:
        return re.sub(r'"|\\', "", plain)
    pattern = digits.group()
    whole, _, fraction = pattern.partition(".")
    percent = "%" in plain
    amount = abs(exact) * (100 if percent else 1)
    rounded = amount.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    integer, _, rest = text.partition(".")
    integer = integer.rjust(whole.count("0"), "0") if "," not in whole else integer
    keep = fraction.count("0")
    while len(rest) > keep and rest.endswith("0"):
        rest = rest[:-1]
    body = integer + ("." + rest if rest else "")
    # Literals around the digits: dollar signs, brackets of negatives, units.
    before, after = plain[: digits.start()], plain[digits.end() :]
    shown_text = re.sub(r'"|\\', "", before) + body + re.sub(r'"|\\', "", after)
    sign = "-" if exact < 0 and not signed and rounded != 0 else ""
    return (sign + shown_text).strip()


def _general(value: Decimal) -> str:
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 15:
        return str(int(value))
    return f"{value.normalize():f}" if abs(value) > Decimal("1e-9") else str(value)
