"""Accounts that are bound to nobody, told beside what is wrong with a configuration."""

from __future__ import annotations

from collections.abc import Iterable

from storage.errors import Problem
from storage.people import StaleBinding


def account_problems(stale: Iterable[StaleBinding]) -> list[Problem]:
    """A warning for each."""
    return [each.problem for each in stale]
