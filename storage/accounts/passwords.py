"""Passwords: what is asked of them, and argon2id hashes of them."""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from typing import Final

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from storage.errors import ConfigError

SHORTEST: Final = 10
LONGEST: Final = 200
"""Characters in a password."""

FEWEST_DIFFERENT: Final = 4
LEFT_WITHOUT_LOGIN: Final = 5
"""Characters that have to be left of a password when the login is taken out of it."""

AT_ONCE: Final = 4
"""Hashes computed at the same time: each takes 64 MiB while it lasts."""

# Nothing that is taken for something else: 0 and o, 1, i and l.
_EASILY_READ: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 4

_COMMONEST = """
0123456789 0987654321 1029384756 1111111111 1122334455 1234512345 1234554321 123456789a
1234567890 12345678900 12345678901 12345678910 123456789q 123456789qwe 1234567891
1234567899 1234qwerasdf 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc 9876543210
a123456789 a1b2c3d4e5 abcd123456 abcdefghij admin12345 admin123456 administrator asdfghjkl;
asdfghjkl1 asterisk123 changeme123 iloveyou12 iloveyou123 letmein123 password01 password10
password11 password12 password123 password1234 password12345 passw0rd123 q1w2e3r4t5
q1w2e3r4t5y6 qazwsxedc1 qazwsxedcrfv qwaszx123456 qwerty1234 qwerty12345 qwerty123456
qwerty123456789 qwerty7890 qwertyqwerty qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[]
voicepost1 voicepost12 voicepost123 voicepost1234 welcome123 welcome1234 zaq12wsxcde3
zxcvbnm123 zxcvbnm1234 администратор йцукенгшщз йцукенгшщзхъ йцукен1234 йцукен12345
йцукен123456 пароль1234 пароль12345 пароль123456 фывапролджэ
"""
COMMONEST: Final = frozenset(_COMMONEST.split())
"""Passwords of the right length that are tried first."""


def check_password(password: str, login: str) -> None:
    """Refuse a password that is soon guessed. Raises ConfigError with a sentence.

    `login` is the folded login of the user whose password it is to be.
    """
    password = unicodedata.normalize("NFKC", password)
    folded = password.casefold()
    if len(password) < SHORTEST:
        raise ConfigError(f"password: needs at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise ConfigError(f"password: has at most {LONGEST} characters")
    if login and login in folded and len(folded.replace(login, "")) < LEFT_WITHOUT_LOGIN:
        raise ConfigError("password: must be more than the login")
    if folded in COMMONEST or len(set(folded)) < FEWEST_DIFFERENT:
        raise ConfigError("password: is one of those that are tried first")


def generate_password() -> str:
    """A password that can be read to somebody over the phone: 80 bits of chance."""
    letters = "".join(secrets.choice(_EASILY_READ) for _ in range(_GROUPS * _GROUP))
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


class Passwords:
    """Hashes passwords by argon2id and compares with such hashes; safe to use from many threads.

    `parameters` are the second set that RFC 9106 recommends: 64 MiB, three passes, four lanes.
    """

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = _hash_of_nothing(parameters)

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
