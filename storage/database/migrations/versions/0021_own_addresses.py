"""Mail addresses that employees set for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "own_addresses",
        sa.Column("id", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("destination", sa.String(32), nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("since", PLACE),
        sa.Column("code", sa.String(8)),
        sa.Column("code_until", TIME),
        sa.Column("wrong_codes", sa.Integer, nullable=False),
        sa.Column("hour_from", TIME),
        sa.Column("hour_count", sa.Integer),
        sa.Column("hour_letter", ID),
        sa.PrimaryKeyConstraint("id", name="pk_own_addresses"),
        sa.UniqueConstraint(
            "employee_id", "destination", name="uq_own_addresses_employee_id_destination"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_own_addresses_company_id_companies",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employees.id"],
            name="fk_own_addresses_employee_id_employees",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_own_addresses_company_id", "own_addresses", ["company_id"])
