"""What docs/desk.md promises is there: every command and option, every picture."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from flows.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")


def test_every_command_of_the_page_exists() -> None:
    for line in re.findall(r"^    lotline (.+)$", PAGE, re.M):
        words = line.split()
        command = [w for w in words[:2] if re.fullmatch(r"[a-z]+", w)] if words[0] == "users" else words[:1]
        told = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, line
        plain = re.sub(r"\x1b\[[0-9;]*m", "", told.output)
        for option in (w for w in words if w.startswith("--")):
            assert option in plain, f"{line}: {option}"


def test_every_picture_of_the_page_is_there() -> None:
    names = re.findall(r"\]\((images/[\w-]+\.png)\)", PAGE)
    assert names and all((ROOT / "docs" / name).is_file() for name in names)


def test_people_are_managed_on_the_command_line(tmp_path: Path) -> None:
    runner = CliRunner()
    home = ["--home", str(tmp_path)]
    added = runner.invoke(app, [*home, "users", "add", "ann", "--role", "inspector"])
    assert added.exit_code == 0 and "password" in added.output
    runner.invoke(app, [*home, "users", "disable", "ann"])
    assert "disabled" in runner.invoke(app, [*home, "users", "list"]).output
    assert "password" in runner.invoke(app, [*home, "users", "recover", "ann"]).output
    assert "disabled" not in runner.invoke(app, [*home, "users", "list"]).output
