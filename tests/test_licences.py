"""Nothing under the AGPL is needed at run time, and the lock file names only the public index."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
AGPL = re.compile(r"AGPL|Affero", re.IGNORECASE)


def needed_at_run_time() -> set[str]:
    """Names of all distributions that Lotline's dependencies lead to on this machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(r) for r in project["dependencies"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        key = (requirement.name.lower(), frozenset(requirement.extras))
        if key in seen:
            continue
        try:
            wanted = requires(requirement.name) or []
        except PackageNotFoundError:
            continue  # needed on other systems only
        seen.add(key)
        for text in wanted:
            child = Requirement(text)
            extras = requirement.extras or {""}
            if child.marker is None or any(child.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(child)
    return {name for name, _ in seen}


def licence_of(name: str) -> str:
    found = distribution(name).metadata
    classifiers = [c for c in found.get_all("Classifier") or [] if c.startswith("License")]
    # A long text in the License field is the licence itself; its first lines say which.
    return " | ".join([found.get("License-Expression") or "", (found.get("License") or "")[:200], *classifiers])


def test_no_agpl_at_run_time() -> None:
    names = needed_at_run_time()
    assert {"prefect", "spacy", "sqlalchemy", "pikepdf"} <= names
    assert not {n: licence_of(n) for n in names if AGPL.search(licence_of(n))}


def test_lock_file_names_only_the_public_index() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text(encoding="utf-8")))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert "file://" not in (ROOT / "uv.lock").read_text(encoding="utf-8")


def test_fastapi_is_one_that_prefect_s_server_imports() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    version = next(p["version"] for p in locked if p["name"] == "fastapi")
    assert tuple(int(x) for x in version.split(".")[:2]) < (0, 155)
