"""What the audit log says of a change, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.audit import AuditEntry
from web.language.audit_words import AuditWords

ANNA = {"mail": "anna@example.com", "events": ["message.kept"]}
BORIS = {"mail": "boris@example.com", "events": ["message.kept", "box.full"], "daily": "08:00"}


def changes(before: object, after: object) -> list[tuple[str, str]]:
    changed = {"path": "voicemail.notify", "before": before, "after": after}
    entry = AuditEntry(
        id=1,
        at=datetime(2026, 8, 13, tzinfo=UTC),
        company_id=None,
        user_id=None,
        who="olga",
        via="page",
        address="",
        action="config.edit",
        subject="",
        details=[changed],
    )
    return [(each.before, each.after) for each in AuditWords("ru", None).line(entry).changes]


def test_of_who_is_told_only_what_changed_is_said() -> None:
    told = "boris@example.com (Новое голосовое сообщение, Почтовый ящик заполнен, daily 08:00)"
    assert changes([ANNA], [ANNA, BORIS]) == [("", told)]
    assert changes([ANNA, BORIS], [ANNA]) == [(told, "")]
    assert changes(None, [ANNA]) == [("", "anna@example.com (Новое голосовое сообщение)")]


def test_a_change_of_one_of_them_is_seen() -> None:
    ((before, after),) = changes([ANNA], [{**ANNA, "attach": "opus"}])
    assert "opus" not in before
    assert "attach opus" in after
