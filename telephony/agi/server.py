"""The FastAGI server: a thread per call, and none of its troubles reach another."""

from __future__ import annotations

import asyncio
import socket
import socketserver
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType

import structlog
from asterisk.agi import AGIHangup

from telephony.agi.call import AgiCall
from telephony.agi.protocol import BadAgi, SafeAgi
from telephony.errors import CallEnded, Hangup, TelephonyError

GREETING_SECONDS = 10.0
"""Asterisk sends its environment at once; who does not is not Asterisk."""
MAX_CALLS = 200
"""Threads at once; further callers go to the dialplan's last layer, which needs none."""

Take = Callable[[AgiCall], Awaitable[None]]

log = structlog.get_logger()


class AgiServer:
    """Serves ``agi://host:port`` with ``take`` until closed. Use as a context manager.

    ``call_seconds`` is the longest that a call may keep its thread waiting for one command.
    Raises `TelephonyError` when the port is taken.
    """

    def __init__(
        self, host: str, port: int, take: Take, *, recordings: Path, call_seconds: float
    ) -> None:
        self._take = take
        self._recordings = recordings
        self._call_seconds = call_seconds
        self._places = threading.BoundedSemaphore(MAX_CALLS)
        try:
            self._server = _Server((host, port), self._serve)
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
        """Take no new calls, and wait for those in progress."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, connection: socket.socket) -> None:
        if not self._places.acquire(blocking=False):
            log.warning("too many AGI calls at once", limit=MAX_CALLS)
            return
        try:
            connection.settimeout(GREETING_SECONDS)
            with closing(SafeAgi(connection)) as agi:
                connection.settimeout(self._call_seconds)
                self._run(AgiCall(agi, self._recordings))
        except (AGIHangup, BadAgi, OSError) as error:
            log.warning("AGI connection dropped", why=str(error))
        finally:
            self._places.release()

    def _run(self, call: AgiCall) -> None:
        with structlog.contextvars.bound_contextvars(role="agi", call=call.id):
            log.info("call", args=["agi", call.dialled], caller=call.caller.number)
            try:
                asyncio.run(self._flow(call))
            except Hangup:
                log.info("caller hung up")
            except CallEnded as error:
                log.warning("call lost", why=str(error))
            except Exception:
                # Closing the connection without `done` sends the caller to the dialplan's last
                # layer.
                log.exception("call failed, leaving the caller to the dialplan")

    async def _flow(self, call: AgiCall) -> None:
        await self._take(call)
        call.done()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False

    def __init__(self, address: tuple[str, int], serve: Callable[[socket.socket], None]) -> None:
        super().__init__(address, socketserver.BaseRequestHandler)
        self._serve_connection = serve

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self._serve_connection(request)
