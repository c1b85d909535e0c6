"""Employees are people: messages and accounts belong to them, and not to their extensions."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
PRESENT = sa.text("until IS NULL")
KEPT = "state = 'kept' AND deleted_at IS NULL"
INDEXES = (
    ("ix_messages_employee", f"{KEPT} AND NOT quiet AND employee_id IS NOT NULL"),
    ("ix_messages_quiet_employee", f"{KEPT} AND quiet"),
)

EMPLOYEES = sa.table(
    "employees",
    sa.column("id"),
    sa.column("company_id"),
    sa.column("extension"),
    sa.column("name"),
    sa.column("since", TIME),
    sa.column("until", TIME),
)

People = dict[tuple[str, str], str]
"""The ids of who has, or had, an extension: by company and extension."""


def upgrade() -> None:
    """Make a person of everybody who has an extension, and of who had one that nobody has now."""
    _create_tables()
    people = _present()
    accounts = _accounts()
    _add_former(people, accounts)
    _bind(people, accounts)
    _give_messages(people)
    # Not by making the tables anew, as alembic would on SQLite: sessions and tokens go with users.
    for table, column in (
        ("users", "extensions"),
        ("news", "box"),
        ("news", "addressee_number"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for name, condition in INDEXES:
        op.create_index(
            *(name, "messages", ["employee_id", "place"]),
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def _create_tables() -> None:
    op.create_table(
        "employees",
        sa.Column("id", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("extension", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_employees"),
    )
    op.create_index(
        "uq_employees_present",
        "employees",
        ["company_id", "extension"],
        unique=True,
        sqlite_where=PRESENT,
        postgresql_where=PRESENT,
    )
    op.create_index("ix_employees_extension", "employees", ["company_id", "extension"])
    op.create_table(
        "holdings",
        sa.Column("company_id", ID, nullable=False),
        sa.Column("extension", sa.Text, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint(
            *("company_id", "extension", "until", "employee_id"), name="pk_holdings"
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employees.id"],
            name="fk_holdings_employee_id_employees",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "bindings",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "employee_id", name="pk_bindings"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_bindings_user_id_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employees.id"],
            name="fk_bindings_employee_id_employees",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_bindings_employee_id", "bindings", ["employee_id"])
    for table in ("messages", "addressees", "news"):
        op.add_column(table, sa.Column("employee_id", ID))


def _present() -> People:
    """Everybody whom a company's configuration names."""
    people: People = {}
    for company_id, config in _rows("SELECT id, config FROM companies"):
        for extension, name in _employees(config).items():
            people[company_id, extension] = _add(company_id, extension, name, None)
    return people


def _employees(config: str) -> dict[str, str]:
    """Names by extension; none of a configuration that cannot be read."""
    try:
        return {e: str(who["name"]) for e, who in json.loads(config)["employees"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _accounts() -> list[tuple[str, str, list[str]]]:
    """The users' ids, their companies, and the extensions that were bound to them."""
    users = _rows("SELECT id, company_id, extensions FROM users")
    return [(user_id, company_id, json.loads(texts)) for user_id, company_id, texts in users]


def _add_former(people: People, accounts: list[tuple[str, str, list[str]]]) -> None:
    """Somebody of whom nothing is known, for each extension that nobody has."""
    messages = _rows(
        "SELECT DISTINCT company_id, addressee_number FROM messages"
        " WHERE box = 'employee' AND company_id IS NOT NULL"
    )
    wanted = {(company_id, number) for company_id, number in messages}
    wanted |= {(company_id, each) for _, company_id, texts in accounts for each in texts}
    for company_id, extension in sorted(wanted - people.keys()):
        until = datetime.now(UTC)
        people[company_id, extension] = _add(company_id, extension, "", until)


def _add(company_id: str, extension: str, name: str, until: datetime | None) -> str:
    employee_id = str(uuid.uuid4())
    op.get_bind().execute(
        EMPLOYEES.insert(),
        {
            "id": employee_id,
            "company_id": company_id,
            "extension": extension,
            "name": name,
            "since": _time(BEGINNING),
            "until": until and _time(until),
        },
    )
    return employee_id


def _time(moment: datetime) -> datetime:
    """SQLite knows no zones: there the stored time is UTC."""
    return moment.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else moment


def _bind(people: People, accounts: list[tuple[str, str, list[str]]]) -> None:
    _each(
        "INSERT INTO bindings (user_id, employee_id) VALUES (:user_id, :employee_id)",
        [
            {"user_id": user_id, "employee_id": people[company_id, extension]}
            for user_id, company_id, texts in accounts
            for extension in dict.fromkeys(texts)
        ],
    )


def _give_messages(people: People) -> None:
    """Messages, what they are found and counted by, and news of them."""
    op.execute(
        "UPDATE messages SET employee_id = (SELECT e.id FROM employees e WHERE"
        " e.company_id = messages.company_id AND e.extension = messages.addressee_number)"
        " WHERE box = 'employee' AND company_id IS NOT NULL"
    )
    op.execute(
        "UPDATE news SET employee_id = (SELECT m.employee_id FROM messages m"
        " WHERE m.id = news.message_id)"
    )
    _each(
        "UPDATE tallies SET box = :after WHERE company_id = :company_id AND box = :before",
        [
            {
                "company_id": company_id,
                "before": f"employee:{extension}",
                "after": f"employee:{employee_id}",
            }
            for (company_id, extension), employee_id in people.items()
        ],
    )
    addressees = []
    for key, *texts in _rows(
        "SELECT key, company_id, box, number, words FROM addressees WHERE box = 'employee'"
    ):
        employee_id = people.get((texts[0], texts[2]))
        if employee_id is not None:
            digest = hashlib.sha256("\0".join((*texts, employee_id)).encode()).hexdigest()
            addressees.append({"key": key, "after": digest, "employee_id": employee_id})
    _each(
        "UPDATE addressees SET key = :after, employee_id = :employee_id WHERE key = :key",
        addressees,
    )


def _rows(statement: str) -> list[Any]:
    return list(op.get_bind().execute(sa.text(statement)))


def _each(statement: str, parameters: list[dict[str, str]]) -> None:
    if parameters:
        op.get_bind().execute(sa.text(statement), parameters)
