"""Voicepost's own processes on the fake Asterisk of `bench.fake_asterisk`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.fake_asterisk import OFFICE
from bench.service import ROOT, Process, begun, process, running
from bench.usage import counted
from tests.ports import free_tcp


@dataclass(frozen=True)
class Rehearsal:
    """An installation in ``home``, and the exchange that gives it calls."""

    home: Path
    web_port: int
    exchange: Process

    def order(self, *words: object) -> str:
        """Have the exchange do something; its answer, when it is done."""
        assert self.exchange.stdin and self.exchange.stdout
        print(*words, file=self.exchange.stdin, flush=True)
        return self.exchange.stdout.readline().strip()

    def begun(self, role: str) -> AbstractContextManager[Process]:
        """`voicepost ROLE`, which may not be ready yet; ended afterwards."""
        return begun(self.home, role)

    def running(self, role: str) -> AbstractContextManager[Process]:
        """The same, once it has said that it is ready."""
        return running(self.home, role)


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """The exchange, running, and an installation; all they write is in a folder that goes too."""
    with tempfile.TemporaryDirectory(prefix="vp-bench-") as name:
        home, web_port = Path(name), free_tcp()
        with process("-m", "bench.fake_asterisk", str(home / "spool/recording")) as exchange:
            assert exchange.stdout
            url = exchange.stdout.readline().strip()
            (home / "voicepost.toml").write_text(
                f'[asterisk]\nurl = "{url}"\npassword = "secret"\nspool = "{home / "spool"}"\n'
                f"[web]\nport = {web_port}\n[agi]\nport = {free_tcp()}\n"
                "[calls]\nshutdown_seconds = 0\n"  # callers who are held are not waited for
            )
            (home / "office.toml").write_text(OFFICE)
            voicepost = (sys.executable, "-m", "cli", "--home", str(home))
            apply = (*voicepost, "config", "apply", str(home / "office.toml"))
            subprocess.run(apply, cwd=ROOT, check=True, capture_output=True)
            with counted("the fake Asterisk", exchange.pid):
                yield Rehearsal(home, web_port, exchange)
