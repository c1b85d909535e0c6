"""Homes, databases and backups of earlier versions go on working, and nothing in them is lost."""

from __future__ import annotations

import hashlib
import io
import tomllib
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.accounts.invitations import Invitations
from storage.accounts.sessions import LoginRefused, Sessions
from storage.audio.waveform import POINTS
from storage.audit import AuditQuery
from storage.backup.verifying import verify
from storage.messages.query import Query
from storage.messages.reindexing import reindex
from storage.messages.repository import Message, MessageRepository
from storage.office import dump_office, parse_office
from tests.acting import ME
from tests.storage.homes import backed_up, quiet
from tests.storage.old_homes import ORIGINS, OldHome, Origin, opened

ADDRESS = "192.0.2.7"


@pytest.fixture(scope="module", params=ORIGINS, ids=str)
def old(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgresql: Path
) -> Iterator[OldHome]:
    """An old home. Tests of this file share it: what one adds, the others pass over."""
    origin: Origin = request.param
    with opened(origin, tmp_path_factory.mktemp("old"), postgresql) as home:
        yield home


def test_every_message_is_found_again_and_says_the_same(old: OldHome) -> None:
    found = {**listed(old.app.messages), **listed(old.app.messages, deleted=True)}

    for told in old.known:
        message = found[told["id"]]
        # As it came, whatever lists make of a stranger's line feeds.
        caller = {"number": message.caller_number, "name": message.caller_name}
        now = {**message.as_json(), "caller": caller}
        assert {key: now[key] for key in told} == told
        assert hashlib.sha256(old.app.messages.read(message)).hexdigest() == told["sha256"]


def test_every_message_has_its_picture_still(old: OldHome) -> None:
    for message in listed(old.app.messages).values():
        assert len(message.peaks) == POINTS
        assert message.loudness == b"" or len(message.loudness) == POINTS


def test_what_was_deleted_or_held_still_is(old: OldHome) -> None:
    repository = old.app.messages

    assert ids(old.told["trash"]) == set(listed(repository, deleted=True))
    assert ids(old.told["messages"]) <= set(listed(repository))
    assert ids(old.told["held"]) == set(listed(repository, held=True))


def test_what_was_new_to_somebody_still_is(old: OldHome) -> None:
    for login, told in old.told["new"].items():
        user = old.app.users.find(login)
        scope = old.app.messages.scope_of(user)
        mine = listed(old.app.messages, reader=user.id, scope=scope, state="new")
        others = ids(old.known) - set(told)

        assert set(told) <= set(mine), login
        assert not others & set(mine), login
        assert old.app.messages.new_count(user) == len(mine)


def test_lamps_show_what_is_new_to_the_employees_account(old: OldHome) -> None:
    directory = old.app.offices.snapshot()
    counts = old.app.lamps.counts()
    boxes = {box for lamp in old.app.lamps.all(directory) for box in lamp.boxes}
    alone = 0
    for company_id in directory.offices:
        for user in old.app.users.of_company(company_id):
            if len(user.people) == 1 and not user.is_administrator and not user.is_disabled:
                box = (company_id, user.people[0].id)
                new = counts[box].new if box in counts else 0
                assert box not in boxes or new == old.app.messages.new_count(user), user.login
                alone += 1
    assert alone


def test_messages_are_found_by_who_called_and_whom(old: OldHome) -> None:
    wanted = {
        message["id"]
        for message in old.told["messages"]
        if message["caller"]["name"] == "Пётр Ёжиков"
    }

    assert wanted <= set(listed(old.app.messages, search="петр ежик"))
    assert wanted <= set(listed(old.app.messages, search="8 916 123-45"))
    assert not wanted & set(listed(old.app.messages, search="o'neill"))


def test_old_messages_get_the_words_that_people_look_for_today(old: OldHome) -> None:
    """Behind the running service; what they were found by they are found by all the time."""
    repository, wanted = old.app.messages, "o\N{RIGHT SINGLE QUOTATION MARK}neill 020 7946 0998"
    oneill = {
        message["id"]
        for message in old.told["messages"]
        if message["caller"]["number"] == "+442079460998"
    }
    assert oneill <= set(listed(repository, search="o'neill"))
    zones = {
        company_id: site.office.company.timezone
        for company_id, site in old.app.offices.snapshot().offices.items()
    }

    while reindex(old.app.database, zones):
        assert oneill <= set(listed(repository, search="o'neill +44 20 7946 0998"))

    assert oneill
    assert oneill <= set(listed(repository, search=wanted))


def test_months_count_what_is_there(old: OldHome) -> None:
    every = listed(old.app.messages).values()
    scope = old.app.messages.scope_of(old.app.users.find("olga"))
    seen = [message for message in every if message.company == "Ромашка"]

    counted = dict(old.app.messages.months(scope))

    assert counted
    for month, count in counted.items():
        assert count == sum(f"{message.received_at:%Y-%m}" == month for message in seen)


def test_companies_are_configured_as_they_were(old: OldHome) -> None:
    assert set(old.told["companies"]) == set(old.app.offices.names())
    for company, told in old.told["companies"].items():
        office = old.app.offices.get(company)

        now, before = tomllib.loads(dump_office(office)), tomllib.loads(told["toml"])
        assert says_all_of(now, before)
        for named in ("numbers", "menus", "employees", "prompts"):
            assert now.get(named, {}).keys() == before.get(named, {}).keys()
        assert {name: prompt.audio for name, prompt in office.prompts.items()} == told["prompts"]
        assert all(old.app.prompts.has(digest) for digest in told["prompts"].values())


def test_what_is_shown_can_be_applied_again(old: OldHome) -> None:
    for company in old.told["companies"]:
        office = old.app.offices.get(company)
        old.app.offices.apply(parse_office(dump_office(office)), by=ME)

        assert old.app.offices.get(company) == office


def test_calls_to_every_number_reach_the_same_place(old: OldHome) -> None:
    directory = old.app.offices.snapshot()
    for company, told in old.told["companies"].items():
        for number in tomllib.loads(told["toml"])["numbers"]:
            site = directory.find(number)
            assert site is not None
            assert site.office.company.name == company
            assert site.target(number)


def test_accounts_are_what_they_were(old: OldHome) -> None:
    for told in old.told["users"]:
        user = old.app.users.find(told["login"])
        now = {
            "id": user.id,
            "name": user.name,
            "company": old.app.offices.snapshot().offices[user.company_id].office.company.name,
            "role": user.role,
            "extensions": list(user.extensions),
            "language": user.language,
            "created_at": user.created_at.isoformat(timespec="seconds"),
        }
        assert {key: told[key] for key in now} == now
        assert user.is_disabled == (told["state"] == "disabled")


def test_people_log_in_with_their_passwords(old: OldHome) -> None:
    password = {login: told.get("password", "") for login, told in old.told["secrets"].items()}

    for login in ("olga", "grace"):  # of either company
        assert log_in(old, login, password[login]) == login
    for login, wrong in (("boris", password["boris"]), ("olga", "not hers")):  # he is disabled
        with pytest.raises(LoginRefused):
            log_in(old, login, wrong)


def test_who_was_logged_in_still_is(old: OldHome) -> None:
    sessions = Sessions(old.app.database, now=lambda: old.made_at)

    assert whose(sessions, old, "olga") == "olga"
    assert whose(sessions, old, "anna") == "anna"
    assert whose(sessions, old, "boris") is None  # who was disabled


def test_scripts_come_in_with_their_tokens(old: OldHome) -> None:
    for login in ("olga", "anna"):
        found = old.app.tokens.find(old.told["secrets"][login]["token"])
        assert found is not None
        assert (found.user.login, found.read_only) == (login, False)


def test_who_was_invited_can_come(old: OldHome) -> None:
    invitations = Invitations(old.app.database, now=lambda: old.made_at)

    user = invitations.accept(old.told["secrets"]["victor"]["link"], password="nine blue pears")

    assert user.login == "victor"
    assert log_in(old, "victor", "nine blue pears") == "victor"


def test_the_audit_log_tells_what_was_done(old: OldHome) -> None:
    log = old.app.audit.list(AuditQuery(limit=1000)).entries
    now = {entry.id: dict(entry.as_json()) for entry in log}

    for told in old.told["audit"]:
        assert {key: now[told["id"]][key] for key in told} == told


def test_what_was_recorded_and_not_filed_becomes_messages(old: OldHome) -> None:
    old.file_all()

    found = {samples_of(old.app.messages, each): each for each in listed(old.app.messages).values()}
    for told in old.told["waiting"]:
        message = found[told["samples"]]
        assert message.company == told["company"]
        if told["id"]:
            assert (message.id, message.box) == (told["id"], told["box"])
    assert old.app.intake.drafts.open() == []
    assert list(old.app.settings.spool.rglob("*.wav")) == []


def test_new_messages_arrive_beside_the_old(old: OldHome) -> None:
    """So sequences, counts and indexes go on where they ended."""
    olga = old.app.users.find("olga")
    before = old.app.messages.new_count(olga)
    message_id = next(message["id"] for message in old.told["messages"])
    old.app.messages.delete(message_id, by=ME)
    old.app.messages.restore(message_id, by=ME)

    assert old.app.messages.new_count(olga) == before
    assert message_id in listed(old.app.messages)
    newest = old.app.audit.list(AuditQuery(limit=1)).entries[0]
    assert (newest.action, newest.subject) == ("message.restore", message_id)


def test_it_can_be_backed_up_by_the_present_version(old: OldHome, tmp_path: Path) -> None:
    made = backed_up(old.home, tmp_path)

    assert made.damaged == []
    assert made.unread == []
    assert verify(made.path, quiet).messages >= len(old.known)


def listed(repository: MessageRepository, **query: object) -> dict[str, Message]:
    """Every message that a query finds, by id."""
    return {each.id: each for each in repository.each(Query(limit=None, **query))}  # type: ignore[arg-type]


def says_all_of(now: object, before: object) -> bool:
    """Whether everything is as it was; there may be keys that were not known then."""
    if isinstance(now, dict) and isinstance(before, dict):
        return all(key in now and says_all_of(now[key], before[key]) for key in before)
    return now == before


def ids(told: list[dict[str, object]]) -> set[object]:
    return {message["id"] for message in told}


def log_in(old: OldHome, login: str, password: str) -> str:
    # In its own day: whoever logs in today ends the sessions that are too old by now.
    sessions = Sessions(old.app.database, now=lambda: old.made_at)
    user, _ = sessions.log_in(login, password, address=ADDRESS, agent="Firefox")
    return user.login


def whose(sessions: Sessions, old: OldHome, login: str) -> str | None:
    user = sessions.find(old.told["secrets"][login]["session"], in_use=False)
    return user.login if user else None


def samples_of(repository: MessageRepository, message: Message) -> str:
    with wave.open(io.BytesIO(repository.read(message))) as file:
        return hashlib.sha256(file.readframes(file.getnframes())).hexdigest()
