"""Where webhooks and chats may be told: at public hosts by https, and at those the operator names.

What is said here of an address is what it tells itself; what a name leads to is looked at by
whoever connects.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from storage.errors import WrongValue
from storage.settings_sections import WebhookSettings


def may_connect(address: str, settings: WebhookSettings) -> bool:
    """Whether that address is public, or named by the operator."""
    ip = ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return (ip.is_global and not ip.is_multicast) or any(ip in net for net in settings.networks)


def check_url(url: str, settings: WebhookSettings) -> None:
    """See that a URL may be asked, before its name is resolved. Raises WrongValue."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    try:
        address = ip_address(host)
    except ValueError:
        is_named = host in settings.names
    else:
        if not may_connect(host, settings):
            raise WrongValue("host-not-allowed")
        is_named = any(address in network for network in settings.networks)
    if parts.scheme != "https" and not is_named:
        raise WrongValue("plain-http-not-allowed")
