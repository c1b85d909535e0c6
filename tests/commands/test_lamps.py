"""What is told of lamps: by command, by doctor, over the API, on the page."""

from __future__ import annotations

import asyncio

import pytest

from commands.context import App
from commands.doctor import lamps as check
from commands.doctor.finding import Finding
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from telephony.ari.client import HttpAri
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import receive
from tests.ports import free_tcp
from tests.telephony.conftest import asterisk
from tests.telephony.fake_ari import FakeAri

__all__ = ["asterisk"]


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Asterisk is where these homes look for it."""
    monkeypatch.setenv("VOICEPOST_SANDBOX__HTTP_PORT", str(free_tcp()))


@pytest.fixture
def app(office: Voicepost) -> App:
    """A home with a message for Anna, and one for the company."""
    app = App(office.home)
    site = app.offices.site("Ромашка")
    receive(office, employee_mailbox(site, "101"), "79161234567")
    receive(office, company_mailbox(site, "74951234567"), "79161234567", 1)
    return app


async def examined(asterisk: FakeAri, app: App, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setattr(check, "SETTLE_SECONDS", 0.0)
    async with HttpAri.connect(asterisk.access) as ari:
        return await check.lamps(app, ari)


def test_without_asterisk_the_counts_are_told(office: Voicepost, app: App) -> None:
    office("employees", "set", "101", "--company-lamp")
    assert office.data("lamps", "list") == [
        {
            "mailbox": "company@voicepost",
            "company": "Ромашка",
            "extension": None,
            "with_company": True,
            "new": 1,
            "old": 0,
            "lit": None,
            "endpoint": None,
            "aor": None,
        },
        {
            "mailbox": "101@voicepost",
            "company": "Ромашка",
            "extension": "101",
            "with_company": True,
            "new": 2,
            "old": 0,
            "lit": None,
            "endpoint": None,
            "aor": None,
        },
    ]
    assert "what lamps show is not known" in office.warnings
    assert "own and company's messages" in office("employees", "show", "101")
    assert "company_lamp = true" in office("config", "show")
    office("employees", "set", "101", "--no-company-lamp")
    assert "company_lamp" not in office("config", "show")
    table = office("lamps", "list").splitlines()
    assert table[2].split() == ["101@voicepost", "Анна", "Петрова", "1", "0", "unknown"]


async def test_with_asterisk_lamps_are_seen_and_who_names_them(
    office: Voicepost, app: App, asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEPOST_ASTERISK__URL", asterisk.access.url)
    monkeypatch.setenv("VOICEPOST_ASTERISK__PASSWORD", asterisk.access.password)
    asterisk.lamps = {"101@voicepost": (1, 0)}
    asterisk.pjsip = {
        ("endpoint", "101"): {"mailboxes": "9@other, 101@voicepost", "aors": "101,door"},
        ("aor", "101"): {"mailboxes": ""},
    }

    async def listed() -> list[list[str]]:
        printed = await asyncio.to_thread(office, "lamps", "list")
        return [line.split()[-2:] for line in printed.splitlines()[1:]]

    assert await listed() == [["unknown", "nobody"], ["on", "endpoint"]]
    asterisk.pjsip["aor", "door"] = {"mailboxes": "101@voicepost"}
    asterisk.lamps["company@voicepost"] = (0, 0)
    asterisk.pjsip["endpoint", "door"] = {"mailboxes": "company@voicepost", "aors": ""}
    assert await listed() == [["off", "endpoint"], ["endpoint,", "aor"]]
    asterisk.pjsip.clear()
    assert await listed() == [["off", "nobody"], ["on", "nobody"]]
    for lamp in await asyncio.to_thread(office.data, "lamps", "list"):
        assert (lamp["endpoint"], lamp["aor"]) == (False, False)


# -- doctor ------------------------------------------------------------------------------------


async def test_a_module_that_lamps_lack(
    app: App, asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    asterisk.exchange.modules -= {"app_minivm.so", "res_pjsip_mwi.so"}
    found = await examined(asterisk, app, monkeypatch)
    assert found.state == "warning"
    assert found.what == "not running: app_minivm.so, res_pjsip_mwi.so"
    assert "load=app_minivm.so load=res_pjsip_mwi.so" in found.advice
    assert "module load app_minivm.so" in found.advice


async def test_lamps_that_show_something_else(
    app: App, asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    asterisk.lamps = {"101@voicepost": (0, 0), "company@voicepost": (1, 0)}
    found = await examined(asterisk, app, monkeypatch)
    assert (found.state, found.what) == (
        "warning",
        "do not show what is in the mailbox: 101@voicepost",
    )
    asterisk.lamps.clear()
    found = await examined(asterisk, app, monkeypatch)
    assert found.what.endswith(": company@voicepost, 101@voicepost")
    assert "[voicepost-lamp]" in found.advice


async def test_lamps_that_are_right(
    app: App, asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    asterisk.lamps = {"101@voicepost": (1, 0), "company@voicepost": (1, 0)}
    found = await examined(asterisk, app, monkeypatch)
    assert found.state == "warning"
    assert found.what == "1 of 1 phones name no mailbox: 101@voicepost"
    assert "mailboxes=101@voicepost" in found.advice
    asterisk.pjsip["endpoint", "101"] = {"mailboxes": "101@voicepost"}
    found = await examined(asterisk, app, monkeypatch)
    assert (found.state, found.what) == (
        "ok",
        "show what is in the mailboxes; phones that name theirs: 1",
    )


# -- what they are called ------------------------------------------------------------------------


def test_the_operator_says_what_mailboxes_are_called(office: Voicepost) -> None:
    office.apply(
        '[company]\nname = "Лютик"\n[employees.101]\nname = "Борис"\nendpoint = "PJSIP/b1"'
    )
    shown = office.data("companies", "show", "Ромашка")
    assert shown["mailbox_context"] == "voicepost"
    told = office.refused("companies", "set", "Лютик", "--mailbox-context", "voicepost")
    assert told == "Error: mailboxes of “Ромашка” are called …@voicepost already\n"
    office("companies", "set", "Лютик", "--mailbox-context", "default")
    mailboxes = [lamp["mailbox"] for lamp in office.data("lamps", "list", "--company", "Лютик")]
    assert mailboxes == ["company@default", "101@default"]
    assert "…@default" in office("companies", "show", "Лютик")
    (entry, *_) = office.data("audit", "list")
    assert entry["details"]["changes"] == [
        {"path": "mailbox_context", "before": None, "after": "default"}
    ]
