"""Changing the visitor's office from a page, and what was wrong where that is refused."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from storage.companies.succession import Succession
from storage.errors import Refused, StorageError
from storage.office import Office
from web.errors import ChangedMeanwhile
from web.statuses import status_of
from web.visit import Visit

SEEN: Final = "seen"
"""The hidden field with the fingerprint of what a form was filled in from."""


def edit_office(
    visit: Visit,
    change: Callable[[Office], Office],
    succession: Succession | None = None,
) -> Office:
    """Change the company's office in the visitor's name; ConfigError, AudioError."""
    return visit.services.offices.edit_own(
        visit.user.company_id, change, by=visit.actor, succession=succession
    )


def fingerprint(*parts: object) -> str:
    """Sixteen characters that tell these parts from any others; see `refuse_if_changed`."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def refuse_if_changed(visit: Visit, *parts: object) -> None:
    """Refuse a form that was filled in from other parts than these, which there are now.

    A form without a fingerprint is not refused: a script has seen nothing. ChangedMeanwhile.
    """
    if visit.form.get(SEEN, fingerprint(*parts)) != fingerprint(*parts):
        raise ChangedMeanwhile("changed-meanwhile")


def form_status(error: StorageError) -> int:
    """The status of the page that shows a form again: also for a sound that is none."""
    return status_of(error) if isinstance(error, Refused) else 422
