"""Object stores on a bad day: one that answers nonsense, and a line that breaks."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import ExitStack, suppress
from types import TracebackType
from urllib.parse import urlsplit

ANSWERS: dict[str, bytes | None] = {
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "500": b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
    "404": b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "moved": b"HTTP/1.1 301 M\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\nConnection: close\r\n\r\n<ht",
    "nothing": b"",
    "silence": None,
}
"""What a server sends, whatever it is asked; None is a server that never says anything."""


class Listening(ABC):
    """A server on a free port, with a thread for each connection; all end with the block."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _start(self) -> None:
        self._threads[0].start()

    def _end(self) -> None:
        for connection in (self._listener, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in (self._listener, *self._open):
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._run(self._serve, connection)

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    @abstractmethod
    def _serve(self, connection: socket.socket) -> None:
        """Do to a connection what this store does."""


class Answering(Listening):
    """Sends the same bytes to everybody."""

    def __init__(self, answer: bytes | None) -> None:
        super().__init__()
        self._answer = answer

    def __enter__(self) -> str:
        self._start()
        return self.url

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._end()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.recv(65536):
                if self._answer is not None:
                    connection.sendall(self._answer)
                    connection.shutdown(socket.SHUT_RDWR)


class Proxy(Listening):
    """A line to a server that breaks when so many bytes have gone that way."""

    def __init__(self, url: str) -> None:
        super().__init__()
        place = urlsplit(url)
        self._server = (place.hostname or "", place.port or 0)
        self._left: int | None = None

    def __enter__(self) -> Proxy:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._end()

    def cut_after(self, count: int | None) -> None:
        """Break the line after so many more bytes, and each later one at once; None: never."""
        self._left = count

    def _serve(self, connection: socket.socket) -> None:
        with ExitStack() as stack, suppress(OSError):
            server = stack.enter_context(socket.create_connection(self._server))
            back = threading.Thread(target=self._pass_back, args=(server, connection))
            back.start()
            stack.callback(back.join)
            stack.callback(server.shutdown, socket.SHUT_RDWR)
            while data := connection.recv(65536):
                if self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                server.sendall(data)

    def _pass_back(self, server: socket.socket, connection: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                connection.sendall(data)
            connection.shutdown(socket.SHUT_RDWR)
