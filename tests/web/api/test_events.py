"""News over the API: what concerns the asking user, and nothing else."""

from __future__ import annotations

import json

from tests.waiting import until
from tests.web.api.front import script
from tests.web.conftest import Front


def test_news_are_those_of_ones_own_messages(front: Front) -> None:
    front.receive(front.box_of("102"))
    own = front.receive(front.box_of("101"))
    events = front.app.state.events

    async def end_it() -> None:
        await until(lambda: events._listeners)
        events.close()

    with script(front, "anna") as anna:
        assert anna.portal is not None
        anna.portal.start_task_soon(end_it)
        told = anna.get("events", params={"after": 0})
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.headers["cache-control"] == "private, no-store"
    data = [line[6:] for line in told.text.splitlines() if line.startswith("data: ")]
    assert [json.loads(each) for each in data] == [{"kind": "kept", "id": own}]
