"""The database: what was read, found, decided and run. One small method per job; how a value was found is not its business."""

from __future__ import annotations

from store.database import Store
from store.runs import Run
from store.views import StoredDocument, Whole

__all__ = ["Run", "Store", "StoredDocument", "Whole"]
