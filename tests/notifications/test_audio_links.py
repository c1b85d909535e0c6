"""The link to the audio that a webhook is told: fetched over HTTP by a program without a login."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from storage.audit import AuditQuery
from storage.messages import audio_links
from storage.messages.audio_links import AudioLinks
from tests.notifications.house import WEB_URL, House
from tests.web.api.front import UNKNOWN
from tests.web.browser import serving
from tests.web.conftest import NOBODY, Front
from web.http.hosts import Hosts
from web.services import Services


@dataclass
class Fetched:
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass
class Receiver:
    """A program that knows the link, and nothing else."""

    front: Front
    session: ClientSession
    port: int

    async def fetch(self, link: str, method: str = "GET", **headers: str) -> Fetched:
        address = f"http://127.0.0.1:{self.port}{link}"
        async with self.session.request(method, address, headers=headers) as answer:
            return Fetched(answer.status, answer.headers, await answer.read())


@pytest.fixture
async def receiver(front: Front) -> AsyncIterator[Receiver]:
    async with serving(front) as port, ClientSession() as session:
        yield Receiver(front, session, port)


def link_to(front: Front, message: str) -> str:
    return front.installation.messages.links.new(message)


def listened(services: Services) -> list[tuple[str, str, str]]:
    entries = services.audit.list(AuditQuery(action="message.play")).entries
    return [(entry.who, entry.via, entry.subject) for entry in entries]


async def test_a_receiver_gets_the_audio_and_the_message_stays_new(receiver: Receiver) -> None:
    front = receiver.front
    message = front.receive()
    wav = front.installation.messages.read(front.installation.messages.get(message))
    fetched = await receiver.fetch(link_to(front, message))
    assert (fetched.status, fetched.body) == (200, wav)
    assert fetched.headers["Content-Type"] == "audio/wav"
    assert fetched.headers["Cache-Control"] == "private, no-cache"
    assert front.installation.messages.get(message).heard_at is None
    assert front.services.messages.new_count(front.user("olga")) == 1
    assert listened(front.services) == [("webhook", "api", message)]


async def test_it_may_be_fetched_in_parts_and_looked_at(receiver: Receiver) -> None:
    message = receiver.front.receive()
    link = link_to(receiver.front, message)
    looked_at = await receiver.fetch(link, "HEAD")
    assert (looked_at.status, looked_at.body) == (200, b"")
    assert listened(receiver.front.services) == []
    part = await receiver.fetch(link, Range="bytes=4-7")
    assert part.status == 206
    assert len(part.body) == 4
    again = await receiver.fetch(link, **{"If-None-Match": looked_at.headers["ETag"]})
    assert again.status == 304


async def test_a_link_that_is_not_ours_tells_nothing(receiver: Receiver) -> None:
    front = receiver.front
    hers, other = front.receive(), front.receive()
    link = link_to(front, hers)
    path, _, signed = link.partition("?")
    expires, _, signature = signed.partition("&signature=")
    unknown = await receiver.fetch(f"/audio/{UNKNOWN}?{signed}")
    assert unknown.status == 404
    for wrong in (
        path,
        f"{path}?{expires}",
        f"{path}?signature={signature}",
        f"{path}?{expires}0&signature={signature}",
        f"{path}?expires=²&signature={signature}",
        f"{path}?expires={'9' * 5000}&signature={signature}",
        f"{path}?{expires}&signature={signature[::-1]}",
        f"{path}?{expires}&signature=",
        f"{path}?{expires}&signature=%ff%00ё",
        link_to(front, other).replace(other, hers),
    ):
        told = await receiver.fetch(wrong)
        assert told.status == 404, wrong
        assert told.body.decode().replace(hers, UNKNOWN) == unknown.body.decode(), wrong
    assert (await receiver.fetch(f"/audio/{hers[:8]}?{signed}")).status == 404
    assert (await receiver.fetch(link, "POST")).status == 405
    assert listened(front.services) == []


async def test_after_an_hour_it_is_good_no_more(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(hours=1) == audio_links.LIVES
    message = receiver.front.receive()
    monkeypatch.setattr(audio_links, "LIVES", timedelta(seconds=-1))
    assert (await receiver.fetch(link_to(receiver.front, message))).status == 404


async def test_what_is_in_the_trash_is_not_to_be_had(receiver: Receiver) -> None:
    messages = receiver.front.installation.messages
    message = receiver.front.receive()
    link = link_to(receiver.front, message)
    messages.delete(message, by=NOBODY)
    assert (await receiver.fetch(link)).status == 404
    messages.restore(message, by=NOBODY)
    assert (await receiver.fetch(link)).status == 200
    messages.delete(message, by=NOBODY)
    receiver.front.installation.retention.purge(timedelta(0), by=NOBODY)
    assert (await receiver.fetch(link)).status == 404


def test_all_roles_sign_with_one_key_which_is_made_by_the_first(front: Front) -> None:
    message = front.receive()
    database = front.installation.database
    (checking,) = [AudioLinks(database)]
    expires, signature = "9999999999", "x"
    assert not checking.allow(message, expires, signature), "nobody has made a key"
    query: dict[str, Any] = dict(
        each.split("=") for each in urlsplit(AudioLinks(database).new(message)).query.split("&")
    )
    assert checking.allow(message, query["expires"], query["signature"])
    assert AudioLinks(database).new(message).partition("?")[0] == f"/audio/{message}"


async def test_a_webhook_is_told_the_link_beside_what_the_api_says(house: House) -> None:
    house.tell(house.hook())
    message = house.receive()
    async with house.working():
        await house.all_are("sent")
        house.front.installation.messages.delete(message, by=NOBODY)
        await house.all_are("sent", "sent")
    kept, deleted = (asked.verified() for asked in house.receiver.asked)
    assert kept["type"] == "message.kept"
    assert kept["data"]["id"] == message
    assert "audio_url" not in kept["data"]
    assert kept["audio_url"].startswith(f"{WEB_URL}/audio/{message}?expires=")
    assert deleted["type"] == "message.deleted"
    assert deleted["audio_url"] is None
    async with serving(house.front) as port, ClientSession() as session:
        receiver = Receiver(house.front, session, port)
        link = kept["audio_url"].removeprefix(WEB_URL)
        assert (await receiver.fetch(link)).status == 404, "it is in the trash by now"
        house.front.installation.messages.restore(message, by=NOBODY)
        assert (await receiver.fetch(link)).status == 200


async def test_by_a_name_that_is_not_served_nothing_is_had(front: Front) -> None:
    hosts = Hosts.of("", "https://voice.example", "127.0.0.1")
    front.services = replace(front.services, hosts=hosts)
    link = link_to(front, front.receive())
    async with serving(front) as port, ClientSession() as session:
        receiver = Receiver(front, session, port)
        assert (await receiver.fetch(link, Host="evil.example")).status == 421
        assert (await receiver.fetch(link, Host="voice.example")).status == 200
