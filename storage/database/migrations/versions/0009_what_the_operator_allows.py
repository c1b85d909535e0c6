"""What the operator of the system allows each company: phones, prefixes, numbers.

Numbers that a company has are assigned to it, and the outside numbers that it dials are noted: they
are dialled still, whatever is allowed from now on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
LISTS = ("endpoint_pattern", "endpoints", "allow", "dialled_before")
COMPANIES = sa.table("companies", sa.column("id", sa.Text), sa.column("config", sa.Text))


def upgrade() -> None:
    """Make the tables, and fill them from what is there."""
    allowances = op.create_table(
        "allowances",
        sa.Column("company_id", ID, nullable=False),
        *(sa.Column(name, sa.Text) for name in LISTS),
        sa.PrimaryKeyConstraint("company_id", name="pk_allowances"),
        _of_company("allowances"),
    )
    op.create_table(
        "assigned_numbers",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_assigned_numbers"),
        _of_company("assigned_numbers"),
    )
    op.create_index("ix_assigned_numbers_company_id", "assigned_numbers", ["company_id"])
    op.execute(
        "INSERT INTO assigned_numbers (number, company_id) SELECT number, company_id FROM numbers"
    )
    connection = op.get_bind()
    for company_id, config in connection.execute(sa.select(COMPANIES)).all():
        numbers = ", ".join(sorted(set(dialled(config)))) or None
        row = {"company_id": company_id, "dialled_before": numbers}
        connection.execute(allowances.insert().values(row))


def _of_company(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id"],
        ["companies.id"],
        name=f"fk_{table}_company_id_companies",
        ondelete="CASCADE",
    )


def dialled(config: str) -> Iterator[str]:
    """The outside numbers in a stored configuration; none in one that cannot be read."""
    try:
        ahead = [json.loads(config)]
    except ValueError:
        return
    while ahead:
        match ahead.pop():
            case {"action": "dial", "number": str(number)}:
                yield number
            case dict(table):
                ahead += table.values()
            case list(entries):
                ahead += entries
            case _:
                continue
