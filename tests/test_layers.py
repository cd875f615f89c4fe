"""The rooms import one way, do I/O only where they may, and stay small enough to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("records", "extractors", "store", "review", "flows")
MAY_IMPORT = {
    "records": set(),
    "extractors": {"records"},
    "store": {"records"},
    "review": {"records", "store"},
    "flows": {"records", "extractors", "store", "review"},
}
FOREIGN = {  # what a room must not know
    "records": {"sqlalchemy", "alembic", "prefect", "fastapi", "pandas", "pytesseract", "cv2", "typer", "rich", "spacy"},
    "extractors": {"sqlalchemy", "alembic", "prefect", "fastapi", "typer", "rich"},
    "store": {"prefect", "fastapi", "pytesseract", "spacy", "cv2", "typer", "rich"},
    "review": {"prefect", "pytesseract", "spacy", "cv2"},
    "flows": {"pytesseract", "cv2", "spacy", "pdfplumber", "pypdfium2"},
}
INPUT_OUTPUT_MODULES = {"subprocess", "shutil", "tempfile", "socket", "urllib", "requests", "httpx", "sqlite3"}
INPUT_OUTPUT_CALLS = {"read_text", "write_text", "read_bytes", "write_bytes", "unlink", "mkdir", "rename", "iterdir", "glob"}
MODULES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    """Top-level names that a module imports, also those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative imports hide which room is meant"
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_rooms_import_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    imported = set(imports_of(path))
    wrong = (imported & set(ROOMS)) - MAY_IMPORT[room] - {room}
    assert not wrong, f"{room} must not import {sorted(wrong)}"
    known = imported & FOREIGN[room]
    assert not known, f"{room} must not know {sorted(known)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_are_readable(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{lines} lines: split it"
    assert path.stem not in {"utils", "util", "helpers", "misc", "common"}, "name a module after what it holds"


def reads_outside(path: Path) -> list[str]:
    """What in a module touches files, processes or networks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = sorted(set(imports_of(path)) & INPUT_OUTPUT_MODULES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "open":
                found.append("open()")
            elif isinstance(node.func, ast.Attribute) and node.func.attr in INPUT_OUTPUT_CALLS:
                found.append(f".{node.func.attr}()")
    return found


def test_extractors_touch_the_world_only_where_they_may() -> None:
    allowed = {"extractors/rulebook.py", "extractors/confidence.py"}  # the loaders of patterns and of trained models
    for path in MODULES:
        name = name_of(path)
        if name.startswith("extractors/") and not name.startswith("extractors/read/") and name not in allowed:
            assert not reads_outside(path), f"{name} does I/O: {reads_outside(path)}"
        if name.startswith("records/"):
            assert not reads_outside(path), f"{name} does I/O: {reads_outside(path)}"


def test_the_check_can_fail(tmp_path: Path) -> None:
    module = tmp_path / "bad.py"
    module.write_text("import subprocess\nfrom pathlib import Path\nPath('x').read_text()\n", encoding="utf-8")
    assert reads_outside(module) == ["subprocess", ".read_text()"]


def test_top_level_holds_only_the_rooms() -> None:
    python_at_top = [p.name for p in ROOT.glob("*.py")]
    assert not python_at_top
