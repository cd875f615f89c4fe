"""Tells Prefect's server that documents came in: the event ``lotline.uploaded`` starts the deployment *on-upload*."""

from __future__ import annotations

import base64
import json
import os
import urllib.request
from datetime import UTC, datetime
from uuid import uuid4

from flows.home import Home
from flows.logbook import Logbook

EVENT = "lotline.uploaded"
_SECONDS = 5.0


def announce(home: Home, files: int, by: str) -> bool:
    """Sends the event, with the number of files alone. Without a server (no PREFECT_API_URL) there is nobody to tell, and one
    that does not answer is no reason to stop: the nightly sweep finds what lies there. Whether it was told."""
    address = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not address:
        return False
    event = {
        "id": str(uuid4()), "occurred": datetime.now(UTC).isoformat(), "event": EVENT,
        "resource": {"prefect.resource.id": f"lotline.inbox.{by}"}, "payload": {"files": files},
    }  # fmt: skip
    headers = {"Content-Type": "application/json"}
    if auth := os.environ.get("PREFECT_API_AUTH_STRING"):
        headers["Authorization"] = "Basic " + base64.b64encode(auth.encode()).decode()
    try:
        request = urllib.request.Request(f"{address}/events", json.dumps([event]).encode(), headers)
        urllib.request.urlopen(request, timeout=_SECONDS).close()
    except (OSError, ValueError) as error:
        Logbook(home.folder).note("server not told", level="warning", error=error, files=files)
        return False
    return True
