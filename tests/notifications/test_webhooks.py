"""Webhooks: what receivers get, whom they can trust, and where webhooks do not go."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from standardwebhooks.webhooks import WebhookVerificationError

from notifications import webhooks
from notifications.outcome import Refused, TryAgain
from notifications.sending import webhook_body
from notifications.webhooks import CheckedResolver, check, client, send
from storage.identifiers import new_id
from storage.notifications.delivery import Delivery
from storage.office.notify import WebhookDestination
from storage.settings_sections import WebhookSettings
from storage.words.hosts import may_connect
from tests.notifications.receiver import OLD_SECRET, SECRET, Receiver
from tests.ports import free_tcp
from tests.web.api.front import script
from tests.web.conftest import Front

ID = "01938a52-7d10-7abc-8def-0123456789ab"
HERE = WebhookSettings(allow="127.0.0.0/8")
BODY = {"type": "message.kept", "timestamp": "2026-08-14T06:30:05.000+00:00", "data": {"n": "Ё"}}


def to(url: str, old_secret: str | None = None) -> WebhookDestination:
    return WebhookDestination(webhook=url, secret=SECRET, old_secret=old_secret)


async def tell(
    url: str,
    settings: WebhookSettings = HERE,
    body: Mapping[str, Any] = BODY,
    *,
    old_secret: str | None = None,
) -> str:
    """Send a webhook as a worker does that has just been started."""
    async with client(settings) as session:
        return await send(session, to(url, old_secret), settings, ID, body)


# -- What a receiver gets ------------------------------------------------------------------------


async def test_a_receiver_can_tell_that_it_is_from_us(there: Receiver) -> None:
    assert await tell(there.url("/hook?x=1")) == "HTTP 204"
    (asked,) = there.at("/hook")
    assert asked.verified() == BODY
    assert asked.id == ID
    assert asked.headers["content-type"] == "application/json"
    assert "Ё" in asked.text
    with pytest.raises(WebhookVerificationError):
        asked.verified(OLD_SECRET)


async def test_while_a_secret_is_replaced_both_hold(there: Receiver) -> None:
    await tell(there.url(), old_secret=OLD_SECRET)
    (asked,) = there.asked
    assert asked.verified(SECRET) == asked.verified(OLD_SECRET) == BODY


async def test_what_was_changed_on_the_way_is_noticed(there: Receiver) -> None:
    await tell(there.url())
    (asked,) = there.asked
    for changed in (
        type(asked)(asked.path, asked.headers, asked.text.replace("kept", "lost")),
        type(asked)(asked.path, {**asked.headers, "webhook-id": ID[::-1]}, asked.text),
        type(asked)(asked.path, {**asked.headers, "webhook-timestamp": "1"}, asked.text),
    ):
        with pytest.raises(WebhookVerificationError):
            changed.verified()


async def test_it_says_of_a_message_what_the_api_says(front: Front, there: Receiver) -> None:
    at = datetime(2026, 8, 14, 6, 30, 5, 120_000, tzinfo=UTC)
    message = front.receive(name="Иван \u202e<b>")
    delivery = Delivery(
        id=new_id(at),
        company_id=front.site.company_id,
        employee_id=None,
        kind="webhook",
        destination="",
        address="",
        event="message.kept",
        message_id=message,
        event_at=at,
        made_at=at,
        state="waiting",
        tries=1,
        next_try_at=at,
        ended_at=None,
        answer="",
    )
    body = webhook_body(delivery, front.installation.messages.get(message))
    await tell(there.url(), body=body)
    (asked,) = there.asked
    told = asked.verified()
    with script(front, "olga", read_only=True) as client:
        data = client.get(f"messages/{message}").json()
    del data["hold"]  # nobody's business but the administrators'
    del data["deleted_at"]  # which the event tells
    assert told["data"] == data
    assert {**told, "data": None} == {
        "type": "message.kept",
        "timestamp": "2026-08-14T06:30:05.120+00:00",
        "data": None,
    }


# -- Answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_a_yes_of_any_kind_is_enough(status: int, there: Receiver) -> None:
    there.answers["/"] = web.Response(status=status, text="" if status == 204 else "thanks")
    assert (await tell(there.url())).startswith(f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int, there: Receiver) -> None:
    elsewhere = there.url("/elsewhere")
    there.answers["/"] = web.Response(status=status, headers={"Location": elsewhere})
    with pytest.raises(TryAgain, match=f"^HTTP {status}$"):
        await tell(there.url())
    assert len(there.asked) == 1
    assert there.at("/elsewhere") == []


async def test_who_is_gone_is_told_no_more(there: Receiver) -> None:
    there.answers["/"] = web.Response(status=410, text="unsubscribed")
    with pytest.raises(Refused, match=r"^HTTP 410 unsubscribed$"):
        await tell(there.url())


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 502, 503])
async def test_any_other_no_is_told_in_a_line_and_tried_again(status: int, there: Receiver) -> None:
    there.answers["/"] = web.Response(status=status, text="<h1>Oh</h1>\r\n\t\x1b[31m\u202eno\n")
    with pytest.raises(TryAgain) as failed:
        await tell(there.url())
    assert str(failed.value) == f"HTTP {status} <h1>Oh</h1> [31m no"


async def test_of_a_long_answer_the_beginning_is_enough(there: Receiver) -> None:
    there.answers["/"] = web.Response(status=500, text="щ" * 1_000_000)
    with pytest.raises(TryAgain) as failed:
        await tell(there.url())
    assert str(failed.value).startswith("HTTP 500 щщщ")
    assert len(str(failed.value)) <= 300


async def test_who_never_answers_is_not_waited_for(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.3)
    there.hangs.add("/")
    with pytest.raises(TryAgain, match=r"^no answer within"):
        await tell(there.url())


async def test_nobody_is_there(there: Receiver) -> None:
    port = free_tcp()
    with pytest.raises(TryAgain, match=str(port)):
        await tell(f"http://127.0.0.1:{port}/")


async def test_who_speaks_no_tls_gets_nothing(there: Receiver) -> None:
    with pytest.raises(TryAgain, match=r"\w"):
        await tell(there.url().replace("http:", "https:"))
    assert there.asked == []


# -- Where webhooks may go -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "allow", "may"),
    [
        ("https://hooks.example.com/x", "", True),
        ("http://hooks.example.com/x", "", False),
        ("http://hooks.example.com/x", "hooks.example.com", True),
        ("http://HOOKS.example.com/x", "Hooks.Example.com", True),
        ("http://other.example.com/x", "hooks.example.com", False),
        ("http://hooks.example.com.evil.example/x", "hooks.example.com", False),
        ("http://evil.example/hooks.example.com", "hooks.example.com", False),
        ("https://8.8.8.8/", "", True),
        ("http://8.8.8.8/", "", False),
        ("http://8.8.8.8/", "8.8.8.0/24", True),
        ("http://10.1.2.3/", "10.0.0.0/8", True),
        ("http://10.1.2.3/", "192.168.0.0/16, 10.1.2.3", True),
        ("https://10.1.2.3/", "10.1.2.3", True),
        ("https://10.1.2.4/", "10.1.2.3", False),
        ("https://10.1.2.3/", "hooks.example.com", False),
        ("http://[fd00::1]/", "fd00::/8", True),
        ("https://[fd00::1]/", "", False),
        ("http://[64:ff9b::10.1.2.3]/", "10.0.0.0/8", True),
    ],
)
def test_plain_http_and_private_addresses_are_named_by_the_operator(
    url: str, allow: str, may: bool
) -> None:
    settings = WebhookSettings(allow=allow)
    if may:
        check(url, settings)
    else:
        with pytest.raises(Refused, match=r"webhooks\.allow"):
            check(url, settings)


INSIDE = (
    *("127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "240.0.0.1"),
    *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"),
    *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "2002:a00:1::1"),
    *("2002:7f00:1::", "2001:0:808:808::f5ff:fffe", "2001:0:a00:1::f7f7:f7f7", "::10.0.0.1"),
    *("::127.0.0.1", "fec0::1"),
)


@pytest.mark.parametrize("address", INSIDE)
async def test_addresses_inside_are_asked_nothing(address: str) -> None:
    assert not may_connect(address, WebhookSettings())
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused, match=r"webhooks\.allow"):
        await tell(f"https://{host}/", WebhookSettings())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2a00:1450:4010::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_addresses_outside_may_be_asked(address: str) -> None:
    assert may_connect(address, WebhookSettings())


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.1", "017700000001", "127.0.0.1."])
async def test_odd_spellings_of_this_machine_lead_nowhere(host: str, there: Receiver) -> None:
    with pytest.raises(TryAgain, match=r"not a canonical|webhooks may be sent to"):
        await tell(f"https://{host}:{there.port}/", WebhookSettings())
    with pytest.raises(Refused, match="plain http"):
        await tell(f"http://{host}:{there.port}/", WebhookSettings())
    assert there.asked == []


class Names:
    """Tells which addresses names have, as the world's name servers do: whatever they like."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=each,
                port=port,
                family=socket.AF_INET6 if ":" in each else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for each in addresses
        ]

    async def close(self) -> None:
        pass


def name_servers(monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, ...]) -> Names:
    """Have names looked up there from now on."""
    names = Names(*answers)
    monkeypatch.setattr(webhooks, "ThreadedResolver", lambda: names)
    return names


@pytest.mark.parametrize("address", INSIDE)
async def test_nor_by_a_name_that_leads_there(
    address: str, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = name_servers(monkeypatch, (address,))
    settings = WebhookSettings(allow="hooks.example.com")  # by plain http; but nothing inside
    with pytest.raises(TryAgain, match=r"hooks\.example\.com has no address that webhooks may"):
        await tell(there.url(host="hooks.example.com"), settings)
    assert names.asked == ["hooks.example.com"]
    assert there.asked == []


async def test_a_name_leads_inside_where_the_network_is_named_too(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_servers(monkeypatch, ("127.0.0.1",))
    settings = WebhookSettings(allow="hooks.example.com, 127.0.0.0/8")
    await tell(there.url(host="hooks.example.com"), settings)
    assert there.asked[0].headers["host"] == f"hooks.example.com:{there.port}"


async def test_of_the_addresses_of_a_name_only_those_outside_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name_servers(monkeypatch, ("127.0.0.1", "8.8.8.8", "::1", "2a00:1450:4010::1"))
    resolver = CheckedResolver(WebhookSettings())
    found = await resolver.resolve("hooks.example.com", 443)
    assert [each["host"] for each in found] == ["8.8.8.8", "2a00:1450:4010::1"]
    await resolver.close()


async def test_a_name_that_leads_elsewhere_the_second_time_leads_nowhere(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = name_servers(monkeypatch, ("127.0.0.2",), ("127.0.0.1",))
    settings = WebhookSettings(allow="hooks.example.com, 127.0.0.2")
    async with client(settings) as session:
        for _ in range(2):
            with pytest.raises(TryAgain):
                hook = to(there.url(host="hooks.example.com"))
                await send(session, hook, settings, ID, BODY)
    assert names.asked == ["hooks.example.com"] * 2, "it is looked up, and looked at, each time"
    assert there.asked == []


async def test_a_proxy_of_the_environment_is_not_asked(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, there.url())
    monkeypatch.delenv("no_proxy", raising=False)
    name_servers(monkeypatch, ("127.0.0.1",))
    with pytest.raises(TryAgain):
        await tell("https://hooks.example.com/", WebhookSettings())
    assert there.asked == []
