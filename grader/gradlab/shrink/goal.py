"""What a pass may not touch, what it may use, and what a pass is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from gradlab.program import Program

__all__ = ["Goal", "Pass"]


@dataclass(frozen=True)
class Goal:
    """The difference to keep: `sid` is the step that shows it, 0 if it belongs to no step.

    `names` are the assignment's public names (`"Tensor.sum"`) that a pass may bring in; None means any.
    """

    sid: int
    names: frozenset[str] | None = None

    def may_use(self, name: str) -> bool:
        """Return whether a smaller program may use a name that the recorded one does not."""
        return self.names is None or name in self.names


# Yields smaller programs, each made from the last one that was accepted; is sent whether each is accepted.
Pass = Callable[[Program, Goal], Generator[Program, bool, None]]
