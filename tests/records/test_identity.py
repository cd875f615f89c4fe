"""Minted ids: the same place gives the same id, another place another."""

from __future__ import annotations

from records.document import Box
from records.identity import mint, mint_free
from records.record import Evidence

SHA = "a" * 64
BOX = Box(72.2, 100.4, 300.0, 111.0)


def test_id_is_a_function_of_document_kind_place_box_and_ordinal() -> None:
    ids = {
        mint(SHA, "violation", "page 1", BOX, 0),
        mint("b" * 64, "violation", "page 1", BOX, 0),
        mint(SHA, "inspection", "page 1", BOX, 0),
        mint(SHA, "violation", "page 2", BOX, 0),
        mint(SHA, "violation", "page 1", None, 0),
        mint(SHA, "violation", "page 1", BOX, 1),
    }
    assert len(ids) == 6 and all(len(i) == 16 for i in ids)


def test_the_id_never_changes_between_versions() -> None:
    """Ids are delivered to other systems: another value here would orphan every record there."""
    assert mint(SHA, "violation", "page 1", BOX, 0) == "c317293a47af9eb1"


def test_box_is_rounded_to_points() -> None:
    assert mint(SHA, "tax", "page 1", BOX, 0) == mint(SHA, "tax", "page 1", Box(72.4, 99.8, 300.1, 110.9), 0)


def test_rendering_of_an_office_file_is_not_identity() -> None:
    rendered = Evidence(3, (BOX,), "x", "p12")
    assert mint_free(SHA, "tax", rendered, ()) == mint_free(SHA, "tax", Evidence(None, (), "x", "p12"), ())


def test_taken_ids_are_not_given_again() -> None:
    where = Evidence(1, (BOX,), "x")
    taken: list[str] = []
    for _ in range(3):
        taken.append(mint_free(SHA, "tax", where, taken))
    assert len(set(taken)) == 3
