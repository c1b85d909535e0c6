"""Every fault that the harness knows, by name."""

from __future__ import annotations

from tests.faults import kills
from tests.faults.fault import Fault

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*kills.FAULTS,)}
