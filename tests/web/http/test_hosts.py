"""Under which names the pages are served, and where links lead: asked over real connections."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from storage.settings import WebSettings
from tests.web.api.front import API, PROBLEM
from tests.web.browser import serving
from tests.web.conftest import COMPANY, PASSWORD, Front
from web.guard import COOKIE
from web.http.hosts import Hosts

URL = "https://voicemail.example.com"


def hosts(**settings: Any) -> Hosts:
    web = WebSettings(**settings)
    return Hosts.of(web.hosts, web.url, web.host)


@asynccontextmanager
async def server(front: Front, **settings: str) -> AsyncIterator[int]:
    """The web server with these settings of the section `web`."""
    lines = "\n".join(f'{name} = "{value}"' for name, value in settings.items())
    (front.home / "voicepost.toml").write_text(f"[web]\n{lines}\n")
    async with serving(front, http="h11") as port:  # as the service has it
        yield port


def ask(
    port: int,
    host: str,
    path: str = "/login",
    method: str = "GET",
    form: Mapping[str, str] | None = None,
    **headers: str,
) -> tuple[int, dict[str, str], str]:
    """The answer to a request in which exactly this `Host` stands."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        body = urlencode(form).encode() if form else None
        if body:
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


async def asked(*arguments: Any, **headers: Any) -> tuple[int, dict[str, str], str]:
    return await asyncio.to_thread(ask, *arguments, **headers)


async def test_a_name_that_is_not_served_is_refused_in_the_visitors_language(front: Front) -> None:
    async with server(front, url=URL) as port:
        for host in ("evil.example", "voicemail.example.com.evil.example", "8.8.8.8", "[::2]:80"):
            status, headers, text = await asked(port, host, Accept_Language="ru")
            assert status == 421, host
            assert "web.hosts" in text
            assert "По этому адресу сервис недоступен" in text
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
        status, headers, text = await asked(port, "evil.example", f"{API}/me")
        assert (status, headers["content-type"]) == (421, PROBLEM)
        assert "web.hosts" in json.loads(text)["detail"]
        # Neither sessions, nor forms, nor redirects: nothing is done for such a name.
        cookie = f"{COOKIE}={front.tokens['olga']}"
        for path, method in (("/messages", "GET"), ("/logout", "POST"), ("/messages/", "GET")):
            status, headers, page = await asked(port, "evil.example", path, method, Cookie=cookie)
            assert (status, "location" in headers) == (421, False)
            assert COMPANY not in page
        assert front.services.sessions.find(front.tokens["olga"]) is not None
        for host in (
            *("voicemail.example.com", "VoiceMail.Example.com.", "voicemail.example.com:8443"),
            *(f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "127.8.9.1"),
        ):
            assert (await asked(port, host))[0] == 200, host


MALFORMED = (
    *("evil.com://localhost", "evil.com\\@localhost", "evil.com@localhost", "localhost?.evil.com"),
    *(
        "localhost/.evil.com",
        "localhost#.evil.com",
        "localhost:80:80",
        "localhost:x",
        "a b",
        "a..b",
    ),
    *("[::1", "[::1].evil.com", "localhost:80@evil.com", "http://localhost", ":80", "localhost,a"),
)


@pytest.mark.parametrize("host", MALFORMED)
def test_what_is_no_host_is_never_served(host: str) -> None:
    assert not hosts(url="http://localhost").serve(host)
    assert not hosts(hosts="localhost,good.example").serve(host)
    assert not hosts(hosts="*").serve(host)


async def test_a_host_that_is_none_is_refused(front: Front) -> None:
    async with server(front, hosts="good.example") as port:
        for host in ("evil.com://localhost", "evil.com@good.example", "good.example/.evil.com"):
            assert (await asked(port, host))[0] in (400, 421), host


async def test_without_an_address_any_name_is_served_as_before(front: Front) -> None:
    async with server(front) as port:
        assert (await asked(port, "whatever.example"))[0] == 200


async def test_listed_names_are_served_and_nothing_else_of_this_machine(front: Front) -> None:
    names = "Intern.example , почта.рф,10.1.2.3"
    async with server(front, hosts=names) as port:
        for host in ("intern.example", "xn--80a1acny.xn--p1ai", "10.1.2.3:8080", "localhost"):
            assert (await asked(port, host))[0] == 200, host
        for host in ("other.example", "10.1.2.4"):
            assert (await asked(port, host))[0] == 421, host


def test_this_machines_own_addresses_are_served_unless_names_are_listed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # nothing is sent
        own = probe.getsockname()[0]
    assert hosts(url=URL).serve(f"{own}:8080")
    assert hosts(url=URL, host="pbx").serve("pbx")
    assert not hosts(url=URL, hosts="a.example").serve(own)
    assert not hosts(url=URL).serve("192.0.2.1")
    assert not hosts(url=URL).serve("0.0.0.0")
    assert not hosts(url=URL).serve("]]bad[[")
    assert hosts(url=URL, hosts="*").serve("anything.example")
    assert hosts(url="voicemail.example.com").serve("voicemail.example.com")


@pytest.mark.parametrize(("url", "begins"), [(URL + "/", URL), ("", "http://127.0.0.1:{port}")])
async def test_links_begin_with_the_address_that_is_set(
    url: str, begins: str, front: Front
) -> None:
    async with server(front, url=url) as port:
        anna = front.user("anna").id
        status, _, page = await asked(
            port,
            f"127.0.0.1:{port}",
            f"/users/{anna}/link",
            "POST",
            {"current": PASSWORD},
            Cookie=f"{COOKIE}={front.tokens['olga']}",
            Sec_Fetch_Site="same-origin",
        )
    assert status == 200
    (link,) = re.findall(r'value="(\S+/setup\?key=[^"]+)"', page)
    assert link.startswith(f"{begins.format(port=port)}/setup?key=")
