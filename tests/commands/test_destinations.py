"""Who is told of a mailbox, by command: what becomes of what a letter brought, old secrets."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Voicepost
from tests.notifications.receiver import OLD_SECRET, SECRET

HOOK = "https://crm.example.com/hook"
ANNA = ("employees", "notify", "101", "--mail", "anna@example.com")


def test_what_becomes_of_what_a_letter_brought_is_set(office: Voicepost) -> None:
    office(*ANNA, "--attach", "opus", "--once-sent", "mark-heard")
    assert office.data("employees", "notify", "101") == [
        {"mail": "anna@example.com", "attach": "opus", "once_sent": "mark-heard"}
    ]
    assert "then mark-heard" in office("employees", "notify", "101")
    office(*ANNA, "--once-sent", "keep")
    assert office.data("employees", "notify", "101") == [
        {"mail": "anna@example.com", "attach": "opus"}
    ]


def test_a_letter_without_the_recording_takes_nothing_away(office: Voicepost) -> None:
    told = office.refused(*ANNA, "--once-sent", "delete")
    assert "once_sent needs the recording in the letter" in told
    office(*ANNA, "--attach", "wav", "--once-sent", "delete")
    assert office.refused(*ANNA, "--attach", "none")
    hook = ("--webhook", HOOK, "--once-sent", "delete")
    told = office.refused("mailbox", "notify", *hook)
    assert "--once-sent goes with --mail, not with --webhook" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--webhook", HOOK, "--attach", "wav"), "--attach goes with --mail and --chat, not with"),
        (("--webhook", HOOK, "--attach-up-to", "5"), "--attach-up-to goes with --mail, not with"),
        (("--chat", "tgram://x", "--once-sent", "delete"), "--once-sent goes with --mail, not"),
        (("--mail", "a@b.example", "--secret", "x"), "--secret goes with --webhook, not with"),
        (("--mail", "a@b.example", "--no-old-secret"), "--no-old-secret goes with --webhook, not"),
    ],
)
def test_what_another_kind_has_is_refused_in_words(
    office: Voicepost, options: tuple[str, ...], said: str
) -> None:
    told = " ".join(office.refused("mailbox", "notify", *options).split())
    assert said in told
    assert office.data("mailbox", "notify") == []


def test_while_a_secret_is_replaced_the_old_one_is_there_too(office: Voicepost) -> None:
    notify = ("mailbox", "notify", "--webhook", HOOK)
    assert "no destination" in office.refused(*notify, "--no-old-secret")
    assert office.data("mailbox", "notify") == []
    office(*notify, "--secret", OLD_SECRET)
    office(*notify, "--secret", SECRET, "--old-secret", OLD_SECRET)
    (hidden,) = office.data("mailbox", "notify")
    assert hidden == {"webhook": HOOK, "secret": "kept", "old_secret": "kept"}
    office(*notify, "--event", "box.full", "--event", "delivery.failed")
    office(*notify, "--no-old-secret")
    assert office.data("mailbox", "notify") == [
        {"webhook": HOOK, "secret": "kept", "events": ["box.full", "delivery.failed"]}
    ]
