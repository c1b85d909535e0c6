"""Where others find this machine, when it listens at all of its addresses."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from storage import machine
from storage.machine import is_ours, reachable_host
from storage.settings import Settings, WebSettings


@pytest.mark.parametrize(
    "listens", ["127.0.0.1", "192.0.2.9", "::1", "voice.example", "localhost", "not an address"]
)
def test_one_address_is_as_it_is(listens: str) -> None:
    assert reachable_host(listens) == listens


@pytest.mark.parametrize("listens", ["0.0.0.0", "::"])
def test_all_addresses_are_told_by_one_that_others_reach(listens: str) -> None:
    found = reachable_host(listens)
    if found != socket.gethostname():
        assert is_ours(ip_address(found))
        assert not ip_address(found).is_loopback
        assert ip_address(found).version == ip_address(listens).version


def test_who_is_in_no_network_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "is_ours", lambda _: False)
    assert reachable_host("0.0.0.0") == socket.gethostname()


@pytest.mark.parametrize(
    ("web", "address"),
    [
        ({"host": "0.0.0.0"}, "http://192.0.2.7:8080"),
        ({"host": "::"}, "http://[2001:db8::7]:8080"),
        ({"host": "0.0.0.0", "hosts": "*"}, "http://192.0.2.7:8080"),
        ({"host": "0.0.0.0", "hosts": " voice.example, www.example"}, "http://voice.example:8080"),
        ({"host": "0.0.0.0", "hosts": "[2001:db8::9]"}, "http://[2001:db8::9]:8080"),
        ({"host": "0.0.0.0", "url": "https://a.example/"}, "https://a.example"),
        ({"host": "127.0.0.1", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::1"}, "http://[::1]:8080"),
    ],
)
def test_links_lead_where_pages_are_served(
    web: dict[str, str | int], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {4: ip_address("192.0.2.7"), 6: ip_address("2001:db8::7")}
    monkeypatch.setattr(machine, "_candidates", lambda everywhere: [ours[everywhere.version]])
    monkeypatch.setattr(machine, "is_ours", lambda _: True)
    settings = Settings.model_construct(web=WebSettings.model_validate(web))
    assert settings.web_url == address
