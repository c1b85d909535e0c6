"""What doctor says of notifications."""

from __future__ import annotations

import pytest

from commands.doctor.notifications import notifications
from storage.companies.allowance import Allowance
from storage.settings_sections import WebhookSettings
from tests.notifications.house import House, letters_to


def told(house: House) -> tuple[str, str]:
    found = notifications(house.front.installation)
    return found.state, found.what


async def test_what_was_refused_is_told_while_somebody_is_to_be_told_there(house: House) -> None:
    house.tell(letters_to("nobody@example.com"))
    house.receive()
    house.server.answers["RCPT"] = "550 no such mailbox"
    async with house.working():
        await house.all_are("failed")
    level, what = told(house)
    assert level == "warning"
    assert "1 did not arrive since yesterday, the last mail to nobody@example.com" in what
    assert "550" in what

    house.tell(letters_to("anna@example.com"))
    assert "did not arrive" not in told(house)[1]


async def test_a_webhook_that_is_not_allowed_is_told_before_anything_is_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = house.front.installation
    monkeypatch.setattr(
        app.offices, "_usual", Allowance(webhooks=WebhookSettings(allow="10.0.0.1"))
    )
    house.tell(house.hook().model_copy(update={"webhook": "http://10.0.0.1/hook"}))
    level, what = told(house)
    assert level == "warning"
    assert "webhooks.allow" in what
    assert "10.0.0.1" in what
