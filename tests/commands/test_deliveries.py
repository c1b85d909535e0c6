"""`voicepost deliveries`, and who is told: `employees notify` and `mailbox notify`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from commands.context import App
from storage.database.delivery_tables import DeliveryRow
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.notifications.delivery import DeliveryJson, waiting
from storage.notifications.outbox import read_on
from storage.notifications.queue import Deliveries
from storage.office.notify import MailDestination
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import receive

ANNA, BOSS = "anna@example.com", "boss@example.com"
HOOK = "https://crm.example.com/hook"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOBODY = "01920000-0000-7000-8000-000000000000"
HERS, OURS = ("employees", "notify", "101"), ("mailbox", "notify")


@pytest.fixture(params=[HERS, OURS], ids=["employees notify 101", "mailbox notify"])
def notify(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The words of the command, for either mailbox."""
    words: tuple[str, ...] = request.param
    return words


def leave(office: Voicepost, minute: int = 0, *, own: bool = False) -> str:
    """A message for Anna, or the company's own, of which the deliveries are made; its id."""
    app = App(office.home)
    site = app.offices.site("Ромашка")
    mailbox = company_mailbox(site, "74951234567") if own else employee_mailbox(site, "101")
    message_id = receive(office, mailbox, "+79031112233", minute=minute)
    read_on(app.database, app.offices.snapshot())
    app.database.close()
    return message_id


def settle(office: Voicepost, answer: str, how: str = "sent") -> str:
    """Have what is due sent, as the worker does; the delivery's id."""
    app = App(office.home)
    (one,) = app.deliveries.take(10)
    getattr(Deliveries(app.database), how)(one, answer)
    app.database.close()
    return one.id


def listed(office: Voicepost, *options: str) -> list[tuple[str, str]]:
    """To whom, and how it stands, newest first."""
    found = office.data("deliveries", "list", *options)
    return [(each["to"], each["state"]) for each in found]


# --- deliveries ---------------------------------------------------------------------------------


def test_without_deliveries_there_is_nothing_to_list(voicepost: Voicepost) -> None:
    assert voicepost("deliveries", "list") == ""
    assert voicepost.data("deliveries", "list") == []


def test_the_list_is_newest_first_and_as_documented(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    office(*OURS, "--webhook", HOOK, "--secret", SECRET)
    before = datetime.now(UTC)
    annas, own = leave(office), leave(office, 1, own=True)

    first, second = office.data("deliveries", "list")

    for each in (first, second):
        assert list(each) == list(DeliveryJson.__annotations__)
        assert before <= datetime.fromisoformat(each["made_at"])
        assert each["next_try_at"] == each["made_at"]
    assert {**first, "id": "", "made_at": "", "next_try_at": ""} == {
        "id": "",
        "kind": "webhook",
        "event": "message.kept",
        "to": HOOK,
        "message": own,
        "state": "waiting",
        "tries": 0,
        "made_at": "",
        "next_try_at": "",
        "ended_at": None,
        "answer": "",
    }
    assert (second["kind"], second["to"], second["message"]) == ("mail", ANNA, annas)
    assert first["id"] > second["id"]


def test_the_list_for_people_has_a_line_each(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    leave(office)
    delivery_id = settle(office, "250 queued as 4711")
    leave(office, 1)

    waiting, sent = office("deliveries", "list").splitlines()

    assert "waiting" in waiting
    assert waiting.endswith(ANNA)
    assert sent.startswith(delivery_id)
    assert re.search(r" sent +mail +message\.kept  anna@example\.com  250 queued as 4711$", sent)


def test_the_list_is_narrowed_by_options(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    first = leave(office)
    settle(office, "250 OK")
    second = leave(office, 1)

    assert listed(office) == [(ANNA, "waiting"), (ANNA, "sent")]
    assert listed(office, "--state", "sent") == [(ANNA, "sent")]
    assert listed(office, "--state", "failed") == []
    assert listed(office, "--message", first) == [(ANNA, "sent")]
    assert listed(office, "--message", second) == [(ANNA, "waiting")]
    assert "there is no message" in office.refused("deliveries", "list", "--message", NOBODY)
    for nothing in ("x", "\udcff"):
        complaint = office.refused("deliveries", "list", "--message", nothing)
        assert "is not the id of a message" in complaint
    assert listed(office, "--limit", "1") == [(ANNA, "waiting")]
    assert listed(office, "--company", "Ромашка") == listed(office)

    office.apply('[company]\nname = "Лютик"')
    assert listed(office, "--company", "Лютик") == []
    assert len(listed(office)) == 2


def test_one_delivery_is_shown(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    message_id = leave(office)
    delivery_id = settle(office, "250 queued as 4711")

    shown = office("deliveries", "show", delivery_id)
    data = office.data("deliveries", "show", delivery_id)

    assert [data] == office.data("deliveries", "list")
    assert data["answer"] == "250 queued as 4711"
    lines = shown.splitlines()
    for line in (f"id: {delivery_id}", f"to: {ANNA}", f"message: {message_id}", "state: sent"):
        assert line in lines
    assert "tries: 1" in lines
    assert "next try at" not in shown, "there is none"


@pytest.mark.parametrize("event", ["box.full", "messages.more", "messages.unheard"])
def test_what_is_of_no_message_says_whose_mailbox_it_was(office: Voicepost, event: str) -> None:
    annas, own = queued(office, event, "101"), queued(office, event)
    kept = queued(office, "message.kept", "101")

    last, second, first = office("deliveries", "list").splitlines()

    assert f"{event} (101 Анна Петрова)  anna@пример.рф" in first
    assert f"{event} (the company's)  anna@пример.рф" in second
    assert "message.kept  anna@пример.рф" in last
    for delivery_id, line in (
        (annas, "mailbox: 101 Анна Петрова"),
        (own, "mailbox: the company's"),
        (own, "to: anna@пример.рф"),
    ):
        assert line in office("deliveries", "show", delivery_id).splitlines()
    assert "mailbox" not in office("deliveries", "show", kept)
    shown = office.data("deliveries", "show", annas)
    assert shown["to"] == "anna@xn--e1afmkfd.xn--p1ai", "as it is kept"


def queued(office: Voicepost, event: str, of: str = "") -> str:
    """A delivery of an extension's mailbox, or of the company's; its id."""
    app = App(office.home)
    site, now = app.offices.site("Ромашка"), datetime.now(UTC)
    who = app.own_addresses.person(site.company_id, of) if of else None
    told = MailDestination(mail="anna@пример.рф")
    with app.database.session() as session:
        row = DeliveryRow(**waiting(now, told, event, site.company_id, who))
        session.add(row)
        delivery_id = row.id
    app.database.close()
    return delivery_id


def test_what_the_other_side_says_does_not_steer_the_terminal(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    leave(office)
    delivery_id = settle(office, "250 \x1b[2J\x9b31m\u202eevil\r\nstate: failed")

    for printed in (
        office("deliveries", "list"),
        office("deliveries", "show", delivery_id),
        office("deliveries", "list", "--json"),
    ):
        assert not set(printed) & set("\x1b\x9b\u202e\r")
    assert len(office("deliveries", "list").splitlines()) == 1


@pytest.mark.parametrize("how", ["sent", "refused", "cancelled"])
def test_what_has_ended_is_sent_again(office: Voicepost, how: str) -> None:
    office(*HERS, "--mail", ANNA)
    leave(office)
    delivery_id = settle(office, "said so", how)

    assert office("deliveries", "retry", delivery_id) == ""

    data = office.data("deliveries", "show", delivery_id)
    assert (data["state"], data["tries"], data["ended_at"]) == ("waiting", 0, None)
    assert settle(office, "250 OK") == delivery_id
    (entry, *_) = office.data("audit", "list", "--company", "Ромашка")
    assert (entry["action"], entry["subject"]) == ("delivery.retry", ANNA)
    assert entry["details"] == {"delivery": delivery_id}


def test_what_waits_is_cancelled(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    leave(office)
    (waiting,) = office.data("deliveries", "list")

    assert office("deliveries", "cancel", waiting["id"]) == ""

    assert listed(office) == [(ANNA, "cancelled")]
    (entry, *_) = office.data("audit", "list", "--company", "Ромашка")
    assert (entry["action"], entry["subject"]) == ("delivery.cancel", ANNA)


@pytest.mark.parametrize(("how", "told"), [("sent", "sent already"), ("refused", "has failed")])
def test_what_is_over_is_not_cancelled(office: Voicepost, how: str, told: str) -> None:
    office(*HERS, "--mail", ANNA)
    leave(office)
    delivery_id = settle(office, "said so", how)

    complaint = one_sentence(office.refused("deliveries", "cancel", delivery_id))

    assert told in complaint
    assert "Error" not in complaint


def test_beginnings_of_ids_are_enough(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    messages = leave(office), leave(office, 1)
    newest, oldest = office.data("deliveries", "list")
    assert (oldest["message"], newest["message"]) == messages
    for each in (newest, oldest):
        part = each["message"][:8]
        assert part in office("messages", "list"), "as it is printed there"
        assert office.data("deliveries", "list", "--message", part) == [each]
    office("deliveries", "cancel", newest["id"][:-2])
    assert office.data("deliveries", "show", newest["id"][:-1])["state"] == "cancelled"
    complaint = one_sentence(office.refused("deliveries", "show", newest["id"][:4]))
    assert complaint.startswith(f"several deliveries have ids that begin with {newest['id'][:4]}: ")


@pytest.mark.parametrize("command", ["show", "retry", "cancel"])
@pytest.mark.parametrize("delivery_id", [NOBODY, "x", "../../etc/passwd\n", "\udcff"])
def test_a_delivery_that_is_not_there_is_one_sentence(
    voicepost: Voicepost, command: str, delivery_id: str
) -> None:
    complaint = voicepost.refused("deliveries", command, delivery_id)

    assert complaint.startswith("Error: there is no delivery ")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--state", "lost"),
        ("list", "--limit", "0"),
        ("list", "--limit", "10001"),
        ("show",),
        ("retry",),
        ("cancel", NOBODY, NOBODY),
    ],
)
def test_wrong_use_is_told_apart(voicepost: Voicepost, words: tuple[str, ...]) -> None:
    assert one_sentence(voicepost.refused("deliveries", *words, code=2))


def one_sentence(complaint: str) -> str:
    """What is wrong, below how it is used."""
    *usage, sentence = complaint.splitlines()
    assert [line for line in usage if line.startswith("Error")] == []
    assert sentence.startswith("Error: ")
    return sentence.removeprefix("Error: ")


def test_the_company_of_a_list_has_to_be_there(office: Voicepost) -> None:
    assert office.refused("deliveries", "list", "--company", "Лютик") == (
        "Error: there is no company “Лютик”, only: Ромашка\n"
    )


# --- who is told --------------------------------------------------------------------------------


def told(office: Voicepost, notify: tuple[str, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.data(*notify)
    return found


def test_at_first_nobody_is_told(office: Voicepost, notify: tuple[str, ...]) -> None:
    assert office(*notify) == ""
    assert told(office, notify) == []


def test_a_mail_address_is_told(office: Voicepost, notify: tuple[str, ...]) -> None:
    assert office(*notify, "--mail", ANNA) == ""
    assert told(office, notify) == [{"mail": ANNA}]
    assert office(*notify) == f"mail     {ANNA}  message.kept, attach none\n"

    options = ("--attach", "mp3", "--attach-up-to", "5000000")
    office(*notify, "--mail", BOSS, *options, "--event", "message.kept", "--event", "message.heard")

    assert told(office, notify) == [
        {"mail": ANNA},
        {
            "mail": BOSS,
            "events": ["message.kept", "message.heard"],
            "attach": "mp3",
            "attach_up_to": 5_000_000,
        },
    ]
    assert f"{BOSS}  message.kept, message.heard, attach mp3" in office(*notify)


def test_each_mailbox_has_a_list_of_its_own(office: Voicepost) -> None:
    office(*HERS, "--mail", ANNA)
    office(*OURS, "--mail", BOSS)

    assert told(office, HERS) == [{"mail": ANNA}]
    assert told(office, OURS) == [{"mail": BOSS}]
    annas, own = leave(office), leave(office, 1, own=True)
    found = office.data("deliveries", "list")
    assert [(each["to"], each["message"]) for each in found] == [(BOSS, own), (ANNA, annas)]


def test_a_change_leaves_the_rest_as_it_was(office: Voicepost, notify: tuple[str, ...]) -> None:
    office(*notify, "--mail", ANNA, "--attach", "wav", "--event", "message.heard")
    office(*notify, "--webhook", HOOK, "--secret", SECRET)

    office(*notify, "--mail", ANNA, "--attach", "opus")
    assert {"mail": ANNA, "attach": "opus", "events": ["message.heard"]} in told(office, notify)
    office(*notify, "--mail", ANNA, "--event", "message.kept", "--attach", "none")
    assert {"mail": ANNA} in told(office, notify)
    assert office(*notify, "--webhook", HOOK, "--event", "message.deleted") == ""
    hook = {"webhook": HOOK, "secret": "kept", "events": ["message.deleted"]}
    assert hook in told(office, notify)
    assert secrets_of(office, notify) == [SECRET]
    assert len(told(office, notify)) == 2


def test_another_spelling_of_an_address_is_the_same_one(
    office: Voicepost, notify: tuple[str, ...]
) -> None:
    office(*notify, "--mail", "anna@пример.рф", "--attach", "wav")
    there = "anna@xn--e1afmkfd.xn--p1ai"
    assert told(office, notify) == [{"mail": there, "attach": "wav"}]

    office(*notify, "--mail", "anna@ПРИМЕР.рф", "--event", "message.heard")
    assert told(office, notify) == [{"mail": there, "attach": "wav", "events": ["message.heard"]}]

    office(*notify, "--remove", "anna@пример.рф")
    assert told(office, notify) == []


def test_a_destination_is_removed(office: Voicepost, notify: tuple[str, ...]) -> None:
    office(*notify, "--mail", ANNA)
    office(*notify, "--webhook", HOOK)

    assert office.refused(*notify, "--remove", BOSS) == (
        f"Error: there is no destination “{BOSS}” (there is: {ANNA}, {HOOK})\n"
    )
    office(*notify, "--remove", ANNA)
    assert [each.get("webhook") for each in told(office, notify)] == [HOOK]
    office(*notify, "--remove", HOOK)
    assert told(office, notify) == []
    assert "notify" not in office("config", "show")
    assert "and none at all yet" in office.refused(*notify, "--remove", ANNA)


def test_the_log_says_who_is_told_since_when(office: Voicepost, notify: tuple[str, ...]) -> None:
    office(*notify, "--mail", ANNA)

    (entry, *_) = office.data("audit", "list", "--action", "config.change")

    (change,) = entry["details"]
    assert change["path"].endswith("notify")
    assert [each["mail"] for each in change["after"]] == [ANNA]


# --- secrets ------------------------------------------------------------------------------------


def secrets_of(office: Voicepost, notify: tuple[str, ...]) -> list[str]:
    """What is really kept."""
    app = App(office.home)
    there = app.offices.get()
    app.database.close()
    notify_list = there.employees["101"].notify if notify == HERS else there.voicemail.notify
    return [getattr(each, "secret") for each in notify_list or () if each.kind == "webhook"]  # noqa: B009


def shown_everywhere(office: Voicepost, notify: tuple[str, ...]) -> str:
    """All that any command shows of it."""
    commands = (
        *(("config", "show"), ("config", "show", "--json"), notify, (*notify, "--json")),
        *(("employees", "show", "101"), ("employees", "show", "101", "--json")),
        *(("employees", "list", "--json"), ("mailbox", "show"), ("mailbox", "show", "--json")),
        *(("audit", "list"), ("audit", "list", "--json"), ("companies", "list", "--json")),
        *(("deliveries", "list", "--json"), ("config", "check")),
    )
    return "".join(office(*words) for words in commands)


def test_a_made_secret_is_printed_once_and_never_again(
    office: Voicepost, notify: tuple[str, ...]
) -> None:
    printed = office(*notify, "--webhook", HOOK)

    (secret,) = re.findall(r"\Asecret: (whsec_[A-Za-z0-9+/]+=*)\n\Z", printed)
    assert secrets_of(office, notify) == [secret]
    assert told(office, notify) == [{"webhook": HOOK, "secret": "kept"}]
    leave(office, own=notify == OURS)
    assert office(*notify, "--webhook", HOOK, "--event", "message.heard") == ""
    assert secrets_of(office, notify) == [secret]
    shown = shown_everywhere(office, notify)
    assert HOOK in shown
    assert '"secret": "kept"' in shown
    assert secret.removeprefix("whsec_")[:12] not in shown


def test_each_made_secret_is_another(office: Voicepost, notify: tuple[str, ...]) -> None:
    printed = {office(*notify, "--webhook", f"{HOOK}/{n}") for n in range(3)}

    assert len(printed) == 3
    assert {f"secret: {secret}\n" for secret in secrets_of(office, notify)} == printed


def test_a_given_secret_is_not_printed(office: Voicepost, notify: tuple[str, ...]) -> None:
    assert office(*notify, "--webhook", HOOK, "--secret", SECRET) == ""

    assert secrets_of(office, notify) == [SECRET]
    assert SECRET.removeprefix("whsec_")[:12] not in shown_everywhere(office, notify)


def test_a_secret_is_replaced(office: Voicepost, notify: tuple[str, ...]) -> None:
    office(*notify, "--webhook", HOOK)

    assert office(*notify, "--webhook", HOOK, "--secret", SECRET) == ""

    assert secrets_of(office, notify) == [SECRET]
    (entry, *_) = office.data("audit", "list", "--action", "config.change")
    assert "secret" in json.dumps(entry["details"])


def test_what_was_shown_can_be_applied_with_its_secrets(
    office: Voicepost, notify: tuple[str, ...]
) -> None:
    office(*notify, "--webhook", HOOK, "--secret", SECRET)
    before = office("config", "show")

    office.apply(before)

    assert secrets_of(office, notify) == [SECRET]
    assert office("config", "show") == before


def test_a_webhook_that_is_refused_prints_no_secret(
    office: Voicepost, notify: tuple[str, ...]
) -> None:
    complaint = office.refused(*notify, "--webhook", "ftp://example.com/hook")

    assert "is not the address of a webhook" in complaint
    assert "whsec_" not in complaint
    assert told(office, notify) == []


# --- wrong use ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--mail", "anna"), "“anna” is not a mail address"),
        (("--mail", "anna@example.com\nBcc: x@y"), "is not a mail address"),
        (("--mail", ANNA, "--attach-up-to", "0"), "must be at least 1"),
        (("--mail", ANNA, "--secret", SECRET), "--secret goes with --webhook, not with --mail"),
        (("--webhook", "example.com"), "is not the address of a webhook"),
        (("--webhook", HOOK, "--secret", "password"), "the secret is whsec_ and then 24"),
        (("--webhook", HOOK, "--secret", "kept"), "is hidden, and none is known here"),
        (
            ("--webhook", HOOK, "--attach", "wav"),
            "--attach goes with --mail and --chat, not with --webhook",
        ),
        (("--remove", ANNA), "there is no destination"),
        (("--remove", "x\n\x1b[2J"), "there is no destination “x\\x0a\\x1b[2J”"),
        (("--mail", "\udcff@example.com"), "is not a mail address"),
        (("--webhook", "https://example.com/\udcff"), "is not the address of a webhook"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    office: Voicepost, notify: tuple[str, ...], options: tuple[str, ...], sentence: str
) -> None:
    complaint = office.refused(*notify, *options)

    assert complaint.startswith("Error: ")
    assert sentence in complaint
    assert complaint.count("\n") == 1
    assert told(office, notify) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--mail", ANNA, "--webhook", HOOK),
            "one of --mail, --webhook, --chat and --remove at a time",
        ),
        (
            ("--mail", ANNA, "--remove", ANNA),
            "one of --mail, --webhook, --chat and --remove at a time",
        ),
        (("--attach", "wav"), "say whom: --mail ADDRESS, --webhook URL or --chat URL"),
        (("--secret", SECRET), "say whom: --mail ADDRESS, --webhook URL or --chat URL"),
        (("--event", "message.heard"), "say whom: --mail ADDRESS, --webhook URL or --chat URL"),
        (("--remove", ANNA, "--attach", "wav"), "--remove goes with no other option"),
        (("--mail", ANNA, "--attach", "ogg"), "'ogg' is not one of"),
        (("--mail", ANNA, "--event", "kept"), "'kept' is not one of"),
        (("--mail", ANNA, "--attach-up-to", "much"), "'much' is not a valid integer"),
    ],
)
def test_wrong_use_of_notify_is_one_sentence(
    office: Voicepost, notify: tuple[str, ...], options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in one_sentence(office.refused(*notify, *options, code=2))
    assert told(office, notify) == []


def test_who_is_told_of_nobody_is_one_sentence(office: Voicepost) -> None:
    for options in ((), ("--mail", ANNA), ("--remove", ANNA)):
        complaint = office.refused("employees", "notify", "999", *options)
        assert complaint == "Error: there is no employee “999” (there is: 101)\n"
    one_sentence(office.refused("employees", "notify", code=2))
