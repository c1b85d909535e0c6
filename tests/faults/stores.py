"""The object store is down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from storage.database.tables import MessageRow
from storage.errors import StorageError
from tests.faults.fault import Blow, Fault, Limits
from tests.faults.installation import Installation, open_installation
from tests.storage.object_store import ObjectStore, object_store

DOWN_SECONDS = {"short": 15.0, "long": 600.0}
UPLOAD_SECONDS = 60.0
"""All is uploaded so soon after the store is back."""

_stores: list[ObjectStore] = []


@asynccontextmanager
async def installation_with_object_store() -> AsyncIterator[Installation]:
    """An installation that keeps its recordings in an object store."""
    with object_store() as store:
        audio = store.settings()
        lines = [f'{key} = "{value}"' for key, value in audio.model_dump().items()]
        _stores.append(store)
        async with open_installation("\n".join(["[audio]", *lines])) as installation:
            yield installation
        _stores.remove(store)


async def take_down(blow: Blow) -> None:
    """Connections are refused; messages wait, and can be heard meanwhile."""
    (store,) = _stores
    await asyncio.to_thread(store.stop)
    await asyncio.sleep(DOWN_SECONDS[blow.size])
    await asyncio.to_thread(_hear_all, blow)
    await asyncio.to_thread(store.start)
    clock = asyncio.get_running_loop()
    back = clock.time()
    await blow.installation.all_are_gone()
    while await asyncio.to_thread(_not_uploaded, blow.installation, store):
        if clock.time() > back + UPLOAD_SECONDS:
            blow.broken.append("not everything was uploaded when the store was back")
            return
        await asyncio.sleep(0.5)
    blow.measure("uploaded_seconds_max", clock.time() - back)


def _hear_all(blow: Blow) -> None:
    """Messages of this round can be heard while the store is down."""
    app = blow.installation.app
    with app.database.reading() as session:
        kept = session.scalars(
            select(MessageRow.audio_key).where(
                MessageRow.state == "kept", MessageRow.caller_number.in_(blow.installation.callers)
            )
        ).all()
    heard = 0
    for key in kept:
        try:
            with app.audio.open(str(key)) as audio:
                heard += bool(audio.read())
        except StorageError:
            continue  # uploaded before: with the store, which is down
    blow.measure("heard_meanwhile", heard)
    if not heard:
        blow.broken.append("no message could be heard while the store was down")


def _not_uploaded(installation: Installation, store: ObjectStore) -> set[str]:
    with installation.app.database.reading() as session:
        kept = session.scalars(select(MessageRow.audio_key).filter_by(state="kept")).all()
    there = store.objects()
    return {str(key) for key in kept if not any(name.endswith(str(key)) for name in there)}


FAULTS = (
    Fault(
        "object-store-down",
        take_down,
        Limits(),
        installation_with_object_store,
        rounds=1,
        after=12.0,
        long_after=560.0,
        late=0.8,
    ),
)
