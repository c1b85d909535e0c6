"""A mail server and a receiver of webhooks, both real, and a certificate that nobody trusts."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.notifications.mail_server import MailServer, mail_server
from tests.notifications.receiver import Receiver, receiver
from tests.notifications.test_worker import house, server_home
from tests.web.conftest import front, ready_home

__all__ = ["front", "house", "ready_home", "server_home"]  # fixtures: a company and its people


@pytest.fixture(autouse=True)
def _servers_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the tests are on this machine."""
    monkeypatch.setenv("VOICEPOST_WEBHOOKS__ALLOW", "127.0.0.0/8")
    monkeypatch.setenv("VOICEPOST_CHAT__ALLOW", "tgram, ntfy, ntfys, json")


@dataclass(frozen=True)
class Certificate:
    """A certificate for 127.0.0.1, signed by itself."""

    certificate: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        """What who shows it speaks TLS with."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context

    @property
    def trusted(self) -> ssl.SSLContext:
        """What who trusts it, and nobody else, speaks TLS with."""
        return ssl.create_default_context(cafile=str(self.certificate))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=mail.test"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", made.key, "-out", made.certificate),
        ],
        check=True,
        capture_output=True,
    )
    return made


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    """A mail server without TLS."""
    async with mail_server() as there:
        yield there


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    """A receiver of webhooks."""
    async with receiver() as there:
        yield there
