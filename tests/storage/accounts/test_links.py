"""Personal tokens and one-time links: secrets told once, worth something for a while."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from storage.accounts.tokens import MOST_TOKENS, Bearer, Tokens
from storage.database.account_tables import InvitationRow, TokenRow
from storage.database.engine import Database
from storage.errors import NotFound, Refused
from tests.refusals import refuses
from tests.storage.accounts.house import (
    BOSS,
    COMPANY,
    LUCKILY_NOBODY,
    OTHER,
    PASSWORD,
    House,
    house,
)

NEW_PASSWORD = "thirteen red plums"


@pytest.fixture
def people(database: Database) -> House:
    return house(database)


def test_a_token_acts_as_its_user(people: House) -> None:
    anna = people.add("anna", "employee", "101")
    token, secret = people.tokens.make(anna.id, "backup script", by=BOSS)

    assert secret.startswith("vp_") and len(secret) >= 46
    assert people.tokens.find(secret) == Bearer(anna, read_only=False)
    assert people.sessions.find(secret) is None
    assert people.tokens.of_user(anna.id)[0].used_at == people.clock.time
    end = people.clock.time + timedelta(days=90)
    assert (token.name, token.expires_at, token.used_at) == ("backup script", end, None)
    told = {"name": "backup script", "days": 90, "read_only": False}
    assert people.entries()[-1].details == told
    with people.database.reading() as session:
        assert secret not in repr(vars(session.query(TokenRow).one()))


def test_a_token_lasts_as_long_as_was_said(people: House) -> None:
    anna = people.add("anna")
    token, secret = people.tokens.make(anna.id, "script", 7, by=BOSS)

    people.clock.forward(days=7, seconds=-1)
    assert people.tokens.find(secret)
    people.clock.forward(seconds=1)
    assert people.tokens.find(secret) is None
    assert [kept.id for kept in people.tokens.of_user(anna.id)] == [token.id]


def test_a_token_lasts_as_long_as_is_usual_here(people: House) -> None:
    anna = people.add("anna")
    tokens = Tokens(people.database, people.clock, days=30)
    token, _ = tokens.make(anna.id, "script", by=BOSS)
    assert token.expires_at == people.clock.time + timedelta(days=30)


def test_a_token_tells_that_it_ends_soon_and_that_it_has(people: House) -> None:
    anna = people.add("anna")
    people.tokens.make(anna.id, "script", 20, by=BOSS)
    told = []
    for forward in (0, 5, 2, 12, 1, 1):
        people.clock.forward(days=forward)
        (token,) = people.tokens.of_user(anna.id)
        told.append((token.days_left(people.clock.time), token.ends_soon(people.clock.time)))
    assert told == [(20, False), (15, False), (13, True), (1, True), (0, True), (-1, True)]


def test_a_token_may_be_for_reading_only(people: House) -> None:
    anna = people.add("anna")
    token, secret = people.tokens.make(anna.id, "script", read_only=True, by=BOSS)
    assert token.read_only and people.tokens.of_user(anna.id)[0].read_only
    assert people.tokens.find(secret) == Bearer(anna, read_only=True)


def test_who_resets_a_password_revokes_the_tokens(people: House) -> None:
    """As he ends the sessions: somebody else may have got at either."""
    anna, boris = people.add("anna"), people.add("boris")
    for chosen in ("reset", "link", "own and so ticked"):
        _, secret = people.tokens.make(anna.id, f"before {chosen}", by=BOSS)
        _, foreign = people.tokens.make(boris.id, "his", by=BOSS)
        match chosen:
            case "link":
                key = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)
                assert people.tokens.find(secret)
                people.invitations.accept(key, password=NEW_PASSWORD)
            case _:
                people.users.set_password(anna.id, NEW_PASSWORD, by=BOSS)
        assert people.tokens.find(secret) is None
        assert people.tokens.find(foreign)
        told = people.entries()[-1]
        assert (told.action, told.subject) == ("token.revoke", "anna")
        assert told.details == {"name": f"before {chosen}"}

    _, secret = people.tokens.make(anna.id, "kept", by=BOSS)
    people.users.set_password(anna.id, PASSWORD, by=BOSS, keep_tokens=True)
    assert people.tokens.find(secret)


def test_all_tokens_are_revoked_at_once(people: House) -> None:
    anna, boris = people.add("anna"), people.add("boris")
    secrets = [people.tokens.make(anna.id, f"script {n}", by=BOSS)[1] for n in range(3)]
    _, foreign = people.tokens.make(boris.id, "his", by=BOSS)
    assert people.tokens.revoke_all(anna.id, by=BOSS) == 3
    assert people.tokens.revoke_all(anna.id, by=BOSS) == 0
    assert not any(people.tokens.find(secret) for secret in secrets)
    assert people.tokens.find(foreign)
    with pytest.raises(NotFound):
        people.tokens.revoke_all(LUCKILY_NOBODY, by=BOSS)


def test_tokens_that_ended_take_no_places_and_are_forgotten(people: House) -> None:
    anna = people.add("anna")
    for number in range(MOST_TOKENS):
        people.tokens.make(anna.id, f"script {number}", 1, by=BOSS)
    people.clock.forward(days=1)
    people.tokens.make(anna.id, "another", by=BOSS)
    assert len(people.tokens.of_user(anna.id)) == MOST_TOKENS + 1
    people.clock.forward(days=31)
    people.tokens.make(anna.id, "yet another", by=BOSS)
    assert [token.name for token in people.tokens.of_user(anna.id)] == ["yet another", "another"]


def test_only_the_user_has_and_revokes_his_tokens(people: House) -> None:
    anna, boris = people.add("anna"), people.add("boris")
    token, secret = people.tokens.make(anna.id, "script", by=BOSS)

    assert people.tokens.of_user(boris.id) == []
    for user_id, token_id in (
        (boris.id, token.id),
        (anna.id, LUCKILY_NOBODY),
        (anna.id, "\0"),
        (LUCKILY_NOBODY, token.id),
    ):
        with pytest.raises(NotFound):
            people.tokens.revoke(user_id, token_id, by=BOSS)
    assert people.tokens.find(secret)

    people.tokens.revoke(anna.id, token.id, by=BOSS)
    assert people.tokens.find(secret) is None
    assert people.tokens.of_user(anna.id) == []
    assert people.actions()[-1] == "token.revoke"


def test_tokens_are_few_and_have_names(people: House) -> None:
    anna = people.add("anna")
    for name, days in (("", None), ("x" * 201, None), ("ok", 0), ("ok", 3651), ("ok", -1)):
        with pytest.raises(Refused):
            people.tokens.make(anna.id, name, days, by=BOSS)
    with pytest.raises(NotFound):
        people.tokens.make(LUCKILY_NOBODY, "script", by=BOSS)
    for number in range(MOST_TOKENS):
        people.tokens.make(anna.id, f"script {number}", by=BOSS)
    with refuses(Refused, "at most 50 tokens"):
        people.tokens.make(anna.id, "one more", by=BOSS)


def test_by_the_first_link_somebody_becomes_administrator(people: House) -> None:
    secret = people.invitations.make(COMPANY, by=BOSS)
    invitation = people.invitations.look(secret)
    assert (invitation.company_id, invitation.role, invitation.user) == (
        COMPANY,
        "administrator",
        None,
    )

    user = people.invitations.accept(
        secret, login="Olga", name="Ольга", password=PASSWORD, address="192.0.2.1"
    )

    assert user.is_administrator and user.company_id == COMPANY
    assert people.sessions.find(people.log_in("olga")) is not None
    entry = people.entries()[1]
    assert (entry.action, entry.who, entry.address, entry.user_id) == (
        "user.add",
        "olga",
        "192.0.2.1",
        user.id,
    )


def test_a_link_is_good_once(people: House) -> None:
    secret = people.invitations.make(COMPANY, by=BOSS)
    people.invitations.accept(secret, login="olga", name="Ольга", password=PASSWORD)

    with refuses(NotFound, "used, is void or too old"):
        people.invitations.look(secret)
    with pytest.raises(NotFound):
        people.invitations.accept(secret, login="eve", name="Eve", password=PASSWORD)
    assert len(people.users.of_company()) == 1


def test_of_many_with_one_link_one_comes_in(people: House) -> None:
    secret = people.invitations.make(COMPANY, by=BOSS)
    refused = []

    def accept(login: str) -> None:
        try:
            people.invitations.accept(secret, login=login, name=login, password=PASSWORD)
        except NotFound as error:
            refused.append(error)

    threads = [threading.Thread(target=accept, args=(f"user{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 4
    assert len(people.users.of_company()) == 1


def test_a_mistake_does_not_use_the_link_up(people: House) -> None:
    people.add("anna", company_id=OTHER)
    secret = people.invitations.make(COMPANY, by=BOSS)
    for login, name, password in (
        ("", "Ольга", PASSWORD),
        ("olga", "", PASSWORD),
        ("olga", "Ольга", "short"),
        ("anna", "Ольга", PASSWORD),
    ):
        with pytest.raises(Refused):
            people.invitations.accept(secret, login=login, name=name, password=password)

    assert people.invitations.accept(secret, login="olga", name="Ольга", password=PASSWORD)


def test_a_link_grows_old(people: House) -> None:
    secret = people.invitations.make(COMPANY, hours=24, by=BOSS)
    people.clock.forward(hours=24, seconds=-1)
    people.invitations.look(secret)
    people.clock.forward(seconds=1)

    with pytest.raises(NotFound):
        people.invitations.look(secret)
    with pytest.raises(NotFound):
        people.invitations.accept(secret, login="olga", name="Ольга", password=PASSWORD)
    people.invitations.make(OTHER, by=BOSS)
    with people.database.reading() as session:
        assert session.query(InvitationRow).count() == 1


@pytest.mark.parametrize("secret", ["", "x", "\0", "\ud800"])
def test_any_other_link_is_worthless(people: House, secret: str) -> None:
    people.invitations.make(COMPANY, by=BOSS)
    with pytest.raises(NotFound):
        people.invitations.look(secret)
    with pytest.raises(NotFound):
        people.invitations.accept(secret, login="olga", name="Ольга", password=PASSWORD)


def test_a_newer_link_takes_the_place_of_an_earlier_one_for_the_same(people: House) -> None:
    anna, boris = people.add("anna"), people.add("boris")
    first, second = (people.invitations.make(COMPANY, by=BOSS) for _ in range(2))
    of_anna = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)
    of_boris = people.invitations.make(COMPANY, user_id=boris.id, by=BOSS)
    others = people.invitations.make(OTHER, by=BOSS)
    of_anna_anew = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)

    for void in (first, of_anna):
        with pytest.raises(NotFound):
            people.invitations.look(void)
    for good in (second, of_boris, others, of_anna_anew):
        people.invitations.look(good)


def test_first_links_are_void_once_there_is_an_administrator(people: House) -> None:
    """What stands in the log of the first start opens nothing any more."""
    here, there, anywhere = (
        people.invitations.make(company_id, by=BOSS) for company_id in (COMPANY, OTHER, None)
    )
    people.add("anna", "employee")
    assert people.invitations.look(here) and people.invitations.look(anywhere)

    people.add("olga", "administrator")

    assert people.invitations.look(there)
    for void in (here, anywhere):
        with pytest.raises(NotFound):
            people.invitations.look(void)


def test_a_first_link_may_come_before_the_company(people: House) -> None:
    secret = people.invitations.make(None, by=BOSS)
    assert people.invitations.look(secret).company_id is None
    with refuses(NotFound, "no such company"):
        people.invitations.accept(secret, login="olga", name="Ольга", password=PASSWORD)

    user = people.invitations.accept(
        secret, login="olga", name="Ольга", password=PASSWORD, company_id=OTHER
    )

    assert user.company_id == OTHER


def test_nobody_chooses_another_company_than_the_links(people: House) -> None:
    secret = people.invitations.make(COMPANY, by=BOSS)
    user = people.invitations.accept(
        secret, login="olga", name="Ольга", password=PASSWORD, company_id=OTHER
    )
    assert user.company_id == COMPANY


def test_by_a_link_a_user_chooses_a_password(people: House) -> None:
    anna = people.add("anna", "employee", "101")
    people.users.set_password(anna.id, PASSWORD, must_change=True, by=BOSS)
    token = people.log_in("anna")
    for _ in range(4):
        people.refusal("anna")
    secret = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)
    found = people.invitations.look(secret).user
    assert found and found.id == anna.id

    changed = people.invitations.accept(
        secret, login="eve", name="Eve", password=NEW_PASSWORD, company_id=OTHER
    )

    assert (changed.id, changed.login, changed.name, changed.company_id) == (
        anna.id,
        "anna",
        "Anna",
        COMPANY,
    )
    assert not changed.must_change_password
    assert people.sessions.find(token) is None
    assert people.log_in("anna", NEW_PASSWORD)
    with pytest.raises(NotFound):
        people.invitations.look(secret)


def test_an_invited_user_comes_in_by_his_link_alone(people: House) -> None:
    anna = people.add("anna", password=None)
    assert people.refusal("anna", "") is None
    secret = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)
    with pytest.raises(Refused):
        people.invitations.accept(secret, password="annaannaanna")

    people.invitations.accept(secret, password=PASSWORD)

    assert people.log_in("anna")


def test_a_disabled_user_has_no_way_in_by_a_link(people: House) -> None:
    anna = people.add("anna")
    before = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)
    people.users.disable(anna.id, by=BOSS)
    after = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)

    for secret in (before, after):
        with pytest.raises(NotFound):
            people.invitations.accept(secret, password=PASSWORD)
    people.users.enable(anna.id, by=BOSS)
    with pytest.raises(NotFound):
        people.invitations.look(before)


@pytest.mark.parametrize("hours", [0, -1, 721])
def test_a_link_lasts_an_hour_to_a_month(people: House, hours: int) -> None:
    with pytest.raises(Refused):
        people.invitations.make(COMPANY, hours=hours, by=BOSS)
