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


@contextmanager
def postgresql_server() -> Iterator[Path]:
    """Run a server; gives the folder of its socket.

    PostgreSQL refuses to run as root: root starts it as nobody.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="vp-pg-"))
    folder.chmod(0o755)
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    data = folder / "data"
    subprocess.run(
        [
            *(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **user,
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-F", "-k", folder, "-c", "listen_addresses="],
            stdout=log,
            stderr=log,
            cwd=folder,
            **user,
        )
    try:
        _wait_until_ready(folder, server)
        yield folder
    finally:
        server.send_signal(signal.SIGQUIT)  # nobody needs its data again
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


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
