"""What a part of the benchmark is: a function that measures figures, in one of two sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from bench.figure import Figure

Size = Literal["quick", "whole"]
Part = Callable[[Size], Sequence[Figure]]
