"""PINs of mailboxes, and what the audit log has told of attempts that were not looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, empty, and add the columns."""
    op.create_table(
        "pins",
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("pin_hash", sa.Text, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("employee_id", name="pk_pins"),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employees.id"],
            name="fk_pins_employee_id_employees",
            ondelete="CASCADE",
        ),
    )
    op.add_column(
        "login_failures", sa.Column("refused", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("login_failures", sa.Column("told_at", TIME))
