"""Alembic's folder: each version is a step that was once released and never changes again."""
