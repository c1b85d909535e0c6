"""The table of docs/reliability.md: each fault's line gets the figures of its latest trial.

``python -m tests.faults.table docs/reliability.md < lines.json`` writes figures of earlier trials.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WRONG = (
    "lost",
    "wrongly_aside",
    "doubled",
    "wrong_box",
    "wrong_time",
    "wrong_audio",
    "unplayable",
    "orphan_files",
    "orphan_rows",
    "stuck_channels",
)
TIMES = {
    "back_seconds_max": "back within {} s",
    "silence_seconds_max": "longest silence {} s",
    "held_seconds_max": "nobody held longer than {} s",
    "end_seconds_max": "ended within {} s",
    "uploaded_seconds_max": "all uploaded {} s after it was back",
    "blows": "blows: {}",
    "kills": "kills: {}",
    "told_after_seconds_max": "all told {} s after the last call",
    "others_told_seconds_max": "who was well within {} s",
}


def write(file: Path, line: Mapping[str, Any]) -> None:
    """Write the figures of one trial into the file. Raises LookupError where it has no line."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for index, old in enumerate(lines):
        if old.startswith(f"| `{line['fault']}` |"):
            kept = old.split(" | ")[:3]
            lines[index] = " | ".join([*kept, figures(line), f"`{command(line)}` |\n"])
            file.write_text("".join(lines), encoding="utf-8")
            return
    raise LookupError(f"{file} has no line for {line['fault']}")


def figures(line: Mapping[str, Any]) -> str:
    """What was measured, for people."""
    wrong = {name.replace("_", " "): line[name] for name in WRONG if line.get(name)}
    quiet = f" ({line['quiet']} hard to hear)" if line.get("quiet") else ""
    parts = [
        f"spoken {line['spoken']} calls{quiet}, kept {line['kept']}, in the right box "
        f"{line['right_box']}, lost seconds per call: max {line['lost_seconds_max']:g}",
        ", ".join(f"{name} {count}" for name, count in wrong.items())
        or "nothing lost, doubled, misplaced, unplayable or left over",
        *_told(line),
        *(words.format(f"{line[name]:g}") for name, words in TIMES.items() if line.get(name)),
    ]
    return f"**{'holds' if line['holds'] else 'does not hold'}**: {'; '.join(parts)}"


def _told(line: Mapping[str, Any]) -> list[str]:
    """What became of notifications, where there are any."""
    if "told" not in line:
        return []
    return [
        f"{line['told']:g} notifications arrived, {line['told_again']:g} once more with the same id"
    ]


def command(line: Mapping[str, Any]) -> str:
    """How to try the same again."""
    sizes = f"--calls {line['calls'] // line['rounds']} --rounds {line['rounds']}"
    short = " --short" if line["size"] == "short" else ""
    return f"python -m tests.faults {line['fault']}{short} {sizes} --seed {line['seed']}"


if __name__ == "__main__":
    for text in sys.stdin:
        write(Path(sys.argv[1]), json.loads(text))
