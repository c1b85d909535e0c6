"""`voicepost doctor` where each thing is broken for real: the verdict, and the advice."""

from __future__ import annotations

import array
import math
import os
import random
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import main
from commands.context import App
from commands.doctor import data, disk, telephony
from commands.doctor.data import NEWEST
from commands.doctor.finding import Finding
from commands.doctor.probe import RATE, TONES, hears_tones
from commands.processes.serve import only_service
from storage.database import engine
from storage.messages.envelope import Envelope
from telephony.agi.ping import ping
from telephony.agi.server import AgiServer
from telephony.ari.client import AriAccess, HttpAri
from telephony.errors import AriError, TelephonyError
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import COMPANY, REQUEST, receive
from tests.ports import free_tcp
from tests.speech import speak
from tests.storage.object_store import object_store

ADVICE_WORDS = 5
"""Advice of fewer words says nothing."""


def examined(voicepost: Voicepost) -> dict[str, Any]:
    """What doctor finds in a home, by the names of its checks; never a traceback."""
    import json

    result = CliRunner().invoke(main, ["--home", str(voicepost.home), "doctor", "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    found = {finding["name"]: finding for finding in json.loads(result.stdout)}
    failures = [f for f in found.values() if f["state"] == "failure"]
    assert result.exit_code == (1 if failures else 0)
    for finding in failures:
        assert len(finding["advice"].split()) >= ADVICE_WORDS, finding
        assert "the check itself" not in finding["what"], finding
    return found


@pytest.fixture(autouse=True)
def ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where these homes look for Asterisk and the fallback."""
    for name in ("AGI__PORT", "SANDBOX__HTTP_PORT"):
        monkeypatch.setenv(f"VOICEPOST_{name}", str(free_tcp()))


# -- the command -------------------------------------------------------------------------------


def test_a_home_that_was_never_used(voicepost: Voicepost) -> None:
    found = examined(voicepost)
    for name in ("asterisk", "fallback (AGI)", "database", "spool", "fallback spool"):
        assert found[name]["state"] == "failure"
    assert found["prompts"]["state"] == "skipped"
    assert not voicepost.home.exists(), "doctor changes nothing"


def test_a_line_each_without_colours_where_nobody_sees_them(office: Voicepost) -> None:
    result = CliRunner().invoke(main, ["--home", str(office.home), "doctor"])
    lines = result.stdout.splitlines()
    assert all(line.split()[0] in ("ok", "warning", "failure", "skipped") for line in lines)
    assert "\x1b" not in result.stdout
    assert any(line.startswith("failure  asterisk: ") and " — " in line for line in lines)


def test_settings_that_cannot_be_read_are_one_sentence(office: Voicepost) -> None:
    (office.home / "voicepost.toml").write_text("[nosuch]\n")
    assert office.refused("doctor").startswith("Error: nosuch")


# -- the database ------------------------------------------------------------------------------


def test_a_database_that_is_well(office: Voicepost) -> None:
    found = examined(office)
    assert found["database"]["state"] == "ok"
    assert found["last message"]["what"] == "none was ever kept"


def test_callers_whom_nobody_hears(office: Voicepost) -> None:
    assert examined(office)["kept aside"]["what"] == "0 lie aside as probably empty"
    for minute in range(NEWEST):
        words = REQUEST if minute < 7 else "Да."
        receive(office, COMPANY, "+79161234567", minute, words)

    found = examined(office)["kept aside"]

    assert found["state"] == "warning"
    assert found["what"] == "13 lie aside as probably empty, 13 of the newest 20"
    assert "one direction only" in found["advice"]


def test_a_locked_database(office: Voicepost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(office.home / "voicepost.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        found = examined(office)
    assert "locked" in found["database"]["what"]
    assert "fuser" in found["database"]["advice"]


def test_a_database_of_an_older_version(office: Voicepost) -> None:
    with closing(sqlite3.connect(office.home / "voicepost.db")) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '0001'")
    found = examined(office)
    assert "0001" in found["database"]["what"]
    assert "Restart the service" in found["database"]["advice"]
    with closing(sqlite3.connect(office.home / "voicepost.db")) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
def test_a_file_that_is_no_database(office: Voicepost, content: bytes) -> None:
    for file in office.home.glob("voicepost.db*"):
        file.unlink()
    (office.home / "voicepost.db").write_bytes(content)
    assert examined(office)["database"]["state"] == "failure"


def test_a_database_server_that_is_away(office: Voicepost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEPOST_DATABASE__URL", f"postgresql://x@127.0.0.1:{free_tcp()}/x")
    found = examined(office)
    assert found["database"]["state"] == "failure"
    assert "database.url" in found["database"]["advice"]


def test_a_recording_that_waits_for_too_long(office: Voicepost) -> None:
    app = App(office.home)
    begin(app, datetime.now(UTC) - timedelta(minutes=5))
    assert data.oldest_unsettled(app).state == "ok"
    begin(app, datetime.now(UTC) - timedelta(hours=3))
    found = data.oldest_unsettled(app)
    assert (found.state, "3 hours" in found.what) == ("failure", True)
    assert "voicepost calls" in found.advice


def begin(app: App, at: datetime) -> str:
    from storage.identifiers import new_id
    from storage.intake.mailboxes import unassigned_mailbox

    envelope = Envelope(
        id=new_id(at),
        mailbox=unassigned_mailbox(""),
        received_at=at,
        caller_number="",
        caller_name="",
        dialled="",
        source="ari",
        call_id="1.1",
        min_speech=0.0,
    )
    return app.intake.begin(envelope).id


def test_messages_for_numbers_that_no_company_has(office: Voicepost) -> None:
    from storage.intake.mailboxes import unassigned_mailbox

    assert examined(office)["unknown numbers"]["state"] == "ok"
    app = App(office.home)
    for dialled, calls in (("74959999999", 2), ("", 1)):
        for call in range(calls):
            app.intake.take_in(
                speak(REQUEST, path=office.home / f"{dialled}-{call}.wav"),
                mailbox=unassigned_mailbox(dialled),
                caller_number="79161234567",
                dialled=dialled,
                received_at=datetime.now(UTC),
                source="ari",
                min_speech=1.0,
            )
    app.database.close()

    found = examined(office)["unknown numbers"]

    assert found["state"] == "warning"
    assert found["what"] == (
        "3 messages of 30 days are nobody's; dialled: 74959999999 (2), no number (1)"
    )
    assert "--company unassigned" in found["advice"]


def test_a_message_of_a_time_to_come(office: Voicepost) -> None:
    app = App(office.home)
    for ahead, state in ((timedelta(seconds=-90), "ok"), (timedelta(hours=1), "failure")):
        draft = begin(app, datetime.now(UTC) + ahead)
        with closing(sqlite3.connect(office.home / "voicepost.db")) as other, other:
            other.execute("UPDATE messages SET state = 'kept' WHERE id = ?", (draft,))
        found = data.last_message(app)
        assert found.state == state
    assert "clock" in found.advice


# -- disks -------------------------------------------------------------------------------------


def test_a_spool_that_cannot_be_written() -> None:
    """/sys is read-only for everybody, root included."""
    found = disk.spool(Path("/sys"))
    assert found.state == "failure"
    assert "install -d" in found.advice


def test_a_spool_that_asterisk_may_not_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert disk.spool(tmp_path, is_real=True).state == "warning"
    assert disk.spool(tmp_path).state == "ok", "the private Asterisk is the same user"
    tmp_path.chmod(0o2770)
    assert disk.spool(tmp_path, is_real=True).state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_disks_that_are_nearly_full(office: Voicepost, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real disk; what is called little is more than it has."""
    app = App(office.home)
    monkeypatch.setattr(disk, "LEAST_BYTES", 10)
    for few, state in ((20, "ok"), (10**18, "warning")):
        monkeypatch.setattr(disk, "FEW_BYTES", few)
        assert disk.space(app).state == state
    monkeypatch.setattr(disk, "LEAST_BYTES", 10**17)
    assert disk.space(app).state == "failure"
    assert "purge" in disk.space(app).advice


def test_prompts_whose_sound_is_gone(office: Voicepost) -> None:
    office.apply(SPEAKING)
    app = App(office.home)
    assert disk.prompts(app) == Finding("prompts", "ok", "all 1 are there")
    for sound in (office.home / "prompts").glob("*.wav"):
        sound.unlink()
    found = disk.prompts(app)
    assert "welcome" in found.what
    assert "voicepost prompts" in found.advice


SPEAKING = """
[company]
name = "Ромашка"
[prompts.welcome]
say = "Здравствуйте!"
"""


def test_audio_that_belongs_to_nobody(office: Voicepost) -> None:
    stray = office.home / "audio/2026/08/01a204c5-87a1-7000-8000-000000000000.wav"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"RIFF")
    os.utime(stray, (1, 1))
    found = disk.stray_audio(App(office.home))
    assert (found.state, "1 files" in found.what) == ("warning", True)


# -- the object store --------------------------------------------------------------------------


def test_an_object_store_that_is_stopped(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    with object_store() as store:
        for name, value in store.settings().model_dump().items():
            monkeypatch.setenv(f"VOICEPOST_AUDIO__{name.upper()}", str(value))
        assert data.object_store(App(office.home)).state == "ok"
    found = data.object_store(App(office.home))
    assert found.state == "failure"
    assert "audio.url" in found.advice


# -- the fallback ------------------------------------------------------------------------------


@contextmanager
def somebody(says: bytes) -> Iterator[int]:
    """Somebody who listens on a port and says this to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(says)
                while says and connection.recv(1000):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(
    ("says", "told"), [(b"HTTP/1.1 400 Bad\r\n", "something else"), (b"", "nothing|breaks off")]
)
def test_somebody_else_on_the_fallbacks_port(says: bytes, told: str) -> None:
    with somebody(says) as port, pytest.raises(TelephonyError, match=told):
        ping("127.0.0.1", port)


def test_somebody_who_says_nothing_is_not_waited_for() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(TelephonyError, match="does not answer"),
    ):
        ping("127.0.0.1", int(server.getsockname()[1]), seconds=0.05)


@contextmanager
def fallback(folder: Path, secret: str = "") -> Iterator[int]:
    """One that listens on a port, and takes no calls."""

    async def take(call: object) -> None:
        raise AssertionError(call)

    with AgiServer(
        "127.0.0.1",
        0,
        take,
        allow=[ip_network("127.0.0.0/8")],
        secret=secret,
        recordings=folder,
        call_seconds=5,
        shutdown_seconds=1,
    ) as server:
        yield server.port


def test_the_fallback_answers_and_takes_it_for_no_call(tmp_path: Path) -> None:
    with fallback(tmp_path) as port:
        ping("127.0.0.1", port)


SECRET = "known-to-asterisk-only"


@pytest.mark.parametrize(
    ("ours", "asterisks", "state"),
    [
        ("", "", "warning"),
        ("", SECRET, "warning"),
        (SECRET, SECRET, "ok"),
        (SECRET, "another-of-that-kind", "failure"),
        (SECRET, "", "failure"),
    ],
)
async def test_the_secret_of_the_fallback_is_compared(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch, ours: str, asterisks: str, state: str
) -> None:
    with fallback(office.home, ours) as port:
        monkeypatch.setenv("VOICEPOST_AGI__PORT", str(port))
        monkeypatch.setenv("VOICEPOST_AGI__SECRET", ours)
        found = await telephony.fallback(App(office.home), OldAri({"value": asterisks}))

    assert found.state == state
    told = found.what + found.advice
    assert ("VOICEPOST_AGI_SECRET" in told) == (state != "ok")
    assert SECRET not in told
    assert not asterisks or asterisks not in told


async def test_an_asterisk_without_that_variable_knows_no_secret(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unset(OldAri):
        async def request(self, *arguments: Any, first: str = "") -> Any:
            raise AriError(404, "Variable not found")

    with fallback(office.home, SECRET) as port:
        monkeypatch.setenv("VOICEPOST_AGI__PORT", str(port))
        monkeypatch.setenv("VOICEPOST_AGI__SECRET", SECRET)
        found = await telephony.fallback(App(office.home), Unset(None))

    assert found.state == "failure"


# -- Asterisk ----------------------------------------------------------------------------------


class OldAri(HttpAri):
    """An Asterisk that says of itself what a test wants to hear."""

    def __init__(self, answer: Any) -> None:
        self.access = AriAccess("http://127.0.0.1:1", "voicepost", "secret", "voicepost")
        self._answer = answer

    async def request(
        self, method: str, path: str, params: object = None, *, first: str = ""
    ) -> Any:
        return self._answer


@pytest.mark.parametrize(
    ("version", "state"),
    [("22.10.1", "ok"), ("23.0.0", "ok"), ("22.10.0", "warning"), ("20.9.3~dfsg", "warning")],
)
async def test_an_asterisk_without_security_fixes(version: str, state: str) -> None:
    found = await telephony.asterisk(OldAri({"system": {"version": version}}))
    assert found.state == state
    assert ("22.10.1" in found.advice) == (state == "warning")


async def test_clocks_that_differ() -> None:
    for seconds, state in ((0, "ok"), (90, "warning"), (-90, "warning")):
        theirs = datetime.now(UTC) + timedelta(seconds=seconds)
        assert (await telephony.clock(OldAri({"timestamp": theirs.isoformat()}))).state == state


# -- the probe ---------------------------------------------------------------------------------


def tones(*hertz: float) -> array.array[int]:
    length = RATE // 2
    return array.array(
        "h",
        (int(3000 * math.sin(2 * math.pi * h * n / RATE)) for h in hertz for n in range(length)),
    )


def test_the_tones_are_heard_in_their_order_only() -> None:
    noise = random.Random(1)
    hiss = array.array("h", (noise.randrange(-300, 300) for _ in range(3 * RATE // 2)))
    noisy = array.array("h", (a + b for a, b in zip(tones(*TONES), hiss, strict=True)))
    assert hears_tones(tones(*TONES))
    assert hears_tones(hiss + noisy + hiss)
    for other in (array.array("h"), hiss, tones(*reversed(TONES)), tones(*TONES[:2])):
        assert not hears_tones(other)


# -- privacy and names ---------------------------------------------------------------------------


def test_what_others_can_read_is_told(office: Voicepost) -> None:
    toml = office.home / "voicepost.toml"
    toml.write_text("")
    toml.chmod(0o600)
    office.home.chmod(0o750)
    (office.home / "office.toml").chmod(0o666)  # in the home, so nobody gets at it
    assert examined(office)["privacy"]["state"] == "ok"
    for path, mode, state in (
        (office.home, 0o755, "failure"),
        (office.home / "voicepost.db", 0o644, "failure"),
        (office.home, 0o770, "warning"),
        (toml, 0o640, "warning"),
        (toml, 0o604, "failure"),
    ):
        before = path.stat().st_mode & 0o777
        path.chmod(mode)
        finding = examined(office)["privacy"]
        assert (finding["state"], f"{path} (0{mode:o}" in finding["what"]) == (state, True), finding
        assert f"chmod 0{before:o} {path}" in finding["advice"] or mode == 0o604
        assert path.stat().st_mode & 0o777 == mode, "doctor changes nothing"
        path.chmod(before)


def test_secrets_are_told_of_first_and_how_many_more_there_are(office: Voicepost) -> None:
    office.home.chmod(0o750)
    logs = [office.home / "log" / f"{number}.jsonl" for number in range(6)]
    toml, secret = office.home / "voicepost.toml", office.home / "asterisk" / "agi.secret"
    lock = office.home / "serve.lock"
    for path in (toml, secret, lock, *logs):
        path.parent.mkdir(exist_ok=True, mode=0o750)
        path.write_text("")
        path.chmod(0o666)
    finding = examined(office)["privacy"]
    named = finding["what"].partition(": ")[2].split(", ")
    assert [named[0].split()[0], named[2].split()[0]] == [str(toml), str(secret)], finding
    assert finding["what"].endswith(", and 4 more"), finding
    assert finding["advice"].endswith(f"chmod 0600 {toml}."), finding


def test_the_lock_of_a_home_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with only_service(tmp_path):
            assert (tmp_path / "serve.lock").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("settings", "state", "what"),
    [
        ("", "warning", "any name"),
        ('hosts = "*"\nurl = "https://a.example"', "warning", "any name"),
        ('url = "voice.example"', "warning", "no address"),
        ('url = "https://voice.example"', "ok", "voice.example"),
        ('hosts = "b.example,a.example"', "ok", "a.example, b.example"),
    ],
)
def test_a_service_without_a_name_of_its_own_is_warned_of(
    settings: str, state: str, what: str, office: Voicepost
) -> None:
    (office.home / "voicepost.toml").write_text(f"[web]\n{settings}\n")
    finding = examined(office)["web address"]
    assert (finding["state"], what in finding["what"]) == (state, True), finding
    assert "notifications" not in finding["what"]


@pytest.mark.parametrize(
    ("settings", "leads"),
    [
        ('host = "127.0.0.1"', "http://127.0.0.1:8080"),
        ('hosts = "b.example,a.example"', "http://b.example:8080"),
        ('url = "https://voice.example"', ""),
    ],
)
def test_where_somebody_is_told_links_want_an_address(
    settings: str, leads: str, office: Voicepost
) -> None:
    (office.home / "voicepost.toml").write_text(f"[web]\n{settings}\n")
    office("mailbox", "notify", "--webhook", "https://crm.example.com/hook")
    finding = examined(office)["web address"]
    assert finding["state"] == ("warning" if leads else "ok")
    said = f"notifications lead to {leads}, as there is no web.url"
    assert (said in finding["what"]) is bool(leads), finding
