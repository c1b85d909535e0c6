"""Lists a page at a time: how many at once, and where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from web.api.problems import Problem

T = TypeVar("T")

USUAL: Final = 50
MOST: Final = 200
_LARGEST: Final = 2**63

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=100, description="`next` of the page before; without it, the first page."),
]


class Listing(BaseModel, Generic[T]):
    """A page of a list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[T]
    next: str | None
    """The `cursor` of the page that follows; null at the end."""


def cursor_of(position: int | None) -> str | None:
    """A position as it is handed out: a word to give back, not to be understood."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def position_of(cursor: str | None) -> int | None:
    """The position a cursor stands for. Raises Problem 422 for one we did not hand out."""
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        position = int(text[:20])
    except (ValueError, binascii.Error):
        position = -1
    if not 0 <= position < _LARGEST:
        raise Problem(422, "cursor: is not one of this list")
    return position


def cursor_of_id(last: str | None) -> str | None:
    """The same where a list is in the order of its ids."""
    return None if last is None else base64.urlsafe_b64encode(UUID(last).bytes).decode().rstrip("=")


def id_of(cursor: str | None) -> str | None:
    """The id a cursor stands for. Raises Problem 422 for one we did not hand out."""
    if cursor is None:
        return None
    try:
        return str(UUID(bytes=base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")))
    except (ValueError, binascii.Error):
        raise Problem(422, "cursor: is not one of this list") from None


def page_of(everything: Sequence[T], limit: int, cursor: str | None) -> tuple[list[T], str | None]:
    """A page of a list that is short enough to be read whole, and the `next` of it."""
    start = position_of(cursor) or 0
    end = start + limit
    return list(everything[start:end]), cursor_of(end) if end < len(everything) else None
