"""What a list of messages shows, as it stands in the page's address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from storage.actor import Scope
from storage.messages.query import AnyBox, Query

PAGE: Final = 50
"""Messages on a page."""
LONGEST_SEARCH: Final = 200

_PERIOD: Final = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
_MONTH: Final = re.compile(r"0[1-9]|1[0-2]")
LAST_PLACE: Final = 2**63 - 1
"""No message stands further."""
_EMPLOYEE: Final = re.compile(r"[0-9*#]{1,40}|[0-9a-f-]{36}")
_BOXES: Final[dict[str, AnyBox]] = {
    "company": "company",
    "employee": "employee",
    "unassigned": "unassigned",
}


@dataclass(frozen=True)
class Listing:
    """The choices of somebody who looks through messages; "" and None mean any.

    ``period`` is a month (``2026-08``) or a year. ``quiet`` asks for what was kept aside as
    probably empty. ``before`` is where the page before ended, in the ``order``.
    """

    period: str = ""
    search: str = ""
    box: AnyBox | None = None
    employee: str = ""
    state: Literal["", "new"] = ""
    trash: bool = False
    quiet: bool = False
    order: Literal["", "oldest"] = ""
    before: int | None = None

    @property
    def year(self) -> str:
        """The year looked through, "" for all."""
        return self.period[:4]

    @property
    def month(self) -> str:
        """The month (``2026-08``) looked through, "" for all."""
        return self.period if len(self.period) > 4 else ""

    @property
    def mailbox(self) -> str:
        """Box and employee as the one choice that they are on the page."""
        return f"employee:{self.employee}" if self.employee else self.box or ""

    @property
    def is_narrowed(self) -> bool:
        """Whether more would be found with fewer conditions."""
        return bool(self.period or self.search or self.mailbox)

    def address(self, path: str = "/messages", **changes: Any) -> str:
        """Where to see it, with some choices changed; that begins at the first page again."""
        shown = replace(self, **({"before": None} | changes))
        parameters = {
            "month": shown.period,
            "search": shown.search,
            "box": shown.box or "",
            "employee": shown.employee,
            "state": shown.state,
            "trash": "1" if shown.trash else "",
            "quiet": "1" if shown.quiet else "",
            "order": shown.order,
            "before": str(shown.before or ""),
        }
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{path}?{query}" if query else path

    @property
    def here(self) -> str:
        """The address of exactly this page."""
        return self.address(before=self.before)

    def query(self, scope: Scope, reader: str) -> Query:
        """What storage is asked for a page of it."""
        year = int(self.year) if self.year and not self.month else None
        return Query(
            box=self.box,
            employee=self.employee or None,
            month=self.month or None,
            since=date(year, 1, 1) if year else None,
            until=date(year, 12, 31) if year else None,
            search=self.search,
            limit=PAGE,
            before=self.before,
            oldest_first=self.order == "oldest",
            deleted=self.trash,
            quiet=self.quiet,
            scope=scope,
            reader=reader,
            state=self.state or None,
        )


def listing_in(parameters: Mapping[str, str]) -> Listing:
    """The choices in a page's address; what is none of them counts as not chosen."""
    box, employee = _mailbox(parameters)
    return Listing(
        period=_period(parameters),
        search=" ".join(parameters.get("search", "")[:LONGEST_SEARCH].split()),
        box=box,
        employee=employee,
        state="new" if parameters.get("state") == "new" else "",
        trash=parameters.get("trash") == "1",
        quiet=parameters.get("quiet") == "1" and parameters.get("trash") != "1",
        order="oldest" if parameters.get("order") == "oldest" else "",
        before=_place(parameters.get("before", "")),
    )


def is_as_chosen(parameters: Mapping[str, str]) -> bool:
    """Whether the parameters are those of the form of choices, which other addresses are not."""
    return not {"year", "mailbox", "was"}.isdisjoint(parameters) or lone_month(parameters) != ""


def lone_month(parameters: Mapping[str, str]) -> str:
    """The month (``08``) that is chosen without a year, "" for none.

    The form says what it ``was`` before: somebody who goes from one August to all years does not
    mean the newest August.
    """
    month = parameters.get("month", "")
    is_lone = not parameters.get("year") and _MONTH.fullmatch(month)
    return month if is_lone and parameters.get("was", "")[5:] != month else ""


def listing_at(address: str) -> Listing:
    """The choices of a list at that address of the page."""
    return listing_in(dict(parse_qsl(urlsplit(address).query)))


def _place(text: str) -> int | None:
    """Where a page begins."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 20
    return min(int(text), LAST_PLACE) if is_number else None


def _period(parameters: Mapping[str, str]) -> str:
    """A month or a year; the form has the year in a field of its own, and the month by itself."""
    month = parameters.get("month", "")
    if "year" in parameters:
        year = parameters["year"]
        month = f"{year}-{month}" if year and month else year
    return month if _PERIOD.fullmatch(month) else ""


def _mailbox(parameters: Mapping[str, str]) -> tuple[AnyBox | None, str]:
    """Box and employee, chosen as one in the form."""
    box, _, employee = parameters.get("mailbox", "").partition(":")
    box = parameters.get("box", box)
    employee = parameters.get("employee", employee)
    return _BOXES.get(box), employee if _EMPLOYEE.fullmatch(employee) else ""
