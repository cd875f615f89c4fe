"""The main job on small inputs: repeatable, resumable, and every wrong input a clear sentence with its exit code."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import frictionless
import pytest

from flows.say import failed
from store import Store

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
DIGITAL = "16 Fremont Ave. 05-23-19.pdf"
SCAN = "SKM_C3681903070809.pdf"


def lotline(
    home: Path, *arguments: str | Path, env: dict[str, str] | None = None, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Runs the command as a person would."""
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=timeout, check=False
    )


def run(home: Path, folder: Path, out: Path, *more: str | Path, env: dict[str, str] | None = None) -> dict[str, object]:
    done = lotline(
        home, "run", folder, "--parcels", SAMPLES / "parcels.csv", "--log", SAMPLES / "inspection_log.csv", "--out", out,
        "--include-review", "--plain", "--json", *more, env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary: dict[str, object] = json.loads(done.stdout)
    return summary


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def bytes_of(out: Path) -> dict[str, bytes]:
    """All files of an export but the one that holds times."""
    return {p.name: p.read_bytes() for p in out.iterdir() if p.name != "delivery.json"}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    shutil.copy(SAMPLES / "files" / DIGITAL, folder)
    return folder


def test_every_file_is_accounted_for_and_a_second_run_does_nothing(inbox: Path, tmp_path: Path) -> None:
    (inbox / "sub").mkdir()
    shutil.copy(SAMPLES / "files" / DIGITAL, inbox / "sub" / "attachment.pdf")
    (inbox / "broken.pdf").write_bytes(b"%PDF-1.4 cut off")
    (inbox / "empty.pdf").write_bytes(b"")
    (inbox / "program.exe").write_bytes(b"MZ\x00\x01" * 40)
    os.mkfifo(inbox / "pipe")
    home, out = tmp_path / "home", tmp_path / "out"
    first = run(home, inbox, out)
    documents = {r["source_file"]: r for r in rows(out, "documents")}
    assert set(documents) == {DIGITAL, "sub/attachment.pdf", "broken.pdf", "empty.pdf", "program.exe", "pipe"}
    assert documents["sub/attachment.pdf"]["state"] == "duplicate"
    assert documents["sub/attachment.pdf"]["duplicate_of"] == DIGITAL
    assert all(documents[n]["state"] == "unreadable" for n in ("broken.pdf", "empty.pdf", "pipe"))
    assert all(documents[n]["reason"] for n in ("broken.pdf", "empty.pdf", "program.exe", "pipe"))
    assert len(rows(out, "inspections")) == 1
    assert len(rows(out, "violations")) >= 5

    before = bytes_of(out)
    second = run(home, inbox, out)
    assert first["read_now"] == 4
    assert second["read_now"] == 0
    assert bytes_of(out) == before

    fresh = tmp_path / "fresh"
    run(tmp_path / "other home", inbox, fresh)
    assert bytes_of(fresh) == before


def test_a_decision_stands_and_can_be_taken_back(inbox: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    run(home, inbox, out)
    record = rows(out, "inspections")[0]["inspection_id"]
    assert lotline(home, "decide", record, "unit", "7B", "--by", "ana").returncode == 0
    assert lotline(home, "decide", record, "inspection_date", "23 May").returncode == 2
    assert lotline(home, "decide", record, "colour", "red").returncode == 2
    assert lotline(home, "decide", "0" * 16, "--confirm").returncode == 2
    run(home, inbox, out)
    decided = rows(out, "inspections")[0]
    assert (decided["inspection_id"], decided["unit"], decided["decided_by"]) == (record, "7B", "review")
    assert lotline(home, "decide", record, "unit", "--undo").returncode == 0
    run(home, inbox, out)
    assert rows(out, "inspections")[0]["decided_by"] == "auto"


def test_a_confirmed_record_is_accepted_and_a_rejected_one_leaves(inbox: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    run(home, inbox, out)
    first, second, *_ = [r["violation_id"] for r in rows(out, "violations")]
    assert lotline(home, "decide", first, "--confirm").returncode == 0
    assert lotline(home, "decide", second, "--not-a-record").returncode == 0
    run(home, inbox, out)
    left = {r["violation_id"]: r for r in rows(out, "violations")}
    assert left[first]["state"] == "accepted"
    assert second not in left


def test_without_tesseract_digital_documents_go_through(inbox: Path, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "files" / SCAN, inbox)
    tools = tmp_path / "bin"
    tools.mkdir()
    summary = run(tmp_path / "home", inbox, tmp_path / "out", env={"PATH": str(tools)})
    documents = {r["source_file"]: r for r in rows(tmp_path / "out", "documents")}
    assert documents[DIGITAL]["doc_type"] == "housing_inspection"
    assert "tesseract" in documents[SCAN]["reason"].lower()
    assert "apt-get install tesseract-ocr" in str(summary["notes"])
    # Once it is installed, the same command reads what was left.
    again = run(tmp_path / "home", inbox, tmp_path / "out")
    assert again["read_now"] == 2
    assert {r["source_file"]: r for r in rows(tmp_path / "out", "documents")}[SCAN]["text_source"] == "ocr"


@pytest.mark.parametrize(
    ("parcels", "message"),
    [("nowhere.csv", "not there"), ("wrong.csv", "lotline init"), ("empty.csv", "empty"), ("picture.csv", "not a CSV")],
)
def test_a_wrong_parcel_file_is_named_with_its_remedy(inbox: Path, tmp_path: Path, parcels: str, message: str) -> None:
    (tmp_path / "wrong.csv").write_text("colour,size\nred,3\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "picture.csv").write_bytes(b"%PDF-1.4")
    done = lotline(tmp_path / "home", "run", inbox, "--parcels", tmp_path / parcels, "--out", tmp_path / "out", "--plain")
    assert done.returncode == 2
    assert parcels in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_use_is_told(inbox: Path, tmp_path: Path) -> None:
    parcels = SAMPLES / "parcels.csv"
    (tmp_path / "bare").mkdir()
    empty = lotline(tmp_path / "home", "run", tmp_path / "bare", "--parcels", parcels, "--out", tmp_path / "out")
    assert empty.returncode == 2
    assert "no files" in empty.stderr
    missing = lotline(tmp_path / "home", "run", tmp_path / "gone", "--parcels", parcels, "--out", tmp_path / "out")
    assert missing.returncode == 2
    assert "gone" in missing.stderr
    (tmp_path / "home" / "lotline.toml").write_text('[city]\nname = "Chelsea"\ncolour = "red"\n', encoding="utf-8")
    setting = lotline(tmp_path / "home", "run", inbox, "--parcels", parcels, "--out", tmp_path / "out")
    assert setting.returncode == 2
    assert "colour" in setting.stderr


def test_a_home_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = lotline(tmp_path / "file" / "home", "doctor")
    assert done.returncode == 5
    assert "--home" in done.stderr


def test_a_full_disk_is_a_sentence_and_its_own_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(OSError(errno.ENOSPC, "No space left on device", "export")) == 5
    assert "disk is full" in capsys.readouterr().err


def test_a_full_disk_leaves_what_was_read(inbox: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        return
    home = tmp_path / "home"
    limited = subprocess.run(
        [
            "bash", "-c", 'ulimit -f 40; exec "$@"', "lotline", sys.executable, "-m", "flows.cli", "--home", str(home), "run",
            str(inbox), "--parcels", str(SAMPLES / "parcels.csv"), "--out", str(tmp_path / "out"), "--plain",
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert limited.returncode == 5, limited.stderr
    assert "Traceback" not in limited.stderr
    assert run(home, inbox, tmp_path / "out")["files"] == 1


def test_a_killed_run_goes_on(inbox: Path, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "files" / SCAN, inbox)
    shutil.copy(SAMPLES / "files" / "32 Cary Ave. letter.docx", inbox)
    home, out = tmp_path / "home", tmp_path / "out"
    command = [
        sys.executable, "-m", "flows.cli", "--home", str(home), "run", str(inbox), "--parcels", str(SAMPLES / "parcels.csv"),
        "--log", str(SAMPLES / "inspection_log.csv"), "--out", str(out), "--plain", "--workers", "1",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Reading: 1 of 3"):
                process.kill()
                break
    with Store.open(f"sqlite:///{home / 'lotline.db'}") as store:
        kept = store.outcome_fingerprints()
    assert kept
    summary = run(home, inbox, out)
    assert summary["read_now"] == 3 - len(kept)
    run(tmp_path / "other", inbox, tmp_path / "whole")
    assert bytes_of(out) == bytes_of(tmp_path / "whole")
    assert frictionless.validate(out / "datapackage.json").valid


def test_a_run_with_nothing_new_imports_neither_prefect_nor_spacy(inbox: Path, tmp_path: Path) -> None:
    run(tmp_path / "home", inbox, tmp_path / "out")
    code = (
        "import sys\n"
        "from flows.cli import app\n"
        "app(standalone_mode=False)\n"
        "assert not {'prefect', 'spacy', 'torch', 'sklearn'} & set(sys.modules)\n"
    )
    arguments = [
        "--home", tmp_path / "home", "run", inbox, "--parcels", SAMPLES / "parcels.csv",
        "--log", SAMPLES / "inspection_log.csv", "--out", tmp_path / "out",
    ]  # fmt: skip
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "already known" in done.stdout


def test_a_wrong_place_for_the_export_is_told_before_anything_is_read(inbox: Path, tmp_path: Path) -> None:
    ours = tmp_path / "someone's"
    ours.mkdir()
    (ours / "letter.txt").write_text("keep me", encoding="utf-8")
    for out, code in ((ours, 2), (ours / "letter.txt", 2), (ours / "letter.txt" / "export", 2)):
        done = lotline(tmp_path / "home", "run", inbox, "--parcels", SAMPLES / "parcels.csv", "--out", out, "--plain")
        assert done.returncode == code, (out, done.stderr)
        assert "Reading" not in done.stderr
    assert (ours / "letter.txt").read_text(encoding="utf-8") == "keep me"


def test_quick_ways_import_nothing_heavy() -> None:
    code = (
        "import sys, flows.cli, flows.run\n"
        "heavy = {'prefect', 'spacy', 'torch', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


def test_explain_tells_where_values_stand(inbox: Path, tmp_path: Path) -> None:
    done = lotline(tmp_path / "home", "explain", inbox / DIGITAL, "--parcels", SAMPLES / "parcels.csv")
    assert done.returncode == 0, done.stderr
    assert "housing_inspection" in done.stdout
    assert "inspection_date = 2019-05-23" in done.stdout
    assert "because" in done.stdout


def test_init_writes_settings_once(tmp_path: Path) -> None:
    first = lotline(tmp_path / "home", "init", "--parcels", SAMPLES / "parcels.csv", "--log", SAMPLES / "inspection_log.csv")
    assert first.returncode == 0, first.stderr
    assert "PROP_ID" in (tmp_path / "home" / "lotline.toml").read_text(encoding="utf-8")
    assert lotline(tmp_path / "home", "init", "--parcels", SAMPLES / "parcels.csv").returncode == 2


def test_doctor_names_what_is_missing(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    done = lotline(tmp_path / "home", "doctor", "--json", env={"PATH": str(tools)})
    assert done.returncode == 3
    tesseract = next(c for c in json.loads(done.stdout) if c["name"] == "Tesseract")
    assert tesseract["state"] == "missing"
    assert "apt-get install" in tesseract["remedy"]
