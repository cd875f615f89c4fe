"""The page about exports names every table and column, with the meaning that the data package gives."""

from __future__ import annotations

from pathlib import Path

from records.columns import TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exports.md"


def test_every_column_is_on_the_page() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n### ")
    for table in TABLES.values():
        section = next(s for s in sections if s.startswith(f"{table.name}.csv\n"))
        for column in table.columns:
            assert f"| `{column.name}` | {column.meaning}" in section
