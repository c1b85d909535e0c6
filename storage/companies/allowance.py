"""What the operator of the system allows one company: its phones, and the numbers it may dial.

It is no part of the company's configuration, which the company's own administrators change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from storage.database.allowance_tables import AllowanceRow
from storage.errors import ConfigError
from storage.office import Employee, make_part
from storage.settings_sections import WebhookSettings
from storage.words.chats import CHATS
from storage.words.prefixes import NATIONAL, may_be_dialled, parted

if TYPE_CHECKING:
    from storage.settings import Settings

OF_ONE_COMPANY: Final = "PJSIP/{extension}"
"""The pattern where there is one company, whose every phone is. Of several, each might name
another's."""
_EXTENSION: Final = "{extension}"
_NO_HOSTS: Final = WebhookSettings()


@dataclass(frozen=True)
class Allowance:
    """What is allowed a company, with what is usual filled in.

    ``endpoint_pattern`` makes the dial string of an extension's phone; ``endpoints`` are others;
    ``allow`` is a list as `storage.words.prefixes` reads it; numbers that were ``dialled_before``
    there were such lists are dialled still. ``webhooks`` and the schemes of ``chats`` are the same
    for all companies: whoever is told by others is not.
    """

    endpoint_pattern: str | None = OF_ONE_COMPANY
    endpoints: tuple[str, ...] = ()
    allow: str = NATIONAL
    dialled_before: frozenset[str] = frozenset()
    webhooks: WebhookSettings = _NO_HOSTS
    chats: tuple[str, ...] = CHATS

    @property
    def needs_country(self) -> bool:
        """Whether it depends on the company's country what may be dialled."""
        return NATIONAL in parted(self.allow)

    @property
    def names_phones(self) -> bool:
        """Whether any phone at all is allowed."""
        return bool(self.endpoint_pattern or self.endpoints)

    def usual_endpoint(self, extension: str) -> str | None:
        """The dial string of an extension's phone; None where the operator named no pattern."""
        if self.endpoint_pattern is None:
            return None
        return self.endpoint_pattern.replace(_EXTENSION, extension)

    def endpoints_for(self, extension: str) -> tuple[str, ...]:
        """The phones that an employee may have, the usual one first."""
        usual = self.usual_endpoint(extension)
        return tuple(dict.fromkeys((*([usual] if usual else ()), *self.endpoints)))

    def names(self, endpoint: str) -> bool:
        """Whether some employee may have the phone, by list or by pattern."""
        listed = {each.casefold() for each in self.endpoints}
        return endpoint.casefold() in listed or self._makes(endpoint)

    def _makes(self, endpoint: str) -> bool:
        """Whether the pattern makes it of some extension."""
        if self.endpoint_pattern is None:
            return False
        head, *parts = map(re.escape, self.endpoint_pattern.split(_EXTENSION))
        made = head + "(?P<extension>[0-9]{1,8})" + "(?P=extension)".join(parts)
        # Asterisk knows `pjsip/101` for `PJSIP/101`.
        return re.fullmatch(made, endpoint, re.IGNORECASE) is not None

    def permits(self, number: str, country: str | None) -> bool:
        """Whether an outside number is among those that may be dialled."""
        return may_be_dialled(number, self.allow, country)

    def dials(self, number: str, country: str | None) -> bool:
        """Whether a call goes out to an outside number."""
        return number in self.dialled_before or self.permits(number, country)


ALONE: Final = Allowance()
"""What is allowed where there is one company and the operator has decided nothing."""


def usual_allowance(settings: Settings) -> Allowance:
    """What the settings allow a company of which the operator has decided nothing."""
    return Allowance(
        allow=settings.calls.allow, webhooks=settings.webhooks, chats=settings.chat.schemes
    )


def allowance_of(row: AllowanceRow | None, usual: Allowance, *, of_several: bool) -> Allowance:
    """What a row allows, and the ``usual`` where it says nothing; of several, none has a pattern
    that was not decided."""
    row = row or AllowanceRow()
    pattern = None if of_several else usual.endpoint_pattern
    return replace(
        usual,
        endpoint_pattern=row.endpoint_pattern or pattern,
        endpoints=parted(row.endpoints or ""),
        allow=usual.allow if row.allow is None else row.allow,
        dialled_before=frozenset(parted(row.dialled_before or "")),
    )


def may_meet(one: str | None, other: str | None) -> bool:
    """Whether two patterns can name one phone: `PJSIP/{extension}` and `PJSIP/1{extension}` can."""
    if one is None or other is None:
        return False
    head, _, tail = one.partition(_EXTENSION)
    other_head, _, other_tail = other.partition(_EXTENSION)
    heads = sorted((head, other_head), key=len)
    tails = sorted((tail, other_tail), key=len)
    return (
        heads[1].startswith(heads[0])
        and tails[1].endswith(tails[0])
        and not re.search(r"\D", heads[1][len(heads[0]) :])
        and not re.search(r"\D", tails[1][: len(tails[1]) - len(tails[0])])
    )


def checked_pattern(text: str) -> str:
    """A pattern of dial strings. Raises ConfigError."""
    if _EXTENSION not in text:
        raise ConfigError("pattern-without-extension", part=_EXTENSION, such=OF_ONE_COMPANY)
    _check_endpoint(text.replace(_EXTENSION, "101"))
    return text


def checked_endpoints(text: str) -> str:
    """A list of dial strings, with commas between. Raises ConfigError."""
    for endpoint in parted(text):
        _check_endpoint(endpoint)
    return ", ".join(parted(text))


def _check_endpoint(endpoint: str) -> None:
    try:
        make_part(Employee, name="-", endpoint=endpoint)
    except ConfigError as error:
        raise ConfigError.of(problem.at("") for problem in error.problems) from error
