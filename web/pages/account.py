"""Everybody's own account: name, language, password, sessions and tokens."""

from __future__ import annotations

from itertools import chain
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Refused
from web.forms import confirming
from web.forms.fields import number_in, typed
from web.forms.own_account import account_page, go_to_account, settled
from web.http.cookies import session_token
from web.language.texts import LANGUAGES
from web.pages.own import addresses, pin, voicemail
from web.visit import Visit, page

_PERSON: Final = ("name", "language")
_TOKEN: Final = ("token_name", "days")


def show_account(visit: Visit) -> Response:
    """All of it; of somebody who has to choose a password, that alone."""
    return account_page(visit)


def change_person(visit: Visit) -> Response:
    """Change one's own name and language."""
    form = typed(visit.form)
    language = next((one for one in LANGUAGES if one == form.get("language")), None)
    try:
        visit.services.users.change(
            visit.user.id,
            company_id=visit.user.company_id,
            name=form.get("name", ""),
            language=language,
            by=visit.actor,
        )
    except Refused as error:
        return account_page(visit, person=visit.mistakes(error.problems, "", _PERSON))
    return visit.redirect("/account", visit.text("Saved."))


def change_password(visit: Visit) -> Response:
    """Choose another password: the old one is asked for, and other sessions end.

    Tokens go on, unless the user ticks that they are to be revoked.
    """
    old, new = str(visit.form.get("old", "")), str(visit.form.get("new", ""))
    if new != str(visit.form.get("again", "")):
        return _refused(visit, "again", visit.text("The two passwords differ."))
    if new == old:
        return _refused(visit, "new", visit.text("The new password is the old one."))
    if why := confirming.refusal(visit, "old"):
        return _refused(visit, "old", why)
    try:
        visit.services.users.set_password(
            visit.user.id,
            new,
            company_id=visit.user.company_id,
            keep=session_token(visit.request),
            keep_tokens=visit.form.get("tokens") != "revoke",
            by=visit.actor,
        )
    except Refused as error:
        told = visit.mistakes(error.problems, "", ("password",))
        return _refused(visit, "new", *chain(*told.values()))
    return visit.redirect(
        "/account", visit.text("The password is changed. Other sessions were ended.")
    )


def end_session(visit: Visit) -> Response:
    """Log out one of one's own browsers."""
    visit.services.sessions.end_one(visit.user.id, visit.path["id"], by=visit.actor)
    return visit.redirect("/account", visit.text("The session was ended."))


def end_other_sessions(visit: Visit) -> Response:
    """Log out everywhere but here."""
    keep = session_token(visit.request)
    visit.services.sessions.end_all(visit.user.id, keep=keep, by=visit.actor)
    return visit.redirect("/account", visit.text("All other sessions were ended."))


def make_token(visit: Visit) -> Response:
    """A token for a script; its secret is shown on the page that answers, and never again."""
    form = typed(visit.form)
    if why := confirming.refusal(visit, "token_current"):
        return account_page(visit, token={"token_current": [why]})
    try:
        days = number_in(form, "days", optional=True)
        token, secret = visit.services.tokens.make(
            visit.user.id,
            form.get("token_name", ""),
            None if days is None else int(days),
            read_only=form.get("rights") == "read",
            by=visit.actor,
        )
    except Refused as error:
        problems = (p.at("token_name") if p.where == "name" else p for p in error.problems)
        return account_page(visit, token=visit.mistakes(problems, "", _TOKEN))
    return visit.render("account/token.html", token=token, secret=secret)


def revoke_token(visit: Visit) -> Response:
    """Make one of one's own tokens worthless."""
    visit.services.tokens.revoke(visit.user.id, visit.path["id"], by=visit.actor)
    return visit.redirect("/account", visit.text("The token was revoked."))


def _refused(visit: Visit, field: str, *sentences: str) -> Response:
    return account_page(visit, password={field: list(sentences)})


routes = [
    Route("/account", page(show_account), methods=["GET"]),
    Route("/account", page(settled(change_person)), methods=["POST"]),
    Route("/account/password", page(go_to_account), methods=["GET"]),
    Route("/account/password", page(change_password), methods=["POST"]),
    Route("/account/sessions/end", page(settled(end_other_sessions)), methods=["POST"]),
    Route("/account/sessions/{id}/end", page(settled(end_session)), methods=["POST"]),
    Route("/account/tokens", page(go_to_account), methods=["GET"]),
    Route("/account/tokens", page(settled(make_token)), methods=["POST"]),
    Route("/account/tokens/{id}/revoke", page(settled(revoke_token)), methods=["POST"]),
    *voicemail.routes,
    *addresses.routes,
    *pin.routes,
]
