"""Scanned inserts of a digital page: the picture's region is read, the text layer's words stay elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.read.lines import reading_order
from extractors.read.ocr import Seen, read_image
from extractors.read.page_image import Gray
from extractors.read.settings import ReadSettings
from records.document import Box, Page, Word

_LEAST_WORDS = 3  # fewer are a logo, or a drawing's letters
_BELIEVED = 0.5  # mean confidence below which a picture holds no text


def with_inserts(
    page: Page, regions: Sequence[Box], image: Gray, scale: float, said: str, settings: ReadSettings
) -> Page:
    """The page with what its pictures hold, where they hold text that the layer has not. ``image`` shows the whole page at
    ``scale`` pixels per point. Raises DocumentError if OCR fails."""
    read = 0
    for region in regions:
        part = image[int(region.top * scale) : int(region.bottom * scale), int(region.x0 * scale) : int(region.x1 * scale)]
        if min(part.shape) < 1:
            continue
        seen = read_image(part.copy(), scale, settings)
        placed = [replace(w, box=_placed(seen, region, w.box)) for w in seen.words if w.box is not None]
        new = [w for w in placed if not _known(w, page.words)]
        sure = sum(w.confidence or 0.0 for w in new) / len(new) if new else 0.0
        if not seen.handwriting and (len(new) < _LEAST_WORDS or sure < _BELIEVED):
            continue
        read += 1
        ticks = [replace(t, box=_placed(seen, region, t.box)) for t in seen.ticks]
        page = replace(
            page,
            words=reading_order([*page.words, *new]),
            rules=(*page.rules, *(_placed(seen, region, r) for r in seen.rules)),
            ticks=(*page.ticks, *(t for t in ticks if not any(t.box.overlap(k.box) > 0.2 for k in page.ticks))),
            handwriting=(*page.handwriting, *(_placed(seen, region, h) for h in seen.handwriting)),
        )
    if not read:
        return page
    what = "a picture on it was read by OCR" if read == 1 else f"{read} pictures on it were read by OCR"
    return replace(page, text_source="mixed", reason="; ".join(r for r in (page.reason, what, said) if r))


def _placed(seen: Seen, region: Box, box: Box) -> Box:
    """From the region as it was read to the page."""
    width, height = seen.size or (0.0, 0.0)
    lying = Page(1, width, height, "ocr", (), turn=seen.turn, lie=seen.lie).as_shown(box)
    return Box(
        round(lying.x0 + region.x0, 2), round(lying.top + region.top, 2),
        round(lying.x1 + region.x0, 2), round(lying.bottom + region.top, 2),
    )  # fmt: skip


def _known(word: Word, words: Sequence[Word]) -> bool:
    """The layer has a word there already."""
    b = word.box
    return b is not None and any(
        k.box is not None and k.box.x0 - 1 <= b.centre_x <= k.box.x1 + 1 and k.box.top - 1 <= b.centre_y <= k.box.bottom + 1
        for k in words
    )
