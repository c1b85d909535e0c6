"""Checks of the pages: under which names they are served, and where links lead."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from commands.context import App
from commands.doctor.finding import Check, Finding, ok
from web.http.hosts import Hosts, host_of


def checks(app: App) -> Iterator[Check]:
    """All of them, in the order in which they are told."""
    yield "web address", lambda: address(app)


def address(app: App) -> Finding:
    """Whether it is set what the pages are called: else any name will do, in links too."""
    web = app.settings.web
    hosts = Hosts.of(web.hosts, web.url, web.host)
    if web.url and (urlsplit(web.url).scheme not in ("http", "https") or not host_of(web.url)):
        advice = "Set web.url to the whole address that people type, such as https://voice.example."
        return Finding("web address", "warning", f"web.url is no address: {web.url}", advice)
    found = ["pages are served under any name"] if hosts.is_open else []
    if not web.url and _is_anybody_told(app):
        found.append(f"notifications lead to {app.settings.web_url}, as there is no web.url")
    if found:
        advice = (
            "Set web.url to the address that people type, such as https://voice.example: links "
            "begin with it, and other names are refused. More names: web.hosts."
        )
        return Finding("web address", "warning", "; ".join(found), advice)
    names = ", ".join(filter(None, (host_of(web.url), *sorted(hosts.names))))
    return ok("web address", f"pages are served as {names}")


def _is_anybody_told(app: App) -> bool:
    file = app.settings.database_file
    if file and not file.exists():  # looking would make one
        return False
    sites = app.offices.snapshot().offices.values()
    return any(site.office.destinations for site in sites) or app.own_addresses.any_confirmed()
