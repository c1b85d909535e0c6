"""What a destination is told, and when, in its form: one of a mailbox's, or an employee's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from storage.errors import Problem, wrong
from storage.office.notify import LARGEST_ATTACHED
from web.errors import FormError
from web.forms.fields import number_in, whole_in

TIMES: Final = ("daily", "between", "unheard_minutes", "most_per_hour")
FIELDS: Final = ("attach", "attach_up_to", "once_sent", "events", *TIMES)
"""What is to be told about them stands at these; ``between`` is typed as two times."""
EMPTY: Final = {
    "attach": "none",
    "once_sent": "keep",
    **dict.fromkeys(("attach_up_to", "daily", "between_from", "between_until"), ""),
    **dict.fromkeys(("unheard_minutes", "most_per_hour"), ""),
}
"""The fields of the form, before anything is typed."""
MEGABYTE: Final = 1_000_000

_AT: Final = {
    "daily-of-kept-alone": ("digest-of-new-alone", "events"),
    "unheard-of-kept-alone": ("reminder-of-new-alone", "events"),
    "once-sent-without-attach": ("recording-not-attached", "once_sent"),
    "once-sent-with-daily": ("not-with-digest", "once_sent"),
}
"""What does not go together, as the form says it, and the field that it is said at."""


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
