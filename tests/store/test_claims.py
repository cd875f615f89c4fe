"""Claims: one owner at a time, by the database's clock; what a dead process held is free at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from store import Store
from store.owner import is_gone, is_here, mark_of, this_process

ELSEWHERE = "0f-4026531836/4711/1234/abcd"


def test_what_one_holds_no_other_gets(store: Store) -> None:
    assert store.claims.take(["a", "b"], "one", 60) == {"a", "b"}
    assert store.claims.take(["b", "c"], "other", 60) == {"c"}
    assert store.claims.take(["a"], "one", 60) == {"a"}  # again: the owner has it
    store.claims.drop("one", ["b"])
    assert store.claims.take(["a", "b"], "other", 60) == {"b"}
    assert store.claims.held() == {"a": "one", "b": "other", "c": "other"}
    store.claims.drop("other")
    assert store.claims.held() == {"a": "one"}


def test_a_claim_of_another_machine_runs_out_unless_it_is_kept(store: Store) -> None:
    store.claims.take(["a", "b"], ELSEWHERE, 0.2)
    assert store.claims.take(["a"], "one", 60) == frozenset()
    store.claims.keep(ELSEWHERE, 60)
    time.sleep(0.25)
    assert store.claims.take(["a"], "one", 60) == frozenset()
    store.claims.keep(ELSEWHERE, 0.05)
    time.sleep(0.1)
    assert store.claims.take(["a", "b"], "one", 60) == {"a", "b"}


def test_a_dead_process_of_this_machine_holds_nothing(store: Store) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    owner = mark_of(child.pid) + "/x"
    store.claims.take(["a"], owner, 3600)
    assert store.claims.take(["a"], "one", 60) == frozenset()
    child.kill()
    child.wait()
    assert store.claims.held() == {}
    assert store.claims.take(["a"], "one", 60) == {"a"}


def test_a_number_given_out_again_is_another_process() -> None:
    mine = this_process()
    assert not is_gone(mine)
    assert is_here(mine)
    machine, pid, born, *_ = mine.split("/")
    assert pid == str(os.getpid())
    assert is_gone(f"{machine}/{pid}/{int(born) - 1}/x")  # the number lives, with a later birth
    assert not is_gone(ELSEWHERE)  # of another machine, or of this one before its restart, nothing is known
    assert not is_here(ELSEWHERE)


def test_a_process_that_is_only_still_to_be_reaped_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    owner = mark_of(child.pid) + "/x"
    deadline = time.monotonic() + 30
    while not is_gone(owner) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_gone(owner)
    child.wait()


def test_two_at_once_share_all_names_between_them(url: str) -> None:
    names = [f"n{i}" for i in range(200)]
    got: dict[str, list[str]] = {"one": [], "other": []}

    def work(owner: str, order: list[str]) -> None:
        with Store.open(url) as own:
            for name in order:
                got[owner] += own.claims.take([name], owner, 60)

    crew = [Thread(target=work, args=(o, n)) for o, n in (("one", names), ("other", names[::-1]))]
    for member in crew:
        member.start()
    for member in crew:
        member.join()
    assert sorted(got["one"] + got["other"]) == sorted(names)


def test_a_copy_for_trials_has_no_claims(store: Store, tmp_path: Path) -> None:
    store.claims.take(["a"], "one", 60)
    store.copy_to(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as copy:
        assert copy.claims.held() == {}


@pytest.mark.parametrize("odd", ["", "x", "/1/2/3", "no-slashes"])
def test_odd_owners_are_never_called_dead(odd: str) -> None:
    assert not is_gone(odd)
