"""The fork server: a process that has loaded everything, and forks the roles.

Loading the program takes seconds of CPU, a fork takes milliseconds: a role that died is back before
its callers notice. Memory is shared too: what was loaded is there once for all roles.

The supervisor asks over a socket, which is the fork server's standard input. ``fork NAME``, sent
with the role's standard input and output, is answered with the pid and a descriptor of the process;
``wait PID``, asked for a role that ended, with its exit code. When the socket closes, the fork
server ends, and its roles see the end of their own standard input.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import structlog

MESSAGE_BYTES = 256
START_AGAIN_SECONDS = 0.5
"""A fork server that cannot load is not tried more often."""

log = structlog.get_logger()


# -- in the fork server ----------------------------------------------------------------------------


def raise_children(live: Callable[[str], object]) -> None:
    """Fork a child for each name that is asked for; in the child, ``live`` that role."""
    with socket.socket(fileno=os.dup(0)) as control:
        name, streams = _next_child(control)
    for descriptor, stream in enumerate(streams):
        os.dup2(stream, descriptor)
        os.close(stream)
    # Ctrl-C in the terminal is for the supervisor, who ends the roles in order.
    os.setsid()
    live(name)


def _next_child(control: socket.socket) -> tuple[str, Sequence[int]]:
    """Do what is asked. Returns in each child, with its name, standard input and output."""
    while True:
        message, streams, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        match message.decode().split():
            case ["fork", name]:
                pid = os.fork()
                if pid == 0:
                    return name, streams
                process = os.pidfd_open(pid)
                socket.send_fds(control, [str(pid).encode()], [process])
                for descriptor in (process, *streams):
                    os.close(descriptor)
            case ["wait", pid_text]:
                _, status = os.waitpid(int(pid_text), 0)
                control.send(str(os.waitstatus_to_exitcode(status)).encode())
            case _:
                os._exit(0)


# -- in the supervisor -------------------------------------------------------------------------


@dataclass(frozen=True)
class FirstForkServer:
    """A fork server forked from the supervisor while that had one thread and nothing open."""

    pid: int
    control: socket.socket
    callers_wait: bool
    """Whether there are callers of a service that died."""

    @classmethod
    def fork(cls, *, callers_wait: bool) -> Self | None:
        """Fork it. None in the child, which is to call `raise_children`."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            pid = os.fork()
            if pid != 0:
                return cls(pid, ours, callers_wait)
            ours.close()
            os.setsid()
            os.dup2(its.fileno(), 0)
            return None


@dataclass(frozen=True)
class Child:
    """A role's process: ``process`` is a descriptor of it, ``keep_open`` its standard input."""

    pid: int
    process: int
    keep_open: int
    output: asyncio.StreamReader
    ended: asyncio.Event
    _transport: asyncio.BaseTransport

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, number)

    def close(self) -> None:
        """Let go of it; if it still lives, its standard input ends."""
        asyncio.get_running_loop().remove_reader(self.process)
        self._transport.close()
        os.close(self.process)
        os.close(self.keep_open)


class ForkServer:
    """The fork server's process, kept alive by `run`.

    ``first`` lives already; ``command``, which ends in `raise_children`, makes the next.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        first: FirstForkServer | None = None,
    ) -> None:
        self._command = command
        self._environment = environment
        self._first = first
        self._alive = asyncio.Event()
        self._one_question = asyncio.Lock()
        self._control: socket.socket | None = None

    async def run(self) -> None:
        """Keep it alive until cancelled, and end it then."""
        first, self._first = self._first, None
        pid, control = (first.pid, first.control) if first else self._start()
        while True:
            with control:
                self._control = control
                self._alive.set()
                try:
                    await _end_of(pid)
                finally:
                    self._alive.clear()
                    self._control = None
                    control.shutdown(socket.SHUT_RDWR)
                    await _end_of(pid)
                    _, status = os.waitpid(pid, 0)  # noqa: ASYNC222 (it has ended)
            code = os.waitstatus_to_exitcode(status)
            log.warning("the fork server died and is started again", code=code)
            await asyncio.sleep(START_AGAIN_SECONDS)
            pid, control = self._start()

    def _start(self) -> tuple[int, socket.socket]:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            standard_input = (os.POSIX_SPAWN_DUP2, its.fileno(), 0)
            pid = os.posix_spawn(
                self._command[0],
                list(self._command),
                self._environment,
                file_actions=[standard_input],
                setsid=True,
            )
        return pid, ours

    async def fork(self, name: str) -> Child:
        """A new child that lives the role of this name.

        Raises OSError where there is none: the fork server just died.
        """
        await self._alive.wait()
        its_input, keep_open = os.pipe()
        output, its_output = os.pipe()
        try:
            answer, descriptors = await self._ask(f"fork {name}", its_input, its_output)
            (process,) = descriptors
        except (OSError, ValueError) as error:
            os.close(keep_open)
            os.close(output)
            raise ConnectionError("the fork server does not answer") from error
        finally:
            os.close(its_input)
            os.close(its_output)
        loop = asyncio.get_running_loop()
        reader, ended = asyncio.StreamReader(), asyncio.Event()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb")
        )
        child = Child(int(answer), process, keep_open, reader, ended, transport)
        loop.add_reader(process, self._note_end, child)
        return child

    def _note_end(self, child: Child) -> None:
        asyncio.get_running_loop().remove_reader(child.process)
        child.ended.set()

    async def exit_code(self, child: Child) -> int | None:
        """How a child ended (minus the signal); None where the fork server that knew is gone."""
        try:
            answer, _ = await self._ask(f"wait {child.pid}")
            return int(answer)
        except (OSError, ValueError):
            return None

    async def _ask(self, question: str, *streams: int) -> tuple[str, list[int]]:
        async with self._one_question:
            control = self._control
            if control is None:
                raise ConnectionError("there is no fork server")

            def ask() -> tuple[str, list[int]]:
                socket.send_fds(control, [question.encode()], streams)
                answer, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
                return answer.decode(), descriptors

            # It may still be loading, which takes seconds: the supervisor's loop goes on.
            return await asyncio.to_thread(ask)


async def _end_of(pid: int) -> None:
    """Wait until a child of ours has ended; it is there for `os.waitpid` still."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    process = os.pidfd_open(pid)
    loop.add_reader(process, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process)
        os.close(process)
