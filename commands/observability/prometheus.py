"""The answer to Prometheus: what all roles have counted, and what is so at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from commands.context import App
from commands.loops.housekeeping import lease_name
from commands.observability.disk_places import known_free_bytes, places
from commands.observability.metric_files import living_roles
from storage.database.lease import read
from storage.errors import StorageError
from storage.intake.drafts import Unsettled, unsettled

LATELY: Final = timedelta(minutes=1)
"""Who does housekeeping says so every few seconds."""


def exposition(app: App) -> bytes:
    """All metrics in Prometheus' text format. Reads the database and a few small files."""
    registry = CollectorRegistry()
    folder = app.settings.metrics_folder
    living = living_roles(folder)
    if folder.is_dir():
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    registry.register(_Now(app, living))
    return generate_latest(registry)


class _Now(Collector):
    """What is not counted but looked at, when somebody asks."""

    def __init__(self, app: App, living: set[str]) -> None:
        self._app = app
        self._living = living

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._drafts()
        yield self._free()
        roles = GaugeMetricFamily(
            "voicepost_role_up", "1 while the role's process lives.", labels=["role"]
        )
        for role in ("calls", "agi", "web", "worker"):
            alive = any(slot.rpartition("-")[0] == role for slot in self._living)
            roles.add_metric([role], float(alive))
        yield roles
        yield from self._housekeeping()
        yield from self._deliveries()
        if self._app.settings.audio.in_bucket:
            yield from self._uploads()

    def _drafts(self) -> Iterator[GaugeMetricFamily]:
        try:
            drafts: Unsettled | None = unsettled(self._app.database)
        except StorageError:
            drafts = None
        yield GaugeMetricFamily(
            "voicepost_database_up", "1 while the database answers.", value=float(bool(drafts))
        )
        if drafts is not None:
            yield GaugeMetricFamily(
                "voicepost_drafts_unsettled",
                "Recordings begun and not settled, those of calls in progress included.",
                value=drafts.drafts,
            )
            age = (datetime.now(UTC) - drafts.oldest).total_seconds() if drafts.oldest else 0.0
            yield GaugeMetricFamily(
                "voicepost_drafts_oldest_age_seconds", "Age of the oldest of them.", value=age
            )

    def _housekeeping(self) -> Iterator[GaugeMetricFamily]:
        try:
            entry = read(self._app.database, lease_name(self._app.settings))
        except StorageError:
            return
        is_done = entry and not entry.is_free and datetime.now(UTC) - entry.renewed_at < LATELY
        done = GaugeMetricFamily(
            "voicepost_housekeeping",
            "1 for the role that uploads recordings and removes what is old, in this home.",
            labels=["role"],
        )
        for role in ("worker", "calls"):
            done.add_metric([role], float(bool(is_done and entry and entry.role == role)))
        yield done

    def _deliveries(self) -> Iterator[GaugeMetricFamily]:
        try:
            backlog = self._app.deliveries.backlog()
        except StorageError:
            return
        yield GaugeMetricFamily(
            "voicepost_deliveries_waiting",
            "Notifications that wait to be sent, or to be tried again.",
            value=backlog.waiting,
        )
        oldest = backlog.oldest
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily(
            "voicepost_deliveries_oldest_age_seconds",
            "How long the oldest of them has waited.",
            value=age,
        )

    def _uploads(self) -> Iterator[GaugeMetricFamily]:
        try:
            waiting = self._app.audio.waiting()
        except StorageError:
            return
        yield GaugeMetricFamily(
            "voicepost_uploads_waiting",
            "Recordings that wait to be uploaded to the object store.",
            value=waiting.files,
        )
        yield GaugeMetricFamily(
            "voicepost_uploads_oldest_age_seconds",
            "How long the oldest of them has waited.",
            value=waiting.oldest_seconds,
        )

    def _free(self) -> GaugeMetricFamily:
        free = GaugeMetricFamily(
            "voicepost_disk_free_bytes", "Free bytes where this is kept.", labels=["place"]
        )
        for place, path in places(self._app).items():
            if (bytes_free := known_free_bytes(path)) is not None:
                free.add_metric([place], bytes_free)
        return free
