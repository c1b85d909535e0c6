"""The one counter of all changes of any configuration: calls see by it whether there is a newer."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.database.tables import ConfigVersionRow


def next_version(session: Session) -> int:
    """Count a change. Taken first in every transaction, it makes changes wait for each other."""
    return session.scalars(
        update(ConfigVersionRow)
        .values(version=ConfigVersionRow.version + 1)
        .returning(ConfigVersionRow.version)
    ).one()
