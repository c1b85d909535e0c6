"""One's own account: name, password, sessions, tokens; an employee's greeting and voicemail."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST

from storage.accounts.passwords import Passwords
from storage.accounts.sessions import LoginRefused
from storage.accounts.tokens import Tokens
from storage.accounts.users import Users
from storage.office import Employee, Forward, Office, Ring, Voicemail
from storage.office.edit import with_fields
from tests.speech import speak
from tests.web.api.front import API
from tests.web.conftest import COMPANY, NOBODY, PASSWORD, Front, Visitor
from web.app import create_app
from web.errors import PhoneUnavailable
from web.guard import COOKIE

NEW_PASSWORD = "seven red pears"
TOKEN = {"token_name": "script", "token_current": PASSWORD}


@pytest.fixture
def anna(front: Front) -> Visitor:
    return front.visitor("anna")


def employee(front: Front, extension: str = "101") -> Employee:
    return front.site.office.employees[extension]


def give_self_service(front: Front) -> None:
    def with_self_service(office: Office) -> Office:
        return with_fields(office, company=with_fields(office.company, self_service=True))

    front.services.offices.edit(COMPANY, with_self_service, by=NOBODY)


def set_forward(front: Front, forward: Forward) -> None:
    def with_rules(office: Office) -> Office:
        changed = with_fields(office.employees["101"], forward=forward)
        return with_fields(office, employees={**office.employees, "101": changed})

    front.services.offices.edit(COMPANY, with_rules, by=NOBODY)


def spoken(tmp_path: Path) -> bytes:
    return speak("Это Анна. Оставьте сообщение.", path=tmp_path / "greeting.wav").read_bytes()


def test_name_and_language_are_ones_own(front: Front, anna: Visitor) -> None:
    assert anna.post("/account", data={"name": "Аня", "language": "en"}).status_code == 303
    user = front.services.users.find("anna")
    assert (user.name, user.language, user.role) == ("Аня", "en", "employee")
    assert "My account" in anna.get("/account").text
    wrong = anna.post("/account", data={"name": "", "language": "ru"})
    assert wrong.status_code == 422
    assert "must not be empty" in wrong.text


def test_a_new_password_ends_the_other_sessions(front: Front, anna: Visitor) -> None:
    _, elsewhere = front.services.sessions.log_in("anna", PASSWORD, address="", agent="")
    answer = anna.post(
        "/account/password", data={"old": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
    )
    assert answer.status_code == 303
    assert front.services.sessions.find(elsewhere) is None
    assert anna.get("/account").status_code == 200
    front.services.sessions.log_in("anna", NEW_PASSWORD, address="", agent="")
    with pytest.raises(LoginRefused):
        front.services.sessions.log_in("anna", PASSWORD, address="", agent="")


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong password", NEW_PASSWORD, NEW_PASSWORD, "Неверный текущий пароль"),
        (PASSWORD, NEW_PASSWORD, "seven red peers", "Пароли не совпадают"),
        (PASSWORD, "short", "short", "не менее 10"),
        (PASSWORD, PASSWORD, PASSWORD, "совпадает со старым"),
        ("", "", "", "Новый пароль совпадает со старым"),
        ("", NEW_PASSWORD, NEW_PASSWORD, "Введите свой текущий пароль"),
    ],
)
def test_a_password_is_refused_with_a_sentence(
    front: Front, anna: Visitor, old: str, new: str, again: str, sentence: str
) -> None:
    answer = anna.post("/account/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not any(typed and typed in answer.text for typed in (old, new, again))
    front.services.sessions.log_in("anna", PASSWORD, address="elsewhere", agent="")


def test_a_password_that_somebody_else_chose_comes_first(front: Front, anna: Visitor) -> None:
    user = front.services.users.find("anna")
    token = front.tokens["anna"]
    front.services.users.set_password(
        user.id, "nine blue plums", must_change=True, keep=token, by=NOBODY
    )
    assert anna.get("/messages").headers["location"] == "/account"
    page = anna.get("/account").text
    assert "Задайте пароль" in page
    assert "Токены API" not in page
    made = anna.post("/account/tokens", data={"token_name": "early"})
    assert made.headers["location"] == "/account"
    assert front.services.tokens.of_user(user.id) == []
    anna.post(
        "/account/password",
        data={"old": "nine blue plums", "new": NEW_PASSWORD, "again": NEW_PASSWORD},
    )
    assert anna.get("/messages").status_code == 200


def test_sessions_are_listed_and_ended(front: Front, anna: Visitor) -> None:
    user = front.services.users.find("anna")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    _, one = front.services.sessions.log_in("anna", PASSWORD, address="192.0.2.7", agent=agent)
    page = anna.get("/account").text
    assert "Firefox, Linux" in page
    assert "192.0.2.7" in page
    other = re.search(r"/account/sessions/(\w{16})/end", page)
    assert other is not None
    assert anna.post(other[0]).status_code == 303
    assert front.services.sessions.find(one) is None

    _, two = front.services.sessions.log_in("anna", PASSWORD, address="", agent="")
    assert anna.post("/account/sessions/end").status_code == 303
    assert front.services.sessions.find(two) is None
    assert len(front.services.sessions.of_user(user.id)) == 1
    assert anna.get("/account").status_code == 200


def test_other_peoples_sessions_and_tokens_are_out_of_reach(front: Front, anna: Visitor) -> None:
    boris = front.services.users.find("boris")
    session = front.services.sessions.of_user(boris.id)[0]
    token, _ = front.services.tokens.make(boris.id, "script", by=NOBODY)
    assert anna.post(f"/account/sessions/{session.id}/end").status_code == 404
    assert anna.post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert front.services.sessions.find(front.tokens["boris"]) is not None
    assert len(front.services.tokens.of_user(boris.id)) == 1


def test_a_token_is_shown_once_and_revoked(front: Front, anna: Visitor) -> None:
    answer = anna.post("/account/tokens", data={**TOKEN, "token_name": "Отчёт", "days": "30"})
    secret = re.search(r'value="(vp_[^"]+)"', answer.text)
    assert secret is not None
    owner = front.services.tokens.find(secret[1])
    assert owner is not None
    assert owner.user.login == "anna"
    assert not owner.read_only
    page = anna.get("/account").text
    assert "Отчёт" in page
    assert secret[1] not in page
    revoke = re.search(r"/account/tokens/[^/]+/revoke", page)
    assert revoke is not None
    assert anna.post(revoke[0]).status_code == 303
    assert front.services.tokens.find(secret[1]) is None


@pytest.mark.parametrize(
    ("days", "sentence"),
    [("x", "нужно число"), ("0", "должно быть от 1"), ("nan", "нужно"), ("1e99", "должно быть")],
)
def test_days_of_a_token_are_checked(front: Front, anna: Visitor, days: str, sentence: str) -> None:
    answer = anna.post("/account/tokens", data={**TOKEN, "days": days})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="script"' in answer.text


def test_a_token_is_made_by_its_user_alone(front: Front, anna: Visitor) -> None:
    """Who finds a browser open, or steals its session, gets no token that outlasts it."""
    user = front.user("anna")
    for current in ("", "not my password"):
        told = anna.post("/account/tokens", data={**TOKEN, "token_current": current})
        assert told.status_code == 422
        assert "пароль" in told.text
        assert "vp_" not in told.text
        assert 'value="script"' in told.text
    assert front.services.tokens.of_user(user.id) == []
    for _ in range(3):
        anna.post("/account/tokens", data={**TOKEN, "token_current": "not my password"})
    told = anna.post("/account/tokens", data=TOKEN)
    assert "Слишком много попыток" in told.text
    # What goes on in that session keeps nobody out anywhere else.
    front.services.sessions.log_in("anna", PASSWORD, address="127.0.0.1", agent="")


def test_a_token_may_be_for_reading_only_and_says_when_it_ends(front: Front, anna: Visitor) -> None:
    page = anna.get("/account").text
    assert re.search(r'name="rights" type="radio" value="read" checked', page)
    assert re.search(r'name="days" type="text" value="90"', page)
    answer = anna.post("/account/tokens", data={**TOKEN, "rights": "read", "days": "10"})
    assert "читать и слушать всё, что можете вы" in answer.text
    secret = re.search(r'value="(vp_[^"]+)"', answer.text)
    assert secret is not None
    bearer = front.services.tokens.find(secret[1])
    assert bearer is not None
    assert bearer.read_only
    page = anna.get("/account").text
    assert "только чтение" in page
    assert "осталось 10 дней" in page
    anna.post("/account/tokens", data={**TOKEN, "days": ""})
    newest = front.services.tokens.of_user(front.user("anna").id)[0]
    assert newest.days_left(newest.created_at) == 90


def test_a_token_that_ended_is_told_of(front: Front, anna: Visitor) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=8)
    tokens = Tokens(front.installation.database, lambda: long_ago)
    tokens.make(front.user("anna").id, "script", 7, by=NOBODY)
    assert "истёк" in anna.get("/account").text


@pytest.mark.parametrize("ticked", [True, False])
def test_a_new_password_revokes_the_tokens_where_that_is_ticked(
    ticked: bool, front: Front, anna: Visitor
) -> None:
    form = {"old": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert 'name="tokens"' not in anna.get("/account").text
    _, secret = front.services.tokens.make(front.user("anna").id, "script", by=NOBODY)
    assert 'name="tokens" value="revoke"' in anna.get("/account").text
    told = anna.post("/account/password", data={**form, **({"tokens": "revoke"} if ticked else {})})
    assert told.status_code == 303
    assert (front.services.tokens.find(secret) is None) == ticked


def test_an_uploaded_greeting_is_in_effect_at_once(
    front: Front, anna: Visitor, tmp_path: Path
) -> None:
    assert anna.get("/account/greeting/101/audio").status_code == 404
    answer = anna.post(
        "/account/greeting/101", files={"sound": ("../../x.wav", io.BytesIO(spoken(tmp_path)))}
    )
    assert answer.status_code == 303
    assert employee(front).greeting == "prompt:greeting-101"
    digest = front.site.office.prompts["greeting-101"].audio
    assert digest is not None
    heard = anna.get("/account/greeting/101/audio")
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.content == front.services.prompts.path(digest).read_bytes()
    assert "public" not in heard.headers["cache-control"]

    assert anna.post("/account/greeting/101/remove").status_code == 303
    assert employee(front).greeting is None
    assert "greeting-101" not in front.site.office.prompts


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\0\0\0\0WAVE"])
def test_a_greeting_has_to_be_a_sound(front: Front, anna: Visitor, content: bytes) -> None:
    answer = anna.post("/account/greeting/101", files={"sound": ("x.wav", io.BytesIO(content))})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text or 'role="alert"' in answer.text
    assert anna.post("/account/greeting/101", data={"sound": "text"}).status_code == 422
    assert employee(front).greeting is None


def test_a_greeting_is_recorded_by_phone(front: Front, tmp_path: Path) -> None:
    rung: list[tuple[str, ...]] = []
    front.__dict__["services"] = replace(
        front.services, ring=lambda office, phone, *words: rung.append((phone, *words))
    )
    front.__dict__["app"] = create_app(front.services)
    answer = front.visitor("anna").post("/account/greeting/101/phone")
    assert answer.status_code == 303
    assert rung == [("101", "record-prompt", front.site.company_id, "greeting-101")]
    # What the calls process does when she has spoken:
    digest = front.services.prompts.adopt(speak("Это Анна.", path=tmp_path / "spoken.wav"))
    front.services.offices.set_recorded_prompt(
        front.site.company_id, "greeting-101", digest, by=NOBODY
    )
    assert employee(front).greeting == "prompt:greeting-101"
    assert employee(front, "102").greeting is None


def test_a_phone_that_cannot_be_rung_is_told(front: Front) -> None:
    def away(*_: object) -> None:
        raise PhoneUnavailable("phone-not-reached", phone="101")

    front.__dict__["services"] = replace(front.services, ring=away)
    front.__dict__["app"] = create_app(front.services)
    answer = front.visitor("anna").post("/account/greeting/101/phone")
    assert answer.status_code == 422
    assert "Не удаётся позвонить на телефон 101" in answer.text


def test_voicemail_is_ones_own_only_where_the_company_allows(front: Front, anna: Visitor) -> None:
    before = employee(front)
    assert "/account/voicemail/101" not in anna.get("/account").text
    refused = anna.post("/account/voicemail/101", data={"ring_timeout": "5"})
    assert refused.status_code == 403
    assert employee(front) == before


def test_voicemail_is_switched_off_and_on(front: Front, anna: Visitor) -> None:
    give_self_service(front)
    set_forward(front, Forward(no_answer=Voicemail(), busy=Ring(employee="102")))
    page = anna.get("/account").text
    assert re.search(r'name="voicemail" value="yes" checked', page)

    assert anna.post("/account/voicemail/101", data={"ring_timeout": "7,5"}).status_code == 303
    assert employee(front).forward == Forward(busy=Ring(employee="102"))
    assert employee(front).answer_within == 7.5
    assert not re.search(r'name="voicemail" value="yes" checked', anna.get("/account").text)

    anna.post("/account/voicemail/101", data={"ring_timeout": "25", "voicemail": "yes"})
    assert employee(front).forward == Forward(
        no_answer=Voicemail(), busy=Ring(employee="102"), unreachable=Voicemail()
    )
    assert employee(front).answer_within == 25
    wrong = anna.post("/account/voicemail/101", data={"ring_timeout": "0", "voicemail": "yes"})
    assert wrong.status_code == 422
    assert "нужно больше 0 секунд" in wrong.text


@pytest.mark.parametrize(
    "deed", ["greeting/102", "greeting/102/phone", "greeting/102/remove", "voicemail/102"]
)
def test_a_colleagues_voicemail_is_out_of_reach(
    front: Front, anna: Visitor, deed: str, tmp_path: Path
) -> None:
    give_self_service(front)
    before = front.site.office
    files = {"sound": ("x.wav", io.BytesIO(spoken(tmp_path)))}
    foreign = anna.post(f"/account/{deed}", data={"ring_timeout": "5"}, files=files)
    unknown = anna.post(f"/account/{deed.replace('102', '999')}", files=files)
    assert foreign.status_code == unknown.status_code == 404
    assert front.site.office == before


def test_an_administrator_without_a_number_has_no_greeting(front: Front) -> None:
    olga = front.visitor("olga")
    page = olga.get("/account").text
    assert "/account/greeting/" not in page
    assert str(olga.cookies.get(COOKIE)) not in page
    assert olga.post("/account/greeting/101/remove").status_code == 404


def test_a_password_that_is_soon_guessed_is_refused_with_a_sentence(front: Front) -> None:
    for who in ("anna", "olga"):
        visitor = front.visitor(who)
        for new in ("Romashka-2026", "Password2024!", "пароль12345"):
            form = {"old": PASSWORD, "new": new, "again": new}
            told = visitor.post("/account/password", data=form)
            assert told.status_code == 422
            assert "такой пароль быстро подберут" in told.text
            assert new not in told.text
            told = visitor.put(f"{API}/me/password", json={"current": PASSWORD, "new": new})
            assert told.status_code == 422
            assert "would soon be guessed" in told.json()["detail"]
    # Whoever has such a one from before comes in, and is asked for nothing.
    weak = Users(front.installation.database, Passwords(CHEAPEST, any_will_do=True))
    weak.set_password(front.user("anna").id, "romashka-demo", by=NOBODY)
    login = {"login": "anna", "password": "romashka-demo"}
    assert front.visitor().post("/login", data=login).headers["location"] == "/messages"
