"""The picture of docs/performance.md: how far each figure is from its goal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure as Picture

HOLDS, MISSED = "#2a7f62", "#c0392b"
ROW_INCHES: Final = 0.24


def draw(results: Path, file: Path) -> None:
    """Draw what all parts have measured last (``results`` is the folder of their JSON)."""
    figures = [
        figure
        for part in sorted(results.glob("*.json"))
        for figure in json.loads(part.read_text(encoding="utf-8")).get("figures", ())
        if figure["goal"] is not None
    ]
    mpl.rcParams["svg.hashsalt"] = "voicepost"  # the same picture of the same figures
    picture = Picture(figsize=(10, 1 + ROW_INCHES * len(figures)), layout="constrained")
    axes = picture.add_subplot()
    rows = range(len(figures), 0, -1)
    axes.barh(
        rows,
        [_times_the_goal(figure) - 1 for figure in figures],
        left=1,
        color=[HOLDS if figure["holds"] else MISSED for figure in figures],
    )
    axes.set_yticks(rows, [str(figure["what"]) for figure in figures], fontsize=7)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("← better than the goal     cost, in multiples of the goal     worse →")
    axes.margins(y=0.01)
    picture.savefig(file, metadata={"Date": None})


def _times_the_goal(figure: dict[str, Any]) -> float:
    """1 where the goal is just reached, 2 at twice the cost or half the rate."""
    ratio, goal = float(figure["ratio"]), float(figure["goal"])
    return goal / max(ratio, 1e-4) if figure["more_is_better"] else max(ratio, 1e-4) / goal
