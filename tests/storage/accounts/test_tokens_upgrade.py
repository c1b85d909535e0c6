"""Tokens of earlier versions, many of which were to last for ever, after the upgrade."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from storage.accounts.opaque import digest
from storage.accounts.tokens import Tokens
from storage.database.engine import Database, upgrade
from tests.storage.accounts.house import BOSS

USER = "01890a5d-ac96-774b-bcce-b302099a8001"
NOW = datetime.now(UTC)
ENDS: dict[str, timedelta | None] = {
    "for ever": None,
    "ten years": timedelta(days=3650),
    "a week": timedelta(days=7),
    "ended": timedelta(days=-1),
}


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Database]:
    """A database with tokens as they were made before they had to end."""
    database = Database(database_url)
    with database.filling() as connection:
        upgrade(connection, "0005")
        connection.execute(
            text("INSERT INTO companies (id, name, config, version) VALUES ('1', 'Р', '{}', 1)")
        )
        connection.execute(
            text(
                "INSERT INTO users (id, company_id, login, name, role, extensions,"
                " must_change_password, created_at)"
                " VALUES (:id, '1', 'anna', 'Anna', 'employee', '[]', false, :at)"
            ),
            {"id": USER, "at": _stored(NOW, database)},
        )
        for number, (name, left) in enumerate(ENDS.items()):
            connection.execute(
                text(
                    "INSERT INTO tokens (id, user_id, name, token_hash, created_at, expires_at)"
                    " VALUES (:id, :user, :name, :hash, :at, :end)"
                ),
                {
                    "id": f"{USER[:-1]}{number + 2}",
                    "user": USER,
                    "name": name,
                    "hash": digest(f"vp_{name}"),
                    "at": _stored(NOW, database),
                    "end": left and _stored(NOW + left, database),
                },
            )
    database.migrate()
    yield database
    database.close()


def _stored(time: datetime, database: Database) -> datetime | str:
    return f"{time:%Y-%m-%d %H:%M:%S.%f}" if database.is_sqlite else time


def test_every_token_ends_within_three_months_of_the_upgrade(upgraded: Database) -> None:
    tokens = Tokens(upgraded)
    left = {token.name: token.expires_at - NOW for token in tokens.of_user(USER)}
    so_far = datetime.now(UTC) - NOW
    for name in ("for ever", "ten years"):
        assert timedelta(days=90) <= left[name] <= timedelta(days=90) + so_far
    assert left["a week"] == timedelta(days=7)
    assert left["ended"] == timedelta(days=-1)


def test_until_then_it_does_what_it_did(upgraded: Database) -> None:
    for name in ENDS:
        bearer = Tokens(upgraded).find(f"vp_{name}")
        assert (bearer is not None and not bearer.read_only) == (name != "ended")
    later = Tokens(upgraded, lambda: NOW + timedelta(days=91))
    assert later.find("vp_for ever") is None
    _, secret = later.make(USER, "its successor", read_only=True, by=BOSS)
    assert later.find(secret)
