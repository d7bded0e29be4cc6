"""Shrink a program on which two engines differ to the smallest one on which they still do."""

from __future__ import annotations

from gradlab.shrink.cost import cost
from gradlab.shrink.goal import Goal
from gradlab.shrink.search import Bounds, Oracle, Shrunk, shrink

__all__ = ["Bounds", "Goal", "Oracle", "Shrunk", "cost", "shrink"]
