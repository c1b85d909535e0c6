"""The AGI server's secret on a real Asterisk, which tells it to the server and to nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from telephony.agi.call import AgiCall
from telephony.agi.server import AgiServer
from telephony.sandbox.telephones import APP, Telephones, hearing_all
from tests.asterisk.conftest import ALL_EVENTS
from tests.asterisk.rig import Asterisks, two_asterisks
from tests.ports import free_tcp
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER = "74951234567"


class Fallback:
    """An AGI server that lets callers hear a sound, and what it has taken."""

    def __init__(self, port: int, pair: Asterisks) -> None:
        self.port = port
        self.pair = pair
        self.taken: list[AgiCall] = []

    @contextmanager
    def listening(self, secret: str) -> Iterator[None]:
        with AgiServer(
            "127.0.0.1",
            self.port,
            self._take,
            allow=[ip_network("127.0.0.1")],
            secret=secret,
            recordings=self.pair.server.spool / "recording",
            call_seconds=60,
            shutdown_seconds=1,
        ):
            yield

    async def _take(self, call: AgiCall) -> None:
        self.taken.append(call)
        await call.answer("en")
        await call.play("vm-intro")


@pytest.fixture(scope="module")
async def fallback(short_folder: Path) -> AsyncIterator[Fallback]:
    """Two Asterisks without a service, and where the fallback is to listen."""
    port = free_tcp()
    async with two_asterisks(short_folder / "agi", agi=f"127.0.0.1:{port}") as pair:
        yield Fallback(port, pair)


async def test_asterisk_tells_its_secret_to_the_fallback_only(fallback: Fallback) -> None:
    server = fallback.pair.server
    secret = server.site.secret_of_agi()
    taken = len(fallback.taken)
    await server.rx("core set verbose 5")
    with fallback.listening(secret):
        async with hearing_all(server, "observer") as (ari, inside):
            await ari.request("POST", "/applications/observer/subscription", ALL_EVENTS)
            async with hearing_all(fallback.pair.phones, APP) as (outside, ears):
                phones = Telephones(fallback.pair.phones, outside, ears, fallback.pair.dial)
                caller = await phones.call(NUMBER, caller="79161112233", name="Мария")
                await caller.connected()
                await until(lambda: len(fallback.taken) > taken)
                (channel,) = await ari.request("GET", "/channels")
                shown = [
                    json.dumps(channel),
                    await server.rx("core show channels verbose"),
                    await server.rx("core show channels concise"),
                    await server.rx(f"core show channel {channel['name']}"),
                ]
                await caller.gone()
            shown += map(json.dumps, inside.events)

    assert "AGI" in shown[1]
    assert any("agi://" in each for each in shown)
    shown += [log.read_text(errors="replace") for log in (server.folder / "log").iterdir()]
    assert not any(secret in each for each in shown)
    assert list((server.spool / "voicepost").iterdir()) == []


async def test_a_fallback_with_another_secret_leaves_callers_to_asterisk(
    fallback: Fallback,
) -> None:
    spool = fallback.pair.server.spool / "voicepost"
    taken = len(fallback.taken)
    with fallback.listening("another-secret-than-asterisks"):
        async with hearing_all(fallback.pair.phones, APP) as (ari, ears):
            phones = Telephones(fallback.pair.phones, ari, ears, fallback.pair.dial)
            caller = await phones.call(NUMBER, caller="79161112234", name="Мария")
            recording = (await until(lambda: list(spool.glob("*_79161112234_*"))))[0]
            await caller.hang_up()

    assert len(fallback.taken) == taken
    recording.unlink()


async def test_the_files_that_hold_it_are_their_owners_alone(fallback: Fallback) -> None:
    folder = fallback.pair.server.folder
    for file in ("agi.secret", "etc/extensions.conf"):
        assert (folder / file).stat().st_mode & 0o777 == 0o600
        assert fallback.pair.server.site.secret_of_agi() in (folder / file).read_text()
