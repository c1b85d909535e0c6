"""Changing the visitor's office from a page, and what was wrong where that is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from storage.errors import ConfigError, StorageError
from storage.office import Office
from web.visit import Visit


def edit_office(visit: Visit, change: Callable[[Office], Office]) -> Office:
    """Change the company's office in the visitor's name; ConfigError, AudioError."""
    return visit.services.offices.edit(visit.office.company.name, change, by=visit.actor)


def sentences_of(error: StorageError) -> Sequence[str]:
    """What is wrong: one sentence or several."""
    return error.problems if isinstance(error, ConfigError) else (str(error),)
