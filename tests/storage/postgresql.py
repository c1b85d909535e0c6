"""A PostgreSQL server of our own: Debian's programs, a private socket, nothing on the network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.processes import descendants

START_SECONDS = 30


class Server:
    """A server in a folder of its own, which can be killed and started again.

    PostgreSQL refuses to run as root: root starts it as nobody.
    """

    def __init__(self) -> None:
        self._programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="vp-pg-"))
        self.folder.chmod(0o755)
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
            self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        subprocess.run(
            [
                *(str(self._programs / "initdb"), "-D", str(self._data)),
                *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self._user,
        )
        self.start()

    @property
    def url(self) -> str:
        """The address of its database, as a setting."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Run it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", self._data, "-F", "-k", self.folder),
                    *("-c", "listen_addresses="),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._user,
            )
        try:
            _wait_until_ready(self.folder, self._process)
        except BaseException:
            self.end()
            raise

    def kill(self) -> None:
        """kill -9 the server, and wait until the processes that it had for connections are gone."""
        backends = descendants(self._process.pid)
        self._process.kill()
        self._process.wait()
        for pid in backends:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """End it for good; nobody needs its data again."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def postgresql_server() -> Iterator[Path]:
    """Run a server; gives the folder of its socket."""
    with running_server() as server:
        yield server.folder


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server."""
    server = Server()
    try:
        yield server
    finally:
        server.end()


def connect(folder: Path) -> psycopg.Connection[tuple[object, ...]]:
    """As the server's administrator."""
    return psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.fail("PostgreSQL's server is not installed: make system", pytrace=False)
    return found[-1].parent


def _wait_until_ready(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(folder):
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}", pytrace=False)
        time.sleep(0.02)


def _answers(folder: Path) -> bool:
    try:
        connect(folder).close()
    except psycopg.OperationalError:
        return False
    return True
