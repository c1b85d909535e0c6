"""«Голосовая почта»: the list of messages, each message's own page, and what is done to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Held
from storage.inbox import Message, Page
from storage.message import State
from web.boxes import days_aside, mailboxes
from web.fields import Mistakes
from web.listing import Listing, is_as_chosen, listing_in
from web.pages import recordings
from web.pages.recordings import message_of
from web.rows import Row, row_of
from web.texts import texts
from web.visit import Visit, page

LIST: Final = "/messages"
MOST_SELECTED: Final = 500


@dataclass(frozen=True)
class Months:
    """Where there are messages: for the pickers of a year and a month."""

    found: Sequence[tuple[str, int]]

    @property
    def years(self) -> list[str]:
        """Years that have messages, newest first."""
        return sorted({month[:4] for month, _ in self.found}, reverse=True)

    def of(self, year: str) -> dict[str, int]:
        """Messages of each month of a year, by its two digits."""
        return {month[5:]: count for month, count in self.found if month[:4] == year}

    def total(self, period: str) -> int:
        """Messages of a month or a year, or of all months."""
        return sum(count for month, count in self.found if month.startswith(period))


def show_messages(visit: Visit) -> Response:
    """The list, newest first."""
    listing = listing_in(visit.query)
    if is_as_chosen(visit.query):
        return visit.redirect(listing.address())
    if listing.trash and not visit.user.is_administrator:
        raise HTTPException(403)
    inbox = visit.services.inbox
    scope = visit.scope
    found = inbox.list(listing.query(scope, visit.user.id))
    months = Months(inbox.months(scope, box=listing.box, employee=listing.employee or None))
    return visit.render(
        "messages/list.html",
        listing=listing,
        days=_by_day([_row(visit, message) for message in found.messages]),
        next=found.next,
        found=_tell_found(visit, listing, found),
        trash_days=visit.services.trash_days,
        quiet_days=days_aside(visit, listing),
        quiet_count=inbox.quiet_count(scope),
        looked_through=found.month,
        months=months,
        mailboxes=mailboxes(visit, listing),
        has_unassigned=scope.unassigned,
        shows_addressee=scope.people is None or len(scope.people) > 1,
    )


def show_message(visit: Visit) -> Response:
    """A message's own page, which needs no script."""
    return message_page(visit, message_of(visit))


def message_page(
    visit: Visit,
    message: Message,
    status: int = 200,
    *,
    reason: str = "",
    wrong: Mistakes | None = None,
) -> Response:
    """A message's own page; ``reason`` is that of a hold, as far as it is typed."""
    row = _row(visit, message)
    return visit.render("messages/show.html", status, row=row, reason=reason, wrong=wrong or {})


def ask_to_delete(visit: Visit) -> Response:
    """The question, for a page without scripts."""
    return _ask_to_delete(visit, [message_of(visit)], _list_at(visit.query.get("back", "")))


def delete(visit: Visit) -> Response:
    """Move a message to the trash, with a way back."""
    return _delete(visit, [message_of(visit).id])


def delete_selected(visit: Visit) -> Response:
    """Move messages to the trash, after the question."""
    return _delete(visit, _selected(visit))


def restore(visit: Visit) -> Response:
    """Take messages out of the trash."""
    ids = [message_of(visit).id] if "id" in visit.path else _selected(visit)
    restored = visit.services.inbox.restore_many(ids, by=visit.actor, scope=visit.scope)
    return visit.redirect(
        _back(visit),
        _counted(visit, "Message restored.", "%(num)s messages restored.", len(restored)),
    )


def accept(visit: Visit) -> Response:
    """Make an ordinary message of one that was kept aside as probably empty."""
    return _accept(visit, [message_of(visit).id])


def mark(visit: Visit) -> Response:
    """Make a message new or heard."""
    state: State = "new" if visit.form.get("state") == "new" else "heard"
    return _mark(visit, [message_of(visit).id], state)


def act_on_selected(visit: Visit) -> Response:
    """Do to all selected messages what the pressed button says."""
    ids = _selected(visit)
    if not ids:
        return visit.redirect(_back(visit), visit.text("Select messages first."))
    match visit.form.get("action"):
        case "delete" | "restore" if not visit.user.is_administrator:
            raise HTTPException(403)
        case "download":
            return recordings.send_selected(visit, ids)
        case "heard" | "new" as state:
            return _mark(visit, ids, state)
        case "accept":
            return _accept(visit, ids)
        case "delete":
            messages = [visit.services.inbox.get(one, visit.scope) for one in ids]
            return _ask_to_delete(visit, messages, _back(visit))
        case "restore":
            return restore(visit)
        case _:
            raise HTTPException(400)


def _accept(visit: Visit, ids: list[str]) -> Response:
    accepted = visit.services.inbox.accept(ids, by=visit.actor, scope=visit.scope)
    words = ("The message is in the main list now.", "%(num)s messages are in the main list now.")
    return visit.redirect(_back(visit), _counted(visit, *words, len(accepted)))


def _mark(visit: Visit, ids: list[str], state: State) -> Response:
    changed = visit.services.inbox.mark(ids, state, user=visit.user, by=visit.actor)
    notice = (
        _counted(visit, "Marked as heard.", "%(num)s messages marked as heard.", len(changed))
        if state == "heard"
        else _counted(visit, "Marked as new.", "%(num)s messages marked as new.", len(changed))
    )
    return visit.redirect(_back(visit), notice)


def _ask_to_delete(visit: Visit, messages: Sequence[Message], back: str) -> Response:
    held = next((message for message in messages if message.hold), None)
    if held:
        return _tell_held(visit, held, back)
    return visit.render(
        "messages/delete.html",
        rows=[_row(visit, message) for message in messages],
        back=back,
        trash_days=visit.services.trash_days,
    )


def _delete(visit: Visit, ids: list[str]) -> Response:
    inbox, back = visit.services.inbox, _back(visit)
    try:
        deleted = inbox.delete_many(ids, by=visit.actor, scope=visit.scope)
    except Held as held:
        return _tell_held(visit, inbox.get(held.message_id, visit.scope), back)
    return visit.redirect(
        back if back.startswith(f"{LIST}?") else LIST,
        _counted(visit, "Message deleted.", "%(num)s messages deleted.", len(deleted)),
        undo=f"{LIST}/restore" if deleted else "",
        ids=tuple(deleted),
    )


def _tell_held(visit: Visit, message: Message, back: str) -> Response:
    """Which message it is that keeps everything from being deleted."""
    return visit.render("messages/held.html", 409, row=_row(visit, message), back=back)


def _tell_found(visit: Visit, listing: Listing, page: Page) -> str:
    """What a search has found; how many as far as this page knows, which reads no further."""
    if listing.before:
        return visit.text("Found for “%(search)s”", search=listing.search)
    wording = (
        "Found for “%(search)s”: more than %(num)s"
        if page.next
        else "Found for “%(search)s”: %(num)s"
    )
    return visit.text(wording, search=listing.search, num=len(page.messages))


def _counted(visit: Visit, one: str, many: str, count: int) -> str:
    return texts(visit.language).ngettext(one, many, count) % {"num": count}


def _selected(visit: Visit) -> list[str]:
    """The ids chosen in a form, each once."""
    ids = dict.fromkeys(str(value) for value in visit.form.getlist("message")[:MOST_SELECTED])
    return list(ids)


def _back(visit: Visit) -> str:
    """Where the visitor was when he sent the form."""
    return _list_at(str(visit.form.get("back", "")))


def _list_at(address: str) -> str:
    """The list, at the address where it is one: no other page, and none elsewhere."""
    is_ours = address.isascii() and address.isprintable() and "\\" not in address
    is_list = address == LIST or address.startswith((f"{LIST}?", f"{LIST}/"))
    return address if is_ours and is_list else LIST


def _row(visit: Visit, message: Message) -> Row:
    return row_of(message, visit.language, visit.timezone)


def _by_day(rows: Sequence[Row]) -> list[tuple[date, list[Row]]]:
    """Rows under the days on which their messages were left."""
    days = groupby(rows, key=lambda row: row.message.received_at.date())
    return [(day, list(of_day)) for day, of_day in days]


routes = [
    Route(LIST, page(show_messages), methods=["GET"]),
    Route(f"{LIST}/export", page(recordings.export), methods=["GET"]),
    Route(f"{LIST}/export/size", page(recordings.ask_to_export), methods=["GET"]),
    Route(f"{LIST}/export/progress", page(recordings.progress), methods=["GET"]),
    Route(f"{LIST}/selected", page(act_on_selected), methods=["POST"]),
    Route(f"{LIST}/restore", page(restore, role="administrator"), methods=["POST"]),
    Route(f"{LIST}/delete", page(delete_selected, role="administrator"), methods=["POST"]),
    Route(f"{LIST}/{{id}}", page(show_message), methods=["GET"]),
    Route(f"{LIST}/{{id}}/audio", page(recordings.play), methods=["GET"]),
    Route(f"{LIST}/{{id}}/download", page(recordings.download), methods=["GET"]),
    Route(f"{LIST}/{{id}}/mark", page(mark), methods=["POST"]),
    Route(f"{LIST}/{{id}}/accept", page(accept), methods=["POST"]),
    Route(f"{LIST}/{{id}}/delete", page(ask_to_delete, role="administrator"), methods=["GET"]),
    Route(f"{LIST}/{{id}}/delete", page(delete, role="administrator"), methods=["POST"]),
    Route(f"{LIST}/{{id}}/restore", page(restore, role="administrator"), methods=["POST"]),
]
