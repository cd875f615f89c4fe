"""Trains the text classifier for findings that the lexicon can't place: ``python -m benchmarks.train_findings [--check]``.

It learns from ``benchmarks/findings_bank.yml`` and the lexicon's own examples, in under two minutes, without a download,
and goes to ``patterns/models/findings`` with what made it. ``python -m benchmarks.wordings`` measures it against rules alone.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.training import Example

from extractors.language import classifier
from extractors.language.meaning import load, plain
from extractors.rulebook import RuleBook, pattern_dir

FOLDER = pattern_dir() / "models" / "findings"
BANK = Path(__file__).with_name("findings_bank.yml")
EACH = 60
"""Variants used of one line of the bank."""
OF_EACH = 300
"""Rows of each category."""
ROUNDS = 12
BATCH = 64
LENGTH = 4096  # rows of the table that words are hashed into; more gained nothing
SEED = 410
_CHOICE = re.compile(r"\[([^\]]*)\]")


def variants(line: str, places: list[str], rng: random.Random, most: int = EACH) -> list[str]:
    """A fixed sample of what a line of the bank stands for."""
    parts = _CHOICE.split(line.replace("{in}", f"[|{'|'.join(places)}]"))
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    many = 1
    for some in choices:
        many *= len(some)
    if many <= most:
        drawn: Iterator[tuple[str, ...]] = itertools.product(*choices)
    else:
        drawn = (tuple(rng.choice(some) for some in choices) for _ in range(most))
    return sorted({re.sub(r"\s+", " ", "".join(one)).strip() for one in drawn})


def bank(rules: RuleBook) -> list[tuple[str, str]]:
    """(text, category) of everything that is learnt from."""
    data = yaml.safe_load(BANK.read_text(encoding="utf-8"))
    rng = random.Random(SEED)
    rows = [
        (text, category)
        for category, lines in sorted(data["categories"].items())
        for line in lines
        for text in variants(line, data["in"], rng)
    ]
    for rule in rules.section("phrases")["rules"]:
        if rule.get("department", "") != "fire":
            rows += [(example, rule["category"]) for example in rule["examples"] for _ in range(3)]
    return _levelled(rows, rng)


def _levelled(rows: list[tuple[str, str]], rng: random.Random) -> list[tuple[str, str]]:
    """As many rows of each category: what kinds of finding are common is the city's to say, not this bank's."""
    by_category: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        by_category.setdefault(row[1], []).append(row)
    levelled = []
    for _, some in sorted(by_category.items()):
        levelled += rng.sample(some, OF_EACH) if len(some) > OF_EACH else some + rng.choices(some, k=OF_EACH - len(some))
    return levelled


def train(rules: RuleBook, rounds: int = ROUNDS) -> Any:
    """The trained pipeline."""
    spacy.util.fix_random_seed(SEED)  # type: ignore[attr-defined]
    lexicon = load(rules)
    rows = bank(rules)
    labels = sorted({category for _, category in rows})
    nlp = classifier.blank(labels, LENGTH)
    examples = []
    for text, category in rows:
        doc = classifier.doc_of(nlp, plain(lexicon, text))
        examples.append(Example.from_dict(doc, {"cats": {label: float(label == category) for label in labels}}))
    optimiser = nlp.initialize(lambda: examples[:200])
    optimiser.learn_rate = 0.01
    rng = random.Random(SEED)
    for _ in range(rounds):
        rng.shuffle(examples)
        for start in range(0, len(examples), BATCH):
            nlp.update(examples[start : start + BATCH], sgd=optimiser, drop=0.2)
    return nlp


def save(nlp: Any, rules: RuleBook, folder: Path) -> None:
    """The weights, and where they come from."""
    rows = "\n".join(f"{category}\t{text}" for text, category in bank(rules))
    with tempfile.TemporaryDirectory() as space:
        nlp.to_disk(space)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(space, folder)
    about = {
        "made_by": "python -m benchmarks.train_findings",
        "rows": rows.count("\n") + 1,
        "data_sha256": hashlib.sha256(rows.encode()).hexdigest(),
        "spacy": version("spacy"),
        "seed": SEED,
    }
    (folder / "provenance.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the text classifier for findings.")
    parser.add_argument("--check", action="store_true", help="only say what it would be trained on")
    arguments = parser.parse_args()
    rules = RuleBook.load()
    rows = bank(rules)
    print(f"{len(rows)} phrases, {len({c for _, c in rows})} categories")  # noqa: T201 - a command's output
    if not arguments.check:
        save(train(rules), rules, FOLDER)


if __name__ == "__main__":
    main()
