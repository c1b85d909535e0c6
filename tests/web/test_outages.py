"""While the database or the object store is away, nobody is told more than that, and a code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx2
import psycopg
import pytest
from playwright.async_api import Browser, expect
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from commands.doctor.health import HealthCheck
from storage.audio.upload_queue import OutboxAudio
from storage.audit import AuditQuery
from storage.errors import AudioError, DatabaseUnavailable
from storage.messages.repository import Message, MessageRepository
from tests.storage.object_store import BUCKET, ObjectStore
from tests.storage.postgresql import connect, running_server
from tests.web.api.front import API, PROBLEM
from tests.web.browser import serving, visitors_of
from tests.web.conftest import Front, make_home
from web import outages
from web.app import create_app
from web.errors import ExchangeUnavailable
from web.guard import COOKIE
from web.language.texts import texts
from web.monitoring import Watch

ROLE: Final = "mailkeeper"
SECRETS: Final = (ROLE, "psycopg", "FATAL", "scram", "vp-pg-", "sqlalch", "5432")


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Front]:
    """A web server whose database has just been given another password."""
    with running_server() as server:
        with connect(server.folder) as admin:
            admin.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'right'")
            admin.execute(f"CREATE DATABASE {ROLE} OWNER {ROLE}")
            with psycopg.connect(
                host=str(server.folder), user="postgres", dbname=ROLE, autocommit=True
            ) as inside:
                inside.execute("CREATE EXTENSION pg_trgm")
            rules = server.folder / "data" / "pg_hba.conf"
            rules.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            admin.execute("SELECT pg_reload_conf()")
            home = tmp_path / "home"
            home.mkdir()
            url = f"postgresql://{ROLE}:right@/{ROLE}?host={server.folder}"
            (home / "voicepost.toml").write_text(f'[database]\nurl = "{url}"\n')
            front = Front(home, make_home(home))
            assert front.visitor("olga").get("/messages").status_code == 200
            front.services.offices.snapshot()
            admin.execute(f"ALTER ROLE {ROLE} PASSWORD 'another'")
            admin.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'"
            )
        yield front
        front.close()


@pytest.fixture
def in_bucket(tmp_path: Path) -> Iterator[tuple[Front, ObjectStore, str]]:
    """A web server with a message in its object store."""
    store = ObjectStore()
    store.make_bucket()
    home = tmp_path / "home"
    home.mkdir()
    (home / "voicepost.toml").write_text(
        f'[audio]\nurl = "s3://{BUCKET}/office"\nendpoint = "{store.url}"\nregion = "us-east-1"\n'
        'access_key = "a"\nsecret_key = "b"\n'
    )
    front = Front(home, make_home(home))
    message = front.receive()
    assert front.installation.audio.upload(threading.Event()) == ()
    yield front, store, message
    store.stop()
    front.close()


async def test_a_stranger_learns_nothing_of_the_database(away: Front) -> None:
    with capture_logs() as lines:
        async with (
            serving(away) as port,
            httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", cookies={COOKIE: "made-up"}, timeout=30
            ) as stranger,
        ):
            asked = {
                (path, language): await stranger.get(path, headers={"Accept-Language": language})
                for path in ("/messages", "/events", f"{API}/messages", f"{API}/events")
                for language in ("ru", "en")
            }
            asked["/login", "ru"] = await stranger.post(
                "/login",
                data={"login": "olga", "password": "x"},
                headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "ru"},
            )
    reasons = {line["code"]: str(line["reason"]) for line in lines if "code" in line}
    for (path, language), told in asked.items():
        assert told.status_code == 503, path
        assert told.headers["retry-after"] == "5"
        assert not [one for one in SECRETS if one in told.text], (path, told.text)
        sentence = texts("ru").gettext(outages.DATABASE) if language == "ru" else outages.DATABASE
        if path.startswith(API):
            assert told.headers["content-type"] == PROBLEM
            problem = told.json()
            assert (problem["detail"], problem["status"]) == (sentence, 503)
            code = problem["code"]
        else:
            assert told.headers["content-language"] == language
            assert sentence in told.text
            assert told.text.count('class="button primary"') == 1
            (code,) = (code for code in reasons if code in told.text)
        # What is kept from strangers is in the log.
        assert ROLE in reasons[code]


async def test_a_stream_of_news_ends_without_a_word_of_it(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: object, **_more: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: host=10.0.0.7 user=mailkeeper")

    events = front.app.state.events
    find = partial(front.services.sessions.find, front.tokens["olga"])
    stream = events.stream(find, None)
    told = [await anext(stream)]
    monkeypatch.setattr(MessageRepository, "scope_of", gone)
    front.receive()
    (listener,) = events._listeners
    listener.put_nowait(next(iter(front.services.news.since(0))))
    with capture_logs() as lines:
        async with asyncio.timeout(10):
            told += [text async for text in stream]
            told += [text async for text in events.stream(find, 0)]
    assert "mailkeeper" not in "".join(told)
    assert all("mailkeeper" in str(line["reason"]) for line in lines)
    assert lines


def test_the_health_says_that_it_fails_and_the_log_why(away: Front) -> None:
    def nothing() -> bytes:
        return b""

    watch = Watch(nothing, HealthCheck(away.installation))
    app = create_app(away.services, watch)
    local = TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50_000))
    with capture_logs() as lines:
        told = local.get("/health")
    assert told.status_code == 503
    assert not [one for one in SECRETS if one in told.text], told.text
    (line,) = (line for line in lines if line.get("check") == "database")
    assert ROLE in str(line["reason"])
    assert line["code"] in told.json()["checks"]["database"]["found"]


@pytest.mark.parametrize("path", ["/messages/{id}/{what}", f"{API}/messages/{{id}}/{{what}}"])
@pytest.mark.parametrize("what", ["audio", "download"])
def test_recordings_that_are_away_are_so_on_page_and_api(
    path: str, what: str, in_bucket: tuple[Front, ObjectStore, str]
) -> None:
    front, store, message = in_bucket
    olga, address = front.visitor("olga"), path.format(id=message, what=what)
    assert olga.get(address).status_code == 200
    hidden = (f"{BUCKET}/", "s3:", "127.0.0.1", "office", "object store")
    store.stop()
    with capture_logs() as lines:
        told = olga.get(address)
    assert told.status_code == 503
    assert not [one for one in hidden if one in told.text], told.text
    (line,) = (line for line in lines if "code" in line)
    assert BUCKET in str(line["reason"])
    assert line["code"] in told.text
    # Once it was heard, by the first request: not by what nobody could hear.
    heard = [entry.action for entry in front.services.audit.list(AuditQuery()).entries]
    assert sum(one in ("message.play", "message.download") for one in heard) == 1
    # Gone for good, it is not to be asked for again and again.
    store.start()
    assert isinstance(front.installation.audio, OutboxAudio)
    front.installation.audio._bucket.delete(front.services.messages.get(message).audio_key)
    with capture_logs() as lines:
        told = olga.get(address)
    assert told.status_code == 404
    assert not [one for one in hidden if one in told.text], told.text
    assert [BUCKET in str(line["reason"]) for line in lines if "code" in line] == [True]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/messages/export", None),
        (f"{API}/messages/export", None),
        ("/messages/selected", {"action": "download"}),
    ],
)
def test_no_zip_without_recordings_while_they_are_away(
    path: str, form: dict[str, str] | None, in_bucket: tuple[Front, ObjectStore, str]
) -> None:
    front, store, message = in_bucket
    store.stop()
    olga = front.visitor("olga")
    with capture_logs() as lines:
        told = olga.post(path, data={**form, "message": message}) if form else olga.get(path)
    assert told.status_code == 503
    assert told.headers["retry-after"] == "5"
    assert [BUCKET in str(line["reason"]) for line in lines if "code" in line] == [True]
    noted = [entry.action for entry in front.services.audit.list(AuditQuery()).entries]
    assert not {"message.download", "message.export", "messages.export"}.intersection(noted)


@pytest.mark.parametrize("path", ["/messages/export", f"{API}/messages/export"])
async def test_an_outage_in_the_midst_of_a_zip_breaks_the_download(
    path: str, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.receive()
    front.receive()
    read, reads = MessageRepository.read, []

    def breaks(repository: MessageRepository, message: Message) -> bytes:
        reads.append(message.id)
        if len(reads) == 2:
            raise AudioError("the object store https://s3.example fails: no answer")
        return read(repository, message)

    monkeypatch.setattr(MessageRepository, "read", breaks)
    with capture_logs() as lines:
        async with (
            serving(front, http="h11") as port,
            httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}",
                cookies={COOKIE: front.tokens["olga"]},
                timeout=30,
            ) as olga,
        ):
            with pytest.raises(httpx2.RemoteProtocolError):
                await olga.get(path)
    assert ["s3.example" in str(line["reason"]) for line in lines if "code" in line] == [True]
    assert len(reads) == 2


@pytest.mark.parametrize("path", ["/prompts", f"{API}/prompts/main/record"])
def test_an_exchange_that_is_away_is_told_without_its_address(path: str, front: Front) -> None:
    def ring(*_words: Any) -> None:
        raise ExchangeUnavailable("http://10.0.0.8:8088/ari does not answer")

    front.services.__dict__["ring"] = ring
    olga = front.visitor("olga")
    form = {"name": "hello", "way": "phone", "phone": "101"}
    with capture_logs() as lines:
        told = (
            olga.post(path, json={"phone": "101"})
            if path.startswith(API)
            else olga.post(path, data=form)
        )
    assert told.status_code == 503
    assert "10.0.0.8" not in told.text
    assert ["10.0.0.8" in str(line["reason"]) for line in lines if "code" in line] == [True]


async def test_what_was_begun_on_the_page_stays_until_the_database_is_back(
    browser: Browser, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.receive()
    async with visitors_of(browser, front) as visitors:
        page = await visitors.come_in("olga", locale="ru-RU")
        await page.goto("/messages")

        def gone(*_args: object, **_more: object) -> None:
            raise DatabaseUnavailable("the database cannot be used: host=10.0.0.7")

        monkeypatch.setattr(MessageRepository, "mark", gone)
        with capture_logs() as lines:
            await page.locator("[name=message]").first.check()
            await page.locator("#selected button[value=heard]").click()
            await expect(page.locator("#toasts")).to_contain_text(
                texts("ru").gettext(outages.DATABASE)
            )
        (code,) = (line["code"] for line in lines if "code" in line)
        await expect(page.locator("#toasts")).to_contain_text(code)
        assert await page.locator("[name=message]").first.is_checked()
        monkeypatch.setattr(MessageRepository, "list", gone)
        await page.goto("/messages?state=new")
        await expect(page.get_by_role("link", name="Попробовать ещё раз")).to_be_visible()
        assert "10.0.0.7" not in await page.content()
