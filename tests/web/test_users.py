"""Accounts on the page: an administrator lets people in, changes and shuts them out."""

from __future__ import annotations

import re

import pytest

from storage.actor import User
from storage.errors import NotFound
from tests.web.conftest import COMPANY, NOBODY, OTHER_COMPANY, PASSWORD, Front, Visitor

CONFIRMED = {"current": PASSWORD}
"""What is asked for before anybody gets another way in."""


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def user(front: Front, login: str) -> User:
    return front.services.users.find(login)


def test_the_list_shows_the_companys_own_people_only(front: Front, olga: Visitor) -> None:
    page = olga.get("/users").text
    assert all(name in page for name in ("Olga", "Anna", "Boris"))
    assert "Rival" not in page
    found = olga.get("/users?search=102").text
    assert "Boris" in found
    assert ">Anna<" not in found


def test_a_user_comes_in_by_the_link_that_is_shown_once(front: Front, olga: Visitor) -> None:
    form = olga.get("/users/new?extension=102").text
    assert 'value="Борис Орлов"' in form
    answer = olga.post(
        "/users/new",
        data={
            "login": "vera",
            "name": "Вера",
            "role": "employee",
            "extensions": ["102"],
            **CONFIRMED,
        },
    )
    link = re.search(r'value="(http[^"]*/setup\?key=[^"]+)"', answer.text)
    assert link is not None
    made = user(front, "vera")
    assert (made.name, made.role, made.extensions) == ("Вера", "employee", ("102",))
    assert made.company_id == front.site.company_id
    key = link[1].partition("key=")[2]
    invitation = front.services.invitations.look(key)
    assert invitation.user is not None
    assert invitation.user.login == "vera"


def test_a_first_password_has_to_be_changed(front: Front, olga: Visitor) -> None:
    answer = olga.post(
        "/users/new",
        data={
            "login": "vera",
            "name": "Вера",
            "role": "administrator",
            "way_in": "password",
            "password": "seven red pears",
            **CONFIRMED,
        },
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/users")
    made, _ = front.services.sessions.log_in("vera", "seven red pears", address="", agent="")
    assert made.is_administrator
    assert made.must_change_password


def test_what_is_wrong_is_told_beside_what_was_typed(front: Front, olga: Visitor) -> None:
    answer = olga.post("/users/new", data={**CONFIRMED, "login": "anna", "name": "Вторая <Анна>"})
    assert answer.status_code == 422
    assert "«anna» уже занят" in answer.text
    assert 'value="Вторая &lt;Анна&gt;"' in answer.text
    short = olga.post(
        "/users/new",
        data={
            "login": "vera",
            "name": "Вера",
            "way_in": "password",
            "password": "short",
            **CONFIRMED,
        },
    )
    assert short.status_code == 422
    assert "не менее 10" in short.text
    assert "short" not in short.text
    stranger = olga.post(
        "/users/new", data={**CONFIRMED, "login": "vera", "name": "В", "extensions": ["999"]}
    )
    assert stranger.status_code == 422
    with pytest.raises(NotFound):
        user(front, "vera")


def test_an_account_is_changed(front: Front, olga: Visitor) -> None:
    anna = user(front, "anna")
    page = olga.get(f"/users/{anna.id}").text
    assert re.search(r'value="101" checked', page)
    answer = olga.post(
        f"/users/{anna.id}",
        data={
            "login": "anya",
            "name": "Анна",
            "role": "administrator",
            "extensions": ["101", "102"],
            "language": "en",
            "raising": PASSWORD,
        },
    )
    assert answer.status_code == 303
    changed = user(front, "anya")
    assert (changed.name, changed.role, changed.language) == ("Анна", "administrator", "en")
    assert changed.extensions == ("101", "102")


def test_another_login_is_given_by_who_knows_his_password(front: Front, olga: Visitor) -> None:
    own = user(front, "olga")
    typed = {"login": "hijack", "name": own.name, "role": "administrator"}
    for wrong in ({}, {"raising": "not my password"}):
        refused = olga.post(f"/users/{own.id}", data={**typed, **wrong})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
    assert user(front, "olga") == own
    assert olga.post(f"/users/{own.id}", data={**typed, "raising": PASSWORD}).status_code == 303
    assert user(front, "hijack").id == own.id


def test_a_new_password_is_shown_once_and_ends_the_sessions(front: Front, olga: Visitor) -> None:
    anna = user(front, "anna")
    answer = olga.post(f"/users/{anna.id}/password", data=CONFIRMED)
    shown = re.search(r'value="((?:[a-z0-9]{4}-?){4})"', answer.text)
    assert shown is not None
    assert front.services.sessions.find(front.tokens["anna"]) is None
    again = olga.get(f"/users/{anna.id}/password")
    assert again.headers["location"] == f"/users/{anna.id}"
    now, _ = front.services.sessions.log_in("anna", shown[1], address="", agent="")
    assert now.must_change_password
    assert shown[1] not in olga.get(f"/users/{anna.id}").text


def test_a_link_lets_the_user_choose_a_password(front: Front, olga: Visitor) -> None:
    answer = olga.post(f"/users/{user(front, 'anna').id}/link", data=CONFIRMED)
    key = re.search(r"/setup\?key=([^\"]+)", answer.text)
    assert key is not None
    front.services.invitations.accept(key[1], password="nine blue plums")
    front.services.sessions.log_in("anna", "nine blue plums", address="", agent="")


@pytest.mark.parametrize("current", ["", "not my password"])
def test_nobody_gets_a_way_in_from_a_screen_left_open(
    current: str, front: Front, olga: Visitor
) -> None:
    """A session that was stolen becomes no account: neither another's nor one of the thief's."""
    anna = user(front, "anna")
    typed = {"login": "anna", "name": "Anna", "role": "administrator", "extensions": ["101"]}
    new = {"login": "vera", "name": "Вера", "role": "administrator", "current": current}
    told = [
        olga.post(f"/users/{anna.id}/link", data={"current": current}),
        olga.post(f"/users/{anna.id}/password", data={"current": current}),
        olga.post(f"/users/{anna.id}", data={**typed, "raising": current}),
        olga.post("/users/new", data=new),
    ]
    for answer in told:
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert "/setup?key=" not in answer.text
        assert not current or current not in answer.text
    assert "Вера" in told[-1].text
    assert user(front, "anna") == anna
    front.services.sessions.log_in("anna", PASSWORD, address="", agent="")
    with pytest.raises(NotFound):
        user(front, "vera")
    assert front.services.sessions.find(front.tokens["anna"])


def test_wrong_present_passwords_are_counted_and_noted(front: Front, olga: Visitor) -> None:
    anna = user(front, "anna")
    for _ in range(4):
        olga.post(f"/users/{anna.id}/link", data={"current": "not my password"})
    told = olga.post(f"/users/{anna.id}/link", data=CONFIRMED)
    assert told.status_code == 422
    assert "Слишком много попыток" in told.text
    log = olga.get("/audit?action=password.failed").text
    assert log.count("Неверный текущий пароль") >= 4


def test_ones_own_password_is_no_administrators_business(front: Front, olga: Visitor) -> None:
    own = user(front, "olga")
    page = olga.get(f"/users/{own.id}").text
    assert f"/users/{own.id}/link" not in page
    assert f"/users/{own.id}/password" not in page
    for deed in ("link", "password"):
        refused = olga.post(f"/users/{own.id}/{deed}", data=CONFIRMED)
        assert refused.status_code == 422
        assert "свой пароль меняют на странице «Моя учётная запись»" in refused.text
        assert "/setup?key=" not in refused.text
    assert olga.get("/users").status_code == 200
    front.services.sessions.log_in("olga", PASSWORD, address="", agent="")


def test_another_name_for_an_administrator_asks_for_nothing(front: Front, olga: Visitor) -> None:
    own = user(front, "olga")
    typed = {"login": "olga", "name": "Ольга", "role": "administrator"}
    assert olga.post(f"/users/{own.id}", data=typed).status_code == 303
    assert user(front, "olga").name == "Ольга"


def test_somebody_is_shut_out_and_let_in_again(front: Front, olga: Visitor) -> None:
    anna = user(front, "anna")
    assert olga.post(f"/users/{anna.id}/disable").status_code == 303
    assert front.visitor("anna").get("/messages").headers["location"].startswith("/login")
    assert "Включить" in olga.get(f"/users/{anna.id}").text
    for wrong in ({}, {"enabling": "not my password"}):
        assert olga.post(f"/users/{anna.id}/enable", data=wrong).status_code == 422
        assert user(front, "anna").is_disabled
    told = olga.post(f"/users/{anna.id}/enable", data={"enabling": PASSWORD})
    assert told.status_code == 303
    front.services.sessions.log_in("anna", PASSWORD, address="", agent="")


def test_an_account_is_removed_after_a_question(front: Front, olga: Visitor) -> None:
    boris = user(front, "boris")
    assert "Boris" in olga.get(f"/users/{boris.id}/remove").text
    assert user(front, "boris") == boris
    assert olga.post(f"/users/{boris.id}/remove").headers["location"] == "/users"
    with pytest.raises(NotFound):
        user(front, "boris")


def test_nobody_shuts_himself_out(front: Front, olga: Visitor) -> None:
    own = user(front, "olga")
    page = olga.get(f"/users/{own.id}").text
    assert f"/users/{own.id}/disable" not in page
    assert f"/users/{own.id}/remove" not in page
    for deed in ("disable", "remove"):
        refused = olga.post(f"/users/{own.id}/{deed}")
        assert refused.status_code == 422
        assert "свою учётную запись отключить или удалить нельзя" in refused.text
    demoted = olga.post(
        f"/users/{own.id}", data={"login": "olga", "name": "Olga", "role": "employee"}
    )
    assert demoted.status_code == 422
    assert user(front, "olga").is_administrator
    assert not user(front, "olga").is_disabled


def test_an_administrator_shuts_out_another_one(front: Front, olga: Visitor) -> None:
    vera = front.services.users.add(
        company_id=front.site.company_id,
        login="vera",
        name="Вера",
        role="administrator",
        password="seven red pears",
        by=NOBODY,
    )
    assert olga.post(f"/users/{vera.id}/disable").status_code == 303
    assert user(front, "vera").is_disabled


@pytest.mark.parametrize("deed", ["", "/link", "/password", "/disable", "/enable", "/remove"])
def test_people_of_another_company_are_as_unknown_as_nobody(
    front: Front, olga: Visitor, deed: str
) -> None:
    rival = user(front, "rival")
    foreign = olga.post(f"/users/{rival.id}{deed}", data={"name": "x", "login": "x"})
    unknown = olga.post(f"/users/{rival.id[:-4]}0000{deed}", data={"name": "x", "login": "x"})
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace(rival.id, "") == unknown.text.replace(f"{rival.id[:-4]}0000", "")
    assert user(front, "rival") == rival
    assert rival.company_id == front.services.offices.site(OTHER_COMPANY).company_id
    assert front.site.office.company.name == COMPANY


def test_employees_have_no_such_page(front: Front) -> None:
    anna = front.visitor("anna")
    assert anna.get("/users").status_code == 403
    assert anna.post("/users/new", data={"login": "x", "name": "x"}).status_code == 403
