"""Commands in processes of their own, forked from one that has loaded the program already.

Loading is most of what a command costs: nine tenths of a second of a processor. In all else it is
as if a person had typed it.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from cli import COMMANDS, main
from tests.databases import copy_tables

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Done:
    """How a command came out."""

    code: int
    out: str
    err: str


async def run_command(*args: str, said: str = "") -> Done:
    """Run ``voicepost ARGS`` in a process; ``said`` is what it is told on its standard input."""
    reader, writer = await asyncio.open_unix_connection(await asyncio.to_thread(_server))
    try:
        writer.write(json.dumps([args, said, dict(os.environ)]).encode())
        writer.write_eof()
        return Done(*json.loads(await reader.read()))
    finally:
        writer.close()


@cache
def _server() -> str:
    """Start the process that is forked; where it listens."""
    folder = tempfile.mkdtemp(prefix="vp-forks-")
    path = f"{folder}/socket"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forkserver", path], cwd=ROOT, stdout=subprocess.PIPE
    )

    def end() -> None:
        server.kill()
        server.communicate()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    return path


def _serve(path: str) -> None:
    for place in COMMANDS.values():
        import_module(place.partition(":")[0])
    copy_tables()
    gc.freeze()
    (_,) = Path("/proc/self/task").iterdir()  # a fork has only one of the threads
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those forked below
        os.write(1, b"ready\n")
        while True:
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    listening.close()
                    _answer(connection)
                    os._exit(0)


def _answer(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with (
        connection.makefile("rwb") as file,
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        args, said, environment = json.loads(file.read())
        told.write(said.encode())
        told.seek(0)
        pid = os.fork()
        if pid == 0:
            for number, opened in enumerate((told, out, err)):
                os.dup2(opened.fileno(), number)
            connection.close()
            os.environ.clear()
            os.environ.update(environment)
            _command(args)
        _, status = os.waitpid(pid, 0)
        texts = []
        for opened in (out, err):
            opened.seek(0)
            texts.append(opened.read().decode())
        file.write(json.dumps([os.waitstatus_to_exitcode(status), *texts]).encode())


def _command(args: Sequence[str]) -> None:
    """What the program does; it ends as any Python program."""
    sys.argv = ["voicepost", *args]
    sys.exit(main(prog_name="voicepost"))


if __name__ == "__main__":
    _serve(sys.argv[1])
