"""Checks of what lasts: the database, the object store, messages not settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Final

from sqlalchemy import select

from commands.context import App
from commands.doctor.ages import ago
from commands.doctor.finding import Check, Finding, ok
from commands.doctor.housekeeping import housekeeping
from commands.doctor.notifications import notifications
from commands.doctor.pins import pins
from storage.actor import EVERYTHING
from storage.companies.allowance import may_meet
from storage.companies.bounds import beyond
from storage.companies.directory import Site
from storage.database.engine import Database, newest_revision
from storage.errors import AudioError, ConfigError, DatabaseUnavailable
from storage.intake.drafts import unsettled
from storage.messages.lately import newest_kept, quiet_lately
from storage.text import shown
from web.language.answer_words import NOT_ALLOWED
from web.language.problems import message, sentence, whole

NEWEST: Final = 20
"""Messages looked at: about a day of a small company's."""
MOST_QUIET: Final = 0.6
"""The share of them that may be probably empty: many callers hang up after the beep."""
MOST_TOLD: Final = 5
LATELY_DAYS: Final = 30
AHEAD: Final = timedelta(minutes=1)
"""A message of a later time than this from now was left while the clock was wrong, or is now."""


def checks(app: App) -> Iterator[Check]:
    """All of them, in the order in which they are told."""
    yield "database", lambda: database(app)
    yield "object store", lambda: object_store(app)
    yield "unsettled", lambda: oldest_unsettled(app)
    yield "last message", lambda: last_message(app)
    yield "kept aside", lambda: kept_aside(app)
    yield "companies", lambda: companies(app)
    yield "unknown numbers", lambda: unknown_numbers(app)
    yield "notifications", lambda: notifications(app)
    yield "housekeeping", lambda: housekeeping(app)
    yield "accounts", lambda: accounts(app)
    yield "PINs", lambda: pins(app)


def database(app: App) -> Finding:
    """Whether it is there, up to date, and can be written."""
    url = app.settings.database_url
    file = app.settings.database_file
    if file and not file.exists():
        advice = "It is made at the first `voicepost serve`. Is this the right home (--home)?"
        return Finding("database", "failure", f"{file} is not there", advice)
    opened = Database(url)
    try:
        revision, newest = opened.revision(), newest_revision()
        if revision != newest:
            what = f"its tables are those of revision {revision or 'none'}, not {newest}"
            advice = "Restart the service (it migrates at start), or install the newer Voicepost."
            return Finding("database", "failure", what, advice)
        with opened.session() as session:
            session.execute(select(1))  # a session of a writer: it waits for its turn to write
    except (DatabaseUnavailable, ConfigError) as error:
        advice = (
            "Is the server running, and database.url right? For SQLite: do file and folder belong "
            "to the service's user, and does another program hold it locked (fuser voicepost.db)?"
        )
        return Finding("database", "failure", whole(error), advice)
    finally:
        opened.close()
    return ok("database", f"{'SQLite' if opened.is_sqlite else 'PostgreSQL'}, revision {revision}")


def object_store(app: App) -> Finding:
    """Send it something, and read it back."""
    if not app.settings.audio.in_bucket:
        return Finding("object store", "skipped", "none is used")
    from storage.audio.upload_queue import OutboxAudio

    audio = app.audio
    assert isinstance(audio, OutboxAudio)
    try:
        audio.check()
        waiting = audio.waiting()
    except (AudioError, ConfigError) as error:
        advice = (
            "Messages are kept here and wait. Check audio.url, the keys, the network and the "
            "store; the uploads go on by themselves."
        )
        return Finding("object store", "failure", whole(error), advice)
    return ok("object store", f"gives back what it gets; {waiting.files} uploads wait")


def oldest_unsettled(app: App) -> Finding:
    """Whether some recording waits for longer than a call may last."""
    found = unsettled(app.database)
    if found.oldest is None:
        return ok("unsettled", "no recording waits")
    age = datetime.now(UTC) - found.oldest
    what = f"{found.drafts} recordings wait, the oldest since {ago(age)}"
    if age > timedelta(minutes=app.settings.calls.max_minutes + 10):
        advice = (
            "`voicepost calls` settles them every few seconds: does it run? Its log says what "
            "cannot be taken in (`voicepost calls list`, log/calls.jsonl)."
        )
        return Finding("unsettled", "failure", what, advice)
    return ok("unsettled", f"{what}: calls in progress")


def last_message(app: App) -> Finding:
    """When a message was kept, and whether the clock has been set back since."""
    newest = newest_kept(app.database)
    if newest is None:
        return ok("last message", "none was ever kept")
    age = datetime.now(UTC) - newest
    if age < -AHEAD:
        advice = "Set this machine's clock (timedatectl), and have it kept right by NTP."
        what = f"the newest message was left at {newest:%Y-%m-%d %H:%M} UTC, which is to come yet"
        return Finding("last message", "failure", what, advice)
    return ok("last message", f"kept {ago(age)} ago")


def kept_aside(app: App) -> Finding:
    """How many messages are probably empty; most of the newest: perhaps nobody can be heard."""
    quiet, newest = quiet_lately(app.database, NEWEST)
    aside = app.messages.quiet_count(EVERYTHING)
    what = f"{aside} lie aside as probably empty"
    if newest == NEWEST and quiet > newest * MOST_QUIET:
        advice = (
            "Listen to some (`voicepost messages list --quiet`): if callers are not heard at all, "
            "audio reaches Asterisk in one direction only (NAT, firewall, codecs of the trunk); if "
            "they are, lower `min_seconds` (`voicepost mailbox set`)."
        )
        return Finding("kept aside", "warning", f"{what}, {quiet} of the newest {newest}", advice)
    return ok("kept aside", what)


def companies(app: App) -> Finding:
    """Whether each keeps within what it is allowed, and none has a phone of another's."""
    directory = app.offices.snapshot()
    sites = list(directory.offices.values())
    found: list[str] = []
    for one, other in combinations(sites, 2):
        name, other_name = one.office.company.name, other.office.company.name
        meet = may_meet(one.allowance.endpoint_pattern, other.allowance.endpoint_pattern)
        phones = _shared(one, other)
        if not meet:  # else all of them could be told of
            phones.update(one.phones_of(other), other.phones_of(one))
        found += [f"{phone} is a phone of {name} and of {other_name}" for phone in sorted(phones)]
        if meet:
            found.append(f"{name} and {other_name} can name each other's phones")
    problems = [
        (site.office.company.name, problem)
        for site in sites
        for problem in (*directory.contested(site.company_id), *beyond(site.office, site.allowance))
    ]
    found += [f"{name}: {sentence(problem)}" for name, problem in problems]
    if not found:
        return ok("companies", "each keeps within what it is allowed")
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    not_told = sum(problem.code in NOT_ALLOWED for _, problem in problems)
    where = ["voicepost companies set NAME --endpoint-pattern … --endpoint … --allow …"]
    if not_told == len(found):
        where = []
    if not_told:
        where.append("webhooks.allow and chat.allow in voicepost.toml")
    advice = (
        f"Allow it ({'; '.join(where)}) or change it; "
        "voicepost config check --company NAME tells all of it."
    )
    return Finding("companies", "warning", "; ".join(found[:3]) + more, advice)


def unknown_numbers(app: App) -> Finding:
    """Whether callers left messages for numbers that no company has."""
    found = app.unassigned.numbers_lately(LATELY_DAYS)
    if not found:
        return ok("unknown numbers", f"no message for any in {LATELY_DAYS} days")
    told = ", ".join(
        f"{shown(number) or 'no number'} ({count})"
        for number, count in list(found.items())[:MOST_TOLD]
    )
    more = f" and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
    messages = sum(found.values())
    what = f"{messages} messages of {LATELY_DAYS} days are nobody's; dialled: {told}{more}"
    advice = (
        "Listen to them (`voicepost messages list --company unassigned`) and delete or export "
        "them. Give the number to a company (`voicepost numbers set`), or see why the line sends "
        "it; calls.unassigned_per_day = 0 takes no more."
    )
    return Finding("unknown numbers", "warning", what, advice)


def _shared(one: Site, other: Site) -> set[str]:
    """Phones that employees of both have."""
    phones, others = (
        {employee.endpoint for employee in site.office.employees.values()} for site in (one, other)
    )
    return phones & others


def accounts(app: App) -> Finding:
    """Whether some account is bound to somebody who is not there any more, or not yet."""
    stale = app.users.stale_bindings()
    if not stale:
        return ok("accounts", "every account is bound to somebody who is there")
    told = "; ".join(f"{each.login} {message(each.problem)}" for each in stale[:MOST_TOLD])
    more = f"; and {len(stale) - MOST_TOLD} more" if len(stale) > MOST_TOLD else ""
    advice = (
        "Bind the account to somebody (`voicepost users set LOGIN --extension …`), or disable or "
        "remove it; until then it sees the old messages of who it is bound to, and no others."
    )
    return Finding("accounts", "warning", told + more, advice)
