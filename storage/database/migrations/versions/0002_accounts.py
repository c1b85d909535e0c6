"""Users of the page, their sessions, tokens and one-time links, and failed logins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
DIGEST = sa.String(64)
TIME = sa.DateTime(timezone=True)
IS_ROLE = "role IN ('administrator', 'employee')"


def upgrade() -> None:
    """Make the tables of accounts."""
    op.create_table(
        "users",
        sa.Column("id", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(13), nullable=False),
        sa.Column("extensions", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("language", sa.String(2)),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("logged_in_at", TIME),
        sa.Column("disabled_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("login", name="uq_users_login"),
        _belongs("users", "company_id", "companies"),
        sa.CheckConstraint(IS_ROLE, name="known_role"),
        sa.CheckConstraint("language IN ('ru', 'en')", name="known_language"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", DIGEST, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        _belongs("sessions", "user_id", "users"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("token_hash", DIGEST, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.Column("expires_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_tokens_token_hash"),
        _belongs("tokens", "user_id", "users"),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", DIGEST, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("company_id", ID),
        sa.Column("role", sa.String(13), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitations"),
        _belongs("invitations", "user_id", "users"),
        _belongs("invitations", "company_id", "companies"),
        sa.CheckConstraint(IS_ROLE, name="known_role"),
    )
    op.create_table(
        "login_failures",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("failures", sa.Double, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("blocked_until", TIME),
        sa.PrimaryKeyConstraint("key", name="pk_login_failures"),
    )
    for table, column in (
        ("users", "company_id"),
        ("sessions", "user_id"),
        ("tokens", "user_id"),
        ("invitations", "user_id"),
        ("invitations", "company_id"),
        ("login_failures", "last_at"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _belongs(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    """A row that goes with its owner."""
    return sa.ForeignKeyConstraint(
        [column], [f"{owner}.id"], name=f"fk_{table}_{column}_{owner}", ondelete="CASCADE"
    )
