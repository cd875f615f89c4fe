"""Tables as Markdown, so that what a run prints can be pasted into a page."""

from __future__ import annotations


def head(*titles: str) -> list[str]:
    """The first two lines of a table."""
    return ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
