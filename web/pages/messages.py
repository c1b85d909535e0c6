"""«Голосовая почта»: the list of messages, each message's own page, and what is done to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Held
from storage.messages.message import State
from storage.messages.repository import Message, Page
from web.language.telling import Mistakes
from web.message_list.address import Listing, is_as_chosen, listing_at
from web.message_list.asked import asked_listing
from web.message_list.boxes import days_aside, mailboxes
from web.message_list.months import Months
from web.message_list.rows import Row, row_of
from web.message_list.selection import ListChanged, Selection, count_found, selected
from web.pages import recordings
from web.pages.recordings import message_of
from web.visit import Visit, page
from web.ways_back import LIST, list_behind, own_page, within_messages


def show_messages(visit: Visit) -> Response:
    """A page of the list."""
    listing = asked_listing(visit)
    if is_as_chosen(visit.query):
        return visit.redirect(listing.address())
    if listing.trash and not visit.user.is_administrator:
        raise HTTPException(403)
    repository = visit.services.messages
    scope = visit.scope
    found = repository.list(listing.query(scope, visit.user.id))
    months = Months(repository.months(scope, box=listing.box, employee=listing.employee or None))
    return visit.render(
        "messages/list.html",
        listing=listing,
        days=_by_day([_row(visit, message) for message in found.messages]),
        next=found.next,
        found=_tell_found(visit, listing, found),
        trash_days=visit.services.trash_days,
        quiet_days=days_aside(visit, listing),
        quiet_count=repository.quiet_count(scope),
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
    back = _way_back(visit, message)
    return visit.render(
        "messages/show.html",
        status,
        row=_row(visit, message),
        reason=reason,
        wrong=wrong or {},
        back=back,
        here=own_page(message.id, back),
        came_from=listing_at(back),
    )


def ask_to_delete(visit: Visit) -> Response:
    """The question, for a page without scripts."""
    back = within_messages(visit.query.get("back", ""))
    return _ask_to_delete(visit, [message_of(visit)], back)


def delete(visit: Visit) -> Response:
    """Move a message to the trash, with a way back."""
    return _delete(visit, _alone(visit))


def delete_selected(visit: Visit) -> Response:
    """Move messages to the trash, after the question."""
    return _with_selected(visit, _delete)


def restore(visit: Visit) -> Response:
    """Take a message out of the trash."""
    return _restore(visit, _alone(visit))


def restore_selected(visit: Visit) -> Response:
    """Take messages out of the trash."""
    return _with_selected(visit, _restore)


def accept(visit: Visit) -> Response:
    """Make an ordinary message of one that was kept aside as probably empty."""
    return _accept(visit, _alone(visit))


def mark(visit: Visit) -> Response:
    """Make a message new or heard."""
    state: State = "new" if visit.form.get("state") == "new" else "heard"
    return _mark(visit, _alone(visit), state)


def act_on_selected(visit: Visit) -> Response:
    """Do to all selected messages what the pressed button says."""
    return _with_selected(visit, _act)


def _act(visit: Visit, selection: Selection) -> Response:
    if not selection.ids:
        return visit.redirect(_back(visit), visit.text("Select messages first."))
    match visit.form.get("action"):
        case "delete" | "restore" if not visit.user.is_administrator:
            raise HTTPException(403)
        case "download":
            if selection.listing:
                return recordings.send_found(visit, selection.listing)
            return recordings.send_selected(visit, selection.ids)
        case "heard" | "new" as state:
            return _mark(visit, selection, state)
        case "accept":
            return _accept(visit, selection)
        case "delete" if selection.listing:
            return _ask_to_delete(visit, [], _back(visit), selection)
        case "delete":
            messages = [visit.services.messages.get(one, visit.scope) for one in selection.ids]
            return _ask_to_delete(visit, messages, _back(visit))
        case "restore":
            return _restore(visit, selection)
        case _:
            raise HTTPException(400)


def _with_selected(visit: Visit, act: Callable[[Visit, Selection], Response]) -> Response:
    try:
        selection = selected(visit)
    except ListChanged as changed:
        told = visit.text(
            "The list has changed: %(num)s messages are found now. Nothing was done; select again.",
            num=changed.count,
        )
        return visit.redirect(_back(visit), told)
    return act(visit, selection)


def _restore(visit: Visit, selection: Selection) -> Response:
    repository = visit.services.messages
    restored, _ = selection.apply(
        lambda ids: repository.restore_many(ids, by=visit.actor, scope=visit.scope)
    )
    return visit.redirect(
        _back(visit),
        visit.counted("Message restored.", "%(num)s messages restored.", len(restored)),
    )


def _accept(visit: Visit, selection: Selection) -> Response:
    repository = visit.services.messages
    accepted, _ = selection.apply(
        lambda ids: repository.accept(ids, by=visit.actor, scope=visit.scope)
    )
    told = visit.counted(
        "The message is in the main list now.",
        "%(num)s messages are in the main list now.",
        len(accepted),
    )
    return visit.redirect(_back(visit), told)


def _mark(visit: Visit, selection: Selection, state: State) -> Response:
    repository = visit.services.messages
    changed, _ = selection.apply(
        lambda ids: repository.mark(ids, state, user=visit.user, by=visit.actor)
    )
    notice = (
        visit.counted("Marked as heard.", "%(num)s messages marked as heard.", len(changed))
        if state == "heard"
        else visit.counted("Marked as new.", "%(num)s messages marked as new.", len(changed))
    )
    return visit.redirect(_back(visit), notice)


def _ask_to_delete(
    visit: Visit, messages: Sequence[Message], back: str, found: Selection | None = None
) -> Response:
    held = next((message for message in messages if message.hold), None)
    if held:
        return _tell_held(visit, held, back)
    return visit.render(
        "messages/delete.html",
        rows=[_row(visit, message) for message in messages],
        found=found,
        back=back,
        trash_days=visit.services.trash_days,
    )


def _delete(visit: Visit, selection: Selection) -> Response:
    repository, back = visit.services.messages, _back(visit)
    try:
        deleted, held = selection.apply(
            lambda ids: repository.delete_many(ids, by=visit.actor, scope=visit.scope)
        )
    except Held as refused:
        return _tell_held(visit, repository.get(refused.message_id, visit.scope), back)
    notice = visit.counted("Message deleted.", "%(num)s messages deleted.", len(deleted))
    if held:
        stayed = visit.counted("One is on hold and stays.", "%(num)s are on hold and stay.", held)
        notice = f"{notice} {stayed}"
    return visit.redirect(
        list_behind(back),
        notice,
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


def _alone(visit: Visit) -> Selection:
    """The message of the address."""
    return Selection([message_of(visit).id])


def _back(visit: Visit) -> str:
    """Where the visitor was when they sent the form."""
    return within_messages(str(visit.form.get("back", "")))


def _way_back(visit: Visit, message: Message) -> str:
    """The list that a message's page was opened from; else one that has it."""
    given = visit.query.get("back") or visit.form.get("back")
    if given:
        return list_behind(str(given))
    if message.deleted_at is not None:
        return f"{LIST}?trash=1"
    return f"{LIST}?quiet=1" if message.quiet else LIST


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
    Route(f"{LIST}/found", page(count_found), methods=["GET"]),
    Route(f"{LIST}/selected", page(act_on_selected), methods=["POST"]),
    Route(f"{LIST}/restore", page(restore_selected, role="administrator"), methods=["POST"]),
    Route(f"{LIST}/delete", page(delete_selected, role="administrator"), methods=["POST"]),
    Route(f"{LIST}/{{id}}", page(show_message), methods=["GET"]),
    Route(f"{LIST}/{{id}}/audio", page(recordings.play), methods=["GET"]),
    Route(f"{LIST}/{{id}}/heard", page(recordings.note_heard), methods=["POST"]),
    Route(f"{LIST}/{{id}}/download", page(recordings.download), methods=["GET"]),
    Route(f"{LIST}/{{id}}/mark", page(mark), methods=["POST"]),
    Route(f"{LIST}/{{id}}/accept", page(accept), methods=["POST"]),
    Route(f"{LIST}/{{id}}/delete", page(ask_to_delete, role="administrator"), methods=["GET"]),
    Route(f"{LIST}/{{id}}/delete", page(delete, role="administrator"), methods=["POST"]),
    Route(f"{LIST}/{{id}}/restore", page(restore, role="administrator"), methods=["POST"]),
]
