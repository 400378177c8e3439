"""Alembic revisions; `web_service.migrations` runs them."""
