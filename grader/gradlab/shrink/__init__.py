"""Shrink a program on which two engines differ to the smallest one on which they still do."""

from __future__ import annotations

from gradlab.shrink.cost import cost, fingerprint
from gradlab.shrink.goal import Goal
from gradlab.shrink.search import Bounds, Oracle, Shrunk, shrink
from gradlab.shrink.steps import unweighed
from gradlab.shrink.within import is_within

__all__ = ["Bounds", "Goal", "Oracle", "Shrunk", "cost", "fingerprint", "is_within", "shrink", "unweighed"]
