"""What a move is: one thing that a random program may do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gradlab.fuzz.draft import Draft

__all__ = ["Move"]


class Move(NamedTuple):
    """`weight`: how often it is made, compared with others; `is_possible`: whether the surface has what it needs."""

    weight: float
    make: Callable[[Draft], None]
    is_possible: Callable[[Draft], bool]
