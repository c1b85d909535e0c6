"""Every fault that the harness knows, by name."""

from __future__ import annotations

from itertools import chain

from tests.faults import (
    asterisk_dies,
    databases,
    disks,
    kills,
    notifications,
    outages,
    pauses,
    sockets,
    stores,
)
from tests.faults.fault import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in chain(
        kills.FAULTS,
        outages.FAULTS,
        asterisk_dies.FAULTS,
        databases.FAULTS,
        disks.FAULTS,
        sockets.FAULTS,
        pauses.FAULTS,
        stores.FAULTS,
        notifications.FAULTS,
    )
}
