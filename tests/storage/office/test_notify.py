"""Who is told of messages, as the configuration says it; and its secrets, which nobody is shown."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.audit import AuditLog, AuditQuery
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.errors import ConfigError
from storage.office import (
    Office,
    as_data,
    dump_office,
    parse_office,
    revalidated,
    stored_office,
)
from storage.office.edit import with_entry, with_fields
from storage.office.notify import HIDDEN, Destinations, MailDestination, WebhookDestination
from storage.office.prompts import PromptLibrary
from storage.office.told import (
    destination_at,
    destinations_of,
    with_destination,
    without_destination,
)
from tests.acting import ME
from tests.refusals import refuses
from web.language.problems import sentences

COMPANY = '[company]\nname = "Ромашка"\n'
ANNA = f'{COMPANY}[employees.101]\nname = "Анна"\nendpoint = "PJSIP/101"\n'
HOOK = "https://crm.example.com/hook"


def secret_of(letter: str, size: int = 32) -> str:
    return f"whsec_{base64.b64encode(letter.encode() * size).decode()}"


SECRET, OTHER, THIRD = secret_of("a"), secret_of("b"), secret_of("c")


def told(*destinations: str, document: str = ANNA) -> Office:
    """Anna's messages are told to these."""
    return parse_office(f"{document}notify = [{', '.join(destinations)}]\n")


def annas(office: Office) -> Destinations:
    notify = office.employees["101"].notify
    assert notify is not None
    return notify


def mail(address: str) -> str:
    """How the address is understood."""
    (one,) = annas(told(f"{{ mail = {json.dumps(address)} }}"))
    assert isinstance(one, MailDestination)
    return one.mail


def webhook(url: str = HOOK, secret: str = SECRET, **more: str) -> str:
    """A webhook as it is written."""
    values = {"webhook": url, "secret": secret, **more}
    return f"{{ {', '.join(f'{name} = {json.dumps(value)}' for name, value in values.items())} }}"


def mistakes(*destinations: str, document: str = ANNA) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        told(*destinations, document=document)
    return sentences(caught.value)


# --- mail addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.com",
        "anna.petrova+voice@mail.example.com",
        "o'neil@example.com",
        "anna@localhost",
        "#!$%&'*+/?=^_`{|}~-@example.com",
        f"{'a' * 64}@example.com",
        f"a@{'b' * 63}.com",
    ],
)
def test_a_mail_address_is_taken_as_it_is(address: str) -> None:
    assert mail(address) == address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("Anna@Example.COM", "Anna@example.com"),
    ],
)
def test_a_host_is_written_as_the_net_knows_it(written: str, meant: str) -> None:
    assert mail(written) == meant
    assert mail(meant) == meant


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example.com\n",
        "anna@example.com\r\nBcc: boris@example.com",
        "anna\n@example.com",
        "anna@example.com, boris@example.com",
        "anna@example.com;boris@example.com",
        "anna@example.com boris@example.com",
        "Anna <anna@example.com>",
        "<anna@example.com>",
        '"anna petrova"@example.com',
        "anna(at home)@example.com",
        "anna@boris@example.com",
        "=?utf-8?q?anna=40example.com=0aBcc?=@example.com",
        ".anna@example.com",
        "anna.@example.com",
        "an..na@example.com",
        "анна@example.com",
        "anna@example..com",
        "anna@.example.com",
        "anna@example.com.",
        "anna@-example.com",
        "anna@exam_ple.com",
        "anna@[192.0.2.1]",
        "anna@example.com\0",
        "anna@example.com\u2028",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 64}.com",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    (sentence,) = mistakes(f"{{ mail = {json.dumps(address)} }}")
    assert sentence.startswith("employees.101.notify.0.mail: “")
    assert sentence.endswith("” is not a mail address")
    assert sentence.isprintable()


def test_an_address_is_no_longer_than_letters_can_be_sent_to() -> None:
    labels = ".".join(["b" * 61] * 4)
    assert mail(f"{'a' * 6}@{labels}") == f"{'a' * 6}@{labels}"
    assert len(mail(f"{'a' * 6}@{labels}")) == 254
    assert len(mistakes(f'{{ mail = "{"a" * 7}@{labels}" }}')) == 1


def test_what_counts_is_how_long_the_address_is_in_the_net() -> None:
    host = ".".join(["пример"] * 33)
    assert len(f"anna@{host}") < 254 < len(host.encode("idna"))
    assert len(mistakes(f'{{ mail = "anna@{host}" }}')) == 1


# --- webhooks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        HOOK,
        "http://127.0.0.1:8080/hook",
        "https://[2001:db8::1]:8443/hook?company=1&token=a%20b",
        "https://example.com",
        "https://example.com:1/",
        "https://example.com:65535/",
        f"https://example.com/{'a' * 1980}",
    ],
)
def test_a_webhook_is_any_address_of_the_web(url: str) -> None:
    (one,) = annas(told(webhook(url)))
    assert isinstance(one, WebhookDestination)
    assert (one.webhook, one.secret, one.old_secret) == (url, SECRET, None)
    assert one.events == ("message.kept",)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "//example.com/hook",
        "ftp://example.com/hook",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///hook",
        "https://:443/hook",
        "https://anna:password@example.com/hook",
        "https://anna@example.com/hook",
        "https://@example.com/hook",
        "https://example.com/hook#part",
        "https://example.com/a hook",
        "https://example.com/hook\n",
        "https://exam\nple.com/hook",
        "https://example.com/hook\r\nX-Evil: yes",
        "\thttps://example.com/hook",
        "https://example.com/\0",
        "https://example.com/\x7f",
        "https://пример.рф/hook",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:port/",
        "https://[2001:db8::1/hook",
        f"https://example.com/{'a' * 1981}",
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    (sentence,) = mistakes(webhook(url))
    assert sentence.startswith("employees.101.notify.0.webhook: “")
    assert "is not the address of a webhook" in sentence
    assert sentence.isprintable()


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_has_24_to_64_bytes(size: int) -> None:
    secret = secret_of("a", size)
    (one,) = annas(told(webhook(secret=secret, old_secret=SECRET)))
    assert isinstance(one, WebhookDestination)
    assert (one.secret, one.old_secret) == (secret, SECRET)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "password",
        SECRET.removeprefix("whsec_"),
        SECRET.replace("whsec_", "WHSEC_"),
        f"{SECRET}\n",
        f"{SECRET} ",
        SECRET.rstrip("="),
        secret_of("a", 23),
        secret_of("a", 65),
        f"whsec_{'пароль' * 8}",
        f"whsec_{'-_' * 16}",
    ],
)
def test_a_wrong_secret_is_refused_and_not_repeated(secret: str) -> None:
    sentence = "the secret is whsec_ and then 24 to 64 bytes in base64"
    assert mistakes(webhook(secret=secret)) == [f"employees.101.notify.0.secret: {sentence}"]
    assert mistakes(webhook(old_secret=secret)) == [
        f"employees.101.notify.0.old_secret: {sentence}"
    ]


def test_a_secret_is_not_printed_by_accident() -> None:
    (one,) = annas(told(webhook(old_secret=OTHER)))
    for secret in (SECRET, OTHER):
        assert secret not in repr(one)
        assert secret not in str(one)


# --- where a mistake is -------------------------------------------------------------------------

MAIL = '{ mail = "anna@example.com" }'
MAILBOX = f"{COMPANY}[voicemail]\n"


@pytest.mark.parametrize(
    ("destinations", "sentence"),
    [
        (['{ mail = "x" }'], "notify.0.mail: “x” is not a mail address"),
        (["{ mail = 5 }"], "notify.0.mail: must be a text in quotes"),
        ([MAIL, f'{{ webhook = "{HOOK}" }}'], "notify.1: secret is missing"),
        ([MAIL, webhook(secret="x")], "notify.1.secret: the secret is whsec_ and then"),
        (['{ phone = "101" }'], "notify.0: is neither mail = “…” nor webhook = “…” nor chat = “…”"),
        (["{}"], "notify.0: is neither mail = “…” nor webhook = “…” nor chat = “…”"),
        (
            ['"anna@example.com"'],
            "notify.0: is neither mail = “…” nor webhook = “…” nor chat = “…”",
        ),
        (['{ mail = "a@b", speed = 1 }'], "notify.0: unknown key “speed”"),
        (['{ mail = "a@b", mail_ = 1 }'], "notify.0: unknown key “mail_”"),
        ([f'{{ mail = "a@b", secret = "{SECRET}" }}'], "notify.0: unknown key “secret”"),
        ([webhook(attach="wav")], "notify.0: unknown key “attach”"),
        ([f'{{ mail = "a@b", webhook = "{HOOK}" }}'], "notify.0: unknown key “webhook”"),
        (
            ['{ mail = "a@b", attach = "ogg" }'],
            "notify.0.attach: must be one of: none, wav, mp3, opus",
        ),
        (['{ mail = "a@b", attach_up_to = 0 }'], "notify.0.attach_up_to: must be at least 1"),
        (['{ mail = "a@b", attach_up_to = 1.5 }'], "notify.0.attach_up_to: must be a whole"),
        (['{ mail = "a@b", events = "message.kept" }'], "notify.0.events: must be a list"),
        (
            ['{ mail = "a@b", events = ["kept"] }'],
            "notify.0.events.0: must be one of: message.",
        ),
        (['{ mail = "a@b", events = [] }'], "notify.0.events: must not be empty"),
        (
            [f'{{ mail = "a{n}@b" }}' for n in range(21)],
            "notify: must not have more entries than 20",
        ),
    ],
)
@pytest.mark.parametrize(
    ("document", "place"), [(ANNA, "employees.101."), (MAILBOX, "voicemail.")], ids=["101", "own"]
)
def test_each_mistake_says_where_it_is(
    destinations: list[str], sentence: str, document: str, place: str
) -> None:
    (told_as,) = mistakes(*destinations, document=document)
    assert told_as.startswith(place + sentence), told_as


def test_a_list_of_destinations_is_a_list() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_office(f"{ANNA}notify = {MAIL}")
    assert sentences(caught.value) == ["employees.101.notify: must be a list"]


# --- written, read, and shown -------------------------------------------------------------------

events = st.lists(
    st.sampled_from(["message.kept", "message.heard", "message.deleted", "message.restored"]),
    min_size=1,
    max_size=4,
    unique=True,
).map(tuple)
mails = st.builds(
    MailDestination,
    mail=st.integers(0, 99).map("anna{}@example.com".format),
    events=events,
    attach=st.sampled_from(["none", "wav", "mp3", "opus"]),
    attach_up_to=st.integers(1, 50_000_000),
)
webhooks = st.builds(
    WebhookDestination,
    webhook=st.integers(0, 99).map("https://example.com/{}?a=%22".format),
    events=events,
    secret=st.just(HIDDEN),  # as they are written
    old_secret=st.none() | st.just(HIDDEN),
)


@settings(max_examples=40)
@given(st.lists(mails | webhooks, max_size=4, unique_by=lambda each: each.key).map(tuple))
def test_any_list_survives_being_written_and_read(destinations: Destinations) -> None:
    before = parse_office(f"{ANNA}[voicemail]\n")
    anna = with_fields(before.employees["101"], notify=destinations)
    office = with_fields(
        before,
        employees={"101": anna},
        voicemail=with_fields(before.voicemail, notify=destinations),
    )

    assert parse_office(dump_office(office)) == office
    assert Office.model_validate_json(office.model_dump_json()) == office


def test_each_destination_stands_on_a_line_of_its_own() -> None:
    office = told(MAIL, webhook(), '{ mail = "boris@example.com", attach = "mp3" }')

    lines = [line.strip().rstrip(",") for line in dump_office(office).splitlines()]

    assert MAIL.replace(" ", "") in [line.replace(" ", "") for line in lines]
    assert f'{{webhook = "{HOOK}", secret = "kept"}}'.replace(" ", "") in [
        line.replace(" ", "") for line in lines
    ]


def test_what_is_shown_never_has_a_secret_in_it() -> None:
    document = f"{ANNA}notify = [{webhook(old_secret=OTHER)}]\n[voicemail]\n"
    office = told(webhook(secret=THIRD), document=document)

    anna = as_data(office.employees["101"])["notify"]
    assert anna == [{"webhook": HOOK, "secret": "kept", "old_secret": "kept"}]
    assert as_data(office.voicemail)["notify"] == [{"webhook": HOOK, "secret": "kept"}]
    shown = [dump_office(office), json.dumps(as_data(office)), json.dumps(anna)]
    for secret in (SECRET, OTHER, THIRD):
        for text in shown:
            assert secret not in text
            assert secret.removeprefix("whsec_") not in text


def test_an_office_without_destinations_says_nothing_of_them() -> None:
    assert "notify" not in dump_office(parse_office(f"{ANNA}[voicemail]\n"))


# --- secrets that come back hidden --------------------------------------------------------------


@pytest.fixture
def offices(database: Database, tmp_path: Path) -> Offices:
    return Offices(database, PromptLibrary(tmp_path / "prompts"))


def secrets(notify: Destinations | None) -> list[tuple[str, str | None]]:
    return [
        (each.secret, each.old_secret)
        for each in notify or ()
        if isinstance(each, WebhookDestination)
    ]


def of_anna(offices: Offices) -> list[tuple[str, str | None]]:
    return secrets(offices.get().employees["101"].notify)


def applied(offices: Offices, text: str) -> None:
    offices.apply(parse_office(text), by=ME)


def test_what_was_shown_can_be_applied_and_keeps_the_secrets(offices: Offices) -> None:
    document = f"{ANNA}notify = [{MAIL}, {webhook(old_secret=OTHER)}]\n[voicemail]\n"
    offices.apply(told(webhook(secret=THIRD), document=document), by=ME)
    before = offices.get()

    shown = dump_office(before)
    applied(offices, shown.replace('name = "Анна"', 'name = "Анна Петрова"'))

    after = offices.get()
    assert after.employees["101"].name == "Анна Петрова"
    assert after.employees["101"].notify == before.employees["101"].notify
    assert after.voicemail == before.voicemail
    assert of_anna(offices) == [(SECRET, OTHER)]
    assert secrets(after.voicemail.notify) == [(THIRD, None)]


def test_each_webhook_gets_its_own_secret_back(offices: Offices) -> None:
    one, two = webhook(f"{HOOK}/1"), webhook(f"{HOOK}/2", OTHER)
    offices.apply(told(one, two), by=ME)

    hidden = [webhook(f"{HOOK}/{n}", HIDDEN) for n in (2, 1)]
    offices.apply(told(hidden[0], MAIL, hidden[1]), by=ME)

    assert of_anna(offices) == [(OTHER, None), (SECRET, None)]


def test_a_secret_is_replaced_while_the_old_one_goes_on_signing(offices: Offices) -> None:
    offices.apply(told(webhook()), by=ME)

    offices.apply(told(webhook(secret=OTHER, old_secret=SECRET)), by=ME)
    offices.apply(told(webhook(secret=HIDDEN, old_secret=HIDDEN)), by=ME)
    assert of_anna(offices) == [(OTHER, SECRET)]

    offices.apply(told(webhook(secret=HIDDEN)), by=ME)
    assert of_anna(offices) == [(OTHER, None)]


BOTH = f"""{COMPANY}
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
notify = [{webhook()}]
[employees.102]
name = "Борис"
endpoint = "PJSIP/102"
notify = [{webhook(secret=OTHER)}]
"""


def test_secrets_go_with_the_person_to_another_extension(offices: Offices) -> None:
    applied(offices, BOTH)
    shown = dump_office(offices.get())
    applied(offices, shown.replace("employees.101", "employees.201"))
    assert secrets(offices.get().employees["201"].notify) == [(SECRET, None)]


def test_of_two_who_change_extensions_each_keeps_their_secret(offices: Offices) -> None:
    applied(offices, BOTH)
    shown = dump_office(offices.get())
    applied(offices, shown.replace("Анна", "-").replace("Борис", "Анна").replace("-", "Борис"))
    assert of_anna(offices) == [(OTHER, None)]
    assert secrets(offices.get().employees["102"].notify) == [(SECRET, None)]


def test_who_gets_the_extension_gets_no_secret_with_it(offices: Offices) -> None:
    applied(offices, BOTH)
    shown = dump_office(offices.get()).replace("employees.101", "employees.201")
    vera = f'name = "Вера"\nendpoint = "PJSIP/9"\nnotify = [{webhook(secret=HIDDEN)}]'
    with refuses(ConfigError, r"^employees\.101\.notify\.0\.secret: is hidden, and none is known"):
        applied(offices, f"{shown}\n[employees.101]\n{vera}\n")


def test_other_events_of_the_same_webhook_keep_the_secret(offices: Offices) -> None:
    offices.apply(told(webhook()), by=ME)

    def change(office: Office) -> Office:
        hidden = told(webhook(secret=HIDDEN).replace("}", ', events = ["message.heard"] }'))
        anna = with_fields(office.employees["101"], notify=annas(hidden))
        return with_fields(office, employees=with_entry(office.employees, "101", anna))

    offices.edit(None, change, by=ME)

    (one,) = annas(offices.get())
    assert one.events == ("message.heard",)
    assert of_anna(offices) == [(SECRET, None)]


@pytest.mark.parametrize("url", ["https://evil.example.com/hook", f"{HOOK}/", f"{HOOK}?to=evil"])
def test_a_secret_does_not_go_to_another_address(offices: Offices, url: str) -> None:
    offices.apply(told(webhook()), by=ME)

    with refuses(ConfigError, r"^employees\.101\.notify\.1\.secret: is hidden, and none is known"):
        offices.apply(told(MAIL, webhook(url, HIDDEN)), by=ME)
    assert of_anna(offices) == [(SECRET, None)]


def test_a_secret_does_not_go_to_another_mailbox(offices: Offices) -> None:
    offices.apply(told(webhook()), by=ME)

    with refuses(ConfigError, r"^voicemail\.notify\.0\.secret: is hidden, and none is known"):
        offices.apply(told(webhook(secret=HIDDEN), document=MAILBOX), by=ME)


def test_a_hidden_secret_that_never_was_is_refused(offices: Offices) -> None:
    with refuses(ConfigError, r"employees\.101\.notify\.0\.secret: is hidden, and none is known"):
        offices.apply(told(webhook(secret=HIDDEN)), by=ME)
    assert offices.names() == []


def test_an_old_secret_that_never_was_is_named(offices: Offices) -> None:
    with refuses(ConfigError, r"employees\.101\.notify\.0\.old_secret: is hidden, and none"):
        offices.apply(told(webhook(old_secret=HIDDEN)), by=ME)


def test_a_secret_goes_with_the_webhook(offices: Offices) -> None:
    offices.apply(told(webhook()), by=ME)
    offices.apply(told(MAIL), by=ME)

    with refuses(ConfigError, "is hidden, and none is known here"):
        offices.apply(told(webhook(secret=HIDDEN)), by=ME)


# --- the audit log ------------------------------------------------------------------------------


def logged(database: Database) -> list[dict[str, Any]]:
    """What the last entry says was changed."""
    entry = AuditLog(database).list(AuditQuery(limit=1)).entries[0]
    assert entry.action == "config.change"
    assert isinstance(entry.details, list)
    return entry.details


def test_the_log_says_that_a_secret_was_changed_and_not_which(
    offices: Offices, database: Database
) -> None:
    offices.apply(told(webhook()), by=ME)
    offices.apply(told(webhook(secret=OTHER)), by=ME)

    (change,) = logged(database)

    assert change["path"] == "employees.101.notify"
    (before,), (after,) = change["before"], change["after"]
    assert before["secret"] != after["secret"]
    assert {**before, "secret": ""} == {**after, "secret": ""}
    for entry in AuditLog(database).list(AuditQuery()).entries:
        written = json.dumps(entry.details)
        for secret in (SECRET, OTHER):
            assert secret.removeprefix("whsec_")[:12] not in written


def test_nothing_is_logged_of_a_secret_that_stays(offices: Offices, database: Database) -> None:
    offices.apply(told(webhook()), by=ME)
    offices.apply(told(webhook(secret=HIDDEN)), by=ME)

    (entry,) = AuditLog(database).list(AuditQuery()).entries
    assert entry.action == "company.add"


# --- addresses in other capitals ----------------------------------------------------------------

UPPER, LOWER = "ANNA@Example.com", "anna@example.com"


def test_addresses_that_differ_in_capitals_alone_are_one() -> None:
    with refuses(ConfigError, f"{LOWER} is named twice") as refused:
        told(f'{{ mail = "{UPPER}" }}', f'{{ mail = "{LOWER}" }}')
    assert refused.value.code == "destination-twice"
    both = told(f'{{ mail = "{UPPER}" }}', f'{{ mail = "{LOWER}", unheard_minutes = 5 }}')
    assert [each.address for each in destinations_of(both, "101")] == ["ANNA@example.com", LOWER]


def test_an_address_is_changed_and_removed_by_other_capitals() -> None:
    there = told(f'{{ mail = "{UPPER}" }}')
    other = MailDestination(mail=LOWER, attach="opus")
    changed = with_destination(there, "101", other)
    assert destinations_of(changed, "101") == (other,)
    found = destination_at(there, "101", "Anna@EXAMPLE.com")
    assert found is not None
    assert found.address == "ANNA@example.com"
    assert destinations_of(without_destination(there, "101", LOWER), "101") == ()


def test_what_was_stored_as_two_addresses_is_read_as_one() -> None:
    document = told(f'{{ mail = "{UPPER}", attach = "mp3" }}').model_dump(mode="json")
    document["employees"]["101"]["notify"].append({"mail": LOWER})
    office = stored_office(json.dumps(document))
    (one,) = destinations_of(office, "101")
    assert one == MailDestination(mail=UPPER, attach="mp3")
    assert revalidated(office) == office
