"""The nursery: a process that has loaded everything, and forks the roles.

Loading the program takes seconds of CPU, a fork takes milliseconds: a role that died is back before
its callers notice. Memory is shared too: what was loaded is there once for all roles.

The supervisor asks over a socket, which is the nursery's standard input. ``fork NAME``, sent with
the role's standard input and output, is answered with the pid and a descriptor of the process;
``wait PID``, asked for a role that ended, with its exit code. When the socket closes the nursery
ends, and its roles see the end of their own standard input.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

MESSAGE_BYTES = 256
START_AGAIN_SECONDS = 0.5
"""A nursery that cannot load is not tried more often."""

log = structlog.get_logger()


# -- in the nursery ----------------------------------------------------------------------------


def raise_children(live: Callable[[str], object]) -> None:
    """Fork a child for each name that is asked for; in the child, ``live`` that role."""
    with socket.socket(fileno=os.dup(0)) as control:
        # What is there by now stays. Looked at by the collector, it would be copied for each child.
        gc.collect()
        gc.freeze()
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


class Nursery:
    """The nursery's process, kept alive by `run`. ``command`` ends in `raise_children`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._alive = asyncio.Event()
        self._one_question = asyncio.Lock()
        self._control: socket.socket | None = None

    async def run(self) -> None:
        """Keep it alive until cancelled, and end it then."""
        while True:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with ours:
                with its:
                    process = await asyncio.create_subprocess_exec(
                        *self._command,
                        stdin=its.fileno(),
                        env=self._environment,
                        start_new_session=True,
                    )
                self._control = ours
                self._alive.set()
                try:
                    await process.wait()
                finally:
                    self._alive.clear()
                    self._control = None
                    ours.shutdown(socket.SHUT_RDWR)
                    await process.wait()
            log.warning("the nursery died and is started again", code=process.returncode)
            await asyncio.sleep(START_AGAIN_SECONDS)

    async def fork(self, name: str) -> Child:
        """A new child that lives the role of this name.

        Raises OSError where there is none: the nursery just died.
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
            raise ConnectionError("the nursery does not answer") from error
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
        """How a child ended (minus the signal); None where the nursery that knew is gone."""
        try:
            answer, _ = await self._ask(f"wait {child.pid}")
            return int(answer)
        except (OSError, ValueError):
            return None

    async def _ask(self, question: str, *streams: int) -> tuple[str, list[int]]:
        async with self._one_question:
            control = self._control
            if control is None:
                raise ConnectionError("there is no nursery")

            def ask() -> tuple[str, list[int]]:
                socket.send_fds(control, [question.encode()], streams)
                answer, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
                return answer.decode(), descriptors

            # It may still be loading, which takes seconds: the supervisor's loop goes on.
            return await asyncio.to_thread(ask)
