"""Makes the home and the backups in this folder, with the code of the version that they are of.

    cd CHECKOUT-OF-THAT-VERSION && .venv/bin/python PATH/TO/make.py TARGET

TARGET is a folder that is not there yet. It gets

    home.tar.gz         a home with SQLite: two companies, accounts, messages, unfiled recordings
    postgresql.sql      the same content in PostgreSQL, by pg_dump; its files are the home's
    sqlite.tar.gz       what `voicepost backup` wrote of the first, packed
    postgresql.tar.gz   and of the second
    contents.json       what is in them, as that version told it, and the secrets of its accounts

This program belongs to the version that it is run with: later ones need not be able to run it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import wave
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
os.environ.update(LOGNAME="operator", TZ="UTC")

from click.testing import CliRunner
from storage.mailboxes import company_mailbox, employee_mailbox, unassigned_mailbox
from storage.query import Query
from storage.rows import new_envelope

from cli import main
from commands.context import App
from storage.accounts.sessions import LoginRefused
from storage.actor import Actor, User
from storage.identifiers import new_id
from storage.messages import Empty, Mailbox, Messages
from tests.speech import samples, silence, speak, write_wav
from tests.storage.postgresql import connect, postgresql_server

PASSWORD = "twelve green apples"
ADDRESS = "192.0.2.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BEGAN = datetime(2026, 8, 14, 6, 30, tzinfo=UTC)
MIN_SPEECH = 0.1
SECONDS = 0.45
WORDS = (
    *("один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "ноль"),
    *("алло", "здравствуйте", "перезвоните", "договор", "завтра", "утром"),
)

SETTINGS = """\
[web]
port = 8081
url = "https://voicemail.example.org"
[sandbox]
sip_port = 5070
http_port = 8098
[agi]
port = 4583
[calls]
ringing = "music"
[messages]
trash_days = 60
"""

ROMASHKA = """\
[company]
name = "Ромашка"
timezone = "Europe/Moscow"
[numbers]
74951234567 = { menu = "main" }
74951234568 = { employee = "101" }
74951234569 = { voicemail = true }
[menus.main]
greeting = "prompt:welcome"
timeout = 4.0
direct_dial = true
default = { action = "voicemail" }
[menus.main.keys]
1 = { action = "ring", employee = "101" }
2 = { action = "ring", employees = ["101", "102"], strategy = "in-turn", timeout = 12 }
3 = { action = "menu", menu = "hours" }
4 = { action = "dial", number = "+74957654399" }
9 = { action = "voicemail", employee = "102" }
"*" = { action = "repeat" }
"#" = { action = "hangup" }
[menus.hours]
greeting = "prompt:hours"
default = { action = "menu", menu = "main" }
[employees.101]
name = "Анна Щукина"
numbers = ["101", "+7 916 000-11-22"]
endpoint = "PJSIP/101"
ring_timeout = 17
keep_days = 400
[employees.101.forward]
no_answer = { action = "voicemail", after = 10 }
busy = { action = "ring", employee = "102" }
unreachable = { action = "dial", number = "+79160001122" }
[employees.102]
name = "Борис Ёлкин"
numbers = ["102"]
endpoint = "Local/102@office"
[voicemail]
min_seconds = 0.1
max_seconds = 120
keep_days = 3650
[prompts.welcome]
say = "Да."
[prompts.hours]
file = "hours.wav"
"""

LILY = """\
[company]
name = "Lily & Co"
language = "en"
timezone = "Europe/London"
[numbers]
442079460123 = { voicemail = true }
442079460124 = { employee = "101" }
[employees.101]
name = "Grace O'Neill"
endpoint = "PJSIP/lily-101"
[voicemail]
min_seconds = 0.1
review = false
"""


class Making:
    """One home that is being filled, and what is told of it."""

    def __init__(self, home: Path, work: Path) -> None:
        self.home = home
        self.work = work
        self.app = App(home)
        self.secrets: dict[str, dict[str, str]] = {}
        self.spoken = 0
        self.waiting: list[dict[str, object]] = []

    def cli(self, *words: str, typed: str | None = None) -> str:
        return run(self.home, *words, typed=typed)

    def speech(self, name: str, seconds: float = SECONDS) -> Path:
        """Something that nobody else says here: every message has a sha256 of its own."""
        words = speak(WORDS[self.spoken], path=self.work / "spoken.wav")
        self.spoken += 1
        audio = samples(words)[: 2 * int(seconds * 8000)]
        return write_wav(self.work / name, audio)

    def receive(self, mailbox: Mailbox, days: float, caller: str, name: str = "") -> str:
        outcome = self.app.messages.take_in(
            self.speech("received.wav"),
            mailbox=mailbox,
            caller_number=caller,
            caller_name=name,
            dialled=mailbox.addressee_number if mailbox.box == "company" else "74951234567",
            received_at=BEGAN + timedelta(days=days),
            source="ari",
            call_id=f"1790000{self.spoken:03}.{self.spoken}",
            min_speech=MIN_SPEECH,
            message_id=new_id(BEGAN + timedelta(days=days)),
        )
        assert not isinstance(outcome, Empty), caller
        return outcome.id

    def waits(self, path: Path, whose: str, box: str) -> None:
        """Note what is to become of a recording that is no message yet."""
        with wave.open(str(path)) as file:
            audio = file.readframes(file.getnframes())
        known = {"samples": hashlib.sha256(audio).hexdigest(), "company": whose, "box": box}
        self.waiting.append({"id": path.stem if box else "", **known})


def run(home: Path, *words: str, typed: str | None = None) -> str:
    """What a command prints."""
    result = CliRunner().invoke(main, ["--home", str(home), *words], input=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


def set_up_companies(making: Making) -> None:
    making.home.mkdir(parents=True)
    (making.home / "voicepost.toml").write_text(SETTINGS)
    (making.home / "asterisk").mkdir()
    secret = making.home / "asterisk" / "ari.secret"
    secret.write_text("made-up-and-used-nowhere\n")
    secret.chmod(0o600)
    making.speech("hours.wav", 0.3)
    for name, text in (("romashka", ROMASHKA), ("lily", LILY)):
        (making.work / f"{name}.toml").write_text(text)
        making.cli("config", "apply", str(making.work / f"{name}.toml"))


def hire(making: Making) -> dict[str, User]:
    app, logins = making.app, ("olga", "anna", "boris", "grace", "victor")
    for login, name, company, role, *more in (
        ("olga", "Ольга Смирнова", "Ромашка", "administrator", "--language", "ru"),
        ("anna", "Анна Щукина", "Ромашка", "employee", "--extension", "101"),
        ("boris", "Борис Ёлкин", "Ромашка", "employee", "--extension", "102"),
        ("grace", "Grace O'Neill", "Lily & Co", "administrator", "--extension", "101"),
    ):
        given = ("--name", name, "--company", company, "--role", role, "--password-stdin")
        making.cli("users", "add", login, *given, *more, typed=f"{PASSWORD}\n")
        making.secrets[login] = {"password": PASSWORD}
    given = ("--name", "Виктор", "--company", "Ромашка", "--role", "employee", "--link")
    link = making.cli("users", "add", "victor", *given, "--extension", "102").strip()
    making.secrets["victor"] = {"link": link.partition("key=")[2]}
    users = {login: app.users.find(login) for login in logins}
    for login in ("olga", "anna", "boris"):
        _, session = app.sessions.log_in(login, PASSWORD, address=ADDRESS, agent=FIREFOX)
        making.secrets[login]["session"] = session
    by = page(users["olga"])
    _, making.secrets["olga"]["token"] = app.tokens.make(users["olga"].id, "nightly", by=by)
    _, token = app.tokens.make(users["anna"].id, "phone", 3650, by=page(users["anna"]))
    making.secrets["anna"]["token"] = token
    with suppress(LoginRefused):
        app.sessions.log_in("grace", "not hers", address="192.0.2.66", agent=FIREFOX)
    return users


def page(user: User) -> Actor:
    return Actor(name=user.login, via="page", address=ADDRESS, user_id=user.id)


def take_messages(making: Making, users: dict[str, User]) -> None:
    app = making.app
    romashka, lily = app.offices.site("Ромашка"), app.offices.site("Lily & Co")
    company = company_mailbox(romashka, "74951234567")
    anna, boris = employee_mailbox(romashka, "101"), employee_mailbox(romashka, "102")
    olga = page(users["olga"])

    making.receive(company, 0, "+79161234567", "Пётр Ёжиков")
    heard = making.receive(company, 3, "89035556677")
    deleted = making.receive(company, 31, "anonymous", "=HYPERLINK(1)")
    held = making.receive(company, 40, "+79161234567", "Пётр Ёжиков")
    making.receive(anna, 45, "74957654321", "Лилия")
    annas = making.receive(anna, 46, "102", "Борис Ёлкин")
    gone = making.receive(boris, 47, "79267778899")
    making.receive(company_mailbox(lily, "442079460123"), 50, "+442079460999", "Dr. No")
    making.receive(employee_mailbox(lily, "101"), 51, "+442079460998")
    making.receive(unassigned_mailbox("78120000000"), 52, "1\r\nagi_evil: yes", "x\u202eq")

    app.inbox.listen(heard, user=users["olga"], by=olga)
    app.inbox.listen(annas, user=users["anna"], by=page(users["anna"]))
    app.inbox.delete(deleted, by=olga)
    app.inbox.hold([held, gone], reason="Дело А40-1/2026", by=olga)
    app.inbox.release([gone], by=olga)
    app.inbox.delete(gone, by=olga)
    app.inbox.hold([gone], reason="Ещё раз", by=olga)
    making.cli("users", "disable", "boris")


def leave_unfiled(making: Making) -> None:
    """What a crash left: drafts with a row or a slip, a retake, Asterisk's own recording."""
    app = making.app
    romashka, lily = app.offices.site("Ромашка"), app.offices.site("Lily & Co")
    messages = Messages(app.database, app.audio, app.settings.recordings)
    messages.recordings.mkdir(parents=True)
    by_row = envelope(company_mailbox(romashka, "74951234567"), "d1")
    by_slip = envelope(employee_mailbox(romashka, "101"), "d2")
    first = envelope(employee_mailbox(lily, "101"), "d3")
    again = replace(envelope(employee_mailbox(lily, "101"), "d3"), replaces=first.id)
    nothing = envelope(company_mailbox(romashka, "74951234567"), "d4")

    messages.begin(by_row)
    messages.begin_without_database(by_slip)
    messages.begin(first)
    messages.begin(again)
    messages.begin(nothing)
    for draft, whose in ((by_row, "Ромашка"), (by_slip, "Ромашка"), (again, "Lily & Co")):
        path = messages.recordings / f"{draft.id}.wav"
        making.speech("unfiled.wav").rename(path)
        making.waits(path, whose, draft.mailbox.box)
    break_header(messages.recordings / f"{by_row.id}.wav")
    write_wav(messages.recordings / f"{nothing.id}.wav", silence(0.1))
    messages.finish(nothing.id)

    alone = app.settings.fallback_spool / "1790000900_442079460124_+442079460997_1790000900.77.wav"
    alone.parent.mkdir(parents=True)
    making.speech("alone.wav").rename(alone)
    making.waits(alone, "Lily & Co", "")


def envelope(mailbox: Mailbox, call_id: str):  # type: ignore[no-untyped-def]
    given = {"caller_number": "+79161234567", "dialled": "74951234567", "source": "ari"}
    return new_envelope(mailbox, call_id=call_id, min_speech=MIN_SPEECH, **given)


def break_header(path: Path) -> None:
    """As Asterisk leaves a recording when it is killed: no bytes, says the header."""
    with path.open("r+b") as file:
        file.seek(40)
        file.write(struct.pack("<I", 0))


def told(making: Making) -> dict[str, object]:
    """Everything that is in the home, as its own version tells it."""
    app = making.app

    def data(*words: str) -> object:
        # Callers as they came: the command shows a stranger's line feeds as spaces.
        found = json.loads(making.cli(*words, "--json"))
        for message in found if isinstance(found, list) else ():
            if "caller" in message:
                came = app.inbox.get(message["id"])
                message["caller"] = {"number": came.caller_number, "name": came.caller_name}
        return found

    def new(login: str) -> list[str]:
        user = app.users.find(login)
        query = Query(limit=None, reader=user.id, scope=app.inbox.scope_of(user), state="new")
        return [message.id for message in app.inbox.each(query)]

    return {
        "made_at": datetime.now(UTC).isoformat(),
        "messages": data("messages", "list"),
        "trash": data("messages", "list", "--trash"),
        "held": data("messages", "list", "--held"),
        "new": {login: new(login) for login in ("olga", "anna", "grace")},
        "waiting": making.waiting,
        "users": data("users", "list"),
        "secrets": making.secrets,
        "audit": data("audit", "list"),
        "companies": {
            name: {
                "toml": making.cli("config", "show", "--company", name),
                "prompts": {
                    key: prompt.audio for key, prompt in app.offices.get(name).prompts.items()
                },
            }
            for name in app.offices.names()
        },
    }


def dump_postgresql(target: Path, work: Path) -> None:
    """The same content in PostgreSQL: by this version's own restoration."""
    home = work / "postgresql"
    home.mkdir()
    with postgresql_server() as server:
        with connect(server) as connection:
            connection.execute("CREATE DATABASE voicepost")
        # By the environment: the settings, which are in the backup, are not to name the server.
        os.environ["VOICEPOST_DATABASE__URL"] = f"postgresql://postgres@/voicepost?host={server}"
        (home / "voicepost.toml").write_text(SETTINGS)
        run(home, "restore", str(work / "sqlite.tar"))
        run(home, "backup", str(work / "postgresql.tar"))
        del os.environ["VOICEPOST_DATABASE__URL"]
        dump = ("--no-owner", "--no-privileges", "-h", str(server), "-U", "postgres", "voicepost")
        text = subprocess.run(["pg_dump", *dump], check=True, capture_output=True, text=True).stdout
    # Only some versions of psql know these two commands.
    lines = (
        line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))
    )
    (target / "postgresql.sql").write_text("\n".join(lines) + "\n")


def pack(home: Path, target: Path) -> None:
    """The home with its files' modes, and without whose they were."""
    with gzip.GzipFile(target, "wb", mtime=0) as file, tarfile.open(fileobj=file, mode="w") as tar:
        tar.add(home, "home", filter=nobodys)


def nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if member.name.endswith((".incoming", "-wal", "-shm")) else member


def make(target: Path) -> None:
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        making = Making(work / "home", work)
        set_up_companies(making)
        take_messages(making, hire(making))
        leave_unfiled(making)
        contents = told(making)
        making.cli("backup", str(work / "sqlite.tar"))
        making.app.database.close()
        with closing(sqlite3.connect(making.home / "voicepost.db")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pack(making.home, target / "home.tar.gz")
        dump_postgresql(target, work)
        for name in ("sqlite.tar", "postgresql.tar"):
            backup = (work / name).read_bytes()
            (target / f"{name}.gz").write_bytes(gzip.compress(backup, mtime=0))
    text = json.dumps(contents, ensure_ascii=False, indent=1)
    (target / "contents.json").write_text(f"{text}\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
