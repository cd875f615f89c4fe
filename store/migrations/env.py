"""Run by Alembic with the connection that ``store.opening`` holds, inside its transaction: a step is whole or not at all."""

from __future__ import annotations

from alembic import context

from store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
