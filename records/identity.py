"""Where a record gets its name. An id is minted once, from the place on the paper; later runs find the record again by
matching (``store.matching``) and keep the id, wherever the better reading says the record lies."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from records.document import Box
from records.record import Evidence
from records.vocabulary import Kind


def place_of(anchor: Evidence) -> str:
    """The page, or the paragraph or cell where the file has no pages of its own: those survive another rendering."""
    return anchor.anchor or ("" if anchor.page is None else f"page {anchor.page}")


def box_of(anchor: Evidence) -> Box | None:
    """The first box of the anchor; none where paragraph or cell names the place, as boxes there depend on the renderer."""
    return None if anchor.anchor or not anchor.boxes else anchor.boxes[0]


def mint(document_sha: str, kind: Kind, place: str, box: Box | None, ordinal: int) -> str:
    """A record's id: 16 hex characters from document, kind, place, the first anchor box rounded to points, and the
    ordinal among the records of that kind at that very place."""
    corners = "" if box is None else " ".join(str(round(c)) for c in (box.x0, box.top, box.x1, box.bottom))
    return hashlib.sha256("\x1f".join((document_sha, kind, place, corners, str(ordinal))).encode()).hexdigest()[:16]


def mint_free(document_sha: str, kind: Kind, anchor: Evidence, taken: Collection[str]) -> str:
    """The first id at ``anchor`` that no record carries yet. A record that vanished keeps its id, so that the next one found
    at its place gets the next ordinal."""
    place, box, ordinal = place_of(anchor), box_of(anchor), 0
    while (candidate := mint(document_sha, kind, place, box, ordinal)) in taken:
        ordinal += 1
    return candidate
