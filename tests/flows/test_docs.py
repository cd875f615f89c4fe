"""README and the pages of docs say what is true: their commands exist, parse, and do what they are said to do."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.cli import app

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def commands_of(page: Path) -> list[list[str]]:
    """The indented lines of a page that call Lotline."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("    lotline ")]


def group() -> Any:
    return typer.main.get_command(app)


def every(command: Any) -> list[Any]:
    """A command and all commands under it."""
    return [command, *(below for c in getattr(command, "commands", {}).values() for below in every(c))]


def test_the_readme_lists_the_commands_that_there_are() -> None:
    listed = re.findall(r"^\| `lotline (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(group().commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_on_a_page_parse(page: Path) -> None:
    for name, *arguments in commands_of(page):
        group().commands[name].make_context(name, arguments)


def test_options_named_on_a_page_exist() -> None:
    known = {o for c in every(group()) for p in c.params for o in p.opts}
    for page in PAGES:
        for line in re.findall(r"`lotline [^`]*`|^    lotline .*$", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert set(re.findall(r"--[a-z-]+", line)) <= known, line


def test_exit_codes_of_the_readme_are_those_of_the_errors() -> None:
    from records import errors

    listed = {int(n) for n in re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)}
    raised = {c.exit_code for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.LotlineError)}
    assert raised <= listed


def called(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """A command as it stands on a page, in ``folder``."""
    command = [sys.executable, "-m", "flows.cli", "--home", str(folder / "home"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_the_first_hour_can_be_followed(tmp_path: Path) -> None:
    """Each command in order, with samples as the city's files and the export's first violation as RECORD."""
    (tmp_path / "inbox").mkdir()
    shutil.copy(SAMPLES / "files" / "16 Fremont Ave. 05-23-19.pdf", tmp_path / "inbox" / "report.pdf")
    for name in ("parcels.csv", "inspection_log.csv"):
        shutil.copy(SAMPLES / name, tmp_path)
    record = ""
    for arguments in commands_of(ROOT / "docs" / "first-hour.md"):
        if "RECORD" in arguments and not record:
            with (tmp_path / "export" / "violations.csv").open(encoding="utf-8", newline="") as stream:
                record = next(csv.DictReader(stream))["violation_id"]
        filled = [record if a == "RECORD" else a for a in arguments]
        done = called(tmp_path, filled)
        if arguments[0] == "deliver":
            # The page says so: refused until a sample was checked, or the settings say that it need not be.
            assert done.returncode == 6, done.stderr
            with (tmp_path / "home" / "lotline.toml").open("a", encoding="utf-8") as settings:
                settings.write("[delivery]\nrelease_unproven = true\n")
            done = called(tmp_path, filled)
        assert done.returncode == 0, (filled, done.stderr)
    assert (tmp_path / "deliveries" / "public" / "manifest.json").is_file()
    assert (tmp_path / "ask" / "request to the vendor.txt").is_file()
    assert (tmp_path / "lotline-backup.tar.gz").is_file()
    with (tmp_path / "everything" / "violations.csv").open(encoding="utf-8", newline="") as stream:
        left = {row["violation_id"] for row in csv.DictReader(stream)}
    assert left
    assert record not in left
