"""What Asterisk calls a company's mailboxes: ``101@voicepost``, ``company@voicepost``.

What stands behind the @ is the company's *context*. Its phones name it in Asterisk's configuration,
so that it stays when the company is renamed, or others come; and no two companies have the same.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.database.tables import CompanyRow
from storage.errors import ConfigError
from storage.text import shown

OF_FIRST: Final = "voicepost"
"""The context of a company that was alone when it came; that of others is their id, unless the
operator says otherwise."""
OF_COMPANY: Final = "company"
"""The company's own mailbox, before the @; no extension is written so."""
_CONTEXT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def checked_context(text: str) -> str:
    """A context, or "" for the company's id. Raises ConfigError."""
    if text and not _CONTEXT.fullmatch(text):
        raise ConfigError("not-a-mailbox-context", text=shown(text))
    return text


def set_context(session: Session, company: CompanyRow, context: str) -> None:
    """Call a company's mailboxes so from now on. Raises ConfigError if another's are called so.

    To be called by who changes the configuration: no other does meanwhile.
    """
    called_so = or_(CompanyRow.mailbox_context == context, CompanyRow.id == context)
    other = select(CompanyRow.name).where(called_so, CompanyRow.id != company.id)
    if (name := session.scalars(other).first()) is not None:
        raise ConfigError("mailbox-context-taken", context=context, company=name)
    company.mailbox_context = context or None
