"""Alembic's entry: runs the migrations on the connection that ``Database.migrate`` opened."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from storage.database import account_tables as _accounts  # noqa: F401  (their tables join the rest)
from storage.database.tables import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
