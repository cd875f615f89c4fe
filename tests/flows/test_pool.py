"""A document can hang or kill its child; the others are done all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.pool import Lost, Pool, begin_page


def make(context: object) -> Callable[[str], str]:
    """Runs in the child: does what the job's name says."""

    if context == "broken":
        raise ImportError("no module named tesseract")
    if context == "dies":
        os.abort()
    os.write(2, b"noise of a library\n")

    def do(job: str) -> str:
        if job == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if job.startswith("die once "):
            mark = Path(job.removeprefix("die once "))
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        if job == "hang":
            subprocess.run(["sleep", "60"], check=False)
        return f"{context}:{job}:{os.getpid()}"

    return do


def run(jobs: list[str], seconds: float = 30, workers: int = 2, recycle_after: int = 60) -> dict[str, str | Lost]:
    with Pool[str, str](make, "c", workers=workers, seconds=seconds, recycle_after=recycle_after) as pool:
        return dict(pool.run(jobs))


def test_all_jobs_are_answered_and_one_that_kills_its_child_is_an_outcome() -> None:
    answers = run(["a", "die", "b", "c"])
    assert {j for j, a in answers.items() if isinstance(a, str) and a.startswith(f"c:{j}:")} == {"a", "b", "c"}
    assert answers["die"] == Lost("the reader crashed on it twice")


def test_a_child_that_dies_once_is_replaced(tmp_path: Path) -> None:
    job = f"die once {tmp_path / 'mark'}"
    answer = run([job, "a"])[job]
    assert isinstance(answer, str)


def test_a_hanging_job_is_ended_with_what_it_started() -> None:
    began = time.monotonic()
    answers = run(["hang", "a"], seconds=2)
    assert isinstance(answers["hang"], Lost)
    assert answers["hang"].timed_out
    assert isinstance(answers["a"], str)
    assert time.monotonic() - began < 20


def test_children_are_recycled() -> None:
    answers = run(["a", "b", "c"], workers=1, recycle_after=1)
    assert len({str(a).rpartition(":")[2] for a in answers.values()}) == 3


def test_a_child_started_ahead_does_the_first_job_and_one_that_died_meanwhile_is_replaced() -> None:
    with Pool[str, str](make, "c", workers=2, seconds=30) as pool:
        pool.warm()
        (child,) = pool._children
        assert dict(pool.run(["a"])) == {"a": f"c:a:{child.process.pid}"}
    with Pool[str, str](make, "c", workers=1, seconds=30) as pool:
        pool.warm()
        os.kill(pool._children[0].process.pid or 0, signal.SIGKILL)
        assert list(dict(pool.run(["a"]))) == ["a"]
    with Pool[str, str](make, "broken", workers=1, seconds=30) as pool, pytest.raises(RuntimeError, match="no module named"):
        pool.warm()
        list(pool.run(["a"]))


def test_children_that_cannot_start_end_the_run_and_lose_no_document() -> None:
    with Pool[str, str](make, "broken", workers=1, seconds=30) as pool, pytest.raises(RuntimeError, match="no module named"):
        list(pool.run(["a"]))


def test_children_that_die_over_their_loading_end_the_run() -> None:
    with Pool[str, str](make, "dies", workers=1, seconds=30) as pool, pytest.raises(RuntimeError, match="can't start"):
        list(pool.run(["a"]))


def test_what_children_say_goes_to_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Pool[str, str](make, "c", workers=1, seconds=30, log=tmp_path / "log") as pool:
        list(pool.run(["a"]))
    assert "noise" in (tmp_path / "log").read_text(encoding="utf-8")
    assert "noise" not in capfd.readouterr().err


def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.flows.test_pool import make\n"
        "from flows.pool import Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(make, 'c', workers=1, seconds=60)\n"
        "    print(next(iter(pool.run(['a'])))[1], flush=True)\n"
        "    next(iter(pool.run(['hang'])))\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code, encoding="utf-8")
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen([sys.executable, str(script), root], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline().strip().rpartition(":")[2])
        parent.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and Path(f"/proc/{child}").exists():
        if "State:\tZ" in Path(f"/proc/{child}/status").read_text(encoding="ascii", errors="replace"):
            break
        time.sleep(0.1)
    else:
        assert not Path(f"/proc/{child}").exists()


def make_pages(context: object) -> Callable[[tuple[str, frozenset[int]]], str]:
    """Runs in the child: a document of three pages, of which the job names what is wrong with one."""

    def do(job: tuple[str, frozenset[int]]) -> str:
        fault, left_out = job
        for page in (1, 2, 3):
            if page in left_out:
                continue
            begin_page(page, 3)
            time.sleep(0.7)
            if page == 2 and fault == "hang":
                time.sleep(60)
            if page == 2 and fault == "crash":
                os.abort()
            if page == 2 and fault == "bomb":
                held = bytearray(600 << 20)
                held[::4096] = b"x" * len(held[::4096])
                time.sleep(60)
        return f"without {sorted(left_out)}"

    return do


def leave_out(job: tuple[str, frozenset[int]], page: int, why: Lost) -> tuple[str, frozenset[int]]:
    return job[0], job[1] | {page}


@pytest.mark.parametrize(("fault", "answer"), [
    ("", "without []"), ("hang", "without [2]"), ("crash", "without [2]"), ("bomb", "without [2]"),
])  # fmt: skip
def test_a_page_that_hangs_crashes_or_swells_is_left_out_and_the_others_are_read(fault: str, answer: str) -> None:
    with Pool[tuple[str, frozenset[int]], str](
        make_pages, None, workers=1, seconds=60, stall=2, memory_bytes=400 << 20, without=leave_out
    ) as pool:
        ((_, said),) = pool.run([(fault, frozenset())])
    assert said == answer


def test_jobs_are_asked_for_one_at_a_time() -> None:
    given = []

    def jobs() -> Iterator[str]:
        for name in "abcdef":
            given.append(name)
            yield name

    with Pool[str, str](make, "c", workers=2, seconds=30) as pool:
        next(iter(pool.run(jobs())))
        assert len(given) <= 3


def die_at_the_start(context: object) -> Callable[[str], str]:
    """Ends before it answers anything, like a child that the system kills while it loads its rules."""
    assert context
    os._exit(9)


@pytest.mark.parametrize("size", [10, 5_000_000])
def test_a_child_that_dies_at_its_start_blocks_nobody(size: int) -> None:
    with (
        Pool[str, str](die_at_the_start, "c" * size, workers=1, seconds=30) as pool,
        pytest.raises(RuntimeError, match="can't start"),
    ):
        list(pool.run(["a" * size]))
