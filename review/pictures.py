"""Pictures of pages, kept by the browser for good: the same bytes give the same picture."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from records.errors import LotlineError
from review.pages import Visitor, office_of

router = APIRouter()
DPI = 150
SHARP = 300


@router.get("/picture/{sha256}/{page}")
def picture(request: Request, sha256: str, page: int, session: Visitor, sharp: bool = False) -> Response:
    if len(sha256) != 64 or not sha256.isalnum():
        return PlainTextResponse("no such picture", 404)
    try:
        found = office_of(request).house.picture(sha256, page, SHARP if sharp else DPI)
    except LotlineError as error:
        return PlainTextResponse(str(error), 404)
    return FileResponse(
        found.path, media_type=found.media_type, headers={"Cache-Control": "private, max-age=2592000, immutable"}
    )
