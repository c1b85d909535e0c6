"""The FastAGI server: a thread per call, and none of its troubles reach another."""

from __future__ import annotations

import asyncio
import socket
import socketserver
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType

import structlog
from asterisk.agi import AGIHangup

from telephony import log_events
from telephony.agi.call import AgiCall
from telephony.agi.door import Door, Network, Seldom
from telephony.agi.ping import ANSWER, QUESTION
from telephony.agi.protocol import CLOSING_SECONDS, BadAgi, SafeAgi
from telephony.errors import CallEnded, CallerLeft, TelephonyError
from telephony.metrics import counted

KEEPALIVE = {socket.TCP_KEEPIDLE: 30, socket.TCP_KEEPINTVL: 10, socket.TCP_KEEPCNT: 3}
"""Seconds, seconds, times: a machine that vanished is noticed in a minute, whatever it was at."""

Take = Callable[[AgiCall], Awaitable[None]]

log = structlog.get_logger()


class AgiServer:
    """Serves ``agi://host:port`` with ``take`` until closed. Use as a context manager.

    Only addresses in ``allow`` are served, and where there is a ``secret`` only who knows it;
    others are left to the dialplan's last layer. ``call_seconds`` is the longest that a call may
    last, conversations apart; ``shutdown_seconds`` is what calls in progress get at the end. Raises
    `TelephonyError` when the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        take: Take,
        *,
        allow: Sequence[Network],
        secret: str = "",
        recordings: Path,
        call_seconds: float,
        shutdown_seconds: float,
    ) -> None:
        self._take = take
        self._secret = secret
        self._recordings = recordings
        self._call_seconds = call_seconds
        self._shutdown_seconds = shutdown_seconds
        self._door = Door(allow)
        self._dropped = Seldom("AGI connection dropped")
        self._unknown = Seldom("an AGI connection that does not know agi.secret")
        try:
            self._server = _Server((host, port), self._door, self._serve)
        except OSError as error:
            raise TelephonyError(
                f"The AGI server cannot listen on {host}:{port} (setting agi.port): "
                f"{error.strerror}."
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="agi server")

    @property
    def port(self) -> int:
        """The TCP port, also where 0 was asked for."""
        return int(self._server.server_address[1])

    def __enter__(self) -> AgiServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take no new calls, and wait for those in progress, but not for ever.

        A call that is broken off goes on in the dialplan; what it recorded is settled later.
        """
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()  # from now on the dialplan's last layer takes new callers
        self._door.dismiss_strangers()
        if not self._door.wait_until_empty(self._shutdown_seconds):
            log.warning("AGI calls are broken off", seconds=self._shutdown_seconds)
            self._door.break_off_calls()
            self._door.wait_until_empty(CLOSING_SECONDS)

    def _serve(self, connection: socket.socket, address: str) -> None:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in KEEPALIVE.items():
                connection.setsockopt(socket.IPPROTO_TCP, option, value)
            agi = SafeAgi(connection)
            if agi.env.get("agi_network_script") == QUESTION:
                connection.sendall(ANSWER)
                return
            if not self._secret:
                agi.when_answered(lambda: self._door.prove(connection, agi))
            elif agi.knows(self._secret):
                self._door.prove(connection, agi)
            else:
                self._unknown.warn(address=address)
                return
            self._run(AgiCall(agi, self._recordings, self._call_seconds))
        except (AGIHangup, BadAgi, OSError) as error:
            self._dropped.warn(why=error)
        finally:
            self._door.leave(connection)

    def _run(self, call: AgiCall) -> None:
        with structlog.contextvars.bound_contextvars(call=call.id):
            log.info(log_events.CALL, args=["agi", call.dialled], caller=call.caller.number)
            try:
                with counted("agi"):
                    asyncio.run(self._flow(call))
                log.info(log_events.OVER)
            except CallerLeft:
                log.info(log_events.HUNG_UP)
            except CallEnded as error:
                log.warning(log_events.LOST, why=error)
            except Exception:
                # Closing the connection without `done` sends the caller to the dialplan's last
                # layer.
                log.exception(log_events.FAILED)

    async def _flow(self, call: AgiCall) -> None:
        call.read_name()
        await self._take(call)
        call.done()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    # Ending is the door's business, and has a limit.
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], door: Door, serve: Callable[[socket.socket, str], None]
    ) -> None:
        super().__init__(address, socketserver.BaseRequestHandler)
        self._door = door
        self._serve_connection = serve

    def verify_request(self, request: object, client_address: object) -> bool:
        assert isinstance(request, socket.socket)
        assert isinstance(client_address, tuple)
        return self._door.let_in(request, str(client_address[0]))

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        assert isinstance(client_address, tuple)
        self._serve_connection(request, str(client_address[0]))
