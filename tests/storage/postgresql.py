"""A PostgreSQL server of our own: Debian's programs, a private socket, nothing on the network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

START_SECONDS = 30


class Server:
    """A server's data and program, to be started, killed and started again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vp-pg-"))
        self.folder.chmod(0o755)
        self._programs = _programs()
        self._user: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
            self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        subprocess.run(
            [
                *(self._programs / "initdb", "-D", self.folder / "data", "-U", "postgres"),
                *("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self._user,
        )

    def start(self) -> None:
        """Run it; returns when it answers."""
        deadline = time.monotonic() + START_SECONDS
        self._process = self._run()
        while not _answers(self.folder):
            if time.monotonic() > deadline:
                log = (self.folder / "log").read_text()
                pytest.fail(f"PostgreSQL did not start: {log}", pytrace=False)
            if self._process.poll() is not None:
                # Processes of one that was killed are still there: it refuses to run beside them.
                self._process = self._run()
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Send it the signal, and wait for its end."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)

    def _run(self) -> subprocess.Popen[bytes]:
        data = self.folder / "data"
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", data, "-F", "-k", self.folder),
                    *("-c", "listen_addresses="),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._user,
            )


@contextmanager
def running_server() -> Iterator[Server]:
    """A server that runs, and may be killed and started again.

    PostgreSQL refuses to run as root: root starts it as nobody.
    """
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()  # nobody needs its data again
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def postgresql_server() -> Iterator[Path]:
    """Run a server; gives the folder of its socket."""
    with running_server() as server:
        yield server.folder


def connect(folder: Path) -> psycopg.Connection[tuple[object, ...]]:
    """As the server's administrator."""
    return psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.fail("PostgreSQL's server is not installed: make system", pytrace=False)
    return found[-1].parent


def _answers(folder: Path) -> bool:
    try:
        connect(folder).close()
    except psycopg.OperationalError:
        return False
    return True
