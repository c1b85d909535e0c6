"""The database: its engine, all tables, and migrations.

Tables only hold; what is asked of them, and what a change means, belongs to the rooms above.
"""

__all__ = [
    "account_tables",
    "allowance_tables",
    "delivery_tables",
    "employee_tables",
    "engine",
    "lease",
    "signing_tables",
    "tables",
    "upsert",
]
