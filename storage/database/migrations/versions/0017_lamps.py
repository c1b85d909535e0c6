"""What lamps count: messages that are new in their mailboxes, and what Asterisk calls those."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LISTED = "state = 'kept' AND deleted_at IS NULL AND NOT quiet"
CONTEXT_OF_FIRST = "voicepost"

# Those that are new to the employee's own account; where there is none, that nobody has heard.
NEW = """
UPDATE messages SET new_in_box = :yes WHERE state IN ('recording', 'kept') AND (
  EXISTS (
    SELECT 1 FROM unheard JOIN bindings ON bindings.user_id = unheard.user_id
    JOIN users ON users.id = bindings.user_id
    WHERE unheard.place = messages.place AND bindings.employee_id = messages.employee_id
      AND users.disabled_at IS NULL
  )
  OR heard_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM bindings JOIN users ON users.id = bindings.user_id
    WHERE bindings.employee_id = messages.employee_id AND users.disabled_at IS NULL
  )
  OR state = 'recording'
)
"""


def upgrade() -> None:
    """Add the mark and its index, and name the mailboxes of a company that is alone."""
    op.add_column(
        "messages", sa.Column("new_in_box", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.execute(sa.text(NEW).bindparams(sa.bindparam("yes", True, sa.Boolean)))
    where = sa.text(f"{LISTED} AND new_in_box")
    op.create_index(
        "ix_messages_new_in_box",
        "messages",
        ["company_id", "employee_id", "place"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.add_column("companies", sa.Column("mailbox_context", sa.Text))
    op.create_index("ix_companies_mailbox_context", "companies", ["mailbox_context"], unique=True)
    companies = sa.table("companies", sa.column("mailbox_context", sa.Text))
    count = sa.select(sa.func.count()).select_from(companies)
    if op.get_bind().scalar(count) == 1:
        op.execute(companies.update().values(mailbox_context=CONTEXT_OF_FIRST))
