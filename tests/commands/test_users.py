"""`voicepost users`, as an administrator of the system uses it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from click.testing import CliRunner, Result

from cli import main
from commands.context import App
from storage.accounts.sessions import LoginRefused
from storage.accounts.tokens import Bearer
from storage.audit import AuditQuery
from tests.commands.conftest import Voicepost

PASSWORD = "twelve green apples"


def typed(voicepost: Voicepost, text: str, *words: str) -> Result:
    """Run a command and type something to it."""
    return CliRunner().invoke(main, ["--home", str(voicepost.home), *words], input=text)


def add(voicepost: Voicepost, login: str, *words: str) -> None:
    result = typed(voicepost, PASSWORD + "\n", "users", "add", login, "--password-stdin", *words)
    assert result.exit_code == 0, result.output
    assert result.output == ""


def key_in(link: str) -> str:
    """The secret of a printed link."""
    found = re.fullmatch(r"http://127\.0\.0\.1:8080/setup\?key=([\w-]{43})\n", link)
    assert found, link
    return found[1]


def comes_in(voicepost: Voicepost, login: str, password: str = PASSWORD) -> bool:
    app = App(voicepost.home)
    try:
        app.sessions.log_in(login, password, address="192.0.2.1", agent="")
    except LoginRefused:
        return False
    finally:
        app.database.close()
    return True


@pytest.fixture
def people(office: Voicepost) -> Voicepost:
    """An office with its first administrator."""
    add(office, "olga", "--name", "Ольга Смирнова", "--role", "administrator")
    return office


def test_the_first_administrator_is_made_and_comes_in(people: Voicepost) -> None:
    (user,) = people.data("users", "list")
    assert user == {
        "id": user["id"],
        "login": "olga",
        "name": "Ольга Смирнова",
        "company": "Ромашка",
        "role": "administrator",
        "extensions": [],
        "former": [],
        "language": None,
        "state": "active",
        "must_change_password": False,
        "created_at": user["created_at"],
        "logged_in_at": None,
    }
    assert comes_in(people, "olga")
    assert people.data("users", "show", "OLGA")["logged_in_at"]
    assert re.search(r"last login +2\d{3}-", people("users", "show", "olga"))


def test_a_password_is_asked_for_twice_and_not_shown(office: Voicepost) -> None:
    asking = ("users", "add", "anna", "--role", "employee", "--extension", "101")
    result = typed(office, f"{PASSWORD}\n{PASSWORD}\n", *asking)
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert office.data("users", "show", "anna")["name"] == "anna"
    assert comes_in(office, "anna")


def test_a_bad_password_is_refused_with_a_sentence(office: Voicepost) -> None:
    for text, why in (
        ("short\n", "Error: password: needs at least 10 characters"),
        ("", "Error: standard input has no password"),
    ):
        result = typed(
            office, text, "users", "add", "anna", "--role", "employee", "--password-stdin"
        )
        assert result.exit_code == 1
        assert result.stderr.strip() == why
    assert office.data("users", "list") == []


def test_a_link_lets_the_user_choose_the_password(people: Voicepost) -> None:
    words = ("--role", "employee", "--extension", "101", "--extension", "102")
    first = key_in(people("users", "add", "anna", *words, "--link"))
    assert people.data("users", "show", "anna")["state"] == "invited"
    second = key_in(people("users", "link", "anna", "--hours", "1"))
    assert first != second

    app = App(people.home)
    app.invitations.accept(second, password=PASSWORD)
    app.database.close()

    assert people.data("users", "show", "anna")["state"] == "active"
    assert comes_in(people, "anna")


def test_a_user_is_changed(people: Voicepost) -> None:
    add(people, "anna", "--role", "employee", "--extension", "101", "--language", "en")
    people("users", "set", "anna", "--name", "Анна", "--extension", "102", "--extension", "103")
    anna = people.data("users", "show", "anna")
    assert (anna["name"], anna["extensions"], anna["language"]) == ("Анна", ["102", "103"], "en")

    people("users", "set", "anna", "--login", "anna.b", "--no-extensions", "--language", "company")
    anna = people.data("users", "show", "anna.b")
    assert (anna["name"], anna["extensions"], anna["language"]) == ("Анна", [], None)
    people("users", "set", "anna.b", "--role", "administrator")
    assert people.data("users", "show", "anna.b")["role"] == "administrator"
    assert "extension" in people.refused("users", "set", "anna.b", "--extension", "1o1")


def test_another_password_and_a_lock(people: Voicepost) -> None:
    add(people, "anna", "--role", "employee")
    result = typed(
        people,
        "thirteen red plums\n",
        *("users", "password", "anna", "--password-stdin", "--must-change"),
    )
    assert result.exit_code == 0, result.output
    assert people.data("users", "show", "anna")["must_change_password"]
    assert not comes_in(people, "anna")
    assert comes_in(people, "anna", "thirteen red plums")

    people("users", "disable", "anna")
    assert people.data("users", "show", "anna")["state"] == "disabled"
    assert not comes_in(people, "anna", "thirteen red plums")
    people("users", "enable", "anna")
    assert comes_in(people, "anna", "thirteen red plums")


def bearer(voicepost: Voicepost, secret: str) -> Bearer | None:
    app = App(voicepost.home)
    try:
        return app.tokens.find(secret.strip())
    finally:
        app.database.close()


def test_a_token_is_made_listed_and_revoked(people: Voicepost) -> None:
    made = typed(people, "", "users", "token", "olga", "--name", "Отчёт", "--read-only")
    assert made.exit_code == 0, made.output
    assert re.fullmatch(r"vp_[\w-]{43}\n", made.stdout)
    assert re.fullmatch(r"It is valid until [-\d]{10} [\d:]{5} UTC\.\n", made.stderr)
    found = bearer(people, made.stdout)
    assert found is not None
    assert (found.user.login, found.read_only) == ("olga", True)
    (token,) = people.data("users", "tokens", "olga")
    assert token["name"] == "Отчёт"
    assert token["read_only"]
    made_at, end = (datetime.fromisoformat(token[name]) for name in ("created_at", "expires_at"))
    assert (end - made_at).days == 90
    table = people("users", "tokens", "olga")
    assert re.search(rf"{token['id']} +Отчёт +only read .* valid", table)
    assert made.stdout.strip() not in table

    people("users", "revoke", "olga", token["id"])
    assert bearer(people, made.stdout) is None
    assert people.data("users", "tokens", "olga") == []


def test_a_token_lasts_as_long_as_the_settings_say(people: Voicepost) -> None:
    (people.home / "voicepost.toml").write_text("[web]\ntoken_days = 5\n")
    people("users", "token", "olga", "--name", "script")
    people("users", "token", "olga", "--name", "other", "--days", "200")
    told = {token["name"]: token for token in people.data("users", "tokens", "olga")}
    days = {
        name: (
            datetime.fromisoformat(token["expires_at"])
            - datetime.fromisoformat(token["created_at"])
        ).days
        for name, token in told.items()
    }
    assert days == {"script": 5, "other": 200}
    assert "ends within 5 days" in people("users", "tokens", "olga")
    assert "days: must be from 1 to" in people.refused(
        "users", "token", "olga", "--name", "x", "--days", "0"
    )


@pytest.mark.parametrize("days", ["0", "3651", '"x"'])
def test_the_days_of_the_settings_are_checked(people: Voicepost, days: str) -> None:
    (people.home / "voicepost.toml").write_text(f"[web]\ntoken_days = {days}\n")
    assert "web.token_days: " in people.refused("users", "list")


def test_a_reset_revokes_the_tokens_and_one_command_all_of_them(people: Voicepost) -> None:
    for how in ("password", "revoke"):
        secrets = [
            typed(people, "", "users", "token", "olga", "--name", f"script {n}").stdout
            for n in range(2)
        ]
        assert all(bearer(people, secret) for secret in secrets)
        if how == "password":
            typed(people, f"{PASSWORD}\n", "users", "password", "olga", "--password-stdin")
        else:
            people("users", "revoke", "olga", "--all")
        assert not any(bearer(people, secret) for secret in secrets)


def test_no_other_token_is_revoked(people: Voicepost) -> None:
    secret = people("users", "token", "olga", "--name", "script")
    for words, code in (((), 2), (("1", "--all"), 2), (("",), 1), (("ffffffff",), 1)):
        people.refused("users", "revoke", "olga", *words, code=code)
    people("users", "token", "olga", "--name", "another")
    shared = people.data("users", "tokens", "olga")[0]["id"][:2]
    assert "several tokens" in people.refused("users", "revoke", "olga", shared)
    assert bearer(people, secret.splitlines()[0])


def test_the_last_administrator_cannot_be_taken_away(people: Voicepost) -> None:
    for words in (("disable", "olga"), ("remove", "--yes", "olga")):
        assert "“olga” is the last active administrator" in people.refused("users", *words)
    assert "last active" in people.refused("users", "set", "olga", "--role", "employee")

    add(people, "pavel", "--role", "administrator")
    people("users", "remove", "--yes", "olga")
    assert [user["login"] for user in people.data("users", "list")] == ["pavel"]
    assert "there is no user “olga”" in people.refused("users", "show", "olga")


def test_the_list_tells_companies_apart(people: Voicepost) -> None:
    people("companies", "add", "Лютик")
    assert "several companies" in people.refused("users", "add", "eve", "--role=employee", "--link")
    add(people, "rival", "--role", "employee", "--company", "Лютик")

    table = people("users", "list")
    assert re.search(r"rival +rival +Лютик +employee +active +never", table)
    assert "Ольга Смирнова" in table
    assert [u["login"] for u in people.data("users", "list", "--company", "Лютик")] == ["rival"]
    assert [u["login"] for u in people.data("users", "list", "--search", "ольг")] == ["olga"]


def test_what_goes_together_and_what_does_not(people: Voicepost) -> None:
    for words in (
        ("add", "anna", "--link"),
        ("add", "anna", "--role=employee", "--link", "--password-stdin"),
        ("add", "anna", "--role=boss", "--link"),
        ("set", "olga", "--extension", "101", "--no-extensions"),
    ):
        people.refused("users", *words, code=2)


def test_the_log_tells_who_gave_the_command(
    people: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "sysadmin")
    people("users", "set", "olga", "--name", "Ольга")

    app = App(people.home)
    entry = app.audit.list(AuditQuery(action="user.change")).entries[0]
    app.database.close()
    assert (entry.who, entry.via, entry.subject) == ("sysadmin", "cli", "olga")
