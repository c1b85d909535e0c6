"""Giving an extension to somebody else."""

from __future__ import annotations

from typing import Literal

from storage.actor import Actor
from storage.companies.store import Offices
from storage.companies.succession import Succession
from storage.errors import ConfigError
from storage.office import Office
from storage.office.edit import entry, with_entry, with_fields
from storage.office.own import without_own_greeting
from storage.text import normalise

OldMessages = Literal["keep", "hand-over"]
"""Whose the messages are that were left so far: the predecessor's still, or the successor's."""


def same_name(name: str, other: str) -> bool:
    """Whether two names differ in nothing but letter case and white space."""
    return normalise(name) == normalise(other)


def reassign(
    offices: Offices,
    company: str | None,
    extension: str,
    name: str,
    *,
    messages: OldMessages,
    by: Actor,
) -> Office:
    """Make somebody else the employee of an extension; the new office.

    Phone, numbers and forwarding stay as they are; the predecessor's greeting goes, and so does who
    was told of their messages: those addresses are the predecessor's.
    Raises NotFound for an extension nobody has, ConfigError for its employee's own name, and as
    `Offices.edit` does.
    """

    def with_successor(office: Office) -> Office:
        if same_name(entry(office.employees, extension, "employee").name, name):
            raise ConfigError("extension-theirs-already", "name")
        office = without_own_greeting(office, extension)
        before = office.employees[extension].model_copy(update={"notify": None})
        successor = with_fields(before, name=name)
        return with_fields(office, employees=with_entry(office.employees, extension, successor))

    succession = Succession(extension, hand_over=messages == "hand-over")
    return offices.edit(company, with_successor, by=by, succession=succession)
