"""How somebody comes in where nobody can yet: one-time links for the first administrators."""

from __future__ import annotations

from commands.context import App


def first_links(app: App) -> list[str]:
    """A sentence with a link for each company that has no administrator, or for the first one.

    Links made at an earlier start are void. Raises `DatabaseUnavailable`.
    """
    sites = app.offices.snapshot().offices
    if not sites:
        return [] if app.users.has_administrator() else [_sentence(app, None, "a first company")]
    return [
        _sentence(app, company_id, f"“{site.office.company.name}”")
        for company_id, site in sites.items()
        if not app.users.has_administrator(company_id)
    ]


def _sentence(app: App, company_id: str | None, company: str) -> str:
    secret = app.invitations.make(company_id, by=app.actor)
    return (
        f"Nobody can log in for {company} yet. Within a day, make the administrator's account at"
        f" {app.settings.web_url}/setup?key={secret}"
    )
