"""The companies of one system, each with its office, kept in the database.

Every change is one transaction: the office is checked and its prompts are rendered first, and a
counter shared by all companies grows with it, so that whoever takes calls sees at the price of one
small read whether their snapshot is still the newest.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.companies.allowance import ALONE, Allowance
from storage.companies.bounds import not_told, overstepped
from storage.companies.destinations import COMPANY_GONE, cancel_waiting, note_destinations
from storage.companies.directory import Directory, Site
from storage.companies.mailbox_contexts import OF_FIRST
from storage.companies.number_claims import claim_numbers, is_one_of_several
from storage.companies.reading import SiteReader
from storage.companies.succession import Succession, follow
from storage.companies.version import next_version
from storage.database.allowance_tables import AllowanceRow
from storage.database.delivery_tables import DeliveryRow
from storage.database.engine import Database
from storage.database.tables import CompanyRow, ConfigVersionRow
from storage.errors import ConfigError, NotFound
from storage.office import Office, check, revalidated
from storage.office.differences import differences
from storage.office.edit import with_fields
from storage.office.own import with_recording
from storage.office.prompts import PromptLibrary, render
from storage.office.secrets import hidden, with_secrets
from storage.text import shown

__all__ = ["Directory", "Offices", "Site"]

log = structlog.get_logger()

_COMPANIES: Final = select(CompanyRow, AllowanceRow).outerjoin(
    AllowanceRow, AllowanceRow.company_id == CompanyRow.id
)
ATTEMPTS: Final = 20
"""How often a change is made again because somebody else's came between."""


class Offices:
    """The offices of all companies. Safe to use from many threads and processes."""

    def __init__(
        self, database: Database, prompts: PromptLibrary, usual: Allowance = ALONE
    ) -> None:
        """``usual`` is what a company is allowed of which nothing was decided."""
        self._database = database
        self._prompts = prompts
        self._usual = usual
        self._reader = SiteReader(usual)
        self._lock = threading.Lock()
        self._newest: Directory | None = None

    def version(self) -> int:
        """The number of changes made so far; cheap to ask."""
        with self._database.reading() as session:
            return session.scalars(select(ConfigVersionRow.version)).one()

    def snapshot(self) -> Directory:
        """All offices as they are now. The same object as long as nothing changes."""
        newest = self._newest
        if newest is not None and newest.version == self.version():
            return newest
        with self._lock, self._database.reading() as session:
            version = session.scalars(select(ConfigVersionRow.version)).one()
            rows = session.execute(_COMPANIES.order_by(CompanyRow.name)).all()
            sites = {site.company_id: site for site in self._reader.all(rows)}
            self._newest = Directory(version, sites)
            return self._newest

    @property
    def last_known(self) -> Directory | None:
        """The offices as they were last read by `snapshot`, without asking the database."""
        return self._newest

    def names(self) -> list[str]:
        """The companies' names, in order."""
        return [site.office.company.name for site in self.snapshot().offices.values()]

    def site(self, company: str | None = None) -> Site:
        """A company by its name, or the only one there is.

        NotFound if there is none of that name; ConfigError if one of several has to be named.
        """
        sites = list(self.snapshot().offices.values())
        names = ", ".join(site.office.company.name for site in sites)
        if not sites:
            raise NotFound("no-company-yet")
        if company is None:
            if len(sites) > 1:
                raise ConfigError("several-companies", names=names)
            return sites[0]
        for site in sites:
            if site.office.company.name == company:
                return site
        raise NotFound("no-company", name=shown(company), names=names)

    def get(self, company: str | None = None) -> Office:
        """A company's office; see `site`."""
        return self.site(company).office

    def apply(self, office: Office, base: Path | None = None, *, by: Actor) -> int:
        """Put an office in place of the one of the same name, or add it; the new version.

        Its prompts are rendered first; their files are relative to `base`.
        ConfigError has every error; AudioError says which prompt cannot be made.
        """
        for _ in range(ATTEMPTS):
            earlier = self._row(office.company.name)
            before = None if earlier is None else self._reader.readable(earlier, None)
            ready = self._prepare(office, before.office if before else None, base=base)
            version = self._replace(earlier, ready, by) if earlier else self._add(ready, by)
            if version is not None:
                return version
        raise _too_busy()

    def edit(
        self,
        company: str | None,
        change: Callable[[Office], Office],
        *,
        by: Actor,
        succession: Succession | None = None,
    ) -> Office:
        """Change a company's office; the new one.

        `change` may be called again if somebody else changed the office meanwhile. With a
        `succession` it is somebody else who has that extension afterwards. Errors as in `apply`.
        """
        company_id = self.site(company).company_id
        return self.edit_own(company_id, change, by=by, succession=succession)

    def rename(self, company: str, name: str, *, by: Actor) -> Office:
        """Give a company another name."""

        def renamed(office: Office) -> Office:
            return with_fields(office, company=with_fields(office.company, name=name))

        return self.edit(company, renamed, by=by)

    def remove(self, company: str, *, by: Actor) -> None:
        """Forget a company's configuration; its messages stay."""
        company_id = self.site(company).company_id
        with self._database.session() as session:
            next_version(session)
            follow(session, company_id, None, by)
            session.execute(delete(CompanyRow).where(CompanyRow.id == company_id))
            cancel_waiting(session, DeliveryRow.company_id == company_id, COMPANY_GONE)
            note(session, by, "company.remove", company_id=company_id, subject=company)

    def set_recorded_prompt(self, company_id: str, name: str, digest: str, *, by: Actor) -> None:
        """Make a recording by phone (adopted by the prompt library) the prompt of that name."""
        self.edit_own(
            company_id,
            lambda office: with_recording(office, name, digest),
            by=by,
            action="prompt.record",
        )

    def edit_own(
        self,
        company_id: str,
        change: Callable[[Office], Office],
        *,
        by: Actor,
        action: str = "config.change",
        succession: Succession | None = None,
    ) -> Office:
        """The same for the company of an id, without a word about other companies."""
        for _ in range(ATTEMPTS):
            with self._database.reading() as session:
                found = session.execute(_COMPANIES.where(CompanyRow.id == company_id)).first()
                of_several = is_one_of_several(session)
            if found is None:
                raise NotFound("company-removed")
            row, allowance = found
            site = self._reader.site(row, allowance, of_several=of_several)
            bounds = None if by.is_operator else site.allowance
            ready = self._prepare(change(site.office), site.office, bounds=bounds)
            if self._replace(row, ready, by, action, succession) is not None:
                return ready
        raise _too_busy()

    def _prepare(
        self,
        office: Office,
        earlier: Office | None,
        *,
        base: Path | None = None,
        bounds: Allowance | None = None,
    ) -> Office:
        """The office checked and rendered, before any transaction begins.

        ``bounds`` are what it has to keep within, where it is not the operator's. Whom the
        operator's settings let nobody tell, the operator adds neither: nothing would be sent.
        """
        office = with_secrets(revalidated(office), earlier)
        errors = [problem for problem in check(office) if problem.severity == "error"]
        if earlier is not None and bounds is not None:
            errors += overstepped(earlier, office, bounds)
        errors += not_told(earlier, office, self._usual)
        if errors:
            raise ConfigError.of(errors)
        return render(office, base, self._prompts, earlier)

    def _row(self, name: str) -> CompanyRow | None:
        with self._database.reading() as session:
            return session.scalars(select(CompanyRow).where(CompanyRow.name == name)).one_or_none()

    def _add(self, office: Office, by: Actor) -> int | None:
        with self._database.session() as session:
            version = next_version(session)
            if _taken(session, office.company.name):
                session.rollback()
                return None
            row = CompanyRow(
                id=str(uuid4()),
                name=office.company.name,
                config=office.model_dump_json(),
                version=version,
                mailbox_context=OF_FIRST if _is_first(session) else None,
            )
            session.add(row)
            session.flush()
            session.add(AllowanceRow(company_id=row.id))
            claim_numbers(session, row.id, office, by=by)
            follow(session, row.id, office, by)
            note_destinations(session, row.id, office)
            note(session, by, "company.add", company_id=row.id, subject=row.name)
            return version

    def _replace(
        self,
        earlier: CompanyRow,
        office: Office,
        by: Actor,
        action: str = "config.change",
        succession: Succession | None = None,
    ) -> int | None:
        """The new version, or None if the row is no longer the one this change began with."""
        name = office.company.name
        with self._database.session() as session:
            version = next_version(session)
            row = session.get(CompanyRow, earlier.id)
            if row is None or row.version != earlier.version:
                session.rollback()
                return None
            if name != earlier.name and _taken(session, name):
                raise ConfigError("company-exists", name=name)
            session.execute(
                update(CompanyRow)
                .where(CompanyRow.id == earlier.id)
                .values(name=name, config=office.model_dump_json(), version=version)
            )
            claim_numbers(session, earlier.id, office, _document(earlier).get("numbers"), by=by)
            follow(session, earlier.id, office, by, succession)
            note_destinations(session, earlier.id, office)
            before, after = (
                hidden(document, told_apart=True)
                for document in (_document(earlier), office.model_dump(mode="json"))
            )
            changed = differences(before, after)
            if changed:
                note(session, by, action, company_id=earlier.id, subject=name, details=changed)
            return version


def _is_first(session: Session) -> bool:
    return session.scalars(select(CompanyRow.id).limit(1)).first() is None


def _taken(session: Session, name: str) -> bool:
    return session.scalars(select(CompanyRow.id).where(CompanyRow.name == name)).first() is not None


def _document(row: CompanyRow) -> dict[str, Any]:
    """The stored configuration as plain data, to be compared; nothing if it is damaged."""
    try:
        return dict(json.loads(row.config))
    except (TypeError, ValueError):
        return {}


def _too_busy() -> ConfigError:
    return ConfigError("office-being-changed")
