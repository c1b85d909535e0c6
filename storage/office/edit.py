"""Changing a part of an office: copies with something else in them."""

from collections.abc import Mapping
from typing import TypeVar

from storage.errors import NotFound
from storage.office.any_action import StrictModel
from storage.office.model import LetterTemplate, Office
from storage.text import shown
from storage.words.phone_numbers import canonical, region_of

Value = TypeVar("Value")
P = TypeVar("P", bound=StrictModel)


def with_fields(part: P, **fields: object) -> P:
    """A part with some fields changed; fields of None stay as they are."""
    return part.model_copy(update={k: v for k, v in fields.items() if v is not None})


def with_entry(entries: Mapping[str, Value], key: str, value: Value) -> dict[str, Value]:
    """A table with one entry added or replaced, in its place."""
    return {**entries, key: value}


def without_entry(entries: Mapping[str, Value], key: str, kind: str) -> dict[str, Value]:
    """A table without one entry; NotFound says what kind of thing is not there."""
    entry(entries, key, kind)
    return {other: value for other, value in entries.items() if other != key}


def entry(entries: Mapping[str, Value], key: str, kind: str) -> Value:
    """An entry of a table; NotFound says what kind of thing is not there."""
    if key not in entries:
        if not entries:
            raise NotFound("no-entry-at-all", kind=kind, name=shown(key))
        known = shown(", ".join(entries), 200)
        raise NotFound("no-entry", kind=kind, name=shown(key), known=known)
    return entries[key]


def with_letter(office: Office, wording: LetterTemplate | None) -> Office:
    """The office with letters in these words, or in the usual ones."""
    voicemail = office.voicemail.model_copy(update={"letter": wording})
    return with_fields(office, voicemail=voicemail)


def as_written(office: Office, number: str) -> str:
    """The spelling under which the office has this number already, else the one given."""
    region = region_of(office.company.timezone)
    same = canonical(number, region)
    return next((own for own in office.numbers if canonical(own, region) == same), number)
