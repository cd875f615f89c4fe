"""The queue's filter as it stands in addresses and forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from records.cells import clean
from store.desk_queue import QUESTIONS, Filter
from store.users import User

NAMES: Final = ("kind", "reason", "month", "inspector", "layout", "street", "document")


def filter_of(query: Mapping[str, str], user: User) -> Filter:
    """What is asked for, within what this person may settle. ``q``: one question; ``mine``: an inspector's own pencil."""
    asked = query.get("q", "")
    questions = user.questions
    if asked == "all":
        questions = QUESTIONS
    elif asked in QUESTIONS:
        questions = (asked,)
    texts = {name: clean(query.get(name, ""))[:200] for name in NAMES}
    mine = user.inspector if query.get("mine") and user.inspector else ""
    return Filter(questions=questions, mine=mine, **texts)


def settleable(wanted: Filter, user: User) -> Filter:
    """The part of it that this person may settle: what "next" leads to."""
    return replace(wanted, questions=tuple(q for q in wanted.questions if q in user.questions))


def query_of(query: Mapping[str, str], **changes: str) -> str:
    """The filter for an address: what is set, with changes ('' takes a part out)."""
    kept = {name: query.get(name, "") for name in ("q", "mine", *NAMES)}
    kept.update(changes)
    return urlencode({name: value for name, value in kept.items() if value})


def parsed(text: str) -> dict[str, str]:
    """A filter that came back in a form; anything else in it is dropped."""
    return {name: value for name, value in parse_qsl(text[:2000]) if name in ("q", "mine", *NAMES)}
