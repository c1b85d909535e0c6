"""Messages that are new to a user follow what the account may see."""

from __future__ import annotations

from argon2.profiles import CHEAPEST

from storage.accounts.passwords import Passwords
from storage.accounts.users import Users
from tests.storage.accounts.house import BOSS, COMPANY
from tests.storage.conftest import ANNA, Store
from tests.storage.people import found_company


def test_new_messages_come_and_go_with_role_extensions_and_lock(store: Store) -> None:
    found_company(store)
    store.receive(ANNA)
    store.receive()
    users = Users(store.database, Passwords(CHEAPEST))

    olga = users.add(
        company_id=COMPANY,
        login="olga",
        name="Ольга",
        role="administrator",
        password="twelve green apples",
        by=BOSS,
    )
    anna = users.add(company_id=COMPANY, login="anna", name="Анна", role="employee", by=BOSS)
    assert store.messages.new_count(olga) == 2
    assert store.messages.new_count(anna) == 0

    anna = users.change(anna.id, extensions=["101"], by=BOSS)
    assert store.messages.new_count(anna) == 1
    anna = users.change(anna.id, role="administrator", by=BOSS)
    assert store.messages.new_count(anna) == 2

    users.disable(anna.id, by=BOSS)
    store.receive()
    anna = users.enable(anna.id, by=BOSS)
    assert store.messages.new_count(anna) == 3
    anna = users.change(anna.id, role="employee", by=BOSS)
    assert store.messages.new_count(anna) == 1
