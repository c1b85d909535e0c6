"""How to search a range with very many messages: by its addressees first, then by callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage.messages import addressees
from storage.messages.addressees import Addressee, MailboxKey
from storage.messages.search.index_ranges import IndexRange
from storage.messages.search.sql import Path, is_short
from storage.words.terms import Terms

APART = 20
"""So many mailboxes are read each by itself; where it is more, all are walked together."""


@dataclass(frozen=True)
class Way:
    """A way to read some of what a query asks for.

    ``by_caller`` are terms for the search index; nothing is found above ``newest``. A way that
    ``looks_through`` reads any number of messages until it has found enough.
    """

    index_range: IndexRange
    path: Path = "range"
    by_caller: Terms = ()
    newest: int | None = None
    looks_through: bool = False


def ways(session: Session, index_range: IndexRange, terms: Terms) -> Iterator[Way]:
    """The ways that find all messages of a range that match the terms; some may be found twice."""
    groups: dict[Terms, list[Addressee]] = {}
    found = addressees.on(
        session,
        index_range.company_id,
        index_range.box,
        index_range.number,
        index_range.employee_id,
    )
    for addressee in found:
        groups.setdefault(addressee.leaves(terms), []).append(addressee)
    for left, group in groups.items():
        indexed = tuple(term for term in left if not is_short(term))
        for part, newest in _parts(index_range, group, apart=left != terms):
            if indexed:
                yield Way(part, "search", indexed, newest)
            elif left:
                yield Way(part, newest=newest, looks_through=True)
            else:
                others = (each for each in found if each not in group)
                renamed = any(part.holds(*each.mailbox) for each in others)
                yield Way(part, "range" if renamed else "named", newest=newest)


def _parts(
    index_range: IndexRange, group: list[Addressee], *, apart: bool
) -> list[tuple[IndexRange, int]]:
    """Where the messages of a group of addressees are to be read, each with the newest place.

    That is their mailboxes; the whole range, if they are too many or need not be told ``apart``.
    """
    newest: dict[MailboxKey, int] = {}
    for each in group:
        newest[each.mailbox] = max(each.newest, newest.get(each.mailbox, 0))
    if apart and len(newest) <= APART:
        return [(IndexRange(*mailbox), last) for mailbox, last in newest.items()]
    return [(index_range, max(newest.values()))]
