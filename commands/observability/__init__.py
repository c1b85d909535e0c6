"""What is told of a running service: logs, the story of a call, metrics, health.

The check-up that people ask for is `commands.doctor`.
"""

__all__ = [
    "call_story",
    "disk_places",
    "log_reader",
    "logging",
    "metric_files",
    "prometheus",
]
