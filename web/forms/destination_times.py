"""When a destination is told, in its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from web.errors import FormError
from web.forms.fields import whole_in

FIELDS: Final = ("daily", "between", "unheard_minutes", "most_per_hour")
"""What is to be told about them stands at these; ``between`` is typed as two times."""

EMPTY: Final = dict.fromkeys(
    ("daily", "between_from", "between_until", "unheard_minutes", "most_per_hour"), ""
)
"""The fields of the form, before anything is typed."""


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
