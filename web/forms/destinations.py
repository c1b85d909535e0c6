"""What a destination is told, and when, in its form: one of a mailbox's, or an employee's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from gettext import NullTranslations
from typing import Any, Final, get_args

from starlette.datastructures import FormData

from storage.errors import Problem, wrong
from storage.office import make_part
from storage.office.notify import (
    ATTACH_UP_TO,
    HIDDEN,
    HIDDEN_BEFORE,
    KINDS,
    LARGEST_ATTACHED,
    AnyDestination,
    ChatDestination,
    Destination,
    Event,
    Kind,
    MailDestination,
    PeopleDestination,
    WebhookDestination,
)
from storage.words.mail_addresses import as_written
from web.errors import FormError
from web.forms.fields import number_in, typed, whole_in

TIMES: Final = ("daily", "between", "unheard_minutes", "most_per_hour")
FIELDS: Final = ("secret", "attach", "attach_up_to", "once_sent", "events", *TIMES)
"""What is to be told about them stands at these; ``between`` is typed as two times."""
EMPTY: Final = {
    "attach": "none",
    "once_sent": "keep",
    "secret": "",
    **dict.fromkeys(("attach_up_to", "daily", "between_from", "between_until"), ""),
    **dict.fromkeys(("unheard_minutes", "most_per_hour"), ""),
}
"""The fields of the form, before anything is typed."""
MEGABYTE: Final = 1_000_000

_ONLY: Final[Mapping[str, tuple[Kind, str]]] = {
    "attach_up_to": ("mail", "by-mail-alone"),
    "once_sent": ("mail", "by-mail-alone"),
    "secret": ("webhook", "by-webhook-alone"),
}
"""The fields of one kind alone, and what is said where they are filled in with another."""
_AT: Final = {
    "daily-of-kept-alone": ("digest-of-new-alone", "events"),
    "unheard-of-kept-alone": ("reminder-of-new-alone", "events"),
    "once-sent-without-attach": ("recording-not-attached", "once_sent"),
    "once-sent-with-daily": ("not-with-digest", "once_sent"),
}
"""What does not go together, as the form says it, and the field that it is said at."""


def kind_in(form: Mapping[str, str]) -> Kind:
    """How somebody is told."""
    return next((each for each in KINDS if each == form.get("kind")), "mail")


def events_in(form: FormData) -> tuple[Event, ...]:
    """What is ticked to be told."""
    return tuple(each for each in get_args(Event) if each in form.getlist("event"))


def destination_in(
    form: FormData, kind: Kind, new_secret: str, before: AnyDestination | None = None
) -> Destination:
    """What a form says of a destination. FormError, ConfigError.

    ``before`` is the one that is changed: where it stays at its place, it keeps its secret. A
    webhook for which none was typed has the ``new_secret``.
    """
    texts = typed(form)
    _refuse_other_kinds(texts, kind)
    address = texts.get("address", "")
    same = before if before is not None and before.is_at(address) else None
    # A chat's address is shown hidden.
    said = {"events": events_in(form), **times_in(texts, kind)}
    said[kind] = same.sent_to if same else address
    if kind == "mail":
        once_sent = texts.get("once_sent", "keep")
        return make_part(MailDestination, **said, **attached_in(texts), once_sent=once_sent)
    if kind == "chat":
        return make_part(ChatDestination, **said, attach=texts.get("attach", "none"))
    return make_part(WebhookDestination, **said, **_secrets_in(texts, new_secret, same))


def _refuse_other_kinds(form: Mapping[str, str], kind: Kind) -> None:
    """What another kind of destination alone has is not dropped in silence. FormError."""
    found = [
        wrong(code, name)
        for name, (alone, code) in _ONLY.items()
        if kind != alone and form.get(name, EMPTY[name]) != EMPTY[name]
    ]
    attach = form.get("attach", "none")
    if kind == "webhook" and attach != "none":
        found.append(wrong("webhook-without-recording", "attach"))
    if kind == "chat" and attach not in ("none", "opus"):
        found.append(wrong("chat-takes-opus", "attach"))
    if found:
        raise FormError.of(found)


def _secrets_in(
    form: Mapping[str, str], new_secret: str, before: AnyDestination | None
) -> dict[str, str | None]:
    """What signs. In the place of another secret, that goes on signing too until it is dropped."""
    typed_in = form.get("secret", "")
    if typed_in in (HIDDEN, HIDDEN_BEFORE):
        raise FormError("not-a-webhook-secret", "secret")
    if not isinstance(before, WebhookDestination):
        return {"secret": typed_in or new_secret}
    if typed_in in ("", before.secret):
        return {"secret": before.secret, "old_secret": before.old_secret}
    return {"secret": typed_in, "old_secret": before.secret}


def values_of(destination: AnyDestination, texts: NullTranslations) -> dict[str, str]:
    """What the fields of the form hold of a destination; never a secret."""
    begin, _, end = (destination.between or "").partition("-")
    values = {
        **EMPTY,
        "kind": destination.kind,
        "address": as_written(destination.address),
        "between_from": begin,
        "between_until": end,
        "unheard_minutes": str(destination.unheard_minutes or ""),
    }
    usual = type(destination).model_fields["most_per_hour"].default
    if destination.most_per_hour != usual:
        values["most_per_hour"] = str(destination.most_per_hour)
    if isinstance(destination, PeopleDestination):
        values["daily"] = destination.daily or ""
    if isinstance(destination, MailDestination | ChatDestination):
        values["attach"] = destination.attach
    if isinstance(destination, MailDestination):
        values["once_sent"] = destination.once_sent
        if destination.attach_up_to != ATTACH_UP_TO:
            megabytes = f"{destination.attach_up_to / MEGABYTE:.6f}".rstrip("0").rstrip(".")
            values["attach_up_to"] = megabytes.replace(".", texts.gettext("."))
    return values


def times_in(form: Mapping[str, str], kind: str) -> dict[str, Any]:
    """What a form says of when a destination is told; FormError.

    What is left empty is as with a new destination.
    """
    begin, end = form.get("between_from", ""), form.get("between_until", "")
    times = {
        "daily": form.get("daily") or None,
        "between": f"{begin}-{end}" if begin or end else None,
        "unheard_minutes": whole_in(form, "unheard_minutes"),
        "most_per_hour": whole_in(form, "most_per_hour"),
    }
    if kind == "webhook" and times["daily"] is not None:
        raise FormError("digest-by-webhook", "daily")
    return {name: value for name, value in times.items() if value is not None}


def attached_in(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says of the recording in a letter; how large, is typed in megabytes. FormError.

    What is left empty is as with a new destination.
    """
    attached: dict[str, Any] = {"attach": form.get("attach", "none")}
    megabytes = number_in(form, "attach_up_to", optional=True)
    if megabytes is not None:
        size = round(megabytes * MEGABYTE)
        if size < 1:
            raise FormError("not-positive", "attach_up_to")
        if size > LARGEST_ATTACHED:
            raise FormError("too-large", "attach_up_to", most=LARGEST_ATTACHED // MEGABYTE)
        attached["attach_up_to"] = size
    return attached


def at_fields(problems: Iterable[Problem], form: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with a destination, each at the field that it concerns, in the form's words."""
    for problem in problems:
        if problem.code == "daily-and-other-times":
            if form.get("between_from") or form.get("between_until"):
                yield wrong("not-with-digest", "between")
            if form.get("unheard_minutes"):
                yield wrong("not-with-digest", "unheard_minutes")
        elif problem.code in _AT:
            yield wrong(*_AT[problem.code])
        else:
            yield problem
