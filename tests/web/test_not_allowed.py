"""Webhooks and chats that the operator does not allow, on the page and over the API."""

from __future__ import annotations

import re

import pytest

from storage.companies.allowance import Allowance
from storage.office.notify import WebhookDestination
from storage.office.told import told, with_destination
from storage.settings_sections import WebhookSettings
from tests.storage.office.test_notify import SECRET
from tests.web.api.front import problem, script
from tests.web.conftest import COMPANY, NOBODY, Front, Visitor

INSIDE = "http://10.0.0.1/hook"
CHAT = "jsons://example.com/t0pic"
PLACES = (("/mailbox/notify", ""), ("/employees/101/notify", "101"))
ADDRESS = "оператор не разрешает вебхуки на этот адрес (webhooks.allow)"
PLAIN = "http без шифрования — только к узлам, названным оператором (webhooks.allow)"
CHAT_ADDRESS = "оператор не разрешает чаты по этому адресу (webhooks.allow)"
KIND = "оператор не разрешает чаты этого вида: jsons (chat.allow)"


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def form(kind: str, address: str) -> dict[str, str]:
    return {"kind": kind, "address": address, "event": "message.kept", "attach": "none"}


def had(front: Front, mailbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the webhook told from a time when that was allowed."""
    hook = WebhookDestination(webhook=INSIDE, secret=SECRET)
    offices = front.services.offices
    with monkeypatch.context() as before:
        before.setattr(offices, "_usual", Allowance(webhooks=WebhookSettings(allow="10.0.0.1")))
        offices.edit(COMPANY, lambda office: with_destination(office, mailbox, hook), by=NOBODY)


@pytest.mark.parametrize(("page", "mailbox"), PLACES)
@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        ("webhook", INSIDE, ADDRESS),
        ("webhook", "http://crm.example.com/hook", PLAIN),
        ("chat", CHAT, KIND),
        ("chat", "ntfys://10.0.0.1/t0pic", CHAT_ADDRESS),
    ],
)
def test_the_page_refuses_one_at_its_field(
    front: Front, olga: Visitor, page: str, mailbox: str, kind: str, address: str, said: str
) -> None:
    answer = olga.post(page, data=form(kind, address))
    assert answer.status_code == 422
    (shown,) = re.findall(r'id="address-error">.*?<span>(.*?)</span></p>', answer.text)
    assert shown == said
    assert told(front.site.office, mailbox) == ()


@pytest.mark.parametrize(("page", "mailbox"), PLACES)
def test_what_is_there_is_changed_on_the_page_and_told_of(
    front: Front, olga: Visitor, page: str, mailbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    had(front, mailbox, monkeypatch)
    shown = olga.get("/problems").text
    assert ADDRESS in shown
    assert f"{'Сотрудник 101' if mailbox else 'Почтовый ящик компании'}, уведомления" in shown
    changed = {**form("webhook", INSIDE), "event": "message.heard", "was": INSIDE}
    assert olga.post(f"{page}/edit", data=changed).status_code == 303
    (one,) = told(front.site.office, mailbox)
    assert one.events == ("message.heard",)
    assert olga.post(f"{page}/secret", data={"address": INSIDE}).status_code == 200


@pytest.mark.parametrize(
    ("path", "place", "more"),
    [
        ("mailbox", "voicemail", {}),
        ("employees/101", "employees.101", {"name": "Анна Щукина"}),
    ],
)
def test_scripts_are_refused_and_send_back_what_is_there(
    front: Front, monkeypatch: pytest.MonkeyPatch, path: str, place: str, more: dict[str, str]
) -> None:
    hook = {"webhook": INSIDE, "secret": SECRET}
    with script(front, "olga") as client:
        before = client.get(path).json()
        refused = problem(client.put(path, json={**more, "notify": [hook, {"chat": CHAT}]}), 422)
        assert refused["problems"] == [
            f"{place}.notify.0.webhook: the operator allows no webhooks to this address "
            "(webhooks.allow)",
            f"{place}.notify.1.chat: the operator allows no chats of this kind: jsons (chat.allow)",
        ]
        assert client.get(path).json() == before

        had(front, "101" if "101" in path else "", monkeypatch)
        there = client.get(path).json()["notify"]
        assert client.put(path, json={**more, "notify": there}).status_code == 200
        assert client.get(path).json()["notify"] == there
