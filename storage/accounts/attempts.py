"""How often somebody may try a password, or a PIN, with a growing delay.

Strangers are counted by login and address together, so that nobody keeps somebody else out from
another place; by address, for who tries many logins; and by login as a whole, where far more is
let pass, for who tries one login from many places. A browser in which the user has logged in
before has an allowance of its own, and so has the session that asks for the password again: what
strangers do is not held against either. PINs are counted by mailbox and by caller:
see `storage.accounts.pin_attempts`.

Every attempt is counted as failed before the password is looked at, and taken back when it turns
out right: so of any number made at once no more are looked at than one after the other. The
counts are kept in the database and forgotten bit by bit.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from storage.database.account_tables import LoginFailureRow
from storage.database.engine import Database
from storage.database.upsert import insert_into
from storage.errors import StorageError

MOST_DOUBLINGS: Final = 10

NETWORK_FREE: Final = 3
DEVICE_FREE: Final = 10
SESSION_FREE: Final = 3
ADDRESS_FREE: Final = 20
LOGIN_FREE: Final = 300
"""Failures without a delay; so many are also forgotten in a day. One address gets to about 110 a
day, so that it takes several to slow down everybody who tries a login."""

MOST_ROWS: Final = 100_000
"""Counts that are kept; beyond, those of the fewest failures go first."""

# One customer has a whole network of IPv6 addresses.
_NETWORK_BITS = 64


class LoginRefused(StorageError):
    """Nobody was logged in.

    `retry_after` is None where login and password were looked at and do not belong together;
    otherwise they were not looked at, and it is the seconds to wait before the next attempt.
    Neither tells whether there is such a login.
    """

    def __init__(self, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        if retry_after is None:
            super().__init__("wrong-login")
        else:
            super().__init__("too-many-attempts", seconds=retry_after)


@dataclass(frozen=True)
class Pace:
    """How long failures keep somebody waiting, and when they are forgotten.

    The first one beyond what is free takes ``first``, each further one twice as long as the one
    before, and none more than ``longest``. Without an attempt for ``memory`` all are forgotten,
    and as many as are free little by little meanwhile.
    """

    first: timedelta
    longest: timedelta
    memory: timedelta


LOGINS: Final = Pace(timedelta(seconds=2), timedelta(minutes=15), timedelta(days=1))
PINS: Final = Pace(timedelta(minutes=5), timedelta(days=1), timedelta(days=30))
"""There are few PINs to try, so somebody gets to one a day in the end."""
OF_PIN: Final = "pin-"
"""How the keys of all counters begin that go by `PINS`."""


@dataclass(frozen=True)
class Counter:
    """What failures are counted for. One that ``is_shared`` counts those of others, too."""

    key: str
    free: int
    is_shared: bool = False
    pace: Pace = LOGINS

    def failures(self, row: LoginFailureRow, now: datetime) -> float:
        """Those not forgotten yet."""
        quiet, memory = now - row.last_at, self.pace.memory
        if quiet >= memory:
            return 0.0
        forgotten = self.free * max(quiet, timedelta(0)) / memory
        return max(0.0, row.failures - forgotten)

    def delay(self, failures: float) -> timedelta:
        """How long the next attempt has to wait."""
        beyond = math.ceil(failures - self.free)
        if beyond <= 0:
            return timedelta(0)
        delay: timedelta = self.pace.first * 2 ** (min(beyond, MOST_DOUBLINGS) - 1)
        return min(self.pace.longest, delay)


def strangers(login: str, from_address: str) -> tuple[Counter, ...]:
    """The counters of a folded login, be there such an account or not, and an address."""
    network = _network(from_address)
    # Always in this order: two attempts never wait for each other in a circle.
    return (
        Counter(f"place:{short(login)}:{network}", NETWORK_FREE),
        Counter(f"login:{short(login)}", LOGIN_FREE, is_shared=True),
        Counter(f"address:{network}", ADDRESS_FREE, is_shared=True),
    )


def devices(login: str, device_hash: str) -> tuple[Counter, ...]:
    """The counter of a browser in which the user of that login has logged in before."""
    return (Counter(f"device:{short(login)}:{device_hash}", DEVICE_FREE),)


def sessions(token_hash: str) -> tuple[Counter, ...]:
    """The counter of a running session that asks for the password again."""
    return (Counter(f"session:{token_hash}", SESSION_FREE),)


@dataclass(frozen=True)
class Attempt:
    """An attempt that was let in, counted as failed until it is taken back.

    `blocks` are the delays it left, in the order of `counters`, and `failures` how many were
    counted then, this one among them.
    """

    counters: tuple[Counter, ...]
    blocks: tuple[datetime | None, ...]
    failures: tuple[float, ...]


def begin(
    database: Database,
    counters: tuple[Counter, ...],
    now: datetime,
    turn: Callable[[Session], None] = lambda _: None,
) -> Attempt:
    """Count an attempt, or raise LoginRefused with the seconds to wait.

    ``turn`` waits, first of all in the transaction, for whoever else counts the same.
    """
    keys = [counter.key for counter in counters]
    with database.reading() as session:
        # A flood of attempts writes nothing and keeps nobody else from writing.
        blocks = session.scalars(
            select(LoginFailureRow.blocked_until).where(LoginFailureRow.key.in_(keys))
        ).all()
    _refuse_while_blocked(blocks, now)
    with database.session() as session:
        turn(session)
        rows = [_taken(session, key, now) for key in keys]
        _refuse_while_blocked([row.blocked_until for row in rows], now)
        for counter, row in zip(counters, rows, strict=True):
            failures = counter.failures(row, now) + 1
            delay = counter.delay(failures)
            row.failures = min(failures, counter.free + MOST_DOUBLINGS)
            row.last_at = now
            row.blocked_until = now + delay if delay else None
        return Attempt(
            counters,
            tuple(row.blocked_until for row in rows),
            tuple(row.failures for row in rows),
        )


def take_back(session: Session, attempt: Attempt, failures: float = 1.0) -> None:
    """The attempt was right: forget one's own failures, and this one where others are counted.

    There, it may be some more of one's own ``failures``.

    An address keeps its others: who has an account may not use it to try those of others. A login
    keeps them too: that its user comes in gives nobody who guesses another start.
    """
    for counter, block in zip(attempt.counters, attempt.blocks, strict=True):
        if not counter.is_shared:
            session.execute(delete(LoginFailureRow).where(LoginFailureRow.key == counter.key))
            continue
        row = session.get(LoginFailureRow, counter.key, with_for_update=True)
        if row is not None:
            row.failures = max(0.0, row.failures - failures)
            if row.blocked_until == block:
                row.blocked_until = None


def forgive(session: Session, login: str) -> None:
    """Forget all failures of a folded login, from wherever they came."""
    key, of_login = LoginFailureRow.key, short(login)
    session.execute(
        delete(LoginFailureRow).where(
            or_(key.startswith(f"place:{of_login}:"), key.startswith(f"device:{of_login}:"))
        )
    )
    session.execute(delete(LoginFailureRow).where(key == f"login:{of_login}"))


def tidy(session: Session, now: datetime, most: int = MOST_ROWS) -> None:
    """Remove what is forgotten anyway, except what an attempt is just looking at.

    Who tries made-up logins from ever more addresses fills no disk: of more rows than ``most``
    those go that weigh least.
    """
    key, last_at = LoginFailureRow.key, LoginFailureRow.last_at
    of_login = ~key.startswith(OF_PIN) & (last_at < now - LOGINS.memory)
    _remove(session, select(key).where(of_login | (last_at < now - PINS.memory)))
    beyond = session.scalars(select(func.count()).select_from(LoginFailureRow)).one() - most
    if beyond > 0:
        lightest = select(LoginFailureRow.key).order_by(
            LoginFailureRow.failures, LoginFailureRow.last_at
        )
        _remove(session, lightest.limit(beyond))


def _remove(session: Session, keys: Select[str]) -> None:
    free = keys.with_for_update(skip_locked=True)
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.key.in_(free)))


def _taken(session: Session, key: str, now: datetime) -> LoginFailureRow:
    """The row of a key, made if need be, and nobody else's until the transaction ends."""
    statement = insert_into(session, LoginFailureRow).values(key=key, failures=0.0, last_at=now)
    taking = statement.on_conflict_do_update(
        index_elements=[LoginFailureRow.key], set_={"key": statement.excluded.key}
    )
    row: LoginFailureRow = session.scalars(
        taking.returning(LoginFailureRow), execution_options={"populate_existing": True}
    ).one()
    return row


def _refuse_while_blocked(blocks: Iterable[datetime | None], now: datetime) -> None:
    longest = max((block for block in blocks if block is not None), default=now)
    if longest > now:
        raise LoginRefused(math.ceil((longest - now).total_seconds()))


def _network(text: str) -> str:
    """What one customer has: an IPv4 address, or a whole IPv6 network."""
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return short(text)
    if ip.version == 6 and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    bits = _NETWORK_BITS if ip.version == 6 else ip.max_prefixlen
    return str(ipaddress.ip_network((ip, bits), strict=False))


def short(text: str) -> str:
    """A key of any text. What somebody takes for their login may be their password."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
