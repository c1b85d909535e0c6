"""An switchboard that strangers call: a house in a folder of its own, and what may become of it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli import main
from storage.messages.query import Query
from storage.messages.repository import Message
from tests.asterisk.hostile import CANARY
from tests.asterisk.house import House, Process, end
from tests.asterisk.sipp import Invitation, place_calls
from tests.web.conftest import NOBODY, PASSWORD, Front

COMPANY = "Ромашка"
OFFICE = f"""
[company]
name = "{COMPANY}"
[numbers]
"74951234567" = {{ menu = "main" }}
"74951234568" = {{ employee = "101" }}
[menus.main]
greeting = "sound:beep"
timeout = 1.0
repeats = 0
default = {{ action = "voicemail" }}
[employees.101]
name = "Анна Петрова"
endpoint = "PJSIP/101"
[employees.101.forward]
always = {{ action = "voicemail" }}
[voicemail]
greeting = "sound:beep"
"""

OURS = re.compile(
    r"voicepost\.db(-wal|-shm)?|\w+\.(log|toml|lock)"
    r"|log/\w+\.jsonl"
    r"|audio/\d{4}/\d\d/[0-9a-f-]{36}\.wav"
    r"|asterisk/(db|log|run|cache|etc)/.*"
    r"|asterisk/spool/recording/[0-9a-f-]{36}(-\d+)?\.(wav|json)"
    r"|asterisk/spool/voicepost/\d+_[0-9*#+]*_[0-9*#+]*_[\d.]+\.wav"
)
"""What may be made in a home while it serves calls."""

MOST_KILOBYTES = 100_000
"""What a role may grow by while some hundreds of calls come in: no call's share stays behind."""


@dataclass
class Switchboard:
    """Its Asterisk runs; which of our programs do is each test's own affair."""

    folder: Path
    house: House
    runs: int = 0

    async def call(self, sent: list[Invitation], **how: Any) -> list[str]:
        """Place the calls; how each came out."""
        self.runs += 1
        folder = self.folder / f"sipp-{self.runs}"
        return await place_calls(folder, self.house.asterisk.sip, sent, **how)

    def messages(self) -> list[Message]:
        """All that are kept."""
        return list(self.house.repository.list(Query()).messages)

    @asynccontextmanager
    async def running(self, role: str) -> AsyncIterator[None]:
        """One of the roles, which answers to the end without having grown; ended in any case."""
        log = self.house.home / f"{role}.log"
        log.unlink(missing_ok=True)
        service = await self.house.serve(role)
        memory = _kilobytes(service)
        try:
            yield
            assert service.returncode is None
            assert _kilobytes(service) - memory < MOST_KILOBYTES
        finally:
            if service.returncode is None:
                await end(service)

    @asynccontextmanager
    async def unharmed(self) -> AsyncIterator[None]:
        """Asterisk lives to the end, and nothing is made where it does not belong."""
        before, asterisk = self._files(), self._asterisk_pid()
        yield
        assert self._asterisk_pid() == asterisk
        made = self._files() - before
        assert [path for path in made if not path.startswith("home/")] == []
        strange = [path for path in made if not OURS.fullmatch(path.removeprefix("home/"))]
        assert strange == [], strange
        assert not Path("/tmp", CANARY).exists()

    def log(self, role: str) -> list[dict[str, Any]]:
        """What the role has logged: every line of it is whole, whatever strangers put into it."""
        lines = (self.house.home / f"{role}.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def _files(self) -> set[str]:
        """The files there are in the folder, apart from those of SIPp, and of exports."""
        paths = {path for path in self.folder.rglob("*") if path.is_file()}
        names = {str(path.relative_to(self.folder)) for path in paths}
        return {name for name in names if not name.startswith("sipp-")}

    def _asterisk_pid(self) -> int:
        return int((self.house.asterisk.site.folder / "run/asterisk.pid").read_text())


@asynccontextmanager
async def opened_switchboard() -> AsyncIterator[Switchboard]:
    """One in a folder of its own, with its Asterisk running and the office applied."""
    folder = Path(tempfile.mkdtemp(prefix="vp-"))
    async with House(folder / "home", '[log]\nformat = "json"') as house:
        await house.asterisk.start()
        await house.apply(OFFICE)
        yield Switchboard(folder, house)
    shutil.rmtree(folder, ignore_errors=True)


def assert_only_text(switchboard: Switchboard) -> None:
    """List, export and page are well formed: what strangers sent is in its place, and is text."""
    count = len(switchboard.messages())
    table = _command(switchboard, "messages", "list")
    lines = [line for line in table.splitlines() if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", line)]
    assert len(lines) == count
    assert all(character.isprintable() for line in lines for character in line)

    switchboard.runs += 1
    folder = switchboard.folder / f"sipp-{switchboard.runs}"
    _command(switchboard, "messages", "export", str(folder))
    assert all(path.resolve().is_relative_to(folder) for path in folder.rglob("*"))
    assert len(list(folder.rglob("*.wav"))) == count
    with next(folder.rglob("manifest.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == count + 1
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@"))]

    page = _page(switchboard.house.home)
    assert page.count("message-") >= count
    assert page.count("<script") == page.count("</script>") > 0
    assert "alert(1)</script>" not in page
    assert "<img src=x" not in page


def _command(switchboard: Switchboard, *words: str) -> str:
    result = CliRunner().invoke(main, ["--home", str(switchboard.house.home), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def _page(home: Path) -> str:
    """The administrator's list of messages, as HTML."""
    front = Front(home, {})
    app = front.installation
    if not app.users.of_company():
        app.users.add(
            company_id=app.offices.site(COMPANY).company_id,
            login="olga",
            name="Olga",
            role="administrator",
            extensions=(),
            password=PASSWORD,
            by=NOBODY,
        )
    _, front.tokens["olga"] = app.sessions.log_in("olga", PASSWORD, address="127.0.0.1", agent="t")
    try:
        answer = front.visitor("olga").get("/messages")
        assert answer.status_code == 200
        return answer.text
    finally:
        front.close()


def _kilobytes(process: Process) -> int:
    """The memory that a process holds."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
