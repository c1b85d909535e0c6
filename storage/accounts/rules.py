"""What nobody may do to an account, whoever asks: the page, the API or a command."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from storage.actor import Actor, Role, User
from storage.errors import AccountError, wrong
from storage.text import shown


def check_another(user_id: str, by: Actor) -> None:
    """Nobody shuts themselves out. Raises AccountError for one's own account."""
    if user_id == by.user_id:
        raise AccountError("own-account")


def check_role(user_id: str, before: str, after: Role | None, by: Actor) -> None:
    """Nobody gives up, or takes, a role by themselves. Raises AccountError."""
    if user_id == by.user_id and after not in (None, before):
        raise AccountError("own-role", "role")


def check_way_in(user_id: str, by: Actor) -> None:
    """One's own password is changed where the present one is asked for. Raises AccountError."""
    if user_id == by.user_id:
        raise AccountError("own-password")


def wants_password(before: User, *, role: Role | None, login: str | None) -> bool:
    """Whether a change of an account gives somebody a way in that they had not.

    That is making an administrator, or another login: whoever asks gives their own password.
    """
    is_raised = role == "administrator" and not before.is_administrator
    return is_raised or login not in (None, before.login)


def check_extensions(
    extensions: Iterable[str], known: Collection[str], bound: Collection[str] = ()
) -> None:
    """An account is for extensions that somebody has, or that it is bound to. AccountError."""
    unknown = [text for text in extensions if text not in known and text not in bound]
    if unknown:
        raise AccountError.of(
            wrong("no-employee", "extensions", extension=shown(text)) for text in unknown
        )
