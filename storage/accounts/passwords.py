"""Passwords: what is asked of them, and argon2id hashes of them."""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from typing import Final

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from storage.accounts.strength import is_soon_guessed
from storage.errors import WeakPassword

SHORTEST: Final = 10
LONGEST: Final = 200
"""Characters in a password."""

LEFT_WITHOUT_LOGIN: Final = 5
"""Characters that have to be left of a password when the login is taken out of it."""

AT_ONCE: Final = 4
"""Hashes computed at the same time: each takes 64 MiB while it lasts."""

# Nothing that is taken for something else: 0 and o, 1, i and l.
_EASILY_READ: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 4


def check_password(password: str, login: str, near: Iterable[str] = ()) -> None:
    """Refuse a password that is soon guessed. Raises WeakPassword.

    `login` is the folded login of the user whose password it is to be; `near` is what others
    know of them: their name, their company.
    """
    password = unicodedata.normalize("NFKC", password)
    folded = password.casefold()
    if len(password) < SHORTEST:
        raise WeakPassword("password-too-short", "password", least=SHORTEST)
    if len(password) > LONGEST:
        raise WeakPassword("password-too-long", "password", most=LONGEST)
    if login and login in folded and len(folded.replace(login, "")) < LEFT_WITHOUT_LOGIN:
        raise WeakPassword("password-is-login", "password")
    if is_soon_guessed(password, (login, *near)):
        raise WeakPassword("password-soon-guessed", "password")


def generate_password() -> str:
    """A password that can be read to somebody over the phone: 80 bits of chance."""
    letters = "".join(secrets.choice(_EASILY_READ) for _ in range(_GROUPS * _GROUP))
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


class Passwords:
    """Hashes passwords by argon2id and compares with such hashes; safe to use from many threads.

    `parameters` are the second set that RFC 9106 recommends: 64 MiB, three passes, four lanes.
    With `any_will_do` none is refused: a demo tells its own to everybody.
    """

    def __init__(
        self, parameters: Parameters = RFC_9106_LOW_MEMORY, *, any_will_do: bool = False
    ) -> None:
        self._any_will_do = any_will_do
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = _hash_of_nothing(parameters)

    def check(self, password: str, login: str, near: Iterable[str]) -> None:
        """Refuse a password that is soon guessed; see `check_password`. Raises WeakPassword."""
        if not self._any_will_do:
            check_password(password, login, near)

    def hash(self, password: str) -> str:
        """The hash that is stored, with its parameters and salt in it."""
        with self._turns:
            return self._hasher.hash(_plain(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether it is the password of a stored hash; as much work where there is no hash."""
        if len(password) > LONGEST * 4:  # beyond what normalisation may shorten to a password
            password, stored = "", None
        with self._turns:
            try:
                return self._hasher.verify(stored or self._nobodys, _plain(password))
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def _plain(password: str) -> bytes:
    """One form of a password, whichever keyboard composed its letters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _hash_of_nothing(parameters: Parameters) -> str:
    """A well-formed hash that no password has: comparing with it takes the usual time."""
    salt, result = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (parameters.salt_len, parameters.hash_len)
    )
    return (
        f"$argon2id$v={parameters.version}"
        f"$m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
        f"${salt}${result}"
    )
