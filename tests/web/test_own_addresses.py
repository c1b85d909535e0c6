"""One's own mail addresses on the page and in the API: set, confirmed, removed; by oneself."""

from __future__ import annotations

import dataclasses
import re

import pytest

from storage.notifications.own_address import OWN_FIELDS
from storage.office import Office
from storage.office.edit import with_fields
from storage.office.notify import MailDestination
from tests.web.api.front import API, script
from tests.web.conftest import COMPANY, NOBODY, OTHER_COMPANY, Front, Visitor
from web.api.operations.own_addresses import NewOwnAddress, OwnAddress

HOME = "anna@home.example"
HERE = "/account/addresses/101"


def let_employees(front: Front, *, may: bool = True) -> None:
    """Whether they may set addresses."""

    def changed(office: Office) -> Office:
        return with_fields(office, company=with_fields(office.company, self_service=may))

    front.services.offices.edit(COMPANY, changed, by=NOBODY)


@pytest.fixture
def anna(front: Front) -> Visitor:
    """Anna, who may set addresses, where there is a mail server."""
    front.services = dataclasses.replace(front.services, has_mail_server=True)
    let_employees(front)
    return front.visitor("anna")


def who(front: Front) -> str:
    found = front.services.own_addresses.person(front.site.company_id, "101")
    assert found
    return found


def code(front: Front, address: str = HOME) -> str:
    asked = front.services.own_addresses.code(MailDestination(mail=address).key, who(front))
    assert asked
    return asked.code


def told(front: Front) -> list[str]:
    return [each.mail for each in front.services.own_addresses.told(who(front))]


def address_id(front: Front) -> str:
    (one,) = front.services.own_addresses.of(who(front))
    return one.id


def test_an_address_is_set_and_confirmed(front: Front, anna: Visitor) -> None:
    assert "Письма о сообщениях для номера 101" in anna.get("/account").text
    form = {"mail": f" {HOME} ", "attach": "mp3", "event": ["message.kept", "message.heard"]}
    assert anna.post(HERE, data=form).headers["location"] == "/account"
    page = anna.get("/account").text
    assert "Письмо с кодом отправлено." in page
    assert "не подтверждён" in page
    assert f"Код из письма на {HOME}" in page
    assert code(front) not in page
    before = code(front)
    again = anna.post(HERE, data=form)
    assert again.status_code == 422
    assert f"{HOME} уже есть в списке" in again.text
    assert f'<a href="{HERE}/{address_id(front)}/edit">Изменить, о чём туда сообщать</a>' in (
        again.text
    )
    anna.post(f"{HERE}/{address_id(front)}/edit", data={**form, "attach": "wav"})
    assert "Сохранено." in anna.get("/account").text
    assert code(front) == before, "no other letter was sent"

    wrong = anna.post(f"{HERE}/{address_id(front)}/confirm", data={"code": "0"})
    assert wrong.status_code == 422
    assert "это не тот код" in wrong.text
    assert told(front) == []
    anna.post(f"{HERE}/{address_id(front)}/confirm", data={"code": code(front)})
    assert told(front) == [HOME]
    page = anna.get("/account").text
    assert "Адрес подтверждён." in page
    assert "не подтверждён" not in page

    changed = {**form, "attach": "none", "event": "message.kept"}
    anna.post(f"{HERE}/{address_id(front)}/edit", data=changed)
    (one,) = front.services.own_addresses.told(who(front))
    assert (one.attach, one.events) == ("none", ("message.kept",))
    anna.post(f"{HERE}/{address_id(front)}/remove")
    assert told(front) == []


def test_another_code_is_sent_to_who_asks(front: Front, anna: Visitor) -> None:
    anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    for _ in range(9):
        answer = anna.post(f"{HERE}/{address_id(front)}/code")
        assert answer.headers["location"] == "/account"
    answer = anna.post(f"{HERE}/{address_id(front)}/code")
    assert answer.status_code == 422
    assert "запрошено слишком много кодов" in answer.text
    assert f'<p class="field-error" id="code-{address_id(front)}-error">' in answer.text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"mail": "nobody", "event": "message.kept"}, "не адрес электронной почты"),
        ({"mail": "a@b.example\r\nBcc: c@d.example", "event": "message.kept"}, "не адрес"),
        ({"mail": "<b>@b.example", "event": "message.kept"}, "не адрес электронной почты"),
        ({"mail": HOME}, "не должно быть пустым"),
        ({"mail": HOME, "event": "message.kept", "attach": "exe"}, "возможные значения"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    front: Front, anna: Visitor, form: dict[str, str], sentence: str
) -> None:
    answer = anna.post(HERE, data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<b>@" not in answer.text
    assert front.services.own_addresses.of(who(front)) == []


def test_what_the_company_has_set_is_not_set_twice(front: Front, anna: Visitor) -> None:
    def with_anna(office: Office) -> Office:
        employee = office.employees["101"].model_copy(
            update={"notify": (MailDestination(mail=HOME),)}
        )
        return with_fields(office, employees={**office.employees, "101": employee})

    front.services.offices.edit(COMPANY, with_anna, by=NOBODY)
    answer = anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    assert answer.status_code == 422
    assert "об этих сообщениях уже сообщается" in answer.text


def test_nobody_sets_any_where_the_company_does_not_let_them(front: Front, anna: Visitor) -> None:
    anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    let_employees(front, may=False)
    one = address_id(front)
    assert anna.get(f"{HERE}/{one}/edit").status_code == 403
    for deed in ("", f"/{one}/code", f"/{one}/confirm", f"/{one}/edit"):
        answer = anna.post(f"{HERE}{deed}", data={"mail": "b@b.example", "code": code(front)})
        assert answer.status_code == 403, deed
    page = anna.get("/account").text
    assert "Администратор больше не разрешает" in page
    assert 'name="mail"' not in page
    anna.post(f"{HERE}/{one}/remove")
    assert front.services.own_addresses.of(who(front)) == []
    assert "Письма о сообщениях" not in anna.get("/account").text


def test_without_a_mail_server_the_page_says_so(front: Front, anna: Visitor) -> None:
    front.services = dataclasses.replace(front.services, has_mail_server=False)
    front.__dict__.pop("app", None)
    anna = front.visitor("anna")
    page = anna.get("/account").text
    assert "Письма отсюда пока не отправляются" in page
    assert 'name="mail"' not in page
    answer = anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    assert answer.status_code == 422
    assert front.services.own_addresses.of(who(front)) == []


def test_an_administrator_sees_them_and_removes_them(front: Front, anna: Visitor) -> None:
    anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    olga = front.visitor("olga")
    page = olga.get("/employees/101/notify").text
    assert "Указаны самим сотрудником" in page
    assert HOME in page
    assert HOME not in olga.get("/employees/102/notify").text
    assert "Код для подтверждения адреса" in olga.get("/deliveries").text
    remove = f"/employees/101/notify/own/{address_id(front)}/remove"
    assert front.visitor("boris").post(remove).status_code == 403
    assert front.visitor("rival").post(remove).status_code == 404
    assert olga.post(remove).headers["location"] == "/employees/101/notify"
    assert front.services.own_addresses.of(who(front)) == []
    log = olga.get("/audit").text
    assert "Сотрудник указал свой адрес" in log
    assert "Адрес сотрудника удалён" in log
    assert HOME in log


def test_between_which_times_is_theirs_to_say(front: Front, anna: Visitor) -> None:
    form = {"mail": HOME, "event": ["message.kept"], "between_from": "09:00"}
    wrong = anna.post(HERE, data=form)
    assert wrong.status_code == 422
    assert "не промежуток времени" in wrong.text
    assert 'value="09:00"' in wrong.text

    anna.post(HERE, data={**form, "between_until": "18:00"})
    assert "В промежутке 09:00–18:00" in anna.get("/account").text
    (own,) = front.services.own_addresses.of(who(front))
    assert own.destination.between == "09:00-18:00"

    anna.post(f"{HERE}/{own.id}/edit", data={"event": ["message.kept"]})
    (own,) = front.services.own_addresses.of(who(front))
    assert own.destination.between is None


def test_the_api_does_the_same_and_by_no_token(front: Front, anna: Visitor) -> None:
    here = f"{API}/me/phones/101/addresses"
    new = {"mail": HOME, "attach": "opus", "events": ["message.kept"], "between": "09:00-18:00"}
    token = script(front, "anna")
    assert token.post("me/phones/101/addresses", json=new).status_code == 403
    put = anna.post(here, json=new)
    assert put.status_code == 200
    one = put.json()
    usual = {"attach_up_to": 10_000_000, "daily": None, "unheard_minutes": None}
    assert one == {**new, **usual, "id": address_id(front), "confirmed": False}
    confirm = f"{here}/{one['id']}/confirm"
    assert anna.post(confirm, json={"code": "00"}).status_code == 422
    given = {"code": code(front)}
    assert token.post(confirm.removeprefix(f"{API}/"), json=given).status_code == 403
    assert anna.post(confirm, json=given).json() == {**one, "confirmed": True}
    assert token.get("me/phones/101/addresses").json() == {"items": [{**one, "confirmed": True}]}
    olga = script(front, "olga")
    assert olga.get("employees/101/addresses").json()["items"][0]["mail"] == HOME
    assert olga.get("me/phones/101/addresses").status_code == 404
    assert olga.delete(f"employees/102/addresses/{one['id']}").status_code == 404
    assert script(front, "rival").delete(f"employees/101/addresses/{one['id']}").status_code == 404
    assert olga.delete(f"employees/101/addresses/{one['id']}").status_code == 204
    assert told(front) == []
    anna.post(here, json=new)
    assert anna.post(f"{here}/{address_id(front)}/code").status_code == 202
    assert token.delete(f"me/phones/101/addresses/{address_id(front)}").status_code == 204
    known = "'message.kept', 'message.heard', 'message.deleted' or 'message.restored'"
    for events, told_once in (
        ([], "events: must not be empty"),
        (["delivery.failed"], f"events.0: must be {known}"),
        (["message.kept"] * 5, "events: must have at most 4 items, not 5"),
    ):
        assert anna.post(here, json={**new, "events": events}).json()["problems"] == [told_once]
    for wrong in ({"mail": "x"}, {}):
        assert anna.post(here, json=wrong).status_code == 422, wrong
    assert anna.post(here, json={**new, "webhook": "http://127.0.0.1/"}).status_code == 422
    let_employees(front, may=False)
    assert anna.post(here, json=new).status_code == 403


def test_a_digest_and_a_reminder_are_theirs_to_choose(front: Front, anna: Visitor) -> None:
    form = {"mail": HOME, "event": ["message.kept"]}
    anna.post(HERE, data={**form, "daily": "8:00"})
    page = anna.get("/account").text
    assert "Письмо с кодом отправлено." in page
    assert "Раз в день в 08:00: что ещё не прослушано" in page

    anna.post(HERE, data={**form, "unheard_minutes": "21"})
    page = anna.get("/account").text
    assert "Сохранено." in page, "no other letter"
    assert "Только о том, что не прослушано через 21 минуту" in page
    assert page.count(f"Код из письма на {HOME}") == 1
    daily, reminder = front.services.own_addresses.of(who(front))
    assert (daily.destination.daily, daily.destination.unheard_minutes) == ("08:00", None)
    assert (reminder.destination.daily, reminder.destination.unheard_minutes) == (None, 21)
    anna.post(f"{HERE}/{daily.id}/confirm", data={"code": code(front)})
    assert told(front) == [HOME, HOME]
    olga = front.visitor("olga").get("/employees/101/notify").text
    assert "Раз в день в 08:00: что ещё не прослушано" in olga
    assert "Только о том, что не прослушано через 21 минуту" in olga

    log = " ".join(re.sub(r"<[^>]+>", " ", front.visitor("olga").get("/audit").text).split())
    assert "Раз в день в: 08:00" in log
    assert "Только о том, что не прослушано через столько минут: 21" in log

    anna.post(f"{HERE}/{daily.id}/edit", data=form)
    anna.post(f"{HERE}/{reminder.id}/remove")
    (one,) = front.services.own_addresses.told(who(front))
    assert (one.daily, one.unheard_minutes) == (None, None)


def test_one_is_changed_in_a_form_filled_in(front: Front, anna: Visitor) -> None:
    anna.post(HERE, data={"mail": HOME, "event": "message.kept", "daily": "08:00"})
    (own,) = front.services.own_addresses.of(who(front))
    edit = f"{HERE}/{own.id}/edit"
    assert f'href="{edit}"' in anna.get("/account").text
    page = anna.get(edit).text
    assert 'name="daily" type="time" value="08:00"' in page
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    form = {"event": "message.kept", "unheard_minutes": "5", "seen": seen}
    wrong = anna.post(edit, data={**form, "daily": "08:00"})
    assert wrong.status_code == 422
    assert "не сочетается со сводкой раз в день" in wrong.text

    asked = code(front)
    assert anna.post(edit, data=form).headers["location"] == "/account"
    (now,) = front.services.own_addresses.of(who(front))
    assert (now.id, now.destination.unheard_minutes, now.destination.daily) == (own.id, 5, None)
    letter = front.services.own_addresses.code(now.destination.key, who(front))
    assert letter
    assert letter.code == asked
    (delivery,) = front.services.deliveries.list(None)
    assert delivery.destination == now.destination.key, "the letter finds its code"

    late = anna.post(edit, data={**form, "unheard_minutes": "7"})
    assert late.status_code == 422
    assert "изменил кто-то другой" in late.text
    anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    del form["seen"]
    twice = anna.post(edit, data={**form, "unheard_minutes": ""})
    assert twice.status_code == 422
    assert f"{HOME} уже есть в списке" in twice.text
    assert anna.get(f"{HERE}/x/edit").status_code == 404


def test_nobody_sets_the_limit_of_an_own_address_and_none_is_shown(
    front: Front, anna: Visitor
) -> None:
    anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    assert "за час" not in anna.get("/account").text
    assert "60 за час" not in front.visitor("olga").get("/employees/101/notify").text


def test_how_large_a_recording_may_be_is_typed_in_megabytes(front: Front, anna: Visitor) -> None:
    form = {"mail": HOME, "event": ["message.kept"], "attach": "mp3"}
    anna.post(HERE, data={**form, "attach_up_to": "2,5"})
    (own,) = front.services.own_addresses.of(who(front))
    assert own.destination.attach_up_to == 2_500_000
    page = anna.get("/account").text
    assert "MP3 · до 2,5 МБ" in " ".join(page.replace("\xa0", " ").split())
    anna.post(f"{HERE}/{own.id}/edit", data={**form, "attach_up_to": ""})
    (own,) = front.services.own_addresses.of(who(front))
    assert own.destination.attach_up_to == 10_000_000
    assert "· до" not in anna.get("/account").text


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"daily": "8"}, "daily", "не время суток"),
        ({"daily": "08:00", "between_from": "09:00", "between_until": "18:00"}, "between_from",
         "не сочетается со сводкой раз в день"),
        ({"daily": "08:00", "unheard_minutes": "15"}, "unheard_minutes",
         "не сочетается со сводкой раз в день"),
        ({"daily": "08:00", "event": ["message.kept", "message.heard"]}, "events",
         "сводка бывает только о новых сообщениях"),
        ({"unheard_minutes": "15", "event": "message.heard"}, "events",
         "напоминание бывает только о новых сообщениях"),
        ({"unheard_minutes": "soon"}, "unheard_minutes", "целое число"),
        ({"attach_up_to": "51"}, "attach_up_to", "не больше 50"),
        ({"attach_up_to": "many"}, "attach_up_to", "число"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    front: Front, anna: Visitor, form: dict[str, str], field: str, sentence: str
) -> None:
    answer = anna.post(HERE, data={"mail": HOME, "event": "message.kept", **form})
    assert answer.status_code == 422
    (error,) = re.findall(rf'id="{field}-101-error">(.*?)</p>', answer.text, re.DOTALL)
    assert sentence in error
    assert re.search(rf'aria-describedby="[^"]*{field}-101-error" aria-invalid="true"', answer.text)
    assert front.services.own_addresses.of(who(front)) == []


def test_page_and_api_have_the_same_fields(front: Front, anna: Visitor) -> None:
    here = f"{API}/me/phones/101/addresses"
    assert set(NewOwnAddress.model_fields) == set(OWN_FIELDS)
    assert set(OwnAddress.model_fields) == {"id", *OWN_FIELDS, "confirmed"}
    new = {"mail": HOME, "attach_up_to": 5, "daily": "08:00"}
    put = anna.post(here, json=new).json()
    assert {**put, **new} == put
    reminder = anna.post(here, json={"mail": HOME, "unheard_minutes": 5}).json()
    assert (reminder["unheard_minutes"], reminder["daily"]) == (5, None)
    assert len(anna.get(here).json()["items"]) == 2
    for wrong in (
        {"daily": "8 o'clock"},
        {"daily": "08:00", "unheard_minutes": 5},
        {"daily": "08:00", "events": ["message.heard"]},
        {"unheard_minutes": 0},
        {"attach_up_to": 50_000_001},
        {"most_per_hour": 5},
        {"once_sent": "delete", "attach": "wav"},
    ):
        assert anna.post(here, json={"mail": HOME, **wrong}).status_code == 422, wrong


def test_an_address_is_shown_as_people_write_it(front: Front, anna: Visitor) -> None:
    anna.post(HERE, data={"mail": "anna@пример.рф", "event": "message.kept"})
    page = anna.get("/account").text
    assert "Код из письма на anna@пример.рф" in page
    assert "<bdi>anna@пример.рф</bdi>" in page
    olga = front.visitor("olga")
    for where in ("/employees/101/notify", "/deliveries", "/audit"):
        page = olga.get(where).text
        assert "anna@пример.рф" in page, where
        assert "xn--" not in page, where
    (one,) = anna.get(f"{API}/me/phones/101/addresses").json()["items"]
    assert one["mail"] == "anna@xn--e1afmkfd.xn--p1ai"


def test_others_do_not_see_them(front: Front, anna: Visitor) -> None:
    anna.post(HERE, data={"mail": HOME, "event": "message.kept"})
    boris = front.visitor("boris")
    assert HOME not in boris.get("/account").text
    own = address_id(front)
    for deed in ("", f"/{own}/confirm", f"/{own}/remove", f"/{own}/edit"):
        answer = boris.post(f"{HERE}{deed}", data={"mail": HOME, "code": code(front)})
        assert answer.status_code == 404
    other = boris.post(f"/account/addresses/102/{address_id(front)}/remove")
    assert other.status_code == 404
    assert re.search(OTHER_COMPANY, anna.get("/account").text) is None
    assert len(front.services.own_addresses.of(who(front))) == 1
