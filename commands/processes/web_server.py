"""The web server: the pages and their API on one port, with what this installation has behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import click
import uvicorn

from commands.context import App
from commands.doctor.health import HealthCheck
from commands.observability.prometheus import exposition
from commands.phone import PhoneNotReached, ServiceNotRunning, phone_endpoint, ring_phone
from commands.processes.connections import Connection
from commands.processes.systemd import Watcher
from storage.errors import ConfigError
from storage.office import Office
from telephony.errors import AriError
from web.app import create_app
from web.errors import ExchangeUnavailable, PhoneUnavailable
from web.http.hosts import Hosts
from web.language.problems import whole
from web.monitoring import Watch
from web.services import Services

END_SECONDS = 5
"""What requests in progress get when the role ends."""


async def serve_pages(
    app: App, listener: socket.socket, stop_signal: Callable[[], asyncio.Event], watcher: Watcher
) -> None:
    """Serve until told to stop; says "ready" when pages can be asked for."""
    application = create_app(services(app), Watch(lambda: exposition(app), HealthCheck(app)))
    server = _Server(
        uvicorn.Config(
            application,
            http=Connection,  # h11, which limits the size of what strangers send as headers
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=END_SECONDS,
            forwarded_allow_ips=app.settings.web.proxies,
        ),
        watcher,
    )
    stop = stop_signal()
    serving = asyncio.create_task(server.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    telling = asyncio.create_task(watcher.keep_telling())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    watcher.stopping()
    application.state.events.close()
    server.should_exit = True
    stopping.cancel()
    try:
        await serving
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


class _Server(uvicorn.Server):
    """uvicorn, which leaves signals to us and says when it is ready."""

    def __init__(self, config: uvicorn.Config, watcher: Watcher) -> None:
        super().__init__(config)
        self._watcher = watcher

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are handled already: streams of news have to be ended first."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            click.echo("ready")
            self._watcher.ready("serving pages")


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket of the web server. Raises ConfigError where the address cannot be had."""
    try:
        listener = socket.create_server((host, port), family=_family(host))
    except OSError as error:
        raise ConfigError(
            "not-listening", "web.port", host=host, port=port, reason=error.strerror
        ) from error
    with listener:
        # Each connection has it from here. An answer comes in two packets, and the second one would
        # wait for the other side's delayed acknowledgement of the first: 40 ms for each page.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def services(app: App) -> Services:
    """What the pages of this installation work with."""

    def ring(office: Office, phone: str, *words: str) -> None:
        try:
            ring_phone(app.settings, phone_endpoint(office, phone), *words)
        except AriError as error:
            raise ExchangeUnavailable(str(error)) from error
        except ConfigError as error:
            # How Asterisk is reached is the operator's to put right, and nothing for a visitor.
            raise ExchangeUnavailable(whole(error)) from error
        except ServiceNotRunning as error:
            raise PhoneUnavailable("service-not-running") from error
        except PhoneNotReached as error:
            raise PhoneUnavailable("phone-not-reached", phone=error.phone) from error

    web = app.settings.web
    return Services(
        messages=app.messages,
        retention=app.retention,
        offices=app.offices,
        allowances=app.allowances,
        prompts=app.prompts,
        users=app.users,
        sessions=app.sessions,
        tokens=app.tokens,
        invitations=app.invitations,
        pins=app.pins,
        audit=app.audit,
        deliveries=app.deliveries,
        own_addresses=app.own_addresses,
        lamps=app.lamps,
        news=app.news,
        ring=ring,
        trash_days=app.settings.messages.trash_days,
        quiet_days=app.settings.messages.quiet_days,
        hosts=Hosts.of(web.hosts, web.url, web.host),
        has_mail_server=app.settings.mail.server is not None,
    )
