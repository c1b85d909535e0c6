"""Companies read from their rows, each once as long as nothing about it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import structlog
from pydantic import ValidationError
from sqlalchemy import Row

from storage.companies.allowance import Allowance, allowance_of
from storage.companies.directory import Site
from storage.database.allowance_tables import AllowanceRow
from storage.database.tables import CompanyRow
from storage.errors import ConfigError
from storage.office import stored_office

log = structlog.get_logger()

State = tuple[int, bool]
"""What a site depends on: the version of its company, and whether there are others."""


class SiteReader:
    """Reads sites; ``usual`` is what a company is allowed of which nothing was decided."""

    def __init__(self, usual: Allowance) -> None:
        self._usual = usual
        self._read: dict[str, tuple[State, Site | None]] = {}

    def site(self, row: CompanyRow, allowed: AllowanceRow | None, *, of_several: bool) -> Site:
        """One company. Raises ConfigError where its office cannot be read."""
        allowance = allowance_of(allowed, self._usual, of_several=of_several)
        try:
            office = stored_office(row.config)
            return Site(row.id, office, allowance, row.mailbox_context or row.id)
        except ValidationError as error:
            raise ConfigError("stored-office-unreadable", name=row.name) from error

    def readable(
        self, row: CompanyRow, allowed: AllowanceRow | None, *, of_several: bool = False
    ) -> Site | None:
        """The same, or None if it cannot be read: one company's damage is not the others'."""
        try:
            return self.site(row, allowed, of_several=of_several)
        except ConfigError as error:
            log.error("a company is left out", reason=error)
            return None

    def all(self, rows: Sequence[Row[CompanyRow, AllowanceRow]]) -> Iterator[Site]:
        """All companies that can be read; of those that are as before, nothing is read again.

        To be called by one thread at a time.
        """
        before, self._read = self._read, {}
        for row, allowed in rows:
            state = (row.version, len(rows) > 1)
            known = before.get(row.id)
            if known is None or known[0] != state:
                known = (state, self.readable(row, allowed, of_several=state[1]))
            self._read[row.id] = known
            if known[1] is not None:
                yield known[1]
