"""Secrets that mean nothing by themselves: session tokens, personal tokens, one-time links.

Each has 256 bits of chance, so a plain digest of it cannot be guessed backwards; only the digest
is stored, and it is what the secret is found by.
"""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """A secret fit for cookies, headers and addresses."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """What is stored of a secret; any text has one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
