"""What is found in an INPUT, in which order, and what is said of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.collect import collect
from records.errors import SetupError

LIMIT = 1000


def names(*inputs: Path) -> list[str]:
    return [f.source.path for f in collect(inputs, LIMIT)]


def test_paths_are_relative_sorted_and_slashed(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "Été 2018.pdf").write_bytes(b"1")
    (tmp_path / "a.pdf").write_bytes(b"2")
    assert names(tmp_path) == ["a.pdf", "b/Été 2018.pdf"]
    assert names(tmp_path / "a.pdf") == ["a.pdf"]


def test_litter_is_passed_over(tmp_path: Path) -> None:
    for name in ("~$report.docx", "Thumbs.db", ".DS_Store", "._scan.pdf", ".~lock.list.xlsx#"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_bytes(b"x")
    (tmp_path / "real.pdf").write_bytes(b"x")
    assert names(tmp_path) == ["real.pdf"]


def test_lotline_s_own_folders_in_an_input_are_passed_over_but_nothing_else_in_them(tmp_path: Path) -> None:
    out, home = tmp_path / "export", tmp_path / "home"
    out.mkdir()
    (out / "manifest.json").write_text('{"product": "lotline", "files": {"documents.csv": {}}}', encoding="utf-8")
    for name in ("documents.csv", "delivery.json", "scan put here by mistake.pdf"):
        (out / name).write_bytes(name.encode())
    (home / "cache").mkdir(parents=True)
    (home / "lotline.db").write_bytes(b"x")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert names(tmp_path) == ["export/scan put here by mistake.pdf", "manifest.json"]


def test_what_is_no_plain_file_is_an_outcome(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "secret.pdf"
    inside.mkdir()
    outside.write_bytes(b"x")
    (inside / "out.pdf").symlink_to(outside)
    (inside / "nowhere.pdf").symlink_to(tmp_path / "gone.pdf")
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "pipe.pdf")
    (inside / "large.pdf").write_bytes(b"x" * (LIMIT + 1))
    problems = {f.source.path: f.problem for f in collect([inside], LIMIT)}
    assert set(problems) == {"out.pdf", "nowhere.pdf", "loop", "pipe.pdf", "large.pdf"}
    assert "leads out" in problems["out.pdf"]
    assert "nothing" in problems["nowhere.pdf"]
    assert "pipe" in problems["pipe.pdf"]
    assert "larger than" in problems["large.pdf"]
    assert len({f.source.sha256 for f in collect([inside], LIMIT)}) == 5


def test_two_inputs_with_the_same_relative_path_keep_both(tmp_path: Path) -> None:
    for folder in ("july", "august"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "attachment.pdf").write_bytes(folder.encode())
    assert names(tmp_path / "july", tmp_path / "august") == ["attachment.pdf", "august/attachment.pdf"]
    assert names(tmp_path / "july", tmp_path / "july") == ["attachment.pdf"]


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="nowhere"):
        collect([tmp_path / "nowhere"], LIMIT)
