"""Where webhooks and chats may be told: at public hosts by https, and at those the operator names.

What is said here of an address is what it tells itself; what a name leads to is looked at by
whoever connects.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from storage.errors import WrongValue
from storage.settings_sections import WebhookSettings

_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_OF_OWN_NETWORKS: Final = tuple(map(IPv6Network, ("64:ff9b:1::/48", "fec0::/10")))
"""Private, though Python's older versions do not say so: NAT64's, and those once site-local."""


def may_connect(address: str, settings: WebhookSettings) -> bool:
    """Whether that address is public, or named by the operator."""
    ip = ip_address(address.partition("%")[0])
    return all(map(_is_public, _meant(ip))) or _is_named(ip, settings)


def check_url(url: str, settings: WebhookSettings, *, of_chat: bool = False) -> None:
    """See that a URL may be asked, before its name is resolved. Raises WrongValue."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    try:
        address = ip_address(host)
    except ValueError:
        is_named = host in settings.names
    else:
        if not may_connect(host, settings):
            if of_chat:
                raise WrongValue("chat-host-not-allowed")
            raise WrongValue("host-not-allowed")
        is_named = _is_named(address, settings)
    if parts.scheme != "https" and not is_named:
        raise WrongValue("plain-http-not-allowed")


def _is_named(ip: IPv4Address | IPv6Address, settings: WebhookSettings) -> bool:
    return any(each in network for each in _meant(ip) for network in settings.networks)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _OF_OWN_NETWORKS)


def _meant(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """The address, and the one of IPv4 in it that is reached by it, where there is one."""
    if isinstance(ip, IPv4Address):
        return (ip,)
    if ip.ipv4_mapped:
        return (ip.ipv4_mapped,)
    if ip in _NAT64 or ip in _COMPATIBLE:
        return (ip, IPv4Address(int(ip) & 0xFFFF_FFFF))
    if ip.sixtofour:
        return (ip, ip.sixtofour)
    return (ip, *ip.teredo) if ip.teredo else (ip,)
