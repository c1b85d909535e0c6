"""What a call had begun when its flow was lost is found by the call's id."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the messages by their call."""
    op.create_index("ix_messages_call", "messages", ["call_id"])
